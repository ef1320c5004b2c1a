"""Scanned pages: what the recogniser gives becomes lines and tables; without it the error names the extra."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from caiwen.documents.pdf import assemble, ocr, read_pages
from caiwen.documents.render import render_page
from caiwen.errors import MissingExtraError
from tests.documents import hostile
from tests.documents.pdf_making import Sheet

PRINTED = [
    (220, 100, "合并资产负债表"),
    (440, 120, "单位：元"),
    (72, 140, "项目"),
    (250, 140, "2020年"),
    (400, 140, "2019年"),
    (72, 160, "货币资金"),
    (250, 160, "1,234.56"),
    (400, 160, "987.65"),
    (72, 180, "存货"),
    (250, 180, "2,222.22"),
    (400, 180, "111.11"),
]


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "扫描.pdf"
    path.write_bytes(hostile.image_only())
    return path


def test_recognised_lines_become_blocks(scan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = ocr.DPI / 72
    boxes = [
        [
            (x * pixels, y * pixels),
            ((x + 60) * pixels, y * pixels),
            ((x + 60) * pixels, (y + 14) * pixels),
            (x * pixels, (y + 14) * pixels),
        ]
        for x, y, _ in PRINTED
    ]
    result = SimpleNamespace(boxes=boxes, txts=[text for *_, text in PRINTED], scores=[0.99] * len(PRINTED))
    monkeypatch.setattr(ocr, "_engine", lambda: lambda image: result)
    document = assemble(read_pages(scan, 1, 1, ocr=True), "扫描.pdf", "0")
    (table,) = document.tables
    rows = [[cell.text if cell else "" for cell in row] for row in table.grid()]
    assert rows == [
        ["项目", "2020年", "2019年"],
        ["货币资金", "1,234.56", "987.65"],
        ["存货", "2,222.22", "111.11"],
    ]
    assert table.unit_text == "单位：元"
    assert document.pages[0].scanned
    assert any("OCR" in warning and "核实" in warning for warning in document.warnings)


def test_doubtful_lines_are_left_out() -> None:
    box = [(0, 0), (50, 0), (50, 20), (0, 20)]
    assert [p.text for p in ocr.to_pieces([box, box], ["可信", "不可信"], [0.9, 0.2], 0.4)] == ["可信"]


def test_without_the_extra(scan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    ocr._engine.cache_clear()
    with pytest.raises(MissingExtraError, match="caiwen\\[ocr\\]"):
        read_pages(scan, 1, 1, ocr=True)
    assert read_pages(scan, 1, 1)[0].scanned, "without asking for OCR the page is only reported"


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("rapidocr") is None, reason="the extra ocr is not installed")
def test_a_real_scan(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "原件.pdf")
    sheet.text(72, 140, "Total assets", 14)
    sheet.text(300, 140, "1,234,567.89", 14)
    picture = render_page(sheet.save(), 1, dpi=150)
    picture.save(tmp_path / "扫描.pdf", resolution=150)
    document = assemble(read_pages(tmp_path / "扫描.pdf", 1, 1, ocr=True), "扫描.pdf", "0")
    assert any("1,234,567.89" in getattr(block, "text", "") for block in document.blocks)
