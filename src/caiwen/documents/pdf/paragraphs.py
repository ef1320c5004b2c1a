"""Text lines → paragraphs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from caiwen.documents.pdf.lines import join_wrapped
from caiwen.documents.pdf.raw import RawLine, RawPage
from caiwen.records import Box, Paragraph

OPENER = re.compile(
    r"第[一二三四五六七八九十百零〇\d]+[章节条]|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[）)]|\d+(?:\.\d+)*[、.．]\D"
    r"|[①-⑳]|[□√☑☒■●◆➢]|单位[:：]|注[:：\d]|备注[:：]|[图表]\s*\d+|资料来源"
)
_SENTENCE_END = tuple("。！？；：!?;:")
WIDE = 0.5
"""Lines over this share of the page's width show where the text's margins are."""
FAR_RIGHT = 0.45
"""A line that begins beyond this share of the text's width (a unit, a signature) stands alone."""


@dataclass(frozen=True, slots=True)
class Margins:
    """Where lines of running text begin and end."""

    left: float
    right: float


def find_margins(pages: Sequence[RawPage]) -> dict[int, Margins]:
    """Per page; a page with few long lines takes what is usual in the document for its width."""
    own: dict[int, Margins] = {}
    for page in pages:
        wide = [
            b.box for b in page.blocks if isinstance(b, RawLine) and b.box[2] - b.box[0] > WIDE * page.width
        ]
        if len(wide) >= 3:
            ends = sorted(box[2] for box in wide)
            own[page.number] = Margins(min(box[0] for box in wide), ends[int(0.8 * len(ends))])
    usual: dict[int, list[Margins]] = {}
    for page in pages:
        if page.number in own:
            usual.setdefault(round(page.width), []).append(own[page.number])
    common = {w: Margins(median(m.left for m in ms), median(m.right for m in ms)) for w, ms in usual.items()}
    return {p.number: own.get(p.number) or common.get(round(p.width)) or _edges(p) for p in pages}


def _edges(page: RawPage) -> Margins:
    boxes = [b.box for b in page.blocks if isinstance(b, RawLine)]
    left = min((box[0] for box in boxes), default=0.0)
    return Margins(left, max((box[2] for box in boxes), default=page.width))


def starts_new(line: RawLine, before: RawLine, margins: Margins) -> bool:
    """Whether ``line`` begins a paragraph: an opener, a gap, another size, an indent, or a short line before it."""
    size = max(before.size, 1.0)
    if OPENER.match(line.text) or abs(line.size - before.size) > 0.4 * size:
        return True
    if line.box[1] - before.box[3] > 1.7 * size:
        return True
    if before.box[0] > margins.left + FAR_RIGHT * (margins.right - margins.left):
        return True
    hanging = abs(line.box[0] - before.box[0]) < 0.5 * size and not before.text.endswith(_SENTENCE_END)
    if line.box[0] > margins.left + 1.2 * size and not hanging:
        return True
    missing = margins.right - before.box[2]
    return missing > (2.2 * size if before.text.endswith(_SENTENCE_END) or hanging else 4 * size)


def paragraphs(page: int, lines: Sequence[RawLine], margins: Margins) -> list[Paragraph]:
    """Consecutive lines of free text of one page → paragraphs."""
    groups: list[list[RawLine]] = []
    for line in lines:
        if groups and not starts_new(line, groups[-1][-1], margins):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [Paragraph(join_wrapped([line.text for line in group]), page, _around(group)) for group in groups]


def _around(group: Sequence[RawLine]) -> Box:
    boxes = [line.box for line in group]
    return (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )
