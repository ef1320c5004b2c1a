"""Figures that a narrow cell cut and that the reader could not put together: neither piece is a figure.

10,883,808,641.9 above 6 in a column of cents is one number on two lines, whatever names stand beside them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from caiwen.finance.text import squash
from caiwen.knowledge.grids import Part

_OPEN = re.compile(r".*\d.*(?:,\d{0,2}|\.)|[（(][^）)]*\d")
"""It cannot end here: an open group of digits, an open bracket."""
_SHORT = re.compile(r"[-－(（]?\d{1,3}(?:,\d{3})+(?:\.\d)?")
_REST = re.compile(r"\d[)）]?|\.\d\d[)）]?")
_WHOLE = re.compile(r"[-－]?\d{1,3}(?:,\d{3})*(?:\.\d+)?")
_PLACES = re.compile(r"\.(\d+)[)）]?$")
_CENTS = 2


def without_fragments(part: Part) -> Part:
    """The part without the cells that hold a piece of a number."""
    cut = {place for group in range(len(part.columns)) for place in _cut(part, group)}
    if not cut:
        return part
    lines = tuple(
        replace(line, cells={g: c for g, c in line.cells.items() if (number, g) not in cut})
        for number, line in enumerate(part.lines)
    )
    return replace(part, lines=lines)


def _cut(part: Part, group: int) -> Iterator[tuple[int, int]]:
    held = [(n, squash(line.cells[group].raw)) for n, line in enumerate(part.lines) if group in line.cells]
    held = [(n, text) for n, text in held if any(c.isdigit() for c in text)]
    cents = _in_cents([text for _, text in held])
    for (one, above), (two, below) in pairwise(held):
        whole = _WHOLE.fullmatch(re.sub("[()（）]", "", above + below)) is not None
        short = cents and bool(_SHORT.fullmatch(above)) and bool(_REST.fullmatch(below))
        if whole and (short or _OPEN.fullmatch(above)):
            yield one, group
            yield two, group


def _in_cents(texts: list[str]) -> bool:
    """Whether the figures of a column usually have two decimals."""
    places = Counter(len(found[1]) if (found := _PLACES.search(text)) else 0 for text in texts)
    return places[_CENTS] > sum(places.values()) / 2
