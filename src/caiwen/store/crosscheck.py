"""Apply ``agreement`` to the facts of companies whose documents changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, Connection, and_, func, select

from caiwen.records import Basis, Status
from caiwen.store import companies
from caiwen.store.agreement import Claim, Verdict, combine, judge
from caiwen.store.dialect import update_many
from caiwen.store.prepared import Prepared
from caiwen.store.rows import to_json
from caiwen.store.schema import documents, facts, observations

_KEY = (facts.c.item, facts.c.dimensions, facts.c.period, facts.c.span, facts.c.scope)
_COUNTED = and_(facts.c.value.is_not(None), facts.c.basis != Basis.CORRECTED.value)
_STATE = (facts.c.document_id, facts.c.number, facts.c.own_status, facts.c.status, facts.c.other_checks)
_BATCH = 500


class _State(NamedTuple):
    """A fact with what the documents say of it now."""

    document_id: int
    number: int
    own_status: str
    status: str
    other_checks: str | None


class _Told(NamedTuple):
    """What a document says; ``filed``: the period of the filing."""

    period: str
    basis: str
    value: str
    raw: str
    name: str
    filed: str | None


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
    changes: list[dict[str, object]] = []
    shared: set[tuple[int, int]] = set()
    for thing in _shared(connection, who, (facts.c.who, *_KEY) if alone else _KEY):
        verdicts = judge([_claim(state, told) for state, told in thing])
        for state, _ in thing:
            place = (state.document_id, state.number)
            shared.add(place)
            changes += _change(state, verdicts.get(place))
    stale = select(*_STATE).where(facts.c.who.in_(who), facts.c.other_checks.is_not(None))
    for row in connection.execute(stale):
        if (row.document_id, row.number) not in shared:
            changes += _change(_State(*row), None)
    update_many(connection, facts, ("document_id", "number"), changes)


def _shared(
    connection: Connection, who: Sequence[str], key: Sequence[Column[Any]]
) -> Iterator[list[tuple[_State, _Told]]]:
    """The facts that speak of one thing in more than one document, thing by thing."""
    things = (
        select(*key)
        .where(facts.c.who.in_(who), _COUNTED)
        .group_by(*key)
        .having(func.min(facts.c.document_id) != func.max(facts.c.document_id))
        .subquery()
    )
    same = and_(*(column == things.c[column.name] for column in key))
    told = (facts.c.period, facts.c.basis, facts.c.value, observations.c.raw, documents.c.name)
    query = (
        select(*(column.label(f"key_{n}") for n, column in enumerate(key)), *_STATE)
        .add_columns(*(column.label(f"told_{n}") for n, column in enumerate((*told, documents.c.period))))
        .join_from(facts, things, same)
        .join(observations, _observation_of_fact())
        .join(documents, documents.c.id == facts.c.document_id)
        .where(facts.c.who.in_(who), _COUNTED)
        .order_by(*key)
    )
    # Whole markets agree with themselves a million times over: plain rows, taken apart by place.
    rows = Prepared(query).rows(connection)
    head, states = len(key), len(key) + len(_STATE)
    for _, thing in groupby(rows, key=itemgetter(slice(head))):
        yield [(_State._make(row[head:states]), _Told._make(row[states:])) for row in thing]


def _observation_of_fact() -> ColumnElement[bool]:
    return and_(
        observations.c.document_id == facts.c.document_id, observations.c.number == facts.c.observation
    )


def _claim(state: _State, told: _Told) -> Claim:
    basis = Basis(told.basis)
    own = told.period if basis is Basis.REPORTED else ""
    return Claim(
        place=(state.document_id, state.number),
        document=told.name,
        vintage=told.filed or own,
        basis=basis,
        value=Decimal(told.value),
        raw=told.raw,
    )


def _change(state: _State, verdict: Verdict | None) -> list[dict[str, object]]:
    """What is to be written, if anything."""
    status = combine(Status(state.own_status), verdict).value
    checks = _noted(verdict.checks) if verdict else None
    if (status, checks) == (state.status, state.other_checks):
        return []
    return [
        {
            "status": status,
            "other_checks": checks,
            "document_id": state.document_id,
            "number": state.number,
        }
    ]


@lru_cache(maxsize=5000)
def _noted(checks: tuple[str, ...]) -> str | None:
    return to_json(checks)
