"""Concepts that the glossary and the formula table themselves explain."""

from __future__ import annotations

from caiwen.ask.plan import Define
from caiwen.finance import glossary
from caiwen.finance.formulas import Formula, formulas

_SIGNS = str.maketrans({"*": "×", "/": "÷", "-": "−"})


def define(plan: Define) -> str | None:
    """The glossary's definition, then how it is computed with the source of the formula: 毛利率＝（营业收入 − 营业成本）÷ 营业收入."""
    term = glossary.find(plan.term) or glossary.find(plan.formula or "")
    formula = formulas().get(plan.formula or plan.term) or (
        formulas().get(term.formula) if term and term.formula else None
    )
    said = []
    if term:
        named = f"（{'、'.join(term.aliases)}）" if term.aliases else ""
        said.append(f"{term.name}{named}：{term.text}（财问术语表·{term.category}）")
    if formula:
        said.append(_computed(formula))
    return "".join(said) or None


def _computed(formula: Formula) -> str:
    shown = "（以百分数表示）" if formula.display == "percent" else ""
    expression = formula.expression.replace("'", "").translate(_SIGNS)
    return f"{formula.name}的计算公式：{formula.name} = {expression}{shown}。公式来源：{formula.source}。"
