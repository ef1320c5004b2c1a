"""Corrections by a person: an append-only log, and the facts that it puts beside the printed ones."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import Connection, delete, func, insert, select

from caiwen.errors import NotFoundError
from caiwen.records import Basis, Fact, Observation, Status
from caiwen.store.records import Correction
from caiwen.store.rows import (
    AnyRow,
    dimensions_text,
    exact,
    fact_values,
    observation_values,
    to_id,
    to_integer,
)
from caiwen.store.schema import corrections, facts, observations

PARSER = "correction"


def corrected(fact: Fact, line: Correction) -> Fact:
    """The new observation: it stands where the printed one stands, and names author, time and reason."""
    old = fact.observation
    observation = Observation(
        document=old.document,
        page=old.page,
        table=old.table,
        row=old.row,
        column=old.column,
        box=old.box,
        raw=(line.text or "") if line.value is None else f"{line.value:f}",
        scale=line.unit,
        currency=old.currency,
        headers=old.headers,
        label=old.label,
        sheet=old.sheet,
        quote=f"{line.author} {line.created[:10]} 更正：{line.reason}（原文：{old.raw}）",
        parser=PARSER,
    )
    return replace(
        fact,
        observation=observation,
        basis=Basis.CORRECTED,
        value=line.value,
        text=line.text,
        unit=line.unit,
        status=Status.VERIFIED,
        checks=(f"人工更正：{line.author}",),
    )


def log(
    connection: Connection, *, document: str | None = None, fact_id: str | None = None
) -> list[Correction]:
    """The log, oldest first; of one document, or of one fact (by its own id or that of its correction)."""
    query = select(corrections).order_by(corrections.c.id)
    if document is not None:
        query = query.where(corrections.c.sha256 == document)
    if fact_id is not None:
        number = to_integer(fact_id)
        query = query.where((corrections.c.fact_id == number) | (corrections.c.corrected_id == number))
    return [_to_correction(row) for row in connection.execute(query)]


def original_id(connection: Connection, fact: Fact) -> str:
    """The id of the printed fact, for a fact that may itself be a correction."""
    if fact.basis is not Basis.CORRECTED:
        return fact.id
    lines = log(connection, fact_id=fact.id)
    if not lines:
        raise NotFoundError("找不到这条更正所改的原事实", where=fact.id)
    return lines[-1].fact_id


def append(connection: Connection, fact: Fact, line: Correction) -> None:
    connection.execute(
        insert(corrections).values(
            sha256=line.document,
            fact_id=to_integer(line.fact_id),
            corrected_id=to_integer(line.corrected_id),
            key=meaning(fact),
            old_value=exact(line.old_value),
            old_text=line.old_text,
            value=exact(line.value),
            text=line.text,
            unit=line.unit,
            author=line.author,
            reason=line.reason,
            created=line.created,
        )
    )


def put(connection: Connection, document_id: int, original: str, fact: Fact) -> None:
    """Write one corrected fact, in place of earlier corrections of the same ``original`` (its id)."""
    earlier = select(corrections.c.corrected_id).where(corrections.c.fact_id == to_integer(original))
    mine = facts.c.document_id == document_id
    old = connection.execute(select(facts.c.observation).where(mine, facts.c.id.in_(earlier))).scalars().all()
    connection.execute(delete(facts).where(mine, facts.c.id.in_(earlier)))
    places = observations.c.document_id == document_id
    connection.execute(delete(observations).where(places, observations.c.number.in_(old)))
    last = select(func.coalesce(func.max(observations.c.number), -1)).where(places)
    number = connection.execute(last).scalar_one() + 1
    connection.execute(insert(observations), [observation_values(document_id, number, fact.observation)])
    connection.execute(insert(facts), [fact_values(document_id, number, fact, to_integer(fact.id))])


def meaning(fact: Fact) -> str:
    """What stays the same about a fact when its document is read anew by a better parser."""
    parts = [fact.item, dimensions_text(fact.dimensions), fact.period, fact.span, fact.scope, fact.basis]
    return json.dumps([str(part) for part in parts], ensure_ascii=False)


def restore(connection: Connection, document_id: int, sha256: str, read: list[Fact]) -> list[str]:
    """Put the corrections of a document back after a new reading; warnings for those that found no fact.

    ``read``: the facts of the new reading that have a correction's id or meaning.
    """
    rows = connection.execute(
        select(corrections).where(corrections.c.sha256 == sha256).order_by(corrections.c.id)
    ).all()
    latest = {row.fact_id: row for row in rows}
    warnings = []
    for row in latest.values():
        fact = _find(read, row)
        if fact is None:
            warnings.append(
                f"{row.author} {row.created[:10]} 的一处更正在重新读取后找不到对应的事实：{row.key}"
            )
        else:
            line = _to_correction(row)
            put(connection, document_id, line.fact_id, corrected(fact, line))
    return warnings


def wanted(connection: Connection, sha256: str) -> tuple[set[int], set[str]]:
    """Ids and meanings of the facts of a document that were corrected."""
    query = select(corrections.c.fact_id, corrections.c.key).where(corrections.c.sha256 == sha256)
    rows = connection.execute(query).all()
    return {row.fact_id for row in rows}, {row.key for row in rows}


def _find(read: list[Fact], row: AnyRow) -> Fact | None:
    for fact in read:
        if to_integer(fact.id) == row.fact_id:
            return fact
    same = [fact for fact in read if meaning(fact) == row.key]
    return same[0] if len(same) == 1 else None


def _to_correction(row: AnyRow) -> Correction:
    return Correction(
        document=row.sha256,
        fact_id=to_id(row.fact_id),
        corrected_id=to_id(row.corrected_id),
        old_value=None if row.old_value is None else Decimal(row.old_value),
        old_text=row.old_text,
        value=None if row.value is None else Decimal(row.value),
        text=row.text,
        unit=row.unit,
        author=row.author,
        reason=row.reason,
        created=row.created,
    )
