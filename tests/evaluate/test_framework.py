"""Rates, intervals, reports."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import pytest

from caiwen.evaluate import Case, Outcome, run, wilson


def test_wilson_interval_against_known_values() -> None:
    # Newcombe (1998), table I: 81/263 and 15/148 by Wilson's score method without continuity correction.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("hits", "n"), [(1, 1), (0, 1), (5, 10), (999, 1000)])
def test_wilson_holds_the_rate(hits: int, n: int) -> None:
    low, high = wilson(hits, n)
    assert 0 <= low <= hits / n <= high <= 1


class Parity:
    """Even numbers are right; zero does not apply."""

    name = "parity"
    title = "奇偶"
    metrics: Mapping[str, str] = {"even": "是偶数"}

    def cases(self) -> Sequence[Case]:
        return [Case(str(n), "小" if n < 3 else "大", {"n": str(n)}) for n in range(5)]

    def score(self, case: Case) -> Outcome:
        n = int(case.data["n"])
        return Outcome(case, {"even": n % 2 == 0 if n else None}, f"余 {n % 2}")


def test_report_counts_groups_failures_and_what_does_not_apply() -> None:
    seen: list[tuple[int, int]] = []
    report = run(Parity(), {"seed": "1"}, lambda done, total: seen.append((done, total)))
    record = report.record()
    assert seen[-1] == (5, 5)
    assert record["suite"] == "parity"
    assert record["settings"] == {"seed": "1"}
    figures = record["figures"]
    assert isinstance(figures, dict)
    low, high = wilson(2, 4)
    assert figures["even"] == {
        "n": 4,
        "hits": 2,
        "rate": 0.5,
        "interval": [round(low, 6), round(high, 6)],
        "not_applicable": 1,
    }
    assert [outcome.case.id for outcome in report.failures] == ["1", "3"]
    assert report.rate("even", "小").n == 2
    assert report.rows()[0][:4] == ["是偶数", "4", "2", "50.00%"]


def test_a_rate_over_nothing_is_not_a_number() -> None:
    class Nothing(Parity):
        def cases(self) -> Sequence[Case]:
            return []

    report = run(Nothing())
    assert report.rows() == [["是偶数", "0", "0", "—", "—", "0"]]
    assert report.rate("even").record()["rate"] is None


def test_measures_are_told_by_their_mean() -> None:
    class Measured:
        name, title = "m", "测"
        metrics: ClassVar = {"hit": "中", "mrr": "MRR"}

        def cases(self) -> list[Case]:
            return [Case(str(n), "a" if n < 3 else "b", {}) for n in range(4)]

        def score(self, case: Case) -> Outcome:
            measures = {} if case.id == "3" else {"mrr": 1 / (int(case.id) + 1)}
            return Outcome(case, {"hit": True}, "", measures)

    report = run(Measured())
    assert report.mean("mrr").value == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)
    assert report.rows()[1][1:3] == ["3", "—"]
    assert report.rows()[1][-1] == "1", "the case without it does not apply"
    figures: Any = report.record()["figures"]
    assert (figures["mrr"]["n"], figures["hit"]["hits"]) == (3, 4)
    assert report.group_rows("mrr")[1][1:4] == ["0", "—", "—"]
