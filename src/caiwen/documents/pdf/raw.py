"""What one page gives before pages are put together: plain, small, picklable records."""

from __future__ import annotations

from dataclasses import dataclass

from caiwen.records import Box


@dataclass(frozen=True, slots=True)
class RawLine:
    """One text line outside tables, as displayed. ``size``: the height of its characters in points."""

    text: str
    box: Box
    size: float


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
    """Blocks in reading order. ``upright``: width and height of the page with its text standing upright."""

    number: int
    width: float = 0.0
    height: float = 0.0
    upright: tuple[float, float] = (0.0, 0.0)
    turned: bool = False
    blocks: tuple[RawBlock, ...] = ()
    scanned: bool = False
    error: str | None = None
    notes: tuple[str, ...] = ()
