"""``caiwen ingest``: read material into the workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from caiwen.cli.output import say, warn
from caiwen.cli.progress import reading
from caiwen.cli.state import workspace_of
from caiwen.errors import CaiwenError

if TYPE_CHECKING:
    from caiwen.ingest import IngestReport

_MOST_NOTES = 20


def ingest(
    context: typer.Context,
    paths: Annotated[
        list[str], typer.Argument(metavar="文件或文件夹…", help="给出 --mapping 时也可以是 SQLAlchemy 地址")
    ],
    workers: Annotated[int | None, typer.Option(metavar="进程数", min=0, help="@ingest.workers")] = None,
    force: Annotated[bool, typer.Option("--force", help="没有变化的文件也重新读")] = False,
    mapping: Annotated[
        str | None,
        typer.Option(
            "--mapping",
            metavar="映射",
            help="把表格（XLSX、CSV、Parquet）或数据库按映射读成事实：预设（finglm、wind、ifind、csmar）或 YAML 文件",
        ),
    ] = None,
) -> None:
    """读入材料（PDF、HTML、DOCX、XLSX/CSV、TXT/MD、JSONL）；没有变化的文件不重读，读不了的列在最后。"""
    workspace = workspace_of(context)
    if mapping is None and any("://" in path for path in paths):
        raise CaiwenError("数据库要说明怎么读", hint="用 --mapping 指出映射（YAML 文件或预设）")
    try:
        with reading() as on_progress:
            report = workspace.ingest(
                paths, workers=workers, force=force, mapping=mapping, on_progress=on_progress
            )
    except KeyboardInterrupt:
        warn("已中断：读完的文件都已存好，再运行同样的命令会接着读")
        raise
    show(report)
    for line in workspace.warnings():
        warn(line)
    say(f"{report}；存于 {workspace.folder}")
    if report.failures:
        raise typer.Exit(2)


def show(report: IngestReport) -> None:
    """What a person should look at: files that were not read, files left aside, warnings about the rest."""
    from caiwen.ingest import Outcome

    skipped = [file for file in report.files if file.outcome is Outcome.SKIPPED]
    for title, lines in (
        (f"有 {len(report.failures):,} 份文件没有读成：", report.failures),
        (f"跳过 {len(skipped):,} 份：", skipped[:_MOST_NOTES]),
        (f"提醒 {len(report.warnings):,} 条：", report.warnings[:_MOST_NOTES]),
    ):
        if lines:
            warn(title)
        for line in lines:
            warn(f"- {line}")
    if len(report.warnings) > _MOST_NOTES:
        warn("（caiwen documents --json 可以看到全部提醒）")
