"""非经常性损益: the items as printed (each a dimension) and their total.

Signs are as printed: 减：所得税影响额 keeps the figure of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import takewhile

from caiwen.finance.text import squash
from caiwen.knowledge.data import load
from caiwen.knowledge.labelled import Headers, contradicts, place, value_columns
from caiwen.knowledge.making import Maker, Row, gist, is_number, once, rows_of
from caiwen.knowledge.units import measure, table_scale
from caiwen.records import Document, Fact, Filing, Table

_RULES = "non_recurring.yaml"
_MOST_PIECES = 6
_LONG = 12
"""Characters from which on a piece of a label is told from a label that is short."""
_LEAD = re.compile(r"^(?:[（(]?[一二三四五六七八九十\d]{1,2}[）)、.])?(?:其中|减|加)?[:：]?")


def extract(document: Document, filing: Filing) -> list[Fact]:
    """Reports print the table twice, in front and in the notes, in other words: the first one for a period is taken."""
    maker = Maker(document, filing, "non_recurring")
    kept: list[Fact] = []
    for table in document.tables:
        if _concerns(table):
            covered = {(f.period, f.span) for f in kept if not f.dimensions}
            kept.extend(f for f in _table(maker, table) if (f.period, f.span) not in covered)
    return once(kept)


def _concerns(table: Table) -> bool:
    """Two typical rows, or one under a title that names the matter."""
    rules = load(_RULES)
    labels = "".join("".join(c.text for c in table.cells if c.column <= 1).split())
    found = len(set(re.findall(rules["rows"], labels)))
    if not found or re.search(rules["not_these"], gist(table, 8)):
        return False
    return found >= 2 or "非经常性损益" in gist(table, 8)


def _table(maker: Maker, table: Table) -> Iterator[Fact]:
    headers, done = Headers(), False
    rows = rows_of(table)
    for number, row in enumerate(rows):
        if headers.take(row) or not row.cells or done:
            continue
        if rule := _item_of(row, _whole(rows, number)):
            item, dimensions = rule
            yield from _row(maker, table, row, headers, item, dimensions)
            done = not dimensions


def _item_of(row: Row, label: str) -> tuple[str, dict[str, str]] | None:
    """``label``: the row's label, whole. Two items printed into one row, or the middle of one, leave the figures to none."""
    rules = load(_RULES)
    if label == squash(rules["banner"]) or not row.numbers or re.search(rules["not_rows"], label):
        return None
    if re.search(rules["total"], label):
        return rules["item"], {}
    plain = _plain(label)
    own = [name for name in _standard() if name in plain]
    torn = len(plain) >= _LONG and any(plain in name and not name.startswith(plain) for name in _standard())
    if is_number(label) or torn or any(a not in b and b not in a for a in own for b in own):
        return None
    return rules["item"], {rules["dimension"]: _completed(plain) or label}


def _completed(plain: str) -> str | None:
    """The one item whose beginning a label is that print has cut off."""
    begun = [text for name, text in _standard().items() if name.startswith(plain)]
    return begun[0] if len(begun) == 1 and len(plain) >= _LONG and plain not in _standard() else None


@cache
def _standard() -> dict[str, str]:
    """The wording of each standard item by its bare characters."""
    return {_plain(text): text for text in load(_RULES)["standard"]}


def _plain(text: str) -> str:
    return re.sub(r"[，、,；;。.（）()]", "", squash(text))


def _whole(rows: list[Row], place: int) -> str:
    """The label of a row, with the pieces of it that stand in the rows around without figures of their own."""
    own = _LEAD.sub("", rows[place].label)
    if _plain(own) in _standard():
        return own
    above = _pieces(rows[max(0, place - _MOST_PIECES) : place][::-1])[::-1]
    below = _pieces(rows[place + 1 : place + 1 + _MOST_PIECES])
    for up in range(len(above) + 1):
        for down in range(len(below) + 1):
            whole = _LEAD.sub("", "".join([*above[len(above) - up :], rows[place].label, *below[:down]]))
            if up + down and _plain(whole) in _standard():
                return whole
    return own


def _pieces(rows: list[Row]) -> list[str]:
    return [row.label for row in takewhile(lambda row: row.is_banner, rows)]


def _row(
    maker: Maker, table: Table, row: Row, headers: Headers, item: str, dimensions: dict[str, str]
) -> Iterator[Fact]:
    cells = [c for c in row.numbers if c is not row.cells[0] and not contradicts("money", c.text)]
    for cell, column, texts in value_columns(maker, table, headers, cells):
        how = measure("money", "", texts, table_scale(table), cell.text)
        meaning = replace(place(maker.meaning(item), column, instant=False), dimensions=dimensions)
        if how and (fact := maker.number(meaning, table, cell, how, label=row.label, headers=texts)):
            yield fact
