"""分季度主要财务指标: the four single quarters of the year."""

from __future__ import annotations

from dataclasses import replace

from caiwen.finance.text import squash
from caiwen.knowledge.data import pattern
from caiwen.knowledge.figures import Frame, figures
from caiwen.knowledge.grids import Part, read_table
from caiwen.knowledge.indicators import RULES, is_quarterly
from caiwen.knowledge.units import document_scale, table_scale
from caiwen.records import Document, Fact, Filing, Span


def extract(document: Document, filing: Filing) -> list[Fact]:
    """Facts with span single and periods 2019Q1 … 2019Q4, of the items that the taxonomy knows."""
    facts: list[Fact] = []
    for table in document.tables:
        head = "".join(squash(cell.text) for cell in table.cells if cell.row <= 2)
        if not pattern(RULES, "quarterly").search(head):
            continue
        scale = table_scale(table) or document_scale(document)
        frame = Frame(document, filing, "quarterly", "quarterly", scale=scale, known_only=True)
        for part in read_table(table, filing):
            if is_quarterly(part):
                facts.extend(figures(_alone(part), frame))
    return facts


def _alone(part: Part) -> Part:
    """第一季度（1-3月份） is a year to date as well; here it is the first of four quarters."""
    columns = tuple(replace(c, span=Span.SINGLE) if c.period.endswith("Q1") else c for c in part.columns)
    return replace(part, columns=columns)
