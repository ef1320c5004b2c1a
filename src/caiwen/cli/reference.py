"""``python -m caiwen.cli.reference FOLDER``: the reference of commands, settings and formulas, from their declarations."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import typer
from typer.core import TyperCommand, TyperGroup

from caiwen.cli.formula_page import formulas_page
from caiwen.cli.help import render_help
from caiwen.cli.output import say, write_whole


def command_pages() -> Iterator[str]:
    """Markdown of every command in the order of the help, parents first."""
    from caiwen.cli.app import command

    group = command()
    yield from _pages(group, typer.Context(group, info_name="caiwen"))


def _pages(command: TyperCommand | TyperGroup, context: typer.Context) -> Iterator[str]:
    title = context.command_path
    yield f"## {title}\n\n```text\n{render_help(command, context, columns=100)}\n```\n"
    if isinstance(command, TyperGroup):
        for name in command.list_commands(context):
            verb = command.get_command(context, name)
            if isinstance(verb, (TyperCommand, TyperGroup)):
                yield from _pages(verb, typer.Context(verb, info_name=name, parent=context))


def settings_page() -> str:
    from caiwen.config import options

    lines = ["# 设置", "", "工作区的 `caiwen.yaml`。由 `caiwen/config.py` 的声明生成。", ""]
    lines += ["| 设置 | 类型 | 默认值 | 说明 |", "|---|---|---|---|"]
    for option in options():
        default = "" if option.default is None else f"`{option.default}`"
        lines.append(f"| `{option.key}` | {option.type} | {default} | {option.description} |")
    return "\n".join(lines) + "\n"


def training_page() -> str:
    """LLaMA-Factory's keys section by section, then those of ``caiwen:``."""
    from caiwen.train.config import options

    lines = ["# 训练的设置", "", "`caiwen train` 的 YAML。由 `caiwen/train` 里的声明生成。"]
    section = ""
    for option in options():
        if option.section != section:
            section = option.section
            lines += ["", f"## {section}", "", "| 设置 | 默认值 | 说明 |", "|---|---|---|"]
        default = "" if option.default in (None, "") else f"`{option.default}`"
        lines.append(f"| `{option.key}` | {default} | {option.description} |")
    return "\n".join(lines) + "\n"


def index_page(pages: Mapping[str, str]) -> str:
    """The titles of the other pages."""
    titles = {name: text.partition("\n")[0].removeprefix("# ") for name, text in pages.items()}
    lines = [f"- [{title}]({name})" for name, title in titles.items()]
    return "# 参考\n\n由声明生成（`make docs`），不要手改。\n\n" + "\n".join(lines) + "\n"


def write_reference(folder: Path) -> list[Path]:
    header = "# 命令\n\n由 `caiwen --help` 的声明生成。\n\n"
    pages = {
        "commands.md": header + "\n".join(command_pages()),
        "settings.md": settings_page(),
        "training.md": training_page(),
        "formulas.md": formulas_page(),
    }
    pages |= {"README.md": index_page(pages)}
    for name, text in pages.items():
        write_whole(folder / name, text)
    return [folder / name for name in pages]


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/reference")
    say("已写出 " + "、".join(str(path) for path in write_reference(folder)))


if __name__ == "__main__":
    main()
