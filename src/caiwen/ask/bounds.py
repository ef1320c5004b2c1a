"""Bounds in a question: an amount beside a word of bound, or a word that bounds by its sign (亏损, 同比增长)."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from caiwen.ask.measure_units import unit_of
from caiwen.ask.measures import measures_of
from caiwen.ask.plan import Change, Condition, DifferenceMeasure, ItemMeasure, Measure, RatioMeasure, Sign
from caiwen.ask.reading import Mention, Reading
from caiwen.ask.words import words
from caiwen.ask.world import Vocabulary
from caiwen.finance.amount import AmountMention

_IDENTITY = frozenset(("公司名称", "股票简称", "股票代码"))
_OVER = re.compile(
    r"(?:都|均|每年都|每年均)?(?:(?P<more>高于|大于|多于|超过|超出)|(?P<less>低于|小于|少于|不及|不如|比不上))(?:其|同期|当年)?"
)
_GOES_ON = re.compile(r"率|额|幅|了?多少|量")
_PROFIT = ItemMeasure(item="净利润")


def within(reading: Reading, start: int, end: int) -> Reading:
    """The reading of a part of the question."""
    return replace(
        reading,
        mentions=[m for m in reading.mentions if start <= m.start and m.end <= end],
        periods=[p for p in reading.periods if start <= p.start and p.end <= end],
        amounts=[a for a in reading.amounts if start <= a.start and a.end <= end],
    )


def figures_of(reading: Reading, vocabulary: Vocabulary | None = None) -> list[Measure]:
    """The measures, without the names by which a company is told."""
    return [m for m in measures_of(reading, vocabulary) if not is_identity(m)]


def is_identity(measure: Measure) -> bool:
    return isinstance(measure, ItemMeasure) and measure.item in _IDENTITY


def conditions_of(
    reading: Reading, ranked: int | None = None, vocabulary: Vocabulary | None = None
) -> tuple[list[Condition], list[Mention]]:
    """One for every amount beside a word of bound, and for words that bound by the sign; with the mentions used up.

    ``ranked``: where a rank phrase begins.
    """
    found, used = of_two(reading)
    last = 0
    for amount in reading.amounts:
        sign = _sign(reading, amount.start, amount.end)
        measures, mentions = _bounded(reading, amount.start, amount.end, last, vocabulary)
        if not measures and found:
            measures, mentions = [found[-1].measure], []
        if sign is None or not measures:
            continue
        change = _bounded_change(reading, mentions, amount.start, amount.unit, measures[-1])
        found += [_condition(measure, change, sign, amount) for measure in measures]
        used += mentions + [m for m in reading.word("change") if last <= m.start < amount.start and change]
        last = amount.end
    ends = [0, *(amount.end for amount in reading.amounts)]
    for word_sign, start, end, of_change in signs_of(reading, ranked):
        since = max(place for place in ends if place <= start)
        measures, mentions = _bounded(reading, start, end, since, vocabulary)
        ends.append(end)
        # the sign of a rate lies where the base is negative
        change = Change(show="amount") if of_change else None
        found += [
            Condition.model_validate(
                {"measure": measure, "change": change, "sign": word_sign, "value": Decimal(0)}
            )
            for measure in measures or [_PROFIT]
        ]
        used += mentions + [m for m in reading.word("change") if m.start < end + 1 and m.end > start - 1]
    return found, used


def of_two(reading: Reading) -> tuple[list[Condition], list[Mention]]:
    """销售费用高于研发费用的公司: one figure bounds the other."""
    items = reading.of("item")
    found: list[Condition] = []
    used: list[Mention] = []
    for left, right in pairwise(items):
        between = reading.between(left.end, right.start)
        word = _OVER.fullmatch(between)
        if word:
            measure = DifferenceMeasure(left=left.meaning, right=right.meaning)
            sign: Sign = "<" if word["less"] else ">"
            found.append(Condition(measure=measure, sign=sign, value=Decimal(0), unit=unit_of(measure)))
            used += [left, right]
    return found, used


def _condition(measure: Measure, change: Change | None, sign: Sign, amount: AmountMention) -> Condition:
    value = Decimal(amount.value)
    if amount.unit == "%" and change is None and unit_of(measure) != "%":
        value /= 100
    return Condition(measure=measure, change=change, sign=sign, value=value, unit=amount.unit)


def _bounded(
    reading: Reading, start: int, end: int, after: int, vocabulary: Vocabulary | None
) -> tuple[list[Measure], list[Mention]]:
    """The measure nearest before the bound, and those joined to it; where there is none, the nearest behind it."""
    before = within(reading, after, start)
    measures = figures_of(before, vocabulary)
    if measures:
        mentions = sorted(before.of("item") + before.of("formula"), key=lambda m: m.start)
        if isinstance(measures[-1], RatioMeasure):
            return measures[-1:], mentions
        joined = _joined(reading, mentions)
        return measures[-len(joined) :], joined
    behind = within(reading, end, len(reading.text))
    measures = figures_of(behind, vocabulary)
    if not measures or after:
        return [], []
    mentions = sorted(behind.of("item") + behind.of("formula"), key=lambda m: m.start)
    return measures[:1], mentions[:1]


def _joined(reading: Reading, mentions: list[Mention]) -> list[Mention]:
    """The last mention and those that only 和 or 、 parts from it (营业收入和净利润均超过)."""
    kept = [mentions[-1]]
    for mention in reversed(mentions[:-1]):
        if not re.fullmatch(r"[和与及、]|以及", reading.between(mention.end, kept[0].start)):
            break
        kept.insert(0, mention)
    return kept


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


def signs_of(reading: Reading, ranked: int | None = None) -> list[tuple[str, int, int, bool]]:
    """Words such as 亏损 or 正增长 where they bound: sign, span, and whether they are about the change."""
    found: list[tuple[str, int, int, bool]] = []
    if not re.search(r"公司|企业|家|□", reading.text):
        return found
    hits: list[tuple[str, int, int, bool]] = []
    for group, of_change in (("signs", False), ("signs_of_change", True)):
        for sign, spellings in words(group).items():
            spans = ((m.start(), m.end()) for w in spellings for m in re.finditer(re.escape(w), reading.text))
            hits += [(sign, start, end, of_change) for start, end in spans]
    for sign, start, end, of_change in sorted(hits, key=lambda h: (h[1] - h[2], h[1])):
        apart = all(end <= other[1] or start >= other[2] for other in found)
        open_ = not any(_measures_sign(reading, start, end, a.start) for a in reading.amounts)
        near_rank = ranked is not None and abs(ranked - end) <= 3
        if apart and open_ and not near_rank and not _GOES_ON.match(reading.text[end:]):
            found.append((sign, start, end, of_change))
    return sorted(found, key=lambda hit: hit[1])


def _measures_sign(reading: Reading, start: int, end: int, amount: int) -> bool:
    """亏损超过5亿元: the amount belongs to the word of the sign, unless another figure stands between."""
    if not start - 2 <= amount <= end + 8:
        return False
    return not any(end <= m.start < amount for m in reading.of("item") + reading.of("formula"))
