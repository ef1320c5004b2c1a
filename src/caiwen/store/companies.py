"""Companies over all documents: codes, full and short names, and which of them are one company."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, func, insert, or_, select

from caiwen.finance.companies import name_key, normalise_code
from caiwen.records import Filing
from caiwen.store.records import Company
from caiwen.store.rows import AnyRow
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
    rows = connection.execute(
        select(
            _names.name,
            _names.form,
            _names.who,
            _names.code,
            documents.c.sector,
            documents.c.period,
            documents.c.sha256,
        )
        .join_from(company_names, documents, _names.document_id == documents.c.id)
        .order_by(func.coalesce(documents.c.period, "").desc(), documents.c.sha256, _names.name)
    ).all()
    together: dict[str, list[AnyRow]] = {}
    leader = _leaders([(row.who, row.name if row.form == FULL else None) for row in rows])
    for row in rows:
        together.setdefault(leader[row.who], []).append(row)
    found = [_company(group) for group in together.values()]
    return sorted(found, key=lambda company: (company.code is None, company.code or "", company.who))


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


def _company(rows: Sequence[AnyRow]) -> Company:
    codes = sorted({row.code for row in rows if row.code})
    full = tuple(dict.fromkeys(row.name for row in rows if row.form == FULL))
    short = tuple(dict.fromkeys(row.name for row in rows if row.form == SHORT))
    return Company(
        who=codes[0] if codes else rows[0].who,
        code=codes[0] if codes else None,
        full_names=full,
        short_names=short,
        sector=next((row.sector for row in rows if row.sector != "general"), "general"),
        filings=len({row.sha256 for row in rows}),
    )
