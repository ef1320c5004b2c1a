"""Everything that is read from the store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from threading import local

from sqlalchemy import Connection, Engine, String, bindparam, func, or_, select

from caiwen.errors import NotFoundError
from caiwen.records import Fact, Filing, FilingKind, PageInfo, Passage, Scope, Span, Status
from caiwen.records.macro import SeriesHead, StoredPoint
from caiwen.records.policy import Article, PolicyRecord
from caiwen.store import companies, corrections, dialect, filters, policies, series
from caiwen.store.filters import FactFilter
from caiwen.store.prepared import Prepared
from caiwen.store.records import Cell, Change, Company, Correction, Source, StoredDocument
from caiwen.store.rows import AnyRow, from_json, named, to_fact, to_page, to_passage
from caiwen.store.schema import corrections as corrections_log
from caiwen.store.schema import documents, facts, names, outbox, pages, passages

_SHORTEST_HASH = 6

_SPANS = [f"span_{span.value}" for span in Span]
# Only columns of the index facts_item: a market is read in milliseconds, without touching the table.
_CELLS = Prepared(
    select(facts.c.who, facts.c.value, facts.c.status, facts.c.document_id).where(
        facts.c.item == bindparam("item"),
        facts.c.period == bindparam("period"),
        facts.c.dimensions == "",
        facts.c.scope == bindparam("scope"),
        facts.c.span.in_([bindparam(name, type_=String) for name in _SPANS]),
        facts.c.value.is_not(None),
    )
)
_LAST_CHANGE = Prepared(
    select(outbox.c.seq, outbox.c.sha256, outbox.c.created).order_by(outbox.c.seq.desc()).limit(1)
)
_LAST_CORRECTION = Prepared(
    select(corrections_log.c.id, corrections_log.c.created).order_by(corrections_log.c.id.desc()).limit(1)
)


class Reader:
    """The reading half of ``Store``. Each method is one consistent view; many may run beside a writer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._identity = ""
        self._pinned = local()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that this thread reads inside the block is one state of the store, whatever others commit meanwhile."""
        if getattr(self._pinned, "connection", None) is not None:
            yield
            return
        with dialect.snapshot(self._engine) as connection:
            self._pinned.connection = connection
            try:
                yield
            finally:
                self._pinned.connection = None

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        pinned: Connection | None = getattr(self._pinned, "connection", None)
        if pinned is None:
            with dialect.reading(self._engine) as connection:
                yield connection
        else:
            with dialect.errors(self._engine):
                yield pinned

    @property
    def identity(self) -> str:
        """A name that this store has had since it was created; an index of another store shows by it."""
        return self._identity

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
        with self._reading() as connection:
            rows = connection.execute(query.order_by(documents.c.name, documents.c.sha256)).all()
            return self._with_sources(connection, rows)

    def document(self, ref: str) -> StoredDocument:
        """By file name, path, sha256 or its first digits. NotFoundError if there is none, or several."""
        with self._reading() as connection:
            rows = self._matching(connection, ref)
            if len(rows) != 1:
                several = "、".join(f"{row.name}（{row.sha256[:12]}）" for row in rows[:5])
                message = f"有 {len(rows)} 份文件叫这个名字：{several}" if rows else "事实库里没有这份文件"
                hint = (
                    "请改用 sha256 的前几位" if rows else "用 caiwen facts 或 caiwen coverage 看看有哪些文件"
                )
                raise NotFoundError(message, where=ref, hint=hint)
            return self._with_sources(connection, rows)[0]

    def find_hash(self, sha256: str) -> StoredDocument | None:
        """The document of exactly this file, if it is in the store."""
        with self._reading() as connection:
            rows = connection.execute(select(documents).where(documents.c.sha256 == sha256)).all()
            return self._with_sources(connection, rows)[0] if rows else None

    def pages(self, ref: str) -> list[PageInfo]:
        sha256 = self.document(ref).sha256
        with self._reading() as connection:
            query = select(pages).join(documents).where(documents.c.sha256 == sha256).order_by(pages.c.number)
            return [to_page(row) for row in connection.execute(query)]

    def facts(self, wanted: FactFilter) -> list[Fact]:
        """Facts that fit, in an order that does not depend on the order of ingest (see ``filters.build``)."""
        return list(self.each_fact(wanted))

    def each_fact(self, wanted: FactFilter) -> Iterator[Fact]:
        """Like :meth:`facts`, one at a time: for whole markets."""
        with self._reading() as connection:
            document_ids = who = None
            if wanted.document is not None:
                document_ids = self._content_of(connection, wanted.document)
            if wanted.company is not None:
                who = sorted(companies.find(connection, wanted.company))
            prepared, values = filters.build(wanted, document_ids=document_ids, who=who)
            for row in prepared.each(connection, values):
                yield to_fact(named(filters.FACT_COLUMNS, row))

    def cells(self, item: str, period: str, scope: Scope, spans: Iterable[Span]) -> list[Cell]:
        """One item over the whole market for one period: what ranks, counts and sums are made from."""
        wanted = {"item": item, "period": period, "scope": scope.value, **dict.fromkeys(_SPANS)}
        wanted |= {f"span_{span.value}": span.value for span in spans}
        with self._reading() as connection:
            return list(map(Cell._make, _CELLS.rows(connection, wanted)))

    def numbers(self, hashes: Iterable[str]) -> frozenset[int]:
        """The numbers that documents have in this store (see ``Cell``)."""
        query = select(documents.c.id).where(documents.c.sha256.in_(list(hashes)))
        with self._reading() as connection:
            return frozenset(connection.execute(query).scalars())

    def texts(self, item: str) -> list[tuple[str, str, str]]:
        """A short text over the whole market: company, period and text, in no particular order."""
        query = select(facts.c.who, facts.c.period, facts.c.text).where(
            facts.c.item == item, facts.c.text.is_not(None)
        )
        with self._reading() as connection:
            return [tuple(row) for row in connection.execute(query)]

    def suspicions(self, items: Sequence[str], period: str) -> list[tuple[str, tuple[str, ...]]]:
        """Companies whose figures of these items contradict something, with the names of the checks."""
        query = select(facts.c.who, facts.c.checks).where(
            facts.c.item.in_(items),
            facts.c.period == period,
            facts.c.dimensions == "",
            facts.c.status == Status.CONFLICT.value,
        )
        with self._reading() as connection:
            return [(row.who, from_json(row.checks)) for row in connection.execute(query)]

    def item_periods(self, item: str) -> list[str]:
        """The periods for which anybody has this item, newest last."""
        query = select(facts.c.period).where(facts.c.item == item).distinct().order_by(facts.c.period)
        with self._reading() as connection:
            return list(connection.execute(query).scalars())

    def period_counts(self, items: Sequence[str]) -> dict[str, int]:
        """How many totals of these items there are for each period, over all companies."""
        f = facts.c
        query = select(f.period, func.count().label("counted")).where(f.item.in_(items), f.dimensions == "")
        with self._reading() as connection:
            return {row.period: row.counted for row in connection.execute(query.group_by(f.period))}

    def periods_of(self, who: Sequence[str], items: Sequence[str]) -> list[str]:
        """The periods for which a company (all of its keys given) has one of these items as a total."""
        f = facts.c
        query = select(f.period).where(f.who.in_(who), f.item.in_(items), f.dimensions == "").distinct()
        with self._reading() as connection:
            return list(connection.execute(query).scalars())

    def fact(self, fact_id: str) -> Fact:
        """NotFoundError if there is no such fact."""
        with self._reading() as connection:
            return self._fact(connection, fact_id)

    def passages(self, places: Sequence[tuple[str, int]]) -> list[Passage]:
        """The passages at these (sha256, ordinal), in this order; those that are gone are left out."""
        return [passage for passage, _ in self.named_passages(places)]

    def named_passages(self, places: Sequence[tuple[str, int]]) -> list[tuple[Passage, str]]:
        """Like :meth:`passages`, each with the name of its document."""
        known = select(documents.c.id, documents.c.sha256, documents.c.name).where(
            documents.c.sha256.in_({sha256 for sha256, _ in places})
        )
        with self._reading() as connection:
            owners = {row.id: row for row in connection.execute(known)}
            # A superset of the places: one statement of one shape, which SQLAlchemy compiles only once.
            query = select(passages).where(
                passages.c.document_id.in_(list(owners)),
                passages.c.ordinal.in_({ordinal for _, ordinal in places}),
            )
            rows = connection.execute(query).all()
        found = {(owners[row.document_id].sha256, row.ordinal): row for row in rows}
        return [
            (to_passage(found[place], place[0]), owners[found[place].document_id].name)
            for place in places
            if place in found
        ]

    def document_names(self, hashes: Iterable[str]) -> dict[str, str]:
        query = select(documents.c.sha256, documents.c.name).where(documents.c.sha256.in_(list(hashes)))
        with self._reading() as connection:
            return {row.sha256: row.name for row in connection.execute(query)}

    def passages_of(self, sha256: str) -> list[Passage]:
        """All passages of a document, in reading order."""
        with self._reading() as connection:
            query = (
                select(passages)
                .join(documents)
                .where(documents.c.sha256 == sha256)
                .order_by(passages.c.ordinal)
            )
            return [to_passage(row, sha256) for row in connection.execute(query)]

    def series_heads(self) -> list[SeriesHead]:
        """Every macro series of the store."""
        with self._reading() as connection:
            return series.read_heads(connection)

    def series_points(
        self, indicator: str, regions: Sequence[str] = (), forms: Sequence[str] = ()
    ) -> list[StoredPoint]:
        """All figures of a macro indicator, first and revised ones."""
        with self._reading() as connection:
            return series.read_points(connection, indicator, regions, forms)

    def policies(self) -> list[PolicyRecord]:
        """Every version of every policy document, without its articles; by title, then by day of effect."""
        with self._reading() as connection:
            return policies.read_policies(connection)

    def articles(self, sha256: str, labels: Sequence[str] = ()) -> list[Article]:
        """The articles of a policy document in order; only those with one of ``labels`` (第四十七条) if given."""
        with self._reading() as connection:
            return policies.read_articles(connection, sha256, labels)

    def companies(self) -> list[Company]:
        with self._reading() as connection:
            return companies.companies(connection)

    def corrections(self, fact_id: str | None = None) -> list[Correction]:
        """The log, oldest first."""
        with self._reading() as connection:
            return corrections.log(connection, fact_id=fact_id)

    def check(self) -> list[str]:
        """What is wrong with the database; empty when all is well."""
        with self._reading() as connection:
            return dialect.integrity(connection)

    def known_files(self) -> dict[str, tuple[Source, str]]:
        """Path → the file as it was last seen, and its sha256."""
        query = select(names, documents.c.sha256).join(documents)
        with self._reading() as connection:
            rows = connection.execute(query).all()
        return {row.path: (Source(row.path, row.size, row.mtime_ns), row.sha256) for row in rows}

    def parsers(self) -> dict[str, str]:
        """sha256 → name and version of the reader that read the document."""
        query = select(documents.c.sha256, documents.c.parser)
        with self._reading() as connection:
            return {row.sha256: row.parser for row in connection.execute(query)}

    def signatures(self) -> list[tuple[str, bytes, str]]:
        """(sha256, signature, digits) of every document that has its own content, oldest first."""
        query = select(documents.c.sha256, documents.c.signature, documents.c.digits).where(
            documents.c.signature.is_not(None), documents.c.content_in.is_(None)
        )
        with self._reading() as connection:
            rows = connection.execute(query.order_by(documents.c.id)).all()
        return [(row.sha256, row.signature, row.digits) for row in rows]

    def changes(self, after: int = 0) -> list[Change]:
        """What happened to passages since change number ``after``."""
        query = select(outbox).where(outbox.c.seq > after).order_by(outbox.c.seq)
        with self._reading() as connection:
            return [Change(row.seq, row.sha256) for row in connection.execute(query)]

    def last_change(self) -> int:
        with self._reading() as connection:
            return connection.execute(select(func.coalesce(func.max(outbox.c.seq), 0))).scalar_one()

    def sections(self, ref: str) -> list[str]:
        """The section paths of a document's passages, each once, in reading order."""
        with self._reading() as connection:
            query = (
                select(passages.c.section)
                .where(passages.c.document_id.in_(self._content_of(connection, ref)))
                .group_by(passages.c.section)
                .order_by(func.min(passages.c.ordinal))
            )
            return [section for section in connection.execute(query).scalars() if section]

    def vocabulary_of(self, who: Sequence[str]) -> list[tuple[str, dict[str, str], str | None]]:
        """What is known about a company (all of its keys given: code, full names): item, dimensions and unit, each once."""
        what = (facts.c.item, facts.c.dimensions, facts.c.unit)
        query = select(*what).where(facts.c.who.in_(who)).distinct().order_by(*what)
        with self._reading() as connection:
            rows = connection.execute(query)
            return [
                (row.item, json.loads(row.dimensions) if row.dimensions else {}, row.unit) for row in rows
            ]

    def version(self) -> str:
        """Changes with everything that is added, removed or corrected: a key for caches."""
        with self._reading() as connection:
            changed = _LAST_CHANGE.rows(connection)
            corrected = _LAST_CORRECTION.rows(connection)
        return ":".join(str(part) for part in (self._identity, *chain(*changed, *corrected)))

    def _fact(self, connection: Connection, fact_id: str) -> Fact:
        found = None
        if len(fact_id) == 16 and all(digit in "0123456789abcdef" for digit in fact_id):
            prepared, values = filters.build(FactFilter(ids=[fact_id]), document_ids=None, who=None)
            found = next(iter(prepared.rows(connection, values)), None)
        if found is None:
            hint = "编号是 caiwen facts --json 里的 id"
            raise NotFoundError("没有这个编号的事实", where=fact_id, hint=hint)
        return to_fact(named(filters.FACT_COLUMNS, found))

    def _matching(self, connection: Connection, ref: str) -> Sequence[AnyRow]:
        named = select(names.c.document_id).where(or_(names.c.name == ref, names.c.path == ref))
        same = [documents.c.id.in_(named), documents.c.name == ref]
        if len(ref) >= _SHORTEST_HASH and all(digit in "0123456789abcdef" for digit in ref):
            same.append(documents.c.sha256.startswith(ref, autoescape=True))
        query = select(documents).where(or_(*same)).order_by(documents.c.sha256)
        return connection.execute(query).all()

    def _content_of(self, connection: Connection, ref: str) -> list[int]:
        """The numbers of the documents in which the content of this one stands."""
        found = []
        for row in self._matching(connection, ref):
            if row.content_in is None:
                found.append(int(row.id))
            else:
                query = select(documents.c.id).where(documents.c.sha256 == row.content_in)
                found.append(connection.execute(query).scalar_one())
        return found

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
