"""Crossing ruling lines → grids of cells, with merged cells and open sides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from caiwen.documents.pdf.rulings import Ruling

TOUCH = 2.0
"""Lines this near in points meet."""
SLIVER = 3.5
"""Lines nearer than this are one border (a double rule): nothing is printed between them."""
OVERHANG = 8.0
"""Horizontals that run this far past the outermost vertical show an open side."""
COVERAGE = 0.5
"""A table has at least two horizontals over this share of its width; the axes and ticks of a chart have not."""
MAX_LINES = 1_500
MAX_CELLS = 20_000


@dataclass(frozen=True, slots=True)
class Grid:
    """``xs`` and ``ys``: borders, ascending. ``owner`` (rows, columns): the number of the merged cell at each place."""

    xs: NDArray[np.float64]
    ys: NDArray[np.float64]
    owner: NDArray[np.int64]

    @property
    def area(self) -> float:
        return float((self.xs[-1] - self.xs[0]) * (self.ys[-1] - self.ys[0]))

    def spans(self) -> list[tuple[int, int, int, int, int]]:
        """``(number, row, column, rowspan, colspan)`` of every cell, in reading order."""
        columns = self.owner.shape[1]
        first: dict[int, int] = {}
        last: dict[int, int] = {}
        for place, number in enumerate(self.owner.ravel().tolist()):
            first.setdefault(number, place)
            last[number] = place
        found = []
        for number, a in first.items():
            row, column = divmod(a, columns)
            b = last[number]
            found.append((number, row, column, b // columns - row + 1, b % columns - column + 1))
        return found

    def places(self, centres: NDArray) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which of the points (n, 2) lie inside, and the cell number of each of those."""
        x, y = centres.T
        inside = np.flatnonzero(
            (x >= self.xs[0] - 1) & (x <= self.xs[-1] + 1) & (y >= self.ys[0] - 1) & (y <= self.ys[-1] + 1)
        )
        rows, columns = self.owner.shape
        column = np.clip(np.searchsorted(self.xs, x[inside]) - 1, 0, columns - 1)
        row = np.clip(np.searchsorted(self.ys, y[inside]) - 1, 0, rows - 1)
        return inside, self.owner[row, column]


def find_grids(across: list[Ruling], down: list[Ruling]) -> list[Grid]:
    """One grid for every connected set of crossing lines, small ones first."""
    if not down or len(across) > MAX_LINES or len(down) > MAX_LINES:
        return []
    rows, columns = np.array(across).reshape(-1, 3), np.array(down)
    meets = _meets(rows, columns)
    candidates = _components(rows, columns, meets) + _loose_rows(columns[~meets.any(axis=0)])
    grids = [grid for candidate in candidates if (grid := _build(*candidate)) is not None]
    return sorted(grids, key=lambda grid: grid.area)


def _meets(across: NDArray, down: NDArray) -> NDArray[np.bool_]:
    y, xa, xb = (across[:, i, None] for i in range(3))
    x, ya, yb = (down[None, :, i] for i in range(3))
    meets: NDArray[np.bool_] = (x >= xa - TOUCH) & (x <= xb + TOUCH) & (y >= ya - TOUCH) & (y <= yb + TOUCH)
    return meets


def _components(across: NDArray, down: NDArray, meets: NDArray[np.bool_]) -> list[tuple[NDArray, NDArray]]:
    found = []
    left = np.ones(len(across), bool)
    while left.any():
        rows = np.zeros(len(across), bool)
        rows[np.flatnonzero(left)[0]] = True
        while True:
            columns = meets[rows].any(axis=0)
            grown = rows | meets[:, columns].any(axis=1)
            if (grown == rows).all():
                break
            rows = grown
        left &= ~rows
        if columns.any():
            found.append((across[rows], down[columns]))
    return found


def _loose_rows(down: NDArray) -> list[tuple[NDArray, NDArray]]:
    """Verticals of one extent without any horizontal: the rest of a table whose borders a page break swallowed."""
    if len(down) < 3:
        return []
    found = []
    for top, bottom in np.unique(np.round(down[:, 1:] / 3), axis=0).tolist():
        group = down[(np.round(down[:, 1:] / 3) == (top, bottom)).all(axis=1)]
        if len(group) >= 3:
            y0, y1 = np.median(group[:, 1]), np.median(group[:, 2])
            x0, x1 = group[:, 0].min(), group[:, 0].max()
            found.append((np.array([(y0, x0, x1), (y1, x0, x1)]), group))
    return found


