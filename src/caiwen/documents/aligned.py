"""Tables that reached us as lines of text: a label, perhaps a note reference, then values apart by blanks.

Reports turned into HTML or plain text often lose the grid of their financial statements this way. A run of
such lines becomes a Table again when the number of values agrees from row to row; a row whose values cannot be
assigned to columns keeps its text in one cell, so that nothing is put into a wrong column.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from caiwen.documents.clean import is_value, trailing_values, width
from caiwen.documents.context import is_unit_line
from caiwen.documents.header_lines import HeaderRow, header_rows, is_header_line, opens_header
from caiwen.finance.text import normalise
from caiwen.records import Block, Cell, Paragraph, Table

MAX_TEXT_RUN = 7
LABEL_WIDTH = 36.0
MIN_ROWS = 3

_STRONG = re.compile(r"\d,\d{3}|\d\.\d|\d{3}|[（(]\d")
_NOTE = re.compile(
    r"[一二三四五六七八九十]{1,3}(?:[、.．(（]\d{1,3}[)）]?)?(?:[(（.]\d{1,2}[)）]?)?$|\d{1,2}(?:[(（]\w{1,2}[)）])?$|[(（]\d{1,2}[)）]$"
)
_CHINESE_NOTE = re.compile(r"[一二三四五六七八九十]{1,3}(?:[、.．(（]|$)")
_MARK = re.compile(
    r"[-—－]|其中|加[:：]|减[:：]|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.、]"
)
_TITLE = re.compile(r"表(?:[（(]续[)）])?$|[（(]续[)）]$|股份有限公司$|附注$|^第.{1,4}页")


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    page: int | None
    level: int
    label: str = ""
    values: tuple[str, ...] = ()

    @property
    def strong(self) -> bool:
        return len(self.values) >= 2 and any(_STRONG.search(v) for v in self.values)


@dataclass(slots=True)
class _Row:
    label: str
    note: str
    values: tuple[str, ...]
    page: int | None


def tables_from_lines(blocks: Sequence[Block]) -> list[Block]:
    """Replace runs of value lines among the paragraphs by tables; everything else stays in place."""
    result: list[Block] = []
    pending: list[_Line] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            pending.extend(_lines(block))
            continue
        result.extend(_build(pending))
        pending = []
        result.append(block)
    result.extend(_build(pending))
    return result


def _lines(paragraph: Paragraph) -> list[_Line]:
    texts = [" ".join(t.split()) for t in paragraph.text.splitlines()]
    parsed = [_parse(t, paragraph) for t in texts if t]
    if any(line.strong for line in parsed):
        return parsed
    return [_Line(paragraph.text, paragraph.page, paragraph.level)]


def _parse(text: str, paragraph: Paragraph) -> _Line:
    label, values = trailing_values(text)
    return _Line(text, paragraph.page, paragraph.level, label, values)


def _build(lines: list[_Line]) -> list[Block]:
    result: list[Block] = []
    at = 0
    while at < len(lines):
        if lines[at].strong and (run := _run(lines, at)) is not None:
            before, table, at = run
            del result[len(result) - before :]
            result.append(table)
            continue
        result.append(Paragraph(lines[at].text, lines[at].page, level=lines[at].level))
        at += 1
    return result


def _run(lines: list[_Line], first: int) -> tuple[int, Table, int] | None:
    """The table whose first row is ``first``: how many lines before it are its header, the table, the line after it."""
    end = _end_of_run(lines, first)
    head, labels = _head_of_run(lines, first)
    body = lines[labels:end]
    rows, n_columns = _align(body, head)
    good = sum(len(row.values) == n_columns for row in rows)
    if n_columns < 2 or good < (2 if head else MIN_ROWS) or good * 2 < sum(bool(row.values) for row in rows):
        return None
    table = _table(rows, header_rows([h.text for h in head], n_columns), n_columns)
    used = head if table.n_rows > len(rows) else []
    return first - labels + len(used), table, end


def _end_of_run(lines: list[_Line], first: int) -> int:
    """One past the last value line of the run that starts at ``first``."""
    last, since = first, 0
    for i in range(first + 1, len(lines)):
        line = lines[i]
        if line.values and (line.label == "" or _is_label(line.label)):
            last, since = i, 0
            continue
        since += 1
        if (
            since > MAX_TEXT_RUN
            or not _is_label(line.text)
            or opens_header(line.text)
            or _TITLE.search(line.text)
        ):
            break
    return last + 1


def _is_label(text: str) -> bool:
    plain = text.strip()
    if not plain or "\n" in plain or width(plain) > LABEL_WIDTH or plain[-1] in "。；;，,：:！？":
        return False
    return "。" not in plain and not is_unit_line(plain)


def _head_of_run(lines: list[_Line], first: int) -> tuple[list[_Line], int]:
    """The header lines above ``first`` and where the label lines after them begin."""
    labels = first
    while labels > max(0, first - MAX_TEXT_RUN) and not is_header_line(lines[labels - 1].text):
        if lines[labels - 1].values or not _is_label(lines[labels - 1].text):
            break
        labels -= 1
    top = labels
    while top > max(0, labels - 25) and is_header_line(lines[top - 1].text):
        top -= 1
    return (lines[top:labels], labels) if top < labels else ([], first)


def _align(body: list[_Line], head: list[_Line]) -> tuple[list[_Row], int]:
    """Rows and the number of value columns that explains most of them."""
    counts = Counter(len(line.values) for line in body if line.values)
    widest = max((len(h.text.split()) for h in head), default=0)
    candidates = {counts.most_common(1)[0][0], *counts, widest, *(2 * n for n in counts)}
    noted = any("附注" in h.text or "注释" in h.text for h in head) or _many_notes(body)

    def quality(n: int) -> tuple[int, int]:
        rows = _rows(body, n, noted)
        return sum(len(row.values) == n for row in rows) * n, n

    best = max(candidates, key=quality)
    return _rows(body, best, noted), best


def _many_notes(body: list[_Line]) -> bool:
    return (
        sum(bool(_CHINESE_NOTE.match(line.label.split()[-1])) for line in body if line.values and line.label)
        >= 2
    )


def _rows(body: list[_Line], n: int, noted: bool) -> list[_Row]:
    rows: list[_Row] = []
    waiting: list[_Line] = []
    widest = max((width(line.label or line.text) for line in body), default=0)
    for line in body:
        if not line.values:
            waiting.append(line)
            continue
        label, note, values = _split_note(line, n, noted)
        if not label and not waiting and rows and len(rows[-1].values) + len(values) == n:
            rows[-1].values += values
            continue
        wrapped = _wrapped(waiting, bool(label), widest)
        kept = wrapped if label else wrapped[:-1]
        rows.extend(_Row(*_text_note(text, noted), (), waiting[0].page) for text in kept)
        rows.append(_Row(label or (wrapped[-1] if wrapped else ""), note, values, line.page))
        waiting = []
    return rows


def _split_note(line: _Line, n: int, noted: bool) -> tuple[str, str, tuple[str, ...]]:
    """Take the note reference off the label's end, or off the values where it is a bare number."""
    label, values = line.label, line.values
    if not noted:
        return label, "", values
    head, _, tail = label.rpartition(" ")
    if _NOTE.match(tail) and (head or _CHINESE_NOTE.match(tail)):
        return head, tail, values
    if len(values) == n + 1 and _NOTE.match(values[0]):
        return label, values[0], values[1:]
    return label, "", values


