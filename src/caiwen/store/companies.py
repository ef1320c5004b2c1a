"""Companies over all documents: codes, full and short names, and which of them are one company."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, insert, or_, select

from caiwen.finance.companies import name_key, normalise_code
from caiwen.records import Filing
from caiwen.store.prepared import Prepared
from caiwen.store.records import Company
from caiwen.store.schema import company_names, documents

FULL, SHORT = "full", "short"
_GENERAL = "general"
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
    latest_first = sorted(_FILED.rows(connection), key=lambda d: str(d[2]))
    latest_first.sort(key=lambda d: str(d[1] or ""), reverse=True)
    by_document = {
        number: list(rows) for number, rows in groupby(sorted(_MENTIONS.rows(connection)), itemgetter(0))
    }
    told = [(number, sector, by_document.get(number, [])) for number, _, _, sector in latest_first]
    # A market's tables tell the same names again and again: each is looked at once, the latest telling first.
    named = dict.fromkeys(row[1:] for _, _, rows in told for row in rows)
    leader = _leaders((who, name if form == FULL else None) for name, form, who, _ in named)
    groups: dict[str, _Group] = {one: _Group() for one in dict.fromkeys(leader.values())}
    for name, form, who, code in named:
        groups[leader[who]].add(name, form, who, code)
    for number, sector, rows in told:
        for who in {row[3] for row in rows}:
            groups[leader[who]].mentioned(number, sector)
    found = [group.company() for group in groups.values()]
    return sorted(found, key=lambda company: (company.code is None, company.code or "", company.who))


@dataclass(slots=True)
class _Group:
    """One company under all its codes and names, those of the latest document first."""

    whos: list[str] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)
    full_names: dict[str, None] = field(default_factory=dict)
    short_names: dict[str, None] = field(default_factory=dict)
    documents: set[int] = field(default_factory=set)
    sector: str = _GENERAL

    def add(self, name: str, form: str, who: str, code: str | None) -> None:
        self.whos.append(who)
        (self.full_names if form == FULL else self.short_names).setdefault(name)
        if code:
            self.codes.add(code)

    def mentioned(self, document: int, sector: str) -> None:
        self.documents.add(document)
        if self.sector == _GENERAL:
            self.sector = sector

    def company(self) -> Company:
        code = min(self.codes, default=None)
        return Company(
            who=code or self.whos[0],
            code=code,
            full_names=tuple(self.full_names),
            short_names=tuple(self.short_names),
            sector=self.sector,
            filings=len(self.documents),
        )


_FILED = Prepared(select(documents.c.id, documents.c.period, documents.c.sha256, documents.c.sector))
_MENTIONS = Prepared(select(_names.document_id, _names.name, _names.form, _names.who, _names.code))


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
