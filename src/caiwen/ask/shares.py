"""One item as a share or a multiple of another: 甲占乙的比例, 甲与乙之比, 甲是乙的几倍, 甲及占比."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from caiwen.ask.plan import FormulaMeasure, ItemMeasure, Measure, RatioMeasure
from caiwen.ask.reading import Mention, Reading
from caiwen.ask.words import words
from caiwen.ask.world import Vocabulary
from caiwen.finance.formulas import formulas, names_in
from caiwen.finance.items import taxonomy

SHARE_WORD = re.compile(r"占比|占多少|比例|比重|比率|百分比|百分之多少|百分之几|几成")
_JOIN = re.compile(
    r"^(?:的)?(?:总额|金额|合计)?(?:占|与|和|对|除以|比|跟|/|÷)(?:同期|当期|当年|其|公司|总)?$"
)
_PART_OF = re.compile(
    r"^(?:的)?(?:期末|年末)?(?:总额|金额|合计|之和|总和|数量|余额)?(?:(?:分别|各自?|大约|约|共)*占)(?:了)?(?:同期|当期|当年|其|公司|总)*$"
)
_PART_OF_LATER = re.compile(
    r"^(?:的)?(?:总额|金额|合计)?(?:是|为|有)?(?:多少|几)?(?:元|人)?[,，;；?？](?:其|它|分别|又)*占(?:了)?(?:同期|当期|当年|其|公司|总)*$"
)
_SHARE_TAIL = re.compile(
    r"^(?:总额|金额|的)?(?:的)?(?:比例|比重|比率|百分比|占比|比值|之比|多少|百分之|几成|份额|占比率)"
)
_TIMES_TAIL = re.compile(r"^(?:的)?(?:多少倍|几倍|倍数)")
_TIMES = re.compile(r"(?:是|为|相当于)(?:其|同期)?")
_JOINER = re.compile(r"(?:总额|金额|合计)?(?:[和与及、,，]|以及)")
_TOGETHER = re.compile(r"之和|合计|总和|加起来|共")


@dataclass(slots=True)
class Shares:
    """``at``: what stands in the plan where a mention stands in the question. A mention without an entry there is used up."""

    at: dict[Mention, list[Measure]] = field(default_factory=dict)
    used: list[Mention] = field(default_factory=list)


def shares_of(reading: Reading, named: list[Mention], vocabulary: Vocabulary | None) -> Shares:
    """What the question relates to each other; empty where it relates nothing."""
    found = _ratios(reading, named)
    if not found.used:
        found = _before_share(reading, named)
    _add_shares(reading, named, vocabulary, found)
    return found


def _ratios(reading: Reading, named: list[Mention]) -> Shares:
    """甲占乙的比例, 甲与乙之比, 甲是乙的多少倍; several numerators may stand before 占."""
    items = [m for m in named if m.kind == "item"]
    for at in range(1, len(items)):
        left, right = items[at - 1], items[at]
        between = reading.between(left.end, right.start)
        after = reading.text[right.end :]
        times = _TIMES_TAIL.match(after) and _TIMES.fullmatch(between)
        later = _PART_OF_LATER.match(between) is not None
        if not (times or later or _is_share(between, after)):
            continue
        numerators = _joined_before(reading, items[:at]) if "占" in between else [left]
        display: Literal["percent", "ratio"] = (
            "ratio" if times or after.startswith(("的比值", "比值")) else "percent"
        )
        return _related(numerators, right, between, display, keep=later)
    return Shares()


def _related(
    numerators: list[Mention],
    right: Mention,
    between: str,
    display: Literal["percent", "ratio"],
    *,
    keep: bool,
) -> Shares:
    """``keep``: the numerators are asked for themselves too (营业收入是多少，占总资产的比例呢)."""
    if len(numerators) > 1 and _TOGETHER.search(between.partition("占")[0]):
        first, *more = numerators
        also = tuple(m.meaning for m in more)
        made = RatioMeasure(numerator=first.meaning, also=also, denominator=right.meaning, display=display)
        return Shares({numerators[-1]: [made]}, [*numerators, right])
    at: dict[Mention, list[Measure]] = {}
    for one in numerators:
        own: list[Measure] = [ItemMeasure(item=one.meaning)] if keep else []
        ratio = RatioMeasure(numerator=one.meaning, denominator=right.meaning, display=display)
        at[one] = [*own, ratio]
    return Shares(at, [*numerators, right])


def _is_share(between: str, after: str) -> bool:
    """甲占乙 is a share whatever follows; 甲和乙 only before 比值, 之比, 比率."""
    if _PART_OF.match(between):
        return True
    tail = _SHARE_TAIL.match(after)
    if not tail or not _JOIN.match(between):
        return False
    return between[:1] in ("/", "÷", "对", "除") or tail[0].endswith(("比值", "之比", "比率", "比例"))


def _joined_before(reading: Reading, items: list[Mention]) -> list[Mention]:
    """The items right before 占, joined by 和 or 、."""
    joined = [items[-1]]
    for left in reversed(items[:-1]):
        if not _JOINER.fullmatch(reading.between(left.end, joined[0].start)):
            break
        joined.insert(0, left)
    return joined


def _before_share(reading: Reading, named: list[Mention]) -> Shares:
    """应收账款和存货占总资产的比例: the last share has a name of its own, and the items joined to it are meant alike."""
    for at, mention in enumerate(named):
        formula = formulas().get(mention.meaning) if mention.kind == "formula" else None
        said = reading.text[mention.start : mention.end]
        if formula is None or "占" not in said or at == 0:
            continue
        numerator, _, denominator = formula.expression.partition("/")
        if names_in(formula.expression) != (numerator.strip(), denominator.strip()):
            continue
        joined = [m for m in _joined_before(reading, named[: at + 1])[:-1] if m.kind == "item"]
        if joined:
            places: dict[Mention, list[Measure]] = {
                m: [RatioMeasure(numerator=m.meaning, denominator=denominator.strip())] for m in joined
            }
            places[mention] = [FormulaMeasure(formula=formula.name)]
            return Shares(places, [*joined, mention])
    return Shares()


def _add_shares(reading: Reading, named: list[Mention], vocabulary: Vocabulary | None, found: Shares) -> None:
    """研发人员数量及占比; 前五大客户销售额是多少，占比多少: the share of the item before, where there is such an item."""
    for match in SHARE_WORD.finditer(reading.text):
        if any(m.start < match.end() and match.start() < m.end for m in named):
            continue
        before = [m for m in named if m.end <= match.start()]
        if not before or before[-1] in found.used or match.start() == before[-1].end:
            continue
        if is_whole(reading, before[-1]):
            continue
        share = share_item(before[-1].meaning, vocabulary)
        if share and all(share not in m.meanings for m in named):
            found.at[before[-1]] = [ItemMeasure(item=before[-1].meaning), share_measure(share)]
            found.used.append(before[-1])


def is_whole(reading: Reading, mention: Mention) -> bool:
    """占营业收入: the figure is what something is a share of."""
    return re.search(r"占(?:公司|同期|当期|当年|总)*$", reading.text[: mention.start]) is not None


def share_item(item: str, vocabulary: Vocabulary | None) -> str | None:
    """The item that says which share of its whole another item is: 研发人员 → 研发人员占比."""
    name: str = words("share_items").get(item, f"{item}占比")
    known = taxonomy().get(name) is not None or formulas().get(name) is not None
    return name if known or (vocabulary is not None and name in vocabulary.totals) else None


def share_measure(name: str) -> Measure:
    if taxonomy().get(name) is None and formulas().get(name) is not None:
        return FormulaMeasure(formula=name)
    return ItemMeasure(item=name)
