"""Regulatory indicators of banks, insurers and brokers: capital, asset quality, solvency, liquidity, net capital."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from caiwen.finance.amount import Scale
from caiwen.finance.items.taxonomy import Item
from caiwen.finance.text import squash
from caiwen.knowledge import bank_prose
from caiwen.knowledge.bank_prose import method_of, regulatory_item
from caiwen.knowledge.data import load
from caiwen.knowledge.labelled import Headers, contradicts, place, value_columns
from caiwen.knowledge.making import Maker, Meaning, Row, gist, rows_of
from caiwen.knowledge.units import document_scale, measure, table_scale
from caiwen.records import Document, Fact, Filing, FilingKind, Scope, Table

_RULES = "bank_indicators.yaml"


def extract(document: Document, filing: Filing) -> list[Fact]:
    """Nothing for general enterprises. Prose serves only for what no table states."""
    if filing.sector not in load(_RULES)["sectors"]:
        return []
    maker = Maker(document, filing, "bank_indicators")
    scale = document_scale(document)
    rules = load(_RULES)
    found = [list(_table(maker, t, scale)) for t in document.tables if _concerns(t)]
    facts = _settled([fact for table in sorted(found, key=len, reverse=True) for fact in table])
    if filing.sector == "bank" and filing.kind is not FilingKind.PROSPECTUS:
        known = {f.item for f in facts if f.period == filing.period}
        facts.extend(bank_prose.told(maker, known | set(rules["broken_down"])))
    return facts


def _concerns(table: Table) -> bool:
    rules = load(_RULES)
    if re.search(rules["not_these"], gist(table, 30)) or _of_one_kind(table):
        return False
    labels = "".join("".join(cell.text for cell in table.cells if cell.column <= 1).split())
    return re.search(rules["concerns"], labels) is not None


def _of_one_kind(table: Table) -> bool:
    """The line above speaks of one kind of loans only (公司贷款的不良贷款): its ratios are not the bank's."""
    above = squash(table.caption + "".join(table.context[-1:]))
    return len(set(re.findall(load(_RULES)["one_kind"], above))) == 1


def _settled(facts: list[Fact]) -> list[Fact]:
    """One value for a key: that of the table with most indicators; none for what is broken down under one name."""
    kept: dict[tuple[object, ...], Fact] = {}
    several: set[tuple[object, ...]] = set()
    for fact in facts:
        key = (*fact.key(), fact.basis)
        if kept.setdefault(key, fact).value != fact.value:
            several.add(key)
    broken = load(_RULES)["broken_down"]
    return [fact for key, fact in kept.items() if key not in several or fact.item not in broken]


def _table(maker: Maker, table: Table, default: Scale | None) -> Iterator[Fact]:
    headers, method = Headers(), method_of(table.caption + "".join(table.context[-2:]))
    parent = bool(re.search(load(_RULES)["parent"], squash(table.caption + "".join(table.context[-2:]))))
    for row in rows_of(table):
        if headers.take(row) or not row.cells:
            continue
        if not row.numbers:
            method = method_of(row.label) or method
            continue
        item = regulatory_item(row.cells[0].text, maker.filing.sector)
        if item is None:
            continue
        dimensions = {load(_RULES)["method"]["name"]: m} if (m := method_of(row.label) or method) else {}
        for fact in _row(maker, table, row, headers, item, table_scale(table) or default):
            scope = Scope.PARENT if parent and maker.filing.sector == "broker" else fact.scope
            yield replace(fact, dimensions=dimensions, scope=scope)


def _row(
    maker: Maker, table: Table, row: Row, headers: Headers, item: Item, scale: Scale | None
) -> Iterator[Fact]:
    cells = [
        c
        for c in row.numbers
        if c is not row.cells[0]
        and not contradicts(item.unit, c.text)
        and not re.search(load(_RULES)["demanded"], "".join(headers.over(c)))
    ]
    for cell, column, texts in value_columns(maker, table, headers, cells):
        how = measure(item.unit, row.label, texts, scale, cell.text)
        meaning = place(Meaning(item.name, ""), column, instant=item.kind == "instant")
        if how and (fact := maker.number(meaning, table, cell, how, label=row.label, headers=texts)):
            yield fact
