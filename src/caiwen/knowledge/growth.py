"""The printed growth (本期比上年同期增减 8.18%) as a check on the two figures that it compares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from caiwen.finance.amount import parse_number
from caiwen.knowledge.grids import Entry, Line, Part
from caiwen.records import Fact, Status

CHECK = "增减比例相符"


def confirmed(facts: Sequence[Fact], part: Part) -> list[Fact]:
    """The facts with those verified whose growth is printed beside them and comes out."""
    places = {place for line in part.lines for place in _places(line, part)}
    return [
        fact.marked(Status.VERIFIED, CHECK)
        if (fact.observation.row, fact.observation.column) in places
        else fact
        for fact in facts
    ]


def _places(line: Line, part: Part) -> Iterator[tuple[int | None, int | None]]:
    """Rows and columns of the pairs of figures whose growth is printed in this line."""
    printed = [e.raw for g, e in line.cells.items() if part.columns[g].role == "change"]
    rates = [
        (rate, half_unit(raw)) for raw in printed if (rate := parse_number(raw)) is not None and "." in raw
    ]
    values = {
        g: n for g, e in line.cells.items() if part.columns[g].role == "value" and (n := parse_number(e.raw))
    }
    for later, earlier in _pairs(part, values):
        base = abs(values[earlier])
        growth = (values[later] - values[earlier]) / base
        blur = (
            half_unit(line.cells[later].raw) + half_unit(line.cells[earlier].raw) * (1 + abs(growth))
        ) / base
        if any(abs(growth * 100 - rate) <= rounding + blur * 100 for rate, rounding in rates):
            yield from (_place(line.cells[g]) for g in (later, earlier))


def half_unit(raw: str) -> Decimal:
    """By how much rounding can have moved a printed number: half a unit of its last place."""
    digits = re.search(r"\.(\d+)", raw)
    return Decimal(5).scaleb(-1 - len(digits.group(1)) if digits else -1)


def _pairs(part: Part, values: dict[int, Decimal]) -> Iterator[tuple[int, int]]:
    columns = part.columns
    for later in values:
        for earlier in values:
            if (
                columns[later].span is columns[earlier].span
                and columns[later].period > columns[earlier].period
            ):
                yield later, earlier


def _place(entry: Entry) -> tuple[int | None, int | None]:
    return entry.row, entry.column
