"""Shareholders: how many, the ten largest and their holdings, the shares in issue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from caiwen.finance.amount import parse_number
from caiwen.finance.period import Period
from caiwen.finance.text import squash
from caiwen.knowledge.data import load
from caiwen.knowledge.dates import dates_in
from caiwen.knowledge.labels import tidy
from caiwen.knowledge.making import Maker, Row, gist, headers_over, is_number, once, rows_of
from caiwen.knowledge.told import flat, sentence_around
from caiwen.knowledge.units import PERCENT, Measure, measure, table_scale
from caiwen.records import Cell, Document, Fact, Filing, FilingKind, Paragraph, Span, Table

_RULES = "shareholders.yaml"
_ROUNDING = Decimal("0.02")
_HOLDERS = Measure(Decimal(1), "户", "户")


def extract(document: Document, filing: Filing) -> list[Fact]:
    if filing.kind is FilingKind.PROSPECTUS:
        return []
    maker = Maker(document, filing, "shareholders")
    facts: list[Fact] = []
    lists = _Lists(maker)
    for number, block in enumerate(document.blocks):
        if isinstance(block, Paragraph):
            if "普通股股东" in block.text:
                facts.extend(_told(maker, block))
            continue
        words = gist(block)
        if re.search(load(_RULES)["concerns"], words):
            facts.extend(_counts(maker, block))
        if "股东" in words or lists.may_go_on(number):
            facts.extend(lists.read(block, number))
        if "股份总数" in "".join(c.text for c in block.cells if c.column == 0):
            facts.extend(_capital(maker, block))
    return _plausible(once(facts))


def _plausible(facts: list[Fact]) -> list[Fact]:
    """Without holders whose holding and share of the total do not fit those of the others: their columns have slipped."""
    shares = {_holder(f): f.value for f in facts if f.item == "持股比例" and f.value}
    counts = {_holder(f): f.value for f in facts if f.item == "持股数量" and f.value is not None}
    totals = sorted(counts[name] / share * 100 for name, share in shares.items() if share and name in counts)
    if len(totals) < 3:
        return facts
    total = totals[len(totals) // 2]
    slipped = {
        name
        for name, share in shares.items()
        if share and name in counts and abs(counts[name] / total * 100 - share) > max(share / 40, _ROUNDING)
    }
    return [f for f in facts if f.item not in ("持股比例", "持股数量") or _holder(f) not in slipped]


def _holder(fact: Fact) -> str:
    return fact.dimensions.get("股东", "")


# --- how many ------------------------------------------------------------------------------------


@cache
def _count_rules() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((r["item"], re.compile(r["match"])) for r in load(_RULES)["counts"])


def _counts(maker: Maker, table: Table) -> Iterator[Fact]:
    """Label and figure side by side, one to four pairs a row."""
    for row in rows_of(table):
        for label, cell in zip(row.cells, row.cells[1:], strict=False):
            text = squash(label.text)
            if len(text) > 40 or not is_number(cell.text):
                continue
            if item := next((i for i, pattern in _count_rules() if pattern.fullmatch(text)), None):
                meaning = maker.meaning(item, span=Span.INSTANT)
                if fact := maker.number(meaning, table, cell, _HOLDERS, label=text):
                    yield fact


def _told(maker: Maker, paragraph: Paragraph) -> Iterator[Fact]:
    """Bound to the date in the sentence; only the period's own end counts."""
    text = flat(paragraph)
    for rule in load(_RULES)["prose"]:
        match = re.search(rule["match"], text)
        if match is None or not maker.period or (value := parse_number(match["value"])) is None:
            continue
        day = dates_in(match["date"]) if match["date"] else []
        if not day or str(Period.parse(day[0])) == maker.period:
            meaning = maker.meaning(rule["item"], span=Span.INSTANT)
            yield maker.told(
                meaning, paragraph, match["value"] + match["mark"], value, "户", sentence_around(text, match)
            )


# --- the ten largest -----------------------------------------------------------------------------


@dataclass(slots=True)
class _Layout:
    """Which columns of a list say what; ``centres`` find them again in a table that goes on without headers."""

    kind: str
    name: Cell
    count: Cell | None
    share: Cell | None
    titles: dict[int, tuple[str, ...]]
    width: int


