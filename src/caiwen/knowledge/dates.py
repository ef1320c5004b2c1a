"""Dates as documents print them, in Arabic or Chinese numerals."""

from __future__ import annotations

import re
from datetime import date

_DIGITS = {c: str(n) for n, c in enumerate("〇一二三四五六七八九")} | {
    "○": "0",
    "零": "0",
    "O": "0",
    "o": "0",
}
_NUMBER = r"[〇○零一二三四五六七八九十\d]"
_DATE = re.compile(
    rf"(?P<year>(?:19|20)\d\d|[二一][〇○零Oo九]{_NUMBER}{{2}})\s*年\s*(?P<month>{_NUMBER}{{1,2}})\s*月\s*(?P<day>{_NUMBER}{{1,3}})\s*日"
    r"|(?<!\d)(?P<y>(?:19|20)\d\d)[-./年_]?(?P<m>0[1-9]|1[0-2])[-./月_]?(?P<d>[0-2]\d|3[01])(?!\d)"
)


def year_of(text: str) -> str | None:
    """二〇二三 or 2023 → "2023"."""
    digits = "".join(_DIGITS.get(c, c) for c in text)
    return digits if re.fullmatch(r"(?:19|20)\d\d", digits) else None


def _small(text: str) -> int | None:
    """1–31 in either script: 三十一, 十, 二十, 07."""
    if text.isdigit():
        return int(text)
    if "十" not in text:
        digits = "".join(_DIGITS.get(c, "x") for c in text)
        return int(digits) if digits.isdigit() else None
    tens, ones = text.split("十", 1)
    parts = [_DIGITS.get(tens, "1") if tens else "1", _DIGITS.get(ones, "0") if ones else "0"]
    return int("".join(parts))


def dates_in(text: str) -> list[str]:
    """Every full date in ``text`` as ISO strings, in order; impossible ones are left out."""
    found = []
    for match in _DATE.finditer(text):
        groups = match.groupdict()
        year = year_of(groups["year"] or groups["y"])
        month, day = _small(groups["month"] or groups["m"]), _small(groups["day"] or groups["d"])
        if year and month and day and (iso := _iso(int(year), month, day)):
            found.append(iso)
    return found


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
