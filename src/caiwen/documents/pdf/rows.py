"""A line of free text as a row of pieces, and what it looks like: figures, a header, prose (rules in ``borderless.yaml``)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from itertools import pairwise

from caiwen.documents.pdf.lines import Piece
from caiwen.documents.rules import load_rules

SPACED = 0.9
"""Parts of a date stand nearer than this many character heights; heads of two columns do not."""
EVEN, SPREAD = 0.3, 3.0
"""The gaps in a spread name differ by so many character heights and are so many wide, at most."""
LONG_TEXT = 26
SHORT_WORDS, LONGER_WORDS = 16, 28
"""Words beside figures are at most this long; longer where at least three figures stand in the row."""


@cache
def rule(name: str) -> re.Pattern[str]:
    return re.compile(load_rules("pdf/borderless.yaml")[name])


@dataclass(frozen=True)
class Row:
    """One line of free text in its pieces, left to right; rows of a table may be put together from several lines."""

    pieces: tuple[Piece, ...]

    @cached_property
    def y0(self) -> float:
        return min(p.y0 for p in self.pieces)

    @cached_property
    def y1(self) -> float:
        return max(p.y1 for p in self.pieces)

    @cached_property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2

    @cached_property
    def size(self) -> float:
        return max(p.size for p in self.pieces)

    @cached_property
    def text(self) -> str:
        return "".join(p.text for p in self.pieces).replace(" ", "")

    @cached_property
    def figures(self) -> list[Piece]:
        return [p for p in self.pieces if is_numeral(p)]

    @cached_property
    def seed(self) -> bool:
        """A row of figures: some number apart from what is before it, and nothing long beside the numbers."""
        numerals = self.figures
        if len(self.pieces) < 2 or not numerals or self.stops or self.years:
            return False
        rest = self.pieces if is_numeral(self.pieces[0]) else self.pieces[1:]
        numerals = [p for p in rest if is_numeral(p)]
        if not numerals:
            return False
        limit = SHORT_WORDS if len(numerals) < 3 else LONGER_WORDS
        short = all(len(p.text) <= limit or is_numeral(p) for p in rest)
        return short and (len(numerals) > 1 or numerals[0].gap > 1.3 or len(rest) > 2)

    @cached_property
    def years(self) -> bool:
        """Several bare years and no other figure: the header of a statement (2020  2019)."""
        numerals = self.figures
        return len(numerals) > 1 and all(rule("year").fullmatch(p.text) for p in numerals)

    @cached_property
    def stops(self) -> bool:
        return bool(rule("stop").search(self.text))

    @cached_property
    def sentence(self) -> bool:
        return bool(rule("prose").search(self.text))

    @cached_property
    def prose(self) -> bool:
        return self.sentence or (len(self.pieces) == 1 and len(self.text) > LONG_TEXT)

    @cached_property
    def header(self) -> bool:
        """At least two pieces, none a number but years, one a period or another heading of a column."""
        if self.years:
            return True
        words = [p for p in self.pieces if not is_value(p)]
        if len(words) < 2 or self.figures:
            return False
        return any(rule("header").search(p.text) for p in words)

    @cached_property
    def is_corner(self) -> bool:
        """The head of the column of names on a line of its own."""
        return rule("corner").fullmatch(self.text) is not None

    @cached_property
    def heads(self) -> bool:
        """A line of column heads and nothing else, which no running header is."""
        texts = [p.text.replace(" ", "") for p in self.pieces]
        found = [t for t in texts if rule("head").fullmatch(t) or rule("corner").fullmatch(t)]
        return len(found) > 1


def row_of(pieces: tuple[Piece, ...]) -> Row:
    """A line as a row: names spread over a width (资 产 总 计) and dates set with spaces are one piece."""
    return Row(_dates(_unspread(pieces)))


def _dates(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    if not any(p.text.endswith("年") for p in pieces):
        return pieces
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        near = last is not None and piece.x0 - last.x1 < SPACED * piece.size
        if last is not None and near and rule("part").fullmatch(f"{last.text}{piece.text}".replace(" ", "")):
            joined[-1] = _one([last, piece])
        else:
            joined.append(piece)
    return tuple(joined)


def _unspread(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    count = 0
    while count < len(pieces) and _is_character(pieces[count].text):
        count += 1
    gaps = [b.x0 - a.x1 for a, b in pairwise(pieces[:count])]
    size = pieces[0].size
    if count < 3 or max(gaps) > SPREAD * size or max(gaps) - min(gaps) > EVEN * size:
        return pieces
    return (_one(pieces[:count]), *pieces[count:])


def _one(pieces: Sequence[Piece]) -> Piece:
    return replace(
        pieces[0],
        text=" ".join(p.text for p in pieces),
        y0=min(p.y0 for p in pieces),
        x1=pieces[-1].x1,
        y1=max(p.y1 for p in pieces),
    )


def _is_character(text: str) -> bool:
    return len(text) == 1 and "\u4e00" <= text <= "\u9fff"


def is_numeral(piece: Piece) -> bool:
    return _kind(piece.text) == "numeral"


def is_amount(piece: Piece) -> bool:
    """A number with groups of thousands or decimals: no page or section bears such a number."""
    return bool(rule("amount").fullmatch(piece.text.replace(" ", "")))


def is_value(piece: Piece) -> bool:
    return _kind(piece.text) is not None


def is_note(text: str) -> bool:
    """A reference to a note: 七、12."""
    return rule("note").fullmatch(text.replace(" ", "")) is not None


@lru_cache(maxsize=20_000)
def _kind(text: str) -> str | None:
    plain = text.replace(" ", "")
    return next((name for name in ("numeral", "blank") if rule(name).fullmatch(plain)), None)
