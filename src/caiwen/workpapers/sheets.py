"""One way to lay out a sheet: header, rows, number formats, links, widths."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from caiwen.errors import CaiwenError, system_words

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LONGEST_CELL = 32_000  # Excel refuses more than 32,767 characters
_WIDEST = 48


@dataclass(frozen=True, slots=True)
class Formula:
    """A live formula such as ``=B3/B4``; everything else that starts with "=" is text."""

    text: str
    places: int = 2


@dataclass(frozen=True, slots=True)
class Link:
    """Shown text and the address behind it."""

    text: str
    target: str | None


CellValue = str | int | Decimal | Formula | Link | None


def new_book() -> Workbook:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    return book


def add_sheet(
    book: Workbook, title: str, headers: Sequence[str], rows: Iterable[Sequence[CellValue]]
) -> Worksheet:
    """Header in bold and frozen, a filter over it, columns as wide as their content up to a limit."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title)
    sheet.append(list(headers))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DDE7F3")
        cell.alignment = Alignment(vertical="center")
    widths = [_width(h) for h in headers]
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            put(sheet.cell(number, column), value)
            widths[column - 1] = max(widths[column - 1], _width(_shown(value)))
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = min(width, _WIDEST) + 2
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    return sheet


def put(cell: Cell, value: CellValue) -> None:
    from openpyxl.styles import Font

    if isinstance(value, Formula):
        cell.value = value.text
        cell.number_format = decimal_format(value.places)
    elif isinstance(value, Link):
        _put_text(cell, value.text)
        if value.target:
            cell.hyperlink = value.target
            cell.font = Font(color="0563C1", underline="single")
    elif isinstance(value, Decimal):
        cell.value = value
        cell.number_format = decimal_format(max(-int(value.as_tuple().exponent), 0))
    elif isinstance(value, str):
        _put_text(cell, value)
    else:
        cell.value = value


def _put_text(cell: Cell, text: str) -> None:
    cell.value = _CONTROL.sub("", text)[:_LONGEST_CELL]
    cell.data_type = "s"


def decimal_format(places: int) -> str:
    return "#,##0" + ("." + "0" * places if places else "")


def page_link(path: str | None, page: int | None) -> Link | None:
    """Excel and browsers open ``file:///...#page=12`` at that page of a PDF."""
    if page is None:
        return None
    target = f"{Path(path).resolve().as_uri()}#page={page}" if path else None
    return Link(str(page), target)


def save_whole(book: Workbook, path: Path) -> None:
    """Write beside and rename."""
    if path.suffix.lower() != ".xlsx":
        raise CaiwenError("底稿文件要以 .xlsx 结尾", where=str(path))
    beside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(_packed(book))
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise CaiwenError("写不进去", where=str(path), hint=system_words(error)) from error


def _packed(book: Workbook) -> bytes:
    """In memory: a ZipFile whose disk is full complains a second time when it is let go."""
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def write_table(path: Path, title: str, headers: Sequence[str], rows: Iterable[Sequence[CellValue]]) -> None:
    """One sheet in a book of its own."""
    book = new_book()
    add_sheet(book, title, headers, rows)
    save_whole(book, path)


def _shown(value: CellValue) -> str:
    if isinstance(value, Decimal):
        return f"{value:,f}"
    if isinstance(value, Formula):
        return "0" * 14
    if isinstance(value, Link):
        return value.text
    return "" if value is None else str(value)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
