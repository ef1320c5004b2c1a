"""``--within``: the companies and files to which a question is restricted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from caiwen.ask.companies import CompanyBook
from caiwen.ask.reading import tidy
from caiwen.ask.world import World
from caiwen.finance.companies import normalise_code
from caiwen.store import Company

_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


@dataclass(frozen=True, slots=True)
class Universe:
    """A world with only some companies; ``documents``: sha256 of the files that may be read, None for all.

    ``unknown``: entries of the list that name nothing in the store.
    """

    world: World
    documents: frozenset[str] | None
    unknown: tuple[str, ...] = ()


def universe(world: World, entries: Sequence[str]) -> Universe:
    """Lines that name a stored file restrict to that file and its issuer; others name a company by code or name."""
    by_name = {d.name: d for d in world.documents}
    companies: dict[str, Company] = {}
    files: set[str] = set()
    whole: set[str] = set()
    unknown: list[str] = []
    for entry in (e.strip() for e in entries):
        document = by_name.get(entry)
        found = (
            _issuer(world, document.filing.code, document.filing.issuer)
            if document
            else _company(world, entry)
        )
        if document:
            files.add(document.sha256)
        if not document and not found and entry:
            unknown.append(entry)
        if found:
            companies[found.who] = found
            if not document:
                whole.add(found.who)
    limited = World(world.store)
    limited.adopt(world, CompanyBook(companies.values()))
    if not files:
        return Universe(limited, None, tuple(unknown))
    every = {d.sha256 for who in whole for d in world.filings(companies[who])}
    return Universe(limited, frozenset(files | every), tuple(unknown))


def _issuer(world: World, code: str | None, name: str | None) -> Company | None:
    return next(
        (c for c in world.book.all if (code and c.code == code) or (name and name in c.full_names)), None
    )


def _company(world: World, entry: str) -> Company | None:
    """A code anywhere in the line (file names of reports hold one), else a name."""
    code = _CODE.search(entry)
    found = world.book.code(normalise_code(code[0]) or "") if code else None
    if found:
        return found
    mentions = world.book.find_in(tidy(entry).upper())
    return mentions[0].companies[0] if mentions else None
