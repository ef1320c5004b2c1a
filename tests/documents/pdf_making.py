"""Small PDFs drawn for the tests: text in a Chinese face, ruled tables, turned pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

HAN, LATIN = "STSong-Light", "Helvetica"
WIDTH, HEIGHT = 595.28, 841.89


class Sheet:
    """A document under construction. Coordinates are points from the top left corner, as in the records."""

    def __init__(self, path: Path, size: tuple[float, float] = (WIDTH, HEIGHT)) -> None:
        pdfmetrics.registerFont(UnicodeCIDFont(HAN))
        self.path = path
        self.width, self.height = size
        self.canvas = Canvas(str(path), pagesize=size)

    def text(self, x: float, y: float, text: str, size: float = 10.5, *, right: bool = False) -> None:
        """``y`` is the baseline; ``right``: ``x`` is where the text ends.

        Latin text and digits in Helvetica: PDFium drops a lone character of a face that is not embedded and that
        the machine has no substitute for.
        """
        runs = [
            (HAN if ord(chars[0]) > 0x2E7F else LATIN, chars)
            for chars in re.findall(r"[⺀-￿]+|[^⺀-￿]+", text)
        ]
        widths = [pdfmetrics.stringWidth(chars, font, size) for font, chars in runs]
        x -= sum(widths) if right else 0
        for (font, chars), width in zip(runs, widths, strict=True):
            self.canvas.setFont(font, size)
            self.canvas.drawString(x, self.height - y, chars)
            x += width

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """A border as Word draws it: a thin filled rectangle."""
        low, high = self.height - max(y0, y1), self.height - min(y0, y1)
        self.canvas.rect(x0, low, max(x1 - x0, 0.5), max(high - low, 0.5), stroke=0, fill=1)

    def grid(
        self, xs: Sequence[float], ys: Sequence[float], *, sides: bool = True, ends: bool = True
    ) -> None:
        """All borders of a table; without ``sides`` it is open left and right, without ``ends`` above and below."""
        for y in ys if ends else ys[1:-1]:
            self.line(xs[0], y, xs[-1], y)
        for x in xs if sides else xs[1:-1]:
            self.line(x, ys[0], x, ys[-1])

    def table(
        self,
        xs: Sequence[float],
        top: float,
        rows: Sequence[Sequence[str]],
        pitch: float = 20,
        **borders: bool,
    ) -> float:
        """A ruled table, names to the left and values to the right of their cells; returns its lower end."""
        ys = [top + pitch * i for i in range(len(rows) + 1)]
        self.grid(xs, ys, **borders)
        self.fill(xs, top, rows, pitch)
        return ys[-1]

    def fill(self, xs: Sequence[float], top: float, rows: Sequence[Sequence[str]], pitch: float = 20) -> None:
        for r, row in enumerate(rows):
            for c, text in enumerate(row):
                x = xs[c] + 5 if c == 0 else xs[c + 1] - 5
                self.text(x, top + pitch * r + 14, text, right=c > 0)

    def page(self) -> None:
        self.canvas.showPage()

    def save(self) -> Path:
        self.canvas.showPage()
        self.canvas.save()
        return self.path
