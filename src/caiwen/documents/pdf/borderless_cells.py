"""The cells of a table without rulings: which column every piece belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from caiwen.documents.pdf.borderless_columns import Column, nearest
from caiwen.documents.pdf.borderless_heads import Span, head_spans
from caiwen.documents.pdf.frame import Frame
from caiwen.documents.pdf.lines import Piece, join_wrapped
from caiwen.documents.pdf.raw import RawCell, RawTable
from caiwen.documents.pdf.rows import Row
from caiwen.documents.pdf.rulings import Ruling


def build_table(
    head: Sequence[Row],
    body: Sequence[Row],
    columns: Sequence[Column],
    edges: Sequence[float],
    across: Sequence[Ruling],
    frame: Frame,
) -> RawTable:
    """``head``: header lines; ``edges``: the columns' borders.

    ``across``: the page's horizontal rulings; a rule below a header piece shows the columns that it spans.
    """
    spans = head_spans(head, columns, across) + [_places(row, columns) for row in body]
    rows = [*head, *body]
    cells = []
    for number, (row, places) in enumerate(zip(rows, spans, strict=True)):
        held: dict[Span, list[Piece]] = {}
        for piece, span in zip(row.pieces, places, strict=True):
            held.setdefault(span, []).append(piece)
        for first, last in _tiled(held, len(columns)):
            box = frame.to_shown((edges[first], row.y0 - 1, edges[last + 1], row.y1 + 1))
            text = _text(held.get((first, last), []))
            cells.append(RawCell(number, first, 1, last - first + 1, text, box))
    box = frame.to_shown((edges[0], rows[0].y0 - 1, edges[-1], rows[-1].y1 + 1))
    return RawTable(box, tuple(round(x, 1) for x in edges), len(rows), tuple(cells), ruled=False)


def column_edges(columns: Sequence[Column], head: Sequence[Row], body: Sequence[Row]) -> list[float]:
    """Column borders: right behind a column (numbers end there on every page), clear of the next one."""
    left = min([columns[0].x0, *(row.pieces[0].x0 for row in (*head, *body))])
    right = max([columns[-1].x1, *(row.pieces[-1].x1 for row in body)])
    inner = [min(a.x1 + 2, (a.x1 + b.x0) / 2) for a, b in pairwise(columns)]
    return [left - 1, *inner, right + 1]


def _text(pieces: list[Piece]) -> str:
    """Pieces on one baseline with a space between, lines below each other joined as wrapped text."""
    lines: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: (p.y0 + p.y1) / 2):
        if lines and piece.y0 + piece.y1 - lines[-1][0].y0 - lines[-1][0].y1 < piece.size:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return join_wrapped([" ".join(p.text for p in sorted(line, key=lambda p: p.x0)) for line in lines])


def _places(row: Row, columns: Sequence[Column]) -> list[Span]:
    return [(place, place) for place in (nearest(piece, columns) for piece in row.pieces)]


def _tiled(held: dict[Span, list[Piece]], columns: int) -> list[Span]:
    """The spans in use, overlapping ones cut short, and single empty cells between them."""
    tiles: list[Span] = []
    at = 0
    for first, last in sorted(held):
        tiles += [(i, i) for i in range(at, first)]
        if first >= at:
            tiles.append((first, last))
        at = max(at, last + 1)
    return tiles + [(i, i) for i in range(at, columns)]
