"""主要会计数据和财务指标: the key figures in front of the statements, with the prior years beside them."""

from __future__ import annotations

from collections.abc import Iterator

from caiwen.finance.period import Period
from caiwen.finance.text import squash
from caiwen.knowledge.columns import period_of
from caiwen.knowledge.data import pattern
from caiwen.knowledge.figures import Frame, figures, is_known
from caiwen.knowledge.grids import Part, read_table
from caiwen.knowledge.growth import confirmed
from caiwen.knowledge.titles import read_title
from caiwen.knowledge.units import document_scale, table_scale
from caiwen.records import Document, Fact, Filing, Span, Table

RULES = "indicators.yaml"
_ABOVE = 3
"""How many of the lines above a table speak of it."""


def extract(document: Document, filing: Filing) -> list[Fact]:
    """Facts of the tables of key figures; their printed rows are taken only where the taxonomy knows the item."""
    facts: list[Fact] = []
    default = None
    for table, parts in key_tables(document, filing):
        scale = table_scale(table)
        default = default or (document_scale(document) if scale is None else None)
        frame = Frame(
            document, filing, "key_indicators", "key_indicators", scale=scale or default, known_only=True
        )
        for part in parts:
            if not is_quarterly(part) and not _is_foreign(part):
                facts.extend(confirmed(figures(part, frame), part))
    return facts


def key_tables(document: Document, filing: Filing) -> Iterator[tuple[Table, list[Part]]]:
    """Tables of key figures with their parts; a piece without header takes the columns of the table before it."""
    former: Part | None = None
    for number, block in enumerate(document.blocks):
        if not isinstance(block, Table):
            former = former if len(block.text) <= 40 else None
            continue
        if not _concerns(document, number, block, former is not None):
            former = None
            continue
        parts = read_table(block, filing, anchor=_anchor(block), inherited=former)
        known = _known(parts, filing.sector)
        if known < (1 if former is not None else 2):
            former = None
            continue
        former = parts[-1]
        yield block, parts


def is_quarterly(part: Part) -> bool:
    """Single quarters of one year side by side."""
    singles = [c.period for c in part.columns if c.role == "value" and c.span is Span.SINGLE]
    return len(singles) >= 2 and len({p[:4] for p in singles}) == 1 and len(set(singles)) == len(singles)


def _concerns(document: Document, number: int, table: Table, continues: bool) -> bool:
    above = squash("".join((table.caption, *table.context[-_ABOVE:])))
    labels = "\n".join(squash(cell.text) for cell in table.cells if cell.column <= 1)
    section = document.section_at(number)
    path = "/".join(section.path) if section else ""
    if pattern(RULES, "foreign_title").search(above) or pattern(RULES, "foreign_section").search(path):
        return False
    if read_title(table.caption) is not None or pattern(RULES, "foreign_label").search(labels):
        return False
    if pattern(RULES, "title").search(above + labels + (section.title if section else "")):
        return True
    inside = bool(pattern(RULES, "own_section").search(path))
    return continues or (not inside and bool(pattern(RULES, "label").search(labels)))


def _known(parts: list[Part], sector: str) -> int:
    labels = {line.label for part in parts for line in part.lines if line.cells}
    return sum(is_known(label, "key_indicators", sector) for label in labels)


def _is_foreign(part: Part) -> bool:
    headers = squash("".join(text for column in part.columns for text in column.headers))
    heading = bool(pattern(RULES, "foreign_heading").search(part.heading))
    return heading or bool(pattern(RULES, "foreign_header").search(headers))


def _anchor(table: Table) -> Period | None:
    """The caption may name the only period of the table (2023年半年度主要会计数据)."""
    return period_of(table.caption) if table.caption else None
