"""Two systems on the same cases: how much better is one, and could it be chance?"""

from __future__ import annotations

import math
import random
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from statistics import fmean

_ROUNDS = 2000
_TAIL = 0.025


@dataclass(frozen=True, slots=True)
class Paired:
    """``gain``: mean of second − first, with its 95% interval; ``p``: two-sided, that the two are equally good."""

    n: int
    gain: float
    low: float
    high: float
    only_first: int
    only_second: int
    p: float


def compare(
    first: Sequence[bool],
    second: Sequence[bool],
    clusters: Sequence[Hashable] | None = None,
    *,
    seed: int = 1,
) -> Paired:
    """McNemar's exact test, and a bootstrap interval of the gain that draws whole ``clusters`` (by default cases).

    Cases that stand together (one term under several wordings or seeds) share a cluster, lest the interval be too
    narrow; the test takes the cases as they are. Sources: McNemar 1947; Efron and Tibshirani 1993, chapter 13.
    Raises ValueError when the two are not of one length or there are no cases.
    """
    if not first or len(first) != len(second):
        raise ValueError(f"{len(first)} and {len(second)} cases")
    changes = [int(b) - int(a) for a, b in zip(first, second, strict=True)]
    groups: dict[Hashable, list[int]] = {}
    for name, change in zip(clusters if clusters is not None else range(len(changes)), changes, strict=True):
        groups.setdefault(name, []).append(change)
    low, high = _interval([(sum(group), len(group)) for group in groups.values()], random.Random(seed))
    lost, won = changes.count(-1), changes.count(1)
    return Paired(len(changes), fmean(changes), low, high, lost, won, sign_test(lost, won))


def sign_test(losses: int, wins: int) -> float:
    """The two-sided exact binomial p-value of so uneven a split; 1 when nothing differs."""
    n, fewer = losses + wins, min(losses, wins)
    tail = sum(math.exp(_log_choose(n, k) - n * math.log(2)) for k in range(fewer + 1))
    return min(1.0, 2 * tail)


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _interval(groups: Sequence[tuple[int, int]], chance: random.Random) -> tuple[float, float]:
    found = []
    for _ in range(_ROUNDS):
        drawn = chance.choices(groups, k=len(groups))
        found.append(sum(total for total, _ in drawn) / sum(count for _, count in drawn))
    found.sort()
    return found[int(_ROUNDS * _TAIL)], found[-int(_ROUNDS * _TAIL) - 1]
