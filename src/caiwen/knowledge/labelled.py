"""Tables of labelled rows: which rows mean which item, and the fact of every value column.

Rules (YAML) give for each item the pattern of its row label, its unit class and whether it is a balance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from caiwen.finance.text import squash
from caiwen.knowledge.columns import (
    ColumnMeaning,
    bind_columns,
    is_header_text,
    is_label_header,
    span_and_period,
)
from caiwen.knowledge.data import load
from caiwen.knowledge.making import Maker, Meaning, Row, headers_over
from caiwen.knowledge.units import measure, table_scale
from caiwen.records import Cell, Fact, FilingKind, Scope, Span, Table

_NOTE_MARK = re.compile(
    r"(?<=[^\d])[(（]?(?:注)?[\d一二三四五六①-⑩][)）]$|[（(](?:注\d*|[%％]|人|元|户|%)[）)]|[:：]$"
)
_LEAD = re.compile(
    r"^(?:其中|加|减)?[:：]?(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]{1,2}[）)]|\d+[.、])?"
)


@dataclass(frozen=True, slots=True)
class RowRule:
    item: str
    match: re.Pattern[str]
    unit: str
    instant: bool


@cache
def row_rules(name: str, key: str) -> tuple[RowRule, ...]:
    """The rules listed at ``key`` of a rule file; the first that fits a label wins."""
    return tuple(
        RowRule(r["item"], re.compile(r["match"]), r.get("unit", "money"), r.get("instant", False))
        for r in load(name)[key]
    )


def bare_label(text: str) -> str:
    """净利息收益率(3) → 净利息收益率; 其中：一级资本充足率（%） → 一级资本充足率."""
    label = _LEAD.sub("", squash(text))
    for _ in range(2):
        label = _NOTE_MARK.sub("", label)
    return label


def rule_for(label: str, rules: Sequence[RowRule]) -> RowRule | None:
    flat = bare_label(label)
    return next((rule for rule in rules if rule.match.fullmatch(flat)), None) if len(flat) < 60 else None


def is_header_row(row: Row) -> bool:
    """Periods or other column titles, and no figures but bare years."""
    if len(row.cells) < 2:
        return False
    figures = [c for c in row.numbers if not re.fullmatch(r"(?:19|20)\d\d", squash(c.text))]
    return not figures and any(is_header_text(c.text) or is_label_header(c.text) for c in row.cells)


class Headers:
    """The header rows in force while a table is read downwards; a later header block replaces the earlier one."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._open = False

    def take(self, row: Row) -> bool:
        """Whether ``row`` is a header (it is then kept)."""
        if not is_header_row(row):
            self._open = False
            return False
        self.rows = [*self.rows, row] if self._open else [row]
        self._open = True
        return True

    def over(self, cell: Cell) -> tuple[str, ...]:
        return headers_over(self.rows, len(self.rows), cell)

    def name_periods(self, maker: Maker) -> bool:
        """Whether some title names a period: a figure under none of them is then of nobody knows which."""
        titles = [(squash(cell.text),) for row in self.rows for cell in row.cells]
        bound = bind_columns(titles, maker.filing)
        return sum(m is not None and m.role == "value" for m in bound) > 1


def value_columns(
    maker: Maker, table: Table, headers: Headers, cells: Sequence[Cell]
) -> list[tuple[Cell, ColumnMeaning, tuple[str, ...]]]:
    """The cells of a row that hold values of a period, with its meaning. Without headers a lone figure is of the filing's own period."""
    texts = [headers.over(cell) for cell in cells]
    bound = bind_columns(texts, maker.filing)
    kept = [
        (c, m, t) for c, m, t in zip(cells, bound, texts, strict=True) if m is not None and m.role == "value"
    ]
    if kept or not maker.period:
        return [] if _shuffled(table, kept) else _quarter_apart(maker, kept)
    plain = [(c, t) for c, m, t in zip(cells, bound, texts, strict=True) if m is None]
    if len(plain) != 1 or headers.name_periods(maker):
        return []
    return [(plain[0][0], ColumnMeaning(period=maker.period), plain[0][1])]


def _quarter_apart(
    maker: Maker, kept: list[tuple[Cell, ColumnMeaning, tuple[str, ...]]]
) -> list[tuple[Cell, ColumnMeaning, tuple[str, ...]]]:
    """In a third-quarter report 本期 beside 年初至报告期末 is the quarter alone."""
    if maker.filing.kind is not FilingKind.Q3 or not any("年初" in "".join(t) for _, _, t in kept):
        return kept
    alone = re.compile(r"^本期(?!末)")
    return [(c, replace(m, span=Span.SINGLE) if any(map(alone.match, t)) else m, t) for c, m, t in kept]


def _shuffled(table: Table, kept: Sequence[tuple[Cell, ColumnMeaning, tuple[str, ...]]]) -> bool:
    """Older years before newer ones in a table guessed from text: its stacked header lines may have come in any order."""
    periods = [meaning.period for _, meaning, _ in kept]
    return not table.ruled and len(set(periods)) > 1 and periods == sorted(periods)


def row_facts(maker: Maker, table: Table, row: Row, rule: RowRule, headers: Headers) -> Iterator[Fact]:
    cells = [cell for cell in row.numbers if cell is not row.cells[0]]
    scale = table_scale(table)
    for cell, column, texts in value_columns(maker, table, headers, cells):
        how = measure(rule.unit, row.label, texts, scale, cell.text)
        if how is None or contradicts(rule.unit, cell.text):
            continue
        meaning = place(Meaning(rule.item, ""), column, instant=rule.instant)
        if fact := maker.number(meaning, table, cell, how, label=row.label, headers=texts):
            yield fact


def place(meaning: Meaning, column: ColumnMeaning, *, instant: bool) -> Meaning:
    """The meaning in the period, span, scope and basis of a column."""
    span, period = span_and_period(column, instant=instant)
    scope = column.scope or Scope.CONSOLIDATED
    return replace(meaning, period=period, span=span, scope=scope, basis=column.basis)


def contradicts(unit: str, text: str) -> bool:
    """A figure with % is no sum of money and no head count."""
    return unit not in ("percent", "ratio") and squash(text).endswith(("%", "％"))
