"""Workbooks (XLSX) and delimited text (CSV, TSV).

Numbers come out as the sheet holds them: 15 significant digits, as Excel keeps them, without binary noise; percent
formats keep their sign. Rows and columns are the sheet's own (from 0).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile
from pathlib import Path
from typing import Any

from caiwen.documents.archive import DAMAGE, members
from caiwen.documents.clean import join_cell
from caiwen.documents.context import unit_in
from caiwen.documents.encodings import decode
from caiwen.documents.finish import finish
from caiwen.documents.merges import Range, SheetFacts, sheet_facts
from caiwen.errors import DocumentError
from caiwen.records import Block, Cell, Document, Paragraph, Table

XLSX_PARSER = "caiwen.xlsx 1"
CSV_PARSER = "caiwen.csv 1"
MAX_CELLS = 1_500_000
_TITLES = 8
"""Rows above a table's head that are looked at."""
DELIMITERS = (",", "\t", ";", "|")


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    texts: dict[int, str]


def read_xlsx(path: Path, name: str, sha256: str) -> Document:
    """Every sheet with content as tables; raises DocumentError when the workbook cannot be opened."""
    members(path)
    blocks: list[Block] = []
    warnings: list[str] = []
    for title, hidden, rows, facts in _sheets(path, name):
        found = _sheet_blocks(rows, facts.merged, title, warnings)
        if not found:
            continue
        if hidden:
            warnings.append(f"工作表“{title}”是隐藏的，已一并读取")
        if facts.uncached:
            warnings.append(
                f"工作表“{title}”有 {facts.uncached} 个公式没有保存计算结果，请用 Excel 打开保存后再导入"
            )
        blocks.append(Paragraph(title, level=1))
        blocks.extend(found)
    if not blocks:
        raise DocumentError("工作簿里没有数据", where=name, hint="请检查是否保存了正确的工作表")
    done, sections = finish(blocks, outline=True)
    return Document(
        sha256, name, "xlsx", blocks=done, sections=sections, warnings=tuple(warnings), parser=XLSX_PARSER
    )


