"""The course of one file through the workers: which tasks come next, and what to do when one fails.

A PDF is counted, read in chunks of pages by whichever worker is free, then put together and understood.
A chunk that fails is read again page by page, so that only the bad page is lost; a file that keeps failing
is cut short: it may cost a few times ``page_seconds``, not minutes.
"""

from __future__ import annotations

import time

from caiwen.config import IngestSettings
from caiwen.errors import CaiwenError, DocumentError
from caiwen.ingest.files import Candidate
from caiwen.ingest.pool import Death, Finished, Task
from caiwen.ingest.report import FileOutcome
from caiwen.ingest.tasks import Reading
from caiwen.store import Source

_MOST_STRIKES = 12
_MOST_WASTE = 3
"""How often a worker may die over one file, and how many times ``page_seconds`` may be spent on it in vain."""
_GIVEN_UP = "没有读：前面的页已多次使读取程序出错"


class Job:
    """One file to read. ``number``: its place in the batch. It ends with a ``reading`` or an ``error``; what
    the store made of that is its ``outcome``.

    ``again``: the store holds an earlier state of this path or an earlier reading of this file.
    """

    def __init__(
        self, number: int, candidate: Candidate, source: Source, sha256: str, kind: str, *, again: bool
    ) -> None:
        self.number = number
        self.candidate = candidate
        self.source = source
        self.sha256 = sha256
        self.kind = kind
        self.again = again
        self.started = time.monotonic()
        self.pages = 0
        self.pages_read = 0
        self.lost: dict[int, str] = {}
        self.reading: Reading | None = None
        self.error: CaiwenError | None = None
        self.outcome: FileOutcome | None = None
        self._chunks: list[bytes] = []
        self._under_way = 0
        self._strikes = 0
        self._wasted = 0.0

    @property
    def ended(self) -> bool:
        return self.reading is not None or self.error is not None or self.outcome is not None

    def settle(self, outcome: FileOutcome) -> FileOutcome:
        """What became of it in the store; the reading itself is let go."""
        self.outcome, self.reading = outcome, None
        return outcome

    @property
    def pages_done(self) -> int:
        return self.pages_read + len(self.lost)

    def begin(self, settings: IngestSettings) -> Task:
        self._settings = settings
        path = self.source.path
        if self.kind == "pdf":
            return self._task("count_pages", path, seconds=settings.page_seconds)
        return self._task("read_file", path, self.sha256, seconds=settings.file_seconds)

    def worth_running(self, task: Task) -> bool:
        """False for a task that no longer matters, or that the file has forfeited: then call :meth:`forfeit`."""
        return not self.ended and not (task.name == "read_pages" and self._exhausted)

    def forfeit(self, task: Task) -> list[Task]:
        """Count a task as done without running it; the tasks that follow."""
        self._under_way -= 1
        if self.ended:
            return []
        self._lose(task, _GIVEN_UP)
        return self._finish_if_read()

    def advance(self, finished: Finished) -> list[Task]:
        """Take in how a task ended; the tasks that follow."""
        self._under_way -= 1
        if self.ended:
            return []
        if finished.task.name == "read_pages":
            return self._pages_came(finished)
        if finished.error is not None or finished.death is not None:
            self.error = finished.error or DocumentError(_words(finished), hint=_hint(finished))
            return []
        if finished.task.name == "count_pages":
            return self._counted(int(finished.value))
        self.reading = finished.value
        self.pages = len(finished.value.document.pages)
        return []

    @property
    def _exhausted(self) -> bool:
        too_long = self._wasted > _MOST_WASTE * self._settings.page_seconds
        return too_long or self._strikes > _MOST_STRIKES

    def _task(self, name: str, *arguments: object, seconds: float) -> Task:
        self._under_way += 1
        return Task(self, name, arguments, seconds)

    def _counted(self, pages: int) -> list[Task]:
        self.pages = pages
        most, step = self._settings.max_pages, self._settings.chunk_pages
        if pages > most:
            self.error = DocumentError(
                f"有 {pages} 页，超过上限 {most} 页", hint="可加大设置 ingest.max_pages"
            )
            return []
        return [self._chunk(first, min(first + step - 1, pages)) for first in range(1, pages + 1, step)]

    def _chunk(self, first: int, last: int) -> Task:
        seconds = self._settings.page_seconds + (last - first)
        return self._task("read_pages", self.source.path, first, last, seconds=seconds)

    def _pages_came(self, finished: Finished) -> list[Task]:
        _, first, last = finished.task.arguments
        if finished.error is not None:
            self.error = finished.error
            return []
        if finished.death is None:
            self._chunks.append(finished.value)
            self.pages_read += last - first + 1
            return self._finish_if_read()
        self._strikes += 1
        self._wasted += finished.seconds
        if first == last or self._exhausted:
            self._lose(finished.task, _words(finished))
            return self._finish_if_read()
        return [self._chunk(number, number) for number in range(first, last + 1)]

    def _lose(self, task: Task, reason: str) -> None:
        _, first, last = task.arguments
        self.lost |= dict.fromkeys(range(first, last + 1), reason)

    def _finish_if_read(self) -> list[Task]:
        if self._under_way:
            return []
        if not self._chunks:
            self.error = DocumentError(f"没有一页读得出来：{next(iter(self.lost.values()))}")
            return []
        chunks, self._chunks = self._chunks, []
        path, seconds = self.source.path, self._settings.file_seconds
        return [
            self._task(
                "finish_pdf", chunks, dict(sorted(self.lost.items())), path, self.sha256, seconds=seconds
            )
        ]


def _words(finished: Finished) -> str:
    if finished.death is Death.TIMEOUT:
        return f"读取超过 {finished.task.seconds:.0f} 秒，已中止"
    if finished.death is Death.MEMORY:
        return "读取时占用的内存超过上限"
    if finished.death is Death.DEFECT:
        return f"读取程序内部出错（{finished.detail}）"
    return "读取程序崩溃（文件可能已损坏，或是特意构造的）"


def _hint(finished: Finished) -> str | None:
    if finished.death is Death.MEMORY:
        return "可加大设置 ingest.memory_mb"
    if finished.death is Death.TIMEOUT:
        limit = "page_seconds" if finished.task.name == "count_pages" else "file_seconds"
        return f"可加大设置 ingest.{limit}"
    return None
