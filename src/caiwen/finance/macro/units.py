"""Units of macro figures: money and people in base units, the rest as printed."""

from __future__ import annotations

import re
from decimal import Decimal

from caiwen.finance.amount import POWERS
from caiwen.finance.text import squash

_COUNTED = re.compile(
    rf"(?:人民币)?(?P<many>{'|'.join(sorted(POWERS, key=len, reverse=True))})(?P<unit>美元|欧元|港元|日元|元|人)"
)


def plain_unit(unit: str | None) -> str:
    """亿元 for 单位：亿元 and （亿元）; % for ％."""
    flat = squash(unit or "").strip("()（）[]")
    return re.sub(r"^单位[:：]?", "", flat).replace("％", "%")


def in_base_units(value: Decimal, unit: str) -> tuple[Decimal, str]:
    """亿元 → 元, 万人 → 人; a unit that is no count of these stays (元/美元, 万平方米, %)."""
    match = _COUNTED.fullmatch(unit)
    if match is None:
        return value, unit
    exact = value.scaleb(POWERS[match["many"]])
    whole = exact.to_integral_value()
    return (Decimal(int(exact)) if whole == exact else exact.normalize()), match["unit"]
