"""Answer a file of questions: progress, resumable output, failures listed at the end."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from caiwen.cli.batch import BatchLine
from caiwen.cli.output import json_line, say, warn
from caiwen.cli.progress import counting
from caiwen.errors import CaiwenError

if TYPE_CHECKING:
    from caiwen.workspace import Workspace

Record = Mapping[str, Any]


def answer_batch(
    workspace: Workspace, lines: Sequence[BatchLine], universe: Sequence[str] | None, output: Path | None
) -> list[Record]:
    """Answer every line, to ``output`` or stdout. A question that cannot be answered never stops the rest.

    Exits with 2 after all was done when some question was refused as input.
    """
    if output is None:
        records, failures = _answer(workspace, lines, universe, {}, lambda record: say(json_line(record)))
    else:
        records, failures = _answer_to_file(workspace, lines, universe, output)
        warn(f"已回答 {len(records):,} 题：{output}")
    for failure in failures:
        warn(f"没有回答：{failure}")
    if failures:
        raise typer.Exit(2)
    return records


def _answer(
    workspace: Workspace,
    lines: Sequence[BatchLine],
    universe: Sequence[str] | None,
    contexts: dict[str | int, str],
    write: Callable[[Record], None],
) -> tuple[list[Record], list[str]]:
    """``contexts``: by id, the questions answered so far in full; a later line may follow one of them."""
    records: list[Record] = []
    failures: list[str] = []
    with counting("回答", len(lines), "题") as advance:
        for line in lines:
            try:
                previous = None if line.follow is None else contexts.get(line.follow, str(line.follow))
                answer = workspace.ask(line.text, universe, id=line.id, previous=previous)
            except CaiwenError as error:
                failures.append(f"{line.id}：{error}")
            else:
                contexts[line.id] = answer.context
                records.append(answer.as_dict())
                write(records[-1])
            advance()
    return records, failures


def _answer_to_file(
    workspace: Workspace, lines: Sequence[BatchLine], universe: Sequence[str] | None, output: Path
) -> tuple[list[Record], list[str]]:
    """Write beside and rename; what an interrupted run left beside is continued, not done again."""
    beside = output.with_name(f".{output.name}.part")
    output.parent.mkdir(parents=True, exist_ok=True)
    done = kept_answers(beside, lines)
    text = "".join(json_line(record) + "\n" for record in done)
    beside.write_text(text, encoding="utf-8")
    if done:
        warn(f"接着上次做：已有 {len(done):,} 题")
    answered = {(record["id"], record["question"]) for record in done}
    rest = [line for line in lines if (line.id, line.text) not in answered]
    with beside.open("a", encoding="utf-8") as stream:

        def write(record: Record) -> None:
            stream.write(json_line(record) + "\n")
            stream.flush()

        try:
            contexts = {record["id"]: record["plan"]["context"] for record in done if record["plan"]}
            fresh, failures = _answer(workspace, rest, universe, contexts, write)
        except KeyboardInterrupt:
            warn("已做完的题保留着，再运行同样的命令会接着做")
            raise
    beside.replace(output)
    return [*done, *fresh], failures


def kept_answers(beside: Path, lines: Sequence[BatchLine]) -> list[Record]:
    """Whole lines of an interrupted run that answer questions of this batch; a half-written last line is dropped."""
    if not beside.is_file():
        return []
    wanted = {(line.id, line.text) for line in lines}
    kept = []
    for text in beside.read_text(encoding="utf-8").splitlines():
        try:
            record = json.loads(text)
        except json.JSONDecodeError:
            break
        if (record.get("id"), record.get("question")) in wanted:
            kept.append(record)
    return kept
