"""What the options before the verb say, and how a verb gets its workspace."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from caiwen.cli.help import HelpGroup

if TYPE_CHECKING:
    from caiwen.workspace import Workspace


@dataclass(frozen=True, slots=True)
class State:
    folder: Path | None = None

    def open(self) -> Workspace:
        """The workspace of ``--workspace``, else the one here or above."""
        from caiwen.workspace import Workspace

        return Workspace(self.folder) if self.folder is not None else Workspace.find()


def workspace_of(context: typer.Context) -> Workspace:
    state = context.find_object(State)
    return (state or State()).open()


def new_group(text: str, *, bare: bool = False) -> typer.Typer:
    """A verb with commands of its own; ``bare``: it also does something when none is named."""
    return typer.Typer(
        cls=HelpGroup,
        help=text,
        rich_markup_mode=None,
        options_metavar="[选项]",
        subcommand_metavar="[命令 …]" if bare else "命令 …",
    )
