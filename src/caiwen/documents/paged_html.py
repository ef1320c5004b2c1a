"""Report HTML with one ``<section data-page>`` a page, whose tables follow all the text of their page.

The text of such pages has lost its line breaks and names every table by the line that stood above it (its
``<caption>``). Finding that line in the text puts the tables back where they stood.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from caiwen.documents.context import unit_in
from caiwen.documents.rules import load_rules
from caiwen.finance.text import normalise
from caiwen.records import Block, Cell, Paragraph, Table

_UNIT_SUFFIX = re.compile(r"[（(](?:单位[:：])?([^（()）]*元[^（()）]*|单位[:：][^（()）]*)[)）]?$")
_FIRST_NUMBER = re.compile(r"^\s*(\d{1,4})\s+")
_LAST_NUMBER = re.compile(r"(?<![\d.,/])\s*(\d{1,4})(?:\s*/\s*\d{1,4})?\s*$")
_HEAD_LENGTH = 60
_SHORT_REST = 40


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table and the caption that names it; ``caption`` is empty when it continues the page before."""

    table: Table
    caption: str


@dataclass(slots=True)
class Page:
    number: int
    texts: list[str]
    tables: list[PageTable]


@cache
def _breaks() -> re.Pattern[str]:
    return re.compile("|".join(f"(?={p})" for p in load_rules("run_on.yaml")["before"]))


@cache
def _after() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in load_rules("run_on.yaml")["after"]))


def split_run_on(text: str) -> list[str]:
    """Break text that lost its line ends before headings and around statement titles and unit lines."""
    marked = _after().sub(lambda m: m.group() + "\n", text)
    pieces = (p.strip() for line in marked.splitlines() for p in _breaks().split(line))
    return [p for p in pieces if p]


def lay_out(pages: Sequence[Page]) -> list[Block]:
    """Blocks in reading order; tables that run over a page break are joined; running heads and page numbers go."""
    texts = strip_furniture([(p.number, "\n".join(p.texts)) for p in pages])
    blocks: list[Block] = []
    open_table: int | None = None
    for page, text in zip(pages, texts, strict=True):
        tables = list(page.tables)
        if (
            tables
            and open_table is not None
            and not tables[0].caption
            and _joins(blocks[open_table], tables[0].table)
        ):
            blocks[open_table] = _join(blocks[open_table], tables.pop(0).table)
        else:
            open_table = None
        at = 0
        for item in tables:
            end = _place_of(item.caption, text, at)
            blocks.extend(_paragraphs(text[at:end], page.number))
            if item.caption and end == at:
                blocks.append(Paragraph(item.caption, page.number))
            blocks.append(replace(item.table, unit_text=unit_in(item.caption)))
            open_table, at = len(blocks) - 1, end
        rest = text[at:].strip()
        blocks.extend(_paragraphs(rest, page.number))
        if len(rest) > _SHORT_REST:
            open_table = None
    return blocks


def strip_furniture(pages: Sequence[tuple[int, str]]) -> list[str]:
    """Page texts without the page number at either end and without the heads that many pages begin with."""
    texts = [text.strip() for _, text in pages]
    for pattern in (_LAST_NUMBER, _FIRST_NUMBER):
        found = [pattern.search(text) for text in texts]
        shifts = Counter(int(m.group(1)) - n for m, (n, _) in zip(found, pages, strict=True) if m)
        shift, agreeing = shifts.most_common(1)[0] if shifts else (0, 0)
        if agreeing >= max(3, 0.2 * len(pages)):
            for i, m in enumerate(found):
                if m and int(m.group(1)) - pages[i][0] == shift:
                    texts[i] = (texts[i][: m.start()] + texts[i][m.end() :]).strip()
    heads = _common_heads(texts)
    return [_without_head(text, heads) for text in texts]


def _common_heads(texts: Sequence[str]) -> list[str]:
    """The longest openings of at least eight characters that a fifth of the pages share."""
    least = max(4, len(texts) // 5)
    heads: list[str] = []
    for length in range(_HEAD_LENGTH, 7, -1):
        counts = Counter(text[:length] for text in texts if len(text) > length)
        for head, n in counts.items():
            if n >= least and not any(known.startswith(head) for known in heads):
                heads.append(head)
    return heads


def _without_head(text: str, heads: Sequence[str]) -> str:
    head = next((h for h in heads if text.startswith(h)), "")
    return text[len(head) :].strip()


def _place_of(caption: str, text: str, start: int) -> int:
    """Where in ``text`` the line that names the table ends; ``start`` when it is not found."""
    unit = _UNIT_SUFFIX.search(caption)
    base = _UNIT_SUFFIX.sub("", caption).strip()
    for wanted in ((base + unit.group(1)) if unit else "", base):
        pattern = r"\s*".join(re.escape(c) for c in wanted if not c.isspace())
        found = re.compile(pattern).search(text, start) if len(wanted) >= 2 else None
        if found:
            tail = re.compile(
                r"\s*[（(]?单位[:：][^\n。]{1,24}?(?:人民币|元|股|%|吨)(?![\u4e00-\u9fff])"
            ).match(text, found.end())
            return tail.end() if tail else found.end()
    return start


def _paragraphs(text: str, page: int) -> list[Block]:
    return [Paragraph(piece, page) for line in text.splitlines() for piece in split_run_on(line)]


def _joins(before: Block, after: Table) -> bool:
    if not isinstance(before, Table) or before.n_columns != after.n_columns:
        return False
    last = max((c.page or 0 for c in before.cells), default=0)
    return after.page == last + 1


def _join(before: Block, after: Table) -> Table:
    assert isinstance(before, Table)
    repeated = _row_texts(after, 0) == _row_texts(before, 0)
    skip = 1 if repeated and after.n_rows > 1 else 0
    moved = tuple(replace(c, row=c.row - skip + before.n_rows) for c in after.cells if c.row >= skip)
    return replace(before, cells=before.cells + moved, n_rows=before.n_rows + after.n_rows - skip)


def _row_texts(table: Table, row: int) -> list[str]:
    return [normalise(c.text) for c in _row(table, row)]


def _row(table: Table, row: int) -> list[Cell]:
    return [c for c in table.cells if c.row == row]
