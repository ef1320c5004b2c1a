"""``caiwen coverage``: which companies, periods and main items are there."""

from __future__ import annotations

import typer

from caiwen.cli import options
from caiwen.cli.output import say, say_json_lines, say_table, warn
from caiwen.cli.state import workspace_of


def coverage(
    context: typer.Context,
    company: options.Company = None,
    period: options.Period = None,
    as_json: options.Json = False,
) -> None:
    """按公司与期间列出主要项目：有、缺、有冲突。“缺”指材料中没有找到。"""
    from caiwen.evaluate.coverage import State

    rows = workspace_of(context).coverage(company, period)
    if as_json:
        say_json_lines(row.record() for row in rows)
        return
    if not rows:
        warn("没有认出公司与期间的定期报告；caiwen documents 可以看到每份文件被认作什么")
        return
    headers = ("公司", "代码", "期间", "依据", "有", "缺", "有冲突", "缺的项目", "有冲突的项目")
    lines = []
    for row in rows:
        missing, conflict = row.of(State.MISSING), row.of(State.CONFLICT)
        counts = [str(len(row.of(State.THERE))), str(len(missing)), str(len(conflict))]
        basis = "摘要" if row.summary_only else "报告"
        named = [_named(missing), _named(conflict)]
        lines.append([row.entity, row.code or "", row.period, basis, *counts, *named])
    say_table(headers, lines, right=("有", "缺", "有冲突"))
    say(f"共 {len(rows):,} 个公司期间")


def _named(items: list[str], most: int = 6) -> str:
    return "、".join(items[:most]) + (f" 等 {len(items)} 项" if len(items) > most else "")
