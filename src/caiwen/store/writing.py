"""The steps of putting a document into the store; all of them run inside one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from caiwen.records import Document, Fact, Filing, PageInfo, Passage
from caiwen.store import corrections, policies, series
from caiwen.store.dialect import insert_many
from caiwen.store.records import Near, Source
from caiwen.store.rows import (
    fact_values,
    observation_values,
    page_values,
    passage_values,
    to_integer,
)
from caiwen.store.schema import (
    company_names,
    documents,
    facts,
    names,
    observations,
    outbox,
    pages,
    passages,
)

_BATCH = 2000
_OWNED = (facts, observations, passages, pages, company_names, series.series, *policies.OWNED)

T = TypeVar("T")


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def batches(values: Iterable[T]) -> Iterator[list[T]]:
    remaining = iter(values)
    while batch := list(islice(remaining, _BATCH)):
        yield batch


def write_document(
    connection: Connection,
    document: Document,
    filing: Filing,
    *,
    warnings: Iterable[str],
    signature: bytes | None,
    digits: str,
    near: Near | None,
) -> tuple[int, bool]:
    """The document's own row, new or over the old one: its number, and whether there was one."""
    values = {
        "sha256": document.sha256,
        "name": document.name,
        "format": document.format,
        "kind": filing.kind.value,
        "issuer": filing.issuer,
        "short_name": filing.short_name,
        "code": filing.code,
        "period": filing.period,
        "published": filing.published or document.published,
        "sector": filing.sector,
        "title": filing.title or document.title,
        "page_count": len(document.pages),
        "warnings": json.dumps(list(warnings), ensure_ascii=False),
        "parser": document.parser,
        "extra": json.dumps(document.extra, ensure_ascii=False, sort_keys=True),
        "ingested": now(),
        "signature": signature,
        "digits": digits,
        "near_duplicate_of": near.sha256 if near else None,
        "similarity": near.similarity if near else None,
        "content_in": near.sha256 if near and near.same_content else None,
    }
    same = documents.c.sha256 == document.sha256
    found = connection.execute(select(documents.c.id).where(same)).scalar_one_or_none()
    if found is None:
        statement = insert(documents).values(values).returning(documents.c.id)
        return connection.execute(statement).scalar_one(), False
    connection.execute(update(documents).where(same).values(values))
    return found, True


def clear(connection: Connection, document_id: int) -> set[str]:
    """Remove everything read from a document; the companies (``who``) whose facts went."""
    who = select(facts.c.who).where(facts.c.document_id == document_id).distinct()
    touched = set(connection.execute(who).scalars())
    for table in _OWNED:
        connection.execute(delete(table).where(table.c.document_id == document_id))
    return touched


def forget(connection: Connection, document_id: int) -> set[str]:
    """Remove a document altogether, and those whose content stands in it (they must be read anew)."""
    sha256 = connection.execute(select(documents.c.sha256).where(documents.c.id == document_id)).scalar_one()
    leaning = (
        connection.execute(select(documents.c.id).where(documents.c.content_in == sha256)).scalars().all()
    )
    touched = clear(connection, document_id)
    for one in leaning:
        touched |= forget(connection, one)
    linked = documents.c.near_duplicate_of == sha256
    connection.execute(update(documents).where(linked).values(near_duplicate_of=None, similarity=None))
    connection.execute(delete(names).where(names.c.document_id == document_id))
    connection.execute(delete(documents).where(documents.c.id == document_id))
    announce(connection, sha256)
    return touched


def write_pages(connection: Connection, document_id: int, every: Iterable[PageInfo]) -> None:
    _insert(connection, pages, (page_values(document_id, page) for page in every))


def write_passages(connection: Connection, document_id: int, every: Iterable[Passage]) -> int:
    return _insert(connection, passages, (passage_values(document_id, passage) for passage in every))


