"""Files of many questions or texts: JSON lines or plain lines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from caiwen.errors import CaiwenError


@dataclass(frozen=True, slots=True)
class BatchLine:
    """``id`` is the line's own, else its number from 1. ``follow``: the id of an earlier line, or a question in words, on which
    it leans."""

    id: str | int
    text: str
    follow: str | int | None = None


def read_batch(path: Path, keys: Sequence[str]) -> list[BatchLine]:
    """Every line is checked before the first one runs; wrong ones are told together.

    A file whose first line starts with "{" is JSON lines, and the text stands under one of ``keys``; any other
    file is plain text, one entry a line.
    """
    lines = read_lines(path)
    first = next((text for _, text in lines), "")
    if not first.startswith("{"):
        return [BatchLine(number, text) for number, text in lines]
    parsed, problems = [], []
    for number, text in lines:
        line = _parse(number, text, keys)
        if isinstance(line, str):
            problems.append(f"第 {number} 行{line}")
        else:
            parsed.append(line)
    if problems:
        more = f"；另有 {len(problems) - 5} 行" if len(problems) > 5 else ""
        raise CaiwenError("；".join(problems[:5]) + more, where=str(path))
    return parsed


def _parse(number: int, text: str, keys: Sequence[str]) -> BatchLine | str:
    try:
        record = json.loads(text)
    except json.JSONDecodeError as error:
        return f"不是 JSON（第 {error.colno} 个字符）"
    if not isinstance(record, dict):
        return "不是 JSON 对象"
    found = next((record[key] for key in keys if key in record), None)
    if not isinstance(found, str):
        return f"缺少 {keys[0]}"
    identity = record.get("id", number)
    follow = record.get("follow")
    if not isinstance(follow, str | int | None):
        return "的 follow 应是前面某行的 id，或写成上一问的文字"
    return BatchLine(identity if isinstance(identity, (str, int)) else str(identity), found, follow)


def read_lines(path: Path) -> list[tuple[int, str]]:
    """Non-empty lines with their numbers."""
    try:
        content = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CaiwenError("文件不是 UTF-8 编码", where=str(path), hint="另存为 UTF-8 再试") from error
    lines = [(n, t.strip()) for n, t in enumerate(content.splitlines(), start=1) if t.strip()]
    if not lines:
        raise CaiwenError("文件是空的", where=str(path))
    return lines
