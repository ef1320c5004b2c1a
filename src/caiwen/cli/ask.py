"""``caiwen ask``: one question or a file of questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caiwen.cli.answers import answer_batch
from caiwen.cli.batch import read_batch, read_lines
from caiwen.cli.output import json_line, say, warn
from caiwen.cli.state import workspace_of
from caiwen.errors import CaiwenError
from caiwen.records import Basis, Scope
from caiwen.records.words import BASIS_WORDS, SCOPE_WORDS

if TYPE_CHECKING:
    from caiwen.ask.answer import Answer, Considered
    from caiwen.workspace import Workspace

_QUOTE = 80
_MOST_CONSIDERED = 12


def ask(
    context: typer.Context,
    question: Annotated[str | None, typer.Argument(metavar="问题")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    batch: Annotated[
        Path | None,
        typer.Option(
            metavar="文件",
            help='一次回答许多：JSON 行 {"id","question","follow"}（follow 是前面某行的 id，可不写）或纯文本行',
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="文件", help="批量回答写到这里（JSON 行），可中断后续作")
    ] = None,
    within: Annotated[
        Path | None, typer.Option(metavar="名单.txt", help="只在这些范围里找：每行一个公司、代码或文件名")
    ] = None,
    follow: Annotated[
        str | None,
        typer.Option(
            metavar="上一问", help="接着这一问来问，如 --follow “甲公司2020年净利润” “那2021年呢？”"
        ),
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
        records = [_one(workspace, question or "", universe, follow, as_json, explain)]
    if xlsx is not None:
        count = workspace.export_answers(xlsx, records)
        warn(f"已写出 {count:,} 条回答的底稿：{xlsx}")


def _one(
    workspace: Workspace,
    question: str,
    universe: Sequence[str] | None,
    follow: str | None,
    as_json: bool,
    explain: bool,
) -> Mapping[str, Any]:
    answer = workspace.ask(question, universe, previous=follow)
    for line in workspace.warnings():
        warn(line)
    record = answer.as_dict()
    lines = [json_line(record)] if as_json else list(shown(record))
    for line in lines:
        say(line)
    if explain and not as_json:
        say()
        for line in explained(answer):
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
        if citation.get("row") is not None and citation.get("column") is not None:
            parts.append(f"第 {citation['row']} 行第 {citation['column']} 列")
    if citation.get("article"):
        parts.append(str(citation["article"]))
    quote = " ".join(str(citation.get("quote") or "").split())
    if quote:
        parts.append(f"“{quote[:_QUOTE]}{'…' if len(quote) > _QUOTE else ''}”")
    return "  ".join(parts)


def explained(answer: Answer) -> Iterator[str]:
    """How the question was understood, what was considered and taken, how it was calculated, how long it took."""
    trace = answer.trace
    yield from _list("理解", trace.understood)
    yield f"计划：{json_line(_without_nulls(answer.plan or {}))}"
    seen = sorted(trace.considered, key=lambda fact: not fact.taken)
    yield from _list("所看的事实", (_considered(fact) for fact in seen[:_MOST_CONSIDERED]))
    if len(seen) > _MOST_CONSIDERED:
        yield f"  （共 {len(seen):,} 条）"
    steps = (step.text for value in answer.values for step in value.steps or [])
    yield from _list("计算", dict.fromkeys(steps))
    yield from _list("删去的话（数字没有依据）", trace.dropped)
    stages = "、".join(f"{stage.name} {stage.milliseconds:.0f}" for stage in trace.stages)
    yield f"用时：{answer.milliseconds:.0f} 毫秒" + (f"（{stages}）" if stages else "")


def _list(title: str, lines: Iterable[str]) -> Iterator[str]:
    told = list(lines)
    if told:
        yield f"{title}："
        yield from (f"  {line}" for line in told)


def _considered(seen: Considered) -> str:
    page = f"第 {seen.page} 页" if seen.page is not None else ""
    mark = "用" if seen.taken else "未用"
    words = (SCOPE_WORDS[Scope(seen.scope)], BASIS_WORDS[Basis(seen.basis)])
    value = " ".join((seen.entity, seen.period, seen.item, *words, seen.value or ""))
    return f"[{mark}] {value}  {seen.document} {page} {seen.why}".rstrip()


def _without_nulls(plan: Mapping[str, Any]) -> dict[str, Any]:
    """The plan without what it does not say; lists and nested records alike."""
    kept: dict[str, Any] = {}
    for key, value in plan.items():
        if isinstance(value, Mapping):
            value = _without_nulls(value)
        elif isinstance(value, list):
            value = [_without_nulls(v) if isinstance(v, Mapping) else v for v in value]
        if value not in (None, False, {}, []):
            kept[key] = value
    return kept
