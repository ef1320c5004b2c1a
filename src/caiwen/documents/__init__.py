"""Files → Documents: one module for each format, chosen by content and never by the file name's ending alone."""

from __future__ import annotations

import hashlib
from pathlib import Path

from caiwen.documents.formats import detect_format
from caiwen.documents.script import simplified
from caiwen.documents.sidecar import with_sidecar
from caiwen.errors import DocumentError, system_words
from caiwen.records import Document

__all__ = ["detect_format", "read"]


def read(path: str | Path, sha256: str | None = None) -> Document:
    """Read a file whole, in this process. ``sha256``: of the bytes, when the caller has it already.

    Raises DocumentError: missing, empty, encrypted, damaged, of an unknown kind, over a limit.
    """
    path = Path(path)
    kind = detect_format(path)
    return with_sidecar(simplified(_read(kind, path, sha256 or file_sha256(path))), path)


def _read(kind: str, path: Path, digest: str) -> Document:
    if kind == "pdf":
        return _read_pdf(path, digest)
    if kind == "docx":
        from caiwen.documents.docx import read_docx

        return read_docx(path, path.name, digest)
    if kind == "xlsx":
        from caiwen.documents.spreadsheet import read_xlsx

        return read_xlsx(path, path.name, digest)
    return _read_bytes(kind, path, digest)


def _read_bytes(kind: str, path: Path, digest: str) -> Document:
    data = path.read_bytes()
    if kind == "html":
        from caiwen.documents.html import read_html

        return read_html(data, path.name, digest)
    if kind == "jsonl":
        from caiwen.documents.jsonl import read_json

        return read_json(data, path.name, digest)
    if kind == "csv":
        from caiwen.documents.spreadsheet import read_csv

        return read_csv(data, path.name, digest)
    from caiwen.documents.text import read_markdown, read_text

    return read_markdown(data, path.name, digest) if kind == "md" else read_text(data, path.name, digest)


def _read_pdf(path: Path, digest: str) -> Document:
    from caiwen.documents.pdf import assemble, page_count, read_pages

    return assemble(read_pages(path, 1, page_count(path)), path.name, digest)


def file_sha256(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise DocumentError(
            f"无法读取文件（{system_words(error)}）", where=path.name, hint="请检查路径和权限"
        ) from error
