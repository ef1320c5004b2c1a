"""Facts as a workpaper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from caiwen.records import Fact
from caiwen.records.words import BASIS_WORDS, SCOPE_WORDS, SPAN_WORDS, STATUS_WORDS
from caiwen.workpapers.sheets import CellValue, add_sheet, new_book, page_link, save_whole

HEADERS: tuple[str, ...] = (
    "公司",
    "代码",
    "项目",
    "分类",
    "期间",
    "时段",
    "口径",
    "列报",
    "数值",
    "精确值",
    "单位",
)
HEADERS += ("文件", "页", "原文", "行标题", "列标题", "状态", "核对依据", "编号")


@dataclass(frozen=True, slots=True)
class FactLine:
    """A fact with the name and place of the file that states it."""

    fact: Fact
    document: str
    path: str | None = None
    note: str = ""
    """Who corrected it, when and why; empty when nobody did."""


def write_facts(path: Path, lines: Iterable[FactLine], about: Sequence[tuple[str, str]]) -> int:
    """Write sheets 事实, 更正 (when there are any) and 说明; return how many facts were written."""
    rows = list(lines)
    book = new_book()
    add_sheet(book, "事实", HEADERS, (_row(line) for line in rows))
    if corrected := [line for line in rows if line.note]:
        notes = (
            [line.fact.id, line.fact.entity, line.fact.item, line.fact.period, line.note]
            for line in corrected
        )
        add_sheet(book, "更正", ("编号", "公司", "项目", "期间", "更正说明"), notes)
    add_sheet(book, "说明", ("项目", "内容"), about)
    save_whole(book, path)
    return len(rows)


def _row(line: FactLine) -> list[CellValue]:
    fact, seen = line.fact, line.fact.observation
    value: CellValue = fact.value if fact.value is not None else fact.text
    exact = format(fact.value, "f") if isinstance(fact.value, Decimal) else ""
    dimensions = "；".join(f"{k}：{v}" for k, v in fact.dimensions.items())
    return [
        fact.entity,
        fact.code or "",
        fact.item,
        dimensions,
        fact.period,
        SPAN_WORDS[fact.span],
        SCOPE_WORDS[fact.scope],
        BASIS_WORDS[fact.basis],
        value,
        exact,
        fact.unit or "",
        line.document,
        page_link(line.path, seen.page),
        seen.raw,
        seen.label,
        " / ".join(seen.headers),
        STATUS_WORDS[fact.status],
        "；".join(fact.checks),
        fact.id,
    ]
