"""Tables that run over a page break become one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise

from caiwen.records import Block, Cell, Table

EDGE = 3.0
"""Column borders of the two parts may differ by this many points."""
ONE_OFF = 4
"""With this many columns one border may stand elsewhere: Word fits columns to their content page by page."""
MAX_HEADER_ROWS = 4
MOST_ASIDE = 60.0
"""A table stands at most this many points further left or right on the next page."""
MIN_WIDTHS = 2
"""More borders than this must agree for that."""


def join_tables(blocks: Sequence[Block], split_rows: Collection[int] = ()) -> list[Block]:
    """Joins a table that ends a page with the one that opens the next, where their column borders agree.

    A header that the second part repeats is dropped. ``split_rows``: pages whose first table row is the rest of
    the last row before. Tables are numbered anew (``index``) in reading order.
    """
    joined: list[Block] = []
    for block in blocks:
        before = joined[-1] if joined else None
        if isinstance(block, Table) and isinstance(before, Table) and (parts := fit(before, block)):
            joined[-1] = join(*parts, split=block.page in split_rows)
        else:
            joined.append(block)
    count = 0
    for i, block in enumerate(joined):
        if isinstance(block, Table):
            joined[i] = replace(block, index=count)
            count += 1
    return joined


def fit(before: Table, after: Table) -> tuple[Table, Table] | None:
    """The two parts on common columns, or None where the second does not continue the first."""
    last = before.cells[-1].page if before.cells else before.page
    if last is None or after.page != last + 1 or before.ruled != after.ruled:
        return None
    one, other = edges(before), edges(after)
    if len(one) != before.n_columns + 1 or len(other) != after.n_columns + 1:
        return (before, after) if not one and not other and before.n_columns == after.n_columns else None
    if MOST_ASIDE >= abs(one[0] - other[0]) > EDGE and same_widths(one, other):
        return before, after  # the margins of odd and even pages mirror each other
    if not before.ruled:
        return _fit_aligned(before, after, one, other)
    if abs(one[0] - other[0]) > EDGE or abs(one[-1] - other[-1]) > EDGE:
        return None
    if (places := _places(other, one)) is not None:
        return before, _spread(after, places)
    if (places := _places(one, other)) is not None and before.n_columns > 1:
        return _spread(before, places), after
    near = sum(abs(a - b) <= EDGE for a, b in zip(one, other, strict=False))
    alike = before.n_columns == after.n_columns >= ONE_OFF and near >= before.n_columns
    return (before, after) if alike else None


def same_widths(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether the columns between two rows of borders are as wide, wherever on their pages they stand."""
    widths = [[b - a for a, b in pairwise(borders)] for borders in (one, other)]
    alike = len(one) == len(other) > MIN_WIDTHS
    return alike and all(abs(a - b) <= EDGE for a, b in zip(*widths, strict=True))


def _fit_aligned(
    before: Table, after: Table, one: list[float], other: list[float]
) -> tuple[Table, Table] | None:
    """Without rulings only the ends of the columns of figures stand still; the names' column follows its content."""
    if (places := _places(other[2:], one[2:])) is not None:
        return before, _spread(after, [0, 1, *(p + 2 for p in places)])
    if (places := _places(one[2:], other[2:])) is not None:
        return _spread(before, [0, 1, *(p + 2 for p in places)]), after
    return None


def edges(table: Table) -> list[float]:
    """The positions of the column borders on the table's last page, ascending along the reading direction.

    On a page whose text stands sideways the columns follow each other down or up the page.
    """
    page = table.cells[-1].page if table.cells else table.page
    cells = [c for c in table.cells if c.box is not None and c.page == page]
    for axis in (0, 1):
        found: dict[int, list[float]] = {}
        for cell in cells:
            if cell.box is not None:
                found.setdefault(cell.column, []).append(cell.box[axis])
                found.setdefault(cell.column + cell.colspan, []).append(cell.box[axis + 2])
        line = [min(found[k]) for k in sorted(found)]
        if all(b > a for a, b in pairwise(line)):
            return line
        line = [-max(found[k]) for k in sorted(found)]
        if all(b > a for a, b in pairwise(line)):
            return line
    return []


def _places(some: list[float], among: list[float]) -> list[int] | None:
    """Where each border of ``some`` stands in ``among``; None if one is not there."""
    places = []
    for value in some:
        nearest = min(range(len(among)), key=lambda i: abs(among[i] - value))
        if abs(among[nearest] - value) > EDGE:
            return None
        places.append(nearest)
    return places if places == sorted(set(places)) else None


def _spread(table: Table, places: list[int]) -> Table:
    if places == list(range(table.n_columns + 1)):
        return table
    cells = tuple(
        replace(c, column=places[c.column], colspan=places[c.column + c.colspan] - places[c.column])
        for c in table.cells
    )
    return replace(table, cells=cells, n_columns=places[-1])


def join(before: Table, after: Table, *, split: bool = False) -> Table:
    """One table below the other. ``split``: the second begins with the rest of the first one's last row."""
    after = _without_header(before, after)
    shift = before.n_rows
    kept = list(before.cells)
    if split:
        shift -= 1
        kept = _completed(before, after)
        after = replace(after, cells=tuple(c for c in after.cells if c.row + c.rowspan > 1))
    moved = [_down(c, shift) for c in after.cells if not split or c.row > 0]
    return replace(before, cells=(*kept, *moved), n_rows=shift + after.n_rows)


def _down(cell: Cell, rows: int) -> Cell:
    return Cell(cell.row + rows, cell.column, cell.text, cell.rowspan, cell.colspan, cell.page, cell.box)


def _completed(before: Table, after: Table) -> list[Cell]:
    rest = {c.column: c for c in after.cells if c.row == 0}
    cells = []
    for cell in before.cells:
        if cell.row + cell.rowspan == before.n_rows and cell.column in rest:
            other = rest[cell.column]
            text = _glue(cell.text, other.text)
            cell = replace(cell, text=text, rowspan=cell.rowspan + other.rowspan - 1)
        cells.append(cell)
    return cells


def _glue(one: str, two: str) -> str:
    between = one[-1:].isascii() and one[-1:].isalpha() and two[:1].isascii() and two[:1].isalpha()
    return f"{one} {two}" if between else one + two


def _without_header(before: Table, after: Table) -> Table:
    """The second part without leading rows that repeat the first part's header word for word."""
    count = 0
    while count < min(MAX_HEADER_ROWS, after.n_rows - 1) and _same_row(before, after, count):
        count += 1
    if count == 0:
        return after
    cells = tuple(replace(c, row=c.row - count) for c in after.cells if c.row >= count)
    return replace(after, cells=cells, n_rows=after.n_rows - count)


def _same_row(before: Table, after: Table, row: int) -> bool:
    one, two = ([(c.column, c.text) for c in table.cells if c.row == row] for table in (before, after))
    texts = [text for _, text in one if text]
    return one == two and len(texts) >= 2 and not all(any(d.isdigit() for d in text) for text in texts)
