"""Tables without ruling lines (three-line tables, statements set by alignment alone).

Rows of figures are the seeds: their numbers, clustered by where they stand across the page, give the columns; names
join them by baseline. Header lines above and bare names between belong to the table too. Not covered: tables of
text without any figures. Rules in ``borderless.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise

from caiwen.documents.pdf.lines import Piece
from caiwen.documents.pdf.splits import opens_row
from caiwen.documents.rules import load_rules

MAX_GAP = 4.5
"""Rows of one table stand at most this many character heights apart."""
HEADER_GAP = 2.5
MAX_HEADER = 6
MAX_BETWEEN = 4
LONG_TEXT = 26
MIN_FILLED = 0.45
"""Of the places of a table at least this share holds something; the labels in a chart are sparser."""


@cache
def _rule(name: str) -> re.Pattern[str]:
    return re.compile(load_rules("pdf/borderless.yaml")[name])


@dataclass(frozen=True)
class Row:
    """One line of free text in its pieces, left to right."""

    pieces: tuple[Piece, ...]

    @cached_property
    def y0(self) -> float:
        return min(p.y0 for p in self.pieces)

    @cached_property
    def y1(self) -> float:
        return max(p.y1 for p in self.pieces)

    @cached_property
    def size(self) -> float:
        return max(p.size for p in self.pieces)

    @cached_property
    def text(self) -> str:
        return "".join(p.text for p in self.pieces).replace(" ", "")

    @cached_property
    def seed(self) -> bool:
        """A row of figures: some number apart from what is before it, and nothing long beside the numbers."""
        if self.stops:
            return False
        rest = self.pieces[1:] if len(self.pieces) > 1 and not is_numeral(self.pieces[0]) else self.pieces
        numerals = [p for p in rest if is_numeral(p)]
        if not numerals or len(self.pieces) < 2:
            return False
        short = all(len(p.text) <= 16 or is_numeral(p) for p in rest)
        return short and (len(numerals) > 1 or numerals[0].gap > 1.3 or len(rest) > 2)

    @cached_property
    def stops(self) -> bool:
        return bool(_rule("stop").search(self.text))

    @cached_property
    def prose(self) -> bool:
        return bool(_rule("prose").search(self.text)) or (
            len(self.pieces) == 1 and len(self.text) > LONG_TEXT
        )

    @cached_property
    def header(self) -> bool:
        """At least two pieces, none a number, one a period or another heading of a column."""
        if len(self.pieces) < 2 or any(is_numeral(p) for p in self.pieces):
            return False
        return any(_rule("header").search(p.text) for p in self.pieces)


def is_numeral(piece: Piece) -> bool:
    return bool(_rule("numeral").fullmatch(piece.text.replace(" ", "")))


def is_value(piece: Piece) -> bool:
    return is_numeral(piece) or bool(_rule("blank").fullmatch(piece.text.replace(" ", "")))


@dataclass(frozen=True)
class Region:
    """Rows of one table, made of the page's rows ``start`` to ``stop`` (not included).

    ``head``: how many of them are header lines. ``columns``: x ranges, left to right.
    """

    rows: list[Row]
    head: int
    columns: list[tuple[float, float]]
    start: int
    stop: int


def find_regions(rows: Sequence[Row], height: float) -> list[Region]:
    """``rows``: lines of free text without a ruled table between them, from the top; ``height`` of the page."""
    regions: list[Region] = []
    start = 0
    while start < len(rows):
        if not rows[start].seed:
            start += 1
            continue
        end = _last_seed(rows, start)
        seeds = [row for row in rows[start : end + 1] if row.seed]
        columns = find_columns(seeds)
        if _is_table(seeds, columns):
            floor = regions[-1].stop if regions else 0
            top, head = _header_start(rows, start, floor, columns, height)
            bottom = _tail_end(rows, end, columns, height)
            members = _merge_wrapped(list(rows[top : bottom + 1]), head, columns)
            regions.append(Region(members, head, columns, top, bottom + 1))
            end = bottom
        start = end + 1
    return regions


def _last_seed(rows: Sequence[Row], start: int) -> int:
    """The last row of figures that belongs together with the one at ``start``."""
    last = start
    for i in range(start + 1, len(rows)):
        row, before = rows[i], rows[i - 1]
        far = row.y0 - before.y1 > MAX_GAP * row.size
        if far or row.stops or row.header or (row.prose and not row.seed) or i - last > MAX_BETWEEN:
            break
        if row.seed:
            last = i
    return last


def _is_table(seeds: Sequence[Row], columns: list[tuple[float, float]]) -> bool:
    """Enough rows, at least two columns, and the numbers of a column ending (or beginning) at one place."""
    if len(columns) < 2 or len(seeds) < 2:
        return False
    if sum(len(row.pieces) for row in seeds) < MIN_FILLED * len(seeds) * len(columns):
        return False
    aligned = total = 0
    for x0, x1 in columns:
        members = [
            p for row in seeds for p in row.pieces if is_numeral(p) and p.x0 >= x0 - 1 and p.x1 <= x1 + 1
        ]
        total += len(members)
        aligned += max((_alike(members, side) for side in (0, 1)), default=0)
    most = max(len([p for p in row.pieces if is_numeral(p)]) for row in seeds)
    return aligned >= 0.7 * total and aligned >= (4 if most > 1 else 3)


def _alike(members: list[Piece], side: int) -> int:
    """How many of the pieces share their left (0) or right (1) end with another one."""
    ends = sorted(p.x1 if side else p.x0 for p in members)
    near = [b - a <= 4.5 for a, b in pairwise(ends)]
    return sum(1 for i in range(len(ends)) if (i > 0 and near[i - 1]) or (i < len(near) and near[i]))


def find_columns(seeds: Sequence[Row]) -> list[tuple[float, float]]:
    """X ranges of the columns: numbers by overlap, then what else stands between them."""
    pieces = [p for row in seeds for p in row.pieces]
    values = _unite([(p.x0, p.x1) for p in pieces if is_value(p)])
    texts = []
    for piece in pieces:
        if is_value(piece):
            continue
        x0, x1 = piece.x0, piece.x1
        hit = [v for v in values if v[0] < x1 and x0 < v[1]]
        if hit and (x0 >= hit[0][0] - piece.size or abs(x1 - hit[0][1]) < 5):
            values[values.index(hit[0])] = (min(x0, hit[0][0]), hit[0][1])  # a word in a column of figures
            continue
        texts.append((x0, min([x1, *(v[0] - 1 for v in hit)])))
    return sorted(values + _unite(texts))


def _unite(ranges: list[tuple[float, float]]) -> list[tuple[float, float]]:
    united: list[tuple[float, float]] = []
    for x0, x1 in sorted(ranges):
        if united and x0 < united[-1][1]:
            united[-1] = (united[-1][0], max(x1, united[-1][1]))
        else:
            united.append((x0, x1))
    return united


def _header_start(
    rows: Sequence[Row], start: int, floor: int, columns: list[tuple[float, float]], height: float
) -> tuple[int, int]:
    """Where the table begins above its first row of figures, and how many of those rows are header lines."""
    top = names = start
    for i in range(start - 1, max(floor, start - MAX_HEADER) - 1, -1):
        row, below = rows[i], rows[i + 1]
        if row.stops or row.prose or below.y0 - row.y1 > HEADER_GAP * row.size:
            break
        if len(row.pieces) == 1 and top == names and _is_name(row, columns):
            top = names = i
        elif len(row.pieces) > 1 or row.pieces[0].x0 >= columns[0][1] - row.size:
            top = i
        else:
            break
    if top == names and (names == 0 or rows[names - 1].y1 < 0.12 * height or not rows[names:start]):
        return names, 0
    return (top, names - top) if top < names else (start, 0)


def _is_name(row: Row, columns: list[tuple[float, float]]) -> bool:
    """A bare name in the first column."""
    (piece,) = row.pieces
    near = abs(piece.x0 - columns[0][0]) < 4 * piece.size
    return near and piece.x1 < columns[1][0] and not is_numeral(piece)


def _tail_end(rows: Sequence[Row], end: int, columns: list[tuple[float, float]], height: float) -> int:
    """Bare names at the foot of the page belong to the table that goes on overleaf."""
    last = end
    for i in range(end + 1, min(len(rows), end + 3)):
        row = rows[i]
        if row.y0 > 0.88 * height:
            return last
        close = row.y0 - rows[i - 1].y1 < HEADER_GAP * row.size
        if row.stops or row.prose or len(row.pieces) > 1 or not close or not _is_name(row, columns):
            return end
        last = i
    return last if last == len(rows) - 1 else end


def _merge_wrapped(rows: list[Row], head: int, columns: list[tuple[float, float]]) -> list[Row]:
    """Lines that only go on with the row before them become part of it."""
    merged = rows[:head]
    limit = max((r.pieces[0].x1 for r in rows[head:] if _named(r, columns)), default=0.0)
    for i in range(head, len(rows)):
        row = rows[i]
        before = merged[-1] if len(merged) > head else None
        if (
            before is not None
            and row.y0 - before.y1 < 0.8 * row.size
            and _goes_on(before, row, columns, limit)
        ):
            merged[-1] = Row(tuple(sorted((*before.pieces, *row.pieces), key=lambda p: p.x0)))
        else:
            merged.append(row)
    return merged


def _named(row: Row, columns: list[tuple[float, float]]) -> bool:
    return row.pieces[0].x0 < columns[0][1] - row.size


def _goes_on(before: Row, row: Row, columns: list[tuple[float, float]], limit: float) -> bool:
    """Text beside an empty name; a name broken at the column's end; a name set around its figures."""
    bare = len(before.pieces) == 1 and not before.seed
    if not _named(row, columns):
        return bare or not row.seed
    if len(row.pieces) == 1 and not row.seed and row.y0 < before.y1 - 0.2 * row.size:
        return True
    full = before.pieces[0].x1 > limit - 1.6 * before.size
    return bare and row.seed and full and not before.text.endswith(("：", ":")) and not opens_row(row.text)
