"""Periods in words."""

from __future__ import annotations

from caiwen.ask.plan import PeriodRef
from caiwen.finance.period import Period


def words_of(period: PeriodRef) -> str:
    return period_words(period.period, period.form)


def period_words(period: str, form: str = "report") -> str:
    """2019年, 2019年上半年, 2019年前三季度; 第三季度 for the quarter alone."""
    parsed = Period.parse(period)
    if parsed is None:
        return period
    if form == "trailing":
        return f"截至{parsed.words}的最近十二个月"
    if form == "second_half":
        return f"{parsed.year}年下半年"
    if form == "single" and period.endswith("Q3"):
        return f"{parsed.year}年第三季度"
    return parsed.words
