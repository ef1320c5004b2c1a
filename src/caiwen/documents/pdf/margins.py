"""Running headers, footers and page numbers: what stands at the same height in the outer margin of many pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from caiwen.documents.pdf.raw import RawBlock, RawCell, RawLine, RawPage, RawTable

MARGIN = 0.12
CELL_MARGIN = 1.0
"""Rows of a table without rulings are boxed this much wider than their text."""
PAGE_NUMBER = re.compile(
    r"[-—–第\s]*\d{1,4}\s*(?:[/／]\s*(?:共\s*)?\d{1,4}|页)?(?:\s*[,，]?\s*共\s*\d+\s*页)?[-—–页\s]*"
)
ROMAN_NUMBER = re.compile(r"[-—\s]*[ivxIVX]{1,6}[-—\s]*")
KEPT = re.compile(r"单位\s*[:：]|币种\s*[:：]|[（(]续[）)]|^合并|^母公司")
_DIGITS = re.compile(r"\d+")


def strip_margins(pages: Sequence[RawPage]) -> list[RawPage]:
    """The pages without running headers, footers and page numbers. Unit lines stay however often they come."""
    counts = Counter(key for page in pages for key in {_key(line) for line in _outer(page)})
    enough = max(2 if len(pages) < 4 else 3, 0.08 * len(pages))
    running = {key for key, count in counts.items() if count >= enough}
    return [replace(page, blocks=tuple(_body(page, running))) for page in pages]


def _body(page: RawPage, running: set[tuple[str, int]]) -> Iterator[RawBlock]:
    for block in page.blocks:
        if isinstance(block, RawLine):
            if not _is_running(page, block, running):
                yield block
        elif block.ruled:
            yield block
        else:
            yield _without_running_rows(page, block, running)


def _is_running(page: RawPage, line: RawLine, running: set[tuple[str, int]]) -> bool:
    if not _in_margin(page, line) or KEPT.search(line.text):
        return False
    text = line.text.strip()
    return bool(PAGE_NUMBER.fullmatch(text) or ROMAN_NUMBER.fullmatch(text)) or _key(line) in running


def _without_running_rows(page: RawPage, table: RawTable, running: set[tuple[str, int]]) -> RawTable:
    """Without rulings a running header may have been taken for the table's first row."""
    gone = set()
    for row in range(table.n_rows):
        line = _as_line([c for c in table.cells if c.row == row and c.text])
        if line is not None and _is_running(page, line, running):
            gone.add(row)
    if not gone:
        return table
    kept = [row for row in range(table.n_rows) if row not in gone]
    cells = tuple(replace(c, row=kept.index(c.row)) for c in table.cells if c.row in kept)
    return replace(table, cells=cells, n_rows=len(kept))


def _as_line(cells: list[RawCell]) -> RawLine | None:
    if not cells:
        return None
    x0, y0, _, y1 = cells[0].box
    box = (x0, y0 + CELL_MARGIN, cells[-1].box[2], y1 - CELL_MARGIN)
    return RawLine(" ".join(c.text for c in cells), box, box[3] - box[1])


def _outer(page: RawPage) -> list[RawLine]:
    return [b for b in page.blocks if isinstance(b, RawLine) and _in_margin(page, b)]


def _in_margin(page: RawPage, line: RawLine) -> bool:
    height = page.height or 1.0
    return line.box[3] / height < MARGIN or line.box[1] / height > 1 - MARGIN


def _key(line: RawLine) -> tuple[str, int]:
    """The text without digits and spaces, and the height in steps of 4 points."""
    return _DIGITS.sub("#", line.text.replace(" ", "")), round(line.box[1] / 4)
