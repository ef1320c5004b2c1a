"""Numbers written in Chinese characters, as statutes write them: 一百二十, 五十万, 二〇二四."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

CHARACTERS = "〇零一二两三四五六七八九十百千万亿"
_DIGITS = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_BIG = {"万": 10_000, "亿": 100_000_000}
_ONES = "零一二三四五六七八九"


def chinese_number(text: str) -> Decimal | None:
    """A number in Chinese characters, in digits, or mixed (50万); None for anything else.

    Digits in a row without units are read one by one (二〇二四 → 2024).
    """
    if not text:
        return None
    if all(c in _DIGITS for c in text):
        return Decimal("".join(str(_DIGITS[c]) for c in text))
    head = text.rstrip("万亿")
    if head and head[0].isdigit():
        return _mixed(head, text[len(head) :])
    value = _by_units(text)
    return Decimal(value) if value is not None else None


def _by_units(text: str) -> int | None:
    """Each big unit counts all that stands before it: 一亿五千万 is 1 × 亿 + 5000 × 万."""
    for unit in ("亿", "万"):
        if unit in text:
            before, after = text.rsplit(unit, 1)
            left, right = _by_units(before), _by_units(after) if after else 0
            return None if left is None or right is None else left * _BIG[unit] + right
    total = digit = 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _SMALL:
            total += (digit or 1) * _SMALL[char]
            digit = 0
        else:
            return None
    return total + digit if text else None


def _mixed(head: str, units: str) -> Decimal | None:
    try:
        value = Decimal(head.replace(",", ""))
    except InvalidOperation:
        return None
    for unit in units:
        value *= _BIG[unit]
    return value


def in_chinese(number: int) -> str:
    """1..9999 as statutes number their articles: 47 → 四十七, 105 → 一百零五, 110 → 一百一十."""
    parts, pending = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            parts += ("零" if pending else "") + _ONES[digit] + name
            pending = False
        elif parts:
            pending = True
    return parts.removeprefix("一") if parts.startswith("一十") else parts
