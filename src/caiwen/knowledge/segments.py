"""Revenue, cost and margin by 行业, 产品, 地区, 销售模式: 主营业务分…情况 (Shanghai), 营业收入构成 and 占10%以上 (Shenzhen)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from caiwen.finance.text import squash
from caiwen.knowledge.columns import ColumnMeaning, bind_columns, is_header_text
from caiwen.knowledge.data import load
from caiwen.knowledge.labelled import contradicts, place
from caiwen.knowledge.making import Maker, Meaning, Row, gist, headers_over, is_number, once, rows_of
from caiwen.knowledge.units import measure, table_scale
from caiwen.records import Basis, Cell, Document, Fact, Filing, FilingKind, Table

_RULES = "segments.yaml"


@dataclass(frozen=True, slots=True)
class _Column:
    item: str
    unit: str
    meaning: ColumnMeaning
    headers: tuple[str, ...]


def extract(document: Document, filing: Filing) -> list[Fact]:
    if filing.kind is FilingKind.PROSPECTUS:
        return []
    rules = load(_RULES)
    maker = Maker(document, filing, "segments")
    facts: list[Fact] = []
    for table in document.tables:
        words = gist(table)
        if re.search(rules["concerns"], words) and not re.search(rules["not_these"], _cells_only(table)):
            facts.extend(_table(maker, table))
    return once(facts)


def _cells_only(table: Table) -> str:
    return "".join("".join(cell.text for cell in table.cells[:40]).split())


def _table(maker: Maker, table: Table) -> Iterator[Fact]:
    kind, columns = "", dict[int, _Column]()
    heads: list[Row] = []
    for row in rows_of(table):
        if (opened := _kind_of(row)) is not None:
            kind = opened
            heads = heads if row.is_banner else []
        if not row.cells or (opened is not None and row.is_banner):
            continue
        goes_on = bool(heads) and heads[-1].number == row.number - 1
        if goes_on and row.is_banner and is_header_text(row.cells[0].text):
            heads = [*heads, row]
        elif _is_head(row):
            kind = opened or _kind_of_title(row, kind)
            heads = [*heads, row] if goes_on else [row]
            columns = _columns(maker, table, heads)
        elif kind and columns and not re.search(load(_RULES)["not_rows"], row.label):
            yield from _segment(maker, table, row, kind, columns)


@cache
def _kinds() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile("|".join(p))) for name, p in load(_RULES)["kinds"].items())


def _kind_of(row: Row) -> str | None:
    """A banner (主营业务分产品情况) or the title of the first column (分产品)."""
    if not row.cells or any(is_number(c.text) for c in row.cells):
        return None
    found = next((name for name, pattern in _kinds() if pattern.match(row.label)), None)
    if found is None and row.is_banner and re.match(r"(?:主营业务)?[按分]", row.label):
        return _kind_of_words(row.label)
    return found


def _kind_of_title(row: Row, kind: str) -> str:
    """A header row whose first column has a title of its own speaks of other rows than the banner before it."""
    first = row.cells[0]
    title = squash(first.text)
    if (
        first.column != 0
        or any(pattern.match(title) for _, _, pattern, _ in _column_rules())
        or is_header_text(title)
    ):
        return kind
    return _kind_of_words(title)


def _kind_of_words(words: str) -> str:
    kinds: dict[str, str] = load(_RULES)["first_column"]
    return next((name for name, pattern in kinds.items() if re.search(pattern, words)), "")


def _is_head(row: Row) -> bool:
    if len(row.cells) < 2 or any(is_number(c.text) and len(squash(c.text)) != 4 for c in row.cells[1:]):
        return False
    return any(
        re.search(r"收入|成本|毛利率|金额|比重|增减|(?:19|20)\d\d|本期|上期|本年|上年", squash(c.text))
        for c in row.cells
    )


@cache
def _column_rules() -> tuple[tuple[str, str, re.Pattern[str], str], ...]:
    return tuple(
        (r["item"], r["unit"], re.compile(r["match"]), r.get("where", "")) for r in load(_RULES)["columns"]
    )


def _columns(maker: Maker, table: Table, heads: list[Row]) -> dict[int, _Column]:
    """What each column of figures holds; a column whose header says neither item nor period is left out.

    A table without sums of revenue (margins of one product by region) is not the one of the whole business.
    """
    found: dict[int, _Column] = {}
    about = squash(table.caption + "".join(table.context))
    for number in range(table.n_columns):
        texts = headers_over(heads, len(heads), Cell(0, number, ""))
        if column := _column(maker, texts, about):
            found[number] = column
    if not any(column.item == "营业收入" for column in found.values()):
        return {}
    return _restated(table, _told_apart(maker, heads, found))


def _told_apart(maker: Maker, heads: list[Row], found: dict[int, _Column]) -> dict[int, _Column]:
    """Columns that say the same twice lie under period headers whose places were lost: where the columns repeat as
    often as periods are named, each run takes its period in order; else none of the doubtful columns is kept."""
    keys = Counter(_key(column) for column in found.values())
    if max(keys.values()) == 1:
        return found
    periods = _periods_named(maker, heads)
    items = [column.item for column in found.values()]
    size = len(items) // max(len(periods), 1)
    if len(periods) > 1 and items == items[:size] * len(periods):
        return {
            number: replace(column, meaning=periods[place // size])
            for place, (number, column) in enumerate(found.items())
        }
    return {number: column for number, column in found.items() if keys[_key(column)] == 1}


def _key(column: _Column) -> tuple[object, ...]:
    return column.item, column.meaning.period, column.meaning.basis


def _periods_named(maker: Maker, heads: list[Row]) -> list[ColumnMeaning]:
    """The periods that single header cells name, from left to right."""
    for row in heads:
        bound = bind_columns([[squash(cell.text)] for cell in row.cells], maker.filing)
        periods = [m for m in bound if m is not None and m.role == "value"]
        if len(periods) > 1 and len({m.period for m in periods}) == len(periods):
            return periods
    return []


def _restated(table: Table, columns: dict[int, _Column]) -> dict[int, _Column]:
    """公司最近1年（2021年）按报告期末口径调整后: last year's figures by this year's rules; none where no year is named."""
    above = squash("".join((table.caption, *table.context)))
    told = re.search(load(_RULES)["restated"], above)
    if told is None or re.search(load(_RULES)["denied"], above[told.end() :]):
        return columns
    if told["year"] is None:
        return {}
    meaning = ColumnMeaning(period=told["year"], basis=Basis.RESTATED)
    return {number: replace(column, meaning=meaning) for number, column in columns.items()}


def _column(maker: Maker, texts: tuple[str, ...], about: str) -> _Column | None:
    for item, unit, pattern, where in _column_rules():
        whole = "".join(texts[-2:])
        taken = 1 if texts and pattern.match(texts[-1]) else 2 if pattern.match(whole) else 0
        if not taken or where not in about:
            continue
        periods = bind_columns([texts[:-taken]], maker.filing) if len(texts) > taken else [None]
        if periods[0] is not None and periods[0].role != "value":
            return None
        own = ColumnMeaning(period=maker.period or "")
        return _Column(item, unit, periods[0] or own, texts)
    return None


def _segment(maker: Maker, table: Table, row: Row, kind: str, columns: dict[int, _Column]) -> Iterator[Fact]:
    label = row.cells[0]
    if is_number(label.text) or label.column > 1:
        return
    name = re.sub(r"^其中[:：]", "", squash(label.text))
    for cell in row.cells[1:]:
        column = columns.get(cell.column)
        if column is None or not is_number(cell.text) or contradicts(column.unit, cell.text):
            continue
        how = measure(column.unit, "", column.headers, table_scale(table), cell.text)
        meaning = place(Meaning(column.item, "", dimensions={kind: name}), column.meaning, instant=False)
        if how and (
            fact := maker.number(meaning, table, cell, how, label=name, headers=(kind, *column.headers))
        ):
            yield fact
