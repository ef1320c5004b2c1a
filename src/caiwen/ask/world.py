"""What the store knows about companies, their filings and the names of their facts; cached until the store changes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from threading import RLock
from typing import Protocol

from caiwen.ask.columns import Chooser, Columns
from caiwen.ask.companies import CompanyBook
from caiwen.ask.registry import Registry
from caiwen.ask.shelf import Shelf
from caiwen.ask.words import Lexicon, words
from caiwen.finance.period import Part, Period
from caiwen.finance.text import normalise
from caiwen.once import once
from caiwen.records import Fact, FilingKind, Passage, Scope, Span
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

    def periods_of(self, who: Sequence[str], items: Sequence[str]) -> list[str]: ...

    def period_counts(self, items: Sequence[str]) -> dict[str, int]: ...

    def cells(self, item: str, period: str, scope: Scope, spans: Iterable[Span]) -> list[Cell]: ...

    def numbers(self, hashes: Iterable[str]) -> frozenset[int]: ...

    def snapshot(self) -> AbstractContextManager[None]: ...

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
            for axis, every in sorted(kept.items(), key=lambda one: _axis_order(one[0]), reverse=True)
            for member in reversed(every)
            for name in member_names(member, frozenset(every))
        )
        return cls(units, kept, frozenset(totals), frozenset(inside), names, spoken)


def _axis_order(axis: str) -> int:
    """Products before regions: which axis a member of several is taken for."""
    order = list(words("axes"))
    return order.index(axis) if axis in order else len(order)


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
    owners: dict[str, str]
    """The same names → the company's ``who``."""
    filings: dict[str, list[StoredDocument]]
    """The documents that a company issued, by its ``who``."""


