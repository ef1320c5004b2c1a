"""Opening a PDF, with errors that a person can act on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from caiwen.errors import DocumentError

_PASSWORD, _FORMAT, _SECURITY = 4, 3, 5
_NO_PAGES = ("PDF 里没有任何一页可以读取（页数为 0，或页面目录损坏）", "请重新下载，或换一个来源")
_MESSAGES = {
    _PASSWORD: ("PDF 设有打开密码", "请先用密码打开并另存为无密码的文件，再重新导入"),
    _SECURITY: ("PDF 使用了不支持的加密方式", "请另存为无加密的文件，再重新导入"),
    _FORMAT: ("不是完整的 PDF：文件损坏、被截断，或扩展名不符", "请重新下载，或确认它确实是 PDF"),
}


@contextmanager
def open_pdf(path: Path) -> Iterator[Any]:
    """A ``pypdfium2.PdfDocument``, closed afterwards.

    Raises DocumentError: missing, empty, encrypted with a user password, damaged, or not a PDF. A file with an
    owner password only opens, as every viewer does.
    """
    import pypdfium2

    where = Path(path).name
    if not Path(path).is_file():
        raise DocumentError("找不到文件", where=where, hint="请检查路径")
    if Path(path).stat().st_size == 0:
        raise DocumentError("文件是空的（0 字节）", where=where, hint="请重新下载")
    try:
        document = pypdfium2.PdfDocument(str(path))
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None) or _FORMAT
        if code == _PASSWORD and not _encrypted(Path(path)):
            code = _FORMAT  # PDFium left the error of an earlier file standing
        whole = code == _FORMAT and _looks_whole(Path(path))
        message, hint = _NO_PAGES if whole else _MESSAGES.get(code, _MESSAGES[_FORMAT])
        raise DocumentError(message, where=where, hint=hint) from error
    try:
        yield document
    finally:
        document.close()


def page_count(path: Path) -> int:
    """Raises DocumentError also when the file has no page."""
    with open_pdf(path) as document:
        count = len(document)
    if count == 0:
        raise DocumentError(_NO_PAGES[0], where=Path(path).name, hint=_NO_PAGES[1])
    return count


def _encrypted(path: Path) -> bool:
    return b"/Encrypt" in path.read_bytes()


def _looks_whole(path: Path) -> bool:
    """It begins and ends as a PDF does, so what PDFium misses is inside."""
    with path.open("rb") as file:
        head = file.read(1024)
        file.seek(max(0, path.stat().st_size - 1024))
        return b"%PDF-" in head and b"%%EOF" in file.read()
