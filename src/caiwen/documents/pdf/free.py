"""Text outside ruled tables, line by line."""

from __future__ import annotations

from collections.abc import Sequence

from caiwen.documents.pdf.frame import Frame
from caiwen.documents.pdf.lines import Piece
from caiwen.documents.pdf.raw import RawLine


def free_lines(frame: Frame, pieces: Sequence[Piece]) -> list[RawLine]:
    """``pieces`` in reading order, each line's first one marked."""
    lines: list[list[Piece]] = []
    for piece in pieces:
        if piece.first:
            lines.append([piece])
        else:
            lines[-1].append(piece)
    return [_line(frame, line) for line in lines]


def _line(frame: Frame, line: Sequence[Piece]) -> RawLine:
    box = (line[0].x0, min(p.y0 for p in line), line[-1].x1, max(p.y1 for p in line))
    size = max(p.size for p in line)
    return RawLine(" ".join(p.text for p in line), frame.to_shown(box), size, tuple(line))
