"""Pieces of text for search and quotation: within one section, on one page, 200–500 characters.

Tables become text rows (label：header value), so that a search for a figure's words finds its row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from caiwen.finance.text import normalise
from caiwen.records import Block, Box, Cell, Document, Passage, Table

SHORT, LONG, REST = 200, 500, 80
_OPEN_END = re.compile(r"(?<=.{20})[^。！？；：:;!?\s□√☑]$")
_SENTENCE = re.compile(r"[^。！？；;\n]*[。！？；;\n]?[”」』）)]?")
_FIGURE = re.compile(r"^[-－—(（]?[\d,.，]+[)）]?[%％]?$")


@dataclass(slots=True)
class _Draft:
    """A passage under way."""

    section: str = ""
    page: int | None = None
    kind: str = "heading"
    text: str = ""
    boxes: list[Box] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Piece:
    """``lead``: the caption and unit of a table, wanted where the passage does not show them yet."""

    text: str
    page: int | None
    box: Box | None
    kind: str
    lead: str = ""


def passages(document: Document) -> list[Passage]:
    """In reading order; ``ordinal`` counts from 0. Blocks without text give none."""
    paths = _section_paths(document)
    found: list[Passage] = []
    draft = _Draft()
    for number, block in enumerate(document.blocks):
        for piece in _pieces(block):
            if _must_close(draft, piece, paths[number]):
                _close(document, draft, found, paths[number])
                draft = _Draft(section=paths[number], page=piece.page)
            _add(draft, piece)
    _close(document, draft, found, "")
    return found


def _section_paths(document: Document) -> list[str]:
    """For each block the titles of its innermost section, joined; inner sections overwrite outer ones."""
    paths = [""] * len(document.blocks)
    for section in sorted(document.sections, key=lambda s: (s.level, s.start)):
        joined = " / ".join(section.path)
        for number in range(section.start, min(section.end, len(paths))):
            paths[number] = joined
    return paths


def _must_close(draft: _Draft, piece: _Piece, section: str) -> bool:
    if not draft.text:
        return True
    if section != draft.section or (piece.page != draft.page and not _finishes(draft, piece)):
        return True
    mixed = draft.kind not in ("heading", piece.kind) and piece.kind != "heading"
    ripe = len(draft.text) >= SHORT and (mixed or piece.kind != "table")
    return len(draft.text) + len(piece.text) > LONG or (ripe and not _finishes(draft, piece))


def _finishes(draft: _Draft, piece: _Piece) -> bool:
    """The short rest of a sentence that a line or page break has cut."""
    open_end = draft.kind == piece.kind == "text" and _OPEN_END.search(draft.text) is not None
    return open_end and len(piece.text) <= REST


def _add(draft: _Draft, piece: _Piece) -> None:
    lines = [
        line for line in piece.lead.split("\n") if line and line not in draft.text and line not in piece.text
    ]
    text = "\n".join([*lines, piece.text])
    runs_on = draft.kind == piece.kind == "text" and _OPEN_END.search(draft.text) is not None
    draft.text += text if runs_on or not draft.text else "\n" + text
    if piece.box is not None and piece.page == draft.page:
        draft.boxes.append(piece.box)
    if draft.kind == "heading" or piece.kind == "table":
        draft.kind = piece.kind


def _close(document: Document, draft: _Draft, found: list[Passage], following: str) -> None:
    """A heading whose section goes on in subsections is no passage: its title is in the path of those."""
    text = draft.text.strip()
    if not text or (draft.kind == "heading" and following.startswith(draft.section + " / ")):
        return
    box = _union(draft.boxes)
    found.append(Passage(document.sha256, len(found), text, draft.page, box, draft.section, draft.kind))


def _union(boxes: list[Box]) -> Box | None:
    if not boxes:
        return None
    return (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )


def _pieces(block: Block) -> Iterator[_Piece]:
    if isinstance(block, Table):
        yield from _rows(block)
        return
    kind = "heading" if block.level else "text"
    for text in _split(normalise(block.text).strip()):
        yield _Piece(text, block.page, block.box, kind)


def _split(text: str) -> Iterator[str]:
    """Whole when short; else runs of sentences up to LONG; a longer sentence is cut at commas, then anywhere."""
    if len(text) <= LONG:
        if text:
            yield text
        return
    run = ""
    for sentence in _clauses(text):
        if run and len(run) + len(sentence) > LONG:
            yield run.strip()
            run = ""
        run += sentence
    if run.strip():
        yield run.strip()


def _clauses(text: str) -> Iterator[str]:
    for sentence in (m.group() for m in _SENTENCE.finditer(text) if m.group()):
        if len(sentence) <= LONG:
            yield sentence
            continue
        for clause in re.split(r"(?<=[，,、])", sentence):
            yield from (clause[i : i + LONG] for i in range(0, len(clause), LONG))


def _rows(table: Table) -> Iterator[_Piece]:
    """One line a row; a long row is split. The first one leads with caption and unit."""
    grid = table.grid()
    first = _header_rows(grid)
    headers = _headers(grid[:first], table.n_columns)
    lead = "\n".join(normalise(t.strip()) for t in (table.caption, table.unit_text) if t.strip())
    for row in grid[first:] or grid:
        cells = [c for c in dict.fromkeys(row) if c is not None and c.text.strip()]
        if not cells:
            continue
        boxes = [c.box for c in cells if c.box is not None]
        for part in _split(_row_text(cells, headers)):
            yield _Piece(part, cells[0].page or table.page, _union(boxes) or table.box, "table", lead)
            lead = ""


def _header_rows(grid: list[list[Cell | None]]) -> int:
    """Leading rows without a figure, at most three, where figures follow; 0 for a table of text."""
    for number, row in enumerate(grid[:4]):
        if any(c is not None and _FIGURE.match(c.text.strip()) for c in row):
            return number
    return 1 if grid and len({id(c) for c in grid[0]}) > 2 else 0


def _headers(rows: list[list[Cell | None]], columns: int) -> list[str]:
    names = []
    for column in range(columns):
        cells = [row[column] for row in rows]
        parts = dict.fromkeys(_flat(cell.text) for cell in cells if cell is not None)
        names.append("".join(p for p in parts if p))
    return names


def _row_text(cells: list[Cell], headers: list[str]) -> str:
    label, values = _flat(cells[0].text), cells[1:]
    if not values:
        return label
    parts = []
    for cell in values:
        header = headers[cell.column] if cell.column < len(headers) else ""
        parts.append(f"{header} {_flat(cell.text)}".strip())
    return f"{label}：{'；'.join(parts)}"


def _flat(text: str) -> str:
    text = re.sub(r"\s+", " ", normalise(text)).strip()
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", text)
