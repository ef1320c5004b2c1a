"""Characters → lines of text, for the whole page at once.

Every character carries a group number (its table cell, or the page's free text); lines form within a group.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from caiwen.documents.pdf.chars import Glyphs
from caiwen.finance.text import normalise

LINE_JUMP = 0.42
"""Centres further apart than this share of the character height stand on different lines."""
WORD_GAP = 0.16
"""Between Latin letters or digits; Chinese text needs ``SPACE_GAP`` (a printed space beside it is half that wide)."""
SPACE_GAP = 0.38
PIECE_GAP = 0.6
"""Pieces of one line further apart than this many character heights may be cells of a table without rulings."""

_WORD = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters on one line.

    ``first``: it begins its line; the next pieces follow after a ``gap``, in character heights.
    """

    group: int
    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    first: bool = True
    gap: float = 0.0

    def word_width(self) -> float:
        """The width of what a line break cannot part at its beginning: a Latin word or number, else one character."""
        word = _WORD.match(self.text)
        length = _units(word.group() if word else self.text[:1])
        return (self.x1 - self.x0) * length / max(1, _units(self.text))


def make_pieces(glyphs: Glyphs, group: NDArray[np.int64], free: int) -> list[Piece]:
    """All lines of all groups, groups in ascending order, lines from the top; group ``free`` is cut at wide gaps."""
    if not len(glyphs):
        return []
    order, line = _order(glyphs, group)
    codes, boxes, group = glyphs.codes[order], glyphs.boxes[order], group[order]
    kept = ~_doubled(codes, boxes, line)
    codes, boxes, line, group = codes[kept], boxes[kept], line[kept], group[kept]
    height = boxes[:, 3] - boxes[:, 1]
    new_line = np.diff(line, prepend=-1) > 0
    gap = np.zeros(len(codes))
    gap[1:] = (boxes[1:, 0] - np.maximum(boxes[:-1, 2], boxes[:-1, 0])) / np.maximum(height[1:], 1.0)
    gap[new_line] = 0.0
    starts = np.flatnonzero(new_line | ((gap > PIECE_GAP) & (group == free)))
    texts = _texts(codes, gap, starts)
    return _pieces(texts, starts, boxes, group, new_line, gap)


def _order(glyphs: Glyphs, group: NDArray[np.int64]) -> tuple[NDArray, NDArray]:
    """Reading order and, in that order, the number of each character's line."""
    boxes = glyphs.boxes
    centre = (boxes[:, 1] + boxes[:, 3]) / 2
    height = boxes[:, 3] - boxes[:, 1]
    order = np.lexsort((centre, group))
    jump = np.diff(centre[order]) > LINE_JUMP * np.minimum(height[order][1:], height[order][:-1])
    change = np.diff(group[order]) != 0
    line = np.concatenate(([0], np.cumsum(jump | change)))
    across = np.lexsort((boxes[order, 0], line))
    return order[across], line[across]


def _doubled(codes: NDArray, boxes: NDArray, line: NDArray) -> NDArray[np.bool_]:
    """Characters printed twice in place (imitated bold)."""
    doubled = np.zeros(len(codes), bool)
    width = boxes[1:, 2] - boxes[1:, 0]
    near = np.abs(np.diff(boxes[:, 0])) < 0.3 * width
    doubled[1:] = (np.diff(codes) == 0) & (np.diff(line) == 0) & near
    return doubled


def _texts(codes: NDArray, gap: NDArray, starts: NDArray) -> list[str]:
    latin = (codes < 0x250) & (codes > 32)
    both = latin & np.concatenate(([False], latin[:-1]))
    spaces = gap > np.where(both, WORD_GAP, SPACE_GAP)
    spaces[starts] = False
    marks = np.flatnonzero(spaces)
    breaks = starts[1:]
    places = np.concatenate((marks, breaks))
    fill = np.concatenate((np.full(len(marks), 32), np.full(len(breaks), 10)))
    whole = np.insert(codes, places, fill).astype("<u4").tobytes().decode("utf-32-le", "replace")
    return normalise(whole).split("\n")


def _pieces(
    texts: list[str], starts: NDArray, boxes: NDArray, group: NDArray, new_line: NDArray, gap: NDArray
) -> list[Piece]:
    columns = (
        group[starts].tolist(),
        texts,
        np.minimum.reduceat(boxes[:, 0], starts).tolist(),
        np.minimum.reduceat(boxes[:, 1], starts).tolist(),
        np.maximum.reduceat(boxes[:, 2], starts).tolist(),
        np.maximum.reduceat(boxes[:, 3], starts).tolist(),
        np.maximum.reduceat(boxes[:, 3] - boxes[:, 1], starts).tolist(),
        new_line[starts].tolist(),
        gap[starts].tolist(),
    )
    return [Piece(*values) for values in zip(*columns, strict=True)]


def join_wrapped(texts: list[str]) -> str:
    """The lines of one cell or paragraph: joined without a space, except between two Latin words.

    A number that wraps in a narrow cell (22,172,721.0 / 0) is one number.
    """
    if len(texts) == 1:
        return texts[0].strip()
    joined = ""
    for text in texts:
        text = text.strip()
        if joined and text and _is_letter(joined[-1]) and _is_letter(text[0]):
            joined += " "
        joined += text
    return joined


def _units(text: str) -> int:
    """Rough width: a Chinese character counts two, a Latin one one."""
    return sum(1 if char < "\u0250" else 2 for char in text)


def _is_letter(char: str) -> bool:
    return char.isascii() and char.isalpha()
