"""Question-answer files as people have them: alpaca, sharegpt, OpenAI messages; JSON or JSONL. Broken rows are told by line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from caiwen.errors import CaiwenError, system_words

_HUMAN = ("human", "user", "observation")
_MACHINE = ("gpt", "assistant", "model", "function_call")


@dataclass(frozen=True, slots=True)
class Asked:
    """One dialogue. ``number``: its line, or its place in the list, from 1; ``id``: its own, else the number."""

    number: int
    id: str
    question: str
    answer: str
    history: tuple[tuple[str, str], ...] = ()

    @property
    def turns(self) -> tuple[tuple[str, str], ...]:
        return (*self.history, (self.question, self.answer))


@dataclass(slots=True)
class PairFile:
    """``broken``: what could not be read, with its line or place and the reason."""

    pairs: list[Asked] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def read(path: Path) -> PairFile:
    """All pairs of a file. CaiwenError when it is no JSON at all, or holds not one pair."""
    found = PairFile()
    for number, row in _rows(path, found):
        problem = _take(found, number, row)
        if problem:
            found.broken.append(f"第 {number} 条：{problem}")
    if not found.pairs:
        reason = f"（{found.broken[0]}）" if found.broken else ""
        hint = "alpaca 要有 instruction/input 和 output；sharegpt 要有 conversations；OpenAI 要有 messages"
        raise CaiwenError(f"文件里没有一条完整的问答{reason}", where=str(path), hint=hint)
    return found


def _rows(path: Path, found: PairFile) -> Iterator[tuple[int, Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CaiwenError(f"文件读不出来（{system_words(error)}）", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise CaiwenError("文件不是 UTF-8 编码", where=str(path), hint="另存为 UTF-8 再试") from error
    if text.lstrip().startswith("["):
        yield from enumerate(_list(text, path), start=1)
        return
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except json.JSONDecodeError as error:
                found.broken.append(f"第 {number} 行：不是 JSON（第 {error.colno} 个字符）")


def _list(text: str, path: Path) -> list[Any]:
    try:
        rows = json.loads(text)
    except json.JSONDecodeError as error:
        raise CaiwenError(f"不是合法的 JSON（第 {error.lineno} 行）", where=str(path)) from error
    return rows if isinstance(rows, list) else [rows]


def _take(found: PairFile, number: int, row: Any) -> str:
    """Why the row is no pair, or nothing."""
    if not isinstance(row, dict):
        return "不是一个对象"
    talk = row.get("conversations") or row.get("messages")
    turns, problem = _talk(talk) if talk is not None else _alpaca(row)
    if problem:
        return problem
    identity = str(row.get("id") or row.get("caiwen_id") or number)
    *history, (question, answer) = turns
    found.pairs.append(Asked(number, identity, question, answer, tuple(history)))
    return ""


def _alpaca(row: dict[str, Any]) -> tuple[list[tuple[str, str]], str]:
    question = "\n".join(
        t
        for key in ("instruction", "input", "question", "prompt")
        if isinstance(t := row.get(key), str) and t.strip()
    )
    answer = next(
        (row[key] for key in ("output", "answer", "response") if isinstance(row.get(key), str)), None
    )
    if not question:
        return [], "缺少 instruction 或 input"
    if answer is None or not answer.strip():
        return [], "缺少 output"
    history = [
        (str(t[0]), str(t[1])) for t in row.get("history") or [] if isinstance(t, list) and len(t) == 2
    ]
    return [*history, (question, answer)], ""


def _talk(talk: Any) -> tuple[list[tuple[str, str]], str]:
    if not isinstance(talk, list):
        return [], "conversations 不是列表"
    turns: list[tuple[str, str]] = []
    asked = ""
    for part in talk:
        if not isinstance(part, dict):
            return [], "对话里有不是对象的一项"
        who = str(part.get("from") or part.get("role") or "")
        text = part.get("value") if "value" in part else part.get("content")
        if not isinstance(text, str):
            return [], "对话里有一项缺少 value 或 content"
        if who in _HUMAN:
            asked = f"{asked}\n{text}".strip()
        elif who in _MACHINE and asked:
            turns.append((asked, text))
            asked = ""
    return (turns, "") if turns else ([], "对话里没有一问一答")
