"""Workbooks and delimited tables that are read as documents: whose figures they are, for which period, and what is missing.

Title rows above a table, the names of sheets and the file's own name are all that such a file says about itself. A table
of many companies names none of them there: it is read by a mapping instead (``caiwen ingest --mapping``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from caiwen.finance.amount import parse_number
from caiwen.finance.period import periods_in
from caiwen.finance.text import squash
from caiwen.knowledge.data import load
from caiwen.knowledge.filing import companies_in
from caiwen.records import Document, Fact, Filing, Paragraph, Table

_LONGEST = 60
_HEAD_ROWS = 10
_FEWEST_NUMBERS = 3
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_UNIT = re.compile(r"[(（：:/百千万亿]元|^元$|人民币")


def with_titles(filing: Filing, document: Document) -> Filing:
    """Company and period from the titles; what several titles say differently stays open."""
    if not is_workbook(document):
        return filing
    titles = [*_titles(document), _stem(document)]
    names = list(dict.fromkeys(name for title in titles for name in companies_in(title)))
    shorts = {match["name"] for title in titles if (match := _short().search(squash(title)))}
    periods = {str(mention.period) for title in titles for mention in periods_in(title)}
    return replace(
        filing,
        issuer=filing.issuer or (names[0] if len(names) == 1 else None),
        short_name=filing.short_name or (min(shorts) if not names and len(shorts) == 1 else None),
        period=filing.period or (min(periods) if len(periods) == 1 else None),
    )


def lacking(document: Document, filing: Filing, facts: list[Fact]) -> list[str]:
    """One line where a workbook holds figures and gives no fact, or facts of nobody."""
    if not is_workbook(document) or not _holds_figures(document):
        return []
    who = filing.issuer or filing.short_name
    unnamed = "标题行、工作表名和文件名里没有公司全称" if not who else ""
    if facts:
        return [f"{unnamed}，事实记在文件名之下；在表上方写明公司全称后再读一次"] if unnamed else []
    undated = "" if filing.period or _written(document, _YEAR) else "没有写报告期"
    unscaled = "" if _written(document, _UNIT) else "没有写单位（元、万元等）"
    untitled = "认不出是哪张报表（要有“利润表”等表名）"
    missing = [part for part in (unnamed, undated, unscaled) if part] or [untitled]
    hint = "在表上方写明公司全称、报表名、期间与单位；一行一个公司的数据表请加 --mapping 映射"
    return [f"表里有数字，但没有得到事实：{'；'.join(missing)}。{hint}"]


def _written(document: Document, wanted: re.Pattern[str]) -> bool:
    """Among the titles or in the first rows of a table."""
    heads = (c.text for b in document.blocks if isinstance(b, Table) for c in b.cells if c.row < _HEAD_ROWS)
    return any(wanted.search(text) for text in (*_titles(document), _stem(document), *heads))


def is_workbook(document: Document) -> bool:
    formats: list[str] = load("filing.yaml")["data_formats"]
    return document.format in formats


def _short() -> re.Pattern[str]:
    return re.compile(load("filing.yaml")["sheet_title"])


def _stem(document: Document) -> str:
    return re.sub(r"[_\s]+", " ", document.name.rsplit(".", 1)[0])


def _titles(document: Document) -> Iterator[str]:
    """The names of sheets and the lines above tables."""
    for block in document.blocks:
        lines = block.text.splitlines() if isinstance(block, Paragraph) else block.context
        yield from (line for line in lines if len(line) <= _LONGEST)


def _holds_figures(document: Document) -> bool:
    tables = (block for block in document.blocks if isinstance(block, Table))
    numbers = (cell for table in tables for cell in table.cells if parse_number(cell.text) is not None)
    return sum(1 for _, _ in zip(range(_FEWEST_NUMBERS), numbers, strict=False)) == _FEWEST_NUMBERS
