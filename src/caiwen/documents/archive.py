"""A look into Office files (zip) before they are opened, so that a bomb is refused by its own directory."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from caiwen.errors import DocumentError

DAMAGE: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,
    zlib.error,
    AttributeError,
    EOFError,
    KeyError,
    IndexError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What zipfile, python-docx and openpyxl raise for damaged members and for XML that is not what they expect
(found by feeding them damaged files); parse errors of lxml and ElementTree are SyntaxErrors."""

MAX_UNPACKED = 600 * 1024 * 1024
MAX_RATIO = 150
RATIO_FROM = 20 * 1024 * 1024
MAX_MEMBERS = 20_000


def members(path: Path) -> frozenset[str]:
    """Names inside a zip file; raises DocumentError when it is damaged, encrypted or unpacks to too much."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except DAMAGE as error:
        raise DocumentError("压缩包结构已损坏", where=path.name, hint="请重新下载或另存后再试") from error
    if any(info.flag_bits & 0x1 for info in infos):
        raise DocumentError("文件已加密", where=path.name, hint="请先去掉密码再导入")
    size = sum(info.file_size for info in infos)
    swollen = any(
        i.file_size > RATIO_FROM and i.file_size > MAX_RATIO * max(i.compress_size, 1) for i in infos
    )
    if size > MAX_UNPACKED or swollen or len(infos) > MAX_MEMBERS:
        raise DocumentError(
            f"解压后有 {size // 1024 // 1024} MB，超过允许的大小",
            where=path.name,
            hint="请拆成较小的文件，或确认文件来源",
        )
    return frozenset(info.filename for info in infos)
