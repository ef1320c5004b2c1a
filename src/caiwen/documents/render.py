"""A page as an image, with boxes drawn over it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from caiwen.errors import NotFoundError
from caiwen.records import Box

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 40_000_000
_RED = (220, 20, 20)


def render_page(path: Path, page: int, boxes: Sequence[Box] = (), dpi: int = 144) -> Image:
    """Page ``page`` (from 1) of a PDF as displayed, ``boxes`` outlined in red.

    A huge page comes at a lower resolution. Raises DocumentError for an unreadable file, NotFoundError for a
    page that is not there.
    """
    from PIL import ImageDraw

    from caiwen.documents.pdf.opening import open_pdf

    with open_pdf(path) as document:
        if not 1 <= page <= len(document):
            raise NotFoundError(f"没有第 {page} 页", where=Path(path).name, hint=f"共 {len(document)} 页")
        pdf_page = document[page - 1]
        width, height = pdf_page.get_size()
        scale = min(dpi / 72, (MAX_PIXELS / max(1.0, width * height)) ** 0.5)
        image = pdf_page.render(scale=scale).to_pil().convert("RGB")
    draw = ImageDraw.Draw(image)
    margin = 1.5
    for x0, y0, x1, y1 in boxes:
        outline = [(x0 - margin) * scale, (y0 - margin) * scale, (x1 + margin) * scale, (y1 + margin) * scale]
        draw.rectangle(outline, outline=_RED, width=max(2, round(1.2 * scale)))
    return image
