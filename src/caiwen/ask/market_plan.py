"""Plans over many companies: which are meant, what bounds them, what ranks them, what is asked about those that are left.

The rank phrase (最高的三家, 第二高, 前十) cuts the question in two: measures, periods and changes before it say how to
rank, those after it what to show of the companies found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from caiwen.ask.measure_units import unit_of
from caiwen.ask.measures import measures_of
from caiwen.ask.periods import change_of, named_periods
from caiwen.ask.places_said import Restriction
from caiwen.ask.plan import (
    Aggregate,
    Change,
    Condition,
    ItemMeasure,
    Measure,
    PeriodRef,
    Query,
    Ranking,
    RatioMeasure,
    Select,
    Sign,
)
from caiwen.ask.ranking import places_of
from caiwen.ask.reading import Mention, Reading, ordinal
from caiwen.ask.words import words
from caiwen.finance.period import Part, Period
from caiwen.records import Scope

_CLOSE = 6
"""Characters that may stand between two parts of one rank phrase (最高的前五家)."""
_IDENTITY = frozenset(("公司名称", "股票简称", "股票代码"))
_FALLING = re.compile(r"下降|减少|下滑|降幅|跌|降低|缩减|萎缩")
_RISING = re.compile(r"增|升|涨|提高")
_PROFIT = ItemMeasure(item="净利润")
_BETWEEN = re.compile(r"^(?:元|人|%)?(?:到|至|和|与|~|-|—)$")


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
    ranks = _rank_span(reading) is not None
    of_companies = (
        re.search(r"公司|企业|家|银行|谁|□|\d名|[二三四五六七八九十]名|强", reading.text) is not None
    )
    if ranks and measured and of_companies:
        return True
    if restricted and not measured and reading.has("aggregate.count"):
        return True
    bounded = bool(reading.amounts) or bool(_signs(reading)) or any(map(reading.has, _AGGREGATES))
    listed = restricted and re.search(r"哪些|名单|有哪|列出|多少|几家", reading.text) is not None
    added = restricted and measured and "合计" in reading.text
    return asks_all and (bounded or listed or added or reading.has("aggregate.count"))


_AGGREGATES = ("aggregate.count", "aggregate.sum", "aggregate.mean")


def market_query(reading: Reading, limits: Restriction) -> Query:
    """The query; its periods are empty where none was named."""
    span = _rank_span(reading)
    conditions, used = _conditions(reading)
    free = _without(reading, used)
    every = _every(reading)
    periods = _running(reading, named_periods(reading))
    if every and len(named_periods(reading)) > 1 and any(c.change for c in conditions):
        periods = periods[1:]  # growing from 2019 to 2021: the growth of 2020 and of 2021
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
        measures = [m for m in measures_of(free, None) if not _is_identity(m)]
        return query.model_copy(
            update={
                "derive": tuple(measures),
                "change": change,
                "select": select.model_copy(update={"periods": tuple(periods)}),
            }
        )
    return _ranked(query, reading, free, span)


def _ranked(query: Query, reading: Reading, free: Reading, span: Parts) -> Query:
    first = _inside(free, 0, span.start)
    rest = _inside(free, span.end, len(reading.text))
    before, after = _measures(first), _measures(rest)
    if not before:
        before, after = (after[:1], after[1:]) if after else ([c.measure for c in query.conditions[:1]], [])
    order = places_of(reading)
    rank_periods = named_periods(first) or list(query.select.periods)
    rank_change, rank_periods = _ranked_change(first, rank_periods, before)
    if rank_change and _falls(first):
        order = order.model_copy(update={"descending": not order.descending})
    after = [m for m in after if m not in before and not _is_identity(m) and not _same_people(m, before)]
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


def _measures(reading: Reading) -> list[Measure]:
    return [m for m in measures_of(reading, None) if not _is_identity(m)]


def _is_identity(measure: Measure) -> bool:
    return isinstance(measure, ItemMeasure) and measure.item in _IDENTITY


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


def _inside(reading: Reading, start: int, end: int) -> Reading:
    return replace(
        reading,
        mentions=[m for m in reading.mentions if start <= m.start and m.end <= end],
        periods=[p for p in reading.periods if start <= p.start and p.end <= end],
        amounts=[a for a in reading.amounts if start <= a.start and a.end <= end],
    )


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
    for kind in ("count", "sum", "mean"):
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


# --- bounds -------------------------------------------------------------------------------------------


def _conditions(reading: Reading) -> tuple[list[Condition], list[Mention]]:
    """One for every amount beside a word of bound, and for words that bound by the sign."""
    found: list[Condition] = []
    used: list[Mention] = []
    last = 0
    for amount in reading.amounts:
        sign = _sign(reading, amount.start, amount.end)
        measure, mentions = _bounded(reading, amount.start, amount.end, last)
        if measure is None and found:
            measure, mentions = found[-1].measure, []
        if sign is None or measure is None:
            continue
        change = _bounded_change(reading, mentions, amount.start, amount.unit, measure)
        value = Decimal(amount.value)
        if amount.unit == "%" and change is None and unit_of(measure) != "%":
            value /= 100
        found.append(Condition(measure=measure, change=change, sign=sign, value=value, unit=amount.unit))
        used += mentions + [m for m in reading.word("change") if last <= m.start < amount.start and change]
        last = amount.end
    for word_sign, start, end, of_change in _signs(reading):
        measure, mentions = _bounded(reading, start, end, last)
        change = (
            Change(show="amount") if of_change else None
        )  # the sign of a rate lies where the base is negative
        condition = Condition.model_validate(
            {"measure": measure or _PROFIT, "change": change, "sign": word_sign, "value": Decimal(0)}
        )
        found.append(condition)
        used += mentions + [m for m in reading.word("change") if m.start < end + 1 and m.end > start - 1]
    return found, used


def _bounded(reading: Reading, start: int, end: int, after: int) -> tuple[Measure | None, list[Mention]]:
    """The measure nearest before the bound; where there is none, the nearest behind it."""
    before = _inside(reading, after, start)
    measures = _measures(before)
    if measures:
        mentions = before.of("item") + before.of("formula")
        nearest = [m for m in mentions if m.start >= max(x.start for x in mentions)]
        kept = mentions if isinstance(measures[-1], RatioMeasure) else nearest
        return measures[-1], kept
    behind = _inside(reading, end, len(reading.text))
    measures = _measures(behind)
    if not measures or after:
        return None, []
    mentions = sorted(behind.of("item") + behind.of("formula"), key=lambda m: m.start)
    return measures[0], mentions[:1]


def _bounded_change(
    reading: Reading, mentions: list[Mention], start: int, unit: str, measure: Measure
) -> Change | None:
    """增长率超过20%: the bound is on the change; a bound in % on an amount can be nothing else."""
    begin = mentions[-1].start if mentions else 0
    said = [m for m in reading.word("change") if begin <= m.start < start]
    asked = {m.group.partition(".")[2] for m in said} - {"link"}
    if not asked:
        return None
    if unit == "百分点" or (asked == {"amount"} and unit != "%"):
        return Change(show="amount")
    if unit == "%":
        return Change(show="rate", compound="compound" in asked)
    return Change(show="amount")


def _sign(reading: Reading, start: int, end: int) -> Sign | None:
    around = reading.text[max(0, start - 5) : start] + " " + reading.text[end : end + 3]
    signs: dict[Sign, list[str]] = words("threshold")
    found = [(len(w), sign) for sign, group in signs.items() for w in group if w in around]
    if found:
        return max(found)[1]
    if re.match(r"(?:元|人)?之间|(?:元|人)?(?:到|至|和|~|-|—)[\d.]", reading.text[end:]):
        return "<=" if reading.text[end:].lstrip("元人").startswith("之间") else ">="
    return None


def _signs(reading: Reading) -> list[tuple[str, int, int, bool]]:
    """Words such as 亏损 or 正增长 where they bound: sign, span, and whether they are about the change."""
    found: list[tuple[str, int, int, bool]] = []
    if not re.search(r"公司|企业|家|□", reading.text):
        return found
    ranked = _rank_span(reading)
    for group, of_change in (("signs", False), ("signs_of_change", True)):
        for sign, spellings in words(group).items():
            hits = [(m.start(), m.end()) for w in spellings for m in re.finditer(re.escape(w), reading.text)]
            if hits:
                start, end = max(hits, key=lambda h: h[1] - h[0])
                open_ = not any(a.start >= start - 2 and a.start <= end + 8 for a in reading.amounts)
                near_rank = ranked is not None and abs(ranked.start - end) <= 3
                if open_ and not near_rank and not re.match(r"率|额|幅|了?多少|量", reading.text[end:]):
                    found.append((sign, start, end, of_change))
    return found[:1]
