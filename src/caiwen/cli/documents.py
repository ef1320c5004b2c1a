"""``caiwen documents``: what was read in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from caiwen.cli import options
from caiwen.cli.help import HelpCommand
from caiwen.cli.output import say, say_json_lines, say_table, warn
from caiwen.cli.state import new_group, workspace_of
from caiwen.records.words import KIND_WORDS, SECTOR_WORDS

if TYPE_CHECKING:
    from caiwen.store import StoredDocument


app = new_group("读入的文件：列出、查看、移去", bare=True)


@app.callback(invoke_without_command=True)
def default(context: typer.Context, as_json: options.Json = False) -> None:
    """读入的文件：类别、发行人、期间、页数与提醒。不写子命令就是列出（list）。"""
    if context.invoked_subcommand is None:
        list_documents(context, as_json)


@app.command("list", cls=HelpCommand)
def list_documents(context: typer.Context, as_json: options.Json = False) -> None:
    """列出已读入的文件。"""
    stored = workspace_of(context).documents()
    if as_json:
        say_json_lines(_record(document) for document in stored)
    elif not stored:
        warn("还没有读入文件；用 caiwen ingest 文件或文件夹")
    else:
        show(stored)


@app.command("show", cls=HelpCommand)
def show_one(
    context: typer.Context,
    document: Annotated[str, typer.Argument(metavar="文件")],
    as_json: options.Json = False,
) -> None:
    """一份文件被认作什么、从哪里读来、有哪些提醒、哪些页没有读成。"""
    workspace = workspace_of(context)
    found = workspace.document(document)
    if as_json:
        say_json_lines([_record(found)])
        return
    for name, value in _described(found):
        say(f"{name}：{value}")
    for warning in found.warnings:
        say(f"提醒：{warning}")
    for page in workspace.store.pages(found.sha256):
        if page.error or page.scanned:
            say(f"第 {page.number} 页：{page.error or '扫描图像，没有文字'}")


@app.command("remove", cls=HelpCommand)
def remove(context: typer.Context, document: Annotated[str, typer.Argument(metavar="文件")]) -> None:
    """从工作区移去一份文件的事实与文字；原文件不动，更正记录保留。"""
    removed = workspace_of(context).remove(document)
    say(f"已移去 {removed.name}（{removed.sha256[:12]}）")


def _described(document: StoredDocument) -> list[tuple[str, str]]:
    filing = document.filing
    repeated = (
        f"{document.near_duplicate_of[:12]}（相似度 {document.similarity:.0%}）"
        if document.near_duplicate_of and document.similarity
        else ""
    )
    pairs = [
        ("文件", document.name),
        ("位置", "；".join(source.path for source in document.sources)),
        ("sha256", document.sha256),
        ("格式", document.format),
        ("类别", KIND_WORDS[filing.kind]),
        ("标题", filing.title),
        ("发行人", filing.issuer or ""),
        ("简称", filing.short_name or ""),
        ("代码", filing.code or ""),
        ("期间", filing.period or ""),
        ("发布日", filing.published or ""),
        ("行业格式", SECTOR_WORDS.get(filing.sector, filing.sector)),
        ("页数", f"{document.pages:,}" if document.pages else ""),
        ("读法", document.parser),
        ("重复", repeated),
    ]
    return [(name, value) for name, value in pairs if value]


def show(stored: Sequence[StoredDocument]) -> None:
    say_table(("文件", "类别", "发行人", "代码", "期间", "页数", "提醒"), map(_row, stored), right=("页数",))
    say(f"共 {len(stored):,} 份文件")


def _row(document: StoredDocument) -> list[str]:
    filing = document.filing
    issuer = filing.short_name or filing.issuer or ""
    notes = [f"{len(document.warnings)} 条提醒"] if document.warnings else []
    if document.near_duplicate_of:
        notes.append("内容重复" if document.content_in else "近似重复")
    pages = f"{document.pages:,}" if document.pages else ""
    kind = KIND_WORDS[filing.kind]
    return [document.name, kind, issuer, filing.code or "", filing.period or "", pages, "、".join(notes)]


def _record(document: StoredDocument) -> dict[str, object]:
    filing = document.filing
    return {
        "document": document.name,
        "sha256": document.sha256,
        "format": document.format,
        "kind": filing.kind.value,
        "entity": filing.issuer,
        "short_name": filing.short_name,
        "code": filing.code,
        "period": filing.period,
        "published": filing.published,
        "sector": filing.sector,
        "pages": document.pages,
        "path": document.path,
        "warnings": list(document.warnings),
        "near_duplicate_of": document.near_duplicate_of,
    }
