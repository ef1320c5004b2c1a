"""Kinds of files told by content, and one clear error for each kind of bad file."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from caiwen.documents import detect_format, file_sha256, read
from caiwen.errors import DocumentError

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def put(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.txt", "%PDF-1.7\n...", "pdf"),
        ("a.pdf", "<html><body><p>甲</p></body></html>", "html"),
        ("b.txt", "<h>第一节</h><br/><p>正文</p><br/><table><tr><td>甲</td></tr></table>", "html"),
        ("a.html", "<p>一个段落</p>", "html"),
        ("a.dat", '{"title": "标题", "content": "内容"}\n{"title": "二"}\n', "jsonl"),
        ("b.txt", '[\n  {"title": "标题"}]', "jsonl"),
        ("a.txt", "代码,名称,收入\n600000,甲,1\n600001,乙,2\n", "csv"),
        ("a.tsv", "代码\t名称\n600000\t甲\n", "csv"),
        ("a.txt", "# 标题\n\n正文。\n\n## 小节\n\n正文。\n", "md"),
        ("a.md", "只有正文。", "md"),
        ("a.txt", "第一章 总则\n\n本公司，系一家企业。\n收入为 a, b 和 c。", "txt"),
        ("无后缀", "只是一段中文文字。", "txt"),
    ],
)
def test_kinds(tmp_path: Path, name: str, content: str, kind: str) -> None:
    assert detect_format(put(tmp_path, name, content)) == kind


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.pdf", b"", "文件是空的"),
        ("a.txt", b" \n\t\n", "文件里没有内容"),
        ("a.xlsx", OLE, "旧版 Office"),
        ("a.doc", OLE + "WordDocument".encode("utf-16-le"), "旧版 Word 文件"),
        ("a.xls", OLE + "Workbook".encode("utf-16-le"), "旧版 Excel 文件"),
        ("a.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "文件已加密"),
        ("a.pdf", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "图片（PNG）"),
        ("a.pdf", bytes(range(256)) * 40, "文件不是文本"),
        ("a.docx", b"PK\x03\x04" + b"\0" * 100, "压缩包结构已损坏"),
        ("a.csv", b"\x1f\x8b\x08\0\0\0", "gzip"),
    ],
)
def test_bad_files_say_what_they_are_and_what_to_do(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    with pytest.raises(DocumentError, match=message) as caught:
        read(put(tmp_path, name, data))
    assert caught.value.where == name
    assert caught.value.hint


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="文件不存在"):
        read(tmp_path / "没有.pdf")
    with pytest.raises(DocumentError, match="这是文件夹"):
        read(tmp_path)


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return path


def test_other_archives_are_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="这是压缩包"):
        read(zipped(tmp_path / "a.zip", readme=b"x"))
    path = tmp_path / "a.pptx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ppt/presentation.xml", "x")
    with pytest.raises(DocumentError, match="演示文稿"):
        read(path)


def test_a_zip_bomb_is_refused_by_its_directory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<a/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 40_000_000)
    with pytest.raises(DocumentError, match="超过允许的大小"):
        read(path)


def test_an_office_file_cut_short_is_an_error(tmp_path: Path) -> None:
    from openpyxl import Workbook

    whole = tmp_path / "whole.xlsx"
    Workbook().save(whole)
    cut = put(tmp_path, "cut.xlsx", whole.read_bytes()[:2000])
    with pytest.raises(DocumentError, match="压缩包结构已损坏"):
        read(cut)


@pytest.mark.parametrize("name", ["word/document.xml", "xl/workbook.xml"])
def test_an_office_file_of_rubbish_is_an_error(tmp_path: Path, name: str) -> None:
    path = tmp_path / "坏.bin"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "不是 XML")
        archive.writestr("[Content_Types].xml", "<Types/>")
    with pytest.raises(DocumentError, match="已损坏"):
        read(path)


def test_a_big_text_file_is_told_by_its_start(tmp_path: Path) -> None:
    line = "本公司主要从事设备的制造与销售业务，产品销往全国各地。\n"
    assert detect_format(put(tmp_path, "a.txt", line * 12_000)) == "txt"
    assert detect_format(put(tmp_path, "b.txt", (line * 12_000).encode("gb18030"))) == "txt"
    assert detect_format(put(tmp_path, "c.txt", ("文" * 400_000).encode())) == "txt"


def test_the_hash_is_of_the_bytes(tmp_path: Path) -> None:
    path = put(tmp_path, "a.txt", "abc")
    assert file_sha256(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert read(path).sha256 == file_sha256(path)
    assert read(path, sha256="给定").sha256 == "给定"


def readable_or_told(path: Path) -> bool:
    try:
        return bool(read(path).blocks)
    except DocumentError as error:
        return bool(error.hint)


def test_office_files_with_a_damaged_member_are_errors_or_read_never_crashes(tmp_path: Path) -> None:
    from docx import Document as new_word
    from openpyxl import Workbook

    word, book = new_word(), Workbook()
    word.add_paragraph("正文。")
    assert book.active is not None
    book.active.append(["甲", 1])
    for whole, save in ((tmp_path / "a.docx", word.save), (tmp_path / "a.xlsx", book.save)):
        save(str(whole))
        with zipfile.ZipFile(whole) as archive:
            names = archive.namelist()
        for victim in names:
            broken = tmp_path / f"broken{whole.suffix}"
            with zipfile.ZipFile(whole) as source, zipfile.ZipFile(broken, "w") as target:
                for name in names:
                    data = source.read(name)
                    target.writestr(name, data[: len(data) // 2] if name == victim else data)
            assert readable_or_told(broken)