class _Lists:
    """Reads the lists table by table: a list that runs over a page break may go on without its header."""

    def __init__(self, maker: Maker) -> None:
        self.maker = maker
        self.layout: _Layout | None = None
        self.last = -10

    def may_go_on(self, number: int) -> bool:
        return self.layout is not None and number == self.last + 1

    def read(self, table: Table, number: int) -> Iterator[Fact]:
        rows = rows_of(table)
        if not self.may_go_on(number):
            self.layout = None
        kind = _kind("".join((table.caption, *table.context[-2:])))
        for row in rows:
            if opened := _kind(row.label) if row.is_banner or len(row.cells) == 1 else None:
                kind, self.layout = opened, None
            elif layout := _layout(rows, row, kind, table):
                self.layout = layout
            elif self.layout is not None:
                yield from self._holder(table, row)
        self.last = number

    def _holder(self, table: Table, row: Row) -> Iterator[Fact]:
        layout = self.layout
        if layout is None or not row.cells or layout.kind in ("locked", "preferred", ""):
            return
        name = re.sub(r"\s*-\s*", "-", tidy(row.cells[0].text))
        if row.cells[0].column > layout.name.column + layout.name.colspan or is_number(name) or len(name) < 2:
            return
        if re.search(load(_RULES)["not_names"], name) or not row.numbers:
            return
        yield from self._values(table, row, layout, name)

    def _values(self, table: Table, row: Row, layout: _Layout, name: str) -> Iterator[Fact]:
        count_item = "持有无限售条件股份数量" if layout.kind == "free" else "持股数量"
        for head, item, unit in ((layout.count, count_item, "shares"), (layout.share, "持股比例", "percent")):
            cell = _below(row, head, table.n_columns == layout.width) if head is not None else None
            if head is None or cell is None or not is_number(cell.text):
                continue
            titles = layout.titles.get(head.column, ())
            how = (
                PERCENT if unit == "percent" else measure("shares", "", titles, table_scale(table), cell.text)
            )
            if how is None or (unit == "percent") != _looks_like_share(cell.text):
                continue
            meaning = replace(self.maker.meaning(item, span=Span.INSTANT), dimensions={"股东": name})
            if fact := self.maker.number(meaning, table, cell, how, label=name, headers=titles):
                yield fact


def _looks_like_share(text: str) -> bool:
    """A holding is whole shares (or carries thousands separators); a share of the total is at most 100."""
    flat = squash(text)
    value = parse_number(flat)
    if value is None or flat.endswith(("%", "％")):
        return True
    return "," not in flat and "." in flat and value <= 100


@cache
def _patterns(group: str) -> dict[str, re.Pattern[str]]:
    return {name: re.compile(pattern) for name, pattern in load(_RULES)[group].items()}


def _kind(text: str) -> str:
    """all, free, locked, preferred, or "" where the words announce no list."""
    words = squash(text)
    banners = _patterns("banners")
    if banners["preferred"].search(words):
        return "preferred"
    marks = [(m.start(), kind) for kind in ("free", "locked", "all") if (m := banners[kind].search(words))]
    return min(marks)[1] if marks else ""


def _layout(rows: list[Row], row: Row, kind: str, table: Table) -> _Layout | None:
    """The layout that a header row sets; two header rows (质押或冻结情况 over 状态, 数量) are read as one."""
    columns = _patterns("columns")
    name = next((c for c in row.cells if columns["name"].search(squash(c.text))), None)
    if name is None or any(is_number(c.text) for c in row.cells):
        return None
    free = next((c for c in row.cells if columns["free"].search(squash(c.text))), None)
    count = next((c for c in row.cells if columns["count"].search(squash(c.text))), None)
    share = next((c for c in row.cells if columns["share"].search(squash(c.text))), None)
    if count is None and share is None and free is not None:
        kind = kind if kind in ("locked", "preferred") else "free"
        count = free
    elif count is not None and share is not None and kind in ("", "free"):
        kind = "all"
    if count is None:
        return None
    titles = {c.column: headers_over(rows, row.number + 1, c, row.number) for c in row.cells}
    return _Layout(kind, name, count, share, titles, table.n_columns)


def _below(row: Row, head: Cell, same_grid: bool) -> Cell | None:
    """The row's cell under a header: by grid column in one table, by place on the page where the grid differs."""
    if same_grid or head.box is None:
        return next((c for c in row.cells if c.column <= head.column < c.column + c.colspan), None)
    middle = (head.box[0] + head.box[2]) / 2
    return next((c for c in row.cells if c.box and c.box[0] <= middle <= c.box[2]), None)


# --- shares in issue -----------------------------------------------------------------------------


def _capital(maker: Maker, table: Table) -> Iterator[Fact]:
    """股份总数 after the changes of the period, where the header says which column that is."""
    rules = load(_RULES)["capital"]
    rows = rows_of(table)
    for row in rows:
        if not re.search(rules["rows"], row.label):
            continue
        for cell in row.numbers:
            titles = tuple(t for t in headers_over(rows, row.number, cell) if not is_number(t))
            heads = [t for t in titles if re.search(rules["after"], t)]
            if (
                not heads
                or not any(t == "数量" or t.startswith("数量") for t in titles)
                or _looks_like_share(cell.text)
            ):
                continue
            how = measure("shares", "", titles, table_scale(table), cell.text)
            meaning = maker.meaning("总股本", span=Span.INSTANT)
            if how and (fact := maker.number(meaning, table, cell, how, label=row.label, headers=titles[:3])):
                yield fact