def write_facts(connection: Connection, document_id: int, sha256: str, every: Iterable[Fact]) -> FactTally:
    """Facts with their observations, a batch at a time; then the corrections made to them earlier."""
    tally = FactTally(*corrections.wanted(connection, sha256))
    number = 0
    for batch in batches(every):
        observed, understood = [], []
        for fact in batch:
            fact_id = tally.take(fact)
            if fact_id is not None:
                observed.append(observation_values(document_id, number, fact.observation))
                understood.append(fact_values(document_id, number, fact, fact_id))
                number += 1
        insert_many(connection, observations, observed)
        insert_many(connection, facts, understood)
    tally.facts = number
    tally.warnings = corrections.restore(connection, document_id, sha256, tally.to_correct)
    return tally


class FactTally:
    """What a stream of facts contained: counted while it passes, so that it never stands in memory."""

    def __init__(self, corrected_ids: set[int], corrected_meanings: set[str]) -> None:
        self.facts = 0
        self.twins = 0
        self.companies: set[tuple[str | None, str]] = set()
        self.to_correct: list[Fact] = []
        self.warnings: list[str] = []
        self._ids: set[int] = set()
        self._corrected_ids = corrected_ids
        self._corrected_meanings = corrected_meanings

    def take(self, fact: Fact) -> int | None:
        """The fact's number in the database; None for a second fact of the same place and meaning."""
        fact_id = to_integer(fact.id)
        if fact_id in self._ids:
            self.twins += 1
            return None
        self._ids.add(fact_id)
        self.companies.add((fact.code, fact.entity))
        if self._corrected_meanings and (
            fact_id in self._corrected_ids or corrections.meaning(fact) in self._corrected_meanings
        ):
            self.to_correct.append(fact)
        return fact_id

    @property
    def who(self) -> set[str]:
        return {code or entity for code, entity in self.companies}


def write_source(connection: Connection, document_id: int, source: Source) -> set[str]:
    """Name a document. A document that this path named before, and that no other names, is superseded:
    it goes, and the companies that its facts were about are returned."""
    before = select(names.c.document_id).where(names.c.path == source.path)
    owner = connection.execute(before).scalar_one_or_none()
    connection.execute(delete(names).where(names.c.path == source.path))
    connection.execute(
        insert(names).values(
            path=source.path,
            document_id=document_id,
            name=source.name,
            size=source.size,
            mtime_ns=source.mtime_ns,
        )
    )
    settle_name(connection, document_id)
    if owner is None or owner == document_id:
        return set()
    return drop_unnamed(connection, owner, heir=document_id)


def drop_unnamed(connection: Connection, document_id: int, heir: int | None = None) -> set[str]:
    """``heir``: the newer edition of the file, which keeps the macro figures that it has revised."""
    left = select(func.count()).where(names.c.document_id == document_id)
    if connection.execute(left).scalar_one():
        settle_name(connection, document_id)
        return set()
    if heir is not None:
        sha256 = select(documents.c.sha256).where(documents.c.id == document_id)
        rows = series.known(connection, connection.execute(sha256).scalar_one(), replaced_only=False)
        series.keep_replaced(connection, heir, rows)
    return forget(connection, document_id)


def settle_name(connection: Connection, document_id: int) -> None:
    """A document is called after the first of its paths, whichever came first in time. A new name is told as a change."""
    first = select(names.c.name).where(names.c.document_id == document_id).order_by(names.c.path).limit(1)
    name = connection.execute(first).scalar_one_or_none()
    known = select(documents.c.name, documents.c.sha256).where(documents.c.id == document_id)
    called, sha256 = connection.execute(known).one()
    if name is not None and name != called:
        connection.execute(update(documents).where(documents.c.id == document_id).values(name=name))
        announce(connection, sha256)


def announce(connection: Connection, sha256: str) -> None:
    connection.execute(insert(outbox).values(sha256=sha256, created=now()))


def _insert(connection: Connection, table: Table, values: Iterable[dict[str, Any]]) -> int:
    count = 0
    for batch in batches(values):
        insert_many(connection, table, batch)
        count += len(batch)
    return count
