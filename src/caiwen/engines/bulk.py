"""Many jobs over one engine: bounded, broken off at once when nothing can succeed, continued from the cache.

Ctrl-C and errors of the set-up begin no further calls; those under way are waited for, since they are paid for, and
a second Ctrl-C ends at once. The engine must be opened ``patient`` and be :class:`~caiwen.engines.cached.Cached`
for that to be of use.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from caiwen.engines.protocol import CallError, Engine, EngineError
from caiwen.engines.purse import BudgetError

J = TypeVar("J")
T = TypeVar("T")

_GRACE = 30.0
_FIRST_FAILURES, _FAILURES = 10, 30


@dataclass(slots=True)
class Progress:
    """``ending``: nothing new is begun, only what is under way is waited for."""

    total: int
    done: int = 0
    failed: int = 0
    ending: bool = False


@dataclass(slots=True)
class Done(Generic[T]):
    """One entry a job, in order: what it gave, why it failed, or None where the budget did not allow to ask."""

    results: list[T | CallError | None]
    budget: BudgetError | None = None


@dataclass(slots=True)
class Bulk(Generic[J, T]):
    """``work`` does one job with ``engine``; it raises CallError where the job comes to nothing.

    ``window``: jobs under way at a time, those included that wait for their turn or for another try.
    """

    engine: Engine
    work: Callable[[J], Awaitable[T]]
    window: int
    on_step: Callable[[Progress], None] = lambda _: None
    _failures: int = field(default=0, repr=False)
    _succeeded: bool = field(default=False, repr=False)

    def run(self, jobs: Sequence[J]) -> Done[T]:
        """All jobs. EngineError, or KeyboardInterrupt, leaves what was answered in the cache."""
        return asyncio.run(self._run(jobs))

    async def _run(self, jobs: Sequence[J]) -> Done[T]:
        done: Done[T] = Done([None] * len(jobs))
        progress = Progress(len(jobs))
        numbers = iter(range(len(jobs)))
        tasks: set[asyncio.Task[None]] = set()
        self.on_step(progress)
        try:
            while True:
                for number in numbers:
                    tasks.add(asyncio.create_task(self._one(jobs, number, done, progress)))
                    if len(tasks) >= self.window:
                        break
                if not tasks:
                    return done
                ended, tasks = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                _raise_first(ended)
        finally:
            await self._end(tasks, progress)
            await self.engine.close()

    async def _one(self, jobs: Sequence[J], number: int, done: Done[T], progress: Progress) -> None:
        try:
            done.results[number] = await self.work(jobs[number])
            self._failures, self._succeeded = 0, True
        except BudgetError as error:
            done.budget = error
        except CallError as error:
            done.results[number] = error
            progress.failed += 1
            self._check(error)
        progress.done += 1
        self.on_step(progress)

    def _check(self, error: CallError) -> None:
        """When job after job fails, something is wrong that retries do not mend: no money is spent on the rest."""
        self._failures += 1
        if self._failures == (_FAILURES if self._succeeded else _FIRST_FAILURES):
            raise EngineError(
                f"接连 {self._failures} 次都没有成功，不再继续（最后一次：{error.message}）",
                where=error.where,
                hint="检查接口、模型与提示词；已得到的回答都已存好，再运行不会重复请求",
            ) from error

    async def _end(self, tasks: set[asyncio.Task[None]], progress: Progress) -> None:
        """Those that have not been sent end now, those under way within the grace."""
        if not tasks:
            return
        progress.ending = True
        self.on_step(progress)
        for wait in (_GRACE, None):
            for task in tasks:
                task.cancel()
            ended, tasks = await asyncio.wait(tasks, timeout=wait)
            _errors(ended)  # those of jobs that end after the first error are the same error again
            if not tasks:
                return


def _errors(ended: set[asyncio.Task[None]]) -> list[BaseException]:
    return [error for task in ended if not task.cancelled() and (error := task.exception()) is not None]


def _raise_first(ended: set[asyncio.Task[None]]) -> None:
    for error in _errors(ended):
        raise error
