"""A formula of the table as a calculator over figures of the question: its items are the inputs, under all their names."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any

from caiwen.ask.words import load
from caiwen.finance.formulas import Formula, balance_of, names_in
from caiwen.finance.items import taxonomy
from caiwen.finance.valuation.table import Calculator, Goal, Input, Kind, Line

_KINDS: dict[str, Kind] = {
    "money": "money", "percent": "rate", "per_share": "money", "shares": "shares", "people": "number", "count": "number",
    "ratio": "number",
}  # fmt: skip
_ENDS = {"期初": ("期初", "年初", "上年末"), "期末": ("期末", "年末")}


@lru_cache(maxsize=512)
def calculators_of(formula: Formula) -> tuple[Calculator, ...]:
    """One for each of the formula's expressions."""
    return tuple(_calculator(formula, e) for e in (formula.expression, *formula.alternatives))


def _calculator(formula: Formula, expression: str) -> Calculator:
    inputs: list[Input] = []
    lines: list[Line] = []
    needs: list[str] = []
    for name in names_in(expression):
        prefix, item = balance_of(name)
        optional = name in formula.optional
        if prefix == "平均":
            start, end = f"期初{item}", f"期末{item}"
            inputs += [input_of(name), input_of(start), input_of(end)]
            lines.append(Line(name, f"('{start}'+'{end}')/2", "元", (start, end)))
            needs += [] if optional else [f"{name}|{start}", f"{name}|{end}"]
        else:
            inputs.append(input_of(name, optional=optional))
            needs += [] if optional else [name]
    unit = {"percent": "%", "amount": "元"}.get(formula.display, formula.unit)
    goal = Goal(formula.name, formula.aliases, tuple(needs))
    lines.append(Line(formula.name, _in_fractions(expression), unit))
    return Calculator(
        formula.name, (), tuple(inputs), (goal,), (goal.name,), formula.source, "", tuple(lines)
    )


def _in_fractions(expression: str) -> str:
    """Formulas count percent items in percent; calculators count rates as fractions."""
    for name in names_in(expression):
        if input_of(name).kind == "rate":
            expression = expression.replace(name, f"({name}*100)")
    return expression


def input_of(name: str, *, optional: bool = False) -> Input:
    """An item, or a figure that only a question states, as an input. What is optional counts as zero, and that is said."""
    given: dict[str, Any] = load("calculators.yaml")["given"]
    if name in given:
        row = given[name]
        return Input(
            name, row["kind"], tuple(row["aliases"]), unit=row["unit"], alone=row.get("alone", False)
        )
    prefix, plain = balance_of(name)
    prefix, plain = ("期末", name.removeprefix("期末")) if name.startswith("期末") else (prefix, plain)
    item = taxonomy().get(plain) or taxonomy().get(name)
    aliases = (
        (plain, *item.aliases, *item.bare, *load("calculators.yaml")["spoken"].get(plain, ())) if item else ()
    )
    spoken = tuple(p + a for p in _ENDS.get(prefix, (prefix,)) for a in aliases)
    unit = {"per_share": "元/股", "people": "人"}.get(item.unit, "") if item else ""
    return Input(
        name=name,
        kind=_KINDS.get(item.unit, "money") if item else "money",
        aliases=tuple(a for a in spoken if a != name),
        default=Decimal(0) if optional else None,
        said=f"题中没有{name}，按0计" if optional else "",
        unit=unit,
    )
