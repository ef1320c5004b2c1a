"""Rows without a rule between them: a ruled cell that holds one amount below the other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from caiwen.documents.pdf.lines import Piece
from caiwen.records import Box

AMOUNT = re.compile(r"[-(（]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d{2})[)）]?[%％]?")
BLANK = re.compile(r"[-－–—/]{1,2}")


@dataclass(frozen=True, slots=True)
class Held:
    """A cell with its text lines, from the top; ``box`` upright."""

    row: int
    column: int
    rowspan: int
    colspan: int
    pieces: tuple[Piece, ...]
    box: Box


def unstack(cells: Sequence[Held], n_rows: int) -> tuple[list[Held], int]:
    """The cells with every stacked row taken apart, and the new number of rows."""
    found = list(cells)
    for row in range(n_rows - 1, -1, -1):
        lines = _baselines([c for c in found if c.row == row and c.rowspan == 1])
        if len(lines) > 1:
            found = [part for cell in found for part in _parts(cell, row, lines)]
            n_rows += len(lines) - 1
    return sorted(found, key=lambda c: (c.row, c.column)), n_rows


def _baselines(cells: Sequence[Held]) -> list[float]:
    """The middles of the lines when at least two cells hold as many whole amounts, line beside line; else none.

    A number that wraps in a narrow cell is not whole on each of its lines.
    """
    stacks = [
        c for c in cells if len(c.pieces) > 1 and all(_is_value(p) for p in c.pieces) and _amounts(c) > 1
    ]
    if len(stacks) < 2:
        return []
    first, *others = sorted(stacks, key=lambda c: -len(c.pieces))
    middles = [_middle(piece) for piece in first.pieces]
    size = first.pieces[0].size
    if any(b - a < 0.8 * size for a, b in pairwise(middles)):
        return []
    beside = all(min(abs(_middle(p) - m) for m in middles) < 0.5 * size for c in others for p in c.pieces)
    return middles if beside else []


def _amounts(cell: Held) -> int:
    return sum(1 for piece in cell.pieces if AMOUNT.fullmatch(piece.text.replace(" ", "")))


def _is_value(piece: Piece) -> bool:
    text = piece.text.replace(" ", "")
    return bool(AMOUNT.fullmatch(text) or BLANK.fullmatch(text))


def _middle(piece: Piece) -> float:
    return (piece.y0 + piece.y1) / 2


def _parts(cell: Held, row: int, lines: list[float]) -> list[Held]:
    extra = len(lines) - 1
    if cell.row > row:
        return [replace(cell, row=cell.row + extra)]
    if cell.row + cell.rowspan <= row:
        return [cell]
    if cell.row < row or cell.rowspan > 1:
        return [replace(cell, rowspan=cell.rowspan + extra)]
    x0, top, x1, bottom = cell.box
    edges = [top, *((a + b) / 2 for a, b in pairwise(lines)), bottom]
    held: list[list[Piece]] = [[] for _ in lines]
    for piece in cell.pieces:
        held[min(range(len(lines)), key=lambda i: abs(lines[i] - _middle(piece)))].append(piece)
    return [
        Held(row + i, cell.column, 1, cell.colspan, tuple(pieces), (x0, edges[i], x1, edges[i + 1]))
        for i, pieces in enumerate(held)
    ]
