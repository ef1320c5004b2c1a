"""``caiwen config``: the settings in force."""

from __future__ import annotations

import typer

from caiwen.cli.help import HelpCommand
from caiwen.cli.output import say, warn
from caiwen.cli.state import new_group, workspace_of

app = new_group("工作区的设置（caiwen.yaml）")


@app.command("show", cls=HelpCommand)
def show(context: typer.Context) -> None:
    """显示生效的全部设置，带说明；没有写在文件里的是默认值。"""
    from caiwen.config import render_yaml

    workspace = workspace_of(context)
    warn(f"# {workspace.folder / 'caiwen.yaml'}")
    say(render_yaml(workspace.settings).rstrip("\n"))
