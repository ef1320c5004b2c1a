"""Present values and internal rates of return; every rate is a fraction per period, every amount a Decimal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, localcontext

_ONE = Decimal(1)
_WIDTH = Decimal("1e-22")
_GRID = 240
LOWEST, HIGHEST = Decimal("-0.99"), Decimal(100)
"""Between which rates of return are looked for."""


def npv(rate: Decimal, flows: Sequence[Decimal]) -> Decimal:
    """Present value of ``flows`` at the ends of periods 0, 1, 2..."""
    factor = _ONE / (_ONE + rate)
    total = Decimal(0)
    for flow in reversed(flows):
        total = total * factor + flow
    return total


def xnpv(rate: Decimal, flows: Sequence[Decimal], days: Sequence[Decimal]) -> Decimal:
    """Present value of flows ``days`` after the first one, a year counted as 365 days (as spreadsheets do)."""
    base = _ONE + rate
    return sum((f / base ** (d / 365) for f, d in zip(flows, days, strict=True)), Decimal(0))


def changes_sign(flows: Sequence[Decimal]) -> bool:
    return any(f > 0 for f in flows) and any(f < 0 for f in flows)


def roots(function: Callable[[Decimal], Decimal], low: Decimal, high: Decimal) -> list[Decimal]:
    """Every zero that changes the sign of ``function`` between two rates, on a grid that is fine near 0, ascending."""
    with localcontext() as context:
        context.prec = 40
        points = _points(low, high)
        values = [function(point) for point in points]
        found: list[Decimal] = []
        for at in range(len(points) - 1):
            if values[at] == 0:
                found.append(points[at])
            elif values[at] * values[at + 1] < 0:
                found.append(_bisect(function, points[at], points[at + 1], values[at]))
        if values[-1] == 0:
            found.append(points[-1])
    return [+root for root in found]


def _points(low: Decimal, high: Decimal) -> list[Decimal]:
    """Evenly spaced in the logarithm of 1 + rate."""
    step = ((_ONE + high) / (_ONE + low)) ** (_ONE / _GRID)
    return [low, *((_ONE + low) * step**n - _ONE for n in range(1, _GRID)), high]


def _bisect(function: Callable[[Decimal], Decimal], low: Decimal, high: Decimal, at_low: Decimal) -> Decimal:
    while high - low > _WIDTH:
        middle = (low + high) / 2
        value = function(middle)
        if value == 0:
            return middle
        if (value > 0) == (at_low > 0):
            low = middle
        else:
            high = middle
    return (low + high) / 2


def irr(flows: Sequence[Decimal]) -> list[Decimal]:
    """Every internal rate of return between ``LOWEST`` and ``HIGHEST``; none where no rate makes the flows worth nothing."""
    return roots(lambda rate: npv(rate, flows), LOWEST, HIGHEST)


def xirr(flows: Sequence[Decimal], days: Sequence[Decimal]) -> list[Decimal]:
    return roots(lambda rate: xnpv(rate, flows, days), LOWEST, HIGHEST)
