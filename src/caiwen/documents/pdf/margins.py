"""Running headers, footers and page numbers: what stands at the same height in the outer margin of many pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from caiwen.documents.pdf.raw import RawBlock, RawLine, RawPage

MARGIN = 0.12
PAGE_NUMBER = re.compile(
    r"[-—–第\s]*\d{1,4}\s*(?:[/／]\s*(?:共\s*)?\d{1,4}|页)?(?:\s*[,，]?\s*共\s*\d+\s*页)?[-—–页\s]*"
)
ROMAN_NUMBER = re.compile(r"[-—\s]*[ivxIVX]{1,6}[-—\s]*")
KEPT = re.compile(r"单位\s*[:：]|币种\s*[:：]|[（(]续[）)]|^合并|^母公司")
_DIGITS = re.compile(r"\d+")


def strip_margins(pages: Sequence[RawPage]) -> list[RawPage]:
    """The pages without running headers, footers and page numbers. Unit lines stay however often they come."""
    counts = Counter(key for page in pages for key in {_key(page, line) for line in _outer(page)})
    enough = max(2 if len(pages) < 4 else 3, 0.08 * len(pages))
    running = {key for key, count in counts.items() if count >= enough}
    return [
        replace(page, blocks=tuple(b for b in page.blocks if not _is_running(page, b, running)))
        for page in pages
    ]


def _is_running(page: RawPage, block: RawBlock, running: set[tuple[str, int]]) -> bool:
    if not isinstance(block, RawLine) or not _in_margin(page, block) or KEPT.search(block.text):
        return False
    text = block.text.strip()
    if PAGE_NUMBER.fullmatch(text) or ROMAN_NUMBER.fullmatch(text):
        return True
    return _key(page, block) in running


def _outer(page: RawPage) -> list[RawLine]:
    return [b for b in page.blocks if isinstance(b, RawLine) and _in_margin(page, b)]


def _in_margin(page: RawPage, line: RawLine) -> bool:
    top, bottom = _edges(page, line)
    return bottom < MARGIN or top > 1 - MARGIN


def _edges(page: RawPage, line: RawLine) -> tuple[float, float]:
    """Top and bottom as shares of the page's height (of its width where the page number stands sideways)."""
    height = page.height or 1.0
    return line.box[1] / height, line.box[3] / height


def _key(page: RawPage, line: RawLine) -> tuple[str, int]:
    """The text without digits and spaces, and the height in steps of 4 points."""
    return _DIGITS.sub("#", line.text.replace(" ", "")), round(line.box[1] / 4)
