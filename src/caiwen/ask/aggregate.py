"""Ranks, counts, sums and comparisons over what was found."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from caiwen.ask.figures import Calculation, Figure, combine, derived, divide, rounded
from caiwen.ask.findings import Finding
from caiwen.ask.plan import Condition, PeriodRef, Query
from caiwen.finance.amount import format_value

SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_BOUNDS = {">": "大于", ">=": "不低于", "<": "小于", "<=": "不超过"}
_SMALLEST_MEAN = 2
_SUM_WORD = {False: "合计", True: "之和"}


def rank_companies(figures: list[Figure], total: int, name: str, period: PeriodRef, query: Query) -> Finding:
    """The places asked for among the companies that were named."""
    finding = Finding("rank", name, period=period, order=query.order)
    finding.answers = _places(figures, query)
    finding.notes.append(
        f"{total} 家公司中有 {len(figures)} 家披露该项" if total != len(figures) else f"共 {total} 家公司"
    )
    return finding


def rank_members(finding: Finding, query: Query) -> Finding:
    return replace(finding, answers=_places(finding.answers, query))


def rank_periods(findings: list[Finding], query: Query) -> list[Finding]:
    figures = [f.answers[0] for f in findings if f.answers and f.answers[0].value is not None]
    if not figures:
        return findings
    finding = Finding("rank", findings[0].name, findings[0].company)
    finding.answers = _places(figures, query)
    finding.operands = [f for f in figures if f not in finding.answers]
    finding.notes.append(f"比较了 {len(figures)} 个期间")
    return [finding]


def _places(figures: list[Figure], query: Query) -> list[Figure]:
    order = query.order
    if order is None:
        return sorted(figures, key=lambda f: f.exact or Decimal(0), reverse=True)
    ordered = sorted(figures, key=lambda f: f.exact or Decimal(0), reverse=order.descending)
    ranked = [replace(f, rank=place) for place, f in enumerate(ordered, 1)]
    return ranked[order.first - 1 : order.last]


def total_of(
    values: list[Decimal],
    operands: list[Figure],
    name: str,
    unit: str | None,
    period: PeriodRef,
    kind: str,
    places: int | None,
) -> Figure:
    """The sum, mean or median over many companies; ``operands`` empty where they are too many to be written out."""
    if kind == "median":
        return _median(values, operands, name, unit, period, places)
    total = sum(values, Decimal(0))
    exact = total if kind == "sum" else total / len(values)
    shown = exact if kind == "sum" and unit != "%" else rounded(exact, 2 if places is None else places)
    names = {f"x{n}": figure for n, figure in enumerate(operands)}
    added = " + ".join(names) or f"{total:f}"
    words = f"{len(values)} 家公司的{name}相加" + ("" if kind == "sum" else f"再除以 {len(values)}")
    text = f"{words} = {format_value(shown, unit)}"
    expression = added if kind == "sum" else f"({added}) / {len(values)}"
    calculation = Calculation(text, expression, exact, tuple(names.items()))
    item = f"{name}{_SUM_WORD[name.endswith('合计')] if kind == 'sum' else '平均值'}"
    return Figure(item, None, period, unit, shown, calculation=calculation)


def _median(
    values: list[Decimal],
    operands: list[Figure],
    name: str,
    unit: str | None,
    period: PeriodRef,
    places: int | None,
) -> Figure:
    """The value in the middle, or the mean of the two there."""
    ordered = sorted(values)
    middle = ordered[(len(ordered) - 1) // 2 : len(ordered) // 2 + 1]
    exact = sum(middle, Decimal(0)) / len(middle)
    shown = rounded(exact, 2 if places is None else places)
    by_value = {figure.exact: figure for figure in operands}
    named = {f"x{n}": by_value[v] for n, v in enumerate(middle) if v in by_value}
    terms = list(named) if len(named) == len(middle) else [f"{value:f}" for value in middle]
    if len(terms) < len(middle):
        named, terms = {}, [f"{value:f}" for value in middle]
    text = f"{len(values)} 家公司的{name}从小到大排在中间的值 = {format_value(shown, unit)}"
    calculation = Calculation(text, f"({' + '.join(terms)}) / {len(terms)}", exact, tuple(named.items()))
    return Figure(f"{name}中位数", None, period, unit, shown, calculation=calculation)


def aggregate(findings: list[Finding], kind: str, query: Query) -> list[Finding]:
    """same, sum, mean, difference over all values found; the values themselves become operands."""
    figures = [f.answers[0] for f in findings if f.answers]
    if kind == "same":
        return [_same(findings, figures)] if len(figures) >= _SMALLEST_MEAN else findings
    numbers = [f for f in figures if f.value is not None]
    if kind in ("above", "below"):
        return (
            [_above(findings, numbers, kind)] if len(numbers) == len(findings) == _SMALLEST_MEAN else findings
        )
    if len(numbers) < _SMALLEST_MEAN or len({f.unit for f in numbers}) > 1:
        return findings
    if kind == "times":
        return [_times(findings, numbers)] if len(numbers) == _SMALLEST_MEAN else findings
    made = _difference(numbers) if kind == "difference" else _sum_or_mean(numbers, kind, query.decimals)
    companies = {f.company for f in findings}
    if len(companies) > 1:
        made = replace(made, company=None)
    finding = Finding(
        "sum", findings[0].name, companies.pop() if len(companies) == 1 else None, findings[0].period
    )
    finding.kind = "difference" if kind == "difference" else "mean" if kind == "mean" else "sum"
    finding.answers, finding.operands = [made], numbers
    return [finding]


def checked(finding: Finding, condition: Condition) -> Finding:
    """The finding with whether its value keeps the bound, in front."""
    figure = finding.answers[0]
    truth = SIGNS[condition.sign](figure.exact or Decimal(0), condition.value)
    item = f"{figure.item}{bound_words(condition)}"
    answer = Figure(item=item, company=finding.company, period=figure.period, truth=truth)
    return replace(
        finding, kind="check", answers=[answer, *finding.answers], condition=condition, notes=finding.notes
    )


def bound_words(condition: Condition) -> str:
    """大于5亿元, 不低于20%."""
    return f"{_BOUNDS[condition.sign]}{bound_value(condition)}"


def bound_value(condition: Condition) -> str:
    """A bound as people write it: in 亿元 or 万元 where it is round there."""
    value, unit = condition.value, condition.unit
    if value and unit in ("", "元"):
        for power, name in ((8, "亿"), (4, "万")):
            short = value.scaleb(-power)
            if abs(short) >= 1 and short == short.quantize(Decimal("0.01")):
                return f"{short.normalize():f}{name}{unit}"
    return format_value(value, unit)


def _same(findings: list[Finding], figures: list[Figure]) -> Finding:
    keys = {_comparable(f) for f in figures}
    answer = Figure(
        item=findings[0].name, company=findings[0].company, period=findings[-1].period, truth=len(keys) == 1
    )
    one = findings[0].company if len({f.company for f in figures}) == 1 else None
    finding = Finding("same", findings[0].name, one, answers=[answer])
    finding.operands = figures
    return finding


def _times(findings: list[Finding], numbers: list[Figure]) -> Finding:
    """The first figure as a multiple of the second."""
    top, bottom = numbers
    finding = Finding("times", findings[0].name, period=findings[0].period, operands=numbers)
    made = divide(
        top,
        bottom,
        item=f"{findings[0].name}倍数",
        percent=False,
        places=2,
        text=lambda shown: f"{_plain(top)} ÷ {_plain(bottom)} = {shown}倍",
    )
    finding.answers = [replace(made, unit="倍", basis=None, reported_in=None)] if made else []
    if any((f.exact or Decimal(0)) <= 0 for f in numbers):
        finding.warnings.append("其中有负数或零，倍数没有通常的含义。")
    return finding


def _plain(figure: Figure) -> str:
    return format_value(figure.value or Decimal(0), figure.unit)


def _above(findings: list[Finding], numbers: list[Figure], kind: str) -> Finding:
    """Whether the first figure is the larger (or the smaller) one."""
    first, second = ((f.exact or Decimal(0)) for f in numbers)
    word = {"above": "高于", "below": "低于"}[kind]
    names = [f.company.name if f.company else "" for f in numbers]
    if names[0] == names[1]:
        names = [finding.answers[0].item for finding in findings]
    else:
        names[0] += findings[0].name
    truth = first > second if kind == "above" else first < second
    answer = Figure(
        item=f"{names[0]}{word}{names[1]}",
        company=findings[0].company,
        period=findings[0].period,
        truth=truth,
    )
    finding = Finding("above", findings[0].name, answers=[answer])
    finding.operands = numbers
    finding.notes = [f.name if f.kind == "value" else f.answers[0].item for f in findings]
    finding.warnings = [w for f in findings for w in f.warnings]
    return finding


def _comparable(figure: Figure) -> str:
    return (
        "".join((figure.text or "").split())
        if figure.value is None
        else format(figure.value.normalize(), "f")
    )


def _sum_or_mean(numbers: list[Figure], kind: str, places: int | None) -> Figure:
    operands = {f"x{n}": figure for n, figure in enumerate(numbers)}
    total = " + ".join(operands)
    shown = " ＋ ".join(format_value(f.value or Decimal(0), f.unit) for f in numbers)
    unit = numbers[0].unit
    if kind == "sum":
        made = combine(f"{numbers[0].item}合计", total, operands, "", unit=unit)
        return _with_text(made, f"{shown} = {format_value(made.value or Decimal(0), unit)}")
    value = sum((f.value or Decimal(0) for f in numbers), Decimal(0)) / len(numbers)
    mean = rounded(value, 2 if places is None else places)
    text = f"（{shown}）÷ {len(numbers)} = {format_value(mean, unit)}"
    calculation = Calculation(text, f"({total}) / {len(numbers)}", value, tuple(operands.items()))
    return derived(numbers[0], f"{numbers[0].item}平均值", mean, unit, calculation)


def _difference(numbers: list[Figure]) -> Figure:
    """The larger less the smaller of two, as 相差 means."""
    high, low = sorted(numbers[:2], key=lambda f: f.value or Decimal(0), reverse=True)
    unit = "个百分点" if high.unit == "%" else high.unit
    made = combine(f"{high.item}差额", "a - b", {"a": high, "b": low}, "", unit=unit)
    shown = (high.value or Decimal(0)) - (low.value or Decimal(0))  # of figures as they are told
    made = replace(made, value=shown, calculation=made.calculation and replace(made.calculation, value=shown))
    text = f"{format_value(high.value or Decimal(0), high.unit)} − {format_value(low.value or Decimal(0), low.unit)}"
    return _with_text(made, f"{text} = {format_value(made.value or Decimal(0), unit)}")


def _with_text(figure: Figure, text: str) -> Figure:
    calculation = figure.calculation
    return replace(figure, calculation=replace(calculation, text=text) if calculation else None)
