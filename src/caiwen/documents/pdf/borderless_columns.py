"""Where the columns of a table without rulings stand, and whether a row keeps to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from caiwen.documents.pdf.lines import Piece
from caiwen.documents.pdf.rows import Row, is_numeral, is_value

ALIKE = 4.5
"""Numbers of one column begin, end or stand centred within this many points of each other; brackets stick out."""
MIN_FILLED = 0.45
"""Of the places of a table at least this share holds something; the labels in a chart are sparser."""
MIN_NAMED = 0.25
"""Of the rows at least this share has a word; the axis and bars of a chart have none."""
OUTDENT = 2.5
"""Names begin at most this many characters left of where the names of the rows of figures do."""


class Column(NamedTuple):
    """``figures``: numbers stand here; else words do. ``empty``: only a head stands above it, so either may."""

    x0: float
    x1: float
    figures: bool
    empty: bool = False


def find_columns(rows: Sequence[Row]) -> list[Column]:
    """Columns of the rows of figures: numbers by overlap, then what else stands between them.

    The other rows only show how wide the first column of words is.
    """
    seeds = [row for row in rows if row.seed]
    values = _apart(seeds, _unite((p.x0, p.x1) for row in seeds for p in row.pieces if is_value(p)))
    texts = []
    for piece in (p for row in seeds for p in row.pieces):
        if is_value(piece):
            continue
        x0, x1 = piece.x0, piece.x1
        hit = [v for v in values if v[0] < x1 and x0 < v[1]]
        if hit and (x0 >= hit[0][0] - piece.size or abs(x1 - hit[0][1]) < 5):
            values[values.index(hit[0])] = (min(x0, hit[0][0]), hit[0][1])  # a word in a column of figures
            continue
        texts.append((x0, min([x1, *(v[0] - 1 for v in hit)])))
    first = min((x0 for x0, _ in values), default=0.0)
    heads = [row.pieces[0] for row in rows if not row.seed and not is_value(row.pieces[0])]
    texts += [(p.x0, p.x1) for p in heads if p.x1 <= first]
    return sorted([Column(*v, True) for v in values] + [Column(*t, False) for t in _unite(texts)])


def _unite(ranges: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    united: list[tuple[float, float]] = []
    for x0, x1 in sorted(ranges):
        if united and x0 < united[-1][1]:
            united[-1] = (united[-1][0], max(x1, united[-1][1]))
        else:
            united.append((x0, x1))
    return united


def _apart(seeds: Sequence[Row], ranges: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The ranges, except that one that holds two values of a row (a long number bridged two columns) is taken apart."""
    parted = []
    for x0, x1 in ranges:
        held = [[p for p in row.pieces if is_value(p) and x0 <= p.x0 and p.x1 <= x1] for row in seeds]
        most = max(map(len, held), default=0)
        if most < 2:
            parted.append((x0, x1))
            continue
        places = [[p.x0 for p in one] + [p.x1 for p in one] for one in held if len(one) == most]
        middles = zip(*places, strict=True)
        typical = [sorted(values)[len(values) // 2] for values in middles]
        parted += list(zip(typical[:most], typical[most:], strict=True))
    return parted


def is_table(rows: Sequence[Row], columns: Sequence[Column]) -> bool:
    """Enough rows, at least two columns, and the numbers of a column ending (or beginning) at one place."""
    seeds = [row for row in rows if row.seed]
    if len(columns) < 2 or len(seeds) < 2:
        return False
    if sum(1 for row in rows if not all(map(is_value, row.pieces))) < MIN_NAMED * len(rows):
        return False
    if sum(len(row.pieces) for row in seeds) < MIN_FILLED * len(seeds) * len(columns):
        return False
    aligned = total = 0
    for column in columns:
        members = [
            p
            for row in seeds
            for p in row.pieces
            if is_numeral(p) and p.x0 >= column.x0 - 1 and p.x1 <= column.x1 + 1
        ]
        total += len(members)
        aligned += max((_alike(members, side) for side in (0, 1)), default=0)
    most = max(len(row.figures) for row in seeds)
    return aligned >= 0.7 * total and aligned >= (4 if most > 1 else 3)


def _alike(members: list[Piece], side: int) -> int:
    """How many of the pieces share their left (0) or right (1) end with another one."""
    ends = sorted(p.x1 if side else p.x0 for p in members)
    near = [b - a <= ALIKE for a, b in pairwise(ends)]
    return sum(1 for i in range(len(ends)) if (i > 0 and near[i - 1]) or (i < len(near) and near[i]))


def fits(row: Row, columns: Sequence[Column]) -> bool:
    """Whether every piece stands where pieces of its kind do: values below values, words left of them."""
    return all(
        _in_figures(p, columns) if is_value(p) else _in_words(p, columns) is not None for p in row.pieces
    )


def extends(row: Row, columns: Sequence[Column]) -> bool:
    """A row of figures that keeps to the columns but for figures right of them, where a column was empty so far."""
    rest = [p for p in row.pieces if not (is_value(p) and p.x0 > columns[-1].x1)]
    return (
        bool(row.figures)
        and len(rest) > 1
        and fits(Row(tuple(rest)), columns)
        and is_aligned(Row(tuple(rest)), columns)
    )


def only_names(row: Row, columns: Sequence[Column]) -> bool:
    """A row that keeps to the columns and has no figure: a heading among the rows, a name with blank cells."""
    return not row.figures and not row.sentence and fits(row, columns)


def is_aligned(row: Row, columns: Sequence[Column]) -> bool:
    """Whether every figure of the row begins, ends or is centred where those of its column do."""
    return all(
        any(
            min(abs(p.x0 - c.x0), abs(p.x1 - c.x1), abs(p.x0 + p.x1 - c.x0 - c.x1) / 2) <= ALIKE
            or (c.empty and c.x0 - p.size < p.x1 and p.x0 < c.x1 + p.size)
            for c in columns
            if c.figures or c.empty
        )
        for p in row.figures
    )


def _in_figures(piece: Piece, columns: Sequence[Column]) -> bool:
    margin = piece.size
    return any(
        (c.figures or c.empty) and c.x0 - margin < piece.x1 and piece.x0 < c.x1 + margin for c in columns
    )


def _in_words(piece: Piece, columns: Sequence[Column]) -> int | None:
    """The column of words that holds the piece: it begins there and ends before the next column."""
    for i, column in enumerate(columns):
        end = columns[i + 1].x0 if i + 1 < len(columns) else column.x1 + 3 * piece.size
        if column.empty and column.x0 - piece.size < piece.x1 and piece.x0 < column.x1 + piece.size:
            return i
        begins = column.x0 - OUTDENT * piece.size <= piece.x0 < column.x1
        if not column.figures and begins and piece.x1 <= end + 0.3 * piece.size:
            return i
    return None


def nearest(piece: Piece, columns: Sequence[Column]) -> int:
    """The column that overlaps the piece most; without overlap the nearest."""

    def overlap(column: Column) -> float:
        return min(piece.x1, column.x1) - max(piece.x0, column.x0)

    return max(range(len(columns)), key=lambda i: overlap(columns[i]))
