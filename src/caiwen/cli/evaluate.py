"""``caiwen eval``: run a suite, print its table, write its JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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


@app.command("policies", cls=HelpCommand)
def policies(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="题目.jsonl")],
    documents: Annotated[
        Path | None, typer.Option(metavar="文件夹", help="法规文件所在的文件夹，先读入；不给则用工作区已有的")
    ] = None,
    json_file: options.JsonFile = None,
    every: Annotated[bool, typer.Option("--all-failures", help="列出全部不符合的，不止前 30 条")] = False,
) -> None:
    """法规问答：选对版本、条号、日期与文字。不在工作区里运行时用临时工作区。"""
    from caiwen.evaluate.policies import PolicyQuestions

    with _bench(context) as workspace:
        if documents is not None:
            with reading() as on_progress:
                report = workspace.ingest([documents], on_progress=on_progress)
            for failure in report.failures:
                warn(f"没有读成：{failure}")
        _run(PolicyQuestions(workspace, file), {"questions": str(file)}, json_file, every)


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


@app.command("finglm", cls=HelpCommand)
def finglm(
    context: typer.Context,
    gold: Annotated[Path, typer.Argument(metavar="C-list-answer.jsonl")],
    within: Annotated[
        Path | None,
        typer.Option(metavar="名单.txt", help="排名、计数题的范围：每行一个公司、代码或报告文件名"),
    ] = None,
    json_file: options.JsonFile = None,
    every: Annotated[bool, typer.Option("--all-failures", help="列出全部不符合的，不止前 30 条")] = False,
) -> None:
    """FinGLM 的题：严格计分与官方计分并列；数据表先用 caiwen ingest --mapping finglm 读入。"""
    from caiwen.cli.batch import read_lines
    from caiwen.evaluate.finglm import FinGlm, public_total

    universe = [text for _, text in read_lines(within)] if within else None
    suite = FinGlm(workspace_of(context), gold, universe)
    settings = {"gold": str(gold), "within": str(within or "")}
    report = _run(suite, settings, json_file, every, by=("strict", "honest", "public"))
    totals = public_total(report)
    say()
    say(
        f"官方总分（满分 100，句向量以字面相似度代替，不能与榜上的分数直接相比）：{totals['total']:.2f}；"
        + "、".join(f"类型 {name} {mean * 100:.2f}" for name, mean in totals.items() if name != "total")
    )


@app.command("cfr", cls=HelpCommand)
def cfr(
    context: typer.Context,
    gold: Annotated[Path, typer.Argument(metavar="qa.jsonl")],
    json_file: options.JsonFile = None,
    every: Annotated[bool, typer.Option("--all-failures", help="列出全部不符合的，不止前 30 条")] = False,
) -> None:
    """CFR-NumQA：覆盖、答对、第一个数、出处的文件与页；报告先读入工作区。"""
    from caiwen.evaluate.cfr import CfrNumQa

    workspace = workspace_of(context)
    suite = CfrNumQa(workspace, gold, workspace.document_paths())
    _run(suite, {"gold": str(gold)}, json_file, every, by=suite.metrics)


@app.command("retrieval", cls=HelpCommand)
def retrieval(
    context: typer.Context,
    cfr_gold: Annotated[
        Path | None, typer.Option("--cfr", metavar="qa.jsonl", help="CFR-NumQA 的题，以其标注的页为准")
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option(metavar="问答.xlsx", help="有 question、context（原句）两列的表，与 --document 一起用"),
    ] = None,
    document: Annotated[Path | None, typer.Option(metavar="文件.pdf", help="问答表所问的文件")] = None,
    json_file: options.JsonFile = None,
    every: Annotated[bool, typer.Option("--all-failures", help="列出全部不符合的，不止前 30 条")] = False,
) -> None:
    """检索：答案所在的页排第几（recall@1/5/10、MRR），旁边是单字段 BM25。文件先读入工作区。"""
    from caiwen.evaluate.queries import cfr_queries, sheet_queries
    from caiwen.evaluate.retrieval import Retrieval

    if (sheet is None) != (document is None) or (cfr_gold is None and sheet is None):
        raise CaiwenError("要给出 --cfr，或一起给出 --sheet 与 --document")
    queries = cfr_queries(cfr_gold) if cfr_gold else []
    queries += sheet_queries(sheet, document) if sheet and document else []
    workspace = workspace_of(context)
    suite = Retrieval(workspace.store, workspace.index, queries)
    named = {"cfr": str(cfr_gold or ""), "sheet": str(sheet or "")}
    _run(suite, named, json_file, every, by=suite.metrics if len({q.group for q in queries}) > 1 else ())


@app.command("latency", cls=HelpCommand)
def latency(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="题目.jsonl", help="每行一个有 question 的 JSON，或一行一题")
    ],
    rates: Annotated[
        list[float] | None,
        typer.Option("--rate", metavar="题/秒", min=0.01, help="开环到达的速率，可给多次；默认 10 与 50"),
    ] = None,
    workers: Annotated[int, typer.Option(metavar="进程数", min=1, help="开环时的进程数，默认 2")] = 2,
    count: Annotated[int | None, typer.Option(metavar="题数", min=1, help="只用前几题")] = None,
    within: Annotated[
        Path | None, typer.Option(metavar="名单.txt", help="只在这些范围里找：每行一个公司、代码或文件名")
    ] = None,
    json_file: options.JsonFile = None,
) -> None:
    """提问的用时：单个用户，以及按泊松到达的负载（从到达算起，排队也算）。只测量，不判断。"""
    from functools import partial

    from caiwen.cli.batch import read_batch, read_lines
    from caiwen.evaluate.latency import HEADERS, Pool, one_client
    from caiwen.workspace import Workspace

    asked = [line.text for line in read_batch(file, ("question", "text"))][:count]
    universe = [text for _, text in read_lines(within)] if within else None
    workspace = workspace_of(context)
    with counting("单个用户", len(asked), "题") as advance:
        timings = [one_client(workspace, asked, universe, advance)]
    with Pool(partial(Workspace, workspace.folder), workers, asked[0], universe) as pool:
        for rate in rates or (10.0, 50.0):
            with counting(f"每秒 {rate:g} 题", len(asked), "题") as advance:
                timings.append(pool.run(asked, rate, on_done=advance))
    say_table(HEADERS, (timing.cells() for timing in timings), right=HEADERS[1:])
    if json_file is not None:
        record = {"suite": "latency", "questions": str(file), "workers": workers}
        write_json(json_file, {**record, "figures": [timing.record() for timing in timings]})


@app.command("exam", cls=HelpCommand)
def exam(
    model: Annotated[Path, typer.Option(metavar="文件夹", help="模型所在的文件夹")],
    template: Annotated[str, typer.Option(metavar="模板", help="对话模板，与训练时相同")],
    adapter: Annotated[Path | None, typer.Option(metavar="文件夹", help="LoRA 适配器所在的文件夹")] = None,
    wordings: Annotated[int, typer.Option(min=1, max=3, help="每个术语用几种问法")] = 1,
    seed: Annotated[int, typer.Option(help="选项次序的种子")] = 1,
    json_file: options.JsonFile = None,
    every: Annotated[bool, typer.Option("--all-failures", help="列出全部不符合的，不止前 30 条")] = False,
) -> None:
    """知识点考试：78 个知识点的选择题，看模型按题目选出哪个定义；另报只看选项时的得分。"""
    from caiwen.evaluate.exam import Exam, items
    from caiwen.evaluate.likelihood import load_chooser

    suite = Exam(load_chooser(model, template, adapter=adapter), items(seed, wordings=wordings))
    told = {"model": str(model), "template": template, "adapter": str(adapter or ""), "seed": str(seed)}
    _run(suite, told, json_file, every, by=["right"])


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

        _run(JudgedSample(judged), {"judged": str(judged)}, json_file, every=True, by=("precision",))
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
    suite: Suite,
    settings: Mapping[str, str],
    json_file: Path | None,
    every: bool,
    by: Iterable[str] | None = None,
) -> Report:
    from caiwen import __version__
    from caiwen.evaluate import run

    with counting(suite.title, len(suite.cases())) as advance:
        report = run(suite, {"caiwen": __version__, **settings}, lambda done, total: advance())
    if json_file is not None:
        write_json(json_file, report.record())
    show_report(report, every, by)
    return report


def show_report(report: Report, every: bool, by: Iterable[str] | None = None) -> None:
    """``by``: the metrics broken down by group; by default the last one, where there are several groups."""
    from caiwen.evaluate.framework import ratio_table

    numbers = ("n", "符合", "比率", "不适用")
    say_table(ratio_table([report.title]), report.rows(), right=numbers)
    last = list(report.metrics)[-1:]
    for metric in last if by is None and len(report.groups) > 1 else by or ():
        say()
        say_table(ratio_table([report.metrics[metric]]), report.group_rows(metric), right=numbers)
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
