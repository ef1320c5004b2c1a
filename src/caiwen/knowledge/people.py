"""员工情况: how many, of what profession, of what education; tables of both exchanges, prose where there is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache

from caiwen.finance.amount import parse_number
from caiwen.finance.period import Period
from caiwen.finance.text import normalise, squash
from caiwen.knowledge.data import load
from caiwen.knowledge.dates import dates_in
from caiwen.knowledge.labelled import (
    Headers,
    bare_label,
    place,
    row_facts,
    row_rules,
    rule_for,
    value_columns,
)
from caiwen.knowledge.making import Maker, Row, gist, is_number, once, rows_of
from caiwen.knowledge.units import PLAIN
from caiwen.records import Cell, Document, Fact, Filing, Paragraph, Span, Status, Table

_RULES = "people.yaml"
_PEOPLE = PLAIN["people"]


def extract(document: Document, filing: Filing) -> list[Fact]:
    rules = load(_RULES)
    maker = Maker(document, filing, "people")
    facts: list[Fact] = []
    for table in document.tables:
        words = gist(table)
        if re.search(rules["concerns"], words) and not re.search(rules["not_these"], words):
            facts.extend(_table(maker, table))
    if not any(f.item == rules["group_item"] and not f.dimensions for f in facts):
        facts.extend(_prose(maker))
    return once(facts)


def _table(maker: Maker, table: Table) -> list[Fact]:
    headers, group, part = Headers(), _group_of_context(table), list[Fact]()
    facts: list[Fact] = []
    total: Fact | None = None
    for row in rows_of(table):
        opened = next((g for c in row.cells[:2] if (g := _opens(c.text))), None)
        if opened and not any(is_number(c.text) for c in row.cells):
            group, part, headers = opened, [], _header_of(row)
            continue
        if headers.take(row) or not row.cells:
            continue
        if rule := rule_for(row.label, row_rules(_RULES, "totals")):
            for fact in row_facts(maker, table, row, rule, headers):
                total = fact if rule.item == load(_RULES)["group_item"] else total
                facts.append(fact)
        elif group and re.search(load(_RULES)["group_end"], bare_label(row.label)):
            if total is not None and _has_note_mark(total, part, row):
                facts.remove(total)
                total = None
            facts.extend(_checked(part, row, total.value if total else None))
            facts.extend(_sum_as_total(maker, table, row, headers, total.value if total else None))
            group, part = "", []
        elif group:
            part.extend(_members(maker, table, row, headers, group))
    return [*facts, *part]


def _has_note_mark(total: Fact, part: list[Fact], row: Row) -> bool:
    """The mark of a footnote has run into the head count (7937⁹ → 79379): the breakdown and its printed total say so."""
    printed = parse_number(row.numbers[0].text) if row.numbers else None
    whole = sum((f.value for f in part if f.value is not None), Decimal(0))
    marked = printed is not None and re.fullmatch(rf"{printed}\d{{1,2}}", str(total.value)) is not None
    return marked and printed == whole


def _group_of_context(table: Table) -> str:
    """The breakdown that the line right above the table announces."""
    for text in (table.caption, *table.context[-1:]):
        if len(text) < 40 and (group := _opens(text)):
            return group
    return ""


@cache
def _openers() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile("|".join(p))) for name, p in load(_RULES)["groups"].items())


@cache
def _named() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile("|".join(p))) for name, p in load(_RULES)["named"].items())


def _opens(text: str) -> str | None:
    flat = squash(text)
    return next((name for name, pattern in _openers() if len(flat) < 30 and pattern.search(flat)), None)


def _header_of(row: Row) -> Headers:
    headers = Headers()
    if len(row.cells) > 1:
        headers.rows = [row]
    return headers


def _members(maker: Maker, table: Table, row: Row, headers: Headers, group: str) -> Iterator[Fact]:
    """One category a row; two breakdowns side by side give two runs of label and figures."""
    runs: list[tuple[Cell, list[Cell]]] = []
    for number, cell in enumerate(row.cells):
        if not is_number(cell.text) or number == 0:
            runs.append((cell, []))
        elif not cell.text.strip().endswith(("%", "％")) and not _is_share(headers.over(cell)):
            runs[-1][1].append(cell)
    for label, cells in runs:
        if cells:
            yield from _member(maker, table, label, cells, headers, group)


def _is_share(headers: tuple[str, ...]) -> bool:
    return any(re.search("占比|比例|比重|%", text) for text in headers)


def _member(
    maker: Maker, table: Table, label: Cell, cells: list[Cell], headers: Headers, group: str
) -> Iterator[Fact]:
    name = re.sub(r"[（(]人[）)]|[（(]\d[）)]$", "", squash(label.text))
    item = next((item for item, pattern in _named() if pattern.search(name)), None)
    meaning = maker.meaning(item or load(_RULES)["group_item"], span=Span.INSTANT)
    if item is None:
        meaning = replace(meaning, dimensions={group: name})
    for own, column, texts in value_columns(maker, table, headers, cells):
        placed = place(meaning, column, instant=True)
        if fact := maker.number(placed, table, own, _PEOPLE, label=name, headers=(group, *texts)):
            yield fact


def _checked(part: list[Fact], row: Row, total: Decimal | None) -> Iterator[Fact]:
    """A breakdown whose parts sum to its printed total (and that to the head count) confirms each part."""
    printed = parse_number(row.numbers[0].text) if row.numbers else None
    own = {f.period for f in part}
    whole = sum((f.value for f in part if f.value is not None), Decimal(0))
    sums = len(own) == 1 and printed == whole and total in (None, printed)
    for fact in part:
        yield fact.marked(Status.VERIFIED, "分项之和等于合计") if sums else fact


def _sum_as_total(
    maker: Maker, table: Table, row: Row, headers: Headers, total: Decimal | None
) -> Iterator[Fact]:
    """The printed 合计 stands for the head count where the table states no other."""
    if total is not None or not row.numbers:
        return
    meaning = maker.meaning(load(_RULES)["group_item"], span=Span.INSTANT)
    for cell, column, texts in value_columns(maker, table, headers, row.numbers[:1]):
        placed = place(meaning, column, instant=True)
        if fact := maker.number(placed, table, cell, _PEOPLE, label=row.label, headers=texts):
            yield fact


def _prose(maker: Maker) -> Iterator[Fact]:
    """The first count whose sentence names no other day than the end of the filing's period."""
    pattern = re.compile(load(_RULES)["prose"])
    for block in maker.document.blocks:
        if not isinstance(block, Paragraph) or not ("员工" in block.text or "职工" in block.text):
            continue
        text = re.sub(r"\s+", "", normalise(block.text))
        for match in pattern.finditer(text):
            value = parse_number(match["value"])
            if value is None or not _of_the_period(maker, text[match.start() - 5 : match.start("value")]):
                continue
            meaning = maker.meaning(load(_RULES)["group_item"], span=Span.INSTANT)
            yield maker.told(meaning, block, match["value"] + match["mark"], value, "人", match.group())
            return


def _of_the_period(maker: Maker, clause: str) -> bool:
    days = dates_in(clause)
    return bool(maker.period) and all(str(Period.parse(day)) == maker.period for day in days)
