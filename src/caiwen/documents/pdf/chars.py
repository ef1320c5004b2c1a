"""The characters of a page with their boxes."""

from __future__ import annotations

import ctypes
import math
from collections import deque
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from caiwen.documents.pdf import binding
from caiwen.documents.rules import load_rules

MAX_CHARACTERS = 100_000
"""Of one page; a dense page of a report has 5,000."""
_HYPHENS = (0xFFFE, 0x02)
"""What PDFium writes for a hyphen at a line's end: dropping it could lose a minus."""
_BLANKS = (0xA0, 0x3000, 0xFEFF, 0x200B, 0xFFFF)
_TILT = math.radians(6)


@dataclass(frozen=True, slots=True)
class Glyphs:
    """``codes`` (n,) Unicode; ``boxes`` (n, 4) left, low, right, high; ``places`` (n,) index in PDFium's text page."""

    codes: NDArray[np.int32]
    boxes: NDArray[np.float64]
    places: NDArray[np.int64]

    def take(self, chosen: NDArray) -> Glyphs:
        return Glyphs(self.codes[chosen], self.boxes[chosen], self.places[chosen])

    def __len__(self) -> int:
        return len(self.codes)


class _Boxes:
    """A buffer of FS_RECTF with one ready pointer per place; it grows and is used again for every page."""

    def __init__(self) -> None:
        self.pointers: list[ctypes.c_void_p] = []
        self.values = np.zeros((0, 4), np.float32)

    def reserve(self, count: int) -> None:
        if count > len(self.pointers):
            self.values = np.zeros((count + 2000, 4), np.float32)
            start = self.values.ctypes.data
            self.pointers = [ctypes.c_void_p(start + 16 * i) for i in range(count + 2000)]


@cache
def _buffer() -> _Boxes:
    return _Boxes()


def read_glyphs(textpage: Any) -> Glyphs:
    """Visible characters in content order, in user space. At most ``MAX_CHARACTERS``."""
    page = binding.handle(textpage.raw)
    count = min(textpage.count_chars(), MAX_CHARACTERS)
    if count <= 0:
        return Glyphs(np.zeros(0, np.int32), np.zeros((0, 4)), np.zeros(0, np.int64))
    buffer = _buffer()
    buffer.reserve(count)
    deque(map(binding.get_loose_box, repeat(page), range(count), buffer.pointers), maxlen=0)
    codes = _codes(page, count)
    for hyphen in _HYPHENS:
        codes[codes == hyphen] = ord("-")
    if ((codes >= 0xE000) & (codes < 0xF900)).any():
        read_symbols(codes)
    boxes = buffer.values[:count, [0, 3, 2, 1]].astype(np.float64)  # FS_RECTF: left, top, right, bottom
    visible = (codes > 32) & (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    for blank in _BLANKS:
        visible &= codes != blank
    return Glyphs(codes, boxes, np.arange(count)).take(visible)


def _codes(page: ctypes.c_void_p, count: int) -> NDArray[np.int32]:
    """In one call where PDFium's text has one UTF-16 unit per character, else one by one."""
    text = np.zeros(2 * count + 2, np.uint16)  # room for surrogate pairs
    written = binding.get_text(page, 0, count, ctypes.c_void_p(text.ctypes.data))
    units = text[:count].astype(np.int32)
    if written == count + 1 and not ((units >= 0xD800) & (units < 0xE000)).any():
        return units
    return np.fromiter(map(binding.get_unicode, repeat(page), range(count)), np.uint32, count).astype(
        np.int32
    )


def read_symbols(codes: NDArray[np.int32]) -> None:
    """Ticks and boxes of the symbol fonts, which have private codes, become the characters that they show."""
    for code, shown in load_rules("pdf/symbols.yaml").items():
        codes[codes == code] = ord(shown)


def private_share(glyphs: Glyphs) -> float:
    """The share of characters whose font does not say which characters they are."""
    codes = glyphs.codes
    return float((((codes >= 0xE000) & (codes < 0xF900)) | (codes == 0xFFFD)).mean())


def angles(textpage: Any, glyphs: Glyphs) -> NDArray[np.float64]:
    """The direction of each character's baseline in user space, radians anticlockwise."""
    page = binding.handle(textpage.raw)
    matrix = np.zeros(6, np.float32)
    pointer = ctypes.c_void_p(matrix.ctypes.data)
    found = np.zeros(len(glyphs))
    for i, place in enumerate(glyphs.places.tolist()):
        if binding.get_text_matrix(page, place, pointer):
            found[i] = math.atan2(matrix[1], matrix[0])
    return found


def upright_only(glyphs: Glyphs, angle: NDArray[np.float64]) -> tuple[Glyphs, int]:
    """The characters along the page's main direction, and that direction in quarter turns anticlockwise.

    Characters at another angle (watermarks, stamps) would end up inside the cells that they cross.
    """
    turns = np.round(angle / (math.pi / 2)).astype(int) % 4
    straight = np.abs(angle - np.round(angle / (math.pi / 2)) * (math.pi / 2)) < _TILT
    main = int(np.bincount(turns[straight], minlength=4).argmax()) if straight.any() else 0
    return glyphs.take(straight & (turns == main)), main
