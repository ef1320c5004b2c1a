"""The system of record: many readers beside one writer, a document in one transaction."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Self

from sqlalchemy import insert, inspect, select, update

from caiwen.errors import StoreError
from caiwen.records import Document, Fact, Filing, Passage
from caiwen.records.macro import SeriesPoint
from caiwen.records.policy import PolicyRecord
from caiwen.store import companies, corrections, dialect, series, writing
from caiwen.store.crosscheck import crosscheck
from caiwen.store.policies import write_policy
from caiwen.store.reader import Reader
from caiwen.store.records import Added, Correction, Near, Source, StoredDocument
from caiwen.store.schema import (
    SCHEMA_VERSION,
    documents,
    meta,
    metadata,
    names,
)


class Store(Reader):
    """Documents, facts, passages and corrections. Open with :meth:`Store.open`, close when done.

    All methods raise StoreError when the database is locked, damaged, read-only or out of space.
    """

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

    def _prepare(self) -> None:
        with dialect.reading(self._engine) as connection:
            present = set(inspect(connection).get_table_names())
        if not present.issuperset(metadata.tables):  # a new store, or one from before a table was added
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
        names: Iterable[tuple[str | None, str]] = (),
        policy: PolicyRecord | None = None,
        points: Iterable[SeriesPoint] = (),
    ) -> Added:
        """Put a document in, over an earlier reading of the same file, in one transaction.

        ``facts`` and ``passages`` may be generators; they are written in batches. ``names``: (code, name) pairs
        that the source tells beside its facts; they and ``points`` are looked at after the facts were written. With ``near.same_content``
        only the link to that document is stored. Earlier corrections are put back onto the new facts.
        """
        with dialect.writing(self._engine) as connection:
            earlier = series.known(connection, document.sha256, replaced_only=document.format != "sql")
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
            writing.write_pages(connection, document_id, document.pages)
            if near is not None and near.same_content:
                facts, passages = (), ()
            tally = writing.write_facts(connection, document_id, document.sha256, facts)
            companies.record_names(connection, document_id, filing, tally.companies | set(names))
            figures = series.write_series(connection, document_id, points)
            series.keep_replaced(connection, document_id, earlier)
            if source is not None:
                touched |= writing.write_source(connection, document_id, source)
            written = writing.write_passages(connection, document_id, passages)
            if policy is not None and not (near is not None and near.same_content):
                write_policy(connection, document_id, policy)
            writing.announce(connection, document.sha256)
            crosscheck(connection, touched | tally.who)
        return Added(tally.facts + figures, written, replaced, tally.twins, tuple(tally.warnings))

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

    def warn(self, sha256: str, warnings: Iterable[str]) -> None:
        """Keep what was noticed about a document only after its facts had streamed in."""
        kept = json.dumps(list(warnings), ensure_ascii=False)
        with dialect.writing(self._engine) as connection:
            connection.execute(update(documents).where(documents.c.sha256 == sha256).values(warnings=kept))

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
