"""The lines of a table without rulings put together to its rows: names broken over lines, names set around figures.

A balance sheet with assets left and liabilities right has two sides; each has names and figures of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from statistics import median

from caiwen.documents.pdf.borderless import LEAST_PAIRS, TIGHT
from caiwen.documents.pdf.borderless_columns import Column, nearest
from caiwen.documents.pdf.borderless_lines import NEAR, Line, Stitches, line_of
from caiwen.documents.pdf.lines import Piece, join_wrapped
from caiwen.documents.pdf.rows import Row
from caiwen.documents.pdf.rulings import Ruling
from caiwen.documents.pdf.splits import (
    dangles,
    goes_on_overleaf,
    is_item,
    is_whole,
    opens_row,
    surely_goes_on,
)

VERY_TIGHT = 0.8
FULL = 1.6
"""A line of a name that leaves at most so many characters of the width of names free is full."""
SHORT_REST = 4
INDENT = 4.0
"""Names begin at most this many characters right of the outermost; what begins further right is centred."""
APART = 0.8
"""Points by which the lines of a row stand nearer than rows, at least, where both keep exact distances."""
ALIKE = 0.02
MIN_LABELS = 0.6
"""A column of words between figures begins another side when this share of its words are names in Chinese."""
_HAN = re.compile("[\u4e00-\u9fff]")
_known = lru_cache(maxsize=4096)(is_item)


@dataclass
class Entry:
    """Lines that are one row of a side."""

    lines: list[Line] = field(default_factory=list)

    @property
    def label(self) -> str:
        return join_wrapped([line.text for line in self.lines])

    @property
    def named(self) -> Line | None:
        return next((line for line in reversed(self.lines) if line.names), None)

    @property
    def columns(self) -> set[int]:
        return {c for line in self.lines for c in line.values}

    @property
    def pieces(self) -> list[Piece]:
        return [p for line in self.lines for p in line.row.pieces]


def sides_of(columns: Sequence[Column], pages: Sequence[Sequence[Row]]) -> list[range]:
    """The columns of each side: a column of names between figures begins another one."""
    starts = [0]
    for i in range(1, len(columns) - 1):
        column = columns[i]
        between = columns[i - 1].figures and any(c.figures for c in columns[i + 1 :])
        if not column.figures and between:
            words = [p.text for rows in pages for row in rows for p in row.pieces if nearest(p, columns) == i]
            names = [text for text in words if len(_HAN.findall(text)) > 1]
            if len(names) >= max(2.0, MIN_LABELS * len(words)):
                starts.append(i)
    return [range(a, b) for a, b in pairwise([*starts, len(columns)])]


def put_together(
    pages: Sequence[Sequence[Row]], columns: Sequence[Column], rules: Sequence[Sequence[Ruling]]
) -> tuple[list[list[Row]], list[bool]]:
    """``pages``: the lines of one table page by page; ``rules``: the horizontals of each page.

    The rows of every page, and whether the first of them goes on with the last row of the page before.
    """
    sides = [_Side(pages, columns, side, rules) for side in sides_of(columns, pages)]
    places = [(side, side.entries()) for side in sides]
    rows = [_beside([entries[page] for _, entries in places]) for page in range(len(pages))]
    cut = [False]
    cut += [
        any(side.breaks(entries[i - 1], entries[i]) for side, entries in places) for i in range(1, len(pages))
    ]
    return rows, cut


def _beside(sides: Sequence[Sequence[Entry]]) -> list[Row]:
    """The rows of a page: entries of the sides that stand at one height are one row."""
    rows = [[entry.pieces] for entry in sides[0]]
    for number, entries in enumerate(sides[1:], 1):
        heights = [_height(_flat(row)) for row in rows]
        taken: set[int] = set()
        for entry in entries:
            own = _height(entry.pieces)
            shared = {i: _shared(h, own) for i, h in enumerate(heights) if i not in taken}
            best = max(shared, key=shared.__getitem__, default=None)
            if best is None or shared[best] <= 0:
                taken.add(len(rows))
                heights.append(own)
                rows.append([entry.pieces])
            else:
                taken.add(best)
                rows[best].append(entry.pieces)
        for row in rows:
            row.extend([[]] * (number + 1 - len(row)))
    found = [Row(tuple(sorted(_flat(row), key=lambda p: p.x0))) for row in rows]
    return sorted(found, key=lambda row: row.middle)


def _flat(row: Iterable[Sequence[Piece]]) -> list[Piece]:
    return [piece for pieces in row for piece in pieces]


def _height(pieces: Sequence[Piece]) -> tuple[float, float]:
    return min(p.y0 for p in pieces), max(p.y1 for p in pieces)


def _shared(one: tuple[float, float], other: tuple[float, float]) -> float:
    """How much of their heights two stretches share, less a little that neighbours may overlap."""
    return min(one[1], other[1]) - max(one[0], other[0]) - 0.3 * min(one[1] - one[0], other[1] - other[0])


class _Side:
    """One side of a table over its pages, and how its lines are set: how far apart, up to where names run."""

    def __init__(
        self,
        pages: Sequence[Sequence[Row]],
        columns: Sequence[Column],
        side: range,
        rules: Sequence[Sequence[Ruling]],
    ) -> None:
        self.rules = rules
        self.pages = [
            [line for row in rows if (line := line_of(row, page, columns, side)) is not None]
            for page, rows in enumerate(pages)
        ]
        names = [p for lines in self.pages for line in lines for p in line.names]
        self.left = min((p.x0 for p in names), default=columns[side.start].x0)
        begun = [p for p in names if p.x0 < self.left + INDENT * p.size]
        self.limit = max((p.x1 for p in begun), default=columns[side.start].x1)
        pairs = [pair for lines in self.pages for pair in pairwise(lines)]
        full = [(a, b) for a, b in pairs if a.names and a.values and b.names and b.values]
        self.pitch = _pitch([b.below(a) for a, b in full], pairs)
        ruled = sum(self.ruled(a, b) for a, b in pairs)
        self.banded = 2 * ruled > sum(1 for lines in self.pages for line in lines if line.values)
        self.spaced = sum(self.tight(a, b) for a, b in pairs if not (a.values and b.values)) > 1
        self.stitched = Stitches(self.pages, columns, self.ruled)
        self.lower = 0
        """How many more names were seen to end beside their figures than to begin there."""

    def ruled(self, a: Line, b: Line) -> bool:
        """Whether a rule parts the names of two lines of a page."""
        middle = (self.left + self.limit) / 2
        above, below = a.row.middle, b.row.middle
        return any(above < y < below and x0 <= middle <= x1 for y, x0, x1 in self.rules[b.page])

    def tight(self, a: Line, b: Line, share: float = TIGHT) -> bool:
        return self.pitch is not None and b.below(a) < share * self.pitch

    def entries(self) -> list[list[Entry]]:
        return [self._entries(self.stitched(lines)) for lines in self.pages]

    def _entries(self, lines: Sequence[Line]) -> list[Entry]:
        found: list[Entry] = []
        for i, line in enumerate(lines):
            if found and self._joins(found[-1], lines, i):
                found[-1].lines.append(line)
            else:
                found.append(Entry([line]))
        return found

    def _joins(self, entry: Entry, lines: Sequence[Line], i: int) -> bool:
        line = lines[i]
        if not self._near(entry.lines[-1], line):
            return False
        if not line.names:
            return self._is_beside(entry, line)
        upward = self._strength(entry, line)
        if not upward or line.values or not entry.columns:
            return upward > 0
        downward = self._downward(lines, i)
        if not downward:
            return True
        if abs(upward - downward) > ALIKE:
            self.lower += 1 if downward > upward else -1
            return upward > downward
        return self.lower <= 0

    def _near(self, last: Line, line: Line) -> bool:
        return line.row.y0 - last.row.y1 <= NEAR * line.row.size and not self.ruled(last, line)

    def _downward(self, lines: Sequence[Line], i: int) -> float:
        """How surely the bare name ``i`` goes on, maybe over more lines, with one that has figures beside it."""
        entry = Entry([lines[i]])
        for below in lines[i + 1 :]:
            if not below.names or not self._near(entry.lines[-1], below):
                return 0
            strength = self._strength(entry, below)
            if not strength or below.values:
                return strength
            entry.lines.append(below)
        return 0

    def _is_beside(self, entry: Entry, line: Line) -> bool:
        """Whether values without a name belong to the names above: they complete its numbers, or it has none."""
        if entry.columns & line.values.keys() and line.figures:
            return False
        if not entry.label or entry.label.endswith(("：", ":")):
            return False
        return not entry.columns or not line.figures

    def _strength(self, entry: Entry, line: Line) -> float:
        """How surely the name of ``line`` goes on with the one of ``entry``, which stands near above it; 0: it does not.

        Of two names that might go on, the one that leaves less room does.
        """
        last, named = entry.lines[-1], entry.named
        if entry.columns & line.values.keys():
            return 0
        overlap = last.row.y1 - line.row.y0
        if named is None:
            return 3 if overlap > 0.5 * line.row.size else 0
        if self.banded or overlap > 0.25 * line.row.size:
            return 3
        label = entry.label
        if surely_goes_on(label, line.text):
            return 3
        if label.endswith(("：", ":")) or opens_row(line.text):
            return 0
        if _is_one_name(label, line.text):
            return 3
        missing = (self.limit - named.names[-1].x1) / line.row.size
        if missing <= FULL and self.tight(last, line):
            return 2 - missing / 100
        if missing > FULL:
            return max(0.1, 1 - missing / 100) if self.tight(last, line, VERY_TIGHT) else 0
        return self._by_words(label, line, missing, below_names=not entry.columns)

    def _by_words(self, label: str, line: Line, missing: float, *, below_names: bool) -> int:
        """What the words of a full line and the next tell, where the distance of the lines does not."""
        if dangles(label):
            return 2
        known, rest = _known(label), _known(line.text)
        if _known(label + line.text) and not (known and rest):
            return 3
        if self.spaced or is_whole(label) or is_whole(line.text) or known or not below_names:
            return 0
        return int(not rest or (missing < 1 and len(line.text) <= SHORT_REST))

    def breaks(self, before: Sequence[Entry], after: Sequence[Entry]) -> bool:
        """Whether a page break cuts through a row: the name or the numbers at the top of a page go on with those before."""
        if not before or not after:
            return False
        last, first = before[-1], after[0]
        if shared := last.columns & first.columns:
            one, two = last.lines[-1], first.lines[0]
            return all(
                c in one.values and c in two.values and self.stitched.completes(one, two, c) for c in shared
            )
        if not last.label or not first.label:
            return False
        return goes_on_overleaf(last.label, first.label)


def _is_one_name(label: str, rest: str) -> bool:
    """Whether two texts are the name of an item together and neither is one alone."""
    if is_whole(label) or is_whole(rest):
        return False
    return _known(label + rest) and not _known(label) and not _known(rest)


def _pitch(steps: Sequence[float], pairs: Sequence[tuple[Line, Line]]) -> float | None:
    """How far apart rows stand: as whole rows that follow each other do.

    Where names break in nearly every row few do; lines that stand clearly nearer are then lines of one row. Where the
    lines of rows and the rows keep two exact distances, however alike, their middle parts them.
    """
    others = [b.below(a) for a, b in pairs if not (a.values and b.values)]
    nearer = [step for step in others if steps and step <= min(steps) - APART]
    if len(nearer) >= LEAST_PAIRS and max(nearer) - min(nearer) < APART:
        return (max(nearer) + min(steps)) / 2 / TIGHT
    if len(steps) >= LEAST_PAIRS:
        return median(steps)
    if not steps or sum(step < TIGHT * min(steps) for step in others) < LEAST_PAIRS:
        return None
    return min(steps)
