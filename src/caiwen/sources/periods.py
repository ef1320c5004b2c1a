"""Report periods as tables write them."""

from __future__ import annotations

import re
from functools import lru_cache

from caiwen.finance.period import Period, periods_in

_COMPACT = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?:[ T].*)?")
_YEAR = re.compile(r"(\d{4})(?:\.0)?年?(?:度|年报|年度报告)?")


@lru_cache(maxsize=4096)
def period_of(text: str) -> str | None:
    """Canonical period string from 2019, 2019.0, 2019年报, 20191231, 2019-12-31, 2019Q3, 2019三季报; None if unreadable."""
    year = _YEAR.fullmatch(text)
    if year:
        return year[1]
    day = _COMPACT.fullmatch(text)
    parsed = Period.parse("-".join(day.groups()) if day else text)
    if parsed is not None:
        return str(parsed)
    found = periods_in(text)
    return str(found[0].period) if len(found) == 1 else None
