"""Findings and quotes in idiomatic Chinese, sentence by sentence, each with the figures that it states."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from caiwen.ask.aggregate import bound_value
from caiwen.ask.changes import POINTS
from caiwen.ask.compose_market import market_sentences
from caiwen.ask.figures import Figure
from caiwen.ask.findings import Finding, Outcome
from caiwen.ask.passages import Quote, relevant
from caiwen.ask.periods_text import is_balance, moment_words, words_of
from caiwen.ask.plan import Explain, Query
from caiwen.ask.saying import Sentence, amount
from caiwen.ask.sections import body_of
from caiwen.ask.words import words
from caiwen.records import Scope

_BIGGEST_QUOTE = 400
_PART_OF_NUMBER = re.compile(r"[\d,.]+$")


def compose(outcome: Outcome, query: Query) -> list[Sentence]:
    """All findings in order, then notes and warnings, each once."""
    sentences: list[Sentence] = []
    for finding in outcome.findings:
        sentences += _WRITERS[finding.kind](finding, query)
    sentences += [Sentence(text) for text in dict.fromkeys(outcome.missing)]
    warnings = dict.fromkeys(w for f in outcome.findings for w in f.warnings)
    return sentences + [Sentence(f"注意：{text}") for text in warnings]


def _scope(figure: Figure) -> str:
    return "（母公司口径）" if figure.scope is Scope.PARENT else ""


def _label(figure: Figure) -> str:
    return f"（{figure.label}）" if figure.label else ""


def _subject(finding: Finding, figure: Figure) -> str:
    name = finding.company.name if finding.company else (figure.company.name if figure.company else "")
    period = figure.period or finding.period
    if period is None:
        return name
    balance = is_balance(finding.name) and period.form in ("report", "single")
    return f"{name}{moment_words(period) if balance else words_of(period)}"


def _value(finding: Finding, query: Query) -> list[Sentence]:
    figure = finding.answers[0]
    sentences = [Sentence(note) for note in finding.notes]
    subject = _subject(finding, figure)
    if figure.value is None:
        sentences.append(Sentence(f"{subject}的{finding.name}是{figure.text}。", (figure,)))
    else:
        said = f"{subject}{_scope(figure)}{finding.name}为{amount(figure, query.currency_unit)}{_label(figure)}。"
        sentences.append(Sentence(said, (figure,)))
    if figure.calculation:
        sentences.append(Sentence(f"计算：{figure.calculation.text}。", tuple(figure.operands)))
    for other in finding.beside:
        sentences.append(Sentence(f"其中{other.item}为{amount(other)}{_label(other)}。", (other,)))
    for other in finding.alternatives:
        sentences += _alternative(finding, other)
    return sentences


def _alternative(finding: Finding, other: Figure) -> list[Sentence]:
    name = other.item if other.item != finding.answers[0].item else ""
    where = other.label or "另一处列示"
    said = [Sentence(f"{where}{'的' + name if name else ''}为{amount(other)}。", (other,))]
    if other.calculation:
        said.append(Sentence(f"计算：{other.calculation.text}。", tuple(other.operands)))
    return said


def _change(finding: Finding, query: Query) -> list[Sentence]:
    made = finding.comparison
    if made is None:
        return []
    now, base = made.now, made.base
    head = f"{_subject(finding, now)}{_scope(now)}{finding.name}"
    figures = [now, base]
    then = _then(finding, base)
    more = _direction(made.amount, query.currency_unit)
    moved = f"由{then}的{amount(base)}变为{amount(now)}，{more}"
    added = finding.answers[:1] == [made.amount]
    rate = None if added else next((f for f in finding.answers if f is made.rate), None)
    if rate:
        kind = "年均复合增长率" if query.change and query.change.compound else "增长率"
        said = f"{head}{kind}为{rate.value:f}%：{moved}"
    elif made.rate is None and query.change and query.change.show == "rate":
        said = f"{head}的增长率算不出来：{moved}"
    else:
        said = f"{head}比{then}{more}：由{amount(base)}变为{amount(now)}"
        if made.rate is not None and query.change and query.change.show != "amount":
            said += f"，增长率为{made.rate.value:f}%"
    label = f"（{made.label}）" if made.label else ""
    sentences = [Sentence(f"{said}{label}。", tuple(figures))]
    steps = [f for f in finding.answers if f.calculation]
    sentences += [Sentence(f"计算：{f.calculation.text}。", ()) for f in steps[:1] if f.calculation]
    for other in finding.alternatives:
        if other.calculation:
            text = f"按{other.label or '另一口径'}：{other.calculation.text}。"
            sentences.append(Sentence(text, tuple(other.operands)))
    return sentences


def _then(finding: Finding, base: Figure) -> str:
    if base.period is None:
        return "基期"
    return moment_words(base.period) if is_balance(finding.name) else words_of(base.period)


def _direction(difference: Figure, unit: str | None = None) -> str:
    value = difference.value or Decimal(0)
    if value == 0:
        return "没有变化"
    word = "增加" if value > 0 else "减少"
    return (
        f"{word}{abs(value):f}{POINTS}"
        if difference.unit == POINTS
        else f"{word}{amount(replace(difference, value=abs(value)), unit)}"
    )


def _yes_no(finding: Finding, query: Query) -> list[Sentence]:
    answer = finding.answers[0]
    lead = answer.text if answer.text else ("是。" if answer.truth else "否。")
    return [Sentence(lead if lead.endswith("。") else f"{lead}。"), *_change(finding, query)]


def _members(finding: Finding, query: Query) -> list[Sentence]:
    first = finding.answers[0]
    parts = [f"{_member(f)}{amount(f, query.currency_unit)}" for f in finding.answers]
    ranked = "" if first.rank is None else "（按大小排列）"
    axis = finding.notes[0]
    about = finding.name if axis in words("axis_items") else f"{axis}的{finding.name}"
    divided = f"（按{axis}）" if axis in words("axis_items") else ""
    said = f"{_subject(finding, first)}{about}{divided}{ranked}：{'；'.join(parts)}。"
    return [Sentence(said, tuple(finding.answers))]


def _member(figure: Figure) -> str:
    """The member's name, or the item's own where it is one of the parts of a whole (硕士, 生产人员)."""
    return "".join(figure.dimensions.values()) or figure.item


def _rank(finding: Finding, query: Query) -> list[Sentence]:
    """Periods of one company, or the companies that were named."""
    order = query.order
    word = "最高" if order is None or order.descending else "最低"
    first = finding.answers[0]
    of_periods = order is not None and order.over == "periods"
    if not of_periods and query.select.everyone:
        return market_sentences(finding, query)
    when = words_of(finding.period) if finding.period else ""
    note = f"（{finding.notes[0]}）" if finding.notes else ""
    head = finding.company.name if of_periods and finding.company else when
    if len(finding.answers) == 1 and order and order.first == 1:
        who = words_of(first.period) if of_periods and first.period else _who(first)
        said = f"{head}{finding.name}{word}的是{who}，为{amount(first, query.currency_unit)}{note}。"
        return [Sentence(said, (first,))]
    parts = []
    for figure in finding.answers:
        who = words_of(figure.period) if of_periods and figure.period else _who(figure)
        place = f"第{figure.rank}名" if figure.rank else ""
        parts.append(f"{place}{who}，{amount(figure, query.currency_unit)}")
    way = "从高到低" if word == "最高" else "从低到高"
    return [Sentence(f"{head}{finding.name}{way}：{'；'.join(parts)}{note}。", tuple(finding.answers))]


def _who(figure: Figure) -> str:
    return figure.company.name if figure.company else ""


def _same(finding: Finding, query: Query) -> list[Sentence]:
    answer = finding.answers[0]
    parts = [f"{_subject(finding, f)}为{amount(f)}" for f in finding.operands]
    said = "相同" if answer.truth else "不相同"
    return [Sentence(f"{finding.name}{said}：{'，'.join(parts)}。", tuple(finding.operands))]


def _combined(finding: Finding, query: Query) -> list[Sentence]:
    answer = finding.answers[0]
    words = {"sum": "合计为", "mean": "平均值为", "difference": "相差", "times": "前者是后者的"}
    parts = [f"{_subject(finding, f)}{f.item}为{amount(f)}" for f in finding.operands]
    sentences = [
        Sentence(
            f"{'；'.join(parts)}；{words[finding.kind]}{amount(answer, query.currency_unit)}。",
            tuple(finding.operands),
        )
    ]
    if answer.calculation:
        sentences.append(Sentence(f"计算：{answer.calculation.text}。"))
    return sentences


_HELD = {
    ">": ("超过", "没有超过"),
    ">=": ("达到", "没有达到"),
    "<": ("低于", "不低于"),
    "<=": ("没有超过", "超过了"),
}


def _check(finding: Finding, query: Query) -> list[Sentence]:
    """是 or 否, what was asked, and the figure behind it."""
    answer, *rest = finding.answers
    condition = finding.condition
    if condition is None:
        return []
    moved = (
        {"rate": "增长率", "amount": "的变动额"}.get(condition.change.show, "") if condition.change else ""
    )
    about = f"{finding.name}{moved}"
    if condition.value == 0:
        held = f"{'为' if answer.truth else '不为'}{'正' if condition.sign in ('>', '>=') else '负'}数"
    else:
        held = _HELD[condition.sign][not answer.truth] + bound_value(condition)
    if condition.either:
        return [
            Sentence(f"{about}为{'正' if answer.truth else '负'}数。"),
            *_value(replace(finding, answers=rest), query),
        ]
    lead = Sentence(f"{'是' if answer.truth else '否'}，{about}{held}。")
    plain = replace(finding, answers=rest)
    return [lead, *(_change(plain, query) if condition.change else _value(plain, query))]


def _above(finding: Finding, query: Query) -> list[Sentence]:
    """Both figures, and whether the first is the larger or the smaller one."""
    answer = finding.answers[0]
    parts = [
        f"{figure.company.name if figure.company else ''}{_when(figure)}{name}为{amount(figure, query.currency_unit)}"
        for figure, name in zip(finding.operands, finding.notes, strict=True)
    ]
    sentences = [Sentence(f"{'是' if answer.truth else '否'}。{'，'.join(parts)}。", tuple(finding.operands))]
    steps = [f.calculation for f in finding.operands if f.calculation]
    return [*sentences, *(Sentence(f"计算：{step.text}。") for step in steps)]


def _when(figure: Figure) -> str:
    return words_of(figure.period) if figure.period else ""


_WRITERS = {
    "check": _check,
    "above": _above,
    "value": _value,
    "change": _change,
    "direction": _yes_no,
    "members": _members,
    "rank": _rank,
    "same": _same,
    "sum": _combined,
    "mean": _combined,
    "difference": _combined,
    "times": _combined,
    "count": market_sentences,
    "common": market_sentences,
    "round": market_sentences,
    "list": market_sentences,
    "place": market_sentences,
    "sum_all": market_sentences,
    "mean_all": market_sentences,
    "median_all": market_sentences,
}


def compose_quotes(quotes: list[Quote], plan: Explain) -> list[Sentence]:
    """Each quote with its file, page and section."""
    if not quotes:
        return []
    first = quotes[0]
    if first.nothing:
        where = _where(first)
        said = f"{where}在“{_title(first)}”一节写明没有此类情况（“{_quoted(first)}”）。"
        return [Sentence(said, (), (first,))]
    return [Sentence(f"{_where(q)}“{_title(q)}”：{_quoted(q)}", (), (q,)) for q in quotes if not q.nothing]


def _where(quote: Quote) -> str:
    page = f"第{quote.passage.page}页" if quote.passage.page else ""
    return f"《{quote.document.name}》{page}"


def _title(quote: Quote) -> str:
    return quote.title or quote.passage.section.rsplit(" / ", 1)[-1] or "正文"


def _quoted(quote: Quote) -> str:
    """The passage; a long one cut to its beginning, or to the sentences and rows that hold what was looked for."""
    text = quote.only or " ".join(body_of(quote.passage).split())
    if len(text) <= _BIGGEST_QUOTE:
        return text
    parts = relevant(quote.passage, quote.words[:2])
    cut = " …… ".join(parts) if parts and parts[0] not in text[:_BIGGEST_QUOTE] else text
    return cut if len(cut) <= _BIGGEST_QUOTE else f"{_PART_OF_NUMBER.sub('', cut[:_BIGGEST_QUOTE])}……"
