"""``caiwen guard``: check text against the policy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caiwen.cli import options
from caiwen.cli.batch import read_batch
from caiwen.cli.help import HelpCommand
from caiwen.cli.output import json_line, say, say_json_lines, warn, write_whole
from caiwen.cli.state import State, new_group, workspace_of
from caiwen.errors import CaiwenError, NotFoundError

if TYPE_CHECKING:
    from caiwen.guard import Guard

app = new_group("合规检查：与问答前后所用的是同一份策略")

_WORDS = {"allow": "放行", "refuse": "拒答", "flag": "提示"}


@app.command("check", cls=HelpCommand)
def check(
    context: typer.Context,
    text: Annotated[str | None, typer.Argument(metavar="文字")] = None,
    batch: Annotated[
        Path | None,
        typer.Option("--batch", metavar="文件", help='逐行检查：JSON 行 {"id","text"} 或纯文本行'),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="文件", help="批量检查的结果写到这里（JSON 行）")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """检查一段文字（或一批），说明结论、触发的规则和命中的词。"""
    if (text is None) == (batch is None):
        raise CaiwenError("要么给出文字，要么给出 --batch 文件")
    if output is not None and batch is None:
        raise CaiwenError("--output 要与 --batch 一起用")
    guard = _guard(context)
    if output is not None:
        lines = [json_line(record) + "\n" for record in _records(guard, text, batch)]
        write_whole(output, "".join(lines))
        warn(f"已检查 {len(lines):,} 段：{output}")
        return
    if as_json or batch is not None:
        say_json_lines(_records(guard, text, batch))
        return
    decision = guard.check(text or "")
    rule = f"  规则：{decision.rule}" if decision.rule else ""
    say(f"{_WORDS[decision.decision]}{rule}")
    for hit in decision.hits:
        say(f"  命中“{hit.text}”（第 {hit.start + 1}–{hit.end} 字）")
    if decision.text:
        say(f"  {decision.text}")


def _records(guard: Guard, text: str | None, batch: Path | None) -> Iterator[dict[str, object]]:
    if batch is None:
        yield guard.check(text or "").as_dict()
        return
    for line in read_batch(batch, ("text", "question")):
        yield {"id": line.id} | guard.check(line.text).as_dict()


def _guard(context: typer.Context) -> Guard:
    """The workspace's policy; outside of one, the policy that caiwen brings along."""
    from caiwen.guard import Guard

    try:
        return workspace_of(context).guard
    except NotFoundError:
        if context.find_object(State) != State():
            raise
        return Guard()
