"""From the items and formulas that a question names to the measures of its plan."""

from __future__ import annotations

import re
from typing import Literal

from caiwen.ask.plan import BreakdownMeasure, FormulaMeasure, ItemMeasure, Measure, RatioMeasure
from caiwen.ask.reading import Mention, Reading
from caiwen.ask.words import words
from caiwen.ask.world import Vocabulary
from caiwen.finance.items import taxonomy

_NAMES = {
    "股东": ("持股数量", "持股比例"),
    "客户": ("客户销售额", "客户销售额占比"),
    "供应商": ("供应商采购额", "供应商采购额占比"),
}
_SHARE = "营业收入占比"
_SHARE_OF_WHOLE = re.compile(
    r"占(?:公司|总|全部|整体)?(?:营业总?收入|营收|总收入|收入)(?:总额)?(?:的)?(?:比例|比重|比率|百分比|占比|多少|百分之|几成)"
)
_JOIN = re.compile(
    r"^(?:的)?(?:总额|金额|合计)?(?:占|与|和|对|除以|比|跟|/|÷)(?:同期|当期|当年|其|公司|总)?$"
)
_SHARE_TAIL = re.compile(
    r"^(?:总额|金额|的)?(?:的)?(?:比例|比重|比率|百分比|占比|比值|之比|多少|百分之|几成|份额|占比率)"
)
_TIMES_TAIL = re.compile(r"^(?:的)?(?:多少倍|几倍|倍数)")


def measures_of(reading: Reading, vocabulary: Vocabulary | None) -> list[Measure]:
    """The measures, in the order of the question."""
    members = reading.of("member")
    whole = _SHARE_OF_WHOLE.search(reading.text)
    if members and whole and vocabulary and whole.start() >= members[0].end:
        return [ItemMeasure(item=_SHARE, dimensions={m.meanings[0]: m.meanings[1]}) for m in members]
    ratios, used = _ratios(reading)
    axes = [m for m in reading.of("axis") if vocabulary is None or m.meaning in vocabulary.members]
    found: list[Measure] = []
    for mention in _named(reading):
        if mention in used:
            found += [r for at, r in ratios if at is mention]
        else:
            found += _of_mention(mention, members, axes, vocabulary)
    if not found and (members or axes):
        found = _beside(reading, members, axes, vocabulary)
    return _unique(found)


_PEOPLE = "在职员工人数"
_OF_PEOPLE = re.compile(r"(?:的|数量|人数|数|有|是|为|共|一共|总共|达到?|具体)*")


def _named(reading: Reading) -> list[Mention]:
    """Items and formulas in order; 多少人 or 员工人数 right behind a kind of staff is no item of its own (硕士员工人数)."""
    kept: list[Mention] = []
    for mention in sorted(reading.of("item") + reading.of("formula"), key=lambda m: m.start):
        before = kept[-1] if kept else None
        if mention.meaning == _PEOPLE and before is not None and before.kind == "item":
            item = taxonomy().get(before.meaning)
            gap = reading.between(before.end, mention.start)
            if item is not None and item.unit == "people" and _OF_PEOPLE.fullmatch(gap):
                continue
        kept.append(mention)
    return kept


def _unique(measures: list[Measure]) -> list[Measure]:
    kept: list[Measure] = []
    for measure in measures:
        if measure not in kept:
            kept.append(measure)
    return kept


def _of_mention(
    mention: Mention, members: list[Mention], axes: list[Mention], vocabulary: Vocabulary | None
) -> list[Measure]:
    if members and _may_have_members(mention, vocabulary):
        dimensions = [{m.meanings[0]: m.meanings[1]} for m in members]
        return [_measure(mention, one, vocabulary) for one in dimensions]
    if axes and _may_have_members(mention, vocabulary):
        return [BreakdownMeasure(item=_item_name(mention, vocabulary, inside=True), axis=axes[0].meaning)]
    return [_measure(mention, {}, vocabulary)]


def _may_have_members(mention: Mention, vocabulary: Vocabulary | None) -> bool:
    """Only items that have facts inside an axis; a member named beside 总资产 does not narrow it."""
    if vocabulary is None:
        return False
    shares: dict[str, str] = words("shares")
    return any(shares.get(name, name) in vocabulary.inside for name in mention.meanings)


def _measure(mention: Mention, dimensions: dict[str, str], vocabulary: Vocabulary | None) -> Measure:
    if mention.kind == "formula" and not (dimensions and vocabulary and mention.meaning in vocabulary.inside):
        return FormulaMeasure(formula=mention.meaning, dimensions=dimensions)
    return ItemMeasure(item=_item_name(mention, vocabulary, inside=bool(dimensions)), dimensions=dimensions)


def _item_name(mention: Mention, vocabulary: Vocabulary | None, *, inside: bool) -> str:
    """Of several items of one name, the one that this company discloses."""
    if vocabulary is None:
        return mention.meaning
    known = vocabulary.inside if inside else vocabulary.totals
    return next((name for name in mention.meanings if name in known), mention.meaning)


def _beside(
    reading: Reading, members: list[Mention], axes: list[Mention], vocabulary: Vocabulary | None
) -> list[Measure]:
    """A member or an axis without an item: 境外收入, 前十大股东, 分产品的毛利率."""
    axis = members[0].meanings[0] if members else axes[0].meaning
    if axis in _NAMES:
        items = [i for i in _NAMES[axis] if vocabulary and i in vocabulary.inside]
    else:
        short: dict[str, str] = words("beside_member")
        items = [short[word] for word in sorted(short, key=len, reverse=True) if word in reading.text][:1]
        items = items or ["营业收入"]
    if members:
        return [
            ItemMeasure(item=i, dimensions={m.meanings[0]: m.meanings[1]}) for m in members for i in items
        ]
    return [BreakdownMeasure(item=item, axis=axis) for item in items[:1]]


def _ratios(reading: Reading) -> tuple[list[tuple[Mention, RatioMeasure]], list[Mention]]:
    """甲占乙的比例, 甲与乙之比, 甲是乙的多少倍; several numerators may stand before 占."""
    items = reading.of("item")
    for at in range(1, len(items)):
        left, right = items[at - 1], items[at]
        between = reading.between(left.end, right.start)
        after = reading.text[right.end :]
        times = _TIMES_TAIL.match(after) and re.fullmatch(r"(?:是|为|相当于)(?:其|同期)?", between)
        if times or _is_share(between, after):
            numerators = _joined_before(reading, items[:at]) if "占" in between else [left]
            display: Literal["percent", "ratio"] = (
                "ratio" if times or after.startswith(("的比值", "比值")) else "percent"
            )
            found = [
                (n, RatioMeasure(numerator=n.meaning, denominator=right.meaning, display=display))
                for n in numerators
            ]
            return found, [*numerators, right]
    return [], []


def _is_share(between: str, after: str) -> bool:
    """甲占乙 is a share whatever follows; 甲和乙 only before 比值, 之比, 比率."""
    if "占" in between and len(between) <= 4:
        return True
    tail = _SHARE_TAIL.match(after)
    if not tail or not _JOIN.match(between):
        return False
    return between[:1] in ("/", "÷", "对", "除") or tail[0].endswith(("比值", "之比", "比率", "比例"))


def _joined_before(reading: Reading, items: list[Mention]) -> list[Mention]:
    """The items right before 占, joined by 和 or 、."""
    joined = [items[-1]]
    for left in reversed(items[:-1]):
        if not re.fullmatch(r"[和与及、,，]|以及", reading.between(left.end, joined[0].start)):
            break
        joined.insert(0, left)
    return joined
