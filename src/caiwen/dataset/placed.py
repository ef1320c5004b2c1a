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
_CLAUSE = re.compile(r"[，,：:（(）)]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_NUMBERS = ("amount", "number")
_NOBODY = Names({})
_TAIL = 8
_CLEAR, _CLEARLY = 3, 2


@dataclass(frozen=True, slots=True)
class Telling:
    """A number with the item and the year that stand before it in its sentence.

    ``words``: pairs of characters around it in its clause. ``dealt``: one of a list (甲、乙分别为1元、2元), in which
    only the order tells what it is about.
    """

    number: Mention
    items: tuple[str, ...]
    year: str
    words: frozenset[str]
    dealt: bool

    def agrees(self, other: Telling) -> bool:
        same_item = not self.items or not other.items or bool(set(self.items) & set(other.items))
        same_year = not self.year or not other.year or self.year == other.year
        return self.dealt or other.dealt or (same_item and same_year)

    def matches(self, other: Telling) -> bool:
        """Both name item and year, and the same ones."""
        named = bool(set(self.items) & set(other.items)) and bool(self.year)
        return named and self.year == other.year and not (self.dealt or other.dealt)

    def about(self, other: Telling) -> bool:
        """The same size."""
        return self.comparable(other) and abs(self.number.value or 0) == abs(other.number.value or 0)

    def comparable(self, other: Telling) -> bool:
        one, two = self.number, other.number
        alike = units_agree(one.unit, two.unit) or units_agree(two.unit, one.unit)
        return one.value is not None and two.value is not None and alike

    def common(self, other: Telling) -> int:
        return len(self.words & other.words)

    def __str__(self) -> str:
        told = (f"{self.year}年" if self.year else "", *self.items[:1], self.number.text)
        return " ".join(part for part in told if part)


def written(draft: Draft, claims: Sequence[Claim], checker: Checker) -> tuple[list[Claim], list[str]]:
    """The claims with those taken back that the passage makes of something else, and what is wrong besides."""
    question, answer = normalise(draft.question), normalise(draft.answer)
    texts = [normalise(text) for text in checker.texts]
    period = _year_of(texts[0].partition("\n")[0]) if texts else ""
    passages = [t for text in texts for t in tellings(text, period, period)]
    years = _years(question, period)
    said = {t.number.start: t for t in tellings(answer, period, years.pop() if len(years) == 1 else "")}
    found = [_held(claim, said.get(claim.start), passages) for claim in claims]
    found = _in_order(found, said, passages)
    known = {y for text in texts for y in _years(text, period)} | _fact_years(draft, found)
    doubts = [f"{y}年：原文没有说到这一年" for y in sorted(_years(f"{question}\n{answer}", period) - known)]
    run = Run(checker, "", question, ())
    doubts += [
        f"问题里的 {c.text}：{c.why}"
        for c in run.claims()
        if c.support is Support.NONE and c.kind in _NUMBERS
    ]
    return found, doubts


def _held(claim: Claim, said: Telling | None, passages: Sequence[Telling]) -> Claim:
    """Taken back where every place that prints the number has it under another item or year, or where another
    number of the passage stands far more in these words than this one does."""
    if said is None or claim.support is not Support.TEXT:
        return claim
    there = [t for t in passages if t.about(said)]
    if not there:
        return claim
    if not any(t.agrees(said) for t in there):
        why = "item" if all(t.year == said.year or not t.year for t in there) else "period"
        return _taken_back(claim, why, there[0])
    common = max(t.common(said) for t in there)
    others = [t for t in passages if t.comparable(said) and not t.about(said)]
    if any(t.matches(said) for t in there):
        others = [t for t in others if t.matches(said)]
    best = max(others, key=lambda t: t.common(said), default=None)
    if best is not None and best.common(said) >= max(_CLEAR, common + _CLEARLY):
        return _taken_back(claim, "item", best)
    return claim


def _taken_back(claim: Claim, why: str, telling: Telling) -> Claim:
    return replace(claim, support=Support.NONE, why=why, nearest=f"原文：{telling}")


def _in_order(claims: list[Claim], said: dict[int, Telling], passages: Sequence[Telling]) -> list[Claim]:
    """Numbers of one list of the passage that an answer lists, too, stand in the same order."""
    lists = [t for t in passages if t.dealt]
    last = -1
    kept = []
    for claim in claims:
        telling = said.get(claim.start)
        places = [n for n, t in enumerate(lists) if telling and telling.dealt and t.about(telling)]
        if places and claim.support is Support.TEXT:
            if max(places) < last:
                claim = _taken_back(claim, "item", lists[max(places)])
            last = max(last, min((n for n in places if n >= last), default=last))
        kept.append(claim)
    return kept


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
                yield Telling(m, item, year, _words(text, match.span(), m, inside), dealt)
        if year != default:
            default = ""


def _words(
    text: str, sentence: tuple[int, int], number: Mention, inside: Sequence[Mention]
) -> frozenset[str]:
    """The pairs of characters of the clause before a number, as far as the last number, and of a few after it.

    The numbers of a list share the words before 分别.
    """
    numbers = [m for m in inside if m.kind in _NUMBERS]
    dealt = text.rfind("分别", sentence[0], number.start)
    before = dealt if dealt >= 0 else number.start
    start = max([sentence[0], *(m.end for m in numbers if m.end <= before)])
    end = min([sentence[1], *(m.start for m in numbers if m.start >= number.end)])
    lead = text[start:before] if dealt >= 0 else _CLAUSE.split(text[start:before])[-1]
    tail = _CLAUSE.split(text[number.end : min(end, number.end + _TAIL)])[0]
    return _pairs(lead) | _pairs(tail)


def _pairs(text: str) -> frozenset[str]:
    return frozenset(
        text[i : i + 2] for i in range(len(text) - 1) if _HAN.match(text[i]) and _HAN.match(text[i + 1])
    )


def _year_of(title: str) -> str:
    """Of which year a report is."""
    found = periods_in(title, None)
    return str(found[0].period)[:4] if found else ""


def _years(text: str, anchor: str) -> set[str]:
    """Written out, or meant by 上年 and the like."""
    mentions = read(text, _NOBODY, _NOBODY, _NOBODY, anchor or None)
    return {m.when.period[:4] for m in mentions if m.kind == "period" and m.when} | set(_YEAR.findall(text))


def _fact_years(draft: Draft, claims: Sequence[Claim]) -> set[str]:
    """Of the facts that bear claims out."""
    used = {claim.fact for claim in claims if claim.fact and claim.support is not Support.NONE}
    return {fact.period[:4] for fact in draft.evidence.facts if fact.id in used}


def _is_base(text: str, period: Mention) -> bool:
    """较上年, 比2019年: what is compared with."""
    before = text[max(0, period.start - 3) : period.start]
    return any(before.endswith(word) for word in words("base"))
