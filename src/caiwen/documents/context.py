"""What stands around a table: its caption, its unit line and the lines above it (rules in ``units.yaml``)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from caiwen.documents.header_lines import is_header_line
from caiwen.documents.rules import load_rules
from caiwen.documents.sections import read_heading
from caiwen.finance.text import squash
from caiwen.records import Block, Paragraph, Table

CONTEXT_LINES = 4
UNIT_REACH = 6
"""How many lines above a table its unit may stand."""
LONG_TEXT = 120
CAPTION_LENGTH = 60


@dataclass(frozen=True, slots=True)
class _Rules:
    line: re.Pattern[str]
    never: re.Pattern[str]
    blanket: re.Pattern[str]
    whole: re.Pattern[str]
    part: re.Pattern[str]
    header: re.Pattern[str]
    not_caption: re.Pattern[str]
    statement: re.Pattern[str]


@cache
def _rules() -> _Rules:
    def compiled(value: str | list[str]) -> re.Pattern[str]:
        return re.compile(value if isinstance(value, str) else "|".join(value))

    return _Rules(**{name: compiled(value) for name, value in load_rules("units.yaml").items()})


def unit_in(text: str) -> str:
    """The unit statement in a line: the line itself when short, else the part of it that states the unit; or ""."""
    rules = _rules()
    plain = squash(text)
    if plain.endswith(("单位：", "单位:", "单位")) or not _balanced(plain):
        return ""
    if len(plain) <= 40 and rules.line.search(plain):
        return " ".join(text.split())
    if len(plain) > LONG_TEXT:
        return ""
    if rules.blanket.search(plain) and re.search(r"单位|人民币[百千万亿]*元", plain):
        return " ".join(text.split())
    rest = rules.never.sub("　", plain)
    found = rules.part.findall(rest)
    return found[-1] if found else ""


def _balanced(plain: str) -> bool:
    return len(re.findall(r"[（(]", plain)) == len(re.findall(r"[)）]", plain))


def is_unit_line(text: str) -> bool:
    """A line that does nothing but state a unit."""
    plain = squash(text)
    return bool(plain) and len(plain) <= 40 and unit_in(text) == " ".join(text.split())


@dataclass(slots=True)
class _Standing:
    """Unit statements that hold beyond the next table: for the whole document, or until a section of their rank ends."""

    whole: str = ""
    section: str = ""
    rank: int = 0
    open_rank: list[int] = field(default_factory=list)

    def see(self, paragraph: Paragraph) -> None:
        self._leave(paragraph)
        plain = squash(paragraph.text)
        if len(plain) > LONG_TEXT * 2 or not _rules().blanket.search(plain):
            return
        for sentence in re.split(r"[。；;]", plain):
            if not _rules().blanket.search(sentence):
                continue
            if unit := _money_unit(sentence):
                if _rules().whole.search(sentence):
                    self.whole = unit
                self.section, self.rank = unit, self.open_rank[-1] if self.open_rank else 0

    def _leave(self, paragraph: Paragraph) -> None:
        heading = read_heading(paragraph.text)
        if heading is None:
            return
        if heading.rank < self.rank or (heading.rank == self.rank and heading.rank <= 30):
            self.section, self.rank = "", 0
        self.open_rank = [r for r in self.open_rank if r < heading.rank] + [heading.rank]

    @property
    def unit(self) -> str:
        return self.section or self.whole


def _money_unit(sentence: str) -> str:
    return sentence if re.search(r"[百千万亿]*元", sentence) and not _rules().never.search(sentence) else ""


def attach_context(blocks: Sequence[Block]) -> list[Block]:
    """Give every table its caption, unit line and up to four lines above; what a table already has is kept."""
    result: list[Block] = []
    above: list[str] = []
    standing = _Standing()
    previous: Table | None = None
    for block in blocks:
        if isinstance(block, Paragraph):
            standing.see(block)
            above.extend(_lines(block))
            result.append(block)
            continue
        table = _with_context(block, above, standing, previous)
        result.append(table)
        above, previous = [], table
    return result


def _lines(paragraph: Paragraph) -> Iterator[str]:
    for line in paragraph.text.splitlines():
        if line.strip():
            yield line.strip()


def _with_context(table: Table, above: list[str], standing: _Standing, previous: Table | None) -> Table:
    near = above[-UNIT_REACH:]
    first = _first_rows(table)
    unit = table.unit_text or _unit_of_caption(table.caption) or _unit_above(near) or _unit_in_rows(first)
    caption = table.caption or _caption_above(near) or _caption_in_rows(first)
    if not above and previous is not None and previous.n_columns == table.n_columns:
        unit = unit or previous.unit_text
    context = table.context or tuple(line[-LONG_TEXT:] for line in above[-CONTEXT_LINES:])
    return replace(table, caption=caption, unit_text=unit or standing.unit, context=context)


def _unit_of_caption(caption: str) -> str:
    return unit_in(caption[-LONG_TEXT:]) if caption else ""


def _unit_above(lines: list[str]) -> str:
    for line in reversed(lines):
        tail = line if len(line) <= LONG_TEXT else line[-40:]
        if unit := unit_in(tail):
            return unit
        if len(line) > LONG_TEXT:
            return ""
    return ""


def _first_rows(table: Table, count: int = 3) -> list[list[str]]:
    """Texts of the first rows that hold any (a spreadsheet's table may begin far down its sheet)."""
    rows: dict[int, list[str]] = {}
    for cell in table.cells:
        if cell.text.strip():
            rows.setdefault(cell.row, []).append(cell.text.strip())
    return [rows[r] for r in sorted(rows)[:count]]


def _unit_in_rows(rows: list[list[str]]) -> str:
    """A unit line in the table's own first rows, or the one money unit that all its header cells name."""
    for row in rows:
        for text in row:
            if is_unit_line(text):
                return text
    named: dict[str, str] = {}
    for text in (t for row in rows[:2] for t in row):
        for found in _rules().header.finditer(squash(text)):
            named.setdefault(found.group(1), text)
    return next(iter(named.values())) if len(named) == 1 else ""


def _caption_above(lines: list[str]) -> str:
    rules = _rules()
    candidates = [line for line in lines if _may_be_caption(line)]
    for line in reversed(candidates):
        if rules.statement.search(squash(line)):
            return _without_unit(line)
        if read_heading(line) is not None:
            break
    return _without_unit(candidates[-1]) if candidates else ""


def _may_be_caption(line: str) -> bool:
    plain = squash(line)
    if not 2 <= len(plain) <= CAPTION_LENGTH or plain[-1] in "；;，," or "。" in plain:
        return False
    if is_header_line(line) or len(line.split()) >= 5:
        return False
    return not _rules().not_caption.search(plain) and not is_unit_line(line)


def _without_unit(line: str) -> str:
    unit = unit_in(line)
    return line.replace(unit, "").strip() or line if unit else line


def _caption_in_rows(rows: list[list[str]]) -> str:
    """A first row of a single text names the table."""
    if rows and len(rows[0]) == 1 and _may_be_caption(rows[0][0]) and len(rows) > 1 and len(rows[1]) > 1:
        return rows[0][0]
    return ""