def _text_note(text: str, noted: bool) -> tuple[str, str]:
    head, _, tail = text.rpartition(" ")
    return (head, tail) if noted and head and _NOTE.match(tail) else (text, "")


def _wrapped(lines: list[_Line], closed: bool, widest: float) -> list[str]:
    """Label lines without values, put together where one wrapped into the next.

    ``closed``: the row that follows has a label of its own, so a full line is needed to see a wrap.
    """
    result: list[str] = []
    previous = 0.0
    longest = max((width(line.text) for line in lines), default=0)
    for line in lines:
        text = normalise(line.text).strip()
        full = previous >= 0.8 * widest if closed else previous > 0.5 * longest
        if result and full and not _MARK.match(text):
            result[-1] += text
        else:
            result.append(text)
        previous = 0.0 if _NOTE.match(text.rpartition(" ")[2]) else width(text)
    return result


def _table(rows: list[_Row], header: list[HeaderRow] | None, n_columns: int) -> Table:
    noted = any(row.note for row in rows)
    offset = 2 if noted else 1
    cells: list[Cell] = []
    page = rows[0].page
    for r, head in enumerate(header or []):
        cells.extend(_header_cells(head, r, offset, n_columns, page, last=r == len(header or []) - 1))
    for r, row in enumerate(rows, start=len(header or [])):
        cells.extend(_row_cells(row, r, offset, n_columns))
    return Table(0, tuple(cells), len(rows) + len(header or []), offset + n_columns, page=page, ruled=False)


