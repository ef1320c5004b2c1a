"""Companies over all documents: codes, full and short names, and which of them are one company."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, insert, or_, select

from caiwen.finance.companies import name_key, normalise_code
from caiwen.records import Filing
from caiwen.store.records import Company
from caiwen.store.schema import company_names, documents

FULL, SHORT = "full", "short"
_names = company_names.c


def record_names(
    connection: Connection, document_id: int, filing: Filing, mentioned: Iterable[tuple[str | None, str]]
) -> None:
    """Keep who this document speaks of. ``mentioned``: code and entity of its facts."""
    found: set[tuple[str, str, str, str | None]] = set()
    who = filing.code or filing.issuer
    if who:
        found |= {
            (name, form, who, filing.code)
            for name, form in ((filing.issuer, FULL), (filing.short_name, SHORT))
            if name
        }
    for code, entity in mentioned:
        if entity and entity != code:
            found.add((entity, FULL if "公司" in entity else SHORT, code or entity, code))
    rows = [
        {"document_id": document_id, "name": name, "form": form, "who": who, "code": code}
        for name, form, who, code in sorted(found, key=str)
    ]
    if rows:
        connection.execute(insert(company_names), rows)


def groups(connection: Connection, who: Iterable[str]) -> list[set[str]]:
    """For these companies: every ``who`` under which the facts of each stand (the same code or full name).

    Short names join nothing: two companies may share one.
    """
    known = set(who)
    pairs: list[tuple[str, str | None]] = []
    while True:
        own = select(_names.name).where(_names.form == FULL, _names.who.in_(known))
        same = or_(_names.name.in_(own), _names.name.in_(known))
        rows = connection.execute(select(_names.who, _names.name).where(_names.form == FULL, same)).all()
        pairs = [(row.who, row.name) for row in rows]
        grown = known | {row.who for row in rows}
        if grown == known:
            break
        known = grown
    leader = _leaders(pairs + [(one, None) for one in known])
    found: dict[str, set[str]] = {}
    for one in known:
        found.setdefault(leader[one], set()).add(one)
    return list(found.values())


def find(connection: Connection, company: str) -> set[str]:
    """The ``who`` of every company of this code or name, as spelt or as its :func:`name_key`."""
    code = normalise_code(company)
    same = [_names.name == company, _names.who == company]
    if code:
        same += [_names.code == code, _names.who == code]
    found = {row.who for row in connection.execute(select(_names.who).where(or_(*same)).distinct())}
    if not found:
        wanted = name_key(company)
        every = connection.execute(select(_names.name, _names.who).distinct())
        found = {row.who for row in every if name_key(row.name) == wanted}
    if code and not found:
        found = {code}
    return set().union(*groups(connection, found)) if found else found


def companies(connection: Connection) -> list[Company]:
    """All companies, by code; those without a code after them, by name."""
    filed = connection.execute(
        select(documents.c.id, documents.c.period, documents.c.sha256, documents.c.sector)
    )
    latest_first = sorted(filed, key=lambda d: d.sha256)
    latest_first.sort(key=lambda d: d.period or "", reverse=True)
    order = {row.id: number for number, row in enumerate(latest_first)}
    sectors = {order[row.id]: row.sector for row in latest_first}
    query = select(_names.document_id, _names.name, _names.form, _names.who, _names.code)
    rows = sorted(_Named(order[number], *rest) for number, *rest in connection.execute(query))
    together: dict[str, list[_Named]] = {}
    leader = _leaders([(row.who, row.name if row.form == FULL else None) for row in rows])
    for row in rows:
        together.setdefault(leader[row.who], []).append(row)
    found = [_company(group, sectors) for group in together.values()]
    return sorted(found, key=lambda company: (company.code is None, company.code or "", company.who))


class _Named(NamedTuple):
    """A name in a document. ``document``: its place when the latest filing comes first."""

    document: int
    name: str
    form: str
    who: str
    code: str | None


def _leaders(pairs: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    """Union by full name: each ``who`` → the one that stands for its company."""
    leader: dict[str, str] = {}

    def top(who: str) -> str:
        while leader.setdefault(who, who) != who:
            who = leader[who]
        return who

    by_name: dict[str, str] = {}
    for who, name in pairs:
        mine = top(who)
        if name is not None:
            other = top(by_name.setdefault(name, who))
            leader[max(mine, other)] = min(mine, other)
    return {who: top(who) for who in leader}


def _company(rows: Sequence[_Named], sectors: Mapping[int, str]) -> Company:
    codes = sorted({row.code for row in rows if row.code})
    sector = next((s for row in rows if (s := sectors[row.document]) != "general"), "general")
    return Company(
        who=codes[0] if codes else rows[0].who,
        code=codes[0] if codes else None,
        full_names=tuple(dict.fromkeys(row.name for row in rows if row.form == FULL)),
        short_names=tuple(dict.fromkeys(row.name for row in rows if row.form == SHORT)),
        sector=sector,
        filings=len({row.document for row in rows}),
    )
