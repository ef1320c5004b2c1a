"""Concepts that the glossary and the formula table themselves explain."""

from __future__ import annotations

from caiwen.ask.plan import Define
from caiwen.finance import glossary
from caiwen.finance.formulas import Formula, formulas
from caiwen.finance.valuation import goal_named

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
    else:
        said += _worked(plan.term, *((term.name,) if term else ()))
    return "".join(said) or None


def _worked(*names: str) -> list[str]:
    """How a calculation from the question's own figures goes: 净现值 = Σ第t期现金流÷(1＋折现率)^t."""
    found = next((pair for pair in map(goal_named, names) if pair), None)
    if found is None:
        return []
    one, goal = found
    lines = (line.expression.translate(_SIGNS) for line in one.lines if line.name == goal.name)
    written = goal.formula or next(lines, "")
    return [f"{goal.name}的计算公式：{goal.name} = {written}。公式来源：{one.source}。"] if written else []


def _computed(formula: Formula) -> str:
    shown = "（以百分数表示）" if formula.display == "percent" else ""
    expression = formula.expression.replace("'", "").translate(_SIGNS)
    return f"{formula.name}的计算公式：{formula.name} = {expression}{shown}。公式来源：{formula.source}。"
