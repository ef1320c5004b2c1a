"""``caiwen demo``: the whole loop on the sample material."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caiwen.cli import ask, demo_model, documents, ingest
from caiwen.cli.batch import read_lines
from caiwen.cli.output import say, say_table
from caiwen.cli.page import save_png
from caiwen.cli.progress import reading
from caiwen.errors import CaiwenError, NotFoundError

if TYPE_CHECKING:
    from caiwen.workspace import Workspace

MATERIAL = "material"
MACRO = "macro"
QUESTIONS = "questions.txt"
RECIPES = "train"
PICTURE = "出处.png"


def demo(
    folder: Annotated[Path, typer.Argument(metavar="文件夹", help="工作区建在哪里，默认 demo")] = Path(
        "demo"
    ),
    examples: Annotated[
        Path | None, typer.Option(metavar="文件夹", help="样例材料，默认是项目根目录的 examples")
    ] = None,
    train: Annotated[
        bool, typer.Option("--train/--no-train", help="最后训练一个小模型（CPU 上一两分钟），考试前后对照")
    ] = True,
) -> None:
    """用样例材料走一遍：读入、列出事实、回答几个问题、画出所引的页，再训练一个小模型。"""
    source = examples or Path(__file__).resolve().parents[3] / "examples"
    if not (source / MATERIAL).is_dir():
        hint = "在项目的检出目录里运行，或用 --examples 指出样例所在的文件夹"
        raise NotFoundError("找不到样例材料", where=str(source), hint=hint)
    workspace = _workspace(folder)
    _title("一、读入材料")
    with reading() as on_progress:
        report = workspace.ingest([source / MATERIAL], on_progress=on_progress)
        tables = [source / MACRO] if (source / MACRO).is_dir() else []
        series = workspace.ingest(tables, mapping="macro", on_progress=on_progress)
    ingest.show(report)
    say(str(report))
    if tables:
        say(f"宏观数据：{series}")
    say()
    documents.show(workspace.documents())
    _title("二、找到的事实")
    _facts(workspace)
    _title("三、提问")
    records = [_question(workspace, text) for _, text in read_lines(source / QUESTIONS)]
    say(f"（每个回答都带这一提示）{workspace.guard.notice}")
    _title("四、看原页")
    _picture(workspace, records)
    if train and (source / RECIPES).is_dir():
        _title("五、训练一个小模型")
        demo_model.learn(workspace, source / RECIPES)
    failures = [*report.failures, *series.failures]
    if failures:
        raise CaiwenError(f"有 {len(failures)} 份样例没有读成，演示不完整", hint="原因列在“一、读入材料”里")
    say(f'\n演示完成：工作区在 {workspace.folder}；接着试试 caiwen --workspace {folder} ask "…"')


def _workspace(folder: Path) -> Workspace:
    from caiwen.workspace import CONFIG_NAME, Workspace

    return Workspace(folder) if (folder / CONFIG_NAME).is_file() else Workspace.init(folder)


def _title(text: str) -> None:
    say(f"\n━━ {text} ━━\n")


def _facts(workspace: Workspace) -> None:
    """Companies × periods with the number of facts by status, then what coverage says of their main items."""
    from caiwen.evaluate.coverage import State
    from caiwen.records.words import STATUS_WORDS

    statuses = Counter(STATUS_WORDS[fact.status] for fact in workspace.facts())
    say("、".join(f"{word} {count:,} 条" for word, count in statuses.most_common()))
    headers = ("公司", "期间", "主要项目", "缺", "有冲突")
    rows = []
    for row in workspace.coverage():
        counts = [row.of(State.THERE), row.of(State.MISSING), row.of(State.CONFLICT)]
        rows.append([row.entity, row.period, *(f"{len(items):,}" for items in counts)])
    say_table(headers, rows, right=headers[2:])


def _question(workspace: Workspace, text: str) -> Mapping[str, Any]:
    say(f"问：{text}")
    record = dict(workspace.ask_record(text))
    for line in ask.shown(record | {"notice": ""}):
        say(f"    {line}" if line else "")
    say()
    return record


def _picture(workspace: Workspace, records: Sequence[Mapping[str, Any]]) -> None:
    """The page of the first cited cell of a PDF."""
    cited = (citation for record in records for citation in record["citations"] if citation["box"])
    formats = {document.sha256: document.format for document in workspace.documents()}
    chosen = next((c for c in cited if c["page"] and formats.get(c["sha256"]) == "pdf"), None)
    if chosen is None:
        say("这次的回答没有引用 PDF 的单元格")
        return
    target = workspace.folder / PICTURE
    save_png(
        workspace.page_image(f"{chosen['sha256']}:{chosen['page']}", boxes=[tuple(chosen["box"])]), target
    )
    say(f"{ask.place(chosen)}")
    say(f"所引的单元格在图中用红框标出：{target}")
