"""One batch: look at files, keep the workers busy, write what is finished, in the order of the files.

Only this process writes to the store, one transaction a document. The order of writing is that of the
files, so the same folder gives the same store whichever worker was quicker.
"""

from __future__ import annotations

import heapq
import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

from caiwen.config import Settings
from caiwen.ingest import files
from caiwen.ingest.desk import Desk, Twin
from caiwen.ingest.files import Candidate
from caiwen.ingest.jobs import Job
from caiwen.ingest.pool import Task, WorkerPool
from caiwen.ingest.report import FileOutcome, IngestReport, Progress
from caiwen.store import SearchIndex, Store

_WINDOW = 32
"""How many files may be open at once: finished ones wait in memory until those before them are written."""


class Run:
    """``force``: read files again whose content is in the store."""

    def __init__(
        self,
        store: Store,
        index: SearchIndex | None,
        settings: Settings,
        on_progress: Callable[[Progress], None] | None = None,
        *,
        force: bool = False,
    ) -> None:
        self._settings = settings.ingest
        self._on_progress = on_progress
        self._desk = Desk(store, index, settings.ingest, force=force)
        self._waiting: deque[tuple[int, Candidate]] = deque()
        self._ready: list[tuple[int, int, Task]] = []
        self._tickets = count()
        self._open: dict[int, FileOutcome | Twin | Job] = {}
        self._outcomes: list[FileOutcome] = []
        self._total = self._pages_done = self._pages_total = 0

    def over(self, paths: Sequence[Path]) -> IngestReport:
        started = time.monotonic()
        self._waiting.extend(enumerate(files.candidates(paths)))
        self._total = len(self._waiting)
        self._open_files(1)
        if self._ready:
            with WorkerPool(self._workers(), self._settings.memory_mb) as pool:
                pool.start(2 * self._total)
                self._work(pool)
        self._desk.close()
        return IngestReport(tuple(self._outcomes), time.monotonic() - started)

    def _workers(self) -> int:
        if self._settings.workers:
            return self._settings.workers
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    def _work(self, pool: WorkerPool) -> None:
        while True:
            self._open_files(self._workers())
            while pool.free and self._ready:
                self._submit(pool)
            if not pool.busy:
                if not self._ready and not self._waiting:
                    return
                continue
            finished = pool.wait()
            job: Job = finished.task.key
            done, total = job.pages_done, job.pages
            self._queue(job, job.advance(finished))
            self._pages_done += job.pages_done - done
            self._pages_total += job.pages - total
            self._write()
            self._report(job.source.name)

    def _submit(self, pool: WorkerPool) -> None:
        _, _, task = heapq.heappop(self._ready)
        job: Job = task.key
        if job.worth_running(task):
            pool.submit(task)
        else:
            self._queue(job, job.forfeit(task))
            self._write()

    def _queue(self, job: Job, tasks: Sequence[Task]) -> None:
        """Earlier files first; of one file, tasks in the order in which they arose."""
        for task in tasks:
            heapq.heappush(self._ready, (job.number, next(self._tickets), task))

    def _open_files(self, enough: int) -> None:
        """Look at files until so many tasks are ready; hashing goes on while the workers read."""
        while self._waiting and len(self._ready) < enough and len(self._open) < _WINDOW:
            number, candidate = self._waiting.popleft()
            seen = self._open[number] = self._desk.look(number, candidate)
            if isinstance(seen, Job):
                self._queue(seen, [seen.begin(self._settings)])
            self._write()
            self._report(candidate.path.name)

    def _write(self) -> None:
        """Settle every file that has ended, up to the first that has not."""
        while (number := len(self._outcomes)) in self._open:
            seen = self._open[number]
            if isinstance(seen, Job) and not seen.ended:
                return
            outcome = seen if isinstance(seen, FileOutcome) else self._desk.write(seen)
            del self._open[number]
            self._outcomes.append(outcome)

    def _report(self, name: str) -> None:
        if self._on_progress is not None:
            counts = (len(self._outcomes), self._total, self._pages_done, self._pages_total)
            self._on_progress(Progress(*counts, name))
