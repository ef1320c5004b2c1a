"""Rows of cells with spans → a Table whose cells know their place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from caiwen.records import Cell, Table

MAX_CELLS = 400_000


@dataclass(frozen=True, slots=True)
class Placed:
    """A cell in source order, before it has a row and a column."""

    text: str
    rowspan: int = 1
    colspan: int = 1


def table_of(rows: Sequence[Sequence[Placed]], *, page: int | None) -> Table | None:
    """Place cells the way a browser does; empty rows and columns at the edges go. None when no cell holds text."""
    cells: list[Cell] = []
    taken: set[tuple[int, int]] = set()
    for r, row in enumerate(rows):
        column = 0
        for placed in row:
            while (r, column) in taken:
                column += 1
            rowspan = min(placed.rowspan, len(rows) - r)
            cells.append(Cell(r, column, placed.text, rowspan, placed.colspan, page))
            if len(taken) < MAX_CELLS:
                taken.update(
                    (i, j) for i in range(r, r + rowspan) for j in range(column, column + placed.colspan)
                )
            column += placed.colspan
    return _compact(cells, page)


def _compact(cells: list[Cell], page: int | None) -> Table | None:
    """Leave out empty cells, and rows in which no cell with text begins; columns stay, so that parts can be joined."""
    filled = [c for c in cells if c.text]
    if not filled:
        return None
    rows = sorted({c.row for c in filled})
    row_at = {row: i for i, row in enumerate(rows)}
    moved = tuple(replace(c, row=row_at[c.row], rowspan=_reach(rows, c.row, c.rowspan)) for c in filled)
    return Table(0, moved, len(rows), max(c.column + c.colspan for c in cells), page=page)


def _reach(values: list[int], start: int, span: int) -> int:
    """How many of the kept rows a span still covers."""
    return max(1, bisect_left(values, start + span) - bisect_left(values, start))
