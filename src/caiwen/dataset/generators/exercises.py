"""Numeric reasoning with numbers of its own: the table ``exercises.yaml``, filled, worked out and written down step by step.

Every step is rounded as it is shown and goes on rounded, so that a reader (and the check) gets the same digits.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from caiwen.dataset.data import load
from caiwen.dataset.generators.formulas import pretty
from caiwen.dataset.records import Draft, Evidence, Source
from caiwen.finance.formulas import FormulaError, evaluate, names_in

_TRIES = 40
_HELD_EVERY = 5


@dataclass(slots=True)
class Sheet:
    """The values by name, how each is shown, and the text so far."""

    values: dict[str, Decimal] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def put(self, name: str, value: Decimal, unit: str, places: int) -> None:
        """``value`` as a fraction where the unit is %."""
        number = (value * 100 if unit == "%" else value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        self.values[name] = number / 100 if unit == "%" else number
        self.shown[name] = f"{number:,f}{'%' if unit == '%' else ''}"


def exercises(count: int, seed: int, held: bool = False) -> Iterator[Draft]:
    """About ``count``, evenly over the table; the same ones for the same seed.

    The last wording of each kind never enters training: with ``held`` some exercises are asked in it once more.
    """
    table: list[dict[str, Any]] = load("exercises.yaml")["exercises"]
    each = max(1, -(-count // len(table)))
    left = count
    for number, row in enumerate(table):
        chance = random.Random(f"{seed}|{row['name']}")
        seen: set[str] = set()
        for _ in range(each * _TRIES):
            if len(seen) == each or left == 0:
                break
            sheet = worked(row, chance)
            if sheet is None or (key := _key(row, sheet)) in seen:
                continue
            seen.add(key)
            left -= 1
            yield _written(row, number, sheet, chance.randrange(len(row["questions"]) - 1))
            if held and len(seen) % _HELD_EVERY == 0:
                yield _written(row, number, sheet, len(row["questions"]) - 1, held=True)


def worked(row: Mapping[str, Any], chance: random.Random) -> Sheet | None:
    """With numbers drawn anew; None where they make no sense together."""
    sheet = Sheet()
    for name, (low, high, step) in row["parameters"].items():
        _parameter(sheet, name, row["units"].get(name, ""), _drawn(chance, low, high, step))
    try:
        if any(evaluate(rule, sheet.values, powers=True) <= 0 for rule in row.get("keep", ())):
            return None
        if "solve" in row:
            _solve(sheet, row["solve"])
        for step in row["steps"]:
            _step(sheet, step)
    except FormulaError:
        return None
    return sheet


def _drawn(chance: random.Random, low: float, high: float, step: float) -> Decimal:
    a, b, s = (Decimal(str(v)) for v in (low, high, step))
    return a + s * chance.randint(0, int((b - a) / s))


def _parameter(sheet: Sheet, name: str, unit: str, number: Decimal) -> None:
    sheet.values[name] = number / 100 if unit == "%" else number
    sheet.shown[name] = f"{number:,f}{'%' if unit == '%' else ''}"


def _step(sheet: Sheet, step: Mapping[str, Any]) -> None:
    """One line, or one for every period and their sum."""
    if "each" not in step:
        _line(sheet, step["name"], step["expression"], step["unit"], step["places"])
        return
    names = []
    for period in range(1, int(sheet.values[step["each"]]) + 1):
        sheet.put("t", Decimal(period), "", 0)
        names.append(step["name"].replace("{t}", str(period)))
        _line(sheet, names[-1], step["expression"], step["unit"], step["places"])
    _line(sheet, step["total"], "+".join(names), step["unit"], step["places"], symbols=False)


def _line(sheet: Sheet, name: str, expression: str, unit: str, places: int, symbols: bool = True) -> None:
    value = evaluate(expression, sheet.values, powers=True)
    sheet.put(name, value, unit, places)
    numbers = _with_values(expression, sheet.shown)
    result = sheet.shown[name] + ("" if unit in ("%", "") else unit)
    words = _symbols(expression)
    middle = f"{words} = {numbers}" if symbols and words else numbers
    sheet.lines.append(f"{name} = {middle} = {result}")


def _symbols(expression: str) -> str:
    """The expression in words; nothing for the lines of single periods, whose number stands for itself."""
    return "" if "t" in names_in(expression) else pretty(expression)


def _with_values(expression: str, shown: Mapping[str, str]) -> str:
    names = sorted(names_in(expression), key=len, reverse=True)
    pattern = re.compile("|".join(rf"(?<![A-Za-z\d]){re.escape(n)}(?![A-Za-z\d])" for n in names))
    filled = pattern.sub(
        lambda m: f"({shown[m[0]]})" if shown[m[0]].startswith("-") else shown[m[0]], expression
    )
    return pretty(filled)


def _solve(sheet: Sheet, rule: Mapping[str, Any]) -> None:
    """Bisection to the places that are shown."""
    low, high = Decimal(str(rule["low"])), Decimal(str(rule["high"]))

    def at(rate: Decimal) -> Decimal:
        return evaluate(rule["expression"], {**sheet.values, rule["name"]: rate}, powers=True)

    rising = at(high) > 0
    if (at(low) > 0) == rising:
        raise FormulaError("区间内没有解", where=rule["name"])
    while high - low > Decimal("1e-9"):
        middle = (low + high) / 2
        if (at(middle) > 0) == rising:
            high = middle
        else:
            low = middle
    sheet.put(rule["name"], low, "%", rule["places"] - 2)


def _key(row: Mapping[str, Any], sheet: Sheet) -> str:
    given = ",".join(f"{name}={sheet.shown[name]}" for name in row["parameters"])
    return f"exercise|{row['name']}|{given}"


def _written(row: Mapping[str, Any], number: int, sheet: Sheet, wording: int, held: bool = False) -> Draft:
    lead = _filled(row.get("lead", ""), sheet.shown)
    asked = row.get("asked") or [row["steps"][-1]["name"]]
    end = "，".join(f"{name}为{sheet.shown[name]}{_unit(row, name)}" for name in asked)
    return Draft(
        question=_filled(row["questions"][wording], sheet.shown),
        answer=f"{lead}{'；'.join(sheet.lines)}。因此，{end}。",
        generator="exercises",
        template=f"exercise.{number}.{'held' if held else wording}",
        evidence=Evidence(texts=(lead,) if lead else ()),
        sources=(Source(document="exercises.yaml", passage=row["name"]),),
        keys=(_key(row, sheet),),
        slots=tuple(sheet.shown[name] for name in row["parameters"]),
        held_out=held,
        stage=row.get("stage", "general"),
        difficulty=2 if len(sheet.lines) < 3 else 3,
        points=(row["point"],),
    )


def _unit(row: Mapping[str, Any], name: str) -> str:
    """As it stands behind the number shown, which holds its own %."""
    unit: str = next((step["unit"] for step in row["steps"] if step["name"] == name), "")
    return "" if unit == "%" else unit


def _filled(template: str, shown: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda m: shown[m[1]], template)
