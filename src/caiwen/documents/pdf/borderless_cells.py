"""The cells of a table without rulings: which column every piece belongs to, and what header cells span."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from caiwen.documents.pdf.borderless import Region, Row
from caiwen.documents.pdf.frame import Frame
from caiwen.documents.pdf.lines import Piece, join_wrapped
from caiwen.documents.pdf.raw import RawCell, RawTable
from caiwen.documents.pdf.rulings import Ruling

SKIP_COST = 6.0
"""A column without header costs as much as a header this many points off the middle of its columns."""
MAX_SPANNING = 12
Span = tuple[int, int]


def build_table(region: Region, across: Sequence[Ruling], frame: Frame) -> RawTable:
    """``across``: the page's horizontal rulings; a rule below a header piece shows the columns that it spans."""
    edges = _edges(region)
    head = region.rows[: region.head]
    fullest = max(range(len(head)), key=lambda i: len(head[i].pieces), default=0)
    partial = [r for r in across if r[2] - r[1] < 0.9 * (edges[-1] - edges[0])]
    ruled = bool(head) and any(head[0].y1 <= y <= head[-1].y1 + head[-1].size for y, _, _ in partial)
    cells = []
    for number, row in enumerate(region.rows):
        spanning = number < fullest
        spans = (
            _header_spans(row, region.columns, across, ruled_head=ruled)
            if spanning
            else _places(row, region.columns)
        )
        held: dict[Span, list[Piece]] = {}
        for piece, span in zip(row.pieces, spans, strict=True):
            held.setdefault(span, []).append(piece)
        for first, last in _tiled(held, len(region.columns)):
            box = frame.to_shown((edges[first], row.y0 - 1, edges[last + 1], row.y1 + 1))
            text = _text(held.get((first, last), []))
            cells.append(RawCell(number, first, 1, last - first + 1, text, box))
    box = frame.to_shown((edges[0], region.rows[0].y0 - 1, edges[-1], region.rows[-1].y1 + 1))
    return RawTable(box, tuple(round(x, 1) for x in edges), len(region.rows), tuple(cells), ruled=False)


def _text(pieces: list[Piece]) -> str:
    """Pieces on one baseline with a space between, lines below each other joined as wrapped text."""
    lines: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: (p.y0 + p.y1) / 2):
        if lines and piece.y0 + piece.y1 - lines[-1][0].y0 - lines[-1][0].y1 < piece.size:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return join_wrapped([" ".join(p.text for p in sorted(line, key=lambda p: p.x0)) for line in lines])


def _edges(region: Region) -> list[float]:
    """Column borders: right behind a column (numbers end there on every page), clear of the next one."""
    columns = region.columns
    left = min([columns[0][0], *(row.pieces[0].x0 for row in region.rows)])
    right = max([columns[-1][1], *(row.pieces[-1].x1 for row in region.rows[region.head :])])
    inner = [min(a[1] + 2, (a[1] + b[0]) / 2) for a, b in pairwise(columns)]
    return [left - 1, *inner, right + 1]


def _places(row: Row, columns: Sequence[tuple[float, float]]) -> list[Span]:
    return [(place, place) for place in (_nearest(piece, columns) for piece in row.pieces)]


def _nearest(piece: Piece, columns: Sequence[tuple[float, float]]) -> int:
    """The column that overlaps the piece most; without overlap the nearest."""

    def overlap(column: tuple[float, float]) -> float:
        return min(piece.x1, column[1]) - max(piece.x0, column[0])

    return max(range(len(columns)), key=lambda i: overlap(columns[i]))


def _header_spans(
    row: Row, columns: Sequence[tuple[float, float]], across: Sequence[Ruling], *, ruled_head: bool
) -> list[Span]:
    """What the pieces of a header line above the fullest one span.

    ``ruled_head``: rules stand in the header, so they alone tell; else symmetry does.
    """
    ruled = [_ruled_span(piece, row.pieces, columns, across) for piece in row.pieces]
    if ruled_head or not 1 <= len(row.pieces) < len(columns) <= MAX_SPANNING:
        return [span or (_nearest(p, columns),) * 2 for span, p in zip(ruled, row.pieces, strict=True)]
    over_names = row.pieces[0].x0 < columns[0][1] - row.size
    first = 0 if over_names else 1
    return [(a + first, b + first) for a, b in _centred(row.pieces, columns[first:])]


def _ruled_span(
    piece: Piece, pieces: Sequence[Piece], columns: Sequence[tuple[float, float]], across: Sequence[Ruling]
) -> Span | None:
    """The columns over which the rule right below the piece runs, when it runs below this piece alone."""
    for y, x0, x1 in across:
        above = [p for p in pieces if x0 - 2 <= (p.x0 + p.x1) / 2 <= x1 + 2]
        if piece.y1 - 3 <= y <= piece.y1 + 0.9 * piece.size and above == [piece]:
            under = [i for i, (a, b) in enumerate(columns) if x0 - 2 <= (a + b) / 2 <= x1 + 2]
            if 1 < len(under) < len(columns):
                return under[0], under[-1]
    return None


def _centred(pieces: Sequence[Piece], columns: Sequence[tuple[float, float]]) -> list[Span]:
    """Headers over blocks of columns so that each stands as near as can be to the middle of its block."""
    middles = [(p.x0 + p.x1) / 2 for p in pieces]

    @cache
    def best(piece: int, column: int) -> tuple[float, tuple[Span, ...]]:
        if piece == len(pieces):
            return SKIP_COST * (len(columns) - column), ()
        options: list[tuple[float, tuple[Span, ...]]] = []
        for first in range(column, len(columns)):
            for last in range(first, len(columns)):
                if len(columns) - last - 1 < len(pieces) - piece - 1:
                    break
                off = abs((columns[first][0] + columns[last][1]) / 2 - middles[piece])
                cost, rest = best(piece + 1, last + 1)
                options.append((off + SKIP_COST * (first - column) + cost, ((first, last), *rest)))
        return min(options)

    return list(best(0, 0)[1])


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
