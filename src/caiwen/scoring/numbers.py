"""Strict match of a number with a printed one: the printed precision decides."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from caiwen.finance.amount import parse_number

_CENT_PLACES = 2
"""Where a fraction is printed, at least cents (or hundredths of a percentage point) must agree: 0.5 may be 0.50."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as somebody printed it. ``value`` is in percent where ``percent`` is set; ``places`` after the point."""

    value: Decimal
    places: int
    percent: bool

    @property
    def slack(self) -> Decimal:
        """Half a unit of the last place: rounding half up and half to even both stay within."""
        return Decimal(5).scaleb(-self.places - 1)

    def matches(self, value: Decimal, unit: str | None) -> bool:
        """``value`` in base units, percent where ``unit`` is ``%``; it is brought to this number's form first.

        A whole number must be met exactly.
        """
        if self.percent and unit != "%":
            value *= 100
        elif not self.percent and unit == "%":
            value /= 100
        if self.places == 0:
            return value == self.value
        return abs(value - self.value) <= self.slack


def read_printed(text: str) -> Printed | None:
    """``61.10%``, ``14908230.95``, ``+20.06%``, ``3.93``; None when it is no number."""
    stripped = text.strip().lstrip("+")
    percent = stripped.endswith(("%", "％"))
    value = parse_number(stripped)
    if value is None:
        return None
    fraction = stripped.rstrip("%％").partition(".")[2]
    places = max(len(fraction), _CENT_PLACES) if fraction.strip("0") or percent else 0
    return Printed(value, places, percent)
