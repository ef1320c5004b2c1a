"""Arrivals, timings and the pool of worker processes."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from caiwen.evaluate.latency import HEADERS, Pool, Timing, arrivals, one_client


class Slow:
    """Takes a moment for every question."""

    def __init__(self, seconds: float = 0.02) -> None:
        self.seconds = seconds
        self.asked: list[str] = []

    def warm(self) -> None:
        self.asked.append("预热")

    def ask_record(self, question: str, within: Sequence[str] | None = None) -> Mapping[str, Any]:
        time.sleep(self.seconds)
        self.asked.append(question)
        return {}


def test_arrivals_have_the_rate_and_repeat_by_seed() -> None:
    moments = arrivals(50, 5000, seed=7)
    assert moments == arrivals(50, 5000, seed=7)
    assert moments != arrivals(50, 5000, seed=8)
    assert moments == sorted(moments)
    assert moments[-1] == pytest.approx(100, rel=0.05)


def test_one_client_times_each_question_after_a_warm_one() -> None:
    slow = Slow()
    timing = one_client(slow, ["一", "二", "三"])
    assert slow.asked == ["预热", "一", "一", "二", "三"]
    assert len(timing.seconds) == 3
    assert all(seconds >= 0.02 for seconds in timing.seconds)
    assert timing.throughput < 51


def test_waiting_counts_under_load() -> None:
    """One worker of 50 a second under 500 arrivals a second: the last of ten waits for the nine before it."""
    with Pool(Slow, workers=1, warm="热身") as pool:
        timing = pool.run(["问"] * 10, rate=500)
    assert len(timing.seconds) == 10
    assert max(timing.seconds) > 0.1
    assert timing.rate == 500


def test_the_record_tells_quantiles_with_intervals() -> None:
    timing = Timing("测", tuple(n / 1000 for n in range(1, 101)), lasted=2.0)
    record: Any = timing.record()
    assert record["p50"] == {"milliseconds": 50.0, "interval": [40.0, 61.0]}
    assert record["p99"]["interval"][1] is None
    assert (record["throughput"], record["max_milliseconds"]) == (50.0, 100.0)
    assert len(timing.cells()) == len(HEADERS)
