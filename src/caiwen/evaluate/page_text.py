"""The text of one page, read again from the file, to check a citation independently of the extraction."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from caiwen.finance.text import normalise, squash
from caiwen.records import Paragraph


class PageTexts:
    """Texts without white space of the pages of one file.

    A PDF page is first taken as its raw characters. A number that wraps inside a narrow cell is not contiguous
    there, so the cells of the page, each squashed, are consulted second.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def holds(self, page: int | None, *needles: str) -> bool:
        """Whether every needle stands on the page; a file without pages counts as one page."""
        wanted = [flat(needle) for needle in needles]
        if not all(wanted):
            return False
        raw = raw_pdf_page(self.path, page) if page is not None and is_pdf(self.path) else ""
        if raw and all(needle in raw for needle in wanted):
            return True
        pieces = _cells_by_page(self.path).get(page, ())
        return all(any(needle in piece for piece in pieces) or needle in raw for needle in wanted)


def flat(text: str) -> str:
    return squash(normalise(text))


@lru_cache(maxsize=512)
def is_pdf(path: Path) -> bool:
    with path.open("rb") as stream:
        return b"%PDF-" in stream.read(1024)


@lru_cache(maxsize=256)
def raw_pdf_page(path: Path, page: int) -> str:
    import pypdfium2

    with pypdfium2.PdfDocument(path) as pdf:
        if not 1 <= page <= len(pdf):
            return ""
        return flat(pdf[page - 1].get_textpage().get_text_range())


@lru_cache(maxsize=4)
def _cells_by_page(path: Path) -> dict[int | None, tuple[str, ...]]:
    from caiwen.documents import read

    pages: dict[int | None, list[str]] = {}
    document = read(path)
    for block in document.blocks:
        pieces: Iterator[tuple[int | None, str]]
        if isinstance(block, Paragraph):
            pieces = iter([(block.page, block.text)])
        else:
            pieces = ((cell.page, cell.text) for cell in block.cells)
        for number, text in pieces:
            pages.setdefault(number, []).append(flat(text))
    return {number: tuple(texts) for number, texts in pages.items()}
