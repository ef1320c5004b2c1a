"""Ruling lines: thin filled rectangles, strokes and the sides of stroked rectangles."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from caiwen.documents.pdf import binding
from caiwen.records import Box

THICKNESS = 2.2
"""Word draws borders as filled rectangles of 0.48–0.72 pt; thicker bars are decoration."""
MAX_OBJECTS = 60_000
MAX_SEGMENTS = 2_000
MAX_FORM_DEPTH = 6
_TEXT, _PATH, _IMAGE, _FORM = 1, 2, 3, 5
_LINE_TO, _MOVE_TO = 0, 2
Matrix = tuple[float, float, float, float, float, float]


@dataclass(slots=True)
class Drawing:
    """What the page draws beside its text. ``lines``: user-space boxes of thin strokes, horizontal and vertical.

    ``tilted``: some text is not set along the horizontal. ``image_area``: the share of the page under images.
    """

    lines: list[Box] = field(default_factory=list)
    tilted: bool = False
    image_area: float = 0.0
    complete: bool = True


class _Reader:
    """Buffers that PDFium writes into, used again for every object."""

    def __init__(self) -> None:
        self.bounds = (ctypes.c_float * 4)()
        start = ctypes.addressof(self.bounds)
        self.bound_pointers = [ctypes.c_void_p(start + 4 * i) for i in range(4)]
        self.matrix = (ctypes.c_float * 6)()
        self.matrix_pointer = ctypes.c_void_p(ctypes.addressof(self.matrix))
        self.modes = (ctypes.c_int * 2)()
        self.mode_pointers = [ctypes.c_void_p(ctypes.addressof(self.modes) + 4 * i) for i in range(2)]
        self.point = (ctypes.c_float * 2)()
        self.point_pointers = [ctypes.c_void_p(ctypes.addressof(self.point) + 4 * i) for i in range(2)]

    def box(self, item: ctypes.c_void_p) -> Box:
        binding.object_bounds(item, *self.bound_pointers)
        x0, y0, x1, y1 = self.bounds
        return (x0, y0, x1, y1)

    def is_tilted(self, item: ctypes.c_void_p, outer: Matrix | None) -> bool:
        """Whether a text runs in any other direction than to the right."""
        if outer is not None:
            a, b = _times(self.transform(item), outer)[:2]
        else:
            binding.object_matrix(item, self.matrix_pointer)
            a, b = self.matrix[0], self.matrix[1]
        return abs(b) > 0.05 * a

    def transform(self, item: ctypes.c_void_p) -> Matrix:
        binding.object_matrix(item, self.matrix_pointer)
        a, b, c, d, e, f = self.matrix
        return (a, b, c, d, e, f)


def read_drawing(page: Any, bounds: Box) -> Drawing:
    drawing = Drawing()
    reader = _Reader()
    area = max(1.0, (bounds[2] - bounds[0]) * (bounds[3] - bounds[1]))
    for seen, (kind, item, outer) in enumerate(_objects(binding.handle(page.raw)), 1):
        if seen > MAX_OBJECTS:
            drawing.complete = False
            break
        if kind == _PATH:
            drawing.lines += _path_lines(reader, item, outer)
        elif kind == _TEXT:
            drawing.tilted = drawing.tilted or reader.is_tilted(item, outer)
        elif kind == _IMAGE:
            x0, y0, x1, y1 = _move(reader.box(item), outer)
            drawing.image_area += max(0.0, x1 - x0) * max(0.0, y1 - y0) / area
    return drawing


def _objects(page: ctypes.c_void_p) -> Iterator[tuple[int, ctypes.c_void_p, Matrix | None]]:
    """Every page object with the matrix of the forms around it, forms opened to a bounded depth."""
    reader = _Reader()
    stack: list[tuple[Any, Any, ctypes.c_void_p, Matrix | None, int]]
    stack = [(binding.count_objects, binding.get_object, page, None, 0)]
    while stack:
        count, get, holder, outer, depth = stack.pop()
        for i in range(count(holder)):
            item = ctypes.c_void_p(get(holder, i))
            kind = binding.object_type(item)
            if kind == _FORM and depth < MAX_FORM_DEPTH:
                inner = _times(reader.transform(item), outer)
                stack.append((binding.count_form_objects, binding.get_form_object, item, inner, depth + 1))
            yield kind, item, outer


def _times(m: Matrix, outer: Matrix | None) -> Matrix:
    if outer is None:
        return m
    a, b, c, d, e, f = m
    p, q, r, s, t, u = outer
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _move(box: Box, m: Matrix | None) -> Box:
    if m is None:
        return box
    a, b, c, d, e, f = m
    x0, y0, x1, y1 = box
    xs = (a * x0 + c * y0 + e, a * x1 + c * y1 + e)
    ys = (b * x0 + d * y0 + f, b * x1 + d * y1 + f)
    return (min(xs), min(ys), max(xs), max(ys))


def _path_lines(reader: _Reader, item: ctypes.c_void_p, outer: Matrix | None) -> list[Box]:
    box = _move(reader.box(item), outer)
    if box[2] - box[0] <= THICKNESS or box[3] - box[1] <= THICKNESS:
        return [box]
    segments = binding.count_segments(item)
    if not 2 < segments <= MAX_SEGMENTS:
        return []
    binding.draw_mode(item, *reader.mode_pointers)
    fill, stroke = reader.modes
    if not stroke and (not fill or segments <= 5):
        return []
    shapes = _shapes(reader, item, segments, _times(reader.transform(item), outer))
    return _stroked(shapes) if stroke else _thin(shapes)


def _shapes(reader: _Reader, item: ctypes.c_void_p, count: int, m: Matrix) -> list[list[tuple[float, float]]]:
    """The subpaths of a path as lists of points; a closed one ends where it began. Curves break a subpath."""
    shapes: list[list[tuple[float, float]]] = []
    a, b, c, d, e, f = m
    for i in range(count):
        segment = ctypes.c_void_p(binding.get_segment(item, i))
        binding.segment_point(segment, *reader.point_pointers)
        x, y = reader.point
        kind = binding.segment_type(segment)
        if kind == _LINE_TO and shapes:
            shapes[-1].append((a * x + c * y + e, b * x + d * y + f))
        else:
            shapes.append([(a * x + c * y + e, b * x + d * y + f)])
        if kind in (_LINE_TO, _MOVE_TO) and binding.segment_closes(segment):
            shapes[-1].append(shapes[-1][0])
    return shapes


def _stroked(shapes: list[list[tuple[float, float]]]) -> list[Box]:
    boxes = []
    for points in shapes:
        for (x0, y0), (x1, y1) in pairwise(points):
            box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
            if box[2] - box[0] <= THICKNESS or box[3] - box[1] <= THICKNESS:
                boxes.append(box)
    return boxes


def _thin(shapes: list[list[tuple[float, float]]]) -> list[Box]:
    """Subpaths of one filled path that are themselves thin bars."""
    boxes = []
    for points in shapes:
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        box = (min(xs), min(ys), max(xs), max(ys))
        if len(points) >= 4 and (box[2] - box[0] <= THICKNESS or box[3] - box[1] <= THICKNESS):
            boxes.append(box)
    return boxes


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
