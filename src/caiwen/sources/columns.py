"""Columns bound to items: by the mapping, else by the column's own name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from caiwen.errors import ConfigError
from caiwen.finance.amount import Scale, parse_scale
from caiwen.finance.items import Item, taxonomy
from caiwen.records import Scope, Span
from caiwen.sources.cells import scale_named
from caiwen.sources.mapping import ColumnMapping, Missing, TableMapping
from caiwen.sources.periods import period_of

_UNIT_TAIL = re.compile(r"[（(\[【][^（(\[【]*[)）\]】]$")
_ONE = Decimal(1)
_TEXT_UNITS = ("text", "date")


@dataclass(frozen=True)
class Column:
    """A value column. ``scale`` is None for text; ``period`` and ``scope`` when the header itself states them."""

    place: int
    name: str
    item: str
    span: Span
    scale: Scale | None
    missing: tuple[Missing, ...]
    scope: Scope | None = None
    period: str | None = None
    dimensions: dict[str, str] = field(default_factory=dict)

    @property
    def is_text(self) -> bool:
        return self.scale is None


@dataclass(frozen=True)
class Bound:
    """The columns of a table. ``unknown``: headers that are neither mapped nor known items."""

    columns: tuple[Column, ...]
    unknown: tuple[str, ...]


def key_columns(table: TableMapping) -> list[str]:
    named = (
        table.code,
        table.entity,
        table.short_name,
        table.period,
        table.scope,
        table.item,
        table.value,
        table.unit_column,
    )
    return [name for name in named if name]


def require(table: TableMapping, header: Sequence[str], where: str) -> None:
    """Every column that the mapping names must be there. ConfigError lists all that are not."""
    wanted = [*key_columns(table), *(() if table.optional_columns else table.columns), *table.values]
    absent = list(dict.fromkeys(name for name in wanted if name not in header))
    if absent:
        hint = f"表里的列：{'、'.join(name for name in header[:40] if name)}"
        raise ConfigError(f"映射里的列在表里找不到：{'、'.join(absent)}", where=where, hint=hint)
    if not (table.code or table.entity or table.short_name):
        raise ConfigError("映射要指明公司：code、entity、short_name 至少一个", where=where)


def bind(table: TableMapping, header: Sequence[str]) -> Bound:
    """Binds each column that is not a key. Repeated headers are taken once."""
    keys, columns, unknown, seen = set(key_columns(table)), [], [], set()
    for place, name in enumerate(header):
        if not name or name in keys or name in seen or name in table.values:
            continue
        seen.add(name)
        if name in table.columns and table.columns[name] is None:
            continue
        column = _bind_one(table, place, name, table.columns.get(name) or ColumnMapping.model_validate({}))
        if column is None:
            unknown.append(name)
        else:
            columns.append(column)
    return Bound(tuple(columns), tuple(unknown))


def bind_names(table: TableMapping, header: Sequence[str]) -> Bound:
    """The columns of a ``companies`` table that say who a company is, as items of their own."""
    said = {"股票代码": table.code, "公司名称": table.entity, "股票简称": table.short_name}
    columns = (
        Column(header.index(name), name, item, Span.INSTANT, None, tuple(table.missing))
        for item, name in said.items()
        if name
    )
    return Bound(tuple(columns), ())


def _bind_one(table: TableMapping, place: int, name: str, mapped: ColumnMapping) -> Column | None:
    parts = _header_parts(table, name)
    if parts is None:
        return None
    label, unit = mapped.item or parts["item"], mapped.unit or parts.get("unit")
    item = find_item(label)
    if item is None and mapped.item is None:
        return None
    missing = table.missing if mapped.missing is None else mapped.missing
    scope = mapped.scope or parts.get("scope")
    return Column(
        place=place,
        name=name,
        item=item.name if item else label,
        span=Span.YTD if item is not None and item.kind == "flow" else Span.INSTANT,
        scale=column_scale(item, unit, name, table.unit),
        missing=tuple(missing),
        scope=Scope(scope) if scope in ("consolidated", "parent") else None,
        period=period_of(parts["period"]) if parts.get("period") else None,
        dimensions=dict(mapped.dimensions),
    )


def _header_parts(table: TableMapping, name: str) -> dict[str, str] | None:
    """What the column name says: at least ``item``; None when a header pattern is given and does not fit."""
    if table.header is None:
        return {"item": name}
    flat = re.sub(r"\s*[\r\n]+\s*", table.header.separator, name)
    match = re.fullmatch(table.header.pattern, flat)
    return {k: v.strip() for k, v in match.groupdict().items() if v} if match else None


def find_item(label: str) -> Item | None:
    """By canonical name, by alias, then as a printed label without its unit."""
    bare = _UNIT_TAIL.sub("", label).strip()
    for text in (label, bare):
        found = taxonomy().get(text) or taxonomy().match(text)
        if found:
            return found
    return None


def column_scale(item: Item | None, unit: str | None, name: str, table_unit: str) -> Scale | None:
    """The column's own unit, else the header's, else the item's; only money takes the table's unit."""
    if unit:
        return scale_named(unit)
    if item is not None and item.unit in _TEXT_UNITS:
        return None
    stated = parse_scale(name)
    if stated is not None and (item is None or stated.unit == item.base_unit):
        return stated
    if item is None or item.unit == "money":
        return scale_named(table_unit)
    return scale_named(item.base_unit) or Scale(item.base_unit, _ONE, item.base_unit)
