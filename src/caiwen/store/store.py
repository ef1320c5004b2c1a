"""The system of record: many readers beside one writer, a document in one transaction."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, Engine, func, insert, inspect, or_, select, tuple_

from caiwen.errors import NotFoundError, StoreError
from caiwen.records import Document, Fact, Filing, FilingKind, PageInfo, Passage
from caiwen.store import companies, corrections, dialect, filters, writing
from caiwen.store.crosscheck import crosscheck
from caiwen.store.filters import FactFilter
from caiwen.store.records import Added, Change, Company, Correction, Near, Source, StoredDocument
from caiwen.store.rows import AnyRow, to_fact, to_page, to_passage
from caiwen.store.schema import (
    SCHEMA_VERSION,
    documents,
    meta,
    metadata,
    names,
    outbox,
    pages,
    passages,
)

_SHORTEST_HASH = 6


class Store:
    """Documents, facts, passages and corrections. Open with :meth:`Store.open`, close when done.

    All methods raise StoreError when the database is locked, damaged, read-only or out of space.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._identity = ""

    @classmethod
    def open(cls, url: str, *, folder: Path | None = None, busy_seconds: float = 30.0) -> Self:
        """Open or create. A relative SQLite path counts from ``folder``."""
        resolved = dialect.resolve(url, folder)
        store = cls(dialect.connect(resolved, busy_seconds))
        try:
            store._prepare()
        except StoreError:
            store.close()
            raise
        return store

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    @property
    def identity(self) -> str:
        """A name that this store has had since it was created; an index of another store shows by it."""
        return self._identity

    def _prepare(self) -> None:
        with dialect.reading(self._engine) as connection:
            present = inspect(connection).has_table("meta")
        if not present:
            with dialect.writing(self._engine) as connection:
                metadata.create_all(connection)
                if not connection.execute(select(meta.c.value)).all():
                    values = {"schema_version": str(SCHEMA_VERSION), "identity": uuid.uuid4().hex}
                    rows = [{"key": key, "value": value} for key, value in values.items()]
                    connection.execute(insert(meta), rows)
        with dialect.reading(self._engine) as connection:
            found = {row.key: row.value for row in connection.execute(select(meta))}
        version = int(found.get("schema_version", "0"))
        if version != SCHEMA_VERSION:
            which = "新" if version > SCHEMA_VERSION else "旧"
            hint = "升级 caiwen 再打开" if version > SCHEMA_VERSION else "移走它后重新读入材料"
            message = f"事实库是较{which}版本的 caiwen 建立的（{version}，当前 {SCHEMA_VERSION}）"
            raise StoreError(message, where=self._engine.url.database, hint=hint)
        self._identity = found["identity"]

    # --- writing -------------------------------------------------------------------------------------

    def add(
        self,
        document: Document,
        filing: Filing,
        facts: Iterable[Fact],
        passages: Iterable[Passage],
        *,
        source: Source | None = None,
        warnings: Iterable[str] = (),
        signature: bytes | None = None,
        digits: str = "",
        near: Near | None = None,
    ) -> Added:
        """Put a document in, over an earlier reading of the same file, in one transaction.

        ``facts`` and ``passages`` may be generators; they are written in batches. With ``near.same_content``
        only the link to that document is stored. Earlier corrections are put back onto the new facts.
        """
        with dialect.writing(self._engine) as connection:
            document_id, replaced = writing.write_document(
                connection,
                document,
                filing,
                warnings=[*document.warnings, *warnings],
                signature=signature,
                digits=digits,
                near=near,
            )
            touched = writing.clear(connection, document_id) if replaced else set()
            if source is not None:
                touched |= writing.write_source(connection, document_id, source)
            writing.write_pages(connection, document_id, document.pages)
            if near is not None and near.same_content:
                facts, passages = (), ()
            tally = writing.write_facts(connection, document_id, document.sha256, facts)
            companies.record_names(connection, document_id, filing, tally.companies)
            written = writing.write_passages(connection, document_id, passages)
            writing.announce(connection, document.sha256)
            crosscheck(connection, touched | tally.who)
        return Added(tally.facts, written, replaced, tally.twins, tuple(tally.warnings))

    def link(self, sha256: str, source: Source, *, gone: Sequence[str] = ()) -> None:
        """The file of this hash is (also) found under this path; ``gone``: paths that no longer exist."""
        with dialect.writing(self._engine) as connection:
            owner = connection.execute(
                select(documents.c.id).where(documents.c.sha256 == sha256)
            ).scalar_one()
            touched = writing.write_source(connection, owner, source)
            if gone:
                connection.execute(names.delete().where(names.c.path.in_(gone), names.c.document_id == owner))
                writing.settle_name(connection, owner)
            crosscheck(connection, touched)

    def remove(self, ref: str) -> StoredDocument:
        """Take a document out: facts, passages and names. The log of corrections keeps its lines."""
        found = self.document(ref)
        with dialect.writing(self._engine) as connection:
            owner = connection.execute(
                select(documents.c.id).where(documents.c.sha256 == found.sha256)
            ).scalar_one()
            crosscheck(connection, writing.forget(connection, owner))
        return found

    def correct(
        self,
        fact_id: str,
        *,
        value: Decimal | None = None,
        text: str | None = None,
        unit: str | None = None,
        author: str,
        reason: str,
    ) -> Fact:
        """Record that a person read this fact differently; the corrected fact, which from now on comes first.

        ``value`` is in base units (元, %...); ``unit`` defaults to the printed fact's. Exactly one of value and text.
        """
        if (value is None) == (text is None) or not author.strip() or not reason.strip():
            raise StoreError("更正需要一个新值（数值或文字）、更正人和理由", where=fact_id)
        with dialect.writing(self._engine) as connection:
            printed = self._fact(
                connection, corrections.original_id(connection, self._fact(connection, fact_id))
            )
            draft = replace(printed, value=value, text=text)
            line = Correction(
                document=printed.observation.document,
                fact_id=printed.id,
                corrected_id="0",
                old_value=printed.value,
                old_text=printed.text,
                value=value,
                text=text,
                unit=unit or draft.unit,
                author=author.strip(),
                reason=reason.strip(),
                created=writing.now(),
            )
            fact = corrections.corrected(draft, line)
            corrections.append(connection, printed, replace(line, corrected_id=fact.id))
            sha256 = printed.observation.document
            owner = connection.execute(
                select(documents.c.id).where(documents.c.sha256 == sha256)
            ).scalar_one()
            corrections.put(connection, owner, printed.id, fact)
        return fact

    def tidy(self) -> None:
        """Call after a batch of writing."""
        dialect.tidy(self._engine)

    # --- reading -------------------------------------------------------------------------------------

    def documents(
        self, *, code: str | None = None, kind: FilingKind | None = None, period: str | None = None
    ) -> list[StoredDocument]:
        """By name. Documents whose content stands in another one are listed too."""
        query = select(documents)
        for column, wanted in (
            (documents.c.code, code),
            (documents.c.kind, kind and kind.value),
            (documents.c.period, period),
        ):
            if wanted is not None:
                query = query.where(column == wanted)
        with dialect.reading(self._engine) as connection:
            rows = connection.execute(query.order_by(documents.c.name, documents.c.sha256)).all()
            return self._with_sources(connection, rows)

    def document(self, ref: str) -> StoredDocument:
        """By file name, path, sha256 or its first digits. NotFoundError if there is none, or several."""
        with dialect.reading(self._engine) as connection:
            rows = self._matching(connection, ref)
            if len(rows) != 1:
                several = "、".join(f"{row.name}（{row.sha256[:12]}）" for row in rows[:5])
                message = f"有 {len(rows)} 份文件叫这个名字：{several}" if rows else "事实库里没有这份文件"
                hint = (
                    "请改用 sha256 的前几位" if rows else "用 caiwen facts 或 caiwen coverage 看看有哪些文件"
                )
                raise NotFoundError(message, where=ref, hint=hint)
            return self._with_sources(connection, rows)[0]

    def pages(self, ref: str) -> list[PageInfo]:
        sha256 = self.document(ref).sha256
        with dialect.reading(self._engine) as connection:
            query = select(pages).join(documents).where(documents.c.sha256 == sha256).order_by(pages.c.number)
            return [to_page(row) for row in connection.execute(query)]

    def facts(self, wanted: FactFilter) -> list[Fact]:
        """Facts that fit, in an order that does not depend on the order of ingest (see ``filters.build``)."""
        return list(self.each_fact(wanted))

    def each_fact(self, wanted: FactFilter) -> Iterator[Fact]:
        """Like :meth:`facts`, one at a time: for whole markets."""
        with dialect.reading(self._engine) as connection:
            document_ids = who = None
            if wanted.document is not None:
                document_ids = [
                    self._content_of(connection, row) for row in self._matching(connection, wanted.document)
                ]
            if wanted.company is not None:
                who = sorted(companies.find(connection, wanted.company))
            query = filters.build(wanted, document_ids=document_ids, who=who)
            for row in connection.execution_options(yield_per=1000).execute(query):
                yield to_fact(row)

    def fact(self, fact_id: str) -> Fact:
        """NotFoundError if there is no such fact."""
        with dialect.reading(self._engine) as connection:
            return self._fact(connection, fact_id)

    def passages(self, places: Sequence[tuple[str, int]]) -> list[Passage]:
        """The passages at these (sha256, ordinal), in this order; those that are gone are left out."""
        with dialect.reading(self._engine) as connection:
            query = (
                select(passages, documents.c.sha256)
                .join(documents)
                .where(tuple_(documents.c.sha256, passages.c.ordinal).in_(list(places)))
            )
            found = {(row.sha256, row.ordinal): to_passage(row) for row in connection.execute(query)}
        return [found[place] for place in places if place in found]

    def passages_of(self, sha256: str) -> list[Passage]:
        """All passages of a document, in reading order."""
        with dialect.reading(self._engine) as connection:
            query = (
                select(passages, documents.c.sha256)
                .join(documents)
                .where(documents.c.sha256 == sha256)
                .order_by(passages.c.ordinal)
            )
            return [to_passage(row) for row in connection.execute(query)]

    def companies(self) -> list[Company]:
        with dialect.reading(self._engine) as connection:
            return companies.companies(connection)

    def corrections(self, fact_id: str | None = None) -> list[Correction]:
        """The log, oldest first."""
        with dialect.reading(self._engine) as connection:
            return corrections.log(connection, fact_id=fact_id)

    def check(self) -> list[str]:
        """What is wrong with the database; empty when all is well."""
        with dialect.reading(self._engine) as connection:
            return dialect.integrity(connection)

    # --- for ingest and the index -----------------------------------------------------------------------

    def known_files(self) -> dict[str, tuple[Source, str]]:
        """Path → the file as it was last seen, and its sha256."""
        query = select(names, documents.c.sha256).join(documents)
        with dialect.reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return {row.path: (Source(row.path, row.size, row.mtime_ns), row.sha256) for row in rows}

    def parsers(self) -> dict[str, str]:
        """sha256 → name and version of the reader that read the document."""
        query = select(documents.c.sha256, documents.c.parser)
        with dialect.reading(self._engine) as connection:
            return {row.sha256: row.parser for row in connection.execute(query)}

    def signatures(self) -> list[tuple[str, bytes, str]]:
        """(sha256, signature, digits) of every document that has its own content, oldest first."""
        query = select(documents.c.sha256, documents.c.signature, documents.c.digits).where(
            documents.c.signature.is_not(None), documents.c.content_in.is_(None)
        )
        with dialect.reading(self._engine) as connection:
            rows = connection.execute(query.order_by(documents.c.id)).all()
        return [(row.sha256, row.signature, row.digits) for row in rows]

    def changes(self, after: int = 0) -> list[Change]:
        """What happened to passages since change number ``after``."""
        query = select(outbox).where(outbox.c.seq > after).order_by(outbox.c.seq)
        with dialect.reading(self._engine) as connection:
            return [Change(row.seq, row.sha256) for row in connection.execute(query)]

    def last_change(self) -> int:
        with dialect.reading(self._engine) as connection:
            return connection.execute(select(func.coalesce(func.max(outbox.c.seq), 0))).scalar_one()

    # --- helpers ---------------------------------------------------------------------------------------

    def _fact(self, connection: Connection, fact_id: str) -> Fact:
        found = None
        if len(fact_id) == 16 and all(digit in "0123456789abcdef" for digit in fact_id):
            query = filters.build(FactFilter(ids=[fact_id]), document_ids=None, who=None)
            found = connection.execute(query).first()
        if found is None:
            hint = "编号是 caiwen facts --json 里的 id"
            raise NotFoundError("没有这个编号的事实", where=fact_id, hint=hint)
        return to_fact(found)

    def _matching(self, connection: Connection, ref: str) -> Sequence[AnyRow]:
        named = select(names.c.document_id).where(or_(names.c.name == ref, names.c.path == ref))
        same = [documents.c.id.in_(named), documents.c.name == ref]
        if len(ref) >= _SHORTEST_HASH and all(digit in "0123456789abcdef" for digit in ref):
            same.append(documents.c.sha256.startswith(ref, autoescape=True))
        query = select(documents).where(or_(*same)).order_by(documents.c.sha256)
        return connection.execute(query).all()

    def _content_of(self, connection: Connection, row: AnyRow) -> int:
        if row.content_in is None:
            return int(row.id)
        query = select(documents.c.id).where(documents.c.sha256 == row.content_in)
        return int(connection.execute(query).scalar_one())

    def _with_sources(self, connection: Connection, rows: Sequence[AnyRow]) -> list[StoredDocument]:
        sources: dict[int, list[Source]] = {}
        every = select(names).order_by(names.c.path)
        if len(rows) == 1:
            every = every.where(names.c.document_id == rows[0].id)
        for name in connection.execute(every):
            sources.setdefault(name.document_id, []).append(Source(name.path, name.size, name.mtime_ns))
        return [_stored(row, sources.get(row.id, [])) for row in rows]


def _stored(row: AnyRow, sources: list[Source]) -> StoredDocument:
    return StoredDocument(
        sha256=row.sha256,
        name=row.name,
        format=row.format,
        filing=Filing(
            kind=FilingKind(row.kind),
            issuer=row.issuer,
            short_name=row.short_name,
            code=row.code,
            period=row.period,
            published=row.published,
            sector=row.sector,
            title=row.title,
        ),
        pages=row.page_count,
        parser=row.parser,
        ingested=row.ingested,
        sources=tuple(sources),
        warnings=tuple(json.loads(row.warnings)),
        extra=json.loads(row.extra),
        near_duplicate_of=row.near_duplicate_of,
        similarity=row.similarity,
        content_in=row.content_in,
    )
