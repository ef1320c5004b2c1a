"""What one page gives before pages are put together: plain, small, picklable records."""

from __future__ import annotations

from dataclasses import dataclass

from caiwen.documents.pdf.frame import Frame
from caiwen.documents.pdf.lines import Piece
from caiwen.documents.pdf.rulings import Ruling
from caiwen.records import Box

NO_FRAME = Frame((0.0, 0.0, 0.0, 0.0), 0, 0)
"""Of a page that could not be read."""


@dataclass(frozen=True, slots=True)
class RawLine:
    """One text line outside ruled tables, as displayed. ``size``: the height of its characters in points.

    ``pieces``: its runs between wide gaps, which may be cells of a table without rulings, in the upright frame.
    """

    text: str
    box: Box
    size: float
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class RawCell:
    """``room``: the free width after the last text line; ``head``: the width of the first word, which cannot break.

    Together they tell whether a text was broken by a page or just ended there.
    """

    row: int
    column: int
    rowspan: int
    colspan: int
    text: str
    box: Box
    room: float = 0.0
    head: float = 0.0


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table on one page. ``edges``: x positions of its column borders in the upright frame, left to right."""

    box: Box
    edges: tuple[float, ...]
    n_rows: int
    cells: tuple[RawCell, ...]
    ruled: bool = True

    @property
    def n_columns(self) -> int:
        return len(self.edges) - 1


RawBlock = RawLine | RawTable


@dataclass(frozen=True, slots=True)
class RawPage:
    """Blocks in reading order. ``rules``: horizontals outside ruled tables, in the upright frame."""

    number: int
    width: float = 0.0
    height: float = 0.0
    frame: Frame = NO_FRAME
    blocks: tuple[RawBlock, ...] = ()
    scanned: bool = False
    error: str | None = None
    notes: tuple[str, ...] = ()
    rules: tuple[Ruling, ...] = ()
