"""The header lines of a table without rulings: where its heads stand, and which columns each of them spans."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from caiwen.documents.pdf.borderless_columns import ALIKE, Column, Stretch, nearest, unite
from caiwen.documents.pdf.lines import Piece
from caiwen.documents.pdf.rows import Row, rule
from caiwen.documents.pdf.rulings import Ruling

SKIP_COST = 6.0
"""A column without header costs as much as a header this many points off the middle of its columns."""
MAX_SPANNING = 12
BESIDE = 4.0
"""The middles of two lines of one head stand at most this many points apart."""
OVERLAP = 0.25
Span = tuple[int, int]


def merge_lines(head: Sequence[Row]) -> list[Row]:
    """The header lines; what stands between two of them (项目 beside heads of two lines) and what is the rest of broken
    heads goes to the upper one."""
    merged: list[Row] = []
    for row in head:
        before = merged[-1] if merged else None
        beside = before is not None and before.y1 - row.y0 > OVERLAP * row.size
        if before is not None and ((beside and not _any_shared(before, row)) or _completes(before, row)):
            merged[-1] = Row(tuple(sorted((*before.pieces, *row.pieces), key=lambda p: p.x0)))
        else:
            merged.append(row)
    return merged


def _completes(above: Row, row: Row) -> bool:
    """Whether every text is the rest of the head right above it (2018年12月3 / 1日), but for a head that stands lower
    (项目)."""
    rests = [
        (piece, [p for p in above.pieces if p.x0 < piece.x1 and piece.x0 < p.x1]) for piece in row.pieces
    ]
    rests = [(piece, over) for piece, over in rests if over or not _is_corner(piece)]
    for piece, over in rests:
        if len(over) != 1 or not rule("head").fullmatch((over[0].text + piece.text).replace(" ", "")):
            return False
    return bool(rests)


def _is_corner(piece: Piece) -> bool:
    return rule("corner").fullmatch(piece.text.replace(" ", "")) is not None


def _any_shared(one: Row, other: Row) -> bool:
    return any(a.x0 < b.x1 and b.x0 < a.x1 for a in one.pieces for b in other.pieces)


def head_places(head: Sequence[Row], columns: Sequence[Column]) -> list[Stretch]:
    """Where heads of single columns stand, over all the header lines."""
    if not head:
        return []
    fullest = max(head, key=lambda row: len(row.pieces))
    places = unite((p.x0, p.x1) for p in fullest.pieces)
    for row in head:
        for piece in row.pieces if row is not fullest else ():
            hit = [i for i, (x0, x1) in enumerate(places) if x0 < piece.x1 and piece.x0 < x1]
            if len(hit) == 1:
                x0, x1 = places[hit[0]]
                places[hit[0]] = (min(x0, piece.x0), max(x1, piece.x1))
            elif not hit and _stands_alone(piece, places, columns):
                places = sorted([*places, (piece.x0, piece.x1)])
    return places


def _stands_alone(piece: Piece, places: Sequence[Stretch], columns: Sequence[Column]) -> bool:
    """A head beside the fullest line, or over a column that this line leaves out; else it spans several."""
    if piece.x1 <= places[0][0] or piece.x0 >= places[-1][1]:
        return True
    column = columns[nearest(piece, columns)]
    inside = column.x0 < piece.x1 and piece.x0 < column.x1
    return inside and all(x1 <= column.x0 or column.x1 <= x0 for x0, x1 in places)


def with_heads(columns: Sequence[Column], head: Sequence[Row]) -> list[Column]:
    """The columns and those that only have a head: on these pages nothing stands below it."""
    if not head or len(columns) < 2:
        return list(columns)
    places = head_places(head, columns)
    pieces = [p for row in head for p in row.pieces]
    corners = [(p.x0, p.x1) for p in pieces if _is_corner(p)]
    beyond = places[0][1] > columns[1].x0 and places[0] not in corners
    headed = columns[1:] if beyond else columns
    if len(places) <= len(headed):
        return list(columns)
    taken = in_order(places, [(c.x0, c.x1) for c in headed])
    figures = [(places[i], c) for i, c in zip(taken, headed, strict=True) if c.figures]
    end = _usual_end([(place, c) for place, c in figures if place not in corners])
    found = list(columns)
    for number, (x0, x1) in enumerate(places):
        if number not in taken and all(x1 <= c.x0 or c.x1 <= x0 for c in found):
            numbers = (x0, x1) not in corners
            reach = max(x1, (x0 + x1) / 2 + end) if numbers else x1
            found.append(Column(x0, reach, numbers, empty=True))
    return sorted(found)


def _usual_end(headed: Sequence[tuple[Stretch, Column]]) -> float:
    """How far right of the middle of their head figures end, where every column agrees; else 0."""
    ends = [column.x1 - (x0 + x1) / 2 for (x0, x1), column in headed]
    return max(ends) if ends and max(ends) - min(ends) <= ALIKE else 0.0


def in_order(places: Sequence[Stretch], things: Sequence[Stretch]) -> tuple[int, ...]:
    """For each of the ``things`` its place, both from left to right and no place twice, as near as can be.

    There are at least as many places as things.
    """

    @cache
    def best(thing: int, place: int) -> tuple[float, tuple[int, ...]]:
        if thing == len(things):
            return 0.0, ()
        options = []
        for i in range(place, len(places) - (len(things) - thing) + 1):
            cost, rest = best(thing + 1, i + 1)
            options.append((cost + _far(places[i], things[thing]), (i, *rest)))
        return min(options)

    return best(0, 0)[1]


def _far(one: Stretch, other: Stretch) -> float:
    """How far two stretches lie apart; a little by their middles where they overlap."""
    apart = max(one[0] - other[1], other[0] - one[1], 0.0)
    return apart + 0.05 * abs(one[0] + one[1] - other[0] - other[1])


def head_spans(head: Sequence[Row], columns: Sequence[Column], across: Sequence[Ruling]) -> list[list[Span]]:
    """For every header line what its pieces span: the column of their head, or several columns."""
    if not head:
        return []
    places = head_places(head, columns)
    over = _columns_of(places, columns)
    headed = list(columns)
    for (x0, x1), i in zip(places, over, strict=True):
        headed[i] = headed[i]._replace(x0=min(headed[i].x0, x0), x1=max(headed[i].x1, x1))
    width = columns[-1].x1 - columns[0].x0
    partial = [r for r in across if r[2] - r[1] < 0.9 * width]
    ruled = any(head[0].y1 <= y <= head[-1].y1 + head[-1].size for y, _, _ in partial)
    spans: list[list[Span]] = []
    for row in reversed(head):
        below = list(zip(head[-len(spans)].pieces, spans[-1], strict=True)) if spans else []
        spans.append(_line_spans(row, places, over, headed, across, below, ruled_head=ruled))
    return spans[::-1]


def _columns_of(places: Sequence[Stretch], columns: Sequence[Column]) -> list[int]:
    """The column below every head; where one stands beside its narrow figures, their order tells."""
    stretches = [(c.x0, c.x1) for c in columns]
    shared = [[min(x1, b) - max(x0, a) for a, b in stretches] for x0, x1 in places]
    best = [max(range(len(columns)), key=one.__getitem__) for one in shared]
    clear = all(one[i] > 0 for one, i in zip(shared, best, strict=True)) and len(set(best)) == len(best)
    if clear or len(places) > len(columns):
        return best
    return list(in_order(stretches, places))


def _line_spans(
    row: Row,
    places: Sequence[Stretch],
    over: Sequence[int],
    columns: Sequence[Column],
    across: Sequence[Ruling],
    below: Sequence[tuple[Piece, Span]],
    *,
    ruled_head: bool,
) -> list[Span]:
    """Rules below a piece, the middle of the piece below it, the head that it belongs to, symmetry: in this order."""
    if below and (whole := _over_all(row, columns)) is not None:
        return [whole]
    own: list[Span | None] = []
    for piece in row.pieces:
        hit = [i for i, (x0, x1) in zip(over, places, strict=True) if x0 <= piece.x0 and piece.x1 <= x1]
        ruled = _ruled_span(piece, row.pieces, columns, across)
        own.append(ruled or _beneath(piece, below) or ((hit[0], hit[0]) if len(hit) == 1 else None))
    if all(span is not None for span in own):
        return [span for span in own if span is not None]
    if ruled_head or not 1 <= len(row.pieces) < len(columns) <= MAX_SPANNING:
        return [span or (nearest(p, columns),) * 2 for span, p in zip(own, row.pieces, strict=True)]
    first = 0 if row.pieces[0].x0 < columns[0].x1 - row.size else 1
    return [(a + first, b + first) for a, b in _centred(row.pieces, columns[first:])]


def _over_all(row: Row, columns: Sequence[Column]) -> Span | None:
    """All the columns of figures, where a lone text stands in their middle above other heads."""
    values = [i for i, c in enumerate(columns) if c.figures or c.empty]
    if len(row.pieces) > 1 or len(values) < 2:
        return None
    piece, first, last = row.pieces[0], values[0], values[-1]
    off = abs(piece.x0 + piece.x1 - columns[first].x0 - columns[last].x1) / 2
    return (first, last) if off < BESIDE else None


def _beneath(piece: Piece, below: Sequence[tuple[Piece, Span]]) -> Span | None:
    """What the piece of the next header line spans that has the same middle."""
    middle = piece.x0 + piece.x1
    return next((span for other, span in below if abs(middle - other.x0 - other.x1) < 2 * BESIDE), None)


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
