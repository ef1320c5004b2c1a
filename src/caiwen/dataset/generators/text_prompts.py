"""The prompts that turn a passage into a question and its answer: ours, and the user's own."""

from __future__ import annotations

import difflib
import hashlib
import string
from collections.abc import Iterable, Mapping

from caiwen.dataset.config import Text
from caiwen.dataset.data import load
from caiwen.errors import ConfigError

FIELDS = ("passage", "document", "section", "company", "period")
_OWN = "text.own_prompts"


def prompts_of(settings: Text) -> dict[str, str]:
    """The prompts wanted, by name, the user's own among them. ConfigError for unknown names and fields."""
    known: dict[str, str] = {**load("prompts.yaml")["prompts"], **settings.own_prompts}
    for name in settings.prompts:
        if name not in known:
            raise ConfigError(f"没有提示词模板“{name}”{_nearest(name, known)}", where="text.prompts")
    for name, text in settings.own_prompts.items():
        _check(f"{_OWN}.{name}", text)
    wanted = {name: known[name] for name in (*settings.prompts, *settings.own_prompts)}
    if not wanted:
        raise ConfigError("没有写用哪些提示词", where="text.prompts", hint=f"可以写：{'、'.join(known)}")
    return wanted


def _check(where: str, text: str) -> None:
    try:
        fields = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    except ValueError as error:
        raise ConfigError("花括号不成对", where=where, hint="花括号本身写成 {{ 和 }}") from error
    for name in fields:
        if name not in FIELDS:
            hint = f"可用的字段：{'、'.join(FIELDS)}；花括号本身写成 {{{{ 和 }}}}"
            raise ConfigError(f"未知的字段 {{{name}}}{_nearest(name, FIELDS)}", where=where, hint=hint)
    if "passage" not in fields:
        raise ConfigError("没有用到 {passage}，模型看不到原文", where=where)


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"，是不是 {near[0]}？" if near else f"（可以写：{'、'.join(known)}）"


def messages_of(prompt: str, fields: Mapping[str, str]) -> list[dict[str, str]]:
    """The chat of one call. ``fields``: the values of :data:`FIELDS`."""
    system: str = load("prompts.yaml")["system"]
    return [
        {"role": "system", "content": system},
        {"role": "user", "content": prompt.format(**fields)},
    ]


def prompt_hash(prompt: str) -> str:
    """Of the system prompt and the template, before a passage is filled in."""
    return hashlib.sha256(f"{load('prompts.yaml')['system']}\n{prompt}".encode()).hexdigest()[:16]