def _build(across: NDArray, down: NDArray) -> Grid | None:
    across = _close_ends(across, down)
    if len(across) < 2:
        return None
    down = _close_sides(across, down)
    xs, ys = _borders(down[:, 0]), _borders(across[:, 0])
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 1 or columns < 1 or rows * columns < 2 or rows * columns > MAX_CELLS:
        return None
    rules = _present(across, ys, xs)
    if ((rules * np.diff(xs)).sum(axis=1) > COVERAGE * (xs[-1] - xs[0])).sum() < 2:
        return None
    beside = _present(down, xs, ys).T[:, 1:-1]
    return Grid(xs, ys, _owners(rules[1:-1], beside))


def _close_ends(across: NDArray, down: NDArray) -> NDArray:
    """Adds the top or bottom border that a page break left out, where verticals run on beyond the last horizontal."""
    left, right = across[:, 1].min(), across[:, 2].max()
    first, last = across[:, 0].min(), across[:, 0].max()
    extra = []
    above, beneath = down[down[:, 1] < first - OVERHANG], down[down[:, 2] > last + OVERHANG]
    if len(above) >= 2:
        extra.append((np.median(above[:, 1]), left, right))
    if len(beneath) >= 2:
        extra.append((np.median(beneath[:, 2]), left, right))
    return np.concatenate((across, np.array(extra))) if extra else across


def _close_sides(across: NDArray, down: NDArray) -> NDArray:
    """Adds the missing outer borders of a table open at the sides; without them the item names are lost."""
    top, bottom = across[:, 0].min(), across[:, 0].max()
    left, right = np.sort(across[:, 1:], axis=0)[len(across) // 2].tolist()
    extra = []
    if down[:, 0].min() - left > OVERHANG:
        extra.append((left, top, bottom))
    if right - down[:, 0].max() > OVERHANG:
        extra.append((right, top, bottom))
    return np.concatenate((down, np.array(extra))) if extra else down


def _borders(positions: NDArray) -> NDArray[np.float64]:
    """Distinct positions, those within a sliver of each other taken as one."""
    ordered = sorted(positions.tolist())
    kept = ordered[:1]
    for value in ordered[1:]:
        if value - kept[-1] > SLIVER:
            kept.append(value)
    return np.array(kept)


def _present(lines: NDArray, borders: NDArray, others: NDArray) -> NDArray[np.bool_]:
    """(len(borders), len(others) - 1): whether a line covers the middle of that piece of the border."""
    middle = (others[:-1] + others[1:]) / 2
    near = np.abs(lines[:, 0, None] - borders) <= SLIVER
    covers = (lines[:, 1, None] - TOUCH <= middle) & (middle <= lines[:, 2, None] + TOUCH)
    return (near[:, :, None] & covers[:, None, :]).any(axis=0)


def _owners(below: NDArray, beside: NDArray) -> NDArray[np.int64]:
    """Numbers of cells after merging over absent borders; each merged cell is a rectangle.

    ``below`` (rows - 1, columns) and ``beside`` (rows, columns - 1): the border is there.
    """
    rows, columns = beside.shape[0], below.shape[1]
    owner = np.arange(rows * columns).reshape(rows, columns)
    pairs = [((r, c), (r, c + 1)) for r, c in np.argwhere(~beside).tolist()]
    pairs += [((r, c), (r + 1, c)) for r, c in np.argwhere(~below).tolist()]
    if not pairs:
        return owner
    changed = True
    while changed:
        changed = False
        for one, other in pairs:
            if owner[one] != owner[other]:
                owner[one] = owner[other] = min(owner[one], owner[other])
                changed = True
    return _rectangles(owner)


def _rectangles(owner: NDArray[np.int64]) -> NDArray[np.int64]:
    """A merged shape that is no rectangle (a piece of border is missing) falls apart into its row-wise runs."""
    numbers, counts = np.unique(owner, return_counts=True)
    for number in numbers[counts > 1].tolist():
        places = np.argwhere(owner == number)
        height, width = np.ptp(places, axis=0) + 1
        if height * width == len(places):
            continue
        fresh = -1
        before = (-1, -1)
        for row, column in places.tolist():
            if (row, column - 1) != before:
                fresh = owner.size + row * owner.shape[1] + column
            owner[row, column] = fresh
            before = (row, column)
    return owner
