"""``caiwen ask``: one question or a file of questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caiwen.cli.answers import answer_batch
from caiwen.cli.batch import read_batch, read_lines
from caiwen.cli.output import json_line, say, warn
from caiwen.cli.state import workspace_of
from caiwen.errors import CaiwenError

if TYPE_CHECKING:
    from caiwen.workspace import Workspace

_QUOTE = 80


def ask(
    context: typer.Context,
    question: Annotated[str | None, typer.Argument(metavar="问题")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    batch: Annotated[
        Path | None, typer.Option(metavar="文件", help='一次回答许多：JSON 行 {"id","question"} 或纯文本行')
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="文件", help="批量回答写到这里（JSON 行），可中断后续作")
    ] = None,
    within: Annotated[
        Path | None, typer.Option(metavar="名单.txt", help="只在这些范围里找：每行一个公司、代码或文件名")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="另外说明怎样理解问题、用了哪些数、怎样计算")
    ] = False,
    xlsx: Annotated[
        Path | None, typer.Option(metavar="底稿.xlsx", help="把回答写成底稿：数值、公式、页链接")
    ] = None,
) -> None:
    """回答一个问题（或一批），每个数都带文件与页码；材料里没有的就说没有。"""
    if (question is None) == (batch is None):
        raise CaiwenError("要么给出问题，要么给出 --batch 文件", hint='例：caiwen ask "营业收入是多少？"')
    if output is not None and batch is None:
        raise CaiwenError("--output 要与 --batch 一起用")
    universe = [text for _, text in read_lines(within)] if within else None
    workspace = workspace_of(context)
    if batch is not None:
        records = answer_batch(workspace, read_batch(batch, ("question", "text")), universe, output)
    else:
        records = [_one(workspace, question or "", universe, as_json, explain)]
    if xlsx is not None:
        count = workspace.export_answers(xlsx, records)
        warn(f"已写出 {count:,} 条回答的底稿：{xlsx}")


def _one(
    workspace: Workspace, question: str, universe: Sequence[str] | None, as_json: bool, explain: bool
) -> Mapping[str, Any]:
    answer = workspace.ask(question, universe)
    record = answer.as_dict()
    lines = [json_line(record)] if as_json else list(shown(record))
    for line in lines:
        say(line)
    if explain and not as_json:
        for line in explained(record):
            say(line)
    return record


def shown(record: Mapping[str, Any]) -> Iterator[str]:
    """The answer as a person reads it: text, places, notice."""
    yield str(record["answer"])
    citations = record["citations"]
    if citations:
        yield ""
        yield "出处："
    for number, citation in enumerate(citations, start=1):
        yield f"  [{number}] {place(citation)}"
    if record["notice"]:
        yield ""
        yield str(record["notice"])


def place(citation: Mapping[str, Any]) -> str:
    parts = [str(citation["document"])]
    if citation.get("page") is not None:
        parts.append(f"第 {citation['page']} 页")
    if citation.get("sheet"):
        parts.append(f"工作表 {citation['sheet']}")
    if citation.get("article"):
        parts.append(str(citation["article"]))
    quote = " ".join(str(citation.get("quote") or "").split())
    if quote:
        parts.append(f"“{quote[:_QUOTE]}{'…' if len(quote) > _QUOTE else ''}”")
    return "  ".join(parts)


def explained(record: Mapping[str, Any]) -> Iterator[str]:
    """How the question was understood, which values were used, how they were calculated."""
    yield ""
    yield f"理解：{json_line(record['plan'] or {})}"
    for value in record["values"]:
        name = " ".join(str(value[key]) for key in ("entity", "period", "item") if value.get(key))
        yield f"{ROLES[value['role']]}：{name} = {value['value']} {value.get('unit') or ''}".rstrip()
        for step in value.get("steps") or []:
            yield f"    {step['text'] if isinstance(step, Mapping) else step}"
    yield f"用时：{record['milliseconds']} 毫秒"


ROLES = {"answer": "答案", "alternative": "另有", "operand": "所用"}
