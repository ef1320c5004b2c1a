"""Structured sources → the store: one source is one document, written in one transaction, its facts streamed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from caiwen.documents import file_sha256
from caiwen.errors import CaiwenError, DocumentError
from caiwen.ingest.files import candidates
from caiwen.ingest.report import FileOutcome, IngestReport, Outcome, Progress
from caiwen.ingest.stream import streamed
from caiwen.records import Fact
from caiwen.records.macro import SeriesPoint
from caiwen.sources import Mapping, Reading, hide_password, open_source, read_directory
from caiwen.store import Source, Store

_SUFFIXES = frozenset({".xlsx", ".xlsm", ".csv", ".tsv", ".parquet", ".pq"})
_EVERY = 5000

OnProgress = Callable[[Progress], None]


def ingest_sources(
    store: Store,
    refs: Iterable[str | Path],
    mapping: Mapping,
    *,
    on_progress: OnProgress | None = None,
    force: bool = False,
) -> IngestReport:
    """Read tables (files, folders of files, SQLAlchemy URLs) by a mapping. A bad table never stops the others.

    A file whose content and mapping are unchanged costs a hash. A database is read anew each time.
    Raises StoreError when the store cannot be written.
    """
    started = time.monotonic()
    urls = [str(ref) for ref in refs if is_url(ref)]
    files = [c.path for c in candidates(Path(ref) for ref in refs if not is_url(ref))]
    paths = [path for path in files if path.suffix.lower() in _SUFFIXES or not path.exists()]
    desk = _Desk(store, mapping, on_progress, force, total=len(paths) + len(urls))
    desk.directory_of([path for path in paths if path.is_file()])
    everything: list[str | Path] = [*paths, *urls]
    outcomes = [desk.take(ref) for ref in everything]
    store.tidy()
    return IngestReport(tuple(outcomes), time.monotonic() - started)


def is_url(ref: str | Path) -> bool:
    return isinstance(ref, str) and "://" in ref


class _Desk:
    def __init__(
        self, store: Store, mapping: Mapping, on_progress: OnProgress | None, force: bool, *, total: int
    ) -> None:
        self._store, self._mapping, self._on_progress, self._force = store, mapping, on_progress, force
        self._total, self._done = total, 0
        self._parsers = store.parsers()
        self._directory = read_directory([], mapping)

    def directory_of(self, paths: list[Path]) -> None:
        """Full and short names, from the tables that list companies; a bad one shows when its turn comes."""
        for path in paths:
            try:
                self._directory.update(read_directory([path], self._mapping))
            except CaiwenError:
                continue

    def take(self, ref: str | Path) -> FileOutcome:
        started = time.monotonic()
        shown = hide_password(ref) if isinstance(ref, str) and is_url(ref) else str(ref)
        try:
            return self._read(ref, started)
        except CaiwenError as error:
            return FileOutcome(shown, Outcome.FAILED, reason=str(error), seconds=time.monotonic() - started)
        finally:
            self._done += 1
            self._tell(0, shown)

    def _read(self, ref: str | Path, started: float) -> FileOutcome:
        source = sha256 = None
        if isinstance(ref, Path):
            if not ref.is_file():
                raise DocumentError("没有这个文件", where=str(ref), hint="检查路径")
            source, sha256 = Source.of(ref), file_sha256(ref)
        reading = open_source(ref, self._mapping, directory=self._directory, sha256=sha256)
        document = reading.document
        known = self._parsers.get(document.sha256)
        if known == document.parser and isinstance(ref, Path) and not self._force:
            if source is not None:
                self._store.link(document.sha256, source)
            return FileOutcome(str(ref), Outcome.UNCHANGED, document.sha256)
        points: list[SeriesPoint] = []
        added = self._store.add(
            document,
            reading.filing,
            self._watched(reading, points),
            (),
            source=source,
            names=_Names(reading),
            points=points,
        )
        self._store.warn(document.sha256, reading.warnings)
        return FileOutcome(
            str(ref) if isinstance(ref, Path) else document.name,
            Outcome.UPDATED if known else Outcome.ADDED,
            document.sha256,
            warnings=(*reading.warnings, *added.warnings),
            facts=added.facts,
            seconds=time.monotonic() - started,
        )

    def _watched(self, reading: Reading, points: list[SeriesPoint]) -> Iterator[Fact]:
        """The facts as they come; macro figures are put aside into ``points``."""
        for number, read in enumerate(streamed(reading)):
            if number % _EVERY == 0:
                self._tell(number, reading.document.name)
            if isinstance(read, SeriesPoint):
                points.append(read)
            else:
                yield read

    def _tell(self, facts: int, name: str) -> None:
        if self._on_progress is not None:
            self._on_progress(Progress(self._done, self._total, facts, facts, name))


class _Names:
    """The names that a reading met; known only once its facts have streamed by."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def __iter__(self) -> Iterator[tuple[str | None, str]]:
        yield from self._reading.names
