"""What a page draws beside its text: thin filled rectangles, strokes, the sides of stroked rectangles, images."""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise, repeat
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
_IDENTITY = np.array([1.0, 0.0, 0.0, 1.0, 0.0, 0.0])


@dataclass(slots=True)
class Drawing:
    """``lines`` (n, 4): user-space boxes of thin strokes, horizontal and vertical.

    ``tilted``: some text is not set along the horizontal. ``image_area``: the share of the page under images.
    """

    lines: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 4)))
    tilted: bool = False
    image_area: float = 0.0
    complete: bool = True


class _Floats:
    """Rows of floats for PDFium to fill, a ready pointer to every value or every row; used for page after page."""

    def __init__(self, width: int, whole_rows: bool) -> None:
        self.width, self.whole_rows = width, whole_rows
        self.values = np.zeros((0, width), np.float32)
        self.pointers: list[list[ctypes.c_void_p]] = []

    def reserve(self, count: int) -> list[list[ctypes.c_void_p]]:
        if count > len(self.values):
            self.values = np.zeros((count + 1000, self.width), np.float32)
            start, step = self.values.ctypes.data, 4 * self.width
            columns = [0] if self.whole_rows else range(self.width)
            rows = range(len(self.values))
            self.pointers = [[ctypes.c_void_p(start + step * r + 4 * c) for r in rows] for c in columns]
        return self.pointers


@cache
def _bounds_buffer() -> _Floats:
    return _Floats(4, whole_rows=False)


@cache
def _matrix_buffer() -> _Floats:
    return _Floats(6, whole_rows=True)


def read_drawing(page: Any, bounds: Box) -> Drawing:
    """At most ``MAX_OBJECTS`` objects, forms opened to a bounded depth."""
    drawing = Drawing()
    area = max(1.0, (bounds[2] - bounds[0]) * (bounds[3] - bounds[1]))
    lines = []
    left = MAX_OBJECTS
    for items, kinds, outer in _holders(binding.handle(page.raw)):
        left -= len(items)
        drawing.complete = left >= 0
        lines.append(_path_lines(_of(items, kinds, _PATH), outer))
        drawing.tilted = drawing.tilted or _any_tilted(_of(items, kinds, _TEXT), outer)
        images = _move(_boxes(_of(items, kinds, _IMAGE)), outer)
        drawing.image_area += float(np.prod(images[:, 2:] - images[:, :2], axis=1).sum()) / area
    drawing.lines = np.concatenate(lines)
    return drawing


def _holders(page: ctypes.c_void_p) -> Iterator[tuple[list[binding.Handle], list[int], NDArray]]:
    """The objects of the page and of every form on it, their types and the matrix of the forms around them.

    It ends at one object over ``MAX_OBJECTS``.
    """
    stack = [(binding.count_objects, binding.get_object, page, _IDENTITY, 0)]
    budget = MAX_OBJECTS
    while stack and budget >= 0:
        count, get, holder, outer, depth = stack.pop()
        items = list(map(get, repeat(holder), range(min(count(holder), budget + 1))))
        kinds = list(map(binding.object_type, items))
        budget -= len(items)
        yield items, kinds, outer
        if depth < MAX_FORM_DEPTH:
            forms = _of(items, kinds, _FORM)
            for form, matrix in zip(forms, _matrices(forms), strict=True):
                inner = _times(matrix, outer)
                stack.append((binding.count_form_objects, binding.get_form_object, form, inner, depth + 1))


def _of(items: Sequence[binding.Handle], kinds: Sequence[int], kind: int) -> list[binding.Handle]:
    return [item for item, of in zip(items, kinds, strict=True) if of == kind]


def _boxes(items: Sequence[binding.Handle]) -> NDArray[np.float64]:
    buffer = _bounds_buffer()
    deque(map(binding.object_bounds, items, *buffer.reserve(len(items))), maxlen=0)
    return buffer.values[: len(items)].astype(np.float64)


