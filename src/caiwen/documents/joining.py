"""Tables that run over a page break become one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from caiwen.records import Block, Table

EDGE = 3.0
"""Column borders of the two parts may differ by this many points."""


def join_tables(blocks: Sequence[Block]) -> list[Block]:
    """Joins a table that ends a page with the one that opens the next, where their column borders agree.

    Tables are numbered anew (``index``) in reading order.
    """
    joined: list[Block] = []
    for block in blocks:
        before = joined[-1] if joined else None
        if isinstance(block, Table) and isinstance(before, Table) and continues(before, block):
            joined[-1] = join(before, block)
        else:
            joined.append(block)
    count = 0
    for i, block in enumerate(joined):
        if isinstance(block, Table):
            joined[i] = replace(block, index=count)
            count += 1
    return joined


def continues(before: Table, after: Table) -> bool:
    last = before.cells[-1].page if before.cells else before.page
    if last is None or after.page != last + 1:
        return False
    one, other = edges(before), edges(after)
    return len(one) == len(other) and all(abs(a - b) <= EDGE for a, b in zip(one, other, strict=True))


def edges(table: Table) -> list[float]:
    """The x positions of the column borders on the table's last page."""
    page = table.cells[-1].page if table.cells else table.page
    boxes = [(c.column, c.colspan, c.box) for c in table.cells if c.box is not None and c.page == page]
    found: dict[int, float] = {}
    for column, colspan, box in boxes:
        found.setdefault(column, box[0])
        found.setdefault(column + colspan, box[2])
    return [found[k] for k in sorted(found)]


def join(before: Table, after: Table) -> Table:
    moved = tuple(replace(cell, row=cell.row + before.n_rows) for cell in after.cells)
    return replace(before, cells=before.cells + moved, n_rows=before.n_rows + after.n_rows)
