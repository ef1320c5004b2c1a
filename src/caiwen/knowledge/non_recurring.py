"""非经常性损益: the items as printed (each a dimension) and their total.

Signs are as printed: 减：所得税影响额 keeps the figure of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from caiwen.finance.text import squash
from caiwen.knowledge.data import load
from caiwen.knowledge.labelled import Headers, contradicts, place, value_columns
from caiwen.knowledge.making import Maker, Row, gist, once, rows_of
from caiwen.knowledge.units import measure, table_scale
from caiwen.records import Document, Fact, Filing, Table

_RULES = "non_recurring.yaml"
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
    for row in rows_of(table):
        if headers.take(row) or not row.cells or done:
            continue
        if rule := _item_of(row):
            item, dimensions = rule
            yield from _row(maker, table, row, headers, item, dimensions)
            done = not dimensions


def _item_of(row: Row) -> tuple[str, dict[str, str]] | None:
    rules = load(_RULES)
    if row.label == squash(rules["banner"]) or not row.numbers or re.search(rules["not_rows"], row.label):
        return None
    if re.search(rules["total"], _LEAD.sub("", row.label)):
        return rules["item"], {}
    return rules["item"], {rules["dimension"]: _LEAD.sub("", row.label)}


def _row(
    maker: Maker, table: Table, row: Row, headers: Headers, item: str, dimensions: dict[str, str]
) -> Iterator[Fact]:
    cells = [c for c in row.numbers if c is not row.cells[0] and not contradicts("money", c.text)]
    for cell, column, texts in value_columns(maker, table, headers, cells):
        how = measure("money", "", texts, table_scale(table), cell.text)
        meaning = replace(place(maker.meaning(item), column, instant=False), dimensions=dimensions)
        if how and (fact := maker.number(meaning, table, cell, how, label=row.label, headers=texts)):
            yield fact
