"""Paired comparison: against values from the binomial table, and intervals that respect clusters."""

from __future__ import annotations

import pytest

from caiwen.scoring.paired import compare, sign_test


@pytest.mark.parametrize(
    ("losses", "wins", "p"),
    [
        (0, 0, 1.0),
        (5, 5, 1.0),
        (0, 5, 2 / 32),
        (1, 9, 2 * 11 / 1024),
        (9, 1, 2 * 11 / 1024),
        (0, 10, 2 / 1024),
    ],
)
def test_exact_binomial(losses: int, wins: int, p: float) -> None:
    assert sign_test(losses, wins) == pytest.approx(p)


def test_many_cases_do_not_overflow() -> None:
    assert sign_test(3000, 3000) == 1.0
    assert 0 < sign_test(2900, 3100) < 0.02


def test_the_gain_and_what_only_one_got_right() -> None:
    first = [True] * 40 + [False] * 60
    second = [True] * 30 + [False] * 10 + [True] * 30 + [False] * 30
    found = compare(first, second)
    assert found.gain == pytest.approx(0.2)
    assert (found.only_first, found.only_second, found.n) == (10, 30, 100)
    assert found.p < 0.01
    assert 0 < found.low < 0.2 < found.high < 0.4


def test_cases_of_one_cluster_count_once() -> None:
    first, second = [False] * 100, [i % 2 == 0 for i in range(100)]
    alone = compare(first, second)
    together = compare(first, second, [i % 2 for i in range(100)])
    assert together.high - together.low > 2 * (alone.high - alone.low)


def test_no_cases_or_unequal_ones_are_refused() -> None:
    with pytest.raises(ValueError, match="0 and 0"):
        compare([], [])
    with pytest.raises(ValueError, match="1 and 2"):
        compare([True], [True, False])
