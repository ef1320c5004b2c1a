"""From the items and formulas that a question names to the measures of its plan."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import zip_longest

from caiwen.ask.plan import BreakdownMeasure, FormulaMeasure, ItemMeasure, Measure
from caiwen.ask.reading import Mention, Reading
from caiwen.ask.shares import share_measure, shares_of
from caiwen.ask.words import words
from caiwen.ask.world import Vocabulary
from caiwen.finance.items import taxonomy

_NAMES = {
    "股东": ("持股数量", "持股比例"),
    "客户": ("客户销售额", "客户销售额占比"),
    "供应商": ("供应商采购额", "供应商采购额占比"),
}
_SHARE, _REVENUE = "营业收入占比", "营业收入"
_ASKED = re.compile(r"多少|几[亿万]|是什么|金额")
_SHARE_OF_WHOLE = re.compile(
    r"占(?:公司|总|全部|整体)?(?:营业总?收入|营收|总收入|收入)(?:总额)?(?:的)?(?:比例|比重|比率|百分比|占比|多少|百分之|几成)"
)


def measures_of(reading: Reading, vocabulary: Vocabulary | None) -> list[Measure]:
    """The measures, in the order of the question."""
    members = reading.of("member")
    whole = _SHARE_OF_WHOLE.search(reading.text)
    if members and whole and vocabulary and whole.start() >= members[0].end:
        own = _ASKED.search(reading.text[members[-1].end : whole.start()]) is not None
        names = [_REVENUE, _SHARE] if own else [_SHARE]
        return [
            ItemMeasure(item=name, dimensions={m.meanings[0]: m.meanings[1]})
            for m in members
            for name in names
        ]
    axes = _axes(reading, vocabulary)
    named = _named(reading)
    shares = shares_of(reading, named, vocabulary)
    found: list[Measure] = []
    for mention, after in zip_longest(named, named[1:]):
        if _is_whole_of(mention, after, reading) or _has(mention, after, reading):
            continue
        if mention in shares.used:
            found += shares.at.get(mention, [])
        elif mention.kind == "bundle":
            found += _bundle(mention, vocabulary)
        else:
            found += _inside(mention, named, vocabulary) or _of_mention(mention, members, axes, vocabulary)
    if not found and (members or axes):
        found = _beside(reading, members, axes, vocabulary)
    return _unique(found)


_PEOPLE = "在职员工人数"
_OF_PEOPLE = re.compile(
    r"(?:的|数量|人数|数|有|是|为|共|一共|总共|达到?|具体|各|分别|都|学历|以上|及以上|占比|,|，)*"
)
_AMONG_PEOPLE = re.compile(
    r"(?:总数|人数)?(?:中|里|里面|当中|之中)(?:的|,|，|有|拥有|具有|具备|学历为?|学历是)*"
)


def _named(reading: Reading) -> list[Mention]:
    """Items, formulas and bundles in order; 多少人 or 员工人数 right behind a kind of staff is no item of its own
    (硕士员工人数), nor are the staff among whom others are counted (员工中硕士)."""
    every = reading.of("item") + reading.of("formula") + reading.of("bundle")
    every.sort(key=lambda m: m.start)
    kept: list[Mention] = []
    for at, mention in enumerate(every):
        before = kept[-1] if kept else None
        after = every[at + 1] if at + 1 < len(every) else None
        if mention.meaning == _PEOPLE:
            if _counts_people(before) and _OF_PEOPLE.fullmatch(_gap(reading, before, mention)):
                continue
            if _is_whole_of(mention, after, reading):
                continue
        kept.append(mention)
    return kept


def _has(mention: Mention, after: Mention | None, reading: Reading) -> bool:
    """董秘的邮箱 asks for the mailbox, not for the secretary."""
    rules = words("of_persons")
    whose = mention.meaning == rules["person"] and after is not None and after.meaning in rules["items"]
    return whose and _gap(reading, mention, after) in ("", "的")


def _is_whole_of(mention: Mention, after: Mention | None, reading: Reading) -> bool:
    """员工中硕士, 研发人员中本科: the staff among whom others are counted are not asked for themselves."""
    both = _counts_people(mention) and _counts_people(after)
    return both and _AMONG_PEOPLE.fullmatch(_gap(reading, mention, after)) is not None


def _counts_people(mention: Mention | None) -> bool:
    item = taxonomy().get(mention.meaning) if mention is not None and mention.kind == "item" else None
    return item is not None and item.unit == "people"


def _gap(reading: Reading, left: Mention | None, right: Mention | None) -> str:
    return reading.between(left.end, right.start) if left and right else ""


def _axes(reading: Reading, vocabulary: Vocabulary | None) -> list[Mention]:
    """Axes that the company's facts have; some words ask for two (员工构成)."""
    found: list[Mention] = []
    pairs: dict[str, list[str]] = words("axis_pairs")
    for mention in reading.of("axis"):
        for axis in pairs.get(mention.meaning, [mention.meaning]):
            found.append(replace(mention, meanings=(axis,)))
    return [m for m in found if vocabulary is None or _has_axis(m.meaning, vocabulary)]


