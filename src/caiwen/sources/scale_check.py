"""Rows on the wrong scale: a company-year whose amounts are all 10³, 10⁴ or 10⁶ times too small.

Tables of vendors and of extraction teams hold rows in 万元 or 百万元 under a header that says 元. No single
amount shows it; the median over the row against the same company's other periods does.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from statistics import median

_SUSPECTS = {3: "千元", 4: "万元", 6: "百万元", 8: "亿元"}
_TOLERANCE = 0.45
_FEWEST = 4

Magnitudes = dict[int, float]


def magnitude(value: Decimal) -> float | None:
    """log₁₀ of the size; None for zero. A float is enough here: nothing of it enters a fact."""
    return math.log10(abs(value)) if value else None


class ScaleCheck:
    """Feed it every row's money columns, then ask which rows are suspicious and what unit they seem to be in."""

    def __init__(self, smallest_row: int | None = None) -> None:
        self._smallest = math.log10(smallest_row) if smallest_row else -math.inf
        self._rows: dict[str, list[tuple[int, Magnitudes]]] = defaultdict(list)

    def add(self, company: str, row: int, amounts: Iterable[tuple[int, Decimal]]) -> None:
        found = {place: size for place, value in amounts if (size := magnitude(value)) is not None}
        if len(found) >= _FEWEST:
            self._rows[company].append((row, found))

    def suspects(self) -> dict[int, str]:
        """Row number → what is suspicious about it."""
        found: dict[int, str] = {}
        for rows in self._rows.values():
            for number, sizes in rows:
                unit = _unit_against([other for k, other in rows if k != number], sizes)
                if unit is not None:
                    found[number] = f"疑似以{unit}填列"
                elif max(sizes.values()) < self._smallest:
                    found[number] = "金额整体过小，疑似不是以元填列"
        return found


def _unit_against(others: list[Magnitudes], sizes: Magnitudes) -> str | None:
    """The unit by which the row is smaller than the largest of the company's other rows, if it is one of the known."""
    shifts = []
    for other in others:
        shared = [other[place] - sizes[place] for place in sizes if place in other]
        if len(shared) >= _FEWEST:
            shifts.append(median(shared))
    if not shifts:
        return None
    shift = max(shifts)
    nearest = min(_SUSPECTS, key=lambda power: abs(power - shift))
    return _SUSPECTS[nearest] if abs(nearest - shift) <= _TOLERANCE else None
