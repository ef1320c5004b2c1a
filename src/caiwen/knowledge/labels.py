"""Label–value pairs as disclosures print them: in two or four columns, under a header row, or in prose.

Used where a document names itself (filing) and where it describes itself (profile). A label counts only when
the whole cell is that label, so that 注册地址的邮政编码 never answers for 注册地址.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from caiwen.finance.text import normalise, squash
from caiwen.records import Box, Cell, Paragraph, Table

_PREFIX = re.compile(
    r"^(?:[（(]?[一二三四五六七八九十\d.、]+[）)、.]?)?(?:公司的|本公司的?|公司|本行的?|发行人的?|企业的?)"
)
_SUFFIX = re.compile(r"[（(](?:如有|境内|境外|A股|国内|盖章)[）)]|[:：]+$|\d{0,2}$")
_NUMBERING = re.compile(
    r"^(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[）)]|\d+(?:[.、．]\d*)*[、.．]?)"
)

_TITLE = re.compile(r"(?:名称|地址|姓名|期间|代码|简称|电话|交易所|种类|类型|性质|国籍|权)$")

_FIRM = re.compile(r"(\S+(?:事务所\s*[（(][^）)]*合伙[^）)]*[）)]|事务所|合伙[）)]|有限公司))\s+(.+)")

Lookup = Callable[[str], str | None]
"""A normalised label → the name of what it labels, or None."""


@dataclass(frozen=True, slots=True)
class Pair:
    """``name``: what the label stands for; ``group``: the label of the rows around it (会计师事务所, 董事会秘书)."""

    name: str
    value: str
    label: str
    page: int | None
    box: Box | None
    group: str = ""
    table: int | None = None
    cell: Cell | None = None
    quote: str | None = None


@lru_cache(maxsize=4096)
def bare(label: str) -> str:
    """公司的外文名称（如有） → 外文名称; 1.1.2法定代表人： → 法定代表人."""
    text = _SUFFIX.sub("", _NUMBERING.sub("", squash(label)))
    return _SUFFIX.sub("", _PREFIX.sub("", text))


def in_table(table: Table, lookup: Lookup) -> Iterator[Pair]:
    """Pairs of one table, row by row; a header row of labels gives the rows below it."""
    rows = [_distinct(row) for row in table.grid()]
    header: dict[int, str] = {}
    group = ""
    for number, row in enumerate(rows):
        named = {cell.column: name for cell in row if (name := lookup(bare(cell.text)))}
        below = rows[number + 1] if number + 1 < len(rows) else []
        if _is_header(row, named, below, lookup):
            header = named
            continue
        if row and row[0].column == 0:
            group = squash(row[0].text)
        yield from _pairs_of_row(table, row, lookup, group)
        yield from _under_header(table, row, header)
        if named:
            header = {}


def _distinct(row: list[Cell | None]) -> list[Cell]:
    cells = {id(cell): cell for cell in row if cell is not None and cell.text.strip()}
    return list(cells.values())


def _is_header(row: list[Cell], named: dict[int, str], below: list[Cell], lookup: Lookup) -> bool:
    """Labels side by side (股票种类｜股票上市交易所｜股票简称｜股票代码), their values in the rows below."""
    columns = [cell.column for cell in row]
    neighbours = any(a in named and b in named for a, b in itertools.pairwise(columns))
    titles = len(row) >= 3 and all(_TITLE.search(squash(cell.text)) for cell in row)
    if not named or (not (len(named) >= 2 and neighbours) and not titles):
        return False
    return not any(lookup(bare(cell.text)) for cell in below)


def _under_header(table: Table, row: list[Cell], header: dict[int, str]) -> Iterator[Pair]:
    group = squash(row[0].text) if row else ""
    for cell in row:
        if (name := header.get(cell.column)) and cell.text.strip():
            yield _pair(table, name, cell.text, name, cell, group)


def _pairs_of_row(table: Table, row: list[Cell], lookup: Lookup, group: str) -> Iterator[Pair]:
    """Label and value cells in turn; a cell may hold both (联系电话： 010-…). ``group``: the first column, also of a row above."""
    for number, cell in enumerate(row):
        following = row[number + 1] if number + 1 < len(row) else None
        name = lookup(bare(cell.text))
        if name is None:
            own = group if cell.column else ""
            yield from _several(table, cell, following, lookup, own)
            yield from _inline(table, cell, lookup, own)
        elif (
            following is not None and lookup(bare(following.text)) is None and not _speaks(following, lookup)
        ):
            yield _pair(table, name, following.text, cell.text, following, group if cell.column else "")


def _speaks(cell: Cell, lookup: Lookup) -> bool:
    """Whether a cell brings a label of its own."""
    label, *rest = re.split("[:：]", normalise(cell.text), maxsplit=1)
    return bool(rest) and len(label) < 20 and lookup(bare(label)) is not None


def _several(table: Table, cell: Cell, value: Cell | None, lookup: Lookup, group: str) -> Iterator[Pair]:
    """Two labels printed into one cell, with as many values beside them."""
    labels = re.sub(r"(?<!\S)(\S)\s(?=\S(?!\S))", r"\1", cell.text.strip()).split()  # 名 称 → 名称
    names = [lookup(bare(label)) for label in labels]
    if value is None or len(labels) < 2 or None in names:
        return
    values = value.text.split()
    if len(values) != len(labels) and len(labels) == 2:
        firm = _FIRM.match(" ".join(values))
        values = list(firm.groups()) if firm else values
    if len(values) != len(labels):
        return
    for name, label, text in zip(names, labels, values, strict=True):
        if name is not None:
            yield _pair(table, name, text, label, value, group)


def _inline(table: Table, cell: Cell, lookup: Lookup, group: str) -> Iterator[Pair]:
    """联系电话： 86-10-… inside one cell."""
    label, *rest = re.split("[:：]", normalise(cell.text), maxsplit=1)
    value = "".join(rest)
    if value.strip() and len(label) < 20 and (name := lookup(bare(label))):
        yield _pair(table, name, value, label, cell, group)


def _pair(table: Table, name: str, value: str, label: str, cell: Cell, group: str) -> Pair:
    page = cell.page or table.page
    return Pair(name, tidy(value), squash(label), page, cell.box or table.box, group, table.index, cell)


def tidy(text: str) -> str:
    """The value as one line: breaks inside Chinese vanish, between Latin words they become a space."""
    text = re.sub(r"\s+", " ", normalise(text)).strip()
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", text)


def in_prose(
    paragraph: Paragraph, spelling: re.Pattern[str], lookup: Lookup, stops: re.Pattern[str] | None = None
) -> Iterator[Pair]:
    """法定代表人：某某 within running text; a value ends where the next label, line, sentence or one of ``stops`` begins.

    Where an unknown label follows without a break, the value cannot be told from it and is left out.
    """
    text = normalise(paragraph.text)
    marks = [m for m in spelling.finditer(text) if lookup(bare(m.group("label")))]
    for number, mark in enumerate(marks):
        end = marks[number + 1].start() if number + 1 < len(marks) else len(text)
        name = lookup(bare(mark.group("label")))
        value = _value(text[mark.end() : end], stops)
        if name and value:
            quote = tidy(text[mark.start() : mark.end()] + value)
            yield Pair(
                name, value, squash(mark.group("label")), paragraph.page, paragraph.box, "", quote=quote
            )


_VALUE_END = re.compile(r"[\n；;。]|[（(](?:中文|英文|A股)?简称|(?<=\S)\d+\.\d+\.\d+")
_OTHER_LABEL = re.compile(r"[一-鿿]{2,}[:：]")


def _value(text: str, stops: re.Pattern[str] | None) -> str:
    text = re.sub(r"^\s*A股[:：]", "", text)
    value = _VALUE_END.split(text, maxsplit=1)[0]
    if stops is not None:
        value = stops.split(value, maxsplit=1)[0]
    return "" if _OTHER_LABEL.search(value) else tidy(value).strip("、，,")
