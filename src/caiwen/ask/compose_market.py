"""Findings over many companies in words: ranks, lists, counts, sums."""

from __future__ import annotations

from caiwen.ask.aggregate import bound_words
from caiwen.ask.figures import Figure
from caiwen.ask.findings import Finding
from caiwen.ask.periods_text import words_of
from caiwen.ask.plan import Condition, DifferenceMeasure, Order, Query
from caiwen.ask.saying import Sentence, amount
from caiwen.ask.survey import condition_name

_NAMED = 50


def market_sentences(finding: Finding, query: Query) -> list[Sentence]:
    """One finding; what stayed out of it follows as warnings."""
    match finding.kind:
        case "rank" | "round":
            return _rank(finding, query)
        case "common":
            return _common(finding, query)
        case "count":
            return _count(finding, query)
        case "place":
            return _place(finding, query)
        case "sum_all" | "mean_all" | "median_all":
            return _added(finding, query)
        case _:
            return _list(finding, query)


def _rank(finding: Finding, query: Query) -> list[Sentence]:
    order = finding.order or Order(over="companies")
    figures = finding.answers or finding.operands
    word = "最高" if order.descending else "最低"
    head = f"{_when(finding)}{finding.lead}{'公司' if finding.lead else ''}{_bounded(query)}"
    head = f"{head}中，" if finding.lead or query.conditions else head
    if order.first == order.last == 1 and figures:
        first = figures[0]
        said = f"{head}{finding.name}{word}的是{who(first)}，为{_shown(first, query)}{_note(finding)}。"
        return [Sentence(said, (first,)), *_steps([first])]
    way = "从高到低" if order.descending else "从低到高"
    parts = [f"第{f.rank}名{who(f)}，{_shown(f, query)}" for f in figures]
    wanted = order.last - order.first + 1
    fewer = f"符合条件的只有 {len(figures)} 家。" if len(figures) < wanted else ""
    sentences = [Sentence(f"{head}{finding.name}{way}：{'；'.join(parts)}{_note(finding)}。", tuple(figures))]
    return [*sentences, *_steps(figures), *([Sentence(fewer)] if fewer else [])]


def _steps(figures: list[Figure]) -> list[Sentence]:
    """How calculated figures came about, company by company."""
    return [
        Sentence(f"{f.company.name if f.company else ''}计算：{f.calculation.text}。", tuple(f.operands))
        for f in figures
        if f.calculation
    ]


def _common(finding: Finding, query: Query) -> list[Sentence]:
    order = finding.order or Order(over="companies")
    places = f"前{order.last}" if order.first == 1 else f"第{order.first}"
    way = "" if order.descending else "（从低到高）"
    periods = "、".join(finding.spoken)
    count = len(finding.answers)
    head = (
        f"{periods}{finding.lead}{'公司中，' if finding.lead else ''}{finding.name}均位列{places}{way}的公司"
    )
    if not count:
        return [Sentence(f"{head}一家也没有。")]
    names = "；".join(f"{who(f)}，{_shown(f, query)}" for f in finding.answers)
    when = words_of(finding.period) if finding.period else ""
    return [Sentence(f"{head}有 {count} 家（所列为{when}的数值）：{names}。", tuple(finding.answers))]


def _list(finding: Finding, query: Query) -> list[Sentence]:
    if not query.conditions:
        return _all_of(finding)
    head = f"{_when(finding)}{finding.lead}公司中，{_said_of(query)}的有 {finding.total} 家{_note(finding)}"
    if not finding.lead:
        head = f"{_when(finding)}{_said_of(query)}的公司有 {finding.total} 家{_note(finding)}"
    if not finding.answers:
        return [Sentence(f"{head}。")]
    first = finding.answers[0]
    if first.value is None:
        names = "；".join(f"{f.text}" for f in finding.answers)
    else:
        names = "；".join(f"{who(f)}，{_shown(f, query)}" for f in finding.answers)
    return [Sentence(f"{head}：{names}{_more(finding, len(finding.answers))}。", tuple(finding.answers))]


def _all_of(finding: Finding) -> list[Sentence]:
    """The companies of a region or sector, nothing else asked."""
    names = "、".join(who(f) for f in finding.answers)
    said = f"{finding.lead}公司有 {finding.total} 家：{names}{_more(finding, len(finding.answers))}。"
    return [Sentence(said, tuple(finding.answers))]


