"""What a measure is called, and every item that may be needed for it."""

from __future__ import annotations

from caiwen.ask.plan import DifferenceMeasure, ItemMeasure, RatioMeasure, Single
from caiwen.ask.words import words
from caiwen.finance.formulas import Formula, balance_of, formulas, names_in


def name_of(measure: Single) -> str:
    """How an answer calls the measure, members of an axis in front."""
    if isinstance(measure, DifferenceMeasure):
        return f"{measure.left}减{measure.right}"
    if isinstance(measure, RatioMeasure):
        top = "与".join((measure.numerator, *measure.also)) + ("之和" if measure.also else "")
        if measure.display == "percent":
            return f"{top}占{measure.denominator}的比例"
        return f"{top}与{measure.denominator}之比"
    name = measure.item if isinstance(measure, ItemMeasure) else measure.formula
    return "".join(f"“{m}”的" for m in measure.dimensions.values()) + name


def items_of(measure: Single) -> list[str]:
    """Every item that may be needed for the measure."""
    if isinstance(measure, DifferenceMeasure):
        return [*_with_totals(measure.left), *_with_totals(measure.right)]
    if isinstance(measure, RatioMeasure):
        names = (measure.numerator, *measure.also, measure.denominator)
        return [item for name in names for item in _with_totals(name)]
    if isinstance(measure, ItemMeasure):
        companions = [name for t in ("companions", "instead") for name in words(t).get(measure.item, [])]
        whole = words("shares").get(measure.item)
        found = [*_with_totals(measure.item), *companions, *([whole] if whole else [])]
        formula = formulas().get(measure.item)
        return [*found, *formula_items(formula)] if formula else found
    formula = formulas().get(measure.formula)
    disclosed: str | None = words("disclosed_first").get(measure.formula)
    return (
        [*formula_items(formula), measure.formula, *([disclosed] if disclosed else [])]
        if formula
        else [measure.formula]
    )


def formula_items(formula: Formula) -> list[str]:
    expressions = (formula.expression, *formula.alternatives)
    return [item for e in expressions for name in names_in(e) for item in _with_totals(balance_of(name)[1])]


def _with_totals(item: str) -> list[str]:
    expressions: list[str] = words("derived_totals").get(item, [])
    return [item, *(name for expression in expressions for name in names_in(expression))]
