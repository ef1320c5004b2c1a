"""``caiwen eval``: run a suite, print its table, write its JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caiwen.cli import options
from caiwen.cli.help import HelpCommand
from caiwen.cli.output import say, say_table, warn, write_json, write_whole
from caiwen.cli.progress import counting, reading
from caiwen.cli.state import State, new_group, workspace_of
from caiwen.errors import CaiwenError, NotFoundError

if TYPE_CHECKING:
    from caiwen.evaluate import Report, Suite
    from caiwen.workspace import Workspace

app = new_group("评测：每个比率都带样本数与 95% 区间")

_MOST_FAILURES = 30


@app.command("facts", cls=HelpCommand)
def facts(
    context: typer.Context,
    gold: Annotated[Path, typer.Option(metavar="表.csv", help="文件中原样出现的数值（每行一个）")],
    documents: Annotated[
        Path | None, typer.Option(metavar="文件夹", help="这些文件所在的文件夹；默认是对照表旁的 ../reports")
    ] = None,
    json_file: options.JsonFile = None,
    every: Annotated[bool, typer.Option("--all-failures", help="列出全部不符合的，不止前 30 条")] = False,
) -> None:
    """事实的召回：项目、期间、单位、数值与页都对。需要的文件先读入工作区；不在工作区里运行时用临时工作区。"""
    from caiwen.evaluate.facts import FactRecall
    from caiwen.evaluate.gold import locate, read_gold

    folder = documents or gold.resolve().parent.parent / "reports"
    paths = locate(sorted({line.document for line in read_gold(gold)}), folder)
    with _bench(context) as workspace:
        known = workspace.document_paths()
        missing = [path for path in paths.values() if path.name not in known]
        if missing:
            with reading() as on_progress:
                report = workspace.ingest(missing, on_progress=on_progress)
            for failure in report.failures:
                warn(f"没有读成：{failure}")
        _run(FactRecall(workspace, gold, folder), {"gold": str(gold)}, json_file, every)


@contextmanager
def _bench(context: typer.Context) -> Iterator[Workspace]:
    """The workspace here, above or named; where there is none, a temporary one."""
    from tempfile import TemporaryDirectory

    from caiwen.workspace import Workspace

    try:
        found = workspace_of(context)
    except NotFoundError:
        if context.find_object(State) != State():
            raise
        with TemporaryDirectory(prefix="caiwen-") as folder:
            yield Workspace.init(folder)
        return
    yield found


@app.command("questions", cls=HelpCommand)
def questions(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="题目.jsonl")],
    json_file: options.JsonFile = None,
    every: Annotated[bool, typer.Option("--all-failures", help="列出全部不符合的，不止前 30 条")] = False,
) -> None:
    """问答回归：每行 {"question", "expect": {…}}，在工作区的材料上作答并比对。"""
    from caiwen.evaluate.questions import Questions

    _run(Questions(workspace_of(context), file), {"questions": str(file)}, json_file, every)


@app.command("identities", cls=HelpCommand)
def identities(
    context: typer.Context,
    document: options.Document = None,
    json_file: options.JsonFile = None,
    every: Annotated[bool, typer.Option("--all-failures", help="列出全部不符合的，不止前 30 条")] = False,
) -> None:
    """会计恒等式：每份文件、每个口径与期间，成立、不成立、不适用各多少。"""
    from caiwen.evaluate.identities import Identities

    _run(Identities(workspace_of(context), document), {"document": document or "全部"}, json_file, every)


@app.command("places", cls=HelpCommand)
def places(
    context: typer.Context,
    document: options.Document = None,
    json_file: options.JsonFile = None,
    every: Annotated[bool, typer.Option("--all-failures", help="列出全部不符合的，不止前 30 条")] = False,
) -> None:
    """出处：每条事实的原文与行标题是否真的在所引的页上（重新读原文件核对）。"""
    from caiwen.evaluate.places import Places

    _run(Places(workspace_of(context), document), {"document": document or "全部"}, json_file, every)


@app.command("sample", cls=HelpCommand)
def sample(
    context: typer.Context,
    output: Annotated[
        Path | None,
        typer.Option(metavar="抽样表", help="写出抽样表（.csv 或 .xlsx），由人在“判断”列写对或错"),
    ] = None,
    judged: Annotated[
        Path | None, typer.Option(metavar="抽样表", help="读回判断过的抽样表，算出准确率")
    ] = None,
    count: Annotated[int, typer.Option(metavar="条数", min=1, help="抽多少条，默认 200")] = 200,
    seed: Annotated[int, typer.Option(metavar="种子", help="同样的种子抽出同样的事实，默认 1")] = 1,
    document: options.Document = None,
    images: Annotated[
        Path | None, typer.Option(metavar="文件夹", help="为每条写出带红框的单元格附近的图片")
    ] = None,
    json_file: options.JsonFile = None,
) -> None:
    """准确率：按来源与文件分层抽取事实，交人对照原页判断，再读回。"""
    if (output is None) == (judged is None):
        raise CaiwenError("要么用 --output 抽样，要么用 --judged 读回判断")
    if judged is not None:
        from caiwen.evaluate.sample import JudgedSample

        _run(JudgedSample(judged), {"judged": str(judged)}, json_file, every=True, groups=True)
    elif output is not None:
        _draw(workspace_of(context), output, count, seed, document, images)


def _draw(
    workspace: Workspace, output: Path, count: int, seed: int, document: str | None, images: Path | None
) -> None:
    from caiwen.evaluate.sample import HEADERS, draw, sheet_csv, sheet_row
    from caiwen.workpapers import write_table

    drawn = draw(workspace.facts(document=document), count, seed)
    if not drawn:
        raise CaiwenError("工作区里没有可抽的事实", hint="先用 caiwen ingest 读入材料")
    names = workspace.document_names
    rows = []
    with counting("画图" if images else "抽样", len(drawn)) as advance:
        for fact in drawn:
            image = workspace.fact_crop(fact, images) if images else None
            rows.append(sheet_row(fact, names.get(fact.observation.document, ""), str(image or "")))
            advance()
    if output.suffix.lower() == ".xlsx":
        write_table(output, "抽样", HEADERS, rows)
    else:
        write_whole(output, sheet_csv(rows))
    say(
        f"已抽出 {len(drawn):,} 条事实：{output}；在“判断”列写对或错，再运行 caiwen eval sample --judged {output}"
    )


def _run(
    suite: Suite, settings: Mapping[str, str], json_file: Path | None, every: bool, groups: bool = False
) -> None:
    from caiwen import __version__
    from caiwen.evaluate import run

    with counting(suite.title, len(suite.cases())) as advance:
        report = run(suite, {"caiwen": __version__, **settings}, lambda done, total: advance())
    if json_file is not None:
        write_json(json_file, report.record())
    show_report(report, every, groups)


def show_report(report: Report, every: bool, groups: bool = False) -> None:
    from caiwen.evaluate.framework import ratio_table

    numbers = ("n", "符合", "比率", "不适用")
    say_table(ratio_table([report.title]), report.rows(), right=numbers)
    if groups or len(report.groups) > 1:
        metric, title = list(report.metrics.items())[-1]
        say()
        say_table(ratio_table([title]), report.group_rows(metric), right=numbers)
    failures = report.failures
    if failures:
        say()
        say(f"不符合的 {len(failures):,} 条：")
    for outcome in failures if every else failures[:_MOST_FAILURES]:
        told = " ".join(str(value) for value in outcome.case.data.values())
        say(f"- [{outcome.case.id}] {told[:160]}")
        if outcome.note:
            say(f"    {outcome.note}")
    if len(failures) > _MOST_FAILURES and not every:
        say(f"（另有 {len(failures) - _MOST_FAILURES:,} 条，用 --all-failures 或 --json 文件 查看）")
