"""Text of scanned pages, by RapidOCR (extra ``ocr``).

The package carries its models (PP-OCRv6, Apache-2.0) inside the wheel: nothing is downloaded. Numbers read from a
picture can be wrong; such pages keep ``scanned`` and a note, so that a reader of the facts can tell.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from caiwen.documents.pdf.frame import Frame
from caiwen.documents.pdf.free import free_lines
from caiwen.documents.pdf.lines import LINE_JUMP, Piece
from caiwen.documents.pdf.raw import RawPage
from caiwen.errors import MissingExtraError
from caiwen.finance.text import normalise

DPI = 180
MIN_SCORE = 0.6
"""Lines that the recogniser trusts less than this are left out."""
GLYPH_SHARE = 0.75
"""The boxes of detected lines are this much higher than their characters."""


@cache
def _engine() -> Any:
    try:
        from rapidocr import RapidOCR
    except ImportError as error:
        raise MissingExtraError(
            "识别扫描页需要可选组件 ocr", hint='请运行 pip install "caiwen[ocr]"（模型随包安装，不再下载）'
        ) from error
    logging.getLogger("RapidOCR").setLevel(logging.WARNING)
    return RapidOCR()


def recognise(path: Path, page: RawPage) -> RawPage:
    """The scanned page with its recognised lines and tables; unchanged where nothing was found.

    Takes seconds a page. Raises MissingExtraError.
    """
    import numpy as np

    from caiwen.documents.render import render_page

    engine = _engine()
    result = engine(np.asarray(render_page(path, page.number, dpi=DPI)))
    if result.txts is None:
        return page
    pieces = to_pieces(result.boxes, result.txts, result.scores, 72 / DPI)
    frame = Frame((0.0, 0.0, page.width, page.height), 0, 0)
    note = f"第 {page.number} 页是扫描图像，文字由 OCR 识别，数字请对照原页核实"
    return replace(page, frame=frame, blocks=tuple(free_lines(frame, pieces)), notes=(*page.notes, note))


def to_pieces(boxes: Any, texts: Sequence[str], scores: Sequence[float], scale: float) -> list[Piece]:
    """Recognised lines (four corners each, in pixels) → pieces in reading order, in points."""
    found = []
    for corners, text, score in zip(boxes, texts, scores, strict=True):
        if float(score) < MIN_SCORE or not text.strip():
            continue
        xs, ys = ([float(corner[axis]) * scale for corner in corners] for axis in (0, 1))
        y0, y1 = min(ys), max(ys)
        pad = (y1 - y0) * (1 - GLYPH_SHARE) / 2
        size = y1 - y0 - 2 * pad
        found.append(Piece(0, normalise(text).strip(), min(xs), y0 + pad, max(xs), y1 - pad, size))
    return [piece for line in _lines(found) for piece in _in_line(line)]


def _lines(pieces: list[Piece]) -> list[list[Piece]]:
    lines: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: p.y0 + p.y1):
        before = lines[-1][-1] if lines else None
        if before and (piece.y0 + piece.y1 - before.y0 - before.y1) / 2 < LINE_JUMP * min(
            piece.size, before.size
        ):
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return lines


def _in_line(line: list[Piece]) -> list[Piece]:
    ordered = sorted(line, key=lambda p: p.x0)
    return [
        replace(piece, first=i == 0, gap=(piece.x0 - ordered[i - 1].x1) / piece.size if i else 0.0)
        for i, piece in enumerate(ordered)
    ]
