"""Opening a PDF, with errors that a person can act on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from caiwen.errors import DocumentError

_PASSWORD, _FORMAT, _SECURITY = 4, 3, 5
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
        message, hint = _MESSAGES.get(getattr(error, "err_code", 0) or 0, _MESSAGES[_FORMAT])
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
        raise DocumentError("PDF 里没有任何一页", where=Path(path).name, hint="请重新下载，或换一个来源")
    return count
