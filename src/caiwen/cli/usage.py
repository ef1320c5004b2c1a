"""Mistakes on the command line, told in Chinese."""

from __future__ import annotations

import re
from difflib import get_close_matches

from typer import TyperException

from caiwen.errors import CaiwenError, system_words

_LIMITS = (
    (re.compile(r"valid integer"), "应当是整数"),
    (re.compile(r"valid number"), "应当是数"),
    (re.compile(r"greater than or equal to (\S+)"), r"应当不小于 \1"),
    (re.compile(r"less than or equal to (\S+)"), r"应当不大于 \1"),
)
_COMMAND = re.compile(r"No such command '(?P<name>[^']*)'")
_EXTRA = re.compile(r"Got unexpected extra arguments?(?:\(s\))? \((?P<words>.*)\)")
_NO_VALUE = re.compile(r"Option '(?P<name>[^']+)' requires an argument")


def explain(error: TyperException) -> CaiwenError:
    """What was mistyped, and the command whose help shows the right form."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "caiwen"
    near = _near(error, context)
    hint = f"是不是 {'、'.join(near)}？" if near else f"用法见 {path} --help"
    return CaiwenError(_message(error), hint=hint)


def _message(error: TyperException) -> str:
    text = error.message or ""
    option = getattr(error, "option_name", None)
    param = getattr(error, "param", None)
    if option and (found := _NO_VALUE.search(text)):
        return f"选项 {found['name']} 后面缺少它的值"
    if option and "does not take a value" in text:
        return f"选项 {option} 后面不带值"
    if option:
        return f"没有选项 {option}"
    if found := _COMMAND.search(text):
        return f"没有命令 {found['name']}"
    if found := _EXTRA.search(text):
        return f"多出的参数：{found['words']}"
    if hasattr(error, "param_type"):
        return f"缺少 {_name(param)}"
    if text == "Missing command.":
        return "缺少子命令"
    for pattern, words in _LIMITS:
        if found := pattern.search(text):
            text = found.expand(words)
    return f"{_name(param)} 的值不对：{text}" if param is not None else text


def _name(param: object) -> str:
    options = [o for o in getattr(param, "opts", []) if o.startswith("-")]
    return options[0] if options else str(getattr(param, "metavar", None) or getattr(param, "name", "参数"))


def _near(error: TyperException, context: object) -> list[str]:
    if possibilities := getattr(error, "possibilities", None):
        return sorted(possibilities)
    found = _COMMAND.search(error.message or "")
    commands = getattr(getattr(context, "command", None), "commands", {})
    return get_close_matches(found["name"], commands, n=2) if found else []


def explain_system(error: OSError) -> CaiwenError:
    """The surroundings refused: no such file, no right, no room."""
    return CaiwenError(system_words(error), where=str(error.filename) if error.filename else None)
