"""Pages as pictures with boxes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL.Image import Image

from caiwen.documents.pdf import assemble, read_pages
from caiwen.documents.render import render_page
from caiwen.errors import DocumentError, NotFoundError
from tests.documents import hostile
from tests.documents.pdf_making import Sheet

RED = (220, 20, 20)


def reds(image: Image, box: tuple[float, float, float, float]) -> int:
    x0, y0, x1, y1 = (round(v) for v in box)
    return int((np.asarray(image.crop((x0, y0, x1, y1))) == RED).all(axis=2).sum())


def test_the_box_of_a_cell_is_drawn_around_it(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "页.pdf")
    sheet.table((72, 250, 390), 200, [["项目", "金额"], ["货币资金", "1,234.00"]])
    path = sheet.save()
    cell = assemble(read_pages(path, 1, 1), "x", "0").tables[0].grid()[1][1]
    assert cell is not None
    assert cell.box is not None
    plain, marked = render_page(path, 1, dpi=72), render_page(path, 1, [cell.box], dpi=72)
    assert plain.size == (596, 842)
    x0, y0, x1, y1 = cell.box
    around = (x0 - 4, y0 - 4, x1 + 4, y1 + 4)
    inside = (x0 + 3, y0 + 3, x1 - 3, y1 - 3)
    assert reds(plain, around) == 0
    assert reds(marked, around) > 200
    assert reds(marked, inside) == 0
    assert reds(marked, (0, 0, 596, y0 - 6)) == 0


def test_resolution(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(hostile.one_page())
    assert render_page(path, 1, dpi=144).size == (1190, 1684)


def test_a_huge_page_stays_within_memory(tmp_path: Path) -> None:
    path = Sheet(tmp_path / "大.pdf", (14_000, 14_000)).save()
    width, height = render_page(path, 1, dpi=300).size
    assert width * height < 45_000_000


def test_missing_pages_and_files(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(hostile.one_page())
    with pytest.raises(NotFoundError, match="没有第 2 页"):
        render_page(path, 2)
    path.write_bytes(hostile.not_a_pdf())
    with pytest.raises(DocumentError):
        render_page(path, 1)
