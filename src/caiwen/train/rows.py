"""Records of alpaca, sharegpt or OpenAI files as dialogues, by LLaMA-Factory's rules for columns and tags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from caiwen.prompts import Message
from caiwen.train.registry import Layout

if TYPE_CHECKING:
    from caiwen.train.config import TrainConfig

# What LLaMA-Factory 0.9.5 adds to the system text of every row under ``formatting: openai``.
_OPENAI_SYSTEM = "detailed thinking off"
_OPENAI_OTHER = "detailed thinking on"


class BrokenRowError(ValueError):
    """Why a record is no row, in Chinese; the caller knows the file and the line."""


@dataclass(frozen=True, slots=True)
class Row:
    """``asked``: the dialogue up to the last question; ``answer``: None for a text without one (stage pt)."""

    asked: tuple[Message, ...]
    answer: str | None
    system: str = ""

    @property
    def messages(self) -> tuple[Message, ...]:
        return (*self.asked, Message("assistant", self.answer or ""))


def convert(record: Any, layout: Layout, *, stage: str = "sft") -> Row:
    """One record as a row. BrokenRowError says what is wrong with it."""
    if not isinstance(record, dict):
        raise BrokenRowError("不是一个对象")
    for kind in ("tools", "images", "videos", "audios"):
        column = layout.columns[kind]
        if column and record.get(column) not in (None, "", "[]", [], {}):
            raise BrokenRowError(f"{column} 不支持（只支持文字问答，不支持工具与多媒体）")
    row = _CONVERTERS[layout.formatting](record, layout)
    if row.answer is None and stage == "sft":
        raise BrokenRowError(_no_answer(layout))
    for text in (row.system, row.answer or "", *(message.content for message in row.asked)):
        _check_text(text)
    return row


def texts(config: TrainConfig) -> Iterator[str]:
    """Every text of the training data, broken rows left out: what a tokenizer is made of."""
    from caiwen.train.reading import records_of
    from caiwen.train.registry import sources

    each = [config.dataset, *(stage.dataset for stage in config.caiwen.stages)]
    names = dict.fromkeys(name for datasets in each for name in datasets or ())
    for source in sources(tuple(names), config.dataset_dir):
        for record in islice(records_of(source), config.max_samples):
            try:
                row = convert(record.value, source.layout, stage=config.stage)
            except BrokenRowError:
                continue
            yield from (text for text in (row.system, *(m.content for m in row.messages)) if text)


def _alpaca(record: Mapping[str, Any], layout: Layout) -> Row:
    columns = layout.columns
    asked = _history(record, columns["history"])
    parts = [_text(record, columns[name]) for name in ("prompt", "query")]
    asked.append(Message("user", "\n".join(part for part in parts if part)))
    column = columns["response"]
    answer = record.get(column) if column else None
    if answer is not None and not isinstance(answer, str):
        raise BrokenRowError(f"{column} 不是文字，是 {_kind(answer)}")
    return Row(tuple(asked), answer, _text(record, columns["system"]))


def _history(record: Mapping[str, Any], column: str | None) -> list[Message]:
    turns = record.get(column) if column else None
    if turns is None or turns == "":
        return []
    if not isinstance(turns, list):
        raise BrokenRowError(f"{column} 不是列表")
    found = []
    for turn in turns:
        if not (isinstance(turn, list | tuple) and len(turn) == 2 and all(isinstance(t, str) for t in turn)):
            raise BrokenRowError(f"{column} 的一轮不是 [问, 答]")
        found += [Message("user", turn[0]), Message("assistant", turn[1])]
    return found


def _sharegpt(record: Mapping[str, Any], layout: Layout) -> Row:
    system, talk = _talk(record, layout)
    roles = {layout.tags["user_tag"]: "user", layout.tags["assistant_tag"]: "assistant"}
    tools = {layout.tags["observation_tag"], layout.tags["function_tag"]} - {None}
    messages = []
    for i, (role, content) in enumerate(talk):
        if role in tools:
            raise BrokenRowError(f"{role} 不支持（工具调用）")
        expected = ("user", "assistant")[i % 2]
        if roles.get(role) != expected:
            word = "提问" if expected == "user" else "回答"
            raise BrokenRowError(f"第 {i + 1} 句应当是{word}（{_tag(layout, expected)}），写的是 {role}")
        if not isinstance(content, str):
            raise BrokenRowError(f"第 {i + 1} 句的内容不是文字，是 {_kind(content)}")
        messages.append(Message(expected, content))
    if not messages:
        raise BrokenRowError("对话是空的")
    if len(messages) % 2:
        raise BrokenRowError("最后一句提问没有回答")
    return Row(tuple(messages[:-1]), messages[-1].content, system)


def _openai(record: Mapping[str, Any], layout: Layout) -> Row:
    column = layout.columns["messages"]
    for part in record.get(column) or [] if column else []:
        if isinstance(part, dict) and part.get("tool_calls"):
            raise BrokenRowError("tool_calls 不支持（工具调用）")
    row = _sharegpt(record, layout)
    if not row.system:
        return Row(row.asked, row.answer, _OPENAI_SYSTEM)
    if _OPENAI_SYSTEM in row.system or _OPENAI_OTHER in row.system:
        return row
    return Row(row.asked, row.answer, f"{row.system}\n{_OPENAI_SYSTEM}")


def _talk(record: Mapping[str, Any], layout: Layout) -> tuple[str, list[tuple[Any, Any]]]:
    """The system text, and (role, content) of every other part."""
    column, tags = layout.columns["messages"], layout.tags
    talk = record.get(column) if column else None
    if not isinstance(talk, list):
        raise BrokenRowError(f"{column or 'messages'} 不是对话的列表")
    parts = []
    for i, part in enumerate(talk, start=1):
        if not isinstance(part, dict):
            raise BrokenRowError(f"第 {i} 句不是一个对象")
        missing = [name for name in (tags["role_tag"], tags["content_tag"]) if name not in part]
        if missing:
            raise BrokenRowError(f"第 {i} 句没有 {'、'.join(str(name) for name in missing)}")
        parts.append((part[tags["role_tag"]], part[tags["content_tag"]]))
    if parts and tags["system_tag"] and parts[0][0] == tags["system_tag"]:
        system = parts.pop(0)[1]
        if not isinstance(system, str | None):
            raise BrokenRowError("system 不是文字")
        return system or "", parts
    return _text(record, layout.columns["system"]), parts


def _text(record: Mapping[str, Any], column: str | None) -> str:
    value = record.get(column) if column else None
    if value is not None and not isinstance(value, str):
        raise BrokenRowError(f"{column} 不是文字，是 {_kind(value)}")
    return value or ""


def _no_answer(layout: Layout) -> str:
    column = layout.columns["response"]
    return f"没有回答（{column}）" if column else "没有回答：columns 里没有写 response"


def _tag(layout: Layout, role: str) -> str:
    return str(layout.tags[f"{role}_tag"])


def _kind(value: Any) -> str:
    kinds = {bool: "true/false", int: "数", float: "数", list: "列表", dict: "对象", type(None): "空"}
    return kinds.get(type(value), type(value).__name__)


def _check_text(text: str) -> None:
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BrokenRowError("文字里有半个字符（不成对的代理项）") from error


_CONVERTERS = {"alpaca": _alpaca, "sharegpt": _sharegpt, "openai": _openai}
