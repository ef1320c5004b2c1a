"""Pairs that a model wrote: does the passage say of a number what the answer says of it, and who vouches for the question?

A number that stands in the passage is not yet right: a model may give the figure of one year or item for another's.
Only what both sides say outright is compared; what a sentence leaves open agrees with everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from caiwen.dataset.amounts import units_agree
from caiwen.dataset.check import Checker, Run
from caiwen.dataset.data import words
from caiwen.dataset.mentions import Mention, Names, read
from caiwen.dataset.records import Claim, Draft, Support
from caiwen.finance.period import periods_in
from caiwen.finance.text import normalise

_SENTENCE = re.compile(r"[^。；;！？!?\n]+")
_NUMBERS = ("amount", "number")
_NOBODY = Names({})


@dataclass(frozen=True, slots=True)
class Telling:
    """A number with the item and the year that stand before it in its sentence."""

    number: Mention
    items: tuple[str, ...]
    year: str

    def agrees(self, other: Telling) -> bool:
        same_item = not self.items or not other.items or bool(set(self.items) & set(other.items))
        return same_item and (not self.year or not other.year or self.year == other.year)

    def about(self, other: Telling) -> bool:
        """The same size."""
        one, two = self.number, other.number
        alike = units_agree(one.unit, two.unit) or units_agree(two.unit, one.unit)
        return one.value is not None and two.value is not None and abs(one.value) == abs(two.value) and alike

    def __str__(self) -> str:
        return " ".join(
            p for p in (f"{self.year}年" if self.year else "", *self.items[:1], self.number.text) if p
        )


def written(draft: Draft, claims: Sequence[Claim], checker: Checker) -> tuple[list[Claim], list[str]]:
    """The claims with those taken back that the passage makes of something else, and what is wrong with the question."""
    period = _year_of(checker.texts[0].partition("\n")[0]) if checker.texts else ""
    asked = list(tellings(normalise(draft.question), period))
    years = {t.year for t in asked if t.year} or _years(normalise(draft.question), period)
    default = years.pop() if len(years) == 1 else ""
    said = {t.number.start: t for t in tellings(normalise(draft.answer), period, default)}
    passages = [t for text in checker.texts for t in tellings(normalise(text), period, period)]
    found = [_held(claim, said.get(claim.start), passages) for claim in claims]
    run = Run(checker, "", normalise(draft.question), ())
    open_still = [c for c in run.claims() if c.support is Support.NONE and c.kind in _NUMBERS]
    return found, [f"问题里的 {c.text}：{c.why}" for c in open_still]


def _held(claim: Claim, said: Telling | None, passages: Sequence[Telling]) -> Claim:
    if said is None or claim.support is not Support.TEXT:
        return claim
    there = [t for t in passages if t.about(said)]
    if not there or any(t.agrees(said) for t in there):
        return claim
    why = "item" if all(t.year == said.year or not t.year for t in there) else "period"
    return replace(claim, support=Support.NONE, why=why, nearest=f"原文：{there[0]}")


def tellings(text: str, anchor: str, default: str = "") -> Iterator[Telling]:
    """Every number of a text. ``default``: the year of sentences that name none, until another year is named."""
    mentions = read(text, _NOBODY, _NOBODY, _NOBODY, anchor or None)
    for match in _SENTENCE.finditer(text):
        inside = [m for m in mentions if match.start() <= m.start < match.end()]
        dealt = "分别" in match[0]
        item: tuple[str, ...] = ()
        year = default
        for m in inside:
            if m.kind == "item":
                item = m.names
            elif m.kind == "period" and m.when and not _is_base(text, m):
                year = m.when.period[:4]
            elif m.kind == "date":
                year = m.names[0][:4]
            elif m.kind in _NUMBERS:
                yield Telling(m, () if dealt else item, "" if dealt else year)
        if year != default:
            default = ""


def _year_of(title: str) -> str:
    """Of which year a report is."""
    found = periods_in(normalise(title), None)
    return str(found[0].period)[:4] if found else ""


def _years(text: str, anchor: str) -> set[str]:
    found = read(text, _NOBODY, _NOBODY, _NOBODY, anchor or None)
    return {m.when.period[:4] for m in found if m.kind == "period" and m.when}


def _is_base(text: str, period: Mention) -> bool:
    """较上年, 比2019年: what is compared with."""
    before = text[max(0, period.start - 3) : period.start]
    return any(before.endswith(word) for word in words("base"))
