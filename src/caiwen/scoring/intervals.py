"""95% intervals of proportions, means and quantiles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, stdev

Z95 = 1.959963984540054
"""The normal quantile of a two-sided 95% interval."""


def wilson(hits: int, n: int, z: float = Z95) -> tuple[float, float]:
    """Wilson's score interval of a proportion (E. B. Wilson, 1927); (0, 1) when nothing was counted."""
    if n == 0:
        return (0.0, 1.0)
    p = hits / n
    centre = p + z * z / (2 * n)
    spread = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return (max((centre - spread) / scale, 0.0), min((centre + spread) / scale, 1.0))


def mean_interval(values: Sequence[float], z: float = Z95) -> tuple[float, float]:
    """Normal interval of a mean; for scores in 0 to 1 and n of some dozens it is good to a few thousandths.

    Raises ValueError when there is nothing to take the mean of.
    """
    if not values:
        raise ValueError("no values")
    middle = fmean(values)
    spread = z * stdev(values) / math.sqrt(len(values)) if len(values) > 1 else 0.0
    return (middle - spread, middle + spread)


def quantile(ordered: Sequence[float], q: float) -> float:
    """The smallest value that at least the share ``q`` of the sorted values does not exceed."""
    return ordered[max(math.ceil(q * len(ordered)) - 1, 0)]


def quantile_interval(ordered: Sequence[float], q: float, z: float = Z95) -> tuple[float, float | None]:
    """Distribution-free interval of a quantile by order statistics (normal approximation of the binomial).

    The upper end is None where the sample is too small to bound the quantile from above.
    """
    n = len(ordered)
    spread = z * math.sqrt(n * q * (1 - q))
    low, high = math.floor(n * q - spread), math.ceil(n * q + spread)
    return (ordered[max(low - 1, 0)], ordered[high] if high < n else None)
