"""Mending of extracted text: wrapped lines joined, page furniture out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from caiwen.documents.rules import load_rules
from caiwen.documents.sections import read_heading
from caiwen.finance.text import normalise
from caiwen.records import Block, Paragraph

FULL_LINE = 24.0
"""A line of fewer ideographs than this did not wrap at the right margin of any page that we have seen."""

_NUMBER = re.compile(r"[（(]?[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?%?[)）]?$")
_CLOSED = re.compile(r"[。！？；：:;!?]$")
_ITEM_START = re.compile(
    r"[（(]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})[)）、.．]|[-—•●◆■□√①-⑩]|第[一二三四五六七八九十百\d]+[章节条]"
)
_LEADERS = re.compile(r"[.．·]{4,}|…{2,}")
_BOXES = {0xF052: "√", 0xF0FE: "√", 0xF053: "√", 0xF0A3: "□", 0xF0A8: "□", 0xF06F: "□"}
"""Tick boxes of the Wingdings fonts, which come as private characters."""
_PAGE_NUMBER = re.compile(
    r"(?:第\s*)?[-—–]?\s*\d{1,4}\s*[-—–]?(?:\s*页)?(?:\s*[/共]\s*(?:共\s*)?\d{1,4}\s*页?)?$"
)


_VALUE = re.compile(r"[（(]?[-－–]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?[%％]?[)）]?$|[-—－–]{1,2}$|不适用$")


def trailing_values(text: str) -> tuple[str, tuple[str, ...]]:
    """Split a line into its label and the values, apart by blanks, that end it."""
    tokens = normalise(text).split()
    start = len(tokens)
    while start and _VALUE.match(tokens[start - 1]):
        start -= 1
    return " ".join(tokens[:start]), tuple(tokens[start:])


def is_value(text: str) -> bool:
    return _VALUE.match(text) is not None


def width(text: str) -> float:
    """Printed width in ideographs: an ASCII character counts half."""
    return sum(0.5 if char.isascii() else 1.0 for char in text)


def join_cell(text: str) -> str:
    """One cell's wrapped lines as one text: ``22,172,721.0⏎0`` is one number, Chinese joins without a space."""
    parts = [" ".join(part.split()) for part in _readable(text).splitlines()]
    joined = ""
    for part in (p for p in parts if p):
        joined = _glue(joined, part)
    return joined


def _readable(text: str) -> str:
    return normalise(text).translate(_BOXES)


def _glue(left: str, right: str) -> str:
    if not left:
        return right
    last, first = left[-1], right[0]
    if last.isdigit() and (first.isdigit() or first in ".,"):
        tail, head = left.split()[-1], right.split()[0]
        joins = _NUMBER.match(tail + head) is not None and not _NUMBER.match(head + "x")
        return left + right if joins and not _complete(tail) else f"{left} {right}"
    if last.isascii() and first.isascii() and (last.isalnum() or last in ".,;:)%") and first.isalnum():
        return f"{left} {right}"
    return left + right


def _complete(number: str) -> bool:
    """Two decimals after thousands separators: nothing is missing."""
    return re.search(r",\d{3}\.\d{2}$", number) is not None


def join_wrapped(text: str) -> str:
    """A paragraph whose lines were broken at the margin; lines that ended on their own stay apart."""
    lines = [" ".join(line.split()) for line in _readable(text).splitlines()]
    lines = [line for line in lines if line]
    if len(lines) < 2:
        return "".join(lines)
    full = max(FULL_LINE, 0.85 * max(width(line) for line in lines))
    result = lines[0]
    previous = lines[0]
    for line in lines[1:]:
        wrapped = width(previous) >= full and not _stands_alone(previous) and not _starts_anew(previous, line)
        result = _glue(result, line) if wrapped else f"{result}\n{line}"
        previous = line
    return result


def _stands_alone(line: str) -> bool:
    """A line of a table of contents, or a table row in text."""
    return _LEADERS.search(line) is not None or len(trailing_values(line)[1]) >= 2


def _starts_anew(previous: str, line: str) -> bool:
    if read_heading(line) is not None or line.startswith(("单位：", "单位:", "金额单位")):
        return True
    return bool(_CLOSED.search(previous)) and bool(_ITEM_START.match(line))


def join_broken(blocks: Sequence[Block]) -> list[Block]:
    """Sentences that the source cut into one paragraph a line become one paragraph again."""
    widths = sorted(width(b.text) for b in blocks if isinstance(b, Paragraph) and "\n" not in b.text)
    widths = [w for w in widths if FULL_LINE <= w <= 60]
    if not widths:
        return list(blocks)
    full = max(FULL_LINE, 0.9 * widths[int(len(widths) * 0.75)])
    result: list[Block] = []
    tail = ""
    for block in blocks:
        last = result[-1] if result else None
        if isinstance(block, Paragraph) and isinstance(last, Paragraph) and _carries_on(tail, block, full):
            result[-1] = replace(last, text=_glue(last.text, block.text), level=0)
        else:
            result.append(block)
        tail = block.text.rsplit("\n", 1)[-1] if isinstance(block, Paragraph) else ""
    return result


def _carries_on(tail: str, block: Paragraph, full: float) -> bool:
    """``tail`` is the last printed line before ``block``."""
    if width(tail) < full or width(tail) > 2.2 * full or _CLOSED.search(tail) or _stands_alone(tail):
        return False
    return read_heading(block.text) is None


def is_page_number(text: str) -> bool:
    return len(text) <= 16 and _PAGE_NUMBER.match(text.strip()) is not None


def running_lines(pages: Iterable[Sequence[str]], share: float = 0.4) -> frozenset[str]:
    """Texts that stand first or last on many pages (digits left out of the comparison): headers and footers.

    Unit statements repeat as well and are never furniture; at least four pages must agree.
    """
    counts: Counter[str] = Counter()
    total = 0
    for lines in pages:
        total += 1
        edge = {furniture_key(line) for line in (*lines[:2], *lines[-2:]) if line.strip()}
        counts.update(key for key in edge if key and "单位" not in key)
    return frozenset(key for key, n in counts.items() if n >= max(4, share * total))


def furniture_key(line: str) -> str:
    return re.sub(r"[\d\s]+", "", normalise(line))


def drop_running_heads(blocks: Sequence[Block], least: int = 8) -> list[Block]:
    """Leave out company names and document titles that a source without page marks repeats on every page."""
    pattern = re.compile(load_rules("headings.yaml")["running_head"])
    texts = Counter(
        b.text for b in blocks if isinstance(b, Paragraph) and len(b.text) <= 40 and pattern.search(b.text)
    )
    often = {text for text, n in texts.items() if n >= least}
    seen: set[str] = set()
    result: list[Block] = []
    for block in blocks:
        if isinstance(block, Paragraph) and block.text in often:
            if block.text in seen:
                continue
            seen.add(block.text)
        result.append(block)
    return result
