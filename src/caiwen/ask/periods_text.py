"""Periods in words."""

from __future__ import annotations

from caiwen.ask.plan import PeriodRef
from caiwen.finance.formulas import formulas
from caiwen.finance.items import taxonomy
from caiwen.finance.period import Part, Period


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


_ENDS = {
    Part.FY: "末",
    Part.Q1: "一季度末",
    Part.H1: "6月末",
    Part.Q2: "6月末",
    Part.Q3: "三季度末",
    Part.Q4: "末",
}


def moment_words(period: PeriodRef) -> str:
    """The end of the period, as balances are told: 2019年末, 2025年三季度末."""
    parsed = Period.parse(period.period)
    return f"{parsed.year}年{_ENDS[parsed.part]}" if parsed and parsed.part in _ENDS else words_of(period)


def is_balance(name: str) -> bool:
    """Whether the item is an amount at a moment, or the formula is made of such amounts alone (资产负债率)."""
    item, formula = taxonomy().get(name), formulas().get(name)
    if item is None and formula is not None:
        return formula.name not in formula.inputs and all(is_balance(one) for one in formula.inputs)
    return item is not None and item.kind == "instant" and item.unit == "money"
