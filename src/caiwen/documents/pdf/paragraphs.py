"""Text lines → paragraphs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from caiwen.documents.pdf.lines import join_wrapped
from caiwen.documents.pdf.raw import RawLine
from caiwen.records import Paragraph

OPENER = re.compile(
    r"第[一二三四五六七八九十百零〇\d]+[章节条]|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[）)]|\d+(?:\.\d+)*[、.．]\D"
    r"|[①-⑳]|[□√☑■●◆]|单位[:：]|注[:：\d]|备注[:：]"
)


def starts_new(line: RawLine, before: RawLine, left: float, right: float) -> bool:
    """Whether ``line`` begins a paragraph: an indent, a short line before it, an opener, a gap or another size."""
    size = max(before.size, 1.0)
    short = before.box[2] < right - 2.2 * size
    indented = line.box[0] > left + 1.2 * size
    apart = line.box[1] - before.box[3] > 1.6 * size or abs(line.size - before.size) > 0.25 * size
    return short or indented or apart or bool(OPENER.match(line.text))


def paragraphs(lines: Sequence[tuple[int, RawLine]], left: float, right: float) -> list[Paragraph]:
    """Consecutive lines of free text with their pages → paragraphs; ``left`` and ``right`` are the text's margins."""
    groups: list[list[tuple[int, RawLine]]] = []
    for page, line in lines:
        if groups and groups[-1][-1][0] == page and not starts_new(line, groups[-1][-1][1], left, right):
            groups[-1].append((page, line))
        else:
            groups.append([(page, line)])
    return [_paragraph(group) for group in groups]


def _paragraph(group: list[tuple[int, RawLine]]) -> Paragraph:
    boxes = [line.box for _, line in group]
    box = (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )
    return Paragraph(join_wrapped([line.text for _, line in group]), group[0][0], box)
