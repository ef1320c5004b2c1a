"""Raw pages → Document."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from caiwen.documents.context import attach_context
from caiwen.documents.joining import join_tables
from caiwen.documents.pdf.again import without_titles_again
from caiwen.documents.pdf.margins import strip_margins
from caiwen.documents.pdf.paragraphs import Margins, find_margins, paragraphs
from caiwen.documents.pdf.raw import RawLine, RawPage, RawTable
from caiwen.documents.pdf.splits import broken_rows
from caiwen.documents.pdf.unruled import find_tables
from caiwen.documents.sections import build_sections
from caiwen.records import Block, Cell, Document, PageInfo, Table

PARSER = "caiwen-pdf/1"


def assemble(raw_pages: Sequence[RawPage], name: str, sha256: str) -> Document:
    """``raw_pages``: every page that was read, in any order."""
    pages = sorted(raw_pages, key=lambda page: page.number)
    bodies, cut = find_tables(without_titles_again(strip_margins(pages)))
    margins = find_margins(bodies)
    parts = [block for page in bodies for block in _page_blocks(page, margins[page.number])]
    joined = join_tables(parts, split_rows=broken_rows(bodies) | cut)
    blocks, sections = build_sections(attach_context(joined))
    return Document(
        sha256=sha256,
        name=name,
        format="pdf",
        pages=tuple(PageInfo(p.number, p.width, p.height, p.scanned, p.error) for p in pages),
        blocks=tuple(blocks),
        sections=tuple(sections),
        warnings=_warnings(pages),
        parser=PARSER,
    )


def _page_blocks(page: RawPage, margins: Margins) -> list[Block]:
    blocks: list[Block] = []
    for is_line, run in groupby(page.blocks, key=lambda block: isinstance(block, RawLine)):
        items = list(run)
        if is_line:
            blocks += paragraphs(page.number, [b for b in items if isinstance(b, RawLine)], margins)
        else:
            blocks += [_table(page.number, b) for b in items if isinstance(b, RawTable)]
    return blocks


def _table(page: int, raw: RawTable) -> Table:
    cells = tuple(Cell(c.row, c.column, c.text, c.rowspan, c.colspan, page, c.box) for c in raw.cells)
    return Table(0, cells, raw.n_rows, raw.n_columns, page=page, box=raw.box, ruled=raw.ruled)


def _warnings(pages: Sequence[RawPage]) -> tuple[str, ...]:
    found = [note for page in pages for note in page.notes]
    scanned = [str(page.number) for page in pages if page.scanned and not page.blocks]
    if scanned:
        found.append(f"第 {'、'.join(scanned)} 页是扫描图像，没有文字；装上可选的 ocr 组件后可以识别")
    found += [f"第 {page.number} 页：{page.error}" for page in pages if page.error]
    return tuple(found)
