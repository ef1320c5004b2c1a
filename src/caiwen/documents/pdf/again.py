"""Titles that a ruled table prints again on its further pages: without them its parts join to one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from caiwen.documents.joining import same_widths
from caiwen.documents.pdf.raw import RawBlock, RawLine, RawPage, RawTable
from caiwen.documents.pdf.rows import rule

MAX_TITLES = 8
"""At most so many lines (title, date, company, unit) stand above a table."""


@dataclass(frozen=True)
class _Ending:
    """A table that ends its page: its first part, and the lines above that."""

    page: RawPage
    first: RawTable
    titles: frozenset[str]


def without_titles_again(pages: Sequence[RawPage]) -> list[RawPage]:
    """The pages in order, each without the titles at its top that belong to the table of the page before."""
    found: list[RawPage] = []
    ending: _Ending | None = None
    for page in pages:
        count = _again(page, ending) if ending is not None else 0
        continued = ending if count else None
        page = replace(page, blocks=page.blocks[count:]) if count else page
        ending = _ending(page, continued)
        found.append(page)
    return found


def _again(page: RawPage, ending: _Ending) -> int:
    """How many lines at the top of the page only repeat what stands above the table that may go on below them."""
    count = next((i for i, block in enumerate(page.blocks) if isinstance(block, RawTable)), 0)
    if not 0 < count <= MAX_TITLES or page.number != ending.page.number + 1:
        return 0
    lines, table = page.blocks[:count], page.blocks[count]
    if not isinstance(table, RawTable) or not _same_head(table, ending.first):
        return 0
    texts = [_title(block) for block in lines if isinstance(block, RawLine)]
    named = any(rule("statement").search(text) for text in texts)
    return count if named and all(text in ending.titles for text in texts) else 0


def _ending(page: RawPage, continued: _Ending | None) -> _Ending | None:
    if not page.blocks or not isinstance(page.blocks[-1], RawTable):
        return None
    if continued is not None and len(page.blocks) == 1:
        return replace(continued, page=page)
    return _Ending(page, page.blocks[-1], frozenset(map(_title, _lines_above(page.blocks))))


def _lines_above(blocks: Sequence[RawBlock]) -> list[RawLine]:
    lines: list[RawLine] = []
    for block in reversed(blocks[:-1]):
        if not isinstance(block, RawLine) or len(lines) == MAX_TITLES:
            break
        lines.append(block)
    return lines


def _title(line: RawLine) -> str:
    return rule("again").sub("", line.text.replace(" ", ""))


def _same_head(one: RawTable, other: RawTable) -> bool:
    """Whether two parts have columns as wide and the same texts in their first rows."""
    first, second = ([c.text for c in table.cells if c.row == 0] for table in (one, other))
    return first == second and same_widths(one.edges, other.edges)
