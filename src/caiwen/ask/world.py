"""What the store knows about companies, their filings and the names of their facts; cached until the store changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from caiwen.ask.companies import CompanyBook
from caiwen.ask.words import Lexicon, words
from caiwen.finance.period import Period
from caiwen.finance.text import normalise
from caiwen.records import Fact, FilingKind, Passage
from caiwen.records.policy import Article, PolicyRecord
from caiwen.store import Company, FactFilter, StoredDocument

FORMER_NAMES = ("变更前股票简称", "公司简称")
"""Text facts whose content is another name of the company."""

ANNUAL = (FilingKind.ANNUAL, FilingKind.ANNUAL_SUMMARY)


class FactStore(Protocol):
    """The part of the store that answering needs."""

    def companies(self) -> list[Company]: ...

    def documents(self) -> list[StoredDocument]: ...

    def facts(self, wanted: FactFilter) -> list[Fact]: ...

    def passages_of(self, sha256: str) -> list[Passage]: ...

    def sections(self, ref: str) -> list[str]: ...

    def vocabulary(self, company: str) -> list[tuple[str, dict[str, str], str | None]]: ...

    def version(self) -> str: ...

    def policies(self) -> list[PolicyRecord]: ...

    def articles(self, sha256: str, labels: Sequence[str] = ()) -> list[Article]: ...


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names under which a company's facts stand. ``members``: axis → its members; ``units``: item → unit;
    ``totals`` and ``inside``: items with facts outside and inside of axes."""

    units: dict[str, str | None]
    members: dict[str, tuple[str, ...]]
    totals: frozenset[str]
    inside: frozenset[str]
    names: Lexicon
    spoken: Lexicon
    """Members as questions may write them → axis and member, joined by a tab."""

    @classmethod
    def of(cls, rows: Sequence[tuple[str, dict[str, str], str | None]]) -> Vocabulary:
        units: dict[str, str | None] = {}
        members: dict[str, dict[str, None]] = {}
        totals: set[str] = set()
        inside: set[str] = set()
        for item, dimensions, unit in rows:
            units.setdefault(item, unit)
            if not dimensions:
                totals.add(item)
            else:
                inside.add(item)
            for axis, member in dimensions.items():
                members.setdefault(axis, {})[member] = None
        kept = {axis: tuple(names) for axis, names in members.items()}
        names = Lexicon((i, i) for i in totals if len(i) >= 3)
        spoken = Lexicon(
            (name, f"{axis}\t{member}")
            for axis, every in kept.items()
            for member in reversed(every)
            for name in member_names(member, frozenset(every))
        )
        return cls(units, kept, frozenset(totals), frozenset(inside), names, spoken)


_NUMBERED = re.compile(r"^(?:其中:?|\d+[.、]|[一二三四五六七八九十]+、|\([一二三四五六七八九十\d]+\))")
_FULL_TO_HALF = str.maketrans("（）：％", "():%")


def member_names(member: str, others: frozenset[str] = frozenset()) -> list[str]:
    """How a question may write a member: without numbering, or by a word that companies use for the same (海外, 境外)
    unless another member bears that very word."""
    plain = "".join(normalise(member).split()).translate(_FULL_TO_HALF).lower()
    names = {plain, _NUMBERED.sub("", plain)}
    for same in words("member_groups"):
        if plain in same:
            names |= {word for word in same if word not in others}
    return [name for name in names if len(name) >= 2]


@dataclass(slots=True)
class World:
    """A view of the store as questions see it. ``within`` restricts it to some companies and documents."""

    store: FactStore
    _version: str = ""
    _book: CompanyBook | None = None
    _documents: list[StoredDocument] = field(default_factory=list)
    _vocabularies: dict[str, Vocabulary] = field(default_factory=dict)

    def refresh(self) -> None:
        """Forget what was cached if the store has changed since."""
        version = self.store.version()
        if version != self._version:
            self._version, self._book = version, None
            self._documents = []
            self._vocabularies = {}

    @property
    def stamp(self) -> str:
        return self._version

    def adopt(self, other: World, book: CompanyBook) -> None:
        """The same store and documents, with fewer companies."""
        self._version, self._book, self._documents = other._version, book, other.documents

    @property
    def book(self) -> CompanyBook:
        if self._book is None:
            former = self.store.facts(FactFilter(items=FORMER_NAMES, number=False))
            names = [(f.code or f.entity, f.text) for f in former if f.text]
            self._book = CompanyBook(self.store.companies(), names)
        return self._book

    @property
    def documents(self) -> list[StoredDocument]:
        if not self._documents:
            self._documents = self.store.documents()
        return self._documents

    def filings(self, company: Company) -> list[StoredDocument]:
        """The documents that this company issued."""
        names = {company.code, company.who, *company.full_names} - {None}
        return [d for d in self.documents if d.filing.code in names or d.filing.issuer in names]

    def vocabulary(self, company: Company) -> Vocabulary:
        if company.who not in self._vocabularies:
            self._vocabularies[company.who] = Vocabulary.of(self.store.vocabulary(company.who))
        return self._vocabularies[company.who]

    def latest(self, company: Company) -> Period | None:
        """The period of the latest annual filing; of the latest filing of another kind where there is none."""
        filings = self.filings(company)
        for kinds in (ANNUAL, tuple(FilingKind)):
            periods = [
                Period.parse(d.filing.period) for d in filings if d.filing.period and d.filing.kind in kinds
            ]
            found = [p for p in periods if p is not None]
            if found:
                return max(found, key=lambda p: (p.end_date, p.months))
        return None

    def name_of(self, sha256: str) -> str:
        return next((d.name for d in self.documents if d.sha256 == sha256), sha256[:12])

    def document(self, sha256: str) -> StoredDocument | None:
        return next((d for d in self.documents if d.sha256 == sha256), None)
