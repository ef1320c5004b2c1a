"""Rows → facts, with every oddity counted and told once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal

from caiwen.finance.amount import Scale
from caiwen.finance.companies import normalise_code
from caiwen.finance.items import Item
from caiwen.records import Document, Fact, Observation, Scope, Span, Status
from caiwen.sources.cells import is_missing, read_number, scale_named
from caiwen.sources.columns import Column, bind, bind_names, column_scale, find_item, require
from caiwen.sources.companies import Directory
from caiwen.sources.mapping import TableMapping
from caiwen.sources.periods import period_of
from caiwen.sources.rows import Spool, column_numbers
from caiwen.sources.scale_check import ScaleCheck

SCALE_SUSPECT = "量级可疑"
DUPLICATE = "重复行不一致"
_SHOWN = 5


class Converter:
    """One table. ``facts()`` makes two passes over the spooled rows: the first looks, the second makes."""

    def __init__(
        self, table: TableMapping, spool: Spool, document: Document, source: str, directory: Directory
    ) -> None:
        require(table, spool.header, f"{document.name} {spool.sheet}")
        self.table, self.spool, self.document, self.source, self.directory = (
            table,
            spool,
            document,
            source,
            directory,
        )
        self.places = column_numbers(spool.header)
        binder = {"wide": bind, "companies": bind_names}.get(table.layout)
        self.bound = binder(table, spool.header) if binder else None
        self.problems: dict[str, list[str]] = defaultdict(list)
        self.tally: Counter[str] = Counter()
        self.names: set[tuple[str | None, str]] = set()
        self._long_columns: dict[tuple[str, str], Column | None] = {}
        self._written: dict[str, dict[bool, tuple[int, str]]] = defaultdict(dict)
        """Column → whether a cell names its own unit → the first such cell."""

    def facts(self) -> Iterator[Fact]:
        suspects, duplicates = self._look()
        dropped, differing = duplicates
        for number, cells in self.spool:
            if number in dropped:
                continue
            who = self._who(cells)
            period = self._period(cells)
            if who is None:
                self._note("公司代码读不出来", number, self._cell(cells, self.table.code))
                continue
            self._meet(cells, who, period)
            for column in self._columns(number, cells):
                at = column.period or period
                if at is None:
                    self._note("报告期读不出来", number, self._cell(cells, self.table.period))
                    break
                fact = self._fact(number, cells, column, who, at)
                if fact is not None:
                    yield self._flag(fact, suspects.get(number), number in differing)

    # -- first pass ---------------------------------------------------------------------------
    def _look(self) -> tuple[dict[int, str], tuple[set[int], set[int]]]:
        """Rows on the wrong scale, and rows that repeat a company-period: the same again, or different."""
        check = ScaleCheck(self.table.smallest_row)
        seen: dict[tuple[object, ...], tuple[int, int]] = {}
        same: set[int] = set()
        differing: set[int] = set()
        for number, cells in self.spool:
            who, period = self._who(cells), self._period(cells)
            if who is None or self.bound is None:
                continue
            content = self._content(cells)
            first = seen.setdefault((who, period, self._scope(cells)), (number, content))
            if first[0] != number and period is not None:
                (same if first[1] == content else differing).add(number)
                if first[1] != content:
                    differing.add(first[0])
                if self.table.layout == "wide" or first[1] != content:
                    self._note("同一公司同一期有多行", number, f"{who[0] or who[1]} {period}")
            if self.table.check_scale:
                check.add(who[0] or who[1], number, self._amounts(cells))
        suspects = check.suspects()
        for number, why in sorted(suspects.items()):
            self._note(SCALE_SUSPECT, number, why)
        return suspects, (same, differing)

    def _content(self, cells: tuple[str, ...]) -> int:
        """What must be equal in rows that repeat: all of it, or the names where the table only names companies."""
        if self.bound is None or self.table.layout == "wide":
            return hash(cells)
        return hash(tuple(self._text(cells, column) for column in self.bound.columns))

    def _amounts(self, cells: tuple[str, ...]) -> Iterator[tuple[int, Decimal]]:
        for column in self.bound.columns if self.bound else ():
            if column.scale is not None and column.scale.unit == "元":
                text = self._text(cells, column)
                number = (
                    None
                    if is_missing(text, column.missing, lambda name: self._cell(cells, name))
                    else read_number(text)
                )
                if number is not None:
                    yield column.place, number.value

    # -- cells --------------------------------------------------------------------------------
    def _cell(self, cells: tuple[str, ...], name: str | None) -> str:
        place = self.places.get(name or "")
        return cells[place] if place is not None and place < len(cells) else ""

    def _text(self, cells: tuple[str, ...], column: Column) -> str:
        return cells[column.place] if column.place < len(cells) else ""

    def _value(self, cells: tuple[str, ...], name: str | None) -> str:
        """A key cell, after the mapping's replacements."""
        text = self._cell(cells, name)
        return self.table.values.get(name or "", {}).get(text, text)

    def _who(self, cells: tuple[str, ...]) -> tuple[str | None, str] | None:
        """(code, name). The name is the full one where known."""
        code = normalise_code(self._value(cells, self.table.code)) if self.table.code else None
        if self.table.code and code is None:
            return None
        period = self._period(cells) or ""
        known = self.directory.full_name(code, period) if code else None
        name = (
            self._cell(cells, self.table.entity) or known or self._cell(cells, self.table.short_name) or code
        )
        return (code, name) if name else None

    def _meet(self, cells: tuple[str, ...], who: tuple[str | None, str], period: str | None) -> None:
        """Keep the company's short names beside the name that its facts carry."""
        code, name = who
        known = self.directory.short_name(code, period or "") if code else None
        for short in (self._cell(cells, self.table.short_name), known):
            if short and short != name:
                self.names.add((code, short))

    def _period(self, cells: tuple[str, ...]) -> str | None:
        return self.table.fixed_period or period_of(self._value(cells, self.table.period))

    def _scope(self, cells: tuple[str, ...]) -> Scope:
        stated = self._value(cells, self.table.scope)
        return Scope.PARENT if stated == Scope.PARENT or "母公司" in stated else Scope.CONSOLIDATED

    def _columns(self, number: int, cells: tuple[str, ...]) -> Iterator[Column]:
        if self.bound is not None:
            yield from self.bound.columns
            return
        label, unit = self._value(cells, self.table.item), self._cell(cells, self.table.unit_column)
        key = (label, unit)
        if key not in self._long_columns:
            self._long_columns[key] = self._long_column(label, unit)
        column = self._long_columns[key]
        if column is None:
            self._note("项目不在分类表里，按原名保存" if label else "项目为空", number, label)
        else:
            yield column

    def _long_column(self, label: str, unit: str) -> Column | None:
        mapped = self.table.columns.get(label)
        item: Item | None = find_item(mapped.item if mapped and mapped.item else label)
        if not label:
            return None
        place = self.places.get(self.table.value or "", -1)
        scale = column_scale(item, unit or None, label, self.table.unit)
        span = Span.YTD if item is not None and item.kind == "flow" else Span.INSTANT
        return Column(place, label, item.name if item else label, span, scale, tuple(self.table.missing))

    # -- facts --------------------------------------------------------------------------------
    def _fact(
        self, number: int, cells: tuple[str, ...], column: Column, who: tuple[str | None, str], period: str
    ) -> Fact | None:
        raw = self._text(cells, column)
        if is_missing(raw, column.missing, lambda name: self._cell(cells, name)):
            self.tally["missing"] += 1
            return None
        value, text, scale = self._understood(raw, column)
        if value is not None:
            self._written[column.name].setdefault(_names_unit(raw), (number, raw))
        if value is None and text is None:
            self._note("数字格里不是数字", number, f"{column.name}：{raw[:30]}")
            return None
        observation = Observation(
            document=self.document.sha256,
            row=number - 1,
            column=column.place,
            raw=raw,
            scale=scale.name if scale else None,
            currency=scale.currency if scale and scale.unit == "元" else None,
            headers=(column.name,),
            label=column.name,
            sheet=self.spool.sheet,
            parser=self.document.parser,
        )
        return Fact(
            entity=who[1],
            code=who[0],
            item=column.item,
            period=period,
            span=column.span,
            scope=column.scope or self._scope(cells),
            observation=observation,
            value=value,
            text=text,
            unit=scale.unit if scale and value is not None else None,
            dimensions=column.dimensions,
            reported_in=self.document.name,
            source="table",
        )

    def _understood(self, raw: str, column: Column) -> tuple[Decimal | None, str | None, Scale | None]:
        if column.scale is None:
            return None, raw, None
        number = read_number(raw)
        if number is None:
            return None, None, column.scale
        if number.own_unit:
            return number.value, None, scale_named(column.scale.unit) or column.scale
        return column.scale.apply(number.value), None, column.scale

    def _flag(self, fact: Fact, why: str | None, differing: bool) -> Fact:
        if why and fact.unit == "元":
            fact = fact.marked(Status.CONFLICT, f"{SCALE_SUSPECT}：{why}")
        return fact.marked(Status.CONFLICT, DUPLICATE) if differing else fact

    # -- what to tell -------------------------------------------------------------------------
    def _note(self, problem: str, number: int, detail: str) -> None:
        self.tally[problem] += 1
        if len(self.problems[problem]) < _SHOWN:
            self.problems[problem].append(f"第 {number} 行 {detail}".strip())

    def report(self) -> list[str]:
        """One line a kind of oddity, with its count and the first rows."""
        lines = [
            f"{problem} {self.tally[problem]} 处：{'；'.join(shown)}"
            for problem, shown in self.problems.items()
        ]
        mixed = [(name, cells) for name, cells in self._written.items() if len(cells) > 1]
        if mixed:
            told = "；".join(
                f"{name}（第 {c[True][0]} 行 {c[True][1]}，第 {c[False][0]} 行 {c[False][1]}）"
                for name, c in mixed[:_SHOWN]
            )
            lines.append(f"同一列里有的数自带单位，有的没有，请核对没有单位的：{told}")
        if self.bound and self.bound.unknown:
            lines.append(
                f"没有用到的列（不是已知项目，可在映射里指明）：{'、'.join(self.bound.unknown[:20])}"
            )
        return [f"{self.spool.sheet}：{line}" for line in lines]


def _names_unit(raw: str) -> bool:
    """12.3亿元 and 21.5% say what they count in."""
    return not raw[-1:].isdigit() and any(c.isdigit() for c in raw) and not raw.endswith((")", "）"))
