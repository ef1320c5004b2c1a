"""Questions about named companies that ask for yes or no: a bound (是否超过50%), or one thing against another (比2022年高吗)."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from caiwen.ask.bounds import conditions_of, figures_of
from caiwen.ask.comparatives import asks_yes_no, way_asked
from caiwen.ask.plan import Aggregate, Change, Condition, ItemMeasure, Measure, PeriodRef, Query
from caiwen.ask.reading import MASK, Reading
from caiwen.ask.world import Vocabulary

_FIRST_IS_BASE = re.compile(r"(?:与|和|跟|同|较|比|相比|相较于?|相对于?)$")
_WHICH = re.compile(
    r"(?:谁|哪个|哪一个|哪项|何者)(?:更|比较|要)?(?:高|大|多|低|小|少)|谁的[^,，]{1,12}?(?:高|大|多|低|小|少)(?:$|[?？,，一])"
)
_BEHIND = re.compile(r"(?:比|较|于|超过|不如|不及)$")
_BEHIND_BASE = re.compile(r"^.{0,8}?(?:相比|比起来|比较|比)[,，]?")


_TWO = 2


_EITHER = re.compile(
    r"正(?:的|数|值)?还是(?:是|为)?负|负(?:的|数|值)?还是(?:是|为)?正|盈利?还是(?:是)?亏|亏损?还是(?:是)?盈|赚(?:钱|了)?还是(?:是)?[亏赔]|[亏赔](?:钱|了)?还是(?:是)?赚|盈亏"
)


def conditions_asked(reading: Reading, vocabulary: Vocabulary | None) -> list[Condition]:
    """The bounds that a yes-or-no question puts to named companies."""
    if _EITHER.search(reading.text):
        return _either(reading, vocabulary)
    if not asks_yes_no(reading):
        return []
    conditions, _ = conditions_of(replace(reading, text=reading.text + MASK), None, vocabulary)
    named = reading.of("item") or reading.of("formula")
    return conditions if named or not (reading.leftovers or reading.of("topic")) else []


def _either(reading: Reading, vocabulary: Vocabulary | None) -> list[Condition]:
    """是正还是负, 盈利还是亏损: the sign of what is named, or of the profit."""
    measures = figures_of(reading, vocabulary) or [ItemMeasure(item="净利润")]
    return [Condition(measure=measure, sign=">", value=Decimal(0), either=True) for measure in measures]


def direction_asked(
    reading: Reading, change: Change | None, periods: list[PeriodRef]
) -> tuple[Change | None, list[PeriodRef]]:
    """比2022年高吗, 比上年低吗: whether the figure moved that way, and the periods that this is asked for."""
    way = way_asked(reading) if asks_yes_no(reading) else None
    several = len(reading.companies) > 1 or len(reading.of("item") + reading.of("formula")) > 1
    if way is None or several or (change is not None and change.show != "both"):
        return change, periods
    if change is not None:
        return change.model_copy(update={"show": "direction", "asked": way}), periods
    if len(periods) != _TWO:
        return None, periods
    base = _base(reading, periods)
    asked = [period for period in periods if period != base]
    made = {"against": "named", "base": base, "show": "direction", "asked": way}
    return Change.model_validate(made), asked


def _base(reading: Reading, periods: list[PeriodRef]) -> PeriodRef:
    """The period behind 比; else the earlier one."""
    for mention in reading.periods:
        if _BEHIND.search(reading.text[: mention.start]):
            return next((p for p in periods if p.period == str(mention.period)), periods[-1])
    return min(periods, key=lambda p: p.period)


def against_each_other(query: Query, reading: Reading) -> Query:
    """甲的收入比乙高吗, 净利润是否高于经营现金流: the first compared with the second."""
    pairs = (len(query.select.companies), len(query.derive), len(query.select.periods))
    if _WHICH.search(reading.text) and pairs in ((1, _TWO, 1), (1, 1, _TWO)) and not query.aggregate:
        return query.model_copy(update={"aggregate": Aggregate(kind="difference"), "order": None})
    way = way_asked(reading) if asks_yes_no(reading) else None
    moved = query.change is not None and query.change.show == "direction"
    if way is None or moved or query.aggregate or sorted(pairs) != [1, 1, _TWO]:
        return query
    order = query.order if query.order and query.order.over == "companies" else None
    if query.order is not None and order is None:
        return query
    aggregate = Aggregate(kind="above" if way == "up" else "below")
    update: dict[str, object] = {"aggregate": aggregate, "order": None}
    if _named_first(reading, query):
        turned = query.select.model_copy(update={"companies": query.select.companies[::-1]})
        update |= {"select": turned, "derive": query.derive[::-1]}
    return query.model_copy(update=update)


def _named_first(reading: Reading, query: Query) -> bool:
    """与乙相比，甲更高吗: the thing compared with stands first."""
    two_companies = len(query.select.companies) == _TWO
    spans = [(m.start, m.end) for m in reading.of("item") + reading.of("formula")]
    if two_companies:
        spans = [(m.start, m.end) for m in reading.companies]
    if len(spans) < _TWO:
        return False
    start, end = min(spans)
    before, behind = reading.text[:start], reading.text[end:]
    return _FIRST_IS_BASE.search(before) is not None and _BEHIND_BASE.match(behind) is not None


def measured_by(conditions: list[Condition], measures: list[Measure]) -> list[Measure]:
    """The measures that are asked for beside those that are bounded."""
    bounded = [condition.measure for condition in conditions]
    return [measure for measure in measures if measure not in bounded]
