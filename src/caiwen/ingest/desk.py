"""Between files and store: is this file known, and what becomes of a finished reading."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path

from caiwen.config import IngestSettings
from caiwen.documents import detect_format, file_sha256
from caiwen.errors import DocumentError
from caiwen.ingest import files
from caiwen.ingest.files import Candidate
from caiwen.ingest.jobs import Job
from caiwen.ingest.neighbours import Neighbours
from caiwen.ingest.report import FileOutcome, Outcome
from caiwen.ingest.tasks import Reading
from caiwen.sources import MAPPED
from caiwen.store import IndexBusyError, Near, SearchIndex, Source, Store

_MEGABYTE = 1024 * 1024
_SYNC_EVERY = 10
_NO_TEXT = "没有读到任何文字"
_CHANGED_TABLE = "先前由映射读入，内容已改动：加 --mapping 重新读入，此前仍用旧的内容"


@dataclass(frozen=True, slots=True)
class Twin:
    """A file with the same bytes as one that stands earlier in this batch."""

    candidate: Candidate
    source: Source
    sha256: str
    first: Job


class Desk:
    """Knows what the store held when the batch began, and what the batch added since."""

    def __init__(
        self, store: Store, index: SearchIndex | None, settings: IngestSettings, *, force: bool
    ) -> None:
        self._store = store
        self._index = index
        self._settings = settings
        self._force = force
        self._paths = {path: sha256 for path, (_, sha256) in store.known_files().items()}
        self._parsers = store.parsers()
        self._neighbours = Neighbours(store, settings.near_duplicate)
        self._jobs: dict[str, Job] = {}
        self._unsynced = 0

    # --- before reading --------------------------------------------------------------------------------

    def look(self, number: int, candidate: Candidate) -> FileOutcome | Twin | Job:
        """What to do with a file: nothing (its outcome), follow an earlier one, or read it."""
        try:
            source = self._measure(candidate.path)
            sha256 = file_sha256(candidate.path)
            if sha256 in self._jobs:
                return Twin(candidate, source, sha256, self._jobs[sha256])
            if self._current(sha256):
                return self._known(candidate, source, sha256)
            if self._mapped(self._paths.get(source.path)):
                return FileOutcome(candidate.shown, Outcome.SKIPPED, sha256, reason=_CHANGED_TABLE)
            kind = detect_format(candidate.path)
            if wrong := files.disguised(candidate.path, kind):
                raise DocumentError(wrong, hint="请重新下载，或改成相符的扩展名")
        except DocumentError as error:
            outcome = Outcome.FAILED if files.looks_meant(candidate) else Outcome.SKIPPED
            return FileOutcome(candidate.shown, outcome, reason=_reason(error))
        if not files.wanted_kind(candidate, kind):
            return FileOutcome(candidate.shown, Outcome.SKIPPED, sha256, reason="不是要读的文件类型")
        again = source.path in self._paths or sha256 in self._parsers
        job = self._jobs[sha256] = Job(number, candidate, source, sha256, kind, again=again)
        return job

    def _measure(self, path: Path) -> Source:
        source = Source.of(path)
        most = self._settings.max_file_mb
        if source.size > most * _MEGABYTE:
            message = f"文件有 {source.size / _MEGABYTE:.0f} MB，超过上限 {most} MB"
            raise DocumentError(message, hint="可加大设置 ingest.max_file_mb")
        return source

    def _current(self, sha256: str) -> bool:
        """Whether the store holds this file as this version of caiwen reads it, or as a mapping read it.

        What a mapping read, only a mapping reads anew: without one the facts of a whole table would be lost.
        """
        parser = self._parsers.get(sha256)
        fresh = parser is not None and parser.endswith(_version()) and not self._force
        return fresh or self._mapped(sha256)

    def _mapped(self, sha256: str | None) -> bool:
        return sha256 is not None and self._parsers.get(sha256, "").startswith(MAPPED)

    def _known(self, candidate: Candidate, source: Source, sha256: str) -> FileOutcome:
        if self._paths.get(source.path) == sha256:
            return FileOutcome(candidate.shown, Outcome.UNCHANGED, sha256)
        others = [path for path, owner in self._paths.items() if owner == sha256]
        gone = [path for path in others if not Path(path).exists()]
        self._store.link(sha256, source, gone=gone)
        self._paths[source.path] = sha256
        for path in gone:
            del self._paths[path]
        if gone:
            reason = f"由 {Path(gone[0]).name} 改名或移动而来"
            return FileOutcome(candidate.shown, Outcome.UNCHANGED, sha256, reason=reason)
        same = Path(others[0]).name if others else sha256[:12]
        return FileOutcome(candidate.shown, Outcome.DUPLICATE, sha256, reason=f"与 {same} 完全相同")

    # --- after reading ---------------------------------------------------------------------------------

    def write(self, ended: Job | Twin) -> FileOutcome:
        """Put what was read into the store; StoreError goes up, it concerns the whole batch."""
        if isinstance(ended, Twin):
            return self._write_twin(ended)
        if ended.reading is None or _is_empty(ended.reading):
            reason = _reason(ended.error) if ended.error else _why_empty(ended)
            shown, age = ended.candidate.shown, _age(ended)
            return ended.settle(
                FileOutcome(shown, Outcome.FAILED, ended.sha256, reason, pages=ended.pages, seconds=age)
            )
        return ended.settle(self._write_reading(ended, ended.reading))

    def _write_reading(self, job: Job, reading: Reading) -> FileOutcome:
        near = self._neighbours.nearest(reading)
        document = replace(reading.document, parser=f"{reading.document.parser} {_version()}")
        added = self._store.add(
            document,
            reading.filing,
            reading.facts,
            reading.passages,
            source=job.source,
            warnings=reading.warnings,
            signature=reading.signature,
            digits=reading.digits,
            near=near,
            policy=reading.policy,
        )
        self._neighbours.remember(reading, near)
        self._paths[job.source.path] = job.sha256
        self._sync_now_and_then()
        return FileOutcome(
            job.candidate.shown,
            _outcome(job, near),
            job.sha256,
            reason=self._about(near),
            warnings=(*document.warnings, *reading.warnings, *added.warnings),
            pages=job.pages,
            lost_pages=len(job.lost),
            facts=added.facts,
            passages=added.passages,
            seconds=_age(job),
        )

    def _write_twin(self, twin: Twin) -> FileOutcome:
        first = twin.first
        if first.outcome is None or first.outcome.outcome is Outcome.FAILED:
            reason = first.outcome.reason if first.outcome else ""
            return FileOutcome(twin.candidate.shown, Outcome.FAILED, twin.sha256, reason)
        known = self._paths.get(twin.source.path) == twin.sha256
        self._store.link(twin.sha256, twin.source)
        self._paths[twin.source.path] = twin.sha256
        outcome = Outcome.UNCHANGED if known else Outcome.DUPLICATE
        return FileOutcome(
            twin.candidate.shown, outcome, twin.sha256, reason=f"与 {first.source.name} 完全相同"
        )

    def _about(self, near: Near | None) -> str:
        if near is None:
            return ""
        name = self._store.document_names([near.sha256]).get(near.sha256, near.sha256[:12])
        if near.same_content:
            return f"与 {name} 内容相同，没有重复存入"
        return f"与 {name} 近似（约 {near.similarity:.0%}），两份都已存入"

    def _sync_now_and_then(self) -> None:
        self._unsynced += 1
        if self._unsynced >= _SYNC_EVERY:
            self._sync()

    def _sync(self) -> None:
        self._unsynced = 0
        if self._index is not None:
            with suppress(IndexBusyError):  # whoever is writing it, or the next to open it, catches up
                self._index.sync()

    def close(self) -> None:
        self._sync()
        self._store.tidy()


def _outcome(job: Job, near: Near | None) -> Outcome:
    if near is not None and near.same_content:
        return Outcome.NEAR_DUPLICATE
    return Outcome.UPDATED if job.again else Outcome.ADDED


@cache
def _version() -> str:
    return f"caiwen/{version('caiwen')}"


def _age(job: Job) -> float:
    return time.monotonic() - job.started


def _is_empty(reading: Reading) -> bool:
    return not reading.facts and not reading.passages


def _why_empty(job: Job) -> str:
    warnings = job.reading.document.warnings if job.reading else ()
    return "；".join((_NO_TEXT, *warnings))


def _reason(error: object) -> str:
    """Without the file's name, which stands before it."""
    message, hint = getattr(error, "message", str(error)), getattr(error, "hint", None)
    return f"{message}。{hint}" if hint else message
