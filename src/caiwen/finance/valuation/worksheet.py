"""A calculation with its steps kept: each an expression over inputs and earlier steps, or a value found by search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from caiwen.errors import CaiwenError
from caiwen.finance.formulas import evaluate, names_in


class ValuationError(CaiwenError):
    """The question's figures have no such result: no sign change, zero years, a rate at or below minus 100%."""


@dataclass(frozen=True, slots=True)
class Step:
    """``value`` is not rounded; a ``%`` value is a fraction (0.035). ``words``: what a search looked for; then
    ``expression`` is empty. ``beside``: shown though no result rests on it."""

    name: str
    expression: str
    value: Decimal
    unit: str
    words: str = ""
    beside: bool = False


class Worksheet:
    """Named values: the inputs, and what was worked out from them."""

    def __init__(self, inputs: Mapping[str, Decimal]) -> None:
        self.inputs = dict(inputs)
        self.values = dict(inputs)
        self.steps: list[Step] = []

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def __getitem__(self, name: str) -> Decimal:
        return self.values[name]

    def step(self, name: str, expression: str, unit: str = "", *, beside: bool = False) -> Decimal:
        """Work out ``expression`` under ``name``; a step already there stays."""
        if name not in self.values:
            self._keep(
                Step(name, expression, evaluate(expression, self.values, powers=True), unit, "", beside)
            )
        return self.values[name]

    def found(self, name: str, value: Decimal, unit: str, words: str, *, beside: bool = False) -> Decimal:
        """Keep a value that a search has found."""
        self._keep(Step(name, "", value, unit, words, beside))
        return value

    def _keep(self, step: Step) -> None:
        self.steps.append(step)
        self.values[step.name] = step.value

    def needed(self, goals: Iterable[str]) -> list[Step]:
        """The steps that the goals rest on, and those shown beside them, in order."""
        wanted = set(goals) | {step.name for step in self.steps if step.beside}
        kept: list[Step] = []
        for step in reversed(self.steps):
            if step.name in wanted:
                wanted |= set(names_in(step.expression or "0"))
                kept.insert(0, step)
        return kept

    def series(self, name: str) -> list[Decimal]:
        """第0期现金流, 第1期现金流...: the values of a numbered input, from 0 or 1 on."""
        first = 0 if f"第0期{name}" in self.values else 1
        found: list[Decimal] = []
        while f"第{first + len(found)}期{name}" in self.values:
            found.append(self.values[f"第{first + len(found)}期{name}"])
        return found
