"""``caiwen init``: make a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from caiwen.cli.output import say


def init(folder: Annotated[Path, typer.Argument(metavar="文件夹")] = Path(".")) -> None:
    """新建工作区：一个放设置（caiwen.yaml）、事实库和索引的文件夹。"""
    from caiwen.workspace import Workspace

    workspace = Workspace.init(folder)
    say(
        f"已新建工作区 {workspace.folder}，设置在 caiwen.yaml；接下来：caiwen --workspace {folder} ingest 材料…"
    )
