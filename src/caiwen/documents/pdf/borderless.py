"""Which lines of a page are a table without ruling lines (three-line tables, statements set by alignment alone).

Rows of figures are the seeds: their numbers, clustered by where they stand across the page, give the columns. Rows
that keep to the columns belong to the table however few figures they hold, and header lines above do too. A table
that ends a page goes on over the page break with the rows that keep to its columns. Not covered: tables of text
without any figures. Rules in ``borderless.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from caiwen.documents.pdf.borderless_columns import (
    Column,
    extends,
    find_columns,
    fits,
    is_aligned,
    is_table,
    only_names,
)
from caiwen.documents.pdf.borderless_lines import NEAR
from caiwen.documents.pdf.rows import Row, rule
from caiwen.documents.pdf.rulings import Ruling
from caiwen.documents.pdf.splits import goes_on_overleaf, surely_goes_on

MAX_GAP = 4.5
"""Rows of one table stand at most this many character heights apart."""
HEADER_GAP = 2.5
MAX_HEADER = 6
MAX_BETWEEN = 4
"""At most so many rows that do not keep to the columns stand between two rows of figures."""
MAX_NAMES = 40
"""At most so many rows without a figure follow each other."""
MAX_TITLES = 8
"""A header that a page repeats stands below at most so many lines (title, date, unit)."""
CENTRED = 6.0
TIGHT = 0.88
"""Lines nearer than this share of the usual distance of rows are lines of one row."""
LEAST_PAIRS = 3
MAX_REST = 3


@dataclass(frozen=True)
class Region:
    """The rows ``start`` to ``stop`` (not included) of a run of lines; the first ``head`` are header lines.

    ``tail``: so many rows after ``stop`` fit too, up to the end of the run; they belong to the table if it goes on
    overleaf. ``continued``: the table began on a page before.
    """

    start: int
    head: int
    stop: int
    tail: int = 0
    continued: bool = False


@dataclass(frozen=True)
class Carry:
    """What a table that ends a page hands on: its columns, the texts in its header lines and how many those are, the
    texts above, its last names, how far apart its rows stand."""

    columns: Sequence[Column]
    head: tuple[str, ...]
    lines: int
    above: frozenset[str]
    labels: tuple[str, ...]
    pitch: float


def find_regions(rows: Sequence[Row], rules: Sequence[Ruling], carry: Carry | None = None) -> list[Region]:
    """``rows``: lines of free text without a ruled table between them, from the top; ``carry``: from the page before."""
    regions: list[Region] = []
    start = 0
    if carry is not None and (region := _continued(rows, rules, carry)) is not None:
        regions.append(region)
        start = region.stop
    while start < len(rows):
        if not rows[start].seed:
            start += 1
            continue
        end = _last_figures(rows, start)
        inner = rows[start : end + 1]
        columns = find_columns(inner)
        if is_table(inner, columns):
            floor = regions[-1].stop if regions else 0
            top, head = _header_start(rows, start, floor, columns)
            stop, tail = _tail(rows, end + 1, columns, rules, pitch_of([inner]))
            regions.append(Region(top, head, stop, tail))
            end = stop - 1
        start = end + 1
    return regions


def _near(row: Row, before: Row, gap: float) -> bool:
    return row.y0 - before.y1 <= gap * row.size


def _last_figures(rows: Sequence[Row], start: int) -> int:
    """The last row with figures that belongs together with the one at ``start``."""
    last = start
    columns, known = find_columns([rows[start]]), start
    for i in range(start + 1, len(rows)):
        row = rows[i]
        if not _near(row, rows[i - 1], MAX_GAP) or row.stops or i - last > MAX_NAMES:
            break
        if row.seed and i - last <= MAX_BETWEEN:
            last = i
            continue
        inside = not row.sentence and (fits(row, columns) or extends(row, columns))
        if not inside and known < last:
            columns, known = find_columns(rows[start : last + 1]), last
            inside = not row.sentence and (fits(row, columns) or extends(row, columns))
        if not inside and (row.header or row.prose or i - last > MAX_BETWEEN):
            break
        if inside and row.figures:
            last = i
    return last


def _header_start(rows: Sequence[Row], start: int, floor: int, columns: Sequence[Column]) -> tuple[int, int]:
    """Where the table begins above its first row of figures, and how many of those rows are header lines."""
    names = start
    while names > floor and _is_name_above(rows[names - 1], rows[names], columns):
        names -= 1
    top = names
    for i in range(names - 1, max(floor, names - MAX_HEADER) - 1, -1):
        row = rows[i]
        if row.stops or row.prose or row.seed or not _near(rows[i + 1], row, HEADER_GAP):
            break
        beside = len(row.pieces) > 1 or row.pieces[0].x0 >= columns[0].x1 - row.size
        if not (beside or row.is_corner) or _is_date_line(row, rows[i + 1 : start], columns):
            break
        top = i
    if top == names:
        return (names, 0) if names == 0 else (start, 0)
    return top, names - top


def _is_name_above(row: Row, below: Row, columns: Sequence[Column]) -> bool:
    if row.stops or row.is_corner or row.header or not _near(below, row, HEADER_GAP):
        return False
    return only_names(row, columns)


def _is_date_line(row: Row, below: Sequence[Row], columns: Sequence[Column]) -> bool:
    """A lone date in the middle of the whole table, not of any block of its columns, above the column heads."""
    if len(row.pieces) > 1 or not rule("date").search(row.text):
        return False
    if not any(len(r.pieces) > 1 and not r.seed for r in below):
        return False
    middle = (row.pieces[0].x0 + row.pieces[0].x1) / 2
    if abs(columns[0].x0 + columns[-1].x1 - 2 * middle) > 2 * CENTRED:
        return False
    values = [c for c in columns if c.figures]
    blocks = [(a.x0 + b.x1) / 2 for i, a in enumerate(values) for b in values[i:]]
    return min((abs(block - middle) for block in blocks), default=CENTRED + 1) > CENTRED


def pitch_of(pages: Iterable[Sequence[Row]]) -> float:
    """How far apart rows of figures that follow each other on a page stand, usually; 0 where too few do."""
    steps = [b.middle - a.middle for rows in pages for a, b in pairwise(rows) if a.seed and b.seed]
    return median(steps) if len(steps) >= LEAST_PAIRS else 0.0


def _tail(
    rows: Sequence[Row], stop: int, columns: Sequence[Column], rules: Sequence[Ruling], pitch: float
) -> tuple[int, int]:
    """Where the table ends, and how many more rows of names follow up to the end of the page.

    Names below the last figures belong to the table when they are the rest of its last name or a rule closes them.
    """
    closed = stop + _rest_of_name(rows, stop, columns)
    while (
        closed < len(rows)
        and _is_rest(rows[closed - 1], rows[closed], pitch)
        and only_names(rows[closed], columns)
    ):
        closed += 1
    stop = closed
    for i in range(stop, min(len(rows), stop + MAX_NAMES)):
        row = rows[i]
        if row.stops or not _near(row, rows[i - 1], HEADER_GAP) or not only_names(row, columns):
            return closed, 0
        floor = rows[i + 1].y0 if i + 1 < len(rows) else row.y1 + row.size
        if any(
            row.y1 - 2 <= y <= floor + 1 and x0 <= columns[0].x1 and x1 >= columns[-1].x0
            for y, x0, x1 in rules
        ):
            closed = i + 1
    whole = len(rows) - stop <= MAX_NAMES
    return closed, len(rows) - closed if whole else 0


def _rest_of_name(rows: Sequence[Row], stop: int, columns: Sequence[Column]) -> int:
    """How many lines after the last figures, three at most, make a known name together with those before them."""
    most = 0
    for i in range(stop, min(stop + MAX_REST, len(rows))):
        row = rows[i]
        if row.stops or not _near(row, rows[i - 1], NEAR) or not only_names(row, columns):
            break
        most = i + 1 - stop
    for count in range(most, 0, -1):
        rest = "".join(row.text for row in rows[stop : stop + count])
        for lines in range(1, min(MAX_REST, stop) + 1):
            if goes_on_overleaf("".join(r.pieces[0].text for r in rows[stop - lines : stop]), rest):
                return count
    return 0


def head_texts(head: Sequence[Row]) -> tuple[str, ...]:
    return tuple(sorted(piece.text for row in head for piece in row.pieces))


def _is_rest(before: Row, row: Row, pitch: float) -> bool:
    """Whether a line goes on with the name of the line before: it stands nearer than a row would, or must go on."""
    if row.stops or not _near(row, before, NEAR):
        return False
    if before.y1 - row.y0 > 0.25 * row.size or row.middle - before.middle < TIGHT * pitch:
        return True
    return surely_goes_on(before.pieces[0].text, row.text)


def _continued(rows: Sequence[Row], rules: Sequence[Ruling], carry: Carry) -> Region | None:
    """The rows at the top of a page that go on with the table of the page before."""
    for start, head in _openings(rows, carry):
        last = _last_kept(rows, start + head, carry.columns)
        if last is None and _completes(carry, rows):
            last = 0
        if last is not None:
            pitch = carry.pitch or pitch_of([rows[start + head : last + 1]])
            stop, tail = _tail(rows, last + 1, carry.columns, rules, pitch)
            return Region(start, head, stop, tail, continued=True)
    return None


def _completes(carry: Carry, rows: Sequence[Row]) -> bool:
    """Whether the page begins with the rest of the last name, which the page break cut off."""
    if not rows or not only_names(rows[0], carry.columns):
        return False
    return any(goes_on_overleaf(label, rows[0].text) for label in carry.labels)


def open_head(rows: Sequence[Row], floor: int) -> Region | None:
    """Header lines at the foot of a page with no more than names below them: their table is overleaf."""
    start = next((i for i in range(len(rows) - 1, floor - 1, -1) if rows[i].header), None)
    if start is None or any(
        row.stops or row.sentence or not _near(row, before, HEADER_GAP)
        for before, row in pairwise(rows[start:])
    ):
        return None
    head = 1
    while (
        start > floor
        and head < MAX_HEADER
        and rows[start - 1].header
        and _near(rows[start], rows[start - 1], HEADER_GAP)
    ):
        start, head = start - 1, head + 1
    return Region(start, head, len(rows))


def _openings(rows: Sequence[Row], carry: Carry) -> Iterator[tuple[int, int]]:
    """Where the table may go on: right at the top, or below its own title and header printed again."""
    if _is_head(rows[: carry.lines], carry):
        yield 0, carry.lines
        return
    yield 0, 0
    for start in range(1, min(MAX_TITLES, len(rows))):
        if not repeats(rows[:start], carry.above):
            return
        if _is_head(rows[start : start + carry.lines], carry):
            yield start, carry.lines
            return


def _is_head(rows: Sequence[Row], carry: Carry) -> bool:
    return carry.lines > 0 and head_texts(rows) == carry.head


def repeats(rows: Sequence[Row], above: frozenset[str]) -> bool:
    """Whether the lines are those that stand above a table, printed again, or say so (续)."""
    if any(rule("again").search(row.text) for row in rows):
        return True
    return all(row.text in above for row in rows)


def titles(rows: Sequence[Row], start: int) -> frozenset[str]:
    """The texts right above a table."""
    return frozenset(row.text for row in rows[max(0, start - MAX_TITLES) : start])


def _last_kept(rows: Sequence[Row], start: int, columns: Sequence[Column]) -> int | None:
    """The last row with figures of those that keep to the columns; None where there is none, or few are aligned."""
    last, aligned, total = None, 0, 0
    for i in range(start, len(rows)):
        row = rows[i]
        if i > start and not _near(row, rows[i - 1], MAX_GAP):
            break
        if row.stops or row.sentence or row.years or not fits(row, columns):
            break
        if row.figures:
            last, total = i, total + 1
            aligned += is_aligned(row, columns)
    return last if aligned >= 0.7 * total else None
