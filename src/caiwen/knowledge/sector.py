"""Which statutory format an issuer reports in: general, bank, insurer, broker."""

from __future__ import annotations

import re
from functools import cache

from caiwen.finance.text import squash
from caiwen.knowledge.data import load
from caiwen.records import Document, Table

_FIGURE = re.compile(r"\d{2,3}(?:,\d{3})+|\d{3,}")
_LEAD = re.compile(r"^(?:其中|加|减)?[:：]?(?:[一二三四五六七八九十]+、|[（(].{1,2}[）)]|\d+[.、])?")


def sector_of(document: Document, issuer: str | None) -> str:
    """By the issuer's name; else by rows with figures that only one sector's statements have."""
    rules = load("filing.yaml")
    if issuer and not re.search(rules["not_by_name"], issuer):
        for sector, pattern in rules["names"].items():
            if re.search(pattern, issuer):
                return str(sector)
    counts: dict[str, set[str]] = {sector: set() for sector in rules["lines"]}
    for table in document.tables:
        _count(table, counts)
    best = max(counts, key=lambda s: len(counts[s]))
    return best if len(counts[best]) >= rules["lines_needed"] else "general"


@cache
def _sector_of_line() -> dict[str, str]:
    return {label: sector for sector, labels in load("filing.yaml")["lines"].items() for label in labels}


def _count(table: Table, counts: dict[str, set[str]]) -> None:
    lines = _sector_of_line()
    rows: dict[int, tuple[str, str]] = {}
    for cell in table.cells:
        if cell.column == 0 and len(cell.text) < 24:
            label = _LEAD.sub("", squash(cell.text))
            if sector := lines.get(label):
                rows[cell.row] = (sector, label)
    if rows:
        for cell in table.cells:
            if cell.row in rows and cell.column and _FIGURE.search(cell.text):
                sector, label = rows[cell.row]
                counts[sector].add(label)
