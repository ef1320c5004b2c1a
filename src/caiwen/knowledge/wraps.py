"""Labels that print has broken over two or three lines, joined again with the help of the taxonomy.

A piece without figures is either a heading (流动资产：) or part of the label below or above it. The pieces are joined
when only the joined text is a known item, or when a bracket that one piece opens is closed by the next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from caiwen.knowledge.grids import Line

Known = Callable[[str], bool]
_MOST_PIECES = 4


def joined(lines: Sequence[Line], known: Known) -> list[Line]:
    """The lines with wrapped labels whole; pieces that belong to no line stay as headings."""
    settled: list[Line] = []
    pending: list[Line] = []
    position = 0
    while position < len(lines):
        line = lines[position]
        position += 1
        if not line.cells:
            pending.append(line)
            continue
        line, pending = _with_pieces_above(line, pending, known)
        line, used = _with_pieces_below(line, lines[position : position + _MOST_PIECES - 1], known)
        position += used
        settled.extend(pending)
        settled.append(line)
        pending = []
    return settled + pending


def _with_pieces_above(line: Line, pending: list[Line], known: Known) -> tuple[Line, list[Line]]:
    for count in range(min(len(pending), _MOST_PIECES), 0, -1):
        pieces = pending[-count:]
        whole = "".join([*(p.label for p in pieces), line.label])
        open_bracket = _is_open(whole.removesuffix(line.label)) and not _is_open(whole)
        if (
            not line.label
            or open_bracket
            or (known(whole) and not known(line.label) and not _is_heading(pieces[-1]))
        ):
            if not line.label and not known(whole) and count > 1:
                continue  # fewer pieces may make a known label; the last resort is the nearest piece alone
            return replace(line, label=whole, entry=pieces[0].entry), pending[:-count]
    return line, pending


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


def _is_open(text: str) -> bool:
    return text.count("（") + text.count("(") > text.count("）") + text.count(")")


def _is_heading(line: Line) -> bool:
    return line.label.endswith(("：", ":"))
