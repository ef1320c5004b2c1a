"""Where the columns of a table without rulings stand, and whether a row keeps to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from caiwen.documents.pdf.lines import Piece
from caiwen.documents.pdf.rows import Row, is_note, is_numeral, is_value

ALIKE = 4.5
"""Numbers of one column begin, end or stand centred within this many points of each other; brackets stick out."""
MIN_FILLED = 0.45
"""Of the places of a table at least this share holds something; the labels in a chart are sparser."""
MIN_NAMED = 0.25
"""Of the rows at least this share has a word; the axis and bars of a chart have none."""
LONGEST_REST = 2
"""Digits of the rest of a broken reference to a note."""
OUTDENT = 2.5
"""Names begin at most this many characters left of where the names of the rows of figures do."""


Stretch = tuple[float, float]


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
    pieces = [p for row in seeds for p in row.pieces]
    values = _apart(seeds, unite((p.x0, p.x1) for p in pieces if is_value(p)))
    notes = [v for v in values if _is_of_notes(v, [p for row in rows for p in row.pieces])]
    values = [v for v in values if v not in notes]
    texts = list(notes)
    for piece in pieces:
        if is_value(piece):
            continue
        x0, x1 = piece.x0, piece.x1
        hit = [v for v in values if v[0] < x1 and x0 < v[1]]
        if hit and (x0 >= hit[0][0] - piece.size or abs(x1 - hit[0][1]) < 5):
            values[values.index(hit[0])] = (min(x0, hit[0][0]), hit[0][1])  # a word in a column of figures
            continue
        texts.append((x0, min([x1, *(v[0] - 1 for v in hit)])))
    first = min((x0 for x0, _ in values), default=0.0)
    heads = [row.pieces for row in rows if not row.seed and not is_value(row.pieces[0])]
    beside = [pieces for pieces in heads if pieces[0].x1 <= first]
    words = unite(texts + [(pieces[0].x0, pieces[0].x1) for pieces in beside])
    lone = [pieces[0] for pieces in beside if len(pieces) == 1]
    words = _with_centred(words, lone, texts)
    return sorted([Column(*v, True) for v in values] + [Column(*t, False) for t in words])


def _with_centred(words: list[Stretch], lone: Sequence[Piece], texts: Sequence[Stretch]) -> list[Stretch]:
    """The stretches of words, the first one with the headings that stand in the middle of its column (流动资产：).

    ``lone``: pieces alone in their rows; ``texts``: the words beside figures.
    """
    centred = []
    for stretch in words[1:]:
        held = [p for p in lone if stretch[0] <= p.x0 < stretch[1]]
        own = any(stretch[0] < x1 and x0 < stretch[1] for x0, x1 in texts)
        if held and not own and not any(is_note(p.text) for p in held):
            centred.append(stretch)
    kept = [stretch for stretch in words if stretch not in centred]
    return [(kept[0][0], max(x1 for _, x1 in (kept[0], *centred))), *kept[1:]] if kept else words


def _is_of_notes(stretch: Stretch, pieces: Sequence[Piece]) -> bool:
    """Whether references to notes stand here, and the few numbers are rests of broken ones (七、1 / 0)."""
    held = [p for p in pieces if stretch[0] < p.x1 and p.x0 < stretch[1]]
    notes = sum(1 for p in held if is_note(p.text))
    return notes > 0 and all(_is_rest(p) for p in held if is_numeral(p)) and 2 * notes >= len(held)


def _is_rest(piece: Piece) -> bool:
    return len(piece.text) <= LONGEST_REST


def rest_of_note(piece: Piece, columns: Sequence[Column]) -> bool:
    """A number of one or two digits below references to notes."""
    return _is_rest(piece) and any(
        not c.figures and c.x0 - piece.size < piece.x0 and piece.x1 < c.x1 + piece.size for c in columns[1:]
    )


def unite(ranges: Iterable[Stretch]) -> list[Stretch]:
    united: list[Stretch] = []
    for x0, x1 in sorted(ranges):
        if united and x0 < united[-1][1]:
            united[-1] = (united[-1][0], max(x1, united[-1][1]))
        else:
            united.append((x0, x1))
    return united


def _apart(seeds: Sequence[Row], ranges: list[Stretch]) -> list[Stretch]:
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
    return _is_centred(row, columns) or all(
        _in_figures(p, columns) or (is_numeral(p) and rest_of_note(p, columns))
        if is_value(p)
        else _in_words(p, columns) is not None
        for p in row.pieces
    )


def _is_centred(row: Row, columns: Sequence[Column]) -> bool:
    """A heading in the middle of the names' column (流动资产：)."""
    figures = next((c.x0 for c in columns if c.figures or c.empty), 0.0)
    piece = row.pieces[0]
    inside = columns[0].x0 < piece.x0 and piece.x1 < figures
    return len(row.pieces) == 1 and inside and piece.text.endswith(("：", ":"))


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
    figures = [p for p in row.figures if not rest_of_note(p, columns)]
    return not figures and not row.sentence and fits(row, columns)


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
        if not rest_of_note(p, columns)
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
    x0, x1 = piece.x0, piece.x1
    shared = [(b if b < x1 else x1) - (a if a > x0 else x0) for a, b, _, _ in columns]
    return shared.index(max(shared))
