"""Gold values that stand literally in documents, read from CSV.

Two layouts are known: ``doc,year,field,literal_in_doc,unit_in_doc,page,team_table_value_yuan`` and
``pdf,period,field,literal_in_pdf,value_yuan,first_page``. A page may be missing or be only the first of several.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import resources
from pathlib import Path, PurePosixPath

import yaml

from caiwen.errors import CaiwenError

_COLUMNS = {
    "document": ("doc", "pdf", "document"),
    "period": ("year", "period"),
    "field": ("field", "item"),
    "literal": ("literal_in_doc", "literal_in_pdf", "literal"),
    "value": ("team_table_value_yuan", "value_yuan", "value"),
}
_PAGE = ("page", "first_page")


@dataclass(frozen=True, slots=True)
class Gold:
    """``document`` is the bare file name; ``value`` in base units; ``page`` where the gold names one."""

    line: int
    document: str
    period: str
    field: str
    literal: str
    value: Decimal
    page: int | None


def read_gold(path: Path) -> list[Gold]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except FileNotFoundError as error:
        raise CaiwenError("没有这个文件", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise CaiwenError("对照表不是 UTF-8 编码", where=str(path)) from error
    if not rows:
        raise CaiwenError("对照表是空的", where=str(path))
    names = _column_names(rows[0], path)
    return [_gold(row, names, number, path) for number, row in enumerate(rows, start=2)]


def _column_names(row: Mapping[str, str], path: Path) -> dict[str, str]:
    found = {key: next((c for c in choices if c in row), "") for key, choices in _COLUMNS.items()}
    if missing := [key for key, name in found.items() if not name]:
        wanted = "、".join("/".join(_COLUMNS[key]) for key in missing)
        raise CaiwenError(f"对照表缺少列：{wanted}", where=str(path))
    return found | {"page": next((c for c in _PAGE if c in row), "")}


def _gold(row: Mapping[str, str], names: Mapping[str, str], line: int, path: Path) -> Gold:
    try:
        value = Decimal(row[names["value"]])
    except InvalidOperation as error:
        raise CaiwenError(f"不是数：{row[names['value']]}", where=f"{path} 第 {line} 行") from error
    page = row.get(names["page"]) or ""
    name = PurePosixPath(row[names["document"]]).name
    period = re.sub(r"FY$", "", row[names["period"]].strip())
    literal, field = row[names["literal"]].strip(), row[names["field"]].strip()
    return Gold(line, name, period, field, literal, value, int(page) if page.isdigit() else None)


@cache
def _fields() -> dict[str, list[str]]:
    text = resources.files(__package__).joinpath("fields.yaml").read_text(encoding="utf-8")
    table: dict[str, list[str]] = yaml.safe_load(text)
    return table


@cache
def items_of(field: str) -> tuple[str, ...]:
    """Canonical names of the items that a gold field may mean."""
    from caiwen.finance.items import taxonomy

    names = _fields().get(field, [field])
    matched = ((taxonomy().get(name) or taxonomy().match(name), name) for name in names)
    return tuple(item.name if item is not None else name for item, name in matched)


def locate(names: Sequence[str], folder: Path) -> dict[str, Path]:
    """Gold file names → files under ``folder``: by full name, else by the name without its suffix."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    by_name = {path.name: path for path in reversed(files)}
    by_stem = {path.stem: path for path in reversed(files)}
    found = {name: by_name.get(name) or by_stem.get(PurePosixPath(name).stem) for name in names}
    if missing := [name for name, path in found.items() if path is None]:
        shown = "、".join(missing[:3]) + (f" 等 {len(missing)} 份" if len(missing) > 3 else "")
        raise CaiwenError(
            f"找不到对照表里的文件：{shown}", where=str(folder), hint="用 --documents 指出它们所在的文件夹"
        )
    return {name: path for name, path in found.items() if path is not None}
