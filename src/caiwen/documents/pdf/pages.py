"""One page: characters and rulings in, lines and tables in reading order out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from caiwen.documents.pdf import chars, drawing, rulings
from caiwen.documents.pdf.chars import Glyphs
from caiwen.documents.pdf.frame import Frame
from caiwen.documents.pdf.free import free_lines
from caiwen.documents.pdf.grid import Grid, find_grids
from caiwen.documents.pdf.lines import Piece, join_wrapped, make_pieces
from caiwen.documents.pdf.opening import open_pdf
from caiwen.documents.pdf.raw import RawBlock, RawCell, RawPage, RawTable
from caiwen.documents.pdf.rulings import Ruling
from caiwen.documents.pdf.stacked import Held, unstack
from caiwen.errors import DocumentError

MIN_RULE, MAX_RULES = 20.0, 400
"""Rules outside tables are kept when they are this long, and at most so many of a page."""
MAX_HEADER_ROWS = 4
"""What a page break cuts stands in the first row of a page, or below a header of this many rows."""
UNREADABLE = 0.3
"""With this share of characters in private codes the text of a page is not what it shows."""
CHART_CELLS, CHART_FILLED = 40, 0.12
"""A grid of at least so many cells of which no greater share holds text is a chart's."""
SCANNED_AREA = 0.5
SCANNED_TEXT = 30
"""A page with fewer characters than this and images over half of it is a scan."""


def read_pages(path: Path, first: int, last: int, *, ocr: bool = False) -> list[RawPage]:
    """Pages ``first`` to ``last``, counted from 1, both included; a page that fails carries its error.

    ``ocr``: scanned pages are recognised (needs the extra ``ocr``; raises MissingExtraError without it).

    Safe to call on ranges in separate processes. It cannot outlive a file made to break the parser: limits on
    memory and time belong to the caller's process.
    """
    with open_pdf(path) as document:
        last = min(last, len(document))
        if not 1 <= first <= last:
            raise DocumentError(f"没有第 {first} 页", where=Path(path).name, hint=f"共 {len(document)} 页")
        pages = [_read_page(document, number) for number in range(first, last + 1)]
    if ocr and any(page.scanned for page in pages):
        from caiwen.documents.pdf.ocr import recognise

        pages = [recognise(path, page) if page.scanned else page for page in pages]
    return pages


def _read_page(document: Any, number: int) -> RawPage:
    import pypdfium2

    try:
        page = document[number - 1]
        textpage = page.get_textpage()
    except pypdfium2.PdfiumError:
        return RawPage(number, error="这一页已损坏，无法读取")
    try:
        return _parse(page, textpage, number)
    finally:
        textpage.close()
        page.close()


def _parse(page: Any, textpage: Any, number: int) -> RawPage:
    bounds = page.get_bbox()
    drawn = drawing.read_drawing(page, bounds)
    glyphs = chars.read_glyphs(textpage)
    shown = page.get_rotation() // 90
    notes = [] if drawn.complete else [f"第 {number} 页图形过多，只读了一部分"]
    if textpage.count_chars() > chars.MAX_CHARACTERS:
        notes.append(f"第 {number} 页文字过多，只读了前 {chars.MAX_CHARACTERS} 字")
    if len(glyphs) and chars.private_share(glyphs) > UNREADABLE:
        notes.append(f"第 {number} 页的字体没有文字对照表，读出的文字不可靠；可另存为图像后用 ocr 组件识别")
    upright = 0
    if drawn.tilted and len(glyphs):
        glyphs, upright = chars.upright_only(glyphs, chars.angles(textpage, glyphs))
    frame = Frame(bounds, shown, upright)
    width, height = frame.size(shown)
    blocks, rules = _blocks(frame, glyphs, drawn.lines)
    scanned = len(glyphs) < SCANNED_TEXT and drawn.image_area > SCANNED_AREA
    return RawPage(
        number,
        round(width, 2),
        round(height, 2),
        frame,
        blocks,
        scanned,
        None,
        tuple(notes),
        rules,
    )


def _blocks(frame: Frame, glyphs: Glyphs, lines: NDArray) -> tuple[tuple[RawBlock, ...], tuple[Ruling, ...]]:
    if not len(glyphs):
        return (), ()
    glyphs = _on_page(Glyphs(glyphs.codes, frame.to_upright(glyphs.boxes), glyphs.places), frame)
    across, down = rulings.split_rulings(frame.to_upright(lines))
    grids = find_grids(across, down)
    group, used = _assign(glyphs, grids)
    pieces = make_pieces(glyphs, group, 0)
    by_group: dict[int, list[Piece]] = {}
    for piece in pieces:
        by_group.setdefault(piece.group, []).append(piece)
    placed: list[tuple[float, float, RawBlock]] = []
    for grid, start in used:
        table = _table(frame, grid, start, by_group)
        placed.append((float(grid.ys[0]), float(grid.xs[0]), table))
    for line in free_lines(frame, by_group.get(0, [])):
        placed.append((min(p.y0 for p in line.pieces), line.pieces[0].x0, line))
    placed.sort(key=lambda item: item[:2])
    return tuple(block for _, _, block in placed), _free_rules(across, [grid for grid, _ in used])


