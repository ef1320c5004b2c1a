"""``caiwen facts``: list, show, correct and export facts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caiwen.cli import options
from caiwen.cli.help import HelpCommand
from caiwen.cli.output import say, say_json_lines, say_table, warn
from caiwen.cli.state import new_group, workspace_of
from caiwen.errors import CaiwenError
from caiwen.records.words import BASIS_WORDS, SCOPE_WORDS, SPAN_WORDS, STATUS_WORDS

if TYPE_CHECKING:
    from caiwen.records import Fact

app = new_group("事实：列出、查看、更正、写成底稿；每个数都有文件、页与单元格", bare=True)

HEADERS = ("公司", "期间", "项目", "数值", "单位", "口径", "列报", "文件", "页", "状态", "编号")
_SHARED = ("公司", "文件")


@app.callback(invoke_without_command=True)
def list_facts(
    context: typer.Context,
    document: options.Document = None,
    company: options.Company = None,
    item: options.Item = None,
    period: options.Period = None,
    scope: options.ScopeOption = None,
    status: options.StatusOption = None,
    limit: options.Limit = None,
    as_json: options.Json = False,
) -> None:
    """事实：每个数都有文件、页与单元格。不写子命令就是列出符合条件的事实。"""
    if context.invoked_subcommand is not None:
        return
    workspace = workspace_of(context)
    found = workspace.facts(
        document=document, company=company, item=item, period=period, scope=scope, status=status, limit=limit
    )
    names = workspace.document_names
    if as_json:
        say_json_lines(workspace.records(found))
    elif not found:
        warn("没有符合条件的事实；caiwen coverage 可以看到有哪些公司与期间")
    else:
        show_table([table_row(fact, names.get(fact.observation.document, "")) for fact in found])


def show_table(rows: Sequence[Sequence[str]]) -> None:
    """Company and file stand above the table, not in it, where all rows share them."""
    shared = [
        n for n, header in enumerate(HEADERS) if header in _SHARED and len({row[n] for row in rows}) == 1
    ]
    for n in shared:
        say(f"{HEADERS[n]}：{rows[0][n]}")
    headers = [header for n, header in enumerate(HEADERS) if n not in shared]
    kept = ([cell for n, cell in enumerate(row) if n not in shared] for row in rows)
    say_table(headers, kept, right=("数值", "页"))
    say(f"共 {len(rows):,} 条")


def shown_value(fact: Fact) -> str:
    return f"{fact.value:,f}" if fact.value is not None else (fact.text or "")


def shown_item(fact: Fact) -> str:
    dimensions = "、".join(fact.dimensions.values())
    return f"{fact.item}（{dimensions}）" if dimensions else fact.item


def table_row(fact: Fact, document: str) -> list[str]:
    period = fact.period if fact.span.value != "single" else f"{fact.period} 单季"
    page = str(fact.observation.page) if fact.observation.page is not None else ""
    row = [fact.entity, period, shown_item(fact), shown_value(fact), fact.unit or "", SCOPE_WORDS[fact.scope]]
    return [*row, BASIS_WORDS[fact.basis], document, page, STATUS_WORDS[fact.status], fact.id]


@app.command("show", cls=HelpCommand)
def show(
    context: typer.Context,
    fact_id: Annotated[str, typer.Argument(metavar="编号")],
    as_json: options.Json = False,
) -> None:
    """一条事实的全部来历：原文、单元格、表头、核对依据、更正。"""
    workspace = workspace_of(context)
    fact = workspace.fact(fact_id)
    if as_json:
        say_json_lines(workspace.records([fact]))
        return
    for name, value in describe(fact, workspace.document_names.get(fact.observation.document, "")):
        say(f"{name}：{value}")
    for note in workspace.correction_notes(fact):
        say(f"更正：{note}")


def describe(fact: Fact, document: str) -> list[tuple[str, str]]:
    seen = fact.observation
    place = [
        f"第 {seen.page} 页" if seen.page is not None else "",
        f"工作表 {seen.sheet}" if seen.sheet else "",
    ]
    if seen.table is not None and seen.row is not None and seen.column is not None:
        place.append(f"表 {seen.table + 1} 第 {seen.row + 1} 行第 {seen.column + 1} 列")
    pairs = [
        ("公司", f"{fact.entity} {fact.code or ''}".strip()),
        ("项目", shown_item(fact)),
        ("期间", f"{fact.period}（{SPAN_WORDS[fact.span]}）"),
        ("口径", f"{SCOPE_WORDS[fact.scope]}，{BASIS_WORDS[fact.basis]}"),
        ("数值", f"{shown_value(fact)} {fact.unit or ''}".strip()),
        ("原文", f"{seen.raw}" + (f"（单位：{seen.scale}）" if seen.scale else "")),
        ("文件", document),
        ("位置", " ".join(p for p in place if p)),
        ("行标题", seen.label),
        ("列标题", " / ".join(seen.headers)),
        ("引文", seen.quote or ""),
        ("状态", STATUS_WORDS[fact.status]),
        ("核对依据", "；".join(fact.checks)),
        ("来源", fact.source),
        ("编号", fact.id),
    ]
    return [(name, value) for name, value in pairs if value]


@app.command("correct", cls=HelpCommand)
def correct(
    context: typer.Context,
    fact_id: Annotated[str, typer.Argument(metavar="编号")],
    value: Annotated[
        str, typer.Option(metavar="数值", help="正确的值：数用基本单位（元、%、股、人），可带千分位")
    ],
    author: Annotated[str, typer.Option(metavar="姓名", help="谁更正的")],
    reason: Annotated[str, typer.Option(metavar="理由", help="为什么更正")],
) -> None:
    """更正一条事实：原值留在旁边，此后的回答用更正后的值并说明。"""
    workspace = workspace_of(context)
    before = workspace.fact(fact_id)
    after = workspace.correct(fact_id, value, author, reason)
    say(
        f"已更正 {before.entity} {before.period} {shown_item(before)}：{shown_value(before)} → {shown_value(after)}"
    )
    say(f"新编号 {after.id}，原值仍在编号 {before.id}")


@app.command("export", cls=HelpCommand)
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="底稿.xlsx")],
    document: options.Document = None,
    company: options.Company = None,
    item: options.Item = None,
    period: options.Period = None,
    scope: options.ScopeOption = None,
    status: options.StatusOption = None,
) -> None:
    """把符合条件的事实写成 XLSX 底稿：数值、精确值、原文、页链接、更正说明。"""
    workspace = workspace_of(context)
    chosen = workspace.facts(
        document=document, company=company, item=item, period=period, scope=scope, status=status
    )
    if not chosen:
        raise CaiwenError("没有符合条件的事实，没有写出底稿")
    count = workspace.export_facts(file, chosen)
    say(f"已写出 {count:,} 条事实：{file}")
