"""Suite ``latency``: how long ``ask`` takes, alone and under load. It measures; it asserts nothing.

One client asks question after question in this process. Then questions arrive at stated rates, at random moments
(Poisson), whether or not earlier ones are done (open loop), and a pool of processes answers them: the time counts from
the arrival, so waiting counts too.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from caiwen.evaluate.bench import Service
from caiwen.scoring import quantile, quantile_interval

QUANTILES = (0.5, 0.95, 0.99)

Opener = Callable[[], Service]
"""Opens the workspace; sent to the worker processes, so it must be picklable."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of every question. ``rate``: arrivals a second, None for one client; ``lasted``: the whole run."""

    name: str
    seconds: tuple[float, ...]
    lasted: float
    rate: float | None = None

    @property
    def throughput(self) -> float:
        return len(self.seconds) / self.lasted if self.lasted else math.inf

    def record(self) -> dict[str, object]:
        figures = {}
        ordered = sorted(self.seconds)
        for q in QUANTILES:
            low, high = quantile_interval(ordered, q)
            figures[f"p{q * 100:g}"] = {
                "milliseconds": _milliseconds(quantile(ordered, q)),
                "interval": [_milliseconds(low), None if high is None else _milliseconds(high)],
            }
        return {
            "name": self.name,
            "n": len(self.seconds),
            "rate": self.rate,
            "throughput": round(self.throughput, 2),
            "max_milliseconds": _milliseconds(ordered[-1]),
            **figures,
        }

    def cells(self) -> list[str]:
        """Name, n, throughput, each quantile with its interval, the longest; in milliseconds."""
        ordered = sorted(self.seconds)
        shown = [self.name, f"{len(ordered):,}", f"{self.throughput:,.1f}"]
        for q in QUANTILES:
            low, high = quantile_interval(ordered, q)
            top = "—" if high is None else f"{high * 1000:,.1f}"
            shown.append(f"{quantile(ordered, q) * 1000:,.1f}（{low * 1000:,.1f} – {top}）")
        return [*shown, f"{ordered[-1] * 1000:,.1f}"]


HEADERS = ("方式", "n", "每秒答完", "P50 毫秒（95% 区间）", "P95", "P99", "最长")


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)


def one_client(
    answerer: Service,
    questions: Sequence[str],
    within: Sequence[str] | None = None,
    on_done: Callable[[], None] | None = None,
) -> Timing:
    """One after the other, as of a running service: what it reads ahead does not count, nor opening the list."""
    answerer.warm()
    answerer.ask_record(questions[0], within)
    seconds = []
    started = time.perf_counter()
    for question in questions:
        asked = time.perf_counter()
        answerer.ask_record(question, within)
        seconds.append(time.perf_counter() - asked)
        if on_done is not None:
            on_done()
    return Timing("单个用户，进程内", tuple(seconds), time.perf_counter() - started)


def arrivals(rate: float, count: int, seed: int) -> list[float]:
    """Moments of ``count`` Poisson arrivals at ``rate`` a second."""
    chance = random.Random(seed)
    moments, now = [], 0.0
    for _ in range(count):
        now += chance.expovariate(rate)
        moments.append(now)
    return moments


class Pool:
    """Worker processes, each with its own opened workspace, warm before anything is timed."""

    def __init__(self, opener: Opener, workers: int, warm: str, within: Sequence[str] | None = None) -> None:
        self._executor = ProcessPoolExecutor(
            workers, get_context("spawn"), initializer=_open, initargs=(opener, warm, within)
        )
        for future in [self._executor.submit(time.sleep, 0.2) for _ in range(workers)]:
            future.result()

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self._executor.shutdown(cancel_futures=True)

    def run(
        self,
        questions: Sequence[str],
        rate: float,
        seed: int = 1,
        on_done: Callable[[], None] | None = None,
    ) -> Timing:
        """Each question sent at its moment, finished or not the ones before."""
        done: dict[int, float] = {}
        futures: list[Future[None]] = []
        moments = arrivals(rate, len(questions), seed)
        started = time.perf_counter()
        for number, (question, moment) in enumerate(zip(questions, moments, strict=True)):
            time.sleep(max(started + moment - time.perf_counter(), 0))
            future = self._executor.submit(_ask, question)
            future.add_done_callback(_Stamp(done, number, on_done))
            futures.append(future)
        for future in futures:
            future.result()
        seconds = tuple(done[number] - started - moment for number, moment in enumerate(moments))
        return Timing(f"每秒到达 {rate:g} 题", seconds, time.perf_counter() - started, rate)


@dataclass(slots=True)
class _Stamp:
    done: dict[int, float]
    number: int
    on_done: Callable[[], None] | None

    def __call__(self, future: Future[None]) -> None:
        self.done[self.number] = time.perf_counter()
        if self.on_done is not None:
            self.on_done()


class _Worker:
    """What a worker process holds."""

    answerer: Service
    within: Sequence[str] | None = None


def _open(opener: Opener, warm: str, within: Sequence[str] | None) -> None:
    _Worker.answerer, _Worker.within = opener(), within
    _Worker.answerer.warm()
    _Worker.answerer.ask_record(warm, within)


def _ask(question: str) -> None:
    _Worker.answerer.ask_record(question, _Worker.within)
