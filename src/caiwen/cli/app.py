"""The table of commands. Verbs import what they need only when they run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caiwen import __version__
from caiwen.cli import (
    ask,
    config,
    coverage,
    dataset,
    demo,
    documents,
    evaluate,
    facts,
    guard,
    ingest,
    init,
    page,
    search,
    series,
    train,
)
from caiwen.cli.help import HelpCommand, HelpGroup
from caiwen.cli.output import say
from caiwen.cli.state import State

if TYPE_CHECKING:
    from typer.core import TyperGroup


ORDER = ["init", "ingest", "documents", "facts", "series", "ask", "search", "page", "coverage"]
ORDER += ["dataset", "train", "guard", "eval", "config", "demo"]


def show_version(wanted: bool) -> None:
    if wanted:
        say(f"caiwen {__version__}")
        raise typer.Exit


def root(
    context: typer.Context,
    workspace: Annotated[Path | None, typer.Option("--workspace", metavar="文件夹")] = None,
    debug: Annotated[bool, typer.Option("--debug")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="显示版本", callback=show_version, is_eager=True)
    ] = False,
) -> None:
    """财问 caiwen：从中文金融材料到可核对出处的事实与答案。

    先 caiwen init 文件夹，再 caiwen ingest 材料，然后 caiwen ask "问题"。
    """
    context.obj = State(workspace)


class Root(HelpGroup):
    """Lists the commands in the order in which one works, not first the simple ones and then the groups."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(self.commands, key=ORDER.index)


def build() -> typer.Typer:
    app = typer.Typer(
        cls=Root,
        add_completion=False,
        rich_markup_mode=None,
        options_metavar="[选项]",
        subcommand_metavar="命令 …",
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    app.callback()(root)
    for name, verb in (
        ("init", init.init),
        ("ingest", ingest.ingest),
        ("ask", ask.ask),
        ("search", search.search),
        ("series", series.series),
        ("page", page.page),
        ("coverage", coverage.coverage),
        ("train", train.train),
        ("demo", demo.demo),
    ):
        app.command(name, cls=HelpCommand, options_metavar="[选项]")(verb)
    for name, group in (
        ("documents", documents.app),
        ("facts", facts.app),
        ("guard", guard.app),
        ("dataset", dataset.app),
        ("eval", evaluate.app),
        ("config", config.app),
    ):
        app.add_typer(group, name=name)
    return app


def command() -> TyperGroup:
    built = typer.main.get_command(build())
    assert isinstance(built, HelpGroup)
    return built