def _free_rules(across: Sequence[Ruling], grids: Sequence[Grid]) -> tuple[Ruling, ...]:
    """The longer horizontals outside the ruled tables."""
    heights = [(float(grid.ys[0]) - 1, float(grid.ys[-1]) + 1) for grid in grids]
    free = [r for r in across if r[2] - r[1] > MIN_RULE and not any(a <= r[0] <= b for a, b in heights)]
    return tuple((round(y, 1), round(x0, 1), round(x1, 1)) for y, x0, x1 in free[:MAX_RULES])


def _on_page(glyphs: Glyphs, frame: Frame) -> Glyphs:
    """Without what lies beyond the visible page."""
    width, height = frame.size(frame.upright)
    x, y = (glyphs.boxes[:, :2] + glyphs.boxes[:, 2:]).T / 2
    return glyphs.take((x > 0) & (x < width) & (y > 0) & (y < height))


def _assign(glyphs: Glyphs, grids: list[Grid]) -> tuple[NDArray[np.int64], list[tuple[Grid, int]]]:
    """The group of every character (0: free text) and the grids that hold text with their first group number."""
    boxes = glyphs.boxes
    centres = np.stack(((boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2), axis=1)
    group = np.zeros(len(glyphs), np.int64)
    used = []
    start = 1
    for grid in grids:
        inside, cell = grid.places(centres)
        free = group[inside] == 0
        inside, cell = inside[free], cell[free]
        if not _holds_a_table(grid, cell):
            continue
        group[inside] = start + cell
        used.append((grid, start))
        start += int(grid.owner.max()) + 1
    return group, used


def _holds_a_table(grid: Grid, cell: NDArray[np.int64]) -> bool:
    """Not a frame around text (one column: its lines may be a table set by alignment), nor the grid of a chart.

    A statement may be nearly empty, but its rows begin with names.
    """
    filled = set(cell.tolist())
    if grid.owner.shape[1] < 2 or len(filled) < 2:
        return False
    named = np.isin(grid.owner[:, :2], list(filled)).any(axis=1).mean()
    small = grid.owner.size < CHART_CELLS or len(grid.owner) <= MAX_HEADER_ROWS
    return bool(small or named > 0.5 or len(filled) > CHART_FILLED * grid.owner.size)


def _table(frame: Frame, grid: Grid, start: int, by_group: dict[int, list[Piece]]) -> RawTable:
    xs, ys = grid.xs.tolist(), grid.ys.tolist()
    held = []
    for number, row, column, rowspan, colspan in grid.spans():
        box = (xs[column], ys[row], xs[column + colspan], ys[row + rowspan])
        held.append(Held(row, column, rowspan, colspan, tuple(by_group.get(start + number, ())), box))
    held, n_rows = unstack(held, len(ys) - 1)
    padding = _padding(held)
    cells = tuple(_cell(frame, cell, n_rows, padding) for cell in held)
    box = frame.to_shown((xs[0], ys[0], xs[-1], ys[-1]))
    return RawTable(box, tuple(round(x, 1) for x in xs), n_rows, cells)


def _cell(frame: Frame, cell: Held, n_rows: int, padding: float) -> RawCell:
    pieces = cell.pieces
    text = join_wrapped([piece.text for piece in pieces])
    at_end = cell.row + cell.rowspan == n_rows and pieces
    room = round(_room(pieces, cell.box[2] - cell.box[0] - padding), 1) if at_end else 0.0
    head = round(pieces[0].word_width(), 1) if cell.row <= MAX_HEADER_ROWS and pieces else 0.0
    box = frame.to_shown(cell.box)
    return RawCell(cell.row, cell.column, cell.rowspan, cell.colspan, text, box, room, head)


def _room(pieces: Sequence[Piece], width: float) -> float:
    """How much of ``width``, or of the widest line before, the last line of a cell leaves free."""
    widths = [piece.x1 - piece.x0 for piece in pieces]
    return min([width, *([max(widths[:-1])] if len(widths) > 1 else [])]) - widths[-1]


def _padding(cells: Sequence[Held]) -> float:
    """What the cells of a table keep free left and right together, at least; at most 12 points."""
    left = min((p.x0 - c.box[0] for c in cells for p in c.pieces), default=0.0)
    right = min((c.box[2] - p.x1 for c in cells for p in c.pieces), default=0.0)
    return min(max(left, 0.0), 6.0) + min(max(right, 0.0), 6.0)
