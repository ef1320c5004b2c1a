"""What the lines of a table without rulings print on one side of it, and cells that were broken over such lines.

A narrow cell cuts numbers (10,883,808,641.9 / 6) and references to notes (七、1 / 0); where the rest stands on a line
of its own, or beside a name that is set lower, that line is no row.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest

from caiwen.documents.pdf.borderless_columns import Column, nearest
from caiwen.documents.pdf.lines import Piece
from caiwen.documents.pdf.rows import Row, is_note, is_numeral
from caiwen.documents.pdf.splits import completes_number

NEAR = 0.8
"""Lines of one row stand at most this many character heights apart."""
REACH = 2
"""A cell goes on at most this many lines further down: names set in the middle stand between its lines."""
_PLACES = re.compile(r"\.(\d+)[)）]?$")


@dataclass(frozen=True)
class Line:
    """What one line prints on one side of a table, or several lines that cells hold together; pieces from the top."""

    names: tuple[Piece, ...]
    values: dict[int, list[Piece]]
    page: int

    @cached_property
    def row(self) -> Row:
        return Row((*self.names, *(p for held in self.values.values() for p in held)))

    @cached_property
    def figures(self) -> bool:
        return any(is_numeral(p) for held in self.values.values() for p in held)

    @cached_property
    def text(self) -> str:
        return "".join(p.text for p in self.names).replace(" ", "")

    def below(self, other: Line) -> float:
        """How far below another line this one stands: its first name below the last one of the other."""
        last = (other.names or other.row.pieces)[-1]
        first = (self.names or self.row.pieces)[0]
        return (first.y0 + first.y1 - last.y0 - last.y1) / 2

    def value(self, column: int) -> str:
        return "".join(p.text for p in self.values.get(column, ())).replace(" ", "")


def line_of(row: Row, page: int, columns: Sequence[Column], side: range) -> Line | None:
    names: list[Piece] = []
    values: dict[int, list[Piece]] = {}
    for piece in row.pieces:
        place = nearest(piece, columns)
        if place == side.start and not columns[place].figures:
            names.append(piece)
        elif place in side:
            values.setdefault(place, []).append(piece)
    return Line(tuple(names), values, page) if names or values else None


class Stitches:
    """Puts the lines together that parts of one cell stand on. ``parted``: a rule stands between two lines."""

    def __init__(
        self,
        pages: Sequence[Sequence[Line]],
        columns: Sequence[Column],
        parted: Callable[[Line, Line], bool],
    ) -> None:
        self.parted = parted
        self.places = {c: _usual_places(pages, c) for c, column in enumerate(columns) if column.figures}

    def __call__(self, lines: Sequence[Line]) -> list[Line]:
        """``lines`` of one page, from the top."""
        found: list[Line] = []
        start = 0
        while start < len(lines):
            line, stop = lines[start], start + 1
            while (longer := self._longer(line, lines[stop : stop + REACH])) is not None:
                line, count = longer
                stop += count
            found.append(line)
            start = stop
        return found

    def _longer(self, line: Line, following: Sequence[Line]) -> tuple[Line, int] | None:
        """The line with as few of the following as hold the rest of one of its cells."""
        whole = line
        for count, below in enumerate(following, 1):
            if below.row.y0 - whole.row.y1 > NEAR * below.row.size or self.parted(whole, below):
                return None
            shared = whole.values.keys() & below.values.keys()
            if shared:
                begun = bool(shared & line.values.keys()) and self._complete(whole, below, shared)
                return (_one(whole, below), count) if begun else None
            whole = _one(whole, below)
        return None

    def _complete(self, line: Line, below: Line, shared: set[int]) -> bool:
        return all(self.completes(line, below, c) for c in shared)

    def completes(self, line: Line, below: Line, column: int) -> bool:
        """Whether what stands in a column of two lines is one cell."""
        one, two = line.value(column), below.value(column)
        if column in self.places:
            return _completes_figure(one, two, self.places[column])
        settled = self._whole(line) and self._whole(below)
        return not settled and is_note(one + two) and not is_note(two)

    def _whole(self, line: Line) -> bool:
        return bool(line.names) and any(c in self.places for c in line.values)


def _completes_figure(one: str, two: str, places: int) -> bool:
    """Whether two texts are one number. One decimal shows a cut where the column does not have one everywhere."""
    if not any(c.isdigit() for c in one):
        return False
    found = _PLACES.search(one)
    short = found is not None and len(found[1]) == places and two[:1] not in ")）"
    return not short and completes_number(one, two)


def _one(line: Line, below: Line) -> Line:
    values = {c: list(held) for c, held in line.values.items()}
    for c, held in below.values.items():
        values.setdefault(c, []).extend(held)
    return Line((*line.names, *below.names), values, line.page)


def _usual_places(pages: Sequence[Sequence[Line]], column: int) -> int:
    """How many decimals the whole numbers of a column have; a number right above a few digits may not be whole."""
    counts = Counter(_decimals(pages, column))
    return max(counts, key=lambda places: (counts[places], places), default=0)


def _decimals(pages: Sequence[Sequence[Line]], column: int) -> Iterator[int]:
    for lines in pages:
        held = [line for line in lines if column in line.values]
        for line, below in zip_longest(held, held[1:]):
            text = line.value(column)
            cut = below is not None and completes_number(text, below.value(column))
            if not cut and "," in text:
                found = _PLACES.search(text)
                yield len(found[1]) if found else 0
