"""A table as lines of figures under bound columns: what the statement and indicator extractors read.

A ``Part`` is a run of lines under one header; a table has several where the header changes half-way (key
indicators: 2019年 above, 2019年末 below) or where labels stand in two columns (assets left, liabilities right).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from caiwen.finance.amount import Scale, parse_number
from caiwen.finance.period import Period
from caiwen.finance.text import squash
from caiwen.knowledge.columns import (
    ColumnMeaning,
    bind_columns,
    is_day_of_header,
    is_header_text,
    is_label_header,
)
from caiwen.knowledge.units import stated_scale
from caiwen.records import Box, Cell, Filing, Table

_CHINESE = re.compile(r"[一-鿿]")
_YEAR_ONLY = re.compile(r"(?:19|20)\d{2}")
_KEPT = ("value", "change")
"""Columns that a part keeps: the figures, and the printed growth that can confirm them."""
_UNIT_CELL = re.compile(r"^[(（]?(?:金额)?单位[:：]|^[(（]?人民币?(?:百|千|万|亿)?元[)）]?$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One printed cell with its place; ``text`` without spaces, ``raw`` as printed."""

    raw: str
    text: str
    page: int | None = None
    box: Box | None = None
    table: int | None = None
    row: int | None = None
    column: int | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A labelled row; ``cells`` by number of the column group in ``Part.columns``. No cells: a heading or a wrapped piece."""

    label: str
    entry: Entry
    cells: dict[int, Entry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    columns: tuple[ColumnMeaning, ...]
    lines: tuple[Line, ...]
    heading: str = ""
    """Text of the header cell above the labels, and of banner rows right above the header."""
    scale: Scale | None = None
    """The scale stated inside the table above these lines."""
    groups: tuple[tuple[int, ...], ...] = ()
    """For each of ``columns`` the places in the table that it covers."""
    adjusted: bool = False
    """A column of adjustments (调整数) stands among them: the table leads from old balances to new ones."""


@dataclass(slots=True)
class _Reader:
    """The rows of one band of a table (its label column and the columns that belong to it), read top down."""

    table: Table
    rows: list[list[Cell | None]]
    label_column: int
    span: range
    filing: Filing
    anchor: Period | None
    parts: list[Part] = field(default_factory=list)
    header: list[int] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    columns: tuple[ColumnMeaning, ...] = ()
    groups: tuple[tuple[int, ...], ...] = ()
    layout: tuple[tuple[int, ...], ...] = ()
    adjusted: bool = False
    heading: str = ""
    scale: Scale | None = None


def read_table(
    table: Table, filing: Filing, *, anchor: Period | None = None, inherited: Part | None = None
) -> list[Part]:
    """The parts of a table. ``inherited``: the last part of the table that this one continues, for its columns."""
    rows = table.grid()
    parts: list[Part] = []
    for label_column, span in _bands(rows, table.n_columns):
        reader = _Reader(table, rows, label_column, span, filing, anchor)
        if inherited is not None:
            _inherit(reader, inherited)
        parts.extend(_read(reader))
    return parts


def _inherit(reader: _Reader, former: Part) -> None:
    """Columns of the piece above: at the same places, or in the same order where the grid differs."""
    filled = [c for c in reader.span if c != reader.label_column and _numeric(reader.rows, c)]
    known = {column for places in former.groups for column in places}
    if set(filled) <= known and max(known, default=0) < reader.table.n_columns:
        reader.groups = former.groups
    elif len(filled) == len(former.columns):
        reader.groups = tuple((column,) for column in filled)
    else:
        return
    reader.columns, reader.scale, reader.adjusted = former.columns, former.scale, former.adjusted


def entry_of(table: Table, cell: Cell) -> Entry:
    page = cell.page if cell.page is not None else table.page
    return Entry(
        cell.text, squash(cell.text), page, cell.box, table.index, cell.row, cell.column, table.sheet
    )


def _read(reader: _Reader) -> list[Part]:
    for number, row in enumerate(reader.rows):
        cells = _own_cells(row, reader.span)
        texts = [squash(cell.text) for cell in cells]
        if not any(texts):
            continue
        if _is_banner(cells, texts, reader):
            _take_banner(reader, cells, texts)
        elif _is_header(cells, texts, reader):
            reader.header.append(number)
        else:
            if reader.header:
                _bind(reader)
            _take_line(reader, row, number)
    _close(reader)
    return reader.parts


def _own_cells(row: Sequence[Cell | None], span: range) -> list[Cell]:
    """The cells of a row within a band, each once."""
    found: list[Cell] = []
    for column in span:
        cell = row[column]
        if cell is not None and (not found or found[-1] is not cell):
            found.append(cell)
    return found


def _is_banner(cells: list[Cell], texts: list[str], reader: _Reader) -> bool:
    """One text over the whole width, or a unit line that stands inside the table."""
    filled = [i for i, text in enumerate(texts) if text]
    if len(filled) != 1:
        return False
    cell = cells[filled[0]]
    if is_day_of_header(cell.text):
        return False
    return bool(_UNIT_CELL.search(texts[filled[0]])) or cell.colspan >= max(2, len(reader.span))


def _take_banner(reader: _Reader, cells: list[Cell], texts: list[str]) -> None:
    number = next(i for i, text in enumerate(texts) if text)
    if scale := stated_scale(texts[number]):
        if reader.lines:
            _close(reader)
        reader.scale = scale
    elif reader.header or not reader.columns:
        reader.heading = texts[number]
    else:
        reader.lines.append(Line(texts[number], entry_of(reader.table, cells[number])))


def _is_header(cells: list[Cell], texts: list[str], reader: _Reader) -> bool:
    """No amount in any cell beside the labels, and a period, 附注 or 增减 in at least one."""
    if len(cells) == 1 and is_day_of_header(texts[0]):
        return True
    beside = [
        text
        for cell, text in zip(cells, texts, strict=True)
        if text and not _covers(cell, reader.label_column)
    ]
    if not beside or any(
        parse_number(text) is not None and not _YEAR_ONLY.fullmatch(text) for text in beside
    ):
        return False
    return any(is_header_text(text) for text in beside) and all(len(text) <= 60 for text in beside)


def _covers(cell: Cell, column: int) -> bool:
    return cell.column <= column < cell.column + cell.colspan


def _bind(reader: _Reader) -> None:
    """Bind the columns of the collected header rows; a header without any period leaves the former ones in force."""
    stacked = {c: _stack(reader, c) for c in reader.span if c != reader.label_column}
    groups: dict[tuple[int, ...], list[int]] = {}
    for column, cells in stacked.items():
        if cells:
            groups.setdefault(tuple(map(id, cells)), []).append(column)
    texts = [[c.text for c in stacked[columns[0]]] for columns in groups.values()]
    bound = bind_columns(texts, reader.filing, anchor=reader.anchor)
    places = [tuple(columns) for columns in groups.values()]
    reader.layout = tuple(places)
    places = _aligned(reader, places, bound)
    chosen = _told_apart(
        [(m, p) for m, p in zip(bound, places, strict=True) if m is not None and m.role in _KEPT]
    )
    repeated = [m for m, _ in chosen] == list(reader.columns) and [p for _, p in chosen] == list(
        reader.groups
    )
    if reader.lines and not repeated:
        _close(reader)
    if chosen:
        reader.columns = tuple(m for m, _ in chosen)
        reader.groups = tuple(p for _, p in chosen)
        reader.adjusted = any(m is not None and m.role == "adjustment" for m in bound)
    labels = [c.text for c in _stack(reader, reader.label_column)]
    reader.heading = squash("".join([reader.heading, *labels]))
    reader.header = []


def _told_apart(
    chosen: list[tuple[ColumnMeaning, tuple[int, ...]]],
) -> list[tuple[ColumnMeaning, tuple[int, ...]]]:
    """Without the columns whose headers say the same: something that would tell them apart was lost."""
    keys = Counter(_key(m) for m, _ in chosen)
    kept = [(m, p) for m, p in chosen if m.role != "value" or keys[_key(m)] == 1]
    return kept if any(m.role == "value" for m, _ in kept) else []


def _key(meaning: ColumnMeaning) -> tuple[object, ...]:
    return meaning.period, meaning.span, meaning.scope, meaning.basis


def _stack(reader: _Reader, column: int) -> list[Cell]:
    """The header cells above a column, outermost first; a cell merged downwards counts once."""
    found: list[Cell] = []
    for number in reader.header:
        cell = reader.rows[number][column]
        if cell is not None and cell.text.strip() and cell not in found:
            found.append(cell)
    return found


def _aligned(
    reader: _Reader, places: list[tuple[int, ...]], bound: list[ColumnMeaning | None]
) -> list[tuple[int, ...]]:
    """Header cells that stand beside their figures (uneven borders) are matched to the filled columns in order.

    Only when some figure stands under no header and the numbers of headers and filled columns agree.
    """
    below = reader.rows[reader.header[-1] + 1 :]
    filled = [c for c in reader.span if c != reader.label_column and _numeric(below, c) >= 2]
    wanted = [i for i, m in enumerate(bound) if m is not None and m.role in ("value", "change", "adjustment")]
    covered = {c for i in wanted for c in places[i]}
    if len(filled) != len(wanted) or all(c in covered for c in filled):
        return places
    moved = dict(zip(wanted, filled, strict=True))
    return [(moved[i],) if i in moved else place for i, place in enumerate(places)]


def _numeric(rows: list[list[Cell | None]], column: int) -> int:
    return sum(1 for row in rows if (cell := row[column]) is not None and parse_number(cell.text) is not None)


def _take_line(reader: _Reader, row: list[Cell | None], number: int) -> None:
    label = row[reader.label_column]
    cells: dict[int, Entry] = {}
    for group, places in enumerate(_places(reader, row, label)):
        own = {
            id(c): c
            for place in places
            if (c := row[place]) is not None and c.row == number and c.text.strip()
        }
        held = [c for c in own.values() if c is not label and _within(c, places)]
        if len(held) == 1:
            cells[group] = entry_of(reader.table, held[0])
    parts = _label_cells(reader, row, label, number)
    if not parts and not cells:
        return
    entry = (
        entry_of(reader.table, parts[-1]) if parts else Entry("", "", table=reader.table.index, row=number)
    )
    reader.lines.append(Line("".join(squash(c.text) for c in parts), entry, cells))


def _label_cells(reader: _Reader, row: list[Cell | None], label: Cell | None, number: int) -> list[Cell]:
    """The cells that name a row: the label, before it the one that several rows share (贷款迁徙率 | 正常类), or the only
    words left of the figures where they stand outside the column of the other labels."""
    if label is not None and label.rowspan == 1 and label.text.strip():
        return [label]
    first = min((place for places in reader.groups for place in places), default=0)
    before = {
        id(c): c
        for c in row[reader.span.start : first]
        if c is not None and c.row == number and c is not label
    }
    words = [c for c in before.values() if _is_words(c, c.column) and not is_header_text(c.text)]
    if label is not None and label.text.strip():
        return [label, *words] if words or label.row == number else []
    return words if len(words) == 1 else []


def _places(reader: _Reader, row: list[Cell | None], label: Cell | None) -> tuple[tuple[int, ...], ...]:
    """Where each column's figure stands in this row: below its header, or in the order of the headers where the
    row is cut into just as many cells as the header but at other places (uneven merging in HTML)."""
    beside = [c for c in _own_cells(row, reader.span) if c is not label and c.column >= reader.label_column]
    known = {column: places for places in reader.layout for column in places}
    uneven = any(c.text.strip() and not _within(c, known.get(c.column, ())) for c in beside)
    if not uneven or len(beside) != len(reader.layout):
        return reader.groups
    moved = dict(zip(reader.layout, beside, strict=True))
    return tuple(
        tuple(range(c.column, c.column + c.colspan)) if (c := moved.get(p)) else p for p in reader.groups
    )


def _within(cell: Cell, places: tuple[int, ...]) -> bool:
    """A cell that reaches over the columns of its header may hold the figures of two columns."""
    return all(column in places for column in range(cell.column, cell.column + cell.colspan))


def _close(reader: _Reader) -> None:
    if reader.lines and reader.columns:
        part = Part(
            reader.columns, tuple(reader.lines), reader.heading, reader.scale, reader.groups, reader.adjusted
        )
        reader.parts.append(part)
    reader.lines = []
    reader.heading = ""


def _bands(rows: list[list[Cell | None]], width: int) -> list[tuple[int, range]]:
    """(label column, columns) of each band; most tables have one, old balance sheets two side by side."""
    labels = _label_columns(rows, width)
    ends = [*labels[1:], width]
    return [
        (column, range(column if i else 0, end))
        for i, (column, end) in enumerate(zip(labels, ends, strict=True))
    ]


def _label_columns(rows: list[list[Cell | None]], width: int) -> list[int]:
    for row in rows[:4]:
        heads = [
            c
            for c in range(width)
            if (cell := row[c]) is not None and cell.column == c and is_label_header(cell.text)
        ]
        if len(heads) > 1 and _two_sided(rows, heads):
            return heads
    words = [sum(1 for row in rows if _is_words(row[c], c)) for c in range(width)]
    most = max(words, default=0)
    return [next(c for c in range(width) if words[c] * 2 >= most)] if most else [0]


def _two_sided(rows: list[list[Cell | None]], heads: list[int]) -> bool:
    """Each labelled side holds figures before the next begins."""
    sides = zip(heads, [*heads[1:], len(rows[0])], strict=True)
    return all(any(_numeric(rows, c) >= 2 for c in range(start + 1, end)) for start, end in sides)


def _is_words(cell: Cell | None, column: int) -> bool:
    return cell is not None and cell.column == column and len(_CHINESE.findall(cell.text)) >= 2
