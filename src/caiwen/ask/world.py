"""What the store knows about companies, their filings and the names of their facts; cached until the store changes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from caiwen.ask.columns import Chooser, Columns
from caiwen.ask.companies import CompanyBook
from caiwen.ask.registry import Registry
from caiwen.ask.words import Lexicon, words
from caiwen.finance.period import Period
from caiwen.finance.text import normalise
from caiwen.records import Fact, FilingKind, Passage
from caiwen.records.macro import SeriesHead, StoredPoint
from caiwen.records.policy import Article, PolicyRecord
from caiwen.store import Cell, Company, FactFilter, StoredDocument

FORMER_NAMES = ("变更前股票简称", "公司简称")
"""Text facts whose content is another name of the company."""

ADDRESS = "注册地址"
INDUSTRY = "所属行业"
_VOCABULARIES = 500
"""Vocabularies of companies kept at a time."""

ANNUAL = (FilingKind.ANNUAL, FilingKind.ANNUAL_SUMMARY)


class FactStore(Protocol):
    """The part of the store that answering needs."""

    def companies(self) -> list[Company]: ...

    def documents(self) -> list[StoredDocument]: ...

    def facts(self, wanted: FactFilter) -> list[Fact]: ...

    def passages_of(self, sha256: str) -> list[Passage]: ...

    def sections(self, ref: str) -> list[str]: ...

    def vocabulary_of(self, who: Sequence[str]) -> list[tuple[str, dict[str, str], str | None]]: ...

    def version(self) -> str: ...

    def cells(self, item: str, period: str) -> list[Cell]: ...

    def texts(self, item: str) -> list[tuple[str, str, str]]: ...

    def suspicions(self, items: Sequence[str], period: str) -> list[tuple[str, tuple[str, ...]]]: ...

    def item_periods(self, item: str) -> list[str]: ...

    def series_heads(self) -> list[SeriesHead]: ...

    def series_points(
        self, indicator: str, regions: Sequence[str] = (), forms: Sequence[str] = ()
    ) -> list[StoredPoint]: ...

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
class Market:
    """What is known once about all companies. ``latest``: by company, the period of its latest filing."""

    book: CompanyBook
    by_who: dict[str, Company]
    """Companies by code, by every full name and by the name under which their facts stand."""
    filings: dict[str, list[StoredDocument]]
    """The documents that a company issued, by its ``who``."""


@dataclass(slots=True)
class World:
    """A view of the store as questions see it. ``adopt`` restricts it to some companies and their years."""

    store: FactStore
    years: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Companies of which only the reports of some years are in the list given with the question."""
    _version: str = ""
    _market: Market | None = None
    _documents: list[StoredDocument] = field(default_factory=list)
    _by_hash: dict[str, StoredDocument] = field(default_factory=dict)
    _vocabularies: dict[str, Vocabulary] = field(default_factory=dict)
    _registry: Registry | None = None
    _reporting: dict[str, dict[str, Company]] = field(default_factory=dict)
    _industries: dict[str, str] = field(default_factory=dict)
    _columns: dict[frozenset[str] | None, Columns] = field(default_factory=dict)

    def refresh(self) -> bool:
        """Forget what was cached if the store has changed since; True if it has."""
        version = self.store.version()
        if version == self._version:
            return False
        self._version, self._market = version, None
        self._documents, self._by_hash = [], {}
        self._registry, self._reporting = None, {}
        self._vocabularies, self._industries, self._columns = {}, {}, {}
        return True

    @property
    def stamp(self) -> str:
        return self._version

    def adopt(self, other: World, companies: Iterable[Company], years: Mapping[str, frozenset[str]]) -> None:
        """The same store, documents and caches, with fewer companies."""
        self._version, self._documents, self._by_hash = other._version, other.documents, other._by_hash
        self._vocabularies, self._columns = other._vocabularies, other._columns
        self._registry, self._industries = other.registry, other.industries
        self.years = dict(years)
        kept = tuple(companies)
        self._market = replace(other.market, book=CompanyBook(kept, self._former_names()))

    @property
    def market(self) -> Market:
        if self._market is None:
            book = CompanyBook(self.store.companies(), self._former_names())
            by_who = {name: c for c in book.all for name in (*c.full_names, c.code, c.who) if name}
            filings: dict[str, list[StoredDocument]] = {}
            for document in self.documents:
                owner = by_who.get(document.filing.code or "") or by_who.get(document.filing.issuer or "")
                if owner:
                    filings.setdefault(owner.who, []).append(document)
            self._market = Market(book, by_who, filings)
        return self._market

    def _former_names(self) -> list[tuple[str, str]]:
        former = self.store.facts(FactFilter(items=FORMER_NAMES, number=False))
        return [(f.code or f.entity, f.text) for f in former if f.text]

    @property
    def book(self) -> CompanyBook:
        return self.market.book

    @property
    def documents(self) -> list[StoredDocument]:
        if not self._documents:
            self._documents = self.store.documents()
            self._by_hash.update((d.sha256, d) for d in self._documents)
        return self._documents

    def columns(self, allowed: frozenset[str] | None, choose: Chooser) -> Columns:
        """The market's columns over all documents, or over those that may be read."""
        if allowed not in self._columns:
            self._columns[allowed] = Columns(self.store, choose, allowed)
        return self._columns[allowed]

    @property
    def registry(self) -> Registry:
        """Where each company was registered, year by year."""
        if self._registry is None:
            found: dict[str, dict[str, str]] = {}
            for who, period, text in self.store.texts(ADDRESS):
                company = self.market.by_who.get(who)
                found.setdefault(company.who if company else who, {})[period] = text
            self._registry = Registry(found)
        return self._registry

    @property
    def industries(self) -> dict[str, str]:
        """The industry that each company names for itself: who → text of all periods."""
        if not self._industries:
            for who, _, text in self.store.texts(INDUSTRY):
                company = self.market.by_who.get(who)
                key = company.who if company else who
                self._industries[key] = f"{self._industries.get(key, '')}{text}；"
        return self._industries

    @property
    def filers(self) -> frozenset[str]:
        """Companies that issued filings themselves; others are known from imported tables only."""
        return frozenset(self.market.filings)

    def reporting(self, year: str) -> dict[str, Company]:
        """By ``who``, the companies whose report of the year may be used; shared, not to be changed."""
        if not self.years:
            year = ""
        if year not in self._reporting:
            self._reporting[year] = {
                c.who: c for c in self.book.all if c.who not in self.years or year in self.years[c.who]
            }
        return self._reporting[year]

    def filings(self, company: Company) -> list[StoredDocument]:
        """The documents that this company issued."""
        return self.market.filings.get(company.who, [])

    def vocabulary(self, company: Company) -> Vocabulary:
        if company.who not in self._vocabularies:
            if len(self._vocabularies) >= _VOCABULARIES:
                self._vocabularies.pop(next(iter(self._vocabularies)))
            self._vocabularies[company.who] = Vocabulary.of(
                self.store.vocabulary_of([company.who, *company.full_names])
            )
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
        document = self.document(sha256)
        return document.name if document else sha256[:12]

    def document(self, sha256: str) -> StoredDocument | None:
        return self._by_hash.get(sha256) if self.documents else None
