"""Full-text search over passages: tantivy, fed with words and character pairs.

Derived from the store and rebuildable. A marker document inside the index holds the number of the last
change (outbox) that it contains and is committed together with the passages; on opening, the changes since
are replayed. Every hit is resolved through the store, so what was removed is never shown.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from caiwen.config import SearchSettings
from caiwen.errors import StoreError, system_words
from caiwen.records import Passage
from caiwen.records.words import KIND_WORDS
from caiwen.store.query import build_query
from caiwen.store.records import StoredDocument
from caiwen.store.store import Store
from caiwen.store.tokens import bigrams, words
from caiwen.store.vectors import Embedder, Vectors, fused

_FORMAT = "2"
"""Counts up when fields or tokens change: an index of another format is rebuilt."""
_MARKER = "#"
_SPARE = 4
"""Candidates looked at for each hit wanted: some are re-weighted, some may be gone from the store."""
_COMMIT_EVERY = 200
VECTORS = "vectors.db"


@dataclass(frozen=True, slots=True)
class Hit:
    """``document``: sha256; ``name``: its file name. Scores compare within one search only."""

    passage: Passage
    name: str
    score: float

    @property
    def document(self) -> str:
        return self.passage.document

    @property
    def ordinal(self) -> int:
        return self.passage.ordinal

    @property
    def page(self) -> int | None:
        return self.passage.page

    @property
    def section(self) -> str:
        return self.passage.section

    @property
    def text(self) -> str:
        return self.passage.text


class IndexBusyError(StoreError):
    """Another process is writing the index."""


class SearchIndex:
    """The index of one store. Any number may search; one process at a time writes."""

    def __init__(
        self, folder: Path, store: Store, settings: SearchSettings, embedder: Embedder | None = None
    ) -> None:
        self._folder = folder
        self._store = store
        self._settings = settings
        self._vectors = Vectors(folder.parent / VECTORS, embedder) if embedder else None
        if folder.is_dir() and not os.access(folder, os.W_OK):
            self._copy = TemporaryDirectory()  # tantivy locks even to read: search a copy
            folder = Path(shutil.copytree(folder, self._copy.name, dirs_exist_ok=True))
        self._index = _open(folder)

    @classmethod
    def open(
        cls,
        folder: Path,
        store: Store,
        settings: SearchSettings | None = None,
        embedder: Embedder | None = None,
    ) -> Self:
        """Open or create, and catch up with the store. Another process that is writing is not waited for:
        then the search shows what is committed. With an ``embedder`` the search ranks by vectors too."""
        index = cls(folder, store, settings or SearchSettings(), embedder)
        if index._seen() != store.last_change():
            with suppress(IndexBusyError):
                index.sync()
        elif index._vectors is not None:
            index._sync_vectors()
        return index

    @property
    def trouble(self) -> str | None:
        """Why the vectors took no part; None when they did, or none are set up. Search by words goes on all the same."""
        return self._vectors.trouble if self._vectors else None

    # --- keeping up ----------------------------------------------------------------------------------

    def sync(self, on_progress: Callable[[int, int], None] | None = None) -> int:
        """Replay what changed in the store since the last commit; the number of documents renewed."""
        with self._writer() as writer:
            self._index.reload()
            seen = self._seen()
            if seen is None or seen > self._store.last_change():
                writer.delete_all_documents()  # made from another store, or by another format
                seen = 0
            latest: dict[str, int] = {}
            for change in self._store.changes(seen):
                latest.pop(change.sha256, None)
                latest[change.sha256] = change.seq
            self._replay(writer, latest, on_progress)
        self._index.reload()
        self._sync_vectors()
        return len(latest)

    def _sync_vectors(self) -> None:
        """Vectors for the documents that have none, or were read anew; none for those that are gone."""
        mark = f"{self._store.identity}:{self._store.last_change()}"
        if self._vectors is None or self._vectors.is_synced(mark):
            return
        there = sorted(d.sha256 for d in self._store.documents() if d.content_in is None)
        self._vectors.sync(_Lazily(self._store, there), mark)

    def rebuild(self, on_progress: Callable[[int, int], None] | None = None) -> int:
        """Make the index anew from the store."""
        with self._writer() as writer:
            writer.delete_all_documents()
            self._mark(writer, 0)
            writer.commit()
        return self.sync(on_progress)

    def _replay(
        self, writer: Any, latest: dict[str, int], on_progress: Callable[[int, int], None] | None
    ) -> None:
        """Renew documents in the order of their last change, so that a commit on the way stands for all before."""
        for number, (sha256, seq) in enumerate(latest.items(), 1):
            writer.delete_documents_by_term("sha256", sha256)
            for entry in self._entries(sha256):
                writer.add_document(entry)
            if number % _COMMIT_EVERY == 0 or number == len(latest):
                self._mark(writer, seq)
                writer.commit()
            if on_progress is not None:
                on_progress(number, len(latest))

    def _entries(self, sha256: str) -> Iterator[Any]:
        import tantivy

        found = self._store.find_hash(sha256)
        if found is None:
            return
        filing = found.filing
        sections = cache(lambda section: " ".join(words(section)))
        whose = " ".join(words(_whose(found)))
        for passage in self._store.passages_of(sha256):
            yield tantivy.Document(
                sha256=sha256,
                ordinal=passage.ordinal,
                shape=passage.kind,
                code=filing.code or "",
                period=filing.period or "",
                kind=filing.kind.value,
                words=" ".join(words(passage.text)),
                pairs=" ".join(bigrams(passage.text)),
                section=sections(passage.section),
                filing=whose,
            )

    def _mark(self, writer: Any, seq: int) -> None:
        import tantivy

        writer.delete_documents_by_term("sha256", _MARKER)
        state = f"{_FORMAT}:{self._store.identity}"
        writer.add_document(tantivy.Document(sha256=_MARKER, ordinal=seq, shape=state))

    def _seen(self) -> int | None:
        """The last change that is in the index; None when it was not made from this store, or not this way."""
        import tantivy

        searcher = self._index.searcher()
        query = tantivy.Query.term_query(self._index.schema, "sha256", _MARKER)
        hits = searcher.search(query, 1).hits
        if not hits:
            return None
        marker = searcher.doc(hits[0][1])
        ours = marker.get_first("shape") == f"{_FORMAT}:{self._store.identity}"
        return int(marker.get_first("ordinal")) if ours else None

    @contextmanager
    def _writer(self) -> Iterator[Any]:
        try:
            writer = self._index.writer(self._settings.heap_mb * 1_000_000, 1)
        except ValueError as error:
            if "LockBusy" in str(error):
                hint = "等它结束再试；检索仍可使用"
                raise IndexBusyError(
                    "另一个进程正在更新检索索引", where=str(self._folder), hint=hint
                ) from error
            raise self._failed(error) from error
        try:
            with _finishing(writer):
                yield writer
        except (ValueError, OSError) as error:
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> StoreError:
        hint = "检查磁盘空间和权限；删掉这个文件夹后会自动重建"
        said = system_words(error) if isinstance(error, OSError) else str(error)
        return StoreError(f"检索索引写不进去（{said}）", where=str(self._folder), hint=hint)

    # --- searching -----------------------------------------------------------------------------------

    def search(
        self,
        query: str,
        k: int | None = None,
        *,
        documents: Sequence[str] = (),
        codes: Sequence[str] = (),
        periods: Sequence[str] = (),
        kinds: Sequence[str] = (),
    ) -> list[Hit]:
        """The passages nearest to the words of ``query``, best first. Any text is a valid query.

        ``documents``: sha256; ``codes``, ``periods``, ``kinds``: of the filing. Each narrows the search to any of its members.
        """
        wanted = self._settings.k if k is None else k
        if self._vectors is not None and wanted > 0 and query.strip():
            return self._fused(query, wanted, documents, codes, periods, kinds)
        return self._by_words(query, wanted, documents, codes, periods, kinds)

    def _fused(
        self,
        query: str,
        wanted: int,
        documents: Sequence[str],
        codes: Sequence[str],
        periods: Sequence[str],
        kinds: Sequence[str],
    ) -> list[Hit]:
        """The ranking by words and that by vectors in one; by words alone when the model fails."""
        assert self._vectors is not None
        depth = max(wanted, self._settings.fusion_depth)
        hits = self._by_words(query, depth, documents, codes, periods, kinds)
        near = self._vectors.nearest(query, depth, self._allowed(documents, codes, periods, kinds))
        if not near:
            return hits[:wanted]
        ranking = fused([[(h.document, h.ordinal) for h in hits], near], self._settings.fusion_k)
        scores = [(-score, sha256, ordinal) for (sha256, ordinal), score in ranking[: wanted * 2]]
        return self._resolve(scores)[:wanted]

    def _allowed(
        self, documents: Sequence[str], codes: Sequence[str], periods: Sequence[str], kinds: Sequence[str]
    ) -> frozenset[str] | None:
        """The documents within the limits of a search; None for no limit."""
        if not (documents or codes or periods or kinds):
            return None
        return frozenset(
            d.sha256
            for d in self._store.documents()
            if (not documents or d.sha256 in documents)
            and (not codes or d.filing.code in codes)
            and (not periods or d.filing.period in periods)
            and (not kinds or d.filing.kind.value in kinds)
        )

    def _by_words(
        self,
        query: str,
        wanted: int,
        documents: Sequence[str],
        codes: Sequence[str],
        periods: Sequence[str],
        kinds: Sequence[str],
    ) -> list[Hit]:
        narrowed = {"sha256": documents, "code": codes, "period": periods, "kind": kinds}
        limits = {field: values for field, values in narrowed.items() if values}
        asked = build_query(self._index.schema, query, limits, self._settings)
        if asked is None or wanted <= 0:
            return []
        searcher = self._index.searcher()
        found = []
        for score, address in searcher.search(asked, wanted * _SPARE, count=False).hits:
            entry = searcher.doc(address)
            weight = self._weight(entry.get_first("shape"))
            found.append((-score * weight, entry.get_first("sha256"), entry.get_first("ordinal")))
        found.sort()
        hits: list[Hit] = []
        while found and len(hits) < wanted:
            hits += self._resolve(found[:wanted])
            del found[:wanted]
        return hits[:wanted]

    def _weight(self, shape: str) -> float:
        weights = {"table": self._settings.table_boost, "heading": self._settings.heading_boost}
        return weights.get(shape, 1.0)

    def _resolve(self, found: list[tuple[float, str, int]]) -> list[Hit]:
        scores = {(sha256, ordinal): -score for score, sha256, ordinal in found}
        named = self._store.named_passages(list(scores))
        return [Hit(passage, name, scores[passage.document, passage.ordinal]) for passage, name in named]


class _Lazily(Mapping[str, list[Passage]]):
    """The passages of documents, read when they are wanted."""

    def __init__(self, store: Store, documents: Sequence[str]) -> None:
        self._store, self._documents = store, documents

    def __getitem__(self, sha256: str) -> list[Passage]:
        return self._store.passages_of(sha256)

    def __iter__(self) -> Iterator[str]:
        return iter(self._documents)

    def __len__(self) -> int:
        return len(self._documents)


def _whose(document: StoredDocument) -> str:
    """Whose document it is and of when: what a question names, and the passages themselves seldom repeat."""
    filing = document.filing
    told = (
        filing.issuer,
        filing.short_name,
        filing.code,
        filing.period,
        KIND_WORDS[filing.kind],
        filing.title,
    )
    return " ".join(dict.fromkeys(part for part in told if part))


@contextmanager
def _finishing(writer: Any) -> Iterator[None]:
    """Whatever happened, the writer's threads end: that gives the lock back."""
    try:
        yield
    finally:
        writer.wait_merging_threads()


def _open(folder: Path) -> Any:
    """The index in this folder; a new one where there is none, or none that can be read."""
    import tantivy

    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            return tantivy.Index(_schema(), path=str(folder))
        except ValueError:  # another schema, or damaged: it is derived, so it is made again
            shutil.rmtree(folder)
            folder.mkdir()
            return tantivy.Index(_schema(), path=str(folder))
    except (OSError, ValueError) as error:
        hint = "检查文件夹的权限和磁盘空间"
        said = system_words(error) if isinstance(error, OSError) else str(error)
        raise StoreError(f"检索索引打不开（{said}）", where=str(folder), hint=hint) from error


def _schema() -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    for name in ("sha256", "shape"):
        builder.add_text_field(name, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("ordinal", stored=True)
    for name in ("code", "period", "kind"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("words", "pairs", "section", "filing"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    return builder.build()
