"""A picture of coverage: one bar a knowledge point, area by area, drawn as SVG without any library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from itertools import groupby
from math import log10

from caiwen.finance.knowledge_points import Point, points

_ROW, _LEFT, _WIDTH, _COLUMNS = 15, 150, 150, 3
_GAP = 26
_COLOURS = ("#2f6f8f", "#5b8c5a", "#b5651d", "#7a5195", "#a23e48", "#3d5a80", "#8a7f3c", "#4a7c7c", "#6b4e71")


def coverage_picture(counts: Mapping[str, int]) -> str:
    """``counts``: pairs by point. Bars grow with the logarithm, so that one pair still shows beside a thousand."""
    most = max([*counts.values(), 10])
    columns = _columns()
    height = max(sum(_height(area) for area in column) for column in columns) + 50
    width = _COLUMNS * (_LEFT + _WIDTH + 60)
    have = sum(1 for p in points() if counts.get(p.name))
    head = f"知识点覆盖：{have} / {len(points())}（条形为对数刻度，数字为问答数）"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="Noto Sans CJK SC, Microsoft YaHei, PingFang SC, SimHei, sans-serif">',
        f'<rect width="{width}" height="{height}" fill="white"/><text x="12" y="24" font-size="15">{head}</text>',
    ]
    colour = 0
    for number, column in enumerate(columns):
        at = 48
        for area in column:
            parts += _area(
                area, counts, most, number * (_LEFT + _WIDTH + 60), at, _COLOURS[colour % len(_COLOURS)]
            )
            at += _height(area)
            colour += 1
    return "\n".join([*parts, "</svg>"]) + "\n"


def _columns() -> list[list[list[Point]]]:
    """The areas in order, over columns of about the same length."""
    areas = [list(group) for _, group in groupby(points(), key=lambda p: p.area)]
    wanted = sum(map(_height, areas)) / _COLUMNS
    columns: list[list[list[Point]]] = [[]]
    for area in areas:
        if sum(map(_height, columns[-1])) + _height(area) / 2 > wanted and len(columns) < _COLUMNS:
            columns.append([])
        columns[-1].append(area)
    return columns


def _height(area: list[Point]) -> int:
    return len(area) * _ROW + _GAP


def _area(
    area: list[Point], counts: Mapping[str, int], most: int, x: int, y: int, colour: str
) -> Iterator[str]:
    yield f'<text x="{x + 12}" y="{y + 11}" font-size="12" font-weight="bold">{escape(area[0].area)}</text>'
    for row, one in enumerate(area, start=1):
        count = counts.get(one.name, 0)
        top = y + row * _ROW
        long = round(_WIDTH * log10(count + 1) / log10(most + 1))
        shade = "#333" if count else "#b00"
        yield f'<text x="{x + _LEFT}" y="{top + 11}" font-size="11" text-anchor="end" fill="{shade}">{escape(one.name)}</text>'
        yield f'<rect x="{x + _LEFT + 6}" y="{top + 2}" width="{long}" height="{_ROW - 5}" fill="{colour}"/>'
        yield f'<text x="{x + _LEFT + 10 + long}" y="{top + 11}" font-size="10" fill="{shade}">{count:,}</text>'
