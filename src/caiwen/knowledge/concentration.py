"""Customers and suppliers: the five largest, their share, related parties among them; tables and sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from caiwen.finance.text import squash
from caiwen.knowledge.data import load
from caiwen.knowledge.labelled import Headers, row_facts, row_rules, rule_for
from caiwen.knowledge.making import Maker, Row, gist, is_number, once, rows_of
from caiwen.knowledge.told import facts_told, prose_rules
from caiwen.knowledge.units import measure, table_scale
from caiwen.records import Cell, Document, Fact, Filing, FilingKind, Paragraph, Table

_RULES = "concentration.yaml"


def extract(document: Document, filing: Filing) -> list[Fact]:
    """Prospectuses list customers by year and by business: theirs are left to passages."""
    if filing.kind is FilingKind.PROSPECTUS:
        return []
    maker = Maker(document, filing, "concentration")
    facts: list[Fact] = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            if "客户" in block.text or "供应商" in block.text:
                facts.extend(facts_told(maker, block, prose_rules(_RULES)))
        elif re.search(load(_RULES)["concerns"], words := gist(block)):
            facts.extend(_totals(maker, block))
            facts.extend(_list(maker, block, words))
    return once(facts)


def _totals(maker: Maker, table: Table) -> Iterator[Fact]:
    headers = Headers()
    for row in rows_of(table):
        if not headers.take(row) and row.cells and (rule := rule_for(row.label, row_rules(_RULES, "totals"))):
            yield from row_facts(maker, table, row, rule, headers)


@dataclass(frozen=True, slots=True)
class _Columns:
    rule: dict[str, Any]
    name: int
    amount: Cell | None
    share: Cell | None


def _list(maker: Maker, table: Table, words: str) -> Iterator[Fact]:
    """序号｜客户名称｜销售额｜占年度销售总额比例: one fact a figure, the name as dimension."""
    rules = load(_RULES)
    above = table.caption + "".join(table.context)
    if re.search(rules["list_not"], table.caption) or not re.search(
        rules["list_above"], squash(above) + words
    ):
        return
    columns: _Columns | None = None
    for row in rows_of(table):
        if found := _columns_of(row):
            columns = found
        elif columns and (not row.cells or re.search(rules["list_end"], squash(row.cells[0].text))):
            columns = None
        elif columns:
            yield from _listed(maker, table, row, columns)


@cache
def _titles() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(pattern) for name, pattern in load(_RULES)["list_columns"].items()}


def _columns_of(row: Row) -> _Columns | None:
    titles = {
        name: next((c for c in row.cells if pattern.match(squash(c.text))), None)
        for name, pattern in _titles().items()
    }
    name, amount, share = titles["name"], titles["amount"], titles["share"]
    if name is None or (amount is None and share is None):
        return None
    for cell in (share, amount, name):
        for rule in load(_RULES)["lists"] if cell is not None else ():
            if cell is not None and re.search(rule["sign"], squash(cell.text)):
                return _Columns(rule, name.column, amount, share)
    return None


def _listed(maker: Maker, table: Table, row: Row, columns: _Columns) -> Iterator[Fact]:
    at = {place: cell for cell in row.cells for place in range(cell.column, cell.column + cell.colspan)}
    named = at.get(columns.name)
    if named is None or is_number(named.text) or re.search(load(_RULES)["list_end"], squash(named.text)):
        return
    who = {columns.rule["who"]: squash(named.text)}
    for head, item, unit in (
        (columns.amount, columns.rule["amount_item"], "money"),
        (columns.share, columns.rule["share_item"], "percent"),
    ):
        cell = at.get(head.column) if head is not None else None
        if head is None or cell is None:
            continue
        how = measure(unit, "", [head.text], table_scale(table), cell.text)
        meaning = replace(maker.meaning(item), dimensions=who)
        title, label = [squash(head.text)], squash(named.text)
        if how and (fact := maker.number(meaning, table, cell, how, label=label, headers=title)):
            yield fact
