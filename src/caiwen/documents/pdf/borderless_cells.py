"""The cells of a table without rulings: which column every piece belongs to, and what header cells span."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from caiwen.documents.pdf.borderless_columns import Column, in_order, nearest
from caiwen.documents.pdf.frame import Frame
from caiwen.documents.pdf.lines import Piece, join_wrapped
from caiwen.documents.pdf.raw import RawCell, RawTable
from caiwen.documents.pdf.rows import Row
from caiwen.documents.pdf.rulings import Ruling

SKIP_COST = 6.0
"""A column without header costs as much as a header this many points off the middle of its columns."""
MAX_SPANNING = 12
BESIDE = 4.0
"""The middles of two lines of one head stand at most this many points apart."""
Span = tuple[int, int]


def build_table(
    rows: Sequence[Row],
    head: int,
    columns: Sequence[Column],
    edges: Sequence[float],
    across: Sequence[Ruling],
    frame: Frame,
) -> RawTable:
    """``rows``: from the top, the first ``head`` of them header lines; ``edges``: the columns' borders.

    ``across``: the page's horizontal rulings; a rule below a header piece shows the columns that it spans.
    """
    lines = rows[:head]
    fullest = max(range(head), key=lambda i: len(lines[i].pieces), default=0)
    partial = [r for r in across if r[2] - r[1] < 0.9 * (edges[-1] - edges[0])]
    ruled = bool(lines) and any(lines[0].y1 <= y <= lines[-1].y1 + lines[-1].size for y, _, _ in partial)
    headed = _with_head(columns, lines[fullest]) if head else columns
    above = _spans_above(lines[:fullest], headed, across, ruled_head=ruled)
    cells = []
    for number, row in enumerate(rows):
        if number < fullest:
            spans = above[number]
        else:
            spans = _head_places(row, headed) if number < head else _places(row, columns)
        held: dict[Span, list[Piece]] = {}
        for piece, span in zip(row.pieces, spans, strict=True):
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


def _head_places(row: Row, columns: Sequence[Column]) -> list[Span]:
    """Heads stand over their columns; where one stands over none (narrow figures below it), their order tells."""
    beside = any(all(p.x1 <= c.x0 or c.x1 <= p.x0 for c in columns) for p in row.pieces)
    if not beside or len(row.pieces) > len(columns):
        return _places(row, columns)
    places = in_order([(c.x0, c.x1) for c in columns], [(p.x0, p.x1) for p in row.pieces])
    return [(place, place) for place in places]


def _with_head(columns: Sequence[Column], row: Row) -> list[Column]:
    """The columns as wide as their heads."""
    found = list(columns)
    for piece, (place, _) in zip(row.pieces, _head_places(row, columns), strict=True):
        column = found[place]
        found[place] = Column(min(column.x0, piece.x0), max(column.x1, piece.x1), column.figures)
    return found


def _spans_above(
    lines: Sequence[Row], columns: Sequence[Column], across: Sequence[Ruling], *, ruled_head: bool
) -> list[list[Span]]:
    """What the pieces of the header lines above the fullest one span; a line without a rule of its own as the next."""
    found: list[list[Span]] = []
    below: list[tuple[Piece, Span]] = []
    for row in reversed(lines):
        spans = _header_spans(row, columns, across, ruled_head=ruled_head)
        for i, piece in enumerate(row.pieces):
            for other, span in below:
                if spans[i][0] == spans[i][1] and abs(piece.x0 + piece.x1 - other.x0 - other.x1) < 2 * BESIDE:
                    spans[i] = span
        below = list(zip(row.pieces, spans, strict=True))
        found.append(spans)
    return found[::-1]


def _header_spans(
    row: Row, columns: Sequence[Column], across: Sequence[Ruling], *, ruled_head: bool
) -> list[Span]:
    """What the pieces of a header line above the fullest one span.

    ``ruled_head``: rules stand in the header, so they alone tell; else symmetry does.
    """
    ruled = [_ruled_span(piece, row.pieces, columns, across) for piece in row.pieces]
    if ruled_head or not 1 <= len(row.pieces) < len(columns) <= MAX_SPANNING:
        return [span or (nearest(p, columns),) * 2 for span, p in zip(ruled, row.pieces, strict=True)]
    over_names = row.pieces[0].x0 < columns[0].x1 - row.size
    first = 0 if over_names else 1
    return [(a + first, b + first) for a, b in _centred(row.pieces, columns[first:])]


def _ruled_span(
    piece: Piece, pieces: Sequence[Piece], columns: Sequence[Column], across: Sequence[Ruling]
) -> Span | None:
    """The columns over which the rule right below the piece runs, when it runs below this piece alone."""
    for y, x0, x1 in across:
        above = [p for p in pieces if x0 - 2 <= (p.x0 + p.x1) / 2 <= x1 + 2]
        if piece.y1 - 3 <= y <= piece.y1 + 0.9 * piece.size and above == [piece]:
            under = [i for i, c in enumerate(columns) if x0 - 2 <= (c.x0 + c.x1) / 2 <= x1 + 2]
            if 1 < len(under) < len(columns):
                return under[0], under[-1]
    return None


def _centred(pieces: Sequence[Piece], columns: Sequence[Column]) -> list[Span]:
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
                off = abs((columns[first].x0 + columns[last].x1) / 2 - middles[piece])
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
