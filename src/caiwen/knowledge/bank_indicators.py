"""Regulatory indicators of banks, insurers and brokers: capital, asset quality, solvency, liquidity, net capital."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache, lru_cache

from caiwen.finance.amount import Scale
from caiwen.finance.items import taxonomy
from caiwen.finance.items.taxonomy import Item
from caiwen.finance.text import squash
from caiwen.knowledge.data import load
from caiwen.knowledge.labelled import Headers, bare_label, contradicts, place, value_columns
from caiwen.knowledge.making import Maker, Meaning, Row, gist, rows_of
from caiwen.knowledge.told import flat
from caiwen.knowledge.units import document_scale, measure, table_scale
from caiwen.records import Document, Fact, Filing, FilingKind, Paragraph, Scope, Span, Table

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
        facts.extend(_prose(maker, known | set(rules["broken_down"])))
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


@lru_cache(maxsize=8192)
def _item(label: str, sector: str) -> Item | None:
    name = bare_label(label)
    found = (
        taxonomy().match(name, statement=load(_RULES)["statement"], sector=sector)
        if 2 < len(name) < 40
        else None
    )
    return found if found is not None and found.statement == load(_RULES)["statement"] else None


def _table(maker: Maker, table: Table, default: Scale | None) -> Iterator[Fact]:
    headers, method = Headers(), _method(table.caption + "".join(table.context[-2:]))
    parent = bool(re.search(load(_RULES)["parent"], squash(table.caption + "".join(table.context[-2:]))))
    for row in rows_of(table):
        if headers.take(row) or not row.cells:
            continue
        if not row.numbers:
            method = _method(row.label) or method
            continue
        item = _item(row.cells[0].text, maker.filing.sector)
        if item is None:
            continue
        dimensions = {load(_RULES)["method"]["name"]: m} if (m := _method(row.label) or method) else {}
        for fact in _row(maker, table, row, headers, item, table_scale(table) or default):
            scope = Scope.PARENT if parent and maker.filing.sector == "broker" else fact.scope
            yield replace(fact, dimensions=dimensions, scope=scope)


def _method(text: str) -> str:
    words = squash(text)
    found = [name for name, p in load(_RULES)["method"]["values"].items() if re.search(p, words)]
    return found[0] if len(found) == 1 else ""


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


# --- told in prose -------------------------------------------------------------------------------


@cache
def _clause() -> re.Pattern[str]:
    items = [i for i in taxonomy().all if i.statement == load(_RULES)["statement"] and "bank" in i.sectors]
    names = {n for i in items if i.unit == "percent" for n in (i.name, *i.aliases)}
    ordered = sorted(names, key=len, reverse=True)
    return re.compile(load(_RULES)["prose"]["clause"].replace("{items}", "|".join(map(re.escape, ordered))))


def _prose(maker: Maker, known: set[str]) -> Iterator[Fact]:
    """Sentences that speak of the whole group at the period's end, and of no part of it."""
    done = set(known)
    for block in maker.document.blocks[: max(100, len(maker.document.blocks) // 2)]:
        if not isinstance(block, Paragraph) or "率" not in block.text or not maker.period:
            continue
        for sentence in re.split(r"(?<=。)", flat(block)):
            if not _of_the_whole(sentence, maker.period):
                continue
            for match in _clause().finditer(sentence):
                item = _item(match["item"], "bank")
                if item is None or item.name in done or _cut(sentence, match):
                    continue
                done.add(item.name)
                yield _said(maker, block, item, match, sentence)


def _of_the_whole(sentence: str, period: str) -> bool:
    rules = load(_RULES)["prose"]
    if not re.search(rules["whole"], sentence) or re.search(rules["part"], sentence):
        return False
    when = re.search(rules["period"], sentence)
    year = (when["year"] or when["year2"]) if when else None
    return when is not None and year in (None, period[:4])


def _cut(sentence: str, match: re.Match[str]) -> bool:
    """Lists (分别为…) and ratios by one method, whose figures a clause cannot tell apart."""
    return "分别" in sentence[max(0, match.start() - 30) : match.end()] or "法下" in sentence


def _said(maker: Maker, block: Paragraph, item: Item, match: re.Match[str], sentence: str) -> Fact:
    meaning = maker.meaning(item.name, span=Span.INSTANT if item.kind == "instant" else Span.YTD)
    return maker.told(meaning, block, match["value"] + "%", Decimal(match["value"]), "%", sentence)