def _matrices(items: Sequence[binding.Handle]) -> NDArray[np.float64]:
    buffer = _matrix_buffer()
    deque(map(binding.object_matrix, items, *buffer.reserve(len(items))), maxlen=0)
    return buffer.values[: len(items)].astype(np.float64)


def _any_tilted(texts: Sequence[binding.Handle], outer: NDArray) -> bool:
    """Whether a text runs in any other direction than to the right."""
    a, b = _matrices(texts)[:, :2].T
    p, q, r, s = outer[:4]
    return bool((np.abs(a * q + b * s) > 0.05 * (a * p + b * r)).any())


def _times(m: NDArray, outer: NDArray) -> NDArray[np.float64]:
    a, b, c, d, e, f = m
    p, q, r, s, t, u = outer
    return np.array(
        (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)
    )


def _move(boxes: NDArray, m: NDArray) -> NDArray[np.float64]:
    if m is _IDENTITY:
        return boxes
    a, b, c, d, e, f = m
    x0, y0, x1, y1 = boxes.T
    xs = np.stack((a * x0 + c * y0 + e, a * x1 + c * y1 + e))
    ys = np.stack((b * x0 + d * y0 + f, b * x1 + d * y1 + f))
    return np.stack((xs.min(axis=0), ys.min(axis=0), xs.max(axis=0), ys.max(axis=0)), axis=1)


def _is_thin(boxes: NDArray) -> NDArray[np.bool_]:
    thin: NDArray[np.bool_] = (boxes[:, 2:] - boxes[:, :2] <= THICKNESS).any(axis=1)
    return thin


def _path_lines(paths: Sequence[binding.Handle], outer: NDArray) -> NDArray[np.float64]:
    boxes = _move(_boxes(paths), outer)
    thin = _is_thin(boxes)
    found = [boxes[thin]]
    for i in np.flatnonzero(~thin).tolist():
        if inner := _lines_within(paths[i], outer):
            found.append(np.array(inner))
    return np.concatenate(found)


def _lines_within(path: binding.Handle, outer: NDArray) -> list[Box]:
    """The straight lines of a stroked path, or the bars of a filled one that has several."""
    segments = binding.count_segments(path)
    if not 2 < segments <= MAX_SEGMENTS:
        return []
    modes = np.zeros(2, np.int32)
    binding.draw_mode(path, *(ctypes.c_void_p(modes.ctypes.data + 4 * i) for i in range(2)))
    fill, stroke = modes.tolist()
    if not stroke and (not fill or segments <= 5):
        return []
    shapes = _shapes(path, segments, _times(_matrices([path])[0], outer))
    boxes = [_around(pair) for points in shapes for pair in pairwise(points)] if stroke else []
    if not stroke:
        boxes = [_around(points) for points in shapes if len(points) >= 4]
    return [box for box in boxes if box[2] - box[0] <= THICKNESS or box[3] - box[1] <= THICKNESS]


def _around(points: Sequence[tuple[float, float]]) -> Box:
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return (min(xs), min(ys), max(xs), max(ys))


def _shapes(path: binding.Handle, count: int, m: NDArray) -> list[list[tuple[float, float]]]:
    """The subpaths of a path as lists of points; a closed one ends where it began. Curves break a subpath."""
    shapes: list[list[tuple[float, float]]] = []
    point = (ctypes.c_float * 2)()
    pointers = [ctypes.c_void_p(ctypes.addressof(point) + 4 * i) for i in range(2)]
    a, b, c, d, e, f = m.tolist()
    for i in range(count):
        segment = binding.get_segment(path, i)
        binding.segment_point(segment, *pointers)
        x, y = point
        place = (a * x + c * y + e, b * x + d * y + f)
        kind = binding.segment_type(segment)
        if kind == _LINE_TO and shapes:
            shapes[-1].append(place)
        else:
            shapes.append([place])
        if kind in (_LINE_TO, _MOVE_TO) and binding.segment_closes(segment):
            shapes[-1].append(shapes[-1][0])
    return shapes
