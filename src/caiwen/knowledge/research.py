"""研发投入 and 研发人员: a single column (Shanghai), two or three years (Shenzhen), 本年度｜上年度 (STAR market)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from caiwen.finance.text import squash
from caiwen.knowledge.data import load
from caiwen.knowledge.labelled import (
    Headers,
    bare_label,
    contradicts,
    place,
    row_facts,
    row_rules,
    rule_for,
    value_columns,
)
from caiwen.knowledge.making import Maker, Row, gist, is_number, once, rows_of
from caiwen.knowledge.units import PLAIN
from caiwen.records import Document, Fact, Filing, Span, Table

_RULES = "research.yaml"


def extract(document: Document, filing: Filing) -> list[Fact]:
    rules = load(_RULES)
    maker = Maker(document, filing, "research")
    facts: list[Fact] = []
    for table in document.tables:
        words = gist(table)
        if re.search(rules["concerns"], words) and not re.search(rules["not_these"], words):
            facts.extend(_table(maker, table))
    return once(facts)


def _table(maker: Maker, table: Table) -> Iterator[Fact]:
    headers, group = Headers(), ""
    for row in _labelled(rows_of(table)):
        opened = _opens(row)
        if opened:
            group = opened
            if len(row.cells) > 1 and not headers.rows:
                headers.rows = [row]
            continue
        if headers.take(row) or not row.cells:
            continue
        if rule := rule_for(row.label, row_rules(_RULES, "rows")):
            group = ""
            yield from row_facts(maker, table, row, rule, headers)
        elif group and not re.search(load(_RULES)["group_end"], bare_label(row.label)):
            yield from _members(maker, table, row, headers, group)


def _labelled(rows: list[Row]) -> Iterator[Row]:
    """Figures printed a row below their label are put beside it again; without a label they are nobody's."""
    above: Row | None = None
    for row in rows:
        if row.cells and is_number(row.label):
            if above is not None and row.cells[0].column > above.cells[0].column:
                yield replace(row, cells=(*above.cells, *row.cells))
            above = None
            continue
        if above is not None:
            yield above
        above = row if row.is_banner else None
        if above is None:
            yield row
    if above is not None:
        yield above


@cache
def _openers() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile("|".join(p))) for name, p in load(_RULES)["groups"].items())


def _opens(row: Row) -> str | None:
    if not row.cells or any(is_number(c.text) for c in row.cells[1:]):
        return None
    return next(
        (name for name, pattern in _openers() if len(row.label) < 30 and pattern.search(row.label)), None
    )


def _members(maker: Maker, table: Table, row: Row, headers: Headers, group: str) -> Iterator[Fact]:
    cells = [c for c in row.numbers if c is not row.cells[0] and not contradicts("people", c.text)]
    name = re.sub(r"[（(]人[）)]", "", squash(row.cells[0].text))
    meaning = replace(maker.meaning(load(_RULES)["group_item"], span=Span.INSTANT), dimensions={group: name})
    for cell, column, texts in value_columns(maker, table, headers, cells):
        placed = place(meaning, column, instant=True)
        if fact := maker.number(placed, table, cell, PLAIN["people"], label=name, headers=(group, *texts)):
            yield fact
