"""Concepts that the formula table itself explains."""

from __future__ import annotations

from caiwen.ask.plan import Define
from caiwen.finance.formulas import formulas

_SIGNS = str.maketrans({"*": "×", "/": "÷", "-": "−"})


def define(plan: Define) -> str | None:
    """毛利率＝（营业收入 − 营业成本）÷ 营业收入, with the source of the formula."""
    formula = formulas().get(plan.formula or plan.term)
    if formula is None:
        return None
    shown = "（以百分数表示）" if formula.display == "percent" else ""
    expression = formula.expression.replace("'", "").translate(_SIGNS)
    return f"{formula.name}的计算公式：{formula.name} = {expression}{shown}。公式来源：{formula.source}。"
