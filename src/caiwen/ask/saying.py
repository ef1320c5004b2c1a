"""A sentence with what it states, and a value with its unit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from caiwen.ask.changes import POINTS
from caiwen.ask.figures import Figure
from caiwen.ask.passages import Quote
from caiwen.finance.amount import format_value, parse_number, parse_scale

_MULTIPLES = {"万元": 4, "百万元": 6, "千元": 3, "亿元": 8}


@dataclass(frozen=True, slots=True)
class Sentence:
    """``figures``: what it states, in order; their sources are cited at its end. ``quotes``: passages it quotes."""

    text: str
    figures: tuple[Figure, ...] = ()
    quotes: tuple[Quote, ...] = ()


def amount(figure: Figure, unit: str | None = None) -> str:
    """The value as printed with its unit, and exact in 元 where the report counts in another unit."""
    if figure.value is None:
        return figure.text or ""
    if figure.unit == POINTS:
        return f"{figure.value:f}{POINTS}"
    fact = figure.fact
    scale = parse_scale(fact.observation.scale or "") if fact else None
    exact = format_value(figure.value, figure.unit)
    if (
        scale
        and fact
        and scale.factor != 1
        and scale.unit == figure.unit
        and parse_number(fact.observation.raw) is not None
    ):
        printed = format_value(figure.value / scale.factor, scale.name)
        exact = f"{printed}（即{exact}）"
    if unit and figure.unit == "元" and unit in _MULTIPLES and (not scale or scale.name != unit):
        converted = (figure.value / Decimal(10) ** _MULTIPLES[unit]).quantize(Decimal("0.01"))
        exact += f"，约{converted:,f}{unit}"
    return exact
