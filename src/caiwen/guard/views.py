"""One text in several spellings, each with the way back to the original.

Evasions hide a term in full-width letters, zero-width marks, separators between the characters or repeated
characters. Each view undoes one more of these; a hit in any view is reported at its place in the original.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

_SEPARATORS = frozenset(" \t\r\n\u3000*·•.。-_—~|/\\+=^#@&'\"`「」『』“”‘’【】[]{}<>《》")
"""Signs that may stand between the characters of a term; 。 and ASCII dots count only inside a run of ideographs."""

_STOPS = frozenset("。.")


@dataclass(frozen=True, slots=True)
class View:
    """``offsets[i]`` is the place in the original of the view's character ``i``."""

    name: str
    text: str
    offsets: tuple[int, ...]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        return self.offsets[start], self.offsets[end - 1] + 1


def views(text: str) -> list[View]:
    """raw, folded (NFKC, casefold, no zero-width marks), joined (no separators), collapsed (no repeats).

    A view that equals the one before it is left out.
    """
    found = [View("raw", text, tuple(range(len(text))))]
    for name, step in _STEPS:
        view = step(found[-1], name)
        if view.text != found[-1].text:
            found.append(view)
    return found


def _folded(view: View, name: str) -> View:
    pairs: list[tuple[str, int]] = []
    for char, offset in zip(view.text, view.offsets, strict=True):
        pairs += [(folded, offset) for folded in _folding(char)]
    return _view(name, pairs)


@lru_cache(maxsize=20_000)
def _folding(char: str) -> str:
    return "" if unicodedata.category(char) == "Cf" else unicodedata.normalize("NFKC", char).casefold()


def _joined(view: View, name: str) -> View:
    text = view.text
    kept = [
        (c, o) for i, (c, o) in enumerate(zip(text, view.offsets, strict=True)) if not _separates(text, i)
    ]
    return _view(name, kept)


def _separates(text: str, place: int) -> bool:
    """A separator; a full stop only when single ideographs stand on both sides (推。荐。股。票)."""
    char = text[place]
    if char not in _SEPARATORS:
        return False
    if char not in _STOPS:
        return True
    around = text[max(0, place - 2) : place] + text[place + 1 : place + 3]
    return sum(c in _STOPS for c in around) >= 2


def _collapsed(view: View, name: str) -> View:
    pairs: list[tuple[str, int]] = []
    for char, offset in zip(view.text, view.offsets, strict=True):
        if not (pairs and pairs[-1][0] == char and not char.isascii()):
            pairs.append((char, offset))
    return _view(name, pairs)


def _view(name: str, pairs: list[tuple[str, int]]) -> View:
    return View(name, "".join(char for char, _ in pairs), tuple(offset for _, offset in pairs))


_STEPS: tuple[tuple[str, Callable[[View, str], View]], ...] = (
    ("folded", _folded),
    ("joined", _joined),
    ("collapsed", _collapsed),
)
