"""A pool of worker processes that expects them to die: each is limited, watched, killed and replaced."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Any, Self

from caiwen.errors import CaiwenError
from caiwen.ingest.worker import OUT_OF_MEMORY, READY, receive, send

_MODULE = "caiwen.ingest.worker"
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
_TAIL_BYTES = 4096
_STARTING_SECONDS = 120.0
_LONGEST_WAIT = 60.0
_PATIENCE = 5.0
"""Seconds that a worker has to end after it closed its output; it writes its last words then."""


class Death(StrEnum):
    """crash: ended by a signal. defect: by an exception that no one expected."""

    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASH = "crash"
    DEFECT = "defect"


@dataclass(frozen=True, slots=True)
class Task:
    """A function of ``tasks`` by name. ``key``: whatever the caller knows it by; ``seconds``: its wall limit."""

    key: Any
    name: str
    arguments: tuple[Any, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Finished:
    """One of ``value`` (or None), ``error`` or ``death`` tells how it ended; ``detail``: the last words of the dead."""

    task: Task
    value: Any = None
    error: CaiwenError | None = None
    death: Death | None = None
    detail: str = ""
    seconds: float = 0.0


class _Worker:
    def __init__(self, memory_mb: int, answers: queue.Queue[tuple[_Worker, Any]]) -> None:
        self.task: Task | None = None
        self.ready = False
        self.overdue = False
        self.started = time.monotonic()
        self._open = ExitStack()
        self._last_words = self._open.enter_context(_scratch())
        self.process = subprocess.Popen(
            [sys.executable, "-m", _MODULE, str(memory_mb)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._last_words,
            env=_environment(),
            start_new_session=True,  # Ctrl-C is for the parent alone
        )
        self._listener = threading.Thread(target=self._listen, args=(answers,), daemon=True)
        self._listener.start()

    def _listen(self, answers: queue.Queue[tuple[_Worker, Any]]) -> None:
        assert self.process.stdout is not None
        while (answer := receive(self.process.stdout)) is not None:
            answers.put((self, answer))
        answers.put((self, None))

    def give(self, task: Task) -> None:
        assert self.process.stdin is not None
        self.task, self.started = task, time.monotonic()
        with suppress(OSError):  # it died meanwhile: the listener will say so
            send(self.process.stdin, (task.name, task.arguments, task.seconds))

    @property
    def deadline(self) -> float:
        """When its patience ends; a task's time counts from when its worker is ready for it."""
        if not self.ready:
            return self.started + _STARTING_SECONDS
        return self.started + self.task.seconds if self.task is not None else float("inf")

    def take(self) -> tuple[Task, float]:
        assert self.task is not None
        task, self.task = self.task, None
        return task, time.monotonic() - self.started

    def bury(self, patience: float = 0.0) -> tuple[Death, str]:
        """Kill what does not end by itself, and say how it ended."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(patience)
        self.process.kill()
        code = self.process.wait()
        self._listener.join()
        for stream in (self.process.stdin, self.process.stdout):
            with suppress(OSError):
                if stream is not None:
                    stream.close()
        words = self._epitaph()
        self._open.close()
        if self.overdue or code == -getattr(signal, "SIGALRM", 0):
            return Death.TIMEOUT, words
        return {1: Death.DEFECT, OUT_OF_MEMORY: Death.MEMORY}.get(code, Death.CRASH), words

    def _epitaph(self) -> str:
        size = self._last_words.seek(0, os.SEEK_END)
        self._last_words.seek(max(0, size - _TAIL_BYTES))
        lines = self._last_words.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1].strip() if lines else ""


class WorkerPool:
    """Up to ``most`` processes, started when needed. Use as a context manager; leaving it kills what still runs."""

    def __init__(self, most: int, memory_mb: int) -> None:
        self._most = most
        self._memory_mb = memory_mb
        self._answers: queue.Queue[tuple[_Worker, Any]] = queue.Queue()
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        for worker in self._workers:
            worker.bury()

    def start(self, wanted: int) -> None:
        """Start up to so many workers now: they load their libraries while the parent still looks at files."""
        for _ in range(min(wanted, self._most)):
            self._workers.append(self._start())

    @property
    def busy(self) -> int:
        return sum(worker.task is not None for worker in self._workers)

    @property
    def free(self) -> int:
        return self._most - self.busy

    def submit(self, task: Task) -> None:
        """Give a task to an idle or a new worker; one must be free."""
        idle = next((worker for worker in self._workers if worker.task is None), None)
        if idle is None:
            idle = self._start()
            self._workers.append(idle)
        idle.give(task)

    def wait(self) -> Finished:
        """The next task that ends, well or not; there must be one under way."""
        while True:
            try:
                worker, answer = self._answers.get(timeout=self._patience())
            except queue.Empty:
                self._kill_overdue()
                continue
            if answer is None:
                finished = self._dismiss(worker)
                if finished is not None:
                    return finished
            elif answer == READY:
                worker.ready, worker.started = True, time.monotonic()
            else:
                task, seconds = worker.take()
                (value,) = answer
                if isinstance(value, CaiwenError):
                    return Finished(task, error=value, seconds=seconds)
                return Finished(task, value=value, seconds=seconds)

    def _start(self) -> _Worker:
        return _Worker(self._memory_mb, self._answers)

    def _patience(self) -> float:
        soonest = min((worker.deadline for worker in self._workers if not worker.overdue), default=0.0)
        return min(max(0.01, soonest - time.monotonic()), _LONGEST_WAIT)

    def _kill_overdue(self) -> None:
        now = time.monotonic()
        for worker in self._workers:
            if now >= worker.deadline:
                worker.overdue = True
                worker.process.kill()

    def _dismiss(self, worker: _Worker) -> Finished | None:
        """Let a dead worker go; how its task ended, if it had one."""
        death, words = worker.bury(_PATIENCE)
        self._workers.remove(worker)
        if worker.task is None:
            return None
        task, seconds = worker.take()
        return Finished(task, death=death, detail=words, seconds=seconds)


def _scratch() -> AbstractContextManager[IO[bytes]]:
    return tempfile.TemporaryFile()


def _environment() -> dict[str, str]:
    """The parent's, with its module path; numerical libraries keep to one thread: the pool is the parallelism."""
    environment = dict(os.environ) | dict.fromkeys(_ONE_THREAD, "1")
    environment["PYTHONPATH"] = os.pathsep.join(path or os.getcwd() for path in sys.path)
    environment["PYTHONIOENCODING"] = "utf-8"
    return environment
