"""Working a calculator out: bounds first, then its lines or its procedure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from caiwen.finance.formulas import FormulaError, ZeroDivisorError
from caiwen.finance.valuation.bonds import bond
from caiwen.finance.valuation.loans import equal_payment, equal_principal, interest_first
from caiwen.finance.valuation.projects import company, dated, project
from caiwen.finance.valuation.table import Calculator, Input
from caiwen.finance.valuation.worksheet import ValuationError, Worksheet

PROCEDURES: dict[str, Callable[[Worksheet, frozenset[str]], None]] = {
    "bond": bond,
    "equal_payment": equal_payment,
    "equal_principal": equal_principal,
    "interest_first": interest_first,
    "project": project,
    "dated": dated,
    "company": company,
}


def run(calculator: Calculator, goals: Iterable[str], inputs: Mapping[str, Decimal]) -> Worksheet:
    """The worksheet with every goal worked out. ``inputs`` hold the defaults too.

    Raises ValuationError where an input is out of bounds or the result does not exist.
    """
    for one in calculator.inputs:
        if one.name in inputs:
            _check(one, inputs[one.name])
    sheet = Worksheet(inputs)
    try:
        if calculator.procedure:
            PROCEDURES[calculator.procedure](sheet, frozenset(goals))
        else:
            _lines(calculator, sheet)
    except ZeroDivisorError as error:
        raise ValuationError("除数为零，结果不存在") from error
    except FormulaError as error:
        raise ValuationError(error.message) from error
    sheet.steps = sheet.needed(goals)
    return sheet


def _lines(calculator: Calculator, sheet: Worksheet) -> None:
    """A name may have several lines: the first whose inputs are there counts."""
    for line in calculator.lines:
        if all(name in sheet for name in line.when):
            sheet.step(line.name, line.expression, line.unit)


def _check(one: Input, value: Decimal) -> None:
    if one.above is not None and value <= one.above:
        raise ValuationError(f"{one.name}必须大于 {_told(one, one.above)}")
    if one.least is not None and value < one.least:
        raise ValuationError(f"{one.name}不能小于 {_told(one, one.least)}")


def _told(one: Input, bound: Decimal) -> str:
    return f"{bound * 100:f}%" if one.kind == "rate" else f"{bound:f}"