class Material:
    """All that is known at one state of the store; made as it is needed, and kept. ``stamp``: the state.

    Several threads may share one; whoever reads must read this very state of the store (``FactStore.snapshot``).
    """

    def __init__(self, store: FactStore, stamp: str = "", shelf: Shelf | None = None) -> None:
        self.store = store
        self.stamp = stamp
        self._shelf = shelf
        self._vocabularies: dict[str, Vocabulary] = {}
        self._latest: dict[str, Period | None] = {}
        self._columns: dict[frozenset[str] | None, Columns] = {}
        self._lock = RLock()

    @once
    def documents(self) -> list[StoredDocument]:
        return self.store.documents()

    @once
    def by_hash(self) -> dict[str, StoredDocument]:
        return {document.sha256: document for document in self.documents}

    @once
    def former_names(self) -> list[tuple[str, str]]:
        former = self.store.facts(FactFilter(items=FORMER_NAMES, number=False))
        return [(f.code or f.entity, f.text) for f in former if f.text]

    @once
    def market(self) -> Market:
        book = self._shelf.book(self.stamp, self._book) if self._shelf else self._book()
        by_who = {name: c for c in book.all for name in (*c.full_names, c.code, c.who) if name}
        filings: dict[str, list[StoredDocument]] = {}
        for document in self.documents:
            owner = by_who.get(document.filing.code or "") or by_who.get(document.filing.issuer or "")
            if owner:
                filings.setdefault(owner.who, []).append(document)
        owners = {name: company.who for name, company in by_who.items()}
        return Market(book, by_who, owners, filings)

    def _book(self) -> CompanyBook:
        return CompanyBook(self.store.companies(), self.former_names)

    @once
    def registry(self) -> Registry:
        found: dict[str, dict[str, str]] = {}
        for who, period, text in self.store.texts(ADDRESS):
            found.setdefault(self.market.owners.get(who, who), {})[period] = text
        return Registry(found)

    @once
    def industries(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for who, _, text in self.store.texts(INDUSTRY):
            key = self.market.owners.get(who, who)
            found[key] = f"{found.get(key, '')}{text}；"
        return found

    def latest_year(self, company: Company) -> Period | None:
        """The latest year for which there is one of the figures that every report has."""
        with self._lock:
            if company.who not in self._latest:
                names = [company.who, *company.full_names]
                found = map(Period.parse, self.store.periods_of(names, words("often_ranked")))
                years = [period for period in found if period and period.part is Part.FY]
                self._latest[company.who] = max(years, key=lambda p: p.year, default=None)
            return self._latest[company.who]

    def vocabulary(self, company: Company) -> Vocabulary:
        with self._lock:
            if company.who not in self._vocabularies:
                if len(self._vocabularies) >= _VOCABULARIES:
                    self._vocabularies.pop(next(iter(self._vocabularies)))
                rows = self.store.vocabulary_of([company.who, *company.full_names])
                self._vocabularies[company.who] = Vocabulary.of(rows)
            return self._vocabularies[company.who]

    def columns(self, allowed: frozenset[str] | None, choose: Chooser) -> Columns:
        with self._lock:
            if allowed not in self._columns:
                self._columns[allowed] = Columns(self.store, choose, allowed)
            return self._columns[allowed]


class World:
    """The material as one question sees it: all companies, or those of a list that was given with it."""

    def __init__(
        self,
        material: Material,
        companies: Iterable[Company] | None = None,
        years: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        self._material = material
        self._companies = None if companies is None else tuple(companies)
        self.years: Mapping[str, frozenset[str]] = years or {}
        """Companies of which only the reports of some years are in the list."""
        self._reporting: dict[str, dict[str, Company]] = {}

    @property
    def store(self) -> FactStore:
        return self._material.store

    @property
    def stamp(self) -> str:
        """Changes with the store."""
        return self._material.stamp

    @once
    def market(self) -> Market:
        whole = self._material.market
        if self._companies is None:
            return whole
        return replace(whole, book=CompanyBook(self._companies, self._material.former_names))

    def limited(self, companies: Iterable[Company], years: Mapping[str, frozenset[str]]) -> World:
        """The same material with fewer companies, and of some of them only some years."""
        return World(self._material, companies, years)

    @property
    def book(self) -> CompanyBook:
        return self.market.book

    @property
    def documents(self) -> list[StoredDocument]:
        return self._material.documents

    def columns(self, allowed: frozenset[str] | None, choose: Chooser) -> Columns:
        """The market's columns over all documents, or over those that may be read."""
        return self._material.columns(allowed, choose)

    @property
    def registry(self) -> Registry:
        """Where each company was registered, year by year."""
        return self._material.registry

    @property
    def industries(self) -> dict[str, str]:
        """The industry that each company names for itself: who → text of all periods."""
        return self._material.industries

    @property
    def filers(self) -> frozenset[str]:
        """Companies that issued filings themselves; others are known from imported tables only."""
        return frozenset(self.market.filings)

    def reporting(self, year: str) -> dict[str, Company]:
        """By ``who``, the companies whose report of the year may be used; shared, not to be changed."""
        year = year if self.years else ""
        found = self._reporting.get(year)
        if found is None:
            years = self.years
            found = {c.who: c for c in self.book.all if c.who not in years or year in years[c.who]}
            self._reporting[year] = found
        return found

    def company(self, who: str) -> Company | None:
        return self.book.company(who)

    def filings(self, company: Company) -> list[StoredDocument]:
        """The documents that this company issued."""
        return self.market.filings.get(company.who, [])

    def vocabulary(self, company: Company) -> Vocabulary:
        return self._material.vocabulary(company)

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
        return None if filings else self._latest_in_tables(company)

    def _latest_in_tables(self, company: Company) -> Period | None:
        """The latest year for which imported tables hold one of the figures that every report has."""
        return self._material.latest_year(company)

    def name_of(self, sha256: str) -> str:
        document = self.document(sha256)
        return document.name if document else sha256[:12]

    def document(self, sha256: str) -> StoredDocument | None:
        return self._material.by_hash.get(sha256)
