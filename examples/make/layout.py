"""A small typesetter for report PDFs, drawing them the way word processors do.

Borders are thin filled rectangles, one per cell edge; tables run over page breaks in the middle of a
row where it does not fit, without a repeated header; every page carries a running header and footer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

HAN, LATIN = "SampleHan", "SampleLatin"
HAIRLINE = 0.48
MARGIN_X, MARGIN_TOP, MARGIN_BOTTOM = 72.0, 74.0, 72.0


@dataclass(frozen=True)
class Fonts:
    """Two TrueType files that may be embedded: one for Han characters, one for digits and Latin letters."""

    han: Path
    latin: Path

    def register(self) -> None:
        pdfmetrics.registerFont(TTFont(HAN, str(self.han)))
        pdfmetrics.registerFont(TTFont(LATIN, str(self.latin)))


def runs(text: str) -> list[tuple[str, str]]:
    """Cuts text into (font, piece): what the Latin face draws stays with it, as word processors do."""
    out: list[tuple[str, str]] = []
    latin = pdfmetrics.getFont(LATIN).face.charToGlyph
    for char in text:
        font = LATIN if ord(char) < 0x2E80 and ord(char) in latin and char not in "“”" else HAN
        if char in "“”" and ord(char) not in pdfmetrics.getFont(HAN).face.charToGlyph:
            font = LATIN
        if out and out[-1][0] == font:
            out[-1] = (font, out[-1][1] + char)
        else:
            out.append((font, char))
    return out


def text_width(text: str, size: float) -> float:
    return sum(pdfmetrics.stringWidth(piece, font, size) for font, piece in runs(text))


@dataclass(frozen=True)
class TableStyle:
    """``widths`` in points; ``align``: one letter a column (l, r, c).

    ``borders``: grid, three (三线表), open (a grid without its outer verticals), rows (horizontals only) or none.
    ``padding``: points above and below the text of a row together; ``leading``: of wrapped lines, in sizes.
    ``upright``: where a cell with fewer lines than its row stands: top, middle or bottom. ``whole_rows``: a page
    break never cuts a row. ``again``: what is drawn at the top of a page that the table runs over to.
    """

    widths: tuple[float, ...]
    align: str
    size: float = 9.0
    borders: str = "grid"
    header_rows: int = 1
    padding: float = 5.0
    leading: float = 1.35
    upright: str = "top"
    whole_rows: bool = False
    again: Callable[[], None] | None = None


class Writer:
    """Writes headings, paragraphs and tables downwards, breaking pages as needed."""

    def __init__(self, path: Path, fonts: Fonts, title: str, header: str, watermark: str = "") -> None:
        fonts.register()
        self.canvas = Canvas(str(path), pagesize=A4, invariant=True, pageCompression=1)
        self.canvas.setTitle(title)
        self.header, self.watermark = header, watermark
        self.total = 0
        self.number = 0
        self.open_page()

    def open_page(self, size: tuple[float, float] = A4) -> None:
        self.number += 1
        self.width, self.height = size
        self.canvas.setPageSize(size)
        self.y = self.height - MARGIN_TOP
        if self.number > 1:
            self.draw(self.header, self.width / 2, self.height - 50, 9, "c")
            self.canvas.rect(MARGIN_X, self.height - 56, self.width - 2 * MARGIN_X, HAIRLINE, stroke=0, fill=1)
            self.draw(f"{self.number} / {self.total or '0'}", self.width / 2, 44, 9, "c")
        if self.watermark and self.number % 7 == 3:
            self.draw_watermark()

    def draw_watermark(self) -> None:
        self.canvas.saveState()
        self.canvas.setFillGray(0.86)
        self.canvas.translate(self.width / 2, self.height / 2)
        self.canvas.rotate(42)
        self.draw(self.watermark, 0, 0, 54, "c")
        self.canvas.restoreState()

    def close_page(self) -> None:
        self.canvas.showPage()

    def new_page(self, wide: bool = False) -> None:
        self.close_page()
        self.open_page(landscape(A4) if wide else A4)

    def need(self, height: float) -> None:
        if self.y - height < MARGIN_BOTTOM:
            self.new_page(wide=self.width > self.height)

    def save(self) -> int:
        self.close_page()
        self.canvas.save()
        return self.number

    # -- text ---------------------------------------------------------------------------------
    def line(self, text: str, size: float = 10.5, align: str = "l", gap: float = 1.55) -> None:
        self.need(size * gap)
        self.y -= size * gap
        x = {"c": self.width / 2, "r": self.width - MARGIN_X, "l": MARGIN_X}[align]
        self.draw(text, x, self.y, size, align)

    def draw(self, text: str, x: float, y: float, size: float, align: str = "l") -> None:
        """Draws one line at ``x``, which is its left end, middle or right end."""
        x -= {"l": 0.0, "c": 0.5, "r": 1.0}[align] * text_width(text, size)
        for font, piece in runs(text):
            self.canvas.setFont(font, size)
            self.canvas.drawString(x, y, piece)
            x += pdfmetrics.stringWidth(piece, font, size)

    def chapter(self, text: str) -> None:
        self.y -= 8
        self.line(text, 15, "c", 2.0)
        self.y -= 6

    def heading(self, text: str, size: float = 11) -> None:
        self.y -= 4
        self.line(text, size)

    def paragraph(self, text: str, size: float = 10.5) -> None:
        for piece in wrap("　　" + text, self.width - 2 * MARGIN_X, size):
            self.line(piece, size)

    def not_applicable(self) -> None:
        self.line("□适用 √不适用")

    # -- tables -------------------------------------------------------------------------------
    def table(self, rows: list[list[str]], style: TableStyle) -> None:
        """Draws ``rows``. ``"<"`` as a cell's text merges it with the cell on its left."""
        self.y -= 4
        x0 = (self.width - sum(style.widths)) / 2
        leading = style.size * style.leading
        for number, row in enumerate(rows):
            spans = merged_spans(row, style.widths)
            lines = {c: wrap(text, w - 6, style.size) for c, (text, w, _) in spans.items()}
            left = max(len(pieces) for pieces in lines.values())
            done = 0
            while left:  # a row that does not fit goes on, mid-cell, on the next page
                room = int((self.y - MARGIN_BOTTOM - style.padding) // leading)
                whole = style.whole_rows or (style.again is not None and number < style.header_rows)
                if room < (left if whole else 1):
                    self.new_page(wide=self.width > self.height)
                    if style.again is not None and number >= style.header_rows:
                        style.again()
                    continue
                take = min(room, left)
                self.draw_row(x0, spans, {c: p[done : done + take] for c, p in lines.items()}, take * leading + style.padding, style, number)
                done, left = done + take, left - take
        if style.borders == "three":
            self.rule(x0, self.y, sum(style.widths), 1.2)
        self.y -= 6

    def draw_row(self, x0: float, spans: dict[int, tuple[str, float, float]], lines: dict[int, list[str]], height: float, style: TableStyle, number: int) -> None:
        top, bottom = self.y, self.y - height
        for column, (_, width, offset) in spans.items():
            left = x0 + offset
            if style.borders in ("grid", "open", "rows"):
                self.rule(left, top, width, HAIRLINE)
                self.rule(left, bottom, width, HAIRLINE)
            if style.borders == "grid" or (style.borders == "open" and offset):
                self.canvas.rect(left, bottom, HAIRLINE, height, stroke=0, fill=1)
            if style.borders == "grid":
                self.canvas.rect(left + width, bottom, HAIRLINE, height, stroke=0, fill=1)
            align = "c" if number < style.header_rows else style.align[column]
            leading = style.size * style.leading
            spare = max(len(pieces) for pieces in lines.values()) - len(lines[column])
            lower = {"top": 0.0, "middle": 0.5, "bottom": 1.0}[style.upright] * spare * leading
            for k, piece in enumerate(lines[column]):
                y = top - 0.6 * style.padding - style.size - lower - k * leading
                x = {"r": left + width - 3, "c": left + width / 2, "l": left + 3}[align]
                self.draw(piece, x, y, style.size, align)
        if style.borders == "three" and number in (0, style.header_rows):
            self.rule(x0, top, sum(style.widths), 1.2 if number == 0 else 0.6)
        self.y = bottom

    def rule(self, x: float, y: float, width: float, thickness: float) -> None:
        self.canvas.rect(x, y, width, thickness, stroke=0, fill=1)


def merged_spans(row: list[str], widths: tuple[float, ...]) -> dict[int, tuple[str, float, float]]:
    """First column of each merged cell → (text, width, offset from the table's left edge)."""
    spans: dict[int, tuple[str, float, float]] = {}
    offset, last = 0.0, 0
    for column, (text, width) in enumerate(zip(row, widths, strict=True)):
        if text == "<" and spans:
            old, w, o = spans[last]
            spans[last] = (old, w + width, o)
        else:
            spans[column], last = (text, width, offset), column
        offset += width
    return spans


def wrap(text: str, width: float, size: float) -> list[str]:
    """Breaks text at any character, as CJK typesetting does; digits break too when a cell is too narrow."""
    out: list[str] = []
    for part in text.split("\n"):
        current = ""
        for char in part:
            if current and text_width(current + char, size) > width:
                out.append(current)
                current = ""
            current += char
        out.append(current)
    return out
