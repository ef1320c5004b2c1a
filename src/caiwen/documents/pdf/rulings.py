"""Ruling lines: the thin strokes of a drawing, collinear pieces merged."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from caiwen.documents.pdf.drawing import THICKNESS

Ruling = tuple[float, float, float]
"""Position across, start and end along: (y, x0, x1) for horizontals, (x, y0, y1) for verticals."""


def split_rulings(boxes: NDArray) -> tuple[list[Ruling], list[Ruling]]:
    """Upright boxes (n, 4) → merged horizontals and verticals. A blob that is thin both ways counts as both."""
    if not len(boxes):
        return [], []
    x0, y0, x1, y1 = boxes.T
    flat, tall = y1 - y0 <= THICKNESS, x1 - x0 <= THICKNESS
    across = np.stack(((y0 + y1) / 2, x0, x1), axis=1)[flat]
    down = np.stack(((x0 + x1) / 2, y0, y1), axis=1)[tall]
    return merge(across), merge(down)


def merge(pieces: NDArray, tolerance: float = 1.6, gap: float = 1.6, shortest: float = 4.0) -> list[Ruling]:
    """Joins collinear pieces that touch; drops what stays shorter than ``shortest``."""
    ordered = pieces[np.argsort(pieces[:, 0], kind="stable")]
    number = np.concatenate(([0], np.cumsum(np.diff(ordered[:, 0]) > tolerance)))[: len(ordered)]
    rows = ordered[np.lexsort((ordered[:, 1], number))].tolist()
    counts = np.bincount(number).tolist() if len(ordered) else []
    merged: list[Ruling] = []
    first = 0
    for count in counts:
        position = float(ordered[first + count // 2, 0])
        merged += _chains(position, rows[first : first + count], gap, shortest)
        first += count
    return merged


def _chains(position: float, pieces: list[list[float]], gap: float, shortest: float) -> list[Ruling]:
    chains: list[Ruling] = []
    _, start, end = pieces[0]
    for _, a, b in pieces[1:]:
        if a <= end + gap:
            end = max(end, b)
            continue
        chains.append((position, start, end))
        start, end = a, b
    chains.append((position, start, end))
    return [(p, a, b) for p, a, b in chains if b - a > shortest]
