"""The unit of a measure's values."""

from __future__ import annotations

from caiwen.ask.plan import (
    BreakdownMeasure,
    DifferenceMeasure,
    FormulaMeasure,
    ItemMeasure,
    Measure,
    RatioMeasure,
)
from caiwen.finance.formulas import formulas
from caiwen.finance.items import taxonomy


def unit_of(measure: Measure) -> str:
    """The unit of a measure's values, as columns hold them."""
    match measure:
        case ItemMeasure() | BreakdownMeasure():
            item = taxonomy().get(measure.item)
            formula = None if item else formulas().get(measure.item)
            return (item.base_unit or "") if item else (formula.unit if formula else "")
        case FormulaMeasure():
            formula = formulas().get(measure.formula)
            return formula.unit if formula else ""
        case DifferenceMeasure():
            return unit_of_name(measure.left)
        case RatioMeasure():
            return "%" if measure.display == "percent" else ""


def unit_of_name(name: str) -> str:
    """The unit of an item or formula, by its name."""
    return unit_of(ItemMeasure(item=name))
