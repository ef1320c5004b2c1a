"""The calculators as data: what each needs, how a question may call it, what it yields."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from caiwen.finance.data import load, names

Kind = Literal["money", "rate", "years", "times", "number", "points", "shares", "days", "flows", "periods"]


@dataclass(frozen=True, slots=True)
class Input:
    """One figure that the question must state. ``default`` with ``said``: the convention that an answer tells where the
    question is silent. ``alone``: may be meant by a figure of its kind without a name (贷款100万元30年).
    ``above``/``least``: bounds, exclusive and inclusive. A rate is a fraction;
    ``periodic``: a 月利率 may stand for it."""

    name: str
    kind: Kind
    aliases: tuple[str, ...] = ()
    default: Decimal | None = None
    said: str = ""
    alone: bool = False
    above: Decimal | None = None
    least: Decimal | None = None
    unit: str = ""
    periodic: bool = False


@dataclass(frozen=True, slots=True)
class Goal:
    """A result. ``needs``: inputs; ``甲|乙`` is one of them."""

    name: str
    aliases: tuple[str, ...]
    needs: tuple[str, ...]
    formula: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One step as data; ``when`` names inputs without which it is left out."""

    name: str
    expression: str
    unit: str
    when: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Calculator:
    """``aliases`` name the whole (等额本息): then ``usual`` goals are meant. ``lines`` or ``procedure`` work it out.
    ``by_name``: meant only where the question says one of the aliases; ``unnamed``: what an answer says where it does not."""

    name: str
    aliases: tuple[str, ...]
    inputs: tuple[Input, ...]
    goals: tuple[Goal, ...]
    usual: tuple[str, ...]
    source: str
    procedure: str = ""
    lines: tuple[Line, ...] = ()
    by_name: bool = False
    unnamed: str = ""

    def goal(self, name: str) -> Goal:
        return next(goal for goal in self.goals if goal.name == name)

    def input(self, name: str) -> Input:
        return next(one for one in self.inputs if one.name == name)


@cache
def calculators() -> dict[str, Calculator]:
    """Every calculator by name, in the order of the files."""
    rows = [row for name in names("valuation") for row in load(name)["calculators"]]
    made = [_calculator(row) for row in rows]
    return {one.name: one for one in made}


def goal_named(name: str) -> tuple[Calculator, Goal] | None:
    """The result of that name, else the first with that alias."""
    every = [(one, goal) for one in calculators().values() for goal in one.goals]
    exact = [pair for pair in every if pair[1].name == name]
    return next(iter([*exact, *(pair for pair in every if name in pair[1].aliases)]), None)


def _calculator(row: dict[str, Any]) -> Calculator:
    goals = tuple(
        Goal(
            name=g["name"],
            aliases=tuple(map(str, g.get("aliases", ()))),
            needs=(*row.get("needs", ()), *g.get("needs", ())),
            formula=g.get("formula", ""),
        )
        for g in row["goals"]
    )
    return Calculator(
        name=row["name"],
        aliases=tuple(row.get("aliases", ())),
        inputs=tuple(_input(one) for one in row["inputs"]),
        goals=goals,
        usual=tuple(row.get("usual", [goals[0].name])),
        source=row["source"],
        procedure=row.get("procedure", ""),
        lines=tuple(_line(one) for one in row.get("lines", ())),
        by_name=row.get("by_name", False),
        unnamed=row.get("unnamed", ""),
    )


def _input(row: dict[str, Any]) -> Input:
    def bound(key: str) -> Decimal | None:
        return Decimal(str(row[key])) if key in row else None

    return Input(
        name=row["name"],
        kind=row["kind"],
        aliases=tuple(map(str, row.get("aliases", ()))),
        default=bound("default"),
        said=row.get("said", ""),
        alone=row.get("alone", False),
        above=bound("above"),
        least=bound("least"),
        unit=row.get("unit", ""),
        periodic=row.get("periodic", False),
    )


def _line(row: dict[str, Any]) -> Line:
    return Line(row["name"], row["expression"], row.get("unit", ""), tuple(row.get("when", ())))
