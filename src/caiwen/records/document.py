"""A file as read: pages, blocks in reading order, the section tree."""

from __future__ import annotations

from dataclasses import dataclass, field

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class PageInfo:
    """One page. ``width`` and ``height`` in points as displayed; ``scanned``: an image without text.

    ``error`` says in Chinese why this page could not be read (the others could).
    """

    number: int
    width: float | None = None
    height: float | None = None
    scanned: bool = False
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A run of text lines that belong together. ``level`` 1.. marks a heading, 0 is body text."""

    text: str
    page: int | None = None
    box: Box | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell; ``row`` and ``column`` are its top left place in the joined table, from 0.

    ``page`` and ``box`` say where it stands (a table joined over pages has cells on several pages).
    A row split by a page break keeps the page and box of its first part.
    For spreadsheets ``row``/``column`` + 1 are the sheet's own numbers.
    """

    row: int
    column: int
    text: str
    rowspan: int = 1
    colspan: int = 1
    page: int | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table, already joined over page breaks.

    ``index``: its number within the document, from 0. ``caption``: the title line above it (合并资产负债表, 主要会计数据...).
    ``unit_text``: the line that states unit and currency, as printed (单位：元 币种：人民币), also when it
    stands above an earlier part or inside the table's first row. ``context``: a few text lines right above it, nearest last.
    ``ruled``: built from ruling lines (False: from alignment).
    """

    index: int
    cells: tuple[Cell, ...]
    n_rows: int
    n_columns: int
    caption: str = ""
    unit_text: str = ""
    context: tuple[str, ...] = ()
    page: int | None = None
    box: Box | None = None
    sheet: str | None = None
    ruled: bool = True

    def grid(self) -> list[list[Cell | None]]:
        """Rows × columns; a merged cell stands in every place that it covers."""
        rows: list[list[Cell | None]] = [[None] * self.n_columns for _ in range(self.n_rows)]
        for cell in self.cells:
            for r in range(cell.row, min(cell.row + cell.rowspan, self.n_rows)):
                for c in range(cell.column, min(cell.column + cell.colspan, self.n_columns)):
                    rows[r][c] = cell
        return rows


Block = Paragraph | Table


@dataclass(frozen=True, slots=True)
class Section:
    """A node of the section tree; ``start``/``end`` are a half-open range of block numbers.

    ``path`` holds the titles from the root down to this one.
    """

    title: str
    level: int
    path: tuple[str, ...]
    start: int
    end: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A file as read. ``format``: pdf, html, docx, xlsx, csv, txt, md, jsonl.

    ``title``: the file's own title where it has one (a hint). ``warnings``: Chinese, for the user: pages
    that were skipped, scanned or unreadable. ``parser``: name and version of the reader.
    """

    sha256: str
    name: str
    format: str
    pages: tuple[PageInfo, ...] = ()
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    title: str = ""
    published: str | None = None
    warnings: tuple[str, ...] = ()
    parser: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def tables(self) -> tuple[Table, ...]:
        return tuple(b for b in self.blocks if isinstance(b, Table))

    def section_at(self, block: int) -> Section | None:
        """The innermost section that holds block number ``block``."""
        found: Section | None = None
        for section in self.sections:
            if section.start <= block < section.end and (found is None or section.level >= found.level):
                found = section
        return found
