"""Labels that print has broken over two or three lines, joined again with the help of the taxonomy.

A piece without figures is either a heading (流动资产：) or part of the label below or above it. The pieces are joined
when only the joined text is a known item, or when a bracket that one piece opens is closed by the next. Figures
without a label belong to the label that they stand between, and to none where two labels could claim them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from caiwen.knowledge.grids import Line

Known = Callable[[str], bool]
_MOST_PIECES = 4
_LONG = 12
"""Characters from which on a label may well have been too long for its column."""


def joined(lines: Sequence[Line], known: Known) -> list[Line]:
    """The lines with wrapped labels whole; pieces that belong to no line stay as headings."""
    settled: list[Line] = []
    pending: list[Line] = []
    position, above_first = 0, _labels_stand_above(lines, known)
    while position < len(lines):
        line = lines[position]
        following = lines[position + 1 : position + _MOST_PIECES]
        position += 1
        if not line.cells:
            pending.append(line)
            continue
        if line.label:
            line, pending = _with_pieces_above(line, pending, known)
            line, used = _with_pieces_below(line, following, known)
        else:
            line, pending, used = _labelled(line, pending, following, known, above_first)
        position += used
        settled.extend([*pending, line])
        pending = []
    return settled + pending


def _with_pieces_above(line: Line, pending: list[Line], known: Known) -> tuple[Line, list[Line]]:
    for count in range(min(len(pending), _MOST_PIECES), 0, -1):
        pieces = pending[-count:]
        above = "".join(p.label for p in pieces)
        whole = above + line.label
        closes = _is_open(above) and not _is_open(whole)
        if closes or (known(whole) and not known(line.label) and not _is_heading(pieces[-1])):
            return replace(line, label=whole, entry=pieces[0].entry), pending[:-count]
    if pending and _is_torn(pending[-1], line, known):
        return replace(line, label=pending[-1].label + line.label, entry=pending[-1].entry), pending[:-1]
    return line, pending


def _is_torn(piece: Line, line: Line, known: Known) -> bool:
    """A long piece and a short rest, neither of them an item or a heading: one label of an unusual line."""
    long = len(piece.label) >= _LONG and len(line.label) < len(piece.label)
    heading = _is_heading(piece) or any(known(piece.label + total) for total in ("合计", "小计", "净额"))
    return long and not heading and not known(piece.label) and not known(line.label)


def _with_pieces_below(line: Line, following: Sequence[Line], known: Known) -> tuple[Line, int]:
    if known(line.label) and not _is_open(line.label):
        return line, 0
    whole = line.label
    for count, piece in enumerate(following, 1):
        if piece.cells:
            break
        whole += piece.label
        if (_is_open(line.label) and not _is_open(whole)) or (known(whole) and not known(piece.label)):
            return replace(line, label=whole), count
    return line, 0


def _labels_stand_above(lines: Sequence[Line], known: Known) -> bool:
    """Whether the figures without label that have but one item beside them have it above, all of them."""
    votes = set()
    for number, line in enumerate(lines):
        if line.cells and not line.label:
            beside = [lines[i] for i in (number - 1, number + 1) if 0 <= i < len(lines)]
            items = [i for i, other in enumerate(beside) if not other.cells and known(other.label)]
            if len(items) == 1:
                votes.add(number > 0 and items[0] == 0)
    return votes == {True}


def _labelled(
    line: Line, pending: list[Line], following: Sequence[Line], known: Known, above_first: bool
) -> tuple[Line, list[Line], int]:
    """Figures without a label: with the label that wraps around them, else with the one neighbour that is an item."""
    below = following[0] if following else None
    if below is not None and below.cells:
        if below.label and not set(below.cells) & set(line.cells):  # one printed row, read as two
            return replace(below, cells={**line.cells, **below.cells}), pending, 1
        below = None
    for count in range(min(len(pending), _MOST_PIECES), 0, -1):
        above = "".join(p.label for p in pending[-count:])
        if below is not None and known(above + below.label):
            return replace(line, label=above + below.label, entry=pending[-count].entry), pending[:-count], 1
        own = known(above) and not _is_heading(pending[-1])
        if own and (above_first or not (below is not None and known(below.label))):
            return replace(line, label=above, entry=pending[-count].entry), pending[:-count], 0
    if below is not None and known(below.label) and not any(known(p.label) for p in pending[-1:]):
        return replace(line, label=below.label, entry=below.entry), pending, 1
    return line, pending, 0


def _is_open(text: str) -> bool:
    return text.count("（") + text.count("(") > text.count("）") + text.count(")")


def _is_heading(line: Line) -> bool:
    return line.label.endswith(("：", ":"))