def _has_axis(axis: str, vocabulary: Vocabulary) -> bool:
    if axis in vocabulary.members:
        return True
    of_items = {name: own[axis] for name, own in words("axes_of_item").items() if axis in own}
    if any(name in vocabulary.members for name in of_items.values()):
        return True
    return any(item in vocabulary.totals for item in words("axis_items").get(axis, {}).get("parts", ()))


def _bundle(mention: Mention, vocabulary: Vocabulary | None) -> list[Measure]:
    """What a name for several figures stands for: those that the company discloses, and formulas."""
    names: list[str] = words("bundles")[mention.meaning]
    items = [n for n in names if taxonomy().get(n) is not None]
    known = [n for n in items if vocabulary is None or n in vocabulary.totals]
    kept = [n for n in names if n not in items or n in known]
    return [share_measure(name) for name in kept]


def _inside(mention: Mention, named: list[Mention], vocabulary: Vocabulary | None) -> list[Measure]:
    """研发人员...本科: those of the research staff, where the report tells them; else None of its own."""
    before = named[: named.index(mention)]
    if vocabulary is None or mention.kind != "item":
        return []
    axis, person = words("of_persons")["axis"], words("of_persons")["person"]
    if mention.meaning in words("of_persons")["items"] and before and before[-1].meaning == person:
        known = person in vocabulary.members.get(axis, ())
        return [ItemMeasure(item=mention.meaning, dimensions={axis: person})] if known else []
    for whole, axes in words("axes_of_item").items():
        if not any(m.meaning == whole for m in before) or any(m.meaning == _PEOPLE for m in before):
            continue
        for axis in axes.values():
            for member in vocabulary.members.get(axis, ()):
                if mention.meaning == words("member_items").get(member, member):
                    return [ItemMeasure(item=whole, dimensions={axis: member})]
    return []


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
    broken = [b for axis in axes if (b := _broken_down(mention, axis.meaning, vocabulary))]
    return [*broken] or [_measure(mention, {}, vocabulary)]


def _broken_down(mention: Mention, axis: str, vocabulary: Vocabulary | None) -> BreakdownMeasure | None:
    own: str = words("axes_of_item").get(mention.meaning, {}).get(axis, axis)
    if vocabulary is not None and own != axis and own in vocabulary.members:
        return BreakdownMeasure(item=mention.meaning, axis=own)
    if words("axis_items").get(axis, {}).get("item") == mention.meaning:
        return BreakdownMeasure(item=mention.meaning, axis=axis)
    if _may_have_members(mention, vocabulary):
        return BreakdownMeasure(item=_item_name(mention, vocabulary, inside=True), axis=axis)
    return None


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
    if not members and axis in words("axis_items"):
        return [BreakdownMeasure(item=words("axis_items")[a.meaning]["item"], axis=a.meaning) for a in axes]
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
