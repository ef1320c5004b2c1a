"""Steps of a calculation in words: names, then the values put in for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from caiwen.ask.figures import Figure
from caiwen.ask.plan import PeriodRef
from caiwen.finance.amount import format_value
from caiwen.finance.items import taxonomy
from caiwen.finance.period import Period


def size(figure: Figure) -> Decimal:
    """Outflows that some banks print in brackets count by their size."""
    value = figure.exact or Decimal(0)
    item = taxonomy().get(figure.item)
    return abs(value) if item is not None and item.magnitude else value


def amount(figure: Figure) -> str:
    return format_value(figure.value, figure.unit) if figure.value is not None else ""


def sum_text(whole: Figure, part: Figure) -> str:
    return format_value((whole.value or Decimal(0)) - (part.value or Decimal(0)), whole.unit)


def period_name(period: PeriodRef | None) -> str:
    parsed = Period.parse(period.period) if period else None
    return parsed.words if parsed else ""


def pretty(expression: str) -> str:
    expression = expression.replace("'", "").replace("(", "（").replace(")", "）")
    return re.sub(r"\s*([-+*/])\s*", lambda m: f" {_SIGNS[m[1]]} ", expression)


_SIGNS = {"-": "−", "+": "＋", "*": "×", "/": "÷"}


def step_text(expression: str, operands: Mapping[str, Figure]) -> str:
    """The expression with the values put in for the names."""
    names = sorted(operands, key=len, reverse=True)
    pattern = re.compile("|".join(re.escape(name) for name in names))

    def shown(match: re.Match[str]) -> str:
        value = size(operands[match[0]])
        return f"（{value:,f}）" if value < 0 else f"{value:,f}"

    return pattern.sub(shown, pretty(expression))
