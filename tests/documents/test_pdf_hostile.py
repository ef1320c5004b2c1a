"""Files that cannot or should not be read: one clear error each, never a crash of this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from caiwen.documents.pdf import assemble, page_count, read_pages
from caiwen.documents.pdf.raw import RawLine
from caiwen.errors import DocumentError
from tests.documents import hostile


def put(folder: Path, data: bytes) -> Path:
    path = folder / "文件.pdf"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (hostile.empty(), "文件是空的"),
        (hostile.not_a_pdf(), "不是完整的 PDF"),
        (hostile.truncated(), "不是完整的 PDF"),
        (hostile.zero_pages(), "没有任何一页"),
        (hostile.user_password(), "设有打开密码"),
    ],
    ids=["empty", "not a pdf", "truncated", "no page", "user password"],
)
def test_unreadable_files_say_why(tmp_path: Path, data: bytes, message: str) -> None:
    with pytest.raises(DocumentError, match=message) as caught:
        page_count(put(tmp_path, data))
    assert caught.value.where == "文件.pdf"
    assert caught.value.hint


def test_the_error_of_an_earlier_file_is_not_told_of_the_next(tmp_path: Path) -> None:
    """PDFium keeps its last error, and a file without pages sets none."""
    with pytest.raises(DocumentError, match="设有打开密码"):
        page_count(put(tmp_path, hostile.user_password()))
    with pytest.raises(DocumentError, match="没有任何一页"):
        page_count(put(tmp_path, hostile.zero_pages()))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="找不到文件"):
        page_count(tmp_path / "没有.pdf")


def test_an_owner_password_does_not_matter(tmp_path: Path) -> None:
    (page,) = read_pages(put(tmp_path, hostile.owner_password()), 1, 1)
    assert [b.text for b in page.blocks if isinstance(b, RawLine)] == ["hello"]


def test_a_page_outside_the_file(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="没有第 3 页"):
        read_pages(put(tmp_path, hostile.one_page()), 3, 4)


def test_scanned_pages_are_reported(tmp_path: Path) -> None:
    document = assemble(read_pages(put(tmp_path, hostile.image_only()), 1, 1), "扫描.pdf", "0")
    assert document.pages[0].scanned
    assert any("扫描" in warning and "ocr" in warning for warning in document.warnings)


def test_a_broken_page_does_not_lose_the_others(tmp_path: Path) -> None:
    document = assemble(read_pages(put(tmp_path, hostile.broken_page()), 1, 2), "坏页.pdf", "0")
    assert [page.error is None for page in document.pages] == [True, False]
    assert any("第 2 页" in warning for warning in document.warnings)


def test_objects_are_counted(tmp_path: Path) -> None:
    document = assemble(read_pages(put(tmp_path, hostile.many_objects()), 1, 1), "图.pdf", "0")
    assert any("图形过多" in warning for warning in document.warnings)


def test_characters_are_counted(tmp_path: Path) -> None:
    (page,) = read_pages(put(tmp_path, hostile.many_characters(120_000)), 1, 1)
    assert any("文字过多" in note for note in page.notes)
