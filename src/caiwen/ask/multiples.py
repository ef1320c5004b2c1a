"""Formulas over facts that need a figure from the question (按每股20元算，某公司2020年市盈率)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from caiwen.ask.formula_inputs import input_of
from caiwen.ask.given import Reader, Stated
from caiwen.ask.plan import Clarify, FormulaMeasure, ItemMeasure, Measure, Plan, Query
from caiwen.ask.reading import tidy
from caiwen.ask.words import load
from caiwen.finance.formulas import Formula, formulas, names_in

_BEHIND = re.compile(r"(?:左右)?(?:来|进行)?(?:计算|测算|估算|算|计)?(?:的话|时|下)?[,，、]?")


def take(question: str) -> tuple[str, dict[str, Decimal]]:
    """The question without the figures that its formulas need, and these figures (rates in percent)."""
    text = tidy(question)
    named = [m.formula for m in formulas().find_in(text) if m.formula.given]
    inputs = [input_of(name) for name in dict.fromkeys(g for f in named for g in f.given)]
    if not inputs:
        return question, {}
    stated = Reader(text, inputs).read()
    rates = {one.name for one in inputs if one.kind == "rate"}
    given = {name: value * 100 if name in rates else value for name, value in stated.inputs.items()}
    return (_without(text, stated), given) if given else (question, {})


def _without(text: str, stated: Stated) -> str:
    for start, end in sorted(stated.spans.values(), reverse=True):
        ahead = _ahead().search(text[:start])
        behind = _BEHIND.match(text, end)
        text = text[: ahead.start() if ahead else start] + text[behind.end() if behind else end :]
    return text


@cache
def _ahead() -> re.Pattern[str]:
    """If, at, with, the name of the figure, and what stands between."""
    rules = load("calculators.yaml")
    names = sorted((n for name, row in rules["given"].items() for n in (name, *row["aliases"])), key=len)
    named = "|".join(map(re.escape, reversed(names)))
    return re.compile(
        rf"(?:按照|按|以|用|若|如果|假设|假定|设|当|取|在)?(?:当前|目前|现在|最新|其|该股|公司|的)*(?:{named})?(?:{rules['before']})*$"
    )


def attach(plan: Plan, given: Mapping[str, Decimal]) -> Plan:
    """The plan with the figures at the formulas that need them, or a question back for those that lack one."""
    if not isinstance(plan, Query):
        return plan
    derive = tuple(_attached(measure, given) for measure in plan.derive)
    for measure in derive:
        formula = formulas().get(measure.formula) if isinstance(measure, FormulaMeasure) else None
        if formula and isinstance(measure, FormulaMeasure) and not expressions_for(formula, measure.given):
            names = "或".join(formula.given)
            text = (
                f"计算{formula.name}需要{names}，报告中没有，请在问题中给出，例如“按{formula.given[0]}……算”。"
            )
            return Clarify(text=text, choices=formula.given)
    return plan.model_copy(update={"derive": derive})


def _attached(measure: Measure, given: Mapping[str, Decimal]) -> Measure:
    if not isinstance(measure, FormulaMeasure | ItemMeasure):
        return measure
    formula = formulas().get(measure.formula if isinstance(measure, FormulaMeasure) else measure.item)
    own = {name: value for name, value in given.items() if formula and name in formula.given}
    if formula is None or not own:
        return measure
    return FormulaMeasure(formula=formula.name, dimensions=measure.dimensions, given=own)


def expressions_for(formula: Formula, given: Mapping[str, Decimal]) -> list[str]:
    """The formula's expressions whose figures from the question are all there."""
    every = (formula.expression, *formula.alternatives)
    return [e for e in every if set(names_in(e)) & set(formula.given) <= set(given)]
