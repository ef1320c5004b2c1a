"""Plans over many companies: which are meant, what bounds them, what ranks them, what is asked about those that are left.

The rank phrase (最高的三家, 第二高, 前十) cuts the question in two: measures, periods and changes before it say how to
rank, those after it what to show of the companies found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from caiwen.ask.bounds import conditions_of, figures_of, is_identity, of_two, signs_of, within
from caiwen.ask.measure_units import unit_of
from caiwen.ask.periods import change_of, named_periods
from caiwen.ask.places_said import Restriction
from caiwen.ask.plan import (
    Aggregate,
    Change,
    ItemMeasure,
    Measure,
    PeriodRef,
    Query,
    Ranking,
    Select,
)
from caiwen.ask.ranking import places_of
from caiwen.ask.reading import Mention, Reading, ordinal
from caiwen.finance.formulas import formulas
from caiwen.finance.items import taxonomy
from caiwen.finance.period import Part, Period
from caiwen.records import Scope

_CLOSE = 6
"""Characters that may stand between two parts of one rank phrase (最高的前五家)."""
_FALLING = re.compile(r"下降|减少|下滑|降幅|跌|降低|缩减|萎缩")
_RISING = re.compile(r"增|升|涨|提高")


@dataclass(slots=True)
class Parts:
    """The rank phrase's span in the question; None where nothing is ranked."""

    start: int
    end: int


def asks_market(reading: Reading, limits: Restriction) -> bool:
    """Whether the question is about companies that it does not name."""
    restricted = bool(limits.regions or limits.sector)
    asks_all = restricted or reading.has("everyone") or reading.has("aggregate.count")
    measured = bool(reading.of("item") or reading.of("formula"))
    span = _rank_span(reading)
    ranks = span is not None
    of_companies = (
        re.search(r"公司|企业|家|银行|谁|□|\d名|[二三四五六七八九十]名|强", reading.text) is not None
    )
    if ranks and measured and of_companies:
        return True
    if restricted and not measured and reading.has("aggregate.count"):
        return True
    bounded = (
        bool(reading.amounts)
        or bool(of_two(reading)[0])
        or bool(signs_of(reading, span.start if span else None))
        or any(map(reading.has, _AGGREGATES))
    )
    listed = restricted and re.search(r"哪些|名单|有哪|列出|多少|几家", reading.text) is not None
    added = restricted and measured and "合计" in reading.text
    return asks_all and (bounded or listed or added or reading.has("aggregate.count"))


def left_out(reading: Reading, query: Query) -> list[str]:
    """What a question about a market asks beside the one thing that is answered; said, so that it is asked again."""
    found: list[str] = []
    later = [s for s in re.split(r"[?？]", reading.text)[1:] if s]
    kind = query.aggregate.kind if query.aggregate else ""
    added = reading.has("aggregate.sum") or reading.has("aggregate.mean") or "合计" in reading.text
    for sentence in later:
        lone = (
            sentence.endswith("呢") and not taxonomy().find_in(sentence) and not formulas().find_in(sentence)
        )
        if lone or (kind == "count" and added and re.search(r"合计|总|平均|之和", sentence)):
            found.append(f"“{sentence}”没有一并回答，请单独再问")
    return found


_AGGREGATES = ("aggregate.count", "aggregate.sum", "aggregate.mean", "aggregate.median")


def market_query(reading: Reading, limits: Restriction) -> Query:
    """The query; its periods are empty where none was named."""
    span = _rank_span(reading)
    conditions, used = conditions_of(reading, span.start if span else None)
    free = _without(reading, used)
    every = _every(reading)
    periods = _running(reading, named_periods(reading))
    if every and len(named_periods(reading)) > 1 and any(c.change for c in conditions):
        # growing from 2019 to 2021: the growth of 2020 and of 2021; what else is bounded, in all three
        if all(c.change for c in conditions):
            periods = periods[1:]
        else:
            first = periods[0].period
            conditions = [c.model_copy(update={"after": first}) if c.change else c for c in conditions]
    select = Select(
        everyone=True,
        regions=limits.regions,
        ever=limits.ever,
        sector=limits.sector,
        periods=tuple(periods),
        scope=Scope.PARENT if reading.has("scope.parent") else Scope.CONSOLIDATED,
    )
    query = Query(
        select=select,
        derive=(),
        conditions=tuple(conditions),
        every=every,
        aggregate=_aggregate(reading, ranked=span is not None),
        decimals=reading.decimals,
        currency_unit=reading.unit,
    )
    if span is None:
        change, periods = change_of(free, periods) if _change_left(free) else (None, periods)
        measures = figures_of(free)
        return query.model_copy(
            update={
                "derive": tuple(measures),
                "change": change,
                "select": select.model_copy(update={"periods": tuple(periods)}),
            }
        )
    return _ranked(query, reading, free, span)


