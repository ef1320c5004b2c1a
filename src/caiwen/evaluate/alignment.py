"""Text inside and beside a box of a PDF page, read straight from the characters of the file.

It checks what the extraction concluded (this number belongs to this label) without using its tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from caiwen.evaluate.page_text import flat, is_pdf
from caiwen.records import Box

_SLACK = 2.0
"""Points around a box: characters reach over ruling lines a little."""
_SHORTEST_PIECE = 4
"""A label that a page break cuts shows only its start or end beside the number; so many characters must agree."""


@dataclass(frozen=True, slots=True)
class Characters:
    """The characters of an upright page in the order of the file, with their centres from the top left corner."""

    width: float
    placed: tuple[tuple[str, float, float], ...]

    def within(self, x0: float, y0: float, x1: float, y1: float) -> str:
        left, top, right, bottom = x0 - _SLACK, y0 - _SLACK, x1 + _SLACK, y1 + _SLACK
        return flat("".join(c for c, x, y in self.placed if left <= x <= right and top <= y <= bottom))


def inside(path: Path, page: int | None, box: Box | None, text: str) -> bool | None:
    """Whether the text stands inside the box; None where that cannot be seen (no PDF, no box, a turned page)."""
    if page is None or box is None or (characters := _read(path, page)) is None:
        return None
    return flat(text) in characters.within(*box)


def beside(path: Path, page: int | None, box: Box | None, label: str) -> bool | None:
    """Whether the label stands in the row of the box, or above it in its column; None as for :func:`inside`."""
    wanted = flat(label)
    if page is None or box is None or not wanted or (characters := _read(path, page)) is None:
        return None
    row = characters.within(0, box[1], characters.width, box[3])
    return _shares(row, wanted) or wanted in characters.within(box[0], 0, box[2], box[1])


def _shares(row: str, label: str) -> bool:
    """The whole label, or its start or its end where the rest of it is on another page."""
    piece = max(_SHORTEST_PIECE, len(label) // 3)
    return label in row or (len(label) > piece and (label[:piece] in row or label[-piece:] in row))


@lru_cache(maxsize=8)
def _read(path: Path, page: int) -> Characters | None:
    import pypdfium2

    if not is_pdf(path):
        return None
    with pypdfium2.PdfDocument(path) as document:
        opened = document[page - 1]
        if opened.get_rotation():
            return None
        width, height = opened.get_size()
        text = opened.get_textpage()
        placed = []
        for index, character in zip(range(text.count_chars()), text.get_text_range(), strict=False):
            left, bottom, right, top = text.get_charbox(index)
            placed.append((character, (left + right) / 2, height - (bottom + top) / 2))
    return Characters(width, tuple(placed))