def _header_cells(
    head: HeaderRow, r: int, offset: int, n: int, page: int | None, *, last: bool
) -> list[Cell]:
    cells = []
    if head.label and last:
        cells.append(Cell(r, 0, head.label, page=page))
    if head.note and offset == 2 and last:
        cells.append(Cell(r, 1, head.note, page=page))
    span = n // len(head.texts)
    return cells + [Cell(r, offset + i * span, text, 1, span, page) for i, text in enumerate(head.texts)]


def _row_cells(row: _Row, r: int, offset: int, n: int) -> list[Cell]:
    if row.values and len(row.values) != n:
        text = " ".join(part for part in (row.label, row.note, *row.values) if part)
        return [Cell(r, 0, text, page=row.page)]
    cells = [Cell(r, 0, row.label, page=row.page)]
    if row.note:
        cells.append(Cell(r, 1, row.note, page=row.page))
    return cells + [Cell(r, offset + i, value, page=row.page) for i, value in enumerate(row.values)]


def join_continued(blocks: Sequence[Block]) -> list[Block]:
    """Put together the parts of a table whose title is repeated with （续）."""
    result: list[Block] = []
    for block in blocks:
        last = next((i for i in range(len(result) - 1, -1, -1) if isinstance(result[i], Table)), None)
        if isinstance(block, Table) and last is not None and _is_continuation(result, last, block):
            first = result[last]
            assert isinstance(first, Table)
            result[last:] = [_append(first, block)]
        else:
            result.append(block)
    return result


def _titles(blocks: Sequence[Block]) -> list[str]:
    texts = [line for b in blocks if isinstance(b, Paragraph) for line in b.text.splitlines()]
    return [t.strip() for t in texts if t.strip() and not is_unit_line(t)]


def _is_continuation(blocks: list[Block], last: int, table: Table) -> bool:
    previous = blocks[last]
    between = _titles(blocks[last + 1 :])
    if not isinstance(previous, Table) or previous.ruled or table.ruled or not between or len(between) > 8:
        return False
    base = re.sub(r"[（(]续[)）]$", "", between[-1])
    if base == between[-1] or base not in _titles(blocks[max(0, last - 8) : last]):
        return False
    return _head_texts(previous) == _head_texts(table) and _n_values(previous) == _n_values(table)


def _head_texts(table: Table) -> list[str]:
    first = _first_value(table)
    return [c.text for c in table.cells if c.row < _head_count(table) and c.column >= first]


def _first_value(table: Table) -> int:
    """The first column of values: 2 when a notes column stands before, else 1."""
    counts = Counter(c.column for c in table.cells if c.column and is_value(c.text))
    most = max(counts.values(), default=0)
    return min((column for column, n in counts.items() if n * 2 > most), default=1)


def _n_values(table: Table) -> int:
    return table.n_columns - _first_value(table)


def _head_count(table: Table) -> int:
    """Rows of column headers: without values, and but for the corner without a label."""
    rows = range(min((c.row for c in table.cells if c.column and is_value(c.text)), default=0))
    return next((r for r in rows if not any(c.row == r and c.column for c in table.cells)), len(rows))


def _append(first: Table, second: Table) -> Table:
    """``second`` below ``first``, its own header left out; a notes column that only one of them has is added."""
    skip = _head_count(second)
    gap = _first_value(first) - _first_value(second)
    upper = first.cells if gap >= 0 else tuple(_shift(c, 0, -gap) for c in first.cells)
    lower = tuple(_shift(c, first.n_rows - skip, max(gap, 0)) for c in second.cells if c.row >= skip)
    n_columns = max(first.n_columns, second.n_columns)
    return replace(
        first, cells=upper + lower, n_rows=first.n_rows + second.n_rows - skip, n_columns=n_columns
    )


def _shift(cell: Cell, rows: int, columns: int) -> Cell:
    return replace(cell, row=cell.row + rows, column=cell.column + (columns if cell.column else 0))
