"""Apply ``agreement`` to the facts of companies whose documents changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, and_, bindparam, func, select, update

from caiwen.records import Basis, Status
from caiwen.store import companies
from caiwen.store.agreement import Claim, Verdict, combine, judge
from caiwen.store.rows import AnyRow, to_json
from caiwen.store.schema import documents, facts, observations

_KEY = (facts.c.item, facts.c.dimensions, facts.c.period, facts.c.span, facts.c.scope)
_COUNTED = and_(facts.c.value.is_not(None), facts.c.basis != Basis.CORRECTED.value)
_STATE = (facts.c.document_id, facts.c.number, facts.c.own_status, facts.c.status, facts.c.other_checks)
_BATCH = 500


def crosscheck(connection: Connection, touched: Iterable[str]) -> None:
    """Renew status and checks of all facts of these companies (``who``) against the other documents."""
    remaining = sorted(set(touched))
    for start in range(0, len(remaining), _BATCH):
        found = companies.groups(connection, remaining[start : start + _BATCH])
        _renew(connection, sorted(who for group in found if len(group) == 1 for who in group), alone=True)
        for group in found:
            if len(group) > 1:  # one company under several codes or names
                _renew(connection, sorted(group), alone=False)


def _renew(connection: Connection, who: Sequence[str], *, alone: bool) -> None:
    if not who:
        return
    verdicts: dict[tuple[int, int], Verdict] = {}
    states: dict[tuple[int, int], AnyRow] = {}
    for rows in _shared(connection, who, (facts.c.who, *_KEY) if alone else _KEY):
        verdicts |= judge([_claim(row) for row in rows])
        states |= {(row.document_id, row.number): row for row in rows}
    stale = select(*_STATE).where(facts.c.who.in_(who), facts.c.other_checks.is_not(None))
    states |= {(row.document_id, row.number): row for row in connection.execute(stale)}
    changes = [
        change for place, row in states.items() if (change := _change(row, verdicts.get(place))) is not None
    ]
    if changes:
        at = and_(facts.c.document_id == bindparam("in_document"), facts.c.number == bindparam("at_number"))
        connection.execute(update(facts).where(at), changes)


def _shared(connection: Connection, who: Sequence[str], key: Sequence[Column[Any]]) -> Iterator[list[AnyRow]]:
    """The facts that speak of one thing in more than one document, thing by thing."""
    things = (
        select(*key)
        .where(facts.c.who.in_(who), _COUNTED)
        .group_by(*key)
        .having(func.min(facts.c.document_id) != func.max(facts.c.document_id))
        .subquery()
    )
    same = and_(*(column == things.c[column.name] for column in key))
    query = (
        select(
            *_STATE,
            *_KEY,
            facts.c.who,
            facts.c.basis,
            facts.c.value,
            observations.c.raw,
            documents.c.name,
            documents.c.period.label("filed"),
        )
        .join_from(facts, things, same)
        .join(observations, _observation_of_fact())
        .join(documents, documents.c.id == facts.c.document_id)
        .where(facts.c.who.in_(who), _COUNTED)
        .order_by(*key)
    )
    names = [column.name for column in key]
    rows = connection.execute(query).all()
    for _, thing in groupby(rows, key=lambda row: tuple(getattr(row, name) for name in names)):
        yield list(thing)


def _observation_of_fact() -> ColumnElement[bool]:
    return and_(
        observations.c.document_id == facts.c.document_id, observations.c.number == facts.c.observation
    )


def _claim(row: AnyRow) -> Claim:
    basis = Basis(row.basis)
    own = row.period if basis is Basis.REPORTED else ""
    return Claim(
        place=(row.document_id, row.number),
        document=row.name,
        vintage=row.filed or own,
        basis=basis,
        value=Decimal(row.value),
        raw=row.raw,
    )


def _change(row: AnyRow, verdict: Verdict | None) -> dict[str, object] | None:
    status = combine(Status(row.own_status), verdict).value
    checks = to_json(verdict.checks) if verdict else None
    if (status, checks) == (row.status, row.other_checks):
        return None
    return {
        "in_document": row.document_id,
        "at_number": row.number,
        "status": status,
        "other_checks": checks,
    }
