"""Help pages in Chinese, aligned by display width; plain text, so that ``--help`` stays quick."""

from __future__ import annotations

import inspect
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from typer import Exit, get_terminal_size
from typer.core import TyperCommand, TyperGroup

from caiwen.cli.output import warn

if TYPE_CHECKING:
    from typer import Context

COMMON = (
    ("--workspace 文件夹", "工作区；不写则从当前文件夹向上找 caiwen.yaml"),
    ("--debug", "出错时显示完整的调用栈"),
    ("--help", "显示本帮助"),
)
_COMMON_NAMES = {"workspace", "debug", "help"}


def display_width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def wrap(text: str, width: int) -> list[str]:
    """Break at display width; Chinese has no spaces to break at, so any character will do."""
    lines, line = [], ""
    for character in text:
        if display_width(line + character) > width:
            lines.append(line)
            line = ""
        line += character
    return [*lines, line]


def render_records(title: str, records: Iterable[tuple[str, str]], columns: int) -> list[str]:
    rows = list(records)
    if not rows:
        return []
    left = min(max(display_width(name) for name, _ in rows), 34)
    room = max(columns - left - 4, 24)
    lines = ["", f"{title}："]
    for name, text in rows:
        first, *rest = wrap(text, room)
        lines.append(f"  {name}{' ' * max(left - display_width(name), 0)}  {first}")
        lines += [" " * (left + 4) + more for more in rest]
    return lines


def _parameter_records(command: TyperCommand | TyperGroup, kind: str) -> list[tuple[str, str]]:
    """The parameters with a help text or a place of their own; the options of every command come separately."""
    shown = [p for p in command.params if p.param_type_name == kind and p.name not in _COMMON_NAMES]
    if kind == "argument":
        shown = [p for p in shown if getattr(p, "help", None)]
    return [(_names(p), _help_text(getattr(p, "help", None) or "")) for p in shown]


def _help_text(text: str) -> str:
    """``@section.name`` is the description of that setting in ``caiwen.yaml``, which is declared in config only."""
    if not text.startswith("@"):
        return text
    from caiwen.config import describe

    return describe(text.removeprefix("@"))


def _names(param: object) -> str:
    metavar = str(getattr(param, "metavar", None) or getattr(param, "name", ""))
    options = [o for o in getattr(param, "opts", []) if o.startswith("-")]
    if not options:
        return metavar
    names = ", ".join(options)
    return names if getattr(param, "is_flag", False) else f"{names} {metavar}"


def render_help(command: TyperCommand | TyperGroup, context: Context, columns: int | None = None) -> str:
    """The whole page; ``columns``: how wide, else as wide as the terminal."""
    columns = columns or get_terminal_size((100, 24)).columns
    lines = [f"用法：{' '.join([context.command_path, *_usage(command)])}"]
    if command.help:
        lines += ["", *inspect.cleandoc(command.help).splitlines()]
    if isinstance(command, TyperGroup):
        verbs = [(name, command.get_command(context, name)) for name in command.list_commands(context)]
        lines += render_records("命令", [(name, _first_line(v.help)) for name, v in verbs if v], columns)
    lines += render_records("参数", _parameter_records(command, "argument"), columns)
    lines += render_records("选项", _parameter_records(command, "option"), columns)
    lines += render_records("通用选项", COMMON, columns)
    return "\n".join(lines)


def _usage(command: TyperCommand | TyperGroup) -> list[str]:
    """Arguments by their names, those that may be left out in brackets."""
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    pieces = [_names(p) if p.required else f"[{_names(p)}]" for p in arguments]
    if isinstance(command, TyperGroup):
        pieces.append(command.subcommand_metavar or "")
    return ["[选项]", *pieces]


def _first_line(text: str | None) -> str:
    return (text or "").strip().splitlines()[0] if text else ""


class HelpCommand(TyperCommand):
    def get_help(self, ctx: Any) -> str:
        return render_help(self, ctx)


class HelpGroup(TyperGroup):
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Nothing named: the help page, on stderr and with exit code 2, since nothing was done."""
        if not args and not self.invoke_without_command and not ctx.resilient_parsing:
            warn(self.get_help(ctx))
            raise Exit(2)
        return super().parse_args(ctx, args)

    def get_help(self, ctx: Any) -> str:
        return render_help(self, ctx)