def _ranked(query: Query, reading: Reading, free: Reading, span: Parts) -> Query:
    first = within(free, 0, span.start)
    rest = within(free, span.end, len(reading.text))
    before, after = figures_of(first), figures_of(rest)
    if not before:
        before, after = (after[:1], after[1:]) if after else ([c.measure for c in query.conditions[:1]], [])
    order = places_of(reading)
    rank_periods = named_periods(first) or list(query.select.periods)
    rank_change, rank_periods = _ranked_change(first, rank_periods, before)
    if rank_change and _falls(first):
        order = order.model_copy(update={"descending": not order.descending})
    after = [m for m in after if m not in before and not is_identity(m) and not _same_people(m, before)]
    change, periods = None, named_periods(rest) if after or _change_left(rest) else []
    periods = periods or rank_periods
    if _change_left(rest):
        change, periods = change_of(rest, periods)
        after = after or before[-1:]
    most = re.search(r"最[多少]", reading.text[span.start : span.end]) is not None
    rankings = tuple(
        Ranking(
            measure=measure,
            change=_fit_change(rank_change, measure, most=most),
            periods=tuple(rank_periods),
            order=order,
        )
        for measure in (before if len(before) > 1 and _joined(first) else before[-1:])
    )
    return query.model_copy(
        update={
            "rankings": rankings,
            "derive": tuple(after) or tuple(r.measure for r in rankings),
            "change": change,
            "select": query.select.model_copy(update={"periods": tuple(periods)}),
        }
    )


def _same_people(measure: Measure, ranked: list[Measure]) -> bool:
    """多少人 after a rank by people asks for the very figure that ranks."""
    if not isinstance(measure, ItemMeasure) or measure.item != "在职员工人数":
        return False
    return any(isinstance(r, ItemMeasure) and unit_of(r) == "人" for r in ranked)


def _joined(reading: Reading) -> bool:
    """Several measures are ranked, each for itself: 营业收入和净利润均..."""
    mentions = sorted(reading.of("item") + reading.of("formula"), key=lambda m: m.start)
    gaps = (reading.between(a.end, b.start) for a, b in pairwise(mentions))
    return bool(mentions) and all(re.fullmatch(r"、|,|，|和|与|及|以及|同时", gap) for gap in gaps)


# --- the rank phrase ----------------------------------------------------------------------------------


def _rank_span(reading: Reading) -> Parts | None:
    spans = [(m.start, m.end) for m in reading.word("rank") + reading.word("place")]
    spans = spans or [(m.start, m.end) for m in reading.word("listed")]
    if not spans:
        return None
    spans.sort()
    start, end = spans[0]
    for s, e in spans[1:]:
        between = reading.text[end:s]
        if s - end <= _CLOSE and not any(m.start >= end and m.end <= s for m in reading.of("item")):
            end = max(end, e)
        elif "家" in between or "公司" in between:
            break
    if _is_count_of_asked(reading, start, end):
        late = [(s, e) for s, e in spans if s >= end]
        start, end = (late[0][0], late[-1][1]) if late else (start, end)
    return Parts(start, end)


def _is_count_of_asked(reading: Reading, start: int, end: int) -> bool:
    """哪前三家...最高: the number stands before the measure, the rank word after it."""
    return reading.text[start:end].startswith("前") and any(m.start >= end for m in reading.word("rank"))


def _without(reading: Reading, used: list[Mention]) -> Reading:
    return replace(reading, mentions=[m for m in reading.mentions if m not in used])


def _every(reading: Reading) -> bool:
    return reading.has("every") or re.search(r"连续|逐年|持续", reading.text) is not None


def _running(reading: Reading, periods: list[PeriodRef]) -> list[PeriodRef]:
    """连续三年 up to the one year named: that year and those before it."""
    match = _RUNNING.search(reading.text)
    if match is None or len(periods) != 1:
        return periods
    last = Period.parse(periods[0].period)
    count = ordinal(match["n"]) or 1
    if last is None or last.part is not Part.FY:
        return periods
    return [PeriodRef(period=str(last.year - back)) for back in range(count - 1, -1, -1)]


_RUNNING = re.compile(r"连续(?P<n>[一二两三四五\d])年")


def _aggregate(reading: Reading, *, ranked: bool) -> Aggregate | None:
    for kind in ("count", "sum", "median", "mean"):
        if reading.has(f"aggregate.{kind}") and not (ranked and kind == "count"):
            return Aggregate.model_validate({"kind": kind})
    return Aggregate(kind="sum") if not ranked and not reading.amounts and "合计" in reading.text else None


# --- changes ------------------------------------------------------------------------------------------


def _change_left(reading: Reading) -> bool:
    asked = {m.group.partition(".")[2] for m in reading.word("change")}
    return bool(asked - {"link"})


def _ranked_change(
    reading: Reading, periods: list[PeriodRef], measures: list[Measure]
) -> tuple[Change | None, list[PeriodRef]]:
    if not _change_left(reading):
        return None, periods
    return change_of(reading, periods)


def _fit_change(change: Change | None, measure: Measure, *, most: bool) -> Change | None:
    """A rank needs one number: the rate, but the amount for 增加最多; of shares the percentage points."""
    if change is None:
        return None
    if change.show == "rate":
        return change
    if change.show == "amount" or (change.show == "both" and most):
        return change.model_copy(update={"show": "amount"})
    return change.model_copy(update={"show": "amount" if unit_of(measure) == "%" else "rate"})


def _falls(reading: Reading) -> bool:
    said = "".join(reading.text[m.start : m.end] for m in reading.word("change"))
    return _FALLING.search(said) is not None and _RISING.search(said) is None
