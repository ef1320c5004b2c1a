"""``caiwen search``: passages that hold the words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from caiwen.cli import options
from caiwen.cli.output import say, say_json_lines, warn
from caiwen.cli.state import workspace_of

if TYPE_CHECKING:
    from caiwen.store.index import Hit

_SHOWN = 160


def search(
    context: typer.Context,
    query: Annotated[str, typer.Argument(metavar="词语")],
    k: Annotated[int | None, typer.Option("-k", "--count", metavar="条数", min=1, help="@search.k")] = None,
    company: options.Company = None,
    document: options.Document = None,
    period: options.Period = None,
    kind: Annotated[str | None, typer.Option(metavar="类别", help="文件类别，如 annual_report")] = None,
    as_json: options.Json = False,
) -> None:
    """检索原文，每条带文件与页码。"""
    workspace = workspace_of(context)
    hits = workspace.search(query, k, company=company, document=document, period=period, kind=kind)
    for line in workspace.warnings():
        warn(line)
    if as_json:
        say_json_lines(hit_record(hit) for hit in hits)
    elif not hits:
        warn("没有找到；可以换几个词，或去掉筛选条件")
    else:
        for number, hit in enumerate(hits, start=1):
            show_hit(number, hit)


def hit_record(hit: Hit) -> dict[str, object]:
    seen = hit.passage
    box = list(seen.box) if seen.box else None
    record: dict[str, object] = {"document": hit.name, "page": seen.page, "score": round(hit.score, 4)}
    return record | {"section": seen.section, "text": seen.text, "box": box}


def show_hit(number: int, hit: Hit) -> None:
    seen = hit.passage
    page = f" 第 {seen.page} 页" if seen.page is not None else ""
    section = f"  {seen.section}" if seen.section else ""
    text = " ".join(seen.text.split())
    say(f"{number}. {hit.name}{page}{section}")
    say(f"   {text[:_SHOWN]}{'…' if len(text) > _SHOWN else ''}")
