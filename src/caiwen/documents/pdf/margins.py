"""Running headers, footers and page numbers: what stands at the same height in the outer margin of many pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from caiwen.documents.pdf.raw import RawBlock, RawLine, RawPage
from caiwen.documents.pdf.rows import Row, is_amount, is_note, is_numeral
from caiwen.documents.pdf.splits import completes_number

MARGIN, NEAR = 0.12, 0.8
LINES_ABOVE = 2
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
    stripped: list[RawPage] = []
    for page in pages:
        above = [b for p in stripped[-1:] for b in p.blocks[-LINES_ABOVE:]]
        stripped.append(replace(page, blocks=tuple(_body(page, running, above))))
    return stripped


def _body(page: RawPage, running: set[tuple[str, int]], above: list[RawBlock]) -> list[RawBlock]:
    """``above``: the last blocks of the page before."""
    kept: list[RawBlock] = []
    for block, below in zip_longest(page.blocks, page.blocks[1:]):
        if isinstance(block, RawLine) and _is_running(page, block, running):
            beside = kept[-1] if kept else below
            lines = [b for b in (kept or above)[-LINES_ABOVE:] if isinstance(b, RawLine)]
            if not _near(block, beside) or not any(_goes_on(line, block) for line in lines):
                continue
        kept.append(block)
    return kept


def _near(line: RawLine, other: RawBlock | None) -> bool:
    """Whether a line stands as close to another as the lines of one cell."""
    if not isinstance(other, RawLine):
        return False
    return max(line.box[1] - other.box[3], other.box[1] - line.box[3]) <= NEAR * line.size


def _goes_on(above: RawLine, line: RawLine) -> bool:
    """Whether a number that looks like a page's is the rest of a number or reference that a narrow cell cut."""
    return any(
        a.x0 < p.x1 and p.x0 < a.x1 and (completes_number(a.text, p.text) or is_note(a.text + p.text))
        for a in above.pieces
        for p in line.pieces
        if is_numeral(p)
    )


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
