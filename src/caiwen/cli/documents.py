"""``caiwen documents``: what was read in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from caiwen.cli import options
from caiwen.cli.output import say, say_json_lines, say_table, warn
from caiwen.cli.state import workspace_of
from caiwen.records.words import KIND_WORDS

if TYPE_CHECKING:
    from caiwen.store import StoredDocument


def documents(context: typer.Context, as_json: options.Json = False) -> None:
    """列出已读入的文件：类别、发行人、期间、页数与提醒。"""
    stored = workspace_of(context).documents()
    if as_json:
        say_json_lines(_record(document) for document in stored)
        return
    if not stored:
        warn("还没有读入文件；用 caiwen ingest 文件或文件夹")
        return
    show(stored)


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
