"""What passes between the steps of this room: a pair, where it comes from, what it claims."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from caiwen.records import Fact


class PairStatus(StrEnum):
    """verified: every claim is supported. unverified: a claim is neither supported nor contradicted.
    rejected: a claim contradicts its evidence, or the pair fails another check."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    REJECTED = "rejected"


class Support(StrEnum):
    """How a claim is borne out, strongest first.

    fact: equals a fact. rounded: a fact rounded to the places shown. hedged: within what 约, 超过, 不足 allow.
    derived: recomputed from facts (growth, difference, ratio, formula, a sum of amounts of the same answer).
    given: the question says so. text: printed in the material beside the same words. none: not borne out.
    """

    FACT = "fact"
    ROUNDED = "rounded"
    HEDGED = "hedged"
    DERIVED = "derived"
    GIVEN = "given"
    TEXT = "text"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that an answer asserts. ``text``: as written; ``start``/``end``: where in the answer.

    ``kind``: amount, number, date, text, company, article. ``why``: for unsupported claims, what is wrong:
    value, unit, period, company, item, direction, step, unknown. ``nearest``: the nearest thing that the evidence has.
    """

    kind: str
    text: str
    start: int
    end: int
    support: Support
    why: str = ""
    nearest: str = ""
    fact: str = ""
    contradicted: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """One place of evidence: a cell of a page, a cell of a sheet, a passage or an article."""

    document: str = ""
    sha256: str = ""
    page: int | None = None
    box: tuple[float, float, float, float] | None = None
    sheet: str | None = None
    row: int | None = None
    column: int | None = None
    fact: str = ""
    passage: str = ""
    article: str = ""

    @classmethod
    def of(cls, fact: Fact, document: str) -> Source:
        seen = fact.observation
        return cls(
            document, seen.document, seen.page, seen.box, seen.sheet, seen.row, seen.column, fact=fact.id
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an answer may rest on. ``texts``: passages, articles, definitions whose words it repeats."""

    facts: tuple[Fact, ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A pair as a generator makes it. ``keys``: the things it speaks of, for splits; ``slots``: the values that fill
    its template, for telling near-duplicates. ``history``: earlier turns as (question, answer). ``companies``: owner
    (code) and name of every company that it speaks of."""

    question: str
    answer: str
    generator: str
    template: str
    evidence: Evidence
    sources: tuple[Source, ...]
    keys: tuple[str, ...]
    slots: tuple[str, ...] = ()
    history: tuple[tuple[str, str], ...] = ()
    system: str = ""
    held_out: bool = False
    stage: str = "general"
    difficulty: int = 1
    points: tuple[str, ...] = ()
    companies: tuple[tuple[str, str], ...] = ()
    model: str = ""
    prompt_hash: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A draft after the checks. ``split``: train, wording or evidence. ``origin``: its id before a person edited it."""

    draft: Draft
    status: PairStatus
    claims: tuple[Claim, ...] = ()
    reasons: tuple[str, ...] = ()
    split: str = "train"
    checks: tuple[str, ...] = field(default=())
    origin: str = ""

    @property
    def id(self) -> str:
        """Stable over rebuilds: what was asked and answered, in this dialogue, before any edit."""
        if self.origin:
            return self.origin
        turns = [f"{q}\n{a}" for q, a in (*self.draft.history, (self.draft.question, self.draft.answer))]
        return hashlib.blake2b("\n".join(turns).encode(), digest_size=8).hexdigest()
