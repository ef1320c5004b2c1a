"""One cell of a structured source: missing, a number in base units, a text, or something that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from caiwen.finance.amount import Scale, amounts_in, parse_number, parse_scale
from caiwen.sources.mapping import Missing

_BARE = re.compile(r"-?\d+(?:\.\d+)?")
"""What exports hold almost always; the rest takes the longer way."""
_BLANK = frozenset(
    {
        "",
        "-",
        "--",
        "—",
        "——",
        "/",
        "nan",
        "NaN",
        "NULL",
        "null",
        "None",
        "N/A",
        "n/a",
        "#N/A",
        "不适用",
        "无",
    }
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number as read: ``value`` in the column's unit, or already in base units when the cell names its own unit."""

    value: Decimal
    own_unit: bool = False


def is_missing(text: str, rules: Sequence[Missing], cell: Callable[[str], str]) -> bool:
    """Whether the cell stands for no value. ``cell`` gives another cell of the same row by column name."""
    if text in _BLANK:
        return True
    for rule in rules:
        if not same_text(text, rule.value):
            continue
        if rule.unless_negative is None:
            return True
        other = read_number(cell(rule.unless_negative))
        if other is None or other.value >= 0 or same_text(cell(rule.unless_negative), rule.value):
            return True
    return False


@lru_cache(maxsize=4096)
def same_text(text: str, sentinel: str) -> bool:
    """Equal as written or as numbers: -1 and -1.0 are one sentinel."""
    if text == sentinel:
        return True
    try:
        return Decimal(text) == Decimal(sentinel)
    except InvalidOperation:
        return False


def read_number(text: str) -> Number | None:
    """A plain number, a printed one, scientific notation, or an amount with its own unit (12.3亿元); None for words."""
    if _BARE.fullmatch(text):
        return Number(Decimal(text))
    plain = parse_number(text)
    if plain is not None:
        return Number(plain)
    try:
        value = Decimal(text)
    except InvalidOperation:
        found = amounts_in(text)
        whole = len(found) == 1 and found[0].start == 0 and found[0].end == len(text)
        return Number(found[0].value, own_unit=True) if whole else None
    return Number(value) if value.is_finite() else None


@lru_cache(maxsize=1024)
def scale_named(unit: str) -> Scale | None:
    """The scale of a unit as a mapping or a header writes it: 元, 万元, 人民币百万元, %, 股, 万股, 人."""
    return parse_scale(f"单位：{unit}")
