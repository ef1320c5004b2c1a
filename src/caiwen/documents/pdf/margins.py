"""Running headers, footers and page numbers: what stands at the same height in the outer margin of many pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from caiwen.documents.pdf.raw import RawBlock, RawLine, RawPage
from caiwen.documents.pdf.rows import Row, is_amount

MARGIN = 0.12
PAGE_NUMBER = re.compile(
    r"[-—–第\s]*\d{1,4}\s*(?:[/／]\s*(?:共\s*)?\d{1,4}|页)?(?:\s*[,，]?\s*共\s*\d+\s*页)?[-—–页\s]*"
)
ROMAN_NUMBER = re.compile(r"[-—\s]*[ivxIVX]{1,6}[-—\s]*")
KEPT = re.compile(r"单位\s*[:：]|币种\s*[:：]|[（(]续[）)]|^合并|^母公司")
_DIGITS = re.compile(r"\d+")


def strip_margins(pages: Sequence[RawPage]) -> list[RawPage]:
    """The pages without running headers, footers and page numbers. Unit lines stay however often they come."""
    counts = Counter(key for page in pages for key in {_key(line) for line in _outer(page)})
    enough = max(2 if len(pages) < 4 else 3, 0.08 * len(pages))
    running = {key for key, count in counts.items() if count >= enough}
    return [replace(page, blocks=tuple(_body(page, running))) for page in pages]


def _body(page: RawPage, running: set[tuple[str, int]]) -> Iterator[RawBlock]:
    for block in page.blocks:
        if not isinstance(block, RawLine) or not _is_running(page, block, running):
            yield block


def _is_running(page: RawPage, line: RawLine, running: set[tuple[str, int]]) -> bool:
    if not _in_margin(page, line) or KEPT.search(line.text):
        return False
    text = line.text.strip()
    if _is_of_table(line):
        return False
    return bool(PAGE_NUMBER.fullmatch(text) or ROMAN_NUMBER.fullmatch(text)) or _key(line) in running


def _is_of_table(line: RawLine) -> bool:
    """A row of a table without rulings: an amount, or the heads of its columns."""
    if not line.pieces:
        return False
    row = Row(line.pieces)
    return row.heads or row.is_corner or (len(line.pieces) > 1 and any(map(is_amount, line.pieces)))


def _outer(page: RawPage) -> list[RawLine]:
    return [b for b in page.blocks if isinstance(b, RawLine) and _in_margin(page, b)]


def _in_margin(page: RawPage, line: RawLine) -> bool:
    height = page.height or 1.0
    return line.box[3] / height < MARGIN or line.box[1] / height > 1 - MARGIN


def _key(line: RawLine) -> tuple[str, int]:
    """The text without digits and spaces, and the height in steps of 4 points."""
    return _DIGITS.sub("#", line.text.replace(" ", "")), round(line.box[1] / 4)
