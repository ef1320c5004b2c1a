"""The columns that a registration names against those that the file has."""

from __future__ import annotations

import difflib

from caiwen.errors import ConfigError
from caiwen.train.registry import FILE_NAME, Source

_TELLING = ("prompt", "query", "response", "history", "system", "messages")
_DEFAULT_NAMES = {
    "prompt": "instruction",
    "query": "input",
    "response": "output",
    "history": "history",
    "system": "system",
}


def missing(source: Source, seen: set[str], stage: str) -> None:
    """ConfigError when a column that is needed, or that ``columns`` names, is not in the file."""
    layout, where = source.layout, f"数据集 {source.name}"
    if layout.formatting == "alpaca":
        if stage == "sft" and layout.columns["response"] is None:
            raise ConfigError(
                "columns 里没有写 response（回答）",
                where=where,
                hint="写了 columns，没写出的列就当没有，同 LLaMA-Factory",
            )
        if layout.columns["prompt"] is None and layout.columns["query"] is None:
            raise ConfigError("columns 里没有写 prompt（提问）", where=where)
        needed = ["prompt", "query", "history", "system"] + (["response"] if stage == "sft" else [])
    else:
        if layout.columns["messages"] is None:
            raise ConfigError("columns 里没有写 messages（对话）", where=where)
        needed = ["messages", "system"]
    absent = [name for name in needed if layout.columns[name] and layout.columns[name] not in seen]
    if not layout.stated:
        absent = _by_default(absent)
    if absent:
        told = "、".join(f"{layout.columns[name]}（{name}）" for name in absent)
        near = difflib.get_close_matches(str(layout.columns[absent[0]]), seen, n=1)
        hint = f"是不是 {near[0]}？" if near else f"文件里有：{'、'.join(sorted(seen))}"
        raise ConfigError(
            f"文件里没有这一列：{told}", where=where, hint=f"{hint}；列名在 {FILE_NAME} 的 columns 里写"
        )


def _by_default(absent: list[str]) -> list[str]:
    """Without ``columns``, a question may be told in one of two columns; the rest has to be there."""
    if {"prompt", "query"} <= set(absent):
        return absent
    return [name for name in absent if name not in ("prompt", "query")]


def unused(source: Source, seen: set[str]) -> list[str]:
    """Columns called like ones that training uses, and not used: LLaMA-Factory's trap, told in the report."""
    layout = source.layout
    used = {layout.columns[name] for name in _TELLING}
    if layout.formatting != "alpaca":
        return sorted({"system"} & seen - used) if layout.columns["system"] is None else []
    return sorted((set(_DEFAULT_NAMES.values()) & seen) - used)
