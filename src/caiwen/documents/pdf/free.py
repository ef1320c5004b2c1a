"""Text outside ruled tables: lines, and tables without rulings among them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from caiwen.documents.pdf.borderless import Row, find_regions
from caiwen.documents.pdf.borderless_cells import build_table
from caiwen.documents.pdf.frame import Frame
from caiwen.documents.pdf.lines import Piece
from caiwen.documents.pdf.raw import RawBlock, RawLine
from caiwen.documents.pdf.rulings import Ruling


def free_blocks(
    frame: Frame, pieces: Sequence[Piece], tops: Sequence[float], across: Sequence[Ruling]
) -> list[tuple[float, float, RawBlock]]:
    """Text outside ruled tables as lines, and tables without rulings among them."""
    rows = _rows(pieces)
    height = frame.size(frame.upright)[1]
    placed: list[tuple[float, float, RawBlock]] = []
    cuts = [
        0,
        *(i for i in range(1, len(rows)) if any(rows[i - 1].y0 < top <= rows[i].y0 for top in tops)),
        len(rows),
    ]
    for start, end in pairwise(cuts):
        part = rows[start:end]
        taken: set[int] = set()
        for region in find_regions(part, height):
            taken.update(range(region.start, region.stop))
            table = build_table(region, across, frame)
            placed.append((region.rows[0].y0, region.rows[0].pieces[0].x0, table))
        placed += [_line(frame, row) for i, row in enumerate(part) if i not in taken]
    return placed


def _rows(pieces: Sequence[Piece]) -> list[Row]:
    lines: list[list[Piece]] = []
    for piece in pieces:
        if piece.first:
            lines.append([piece])
        else:
            lines[-1].append(piece)
    return [Row(tuple(line)) for line in lines]


def _line(frame: Frame, row: Row) -> tuple[float, float, RawLine]:
    box = (row.pieces[0].x0, row.y0, row.pieces[-1].x1, row.y1)
    raw = RawLine(" ".join(p.text for p in row.pieces), frame.to_shown(box), row.size)
    return box[1], box[0], raw