def _sheets(path: Path, name: str) -> Iterator[tuple[str, bool, list[_Row], SheetFacts]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    damage: tuple[type[Exception], ...] = (InvalidFileException, *DAMAGE)
    try:
        facts = sheet_facts(path)
        book = load_workbook(path, read_only=True, data_only=True)
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            rows = [_row(number, cells) for number, cells in enumerate(sheet.iter_rows())]
            yield sheet.title, sheet.sheet_state != "visible", rows, facts.get(sheet.title, SheetFacts())
        book.close()
    except damage as error:
        raise DocumentError(
            "工作簿已损坏，无法打开", where=name, hint="请用 Excel 打开后另存为 .xlsx"
        ) from error


def _row(number: int, cells: Sequence[Any]) -> _Row:
    texts = {}
    for column, cell in enumerate(cells):
        text = cell_text(cell.value, cell.number_format if cell.value is not None else "")
        if text:
            texts[column] = text
    return _Row(number, texts)


def cell_text(value: Any, number_format: str) -> str:
    """A cell's value as text: exact, dates as ISO, percents with their sign."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return number_text(value, percent="%" in re.sub(r'"[^"]*"|\\.', "", number_format or ""))
    if hasattr(value, "isoformat"):
        return str(value.isoformat()).replace("T00:00:00", "").replace("T", " ")
    return join_cell(str(value))


def number_text(value: float, *, percent: bool = False) -> str:
    """0.1 + 0.2 → 0.3: the shortest text of at most 15 significant digits, never in exponent form."""
    exact = Decimal(value) if isinstance(value, int) else Decimal(format(value, ".15g"))
    if not exact.is_finite():
        return str(value)
    if percent:
        exact *= 100
    text = format(exact, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text}%" if percent else text


def _sheet_blocks(rows: list[_Row], merged: Sequence[Range], title: str, warnings: list[str]) -> list[Block]:
    total = sum(len(row.texts) for row in rows)
    if total > MAX_CELLS:
        rows = _first_cells(rows, MAX_CELLS)
        warnings.append(f"工作表“{title}”有 {total} 个单元格，只读了前 {len(rows)} 行")
    spans = {(m.row, m.column): m for m in merged}
    covered = {r for m in merged for r in range(m.row, m.row + m.rowspan) if m.rowspan < 200}
    blocks: list[Block] = []
    group: list[_Row] = []
    for row in rows:
        if row.texts:
            group.append(row)
        elif row.number not in covered:
            blocks.extend(_group_blocks(group, spans, title))
            group = []
    blocks.extend(_group_blocks(group, spans, title))
    return blocks


def _first_cells(rows: list[_Row], limit: int) -> list[_Row]:
    kept, seen = [], 0
    for row in rows:
        seen += len(row.texts)
        if seen > limit:
            break
        kept.append(row)
    return kept


def _group_blocks(group: list[_Row], spans: dict[tuple[int, int], Range], sheet: str) -> list[Block]:
    """Rows without a blank row between them; rows of one text each are lines, not a table."""
    if not group:
        return []
    if all(len(row.texts) == 1 for row in group) and len(group) <= 3:
        return [Paragraph(text) for row in group for text in row.texts.values()]
    cells = []
    for row in group:
        for column, text in row.texts.items():
            span = spans.get((row.number, column), Range(row.number, column))
            cells.append(Cell(row.number, column, text, span.rowspan, span.colspan))
    n_columns = max(c.column + c.colspan for c in cells)
    lines = _lines_above(group)
    unit = next(filter(None, map(unit_in, lines)), "")
    size = (group[-1].number + 1, n_columns)
    return [Table(0, tuple(cells), *size, unit_text=unit, context=lines, sheet=sheet)]


def _lines_above(group: list[_Row]) -> tuple[str, ...]:
    """What the first rows say that hold one text each: company, statement, period, unit."""
    alone = list(takewhile(lambda row: len(row.texts) == 1, group))
    return tuple(text for row in alone[:_TITLES] for text in row.texts.values()) if alone != group else ()


def read_csv(data: bytes, name: str, sha256: str) -> Document:
    """Delimited text as one table (blank lines part tables)."""
    text, warnings = decode(data, name)
    delimiter = find_delimiter(text)
    if delimiter is None:
        raise DocumentError(
            "看不出这是用什么符号分隔的表格", where=name, hint="请用逗号或制表符分隔，每行列数一致"
        )
    notes = list(warnings)
    try:
        reader = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=delimiter)
        rows = [
            _Row(i, {c: t for c, v in enumerate(row) if (t := join_cell(v))}) for i, row in enumerate(reader)
        ]
    except csv.Error as error:
        raise DocumentError(f"表格格式有误（{error}）", where=name, hint="请检查引号是否成对") from error
    blocks = _sheet_blocks(rows, (), "", notes)
    if not blocks:
        raise DocumentError("表格里没有数据", where=name, hint="请检查文件是否保存完整")
    plain = [_without_sheet(b) for b in blocks]
    done, sections = finish(plain)
    return Document(
        sha256, name, "csv", blocks=done, sections=sections, warnings=tuple(notes), parser=CSV_PARSER
    )


def _without_sheet(block: Block) -> Block:
    from dataclasses import replace

    return replace(block, sheet=None) if isinstance(block, Table) else block


def find_delimiter(text: str) -> str | None:
    """The character that parts the first lines into the same number (at least two) of fields, or None."""
    lines = [line for line in text[:60_000].splitlines()[:40] if line.strip()]
    best: tuple[float, int, str] | None = None
    for delimiter in DELIMITERS:
        rows = list(csv.reader(lines, delimiter=delimiter))
        counts = [len(row) for row in rows]
        common = max(set(counts), key=counts.count, default=0)
        share = counts.count(common) / len(counts) if counts else 0
        if common >= 2 and share >= 0.7 and (best is None or (share, common) > best[:2]):
            best = (share, common, delimiter)
    return best[2] if best else None
