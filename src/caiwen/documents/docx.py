"""Word documents (DOCX): headings, paragraphs and tables in the order of the body."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caiwen.documents.archive import DAMAGE, members
from caiwen.documents.clean import join_cell
from caiwen.documents.finish import finish
from caiwen.documents.gridding import Placed, table_of
from caiwen.errors import DocumentError
from caiwen.records import Block, Document, Paragraph, Table

if TYPE_CHECKING:
    from docx.document import Document as Word

PARSER = "caiwen.docx 1"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CONTENTS_STYLE = re.compile(r"^(?:toc|目录)\s*\d*", re.IGNORECASE)


def read_docx(path: Path, name: str, sha256: str) -> Document:
    """Raises DocumentError when Word could not open it either, or when nothing is in it."""
    from docx import Document as open_word
    from docx.opc.exceptions import OpcError

    members(path)
    damage: tuple[type[Exception], ...] = (OpcError, *DAMAGE)
    try:
        word = open_word(str(path))
        blocks = _blocks(word)
        title = (word.core_properties.title or "").strip()
    except damage as error:
        raise DocumentError(
            "Word 文档已损坏，无法打开", where=name, hint="请用 Word 打开后另存为 .docx"
        ) from error
    if not blocks:
        raise DocumentError("文档里没有文字", where=name, hint="如果内容是图片，请先做文字识别")
    outlined = any(isinstance(b, Paragraph) and b.level for b in blocks)
    done, sections = finish(blocks, outline=outlined)
    return Document(sha256, name, "docx", blocks=done, sections=sections, title=title, parser=PARSER)


def _blocks(word: Word) -> list[Block]:
    levels = _style_levels(word)
    blocks: list[Block] = []
    for element in _body(word.element.body):
        if element.tag == f"{_W}tbl":
            blocks.extend(_table(element))
        else:
            blocks.extend(_paragraph(element, levels))
    return blocks


def _body(parent: Any) -> list[Any]:
    """Paragraphs and tables in order, also inside content controls."""
    found = []
    for child in parent:
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            found.append(child)
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}customXml"):
            found.extend(_body(child))
    return found


def _style_levels(word: Word) -> dict[str, int]:
    """Style id → heading level; -1 for the styles of a table of contents."""
    levels: dict[str, int] = {}
    for style in word.styles.element.iter(f"{_W}style"):
        name = style.find(f"{_W}name")
        label = (name.get(f"{_W}val") or "") if name is not None else ""
        outline = style.find(f"{_W}pPr/{_W}outlineLvl")
        heading = re.match(r"(?:heading|标题)\s*(\d)$", label, re.IGNORECASE)
        if _CONTENTS_STYLE.match(label):
            levels[style.get(f"{_W}styleId")] = -1
        elif heading:
            levels[style.get(f"{_W}styleId")] = int(heading.group(1))
        elif label.lower() == "title":
            levels[style.get(f"{_W}styleId")] = 1
        elif outline is not None and int(outline.get(f"{_W}val") or 9) < 9:
            levels[style.get(f"{_W}styleId")] = int(outline.get(f"{_W}val")) + 1
    return levels


def _paragraph(element: Any, levels: dict[str, int]) -> list[Block]:
    text = _text(element)
    if not text:
        return []
    style = element.find(f"{_W}pPr/{_W}pStyle")
    level = levels.get(style.get(f"{_W}val"), 0) if style is not None else 0
    direct = element.find(f"{_W}pPr/{_W}outlineLvl")
    if direct is not None and (direct.get(f"{_W}val") or "9") in "012345678":
        level = int(direct.get(f"{_W}val")) + 1
    if level < 0:
        return []
    return [Paragraph(line, level=level) for line in text.splitlines() if line.strip()]


def _text(element: Any) -> str:
    """Text as shown: deleted runs out, field codes out, tabs as blanks, breaks as line ends."""
    parts: list[str] = []
    for node in element.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr", f"{_W}noBreakHyphen"):
        if node.tag == f"{_W}t":
            parts.append(node.text or "")
        elif node.tag == f"{_W}noBreakHyphen":
            parts.append("-")
        elif node.getparent().tag == f"{_W}r":
            parts.append(" " if node.tag == f"{_W}tab" else "\n")
    return "".join(parts).strip()


def _table(element: Any) -> list[Block]:
    """One table; a cell that holds tables of its own gives its text."""
    rows: list[list[Placed]] = []
    open_cells: dict[int, tuple[int, int]] = {}
    for r, row in enumerate(element.iterchildren(f"{_W}tr")):
        placed: list[Placed] = []
        column = _skipped(row)
        placed.extend(Placed("") for _ in range(column))
        for cell in row.iter(f"{_W}tc"):
            if cell.getparent() is not row and _row_of(cell) is not row:
                continue
            colspan = _value(cell, "gridSpan", 1)
            merge = cell.find(f"{_W}tcPr/{_W}vMerge")
            if merge is not None and merge.get(f"{_W}val") != "restart" and column in open_cells:
                top, at = open_cells[column]
                rows[top][at] = _taller(rows[top][at])
            else:
                placed.append(Placed(_cell_text(cell), 1, colspan))
                open_cells.pop(column, None)
                if merge is not None:
                    open_cells[column] = (r, len(placed) - 1)
            column += colspan
        rows.append(placed)
    table = table_of(rows, page=None)
    return [table] if isinstance(table, Table) else []


def _taller(cell: Placed) -> Placed:
    return Placed(cell.text, cell.rowspan + 1, cell.colspan)


def _row_of(cell: Any) -> Any:
    """The row that a cell inside a content control belongs to."""
    parent = cell.getparent()
    while parent is not None and parent.tag != f"{_W}tr":
        parent = parent.getparent()
    return parent


def _skipped(row: Any) -> int:
    return _value(row, "gridBefore", 0, properties="trPr")


def _value(element: Any, tag: str, default: int, *, properties: str = "tcPr") -> int:
    node = element.find(f"{_W}{properties}/{_W}{tag}")
    text = node.get(f"{_W}val") if node is not None else None
    return int(text) if text and text.isdigit() else default


def _cell_text(cell: Any) -> str:
    return join_cell("\n".join(_text(p) for p in cell.iter(f"{_W}p")))