def _count(finding: Finding, query: Query) -> list[Sentence]:
    answer = finding.answers[0]
    if not query.conditions:
        names = "、".join(who(f) for f in finding.operands)
        said = f"{finding.lead}公司有{answer.value:f}家：{names}{_more(finding, len(finding.operands))}。"
        return [Sentence(said, tuple(finding.operands))]
    said = f"{_when(finding)}{finding.lead}公司中，{_said_of(query)}的有{answer.value:f}家{_note(finding)}。"
    if not finding.lead:
        said = f"{_when(finding)}{_said_of(query)}的公司有{answer.value:f}家{_note(finding)}。"
    sentences = [Sentence(said)]
    if finding.operands:
        names = "；".join(f"{f.company.name}，{_shown(f, query)}" for f in finding.operands if f.company)
        more = _more(finding, len(finding.operands))
        sentences.append(Sentence(f"它们是（按数值从高到低）：{names}{more}。", tuple(finding.operands)))
    return sentences


def _more(finding: Finding, shown: int) -> str:
    rest = [ref.name for ref in finding.companies[shown:]]
    if not rest:
        return ""
    if len(rest) <= _NAMED:
        return f"；此外还有{'、'.join(rest)}"
    return f"；其余 {len(rest)} 家从略"


def _place(finding: Finding, query: Query) -> list[Sentence]:
    answer = finding.answers[0]
    order = finding.order or Order(over="companies")
    way = "从高到低" if order.descending else "从低到高"
    figure = next(iter(finding.operands), None)
    value = f"为{amount(figure, query.currency_unit)}，" if figure else ""
    name = finding.company.name if finding.company else ""
    among = f"在{finding.lead}公司中" if finding.lead else ""
    said = f"{name}{_when(finding)}{finding.name}{value}{among}{way}排第{answer.rank}名{_note(finding)}。"
    return [Sentence(said, (figure,) if figure else ())]


def _added(finding: Finding, query: Query) -> list[Sentence]:
    answer = finding.answers[0]
    total = "之和" if finding.name.endswith("合计") else "合计"
    word = {"mean_all": "平均", "median_all": "的中位数"}.get(finding.kind, total)
    how = {"mean_all": "平均", "median_all": "排序取中"}.get(finding.kind, "相加")
    lead = f"{finding.lead}公司" if finding.lead else "公司"
    bound = f"中{_said_of(query)}的" if query.conditions else ""
    said = f"{_when(finding)}{lead}{bound}{finding.name}{word}为{amount(answer, query.currency_unit)}"
    return [Sentence(f"{said}（{finding.total} 家{how}，{finding.notes[0]}）。")]


# --- parts of sentences --------------------------------------------------------------------------------


def who(figure: Figure) -> str:
    """Full name, with short name and code: one short name may be that of several companies."""
    ref = figure.company
    if ref is None:
        return ""
    full = next((name for name in ref.also if name.endswith("公司")), ref.name)
    inside = [part for part in (ref.name if ref.name != full else "", ref.code or "") if part]
    return f"{full}（{'，'.join(inside)}）" if inside else full


def _shown(figure: Figure, query: Query) -> str:
    label = f"（{figure.label}）" if figure.label else ""
    return f"{amount(figure, query.currency_unit)}{label}"


def _when(finding: Finding) -> str:
    if finding.spoken:
        return "、".join(finding.spoken)
    return words_of(finding.period) if finding.period else ""


def _note(finding: Finding) -> str:
    return f"（{finding.notes[0]}）" if finding.notes else ""


def _bounded(query: Query) -> str:
    return f"{'、'.join(map(_bound, query.conditions))}的公司" if query.conditions else ""


def _said_of(query: Query) -> str:
    if not query.conditions:
        return "符合条件"
    every = "均" if query.every and len(query.select.periods) > 1 else ""
    return every + "且".join(map(_bound, query.conditions))


def _bound(condition: Condition) -> str:
    measure = condition.measure
    if isinstance(measure, DifferenceMeasure) and condition.value == 0:
        return f"{measure.left}{'高于' if condition.sign == '>' else '低于'}{measure.right}"
    return f"{condition_name(condition)}{bound_words(condition)}"
