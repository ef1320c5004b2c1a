"""What kind of file this is, told by its bytes."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from caiwen.documents.archive import members
from caiwen.documents.encodings import decode, not_text
from caiwen.documents.rules import load_rules
from caiwen.errors import DocumentError, system_words

HEAD = 256 * 1024
MAX_TEXT = 200 * 1024 * 1024

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_HTML = re.compile(
    r"<!doctype\s+html|<html[\s>]|<body[\s>]|<(?:p|h|h[1-6]|div|table|section|tr|td|span|article)(?:\s[^<>]*)?>",
    re.IGNORECASE,
)
_MARKDOWN = re.compile(r"^#{1,6} \S|^\s*\|?\s*:?-{3,}:?\s*\|", re.MULTILINE)
_JSON = re.compile(r"\s*(?:\{\s*\"|\[\s*[\{\[])")


@cache
def _signatures() -> tuple[tuple[bytes, str, str], ...]:
    rows = load_rules("signatures.yaml")["files"]
    return tuple((bytes.fromhex(r["hex"]), r["kind"], r["hint"]) for r in rows)


def detect_format(path: str | Path) -> str:
    """pdf, html, docx, xlsx, csv, txt, md or jsonl; raises DocumentError for anything else."""
    path = Path(path)
    head = _head(path)
    if not head:
        raise DocumentError("文件是空的", where=path.name, hint="请检查文件是否下载或保存完整")
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _office(path)
    if head.startswith(_OLE):
        raise _ole_error(path)
    for signature, kind, hint in _signatures():
        if head.startswith(signature):
            raise DocumentError(f"这是{kind}，不是可以读取的文档", where=path.name, hint=hint)
    return _text_kind(path, head)


def _head(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise DocumentError(
                "这是文件夹，不是文件", where=str(path), hint="请给出文件，或让命令去遍历文件夹"
            )
        with path.open("rb") as stream:
            return stream.read(HEAD)
    except FileNotFoundError as error:
        raise DocumentError("文件不存在", where=str(path), hint="请检查路径") from error
    except OSError as error:
        raise DocumentError(
            f"无法读取文件（{system_words(error)}）", where=str(path), hint="请检查路径和权限"
        ) from error


def _office(path: Path) -> str:
    names = members(path)
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    for member, kind, hint in (
        ("xl/workbook.bin", "二进制工作簿（.xlsb）", "请用 Excel 另存为 .xlsx"),
        ("ppt/presentation.xml", "演示文稿", "请另存为 PDF 再导入"),
        ("content.xml", "OpenDocument 文件", "请另存为 .docx 或 .xlsx"),
    ):
        if member in names:
            raise DocumentError(f"暂不支持{kind}", where=path.name, hint=hint)
    raise DocumentError("这是压缩包，不是文档", where=path.name, hint="请先解压，再导入里面的文件")


def _ole_error(path: Path) -> DocumentError:
    with path.open("rb") as stream:
        data = stream.read(4 * 1024 * 1024)
    if _ENCRYPTED in data:
        return DocumentError("文件已加密", where=path.name, hint="请先去掉密码再导入")
    if "Workbook".encode("utf-16-le") in data:
        return DocumentError("这是旧版 Excel 文件（.xls）", where=path.name, hint="请用 Excel 另存为 .xlsx")
    if "WordDocument".encode("utf-16-le") in data:
        return DocumentError("这是旧版 Word 文件（.doc）", where=path.name, hint="请用 Word 另存为 .docx")
    return DocumentError("这是旧版 Office 文件", where=path.name, hint="请另存为 .docx 或 .xlsx")


def _text_kind(path: Path, head: bytes) -> str:
    from caiwen.documents.spreadsheet import find_delimiter

    size = path.stat().st_size
    if size > MAX_TEXT:
        raise DocumentError(
            f"文本文件有 {size // 1024 // 1024} MB，超过允许的大小", where=path.name, hint="请拆成较小的文件"
        )
    text = _decoded(path, head, whole=size <= HEAD)
    if not text.strip("\x00 \t\r\n\ufeff\x1a"):
        raise DocumentError("文件里没有内容", where=path.name, hint="请检查文件是否保存完整")
    if _JSON.match(text.lstrip("\ufeff")):
        return "jsonl"
    tags = len(_HTML.findall(text[:65536]))
    if re.match(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)", text, re.IGNORECASE) or tags >= 3:
        return "html"
    suffix = path.suffix.lower()
    if suffix in (".html", ".htm") and tags:
        return "html"
    if suffix in (".csv", ".tsv") and find_delimiter(text):
        return "csv"
    if suffix in (".md", ".markdown") or len(_MARKDOWN.findall(text)) >= 2:
        return "md"
    return "csv" if _looks_delimited(text) else "txt"


def _decoded(path: Path, head: bytes, *, whole: bool) -> str:
    """The start of the file as text; a character cut in two at the end of the sample is dropped."""
    if whole:
        return decode(head, path.name)[0]
    line_end = head.rfind(b"\n")
    cut = head[: line_end + 1] if line_end > HEAD // 4 else head
    for end in range(len(cut), max(0, len(cut) - 4), -1):
        try:
            return decode(cut[:end], path.name)[0]
        except DocumentError:
            continue
    raise not_text(path.name)


def _looks_delimited(text: str) -> bool:
    """Several lines of the same number of short fields: a table, not prose with commas."""
    from caiwen.documents.spreadsheet import find_delimiter

    delimiter = find_delimiter(text)
    lines = [line for line in text.splitlines()[:40] if line.strip()]
    if delimiter is None or len(lines) < 3:
        return False
    fields = [field for line in lines for field in line.split(delimiter)]
    return sum(len(f) for f in fields) / len(fields) <= 25 and "。" not in text[:4000]
