"""``--within``: the companies and files to which a question is restricted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from caiwen.ask.reading import tidy
from caiwen.ask.world import World
from caiwen.finance.companies import normalise_code
from caiwen.records import Filing
from caiwen.store import Company, StoredDocument

_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?=年|年度|_?年度报告|[_\-]年报|年报)")


@dataclass(frozen=True, slots=True)
class Universe:
    """A world with only some companies; ``documents``: sha256 of the files that may be read, None for all.

    ``unknown``: entries of the list that name nothing in the store.
    """

    world: World
    documents: frozenset[str] | None
    unknown: tuple[str, ...] = ()


@dataclass(slots=True)
class _List:
    """What the lines of a list name. ``years``: of companies of which only reports of some years are listed."""

    companies: dict[str, Company] = field(default_factory=dict)
    years: dict[str, set[str]] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)
    unknown: list[str] = field(default_factory=list)


def universe(world: World, entries: Sequence[str]) -> Universe:
    """Lines that name a stored file restrict to that file and its issuer; those that name the report of a year (by the
    usual file name, with company and year) restrict rankings to that company-year; others name a company."""
    by_name = {d.name: d for d in world.documents}
    found = _List()
    for entry in (e.strip() for e in entries):
        if entry:
            _read_line(world, entry, by_name.get(entry), found)
    years = {who: frozenset(y) for who, y in found.years.items() if who not in found.whole}
    limited = world.limited(found.companies.values(), years)
    if not found.files:
        return Universe(limited, None, tuple(found.unknown))
    every = {d.sha256 for who in found.whole for d in world.filings(found.companies[who])}
    return Universe(limited, frozenset(found.files | every), tuple(found.unknown))


def _read_line(world: World, entry: str, document: StoredDocument | None, found: _List) -> None:
    filing = document.filing if document else None
    company = _issuer(world, filing) if filing else _company(world, entry)
    if document:
        found.files.add(document.sha256)
    elif company is None:
        found.unknown.append(entry)
    if company is None:
        return
    found.companies[company.who] = company
    years = _YEAR.findall(entry)
    if filing:
        years = [filing.period[:4]] if filing.period else []
    if years:
        found.years.setdefault(company.who, set()).update(years[-1:])
    elif not document:
        found.whole.add(company.who)


def _issuer(world: World, filing: Filing) -> Company | None:
    known = world.market.by_who
    return known.get(filing.code or "") or known.get(filing.issuer or "")


def _company(world: World, entry: str) -> Company | None:
    """A code anywhere in the line (file names of reports hold one), else a name."""
    code = _CODE.search(entry)
    found = world.book.code(normalise_code(code[0]) or "") if code else None
    if found:
        return found
    mentions = world.book.find_in(tidy(entry).upper())
    return mentions[0].companies[0] if mentions else None
