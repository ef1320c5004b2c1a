"""Tables of macro series → points. One number a row, one indicator a column, or one period a column; told by the header."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from caiwen.errors import ConfigError
from caiwen.finance.macro.indicators import (
    GROWTHS,
    Form,
    SeriesName,
    form_of,
    indicator,
    nation,
    read_name,
    region_of,
)
from caiwen.finance.macro.term import Grain, Term, TermCell, as_grain, read_cell
from caiwen.finance.macro.units import in_base_units, plain_unit
from caiwen.finance.text import squash
from caiwen.records import Document, Observation
from caiwen.records.macro import SeriesPoint
from caiwen.sources.cells import is_missing, read_number
from caiwen.sources.mapping import TableMapping
from caiwen.sources.rows import Row, Spool, column_numbers

_SHOWN = 5
_FEWEST_PARTS = 4
_PART = re.compile(r"(?:1[0-2]|0?[1-9])月份?|第?[一二三四1-4]季度")
_META = {
    "频率": "grain", "频度": "grain", "单位": "unit", "地区": "region", "国家": "region", "区域": "region",
    "来源": "", "数据来源": "", "指标ID": "", "指标编码": "", "时间区间": "", "起止时间": "", "更新时间": "", "备注": "", "口径": "",
}  # fmt: skip
"""Rows between the names of the columns and the first period, as vendors write them, and what they tell."""
_GRAINS = {
    "日": Grain.DAY,
    "周": Grain.DAY,
    "旬": Grain.DAY,
    "月": Grain.MONTH,
    "季": Grain.QUARTER,
    "年": Grain.YEAR,
}


@dataclass(frozen=True, slots=True)
class _Keys:
    """Places of the key columns; -1 for none."""

    item: int
    value: int
    period: int
    region: int
    published: int
    form: int
    unit: int
    frequency: int


@dataclass(slots=True)
class _Column:
    """A column of figures: ``name`` for one indicator, ``term`` for one period."""

    place: int
    label: str
    name: SeriesName | None = None
    term: TermCell | None = None
    part: str | None = None
    """A month or quarter whose year stands in the row."""


class SeriesConverter:
    """One table. ``points()`` reads it once; ``report()`` tells the oddities afterwards."""

    def __init__(self, table: TableMapping, spool: Spool, document: Document, source: str) -> None:
        self.table, self.spool, self.document, self.source = table, spool, document, source
        self.keys = _keys(table, spool.header, f"{document.name} {spool.sheet}".strip())
        self.problems: dict[str, list[str]] = defaultdict(list)
        self.tally: Counter[str] = Counter()
        self._seen: dict[tuple[str | None, ...], tuple[int, Decimal]] = {}
        self._names: dict[str, SeriesName] = {}

    def points(self) -> Iterator[SeriesPoint]:
        columns = self._columns()
        dated = [column for column in columns if column.term]
        parts = [column for column in columns if column.part]
        if self.keys.value >= 0:
            found = self._long()
        elif dated or len(parts) >= _FEWEST_PARTS:
            found = self._by_period(dated or parts)
        else:
            found = self._by_indicator(columns)
        for number, point in found:
            if self._is_new(number, point):
                yield point

    # -- the three forms of a table -------------------------------------------------------------
    def _long(self) -> Iterator[tuple[int, SeriesPoint]]:
        column = _Column(self.keys.value, self.spool.header[self.keys.value])
        for number, cells in self.spool:
            name = self._name_of_row(number, cells)
            term = self._term(number, cells)
            if name is not None and term is not None:
                yield from self._point(number, cells, column, name, term)

    def _by_period(self, columns: Sequence[_Column]) -> Iterator[tuple[int, SeriesPoint]]:
        for number, cells in self.spool:
            if sum(map(bool, cells)) < 2:
                continue  # a note below the table
            name = self._name_of_row(number, cells)
            year = _at(cells, self.keys.period).removesuffix("年")
            for column in columns if name is not None else ():
                term = column.term or read_cell(f"{year}年{column.part}")
                if name is not None and term is not None:
                    yield from self._point(number, cells, column, name, term)

    def _by_indicator(self, columns: list[_Column]) -> Iterator[tuple[int, SeriesPoint]]:
        for number, cells in self.spool:
            said = _at(cells, self.keys.period).rstrip(":：")
            if said in _META:
                self._tell(columns, cells, _META[said])
                continue
            if sum(map(bool, cells)) < 2:
                continue
            term = self._term(number, cells)
            for column in columns if term is not None else ():
                if column.name is not None and term is not None:
                    yield from self._point(number, cells, column, column.name, term)

    def _columns(self) -> list[_Column]:
        keys = {place for place in (getattr(self.keys, field) for field in self.keys.__slots__) if place >= 0}
        found = []
        for place, label in enumerate(self.spool.header):
            mapped = self.table.columns.get(label)
            if not label or place in keys or (label in self.table.columns and mapped is None):
                continue
            term = read_cell(label)
            said = mapped.item if mapped and mapped.item else label
            name = None if term else self._named(said)
            if name is not None and mapped and mapped.unit:
                name = replace(name, unit=mapped.unit)
            part = squash(label) if _PART.fullmatch(squash(label)) else None
            found.append(_Column(place, label, name, term, part))
        return found

    def _tell(self, columns: list[_Column], cells: tuple[str, ...], what: str) -> None:
        """A row that tells frequency, unit or region of each column."""
        for column in columns:
            said = _at(cells, column.place)
            if column.name is None or not said:
                continue
            if what == "grain" and said[0] in _GRAINS:
                column.name = replace(column.name, grain=_GRAINS[said[0]])
            elif what == "unit":
                column.name = replace(column.name, unit=said)
            elif what == "region":
                column.name = replace(column.name, region=column.name.region or region_of(said))

    # -- cells ------------------------------------------------------------------------------------
    def _named(self, text: str) -> SeriesName:
        if text not in self._names:
            name = read_name(text)
            fixed = self.table.fixed_item
            if fixed and not name.known and name.region == region_of(text):
                name = replace(read_name(fixed), region=name.region)
            self._names[text] = name
        return self._names[text]

    def _name_of_row(self, number: int, cells: tuple[str, ...]) -> SeriesName | None:
        said = self.table.values.get(self._header(self.keys.item), {}).get(
            _at(cells, self.keys.item), _at(cells, self.keys.item)
        )
        said = said or self.table.fixed_item or ""
        if not said:
            self._note("指标为空", number, "")
            return None
        mapped = self.table.columns.get(said)
        name = self._named(mapped.item if mapped and mapped.item else said)
        form, frequency = form_of(_at(cells, self.keys.form)), _at(cells, self.keys.frequency)
        unit = (mapped.unit if mapped else None) or _at(cells, self.keys.unit) or name.unit
        grain = _GRAINS.get(frequency[:1]) or name.grain
        region = region_of(_at(cells, self.keys.region)) or name.region
        return replace(name, form=form or name.form, unit=unit, grain=grain, region=region)

    def _header(self, place: int) -> str:
        return self.spool.header[place] if place >= 0 else ""

    def _term(self, number: int, cells: tuple[str, ...]) -> TermCell | None:
        text = _at(cells, self.keys.period) or self.table.fixed_period or ""
        found = read_cell(text)
        if found is None:
            self._note("时间读不出来", number, text)
        return found

    def _point(
        self, number: int, cells: tuple[str, ...], column: _Column, name: SeriesName, at: TermCell
    ) -> Iterator[tuple[int, SeriesPoint]]:
        raw = _at(cells, column.place)
        mapped = self.table.columns.get(column.label)
        missing = self.table.missing if mapped is None or mapped.missing is None else mapped.missing
        if is_missing(
            raw, missing, lambda other: _at(cells, column_numbers(self.spool.header).get(other, -1))
        ):
            return
        read = read_number(raw.removesuffix("‰"))
        if read is None:
            self._note("数字格里不是数字", number, f"{column.label}：{raw[:30]}")
            return
        form = self._form(name, at)
        unit = "元" if read.own_unit else self._unit(name, form, raw)
        value, base = (read.value, "元") if read.own_unit else in_base_units(read.value, unit)
        if name.plus:
            value -= 100
        term = as_grain(at.term, name.grain or _grain_of(name, at.term))
        where = Observation(
            document=self.document.sha256, row=number - 1, column=column.place, raw=raw, scale=unit or None,
            headers=(column.label,), label=_at(cells, self.keys.item) or column.label, sheet=self.spool.sheet,
            parser=self.document.parser,
        )  # fmt: skip
        region = name.region or region_of(_at(cells, self.keys.region)) or self.table.fixed_region or nation()
        yield (
            number,
            SeriesPoint(
                name.indicator,
                region,
                str(term),
                form.value,
                value,
                base,
                where,
                self._published(number, cells),
                self.source,
            ),
        )

    def _form(self, name: SeriesName, at: TermCell) -> Form:
        """As the name or a column of its own says; a bare rate such as CPI is what the taxonomy takes it for."""
        known = indicator(name.indicator)
        form = name.form or Form.VALUE
        if name.form is None and known.main in GROWTHS:
            form = known.main
        elif name.form is None and plain_unit(name.unit) == "%" and known.unit not in ("", "%"):
            form = Form.YTD_YOY if known.main is Form.YTD else Form.YOY
        if at.cumulative:
            return {Form.VALUE: Form.YTD, Form.YOY: Form.YTD_YOY}.get(form, form)
        return form

    def _unit(self, name: SeriesName, form: Form, raw: str) -> str:
        if raw.endswith(("%", "％", "‰")):
            return "‰" if raw.endswith("‰") else "%"
        if name.plus:
            return "%"
        if name.unit:
            return plain_unit(name.unit)
        if form in GROWTHS:
            return "%"
        return self.table.unit if "unit" in self.table.model_fields_set else indicator(name.indicator).unit

    def _published(self, number: int, cells: tuple[str, ...]) -> str | None:
        text = _at(cells, self.keys.published) or self.table.fixed_published or ""
        found = read_cell(text) if text else None
        if text and (found is None or found.term.grain not in (Grain.DAY, Grain.MONTH)):
            self._note("公布日期读不出来", number, text)
            return None
        return str(found.term) if found else None

    # -- what to tell -----------------------------------------------------------------------------
    def _is_new(self, number: int, point: SeriesPoint) -> bool:
        """False for a figure that is there already; two different figures of one publication are both kept and told."""
        key = (point.indicator, point.region, point.form, point.period, point.published)
        first = self._seen.setdefault(key, (number, point.value))
        if first[0] == number and first[1] == point.value:
            if not (point.indicator in self._names or read_name(point.indicator).known):
                self._note_once("指标不在分类表里，按原名保存", number, point.indicator)
            return True
        if first[1] == point.value:
            self._note("重复的一期", number, f"{point.indicator} {point.period}")
            return False
        self._note("同一期有不同的数，都保留", number, f"{point.indicator} {point.region} {point.period}")
        return True

    def _note(self, problem: str, number: int, detail: str) -> None:
        self.tally[problem] += 1
        if len(self.problems[problem]) < _SHOWN:
            self.problems[problem].append(f"第 {number} 行 {detail}".strip())

    def _note_once(self, problem: str, number: int, detail: str) -> None:
        if not any(line.endswith(f" {detail}") for line in self.problems[problem]):
            self._note(problem, number, detail)

    def report(self) -> list[str]:
        lines = (
            f"{problem} {self.tally[problem]} 处：{'；'.join(shown)}"
            for problem, shown in self.problems.items()
        )
        return [f"{self.spool.sheet}：{line}" for line in lines]


def table_begins(rows: Iterator[Row], titles: list[str]) -> Iterator[Row]:
    """Without the lines above the names of the columns (title, source), which fill one cell: they go into ``titles``."""
    begun = False
    for number, cells in rows:
        begun = begun or sum(map(bool, cells)) >= 2
        if begun:
            yield number, cells
        elif any(cells):
            titles.append(next(filter(None, cells)))


def with_title(table: TableMapping, titles: Sequence[str]) -> TableMapping:
    """The indicator that a line above the table names (指标：居民消费价格指数, or the title itself), where nothing else does."""
    if table.fixed_item:
        return table
    for title in titles:
        said = re.sub(r"^(?:指标|表名|名称|标题)[:：]\s*", "", title.strip())
        if said != title.strip() or read_name(said).known:
            return table.model_copy(update={"fixed_item": said})
    return table


def _grain_of(name: SeriesName, term: Term) -> Grain | None:
    """A day stands for its month (quarter, year) where the indicator is published so; a step keeps the day itself."""
    known = indicator(name.indicator)
    return None if known.kind in ("step", "price") or term.grain is not Grain.DAY else known.grain


def _keys(table: TableMapping, header: Sequence[str], where: str) -> _Keys:
    named = {
        "item": table.item, "value": table.value, "period": table.period, "region": table.region,
        "published": table.published, "form": table.form, "unit": table.unit_column, "frequency": table.frequency,
    }  # fmt: skip
    places, absent = {}, []
    for key, name in named.items():
        choices = name.split("|") if name else []
        places[key] = next((header.index(choice) for choice in choices if choice in header), -1)
        if len(choices) == 1 and places[key] < 0 and not table.optional_columns:
            absent.append(choices[0])
    absent += [
        name
        for name in table.columns
        if name not in header and places["value"] < 0 and not table.optional_columns and places["item"] < 0
    ]
    hint = f"表里的列：{'、'.join(name for name in header[:40] if name)}"
    if absent:
        raise ConfigError(
            f"映射里的列在表里找不到：{'、'.join(dict.fromkeys(absent))}", where=where, hint=hint
        )
    terms = sum(read_cell(name) is not None for name in header)
    if (
        places["value"] >= 0
        and (places["item"] >= 0 or table.fixed_item)
        and (places["period"] >= 0 or table.fixed_period)
    ):
        return _Keys(**places)
    parts = sum(_PART.fullmatch(squash(name)) is not None for name in header)
    if places["value"] < 0 and terms and (places["item"] >= 0 or table.fixed_item):
        return _Keys(**(places | {"period": -1}))
    if parts >= _FEWEST_PARTS and places["period"] >= 0 and (places["item"] >= 0 or table.fixed_item):
        item = -1 if places["item"] == places["period"] else places["item"]
        return _Keys(**(places | {"item": item}))
    if places["value"] < 0 and places["period"] >= 0:
        return _Keys(**(places | {"item": -1}))
    raise ConfigError(
        "认不出这张宏观数据表：要有指标、时间、数值三列，或时间一列、各指标为列，或指标（或地区）一列、各时间为列",
        where=where,
        hint=hint,
    )


def _at(cells: tuple[str, ...], place: int) -> str:
    return cells[place] if 0 <= place < len(cells) else ""
