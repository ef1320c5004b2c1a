"""What a model's reply holds: pairs as JSON, tolerant of what models put around it, strict about what is in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from caiwen.dataset.data import load
from caiwen.engines import CallError, Reply
from caiwen.engines.protocol import FILTERED, LENGTH

Pair = tuple[str, str]
_THOUGHT = re.compile(r"<(think|thinking|thought|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_THOUGHT_END = re.compile(r"^.*</(?:think|thinking|thought|reasoning)>", re.DOTALL | re.IGNORECASE)
_THOUGHT_OPEN = re.compile(r"<(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_EMPTY = re.compile(r"[\s.…。·\-—]*")
_DECODER = json.JSONDecoder(strict=False)


def pairs_of(reply: Reply) -> list[Pair]:
    """The pairs of a usable reply; CallError says why a reply is not usable."""
    if reply.finish_reason == FILTERED:
        raise CallError("接口的内容审查没有放行")
    if reply.finish_reason == LENGTH:
        raise CallError("回答被截断")
    found = parse(reply.text)
    if not found:
        raise CallError("回答不是约定的 JSON")
    for question, answer in found:
        flaw = _flaw(question, answer)
        if flaw:
            raise CallError(flaw)
    return found


def parse(text: str) -> list[Pair]:
    """Pairs of the first JSON in a reply that holds any: an object, a list, or an object with a list in it.

    Thoughts in tags are no part of the reply; fences and words around the JSON do not matter.
    """
    body = _THOUGHT_END.sub("", _THOUGHT.sub("", text))
    if _THOUGHT_OPEN.search(body):
        return []
    for start in (m.start() for m in re.finditer(r"[{\[]", body)):
        for candidate in (body[start:], _TRAILING_COMMA.sub(r"\1", body[start:])):
            try:
                value, _ = _DECODER.raw_decode(candidate)
            except json.JSONDecodeError:
                continue
            if found := list(_pairs(value)):
                return list(dict.fromkeys(found))
    return []


def _pairs(value: Any) -> Iterator[Pair]:
    if isinstance(value, list):
        for one in value:
            yield from _pairs(one)
    elif isinstance(value, dict):
        question, answer = (_text(_under(value, name)) for name in ("question", "answer"))
        if question and answer:
            yield question, answer
        elif not question and not answer:
            for inner in value.values():
                yield from _pairs(inner)


def _under(value: dict[str, Any], name: str) -> Any:
    told = {str(key).strip().casefold(): one for key, one in value.items()}
    return next((told[key] for key in load("prompts.yaml")["keys"][name] if key in told), None)


def _text(value: Any) -> str:
    """A string, or a list of them as lines; empty for anything else and for the dots of the example."""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = "\n".join(value)
    text = value.strip() if isinstance(value, str) else ""
    return "" if _EMPTY.fullmatch(text) else text


def _flaw(question: str, answer: str) -> str:
    """A question must be understood without the passage; an answer is no JSON and no refusal to answer."""
    rules = load("prompts.yaml")
    leaning = next((word for word in rules["leaning"] if word in question), "")
    if leaning:
        return f"问题离不开原文（“{leaning}”）"
    if answer.startswith(("{", "[")) and answer.endswith(("}", "]")):
        return "回答里又是 JSON"
    if any(word in answer[:40] for word in rules["declined"]):
        return "模型没有作答"
    return ""
