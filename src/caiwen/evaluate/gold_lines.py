"""Gold sets of one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from caiwen.errors import CaiwenError

T = TypeVar("T")


def read_lines(path: Path, parse: Callable[[Any], T], kind: str) -> list[T]:
    """``parse`` of every line that is not blank; CaiwenError names the first line that is no question of ``kind``."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError as error:
        raise CaiwenError("没有这个文件", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise CaiwenError("题目文件不是 UTF-8 编码", where=str(path)) from error
    found = []
    for number, text in enumerate(lines, start=1):
        if text.strip():
            try:
                found.append(parse(json.loads(text)))
            except (ValueError, KeyError, TypeError) as error:
                raise CaiwenError(f"不是 {kind} 的一道题", where=f"{path} 第 {number} 行") from error
    if not found:
        raise CaiwenError("题目文件是空的", where=str(path))
    return found
