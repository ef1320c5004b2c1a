"""``caiwen dataset``: build verified pairs, export them, audit those of others, review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caiwen.cli import options
from caiwen.cli.help import HelpCommand
from caiwen.cli.output import say, say_table, warn, write_json, write_whole
from caiwen.cli.progress import asking, bar, counting
from caiwen.cli.state import new_group, workspace_of
from caiwen.errors import CaiwenError, NotFoundError

if TYPE_CHECKING:
    from caiwen.dataset.audit import Audit
    from caiwen.dataset.build import Tally
    from caiwen.dataset.review import Decisions
    from caiwen.workspace import Workspace

app = new_group("问答数据：从事实库生成、核对、导出，审计别人的数据")

Name = Annotated[str, typer.Argument(metavar="数据集", help="数据集的名字，或它的文件夹")]
_MOST = 20


@app.command("build", cls=HelpCommand)
def build(
    context: typer.Context,
    config: Annotated[Path, typer.Argument(metavar="配置.yaml")],
    output: Annotated[
        Path | None, typer.Option(metavar="文件夹", help="写到这里，不用配置里的 output")
    ] = None,
    limit: Annotated[int | None, typer.Option(metavar="对数", min=1, help="最多多少对")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只估算语言模型的请求数、费用与时间，不生成")
    ] = False,
) -> None:
    """按配置生成问答，逐个数字核对、去重、拆分。只有核对通过（或尚无法判断）的写入；可中断后再运行。"""
    from caiwen.dataset.build import Builder
    from caiwen.dataset.config import load

    wanted = load(config)
    if limit is not None:
        wanted = wanted.model_copy(update={"limit": limit})
    builder = Builder(workspace_of(context), wanted, output)
    if dry_run:
        for line in builder.estimate():
            say(line)
        return
    try:
        with bar("对") as shown:
            task = shown.add_task("生成", total=wanted.limit)
            tally = builder.build(lambda count: shown.advance(task, count), asking(shown))
    except KeyboardInterrupt:
        warn("已中断：语言模型已经给出的回答都已存好，再运行同样的命令会接着做，不会重复请求")
        raise
    _show(tally, builder.missing(), wanted.select.points)
    for note in builder.notes:
        warn(note)
    say(f"已建成 {tally.total:,} 对问答：{builder.folder}；接着 caiwen dataset export {wanted.name}")


def _show(tally: Tally, missing: Mapping[str, str], chosen: Sequence[str]) -> None:
    rows = [(kind, f"{made:,}", f"{tally.kept[kind]:,}") for kind, made in tally.made.most_common()]
    say_table(["生成器", "生成", "留下"], rows, right=["生成", "留下"])
    for title, counts in (("拆分", tally.splits), ("状态", tally.status), ("去掉", tally.dropped)):
        if counts:
            say(f"{title}：" + "，".join(f"{name} {count:,}" for name, count in counts.most_common()))
    from caiwen.finance.knowledge_points import points

    count = len(chosen or points())
    say(f"知识点：{count - len(missing)} / {count}")
    for material in dict.fromkeys(missing.values()):
        say(f"  还没有：{'、'.join(p for p, m in missing.items() if m == material)}；读入{material}可以补上")


@app.command("export", cls=HelpCommand)
def export(
    context: typer.Context,
    name: Name,
    output: Annotated[
        Path | None, typer.Option(metavar="文件夹", help="写到这里；默认是数据集下的 export")
    ] = None,
    style: Annotated[str, typer.Option(metavar="样式", help="alpaca、sharegpt 或 openai")] = "alpaca",
    form: Annotated[str, typer.Option("--format", metavar="格式", help="json、jsonl 或 parquet")] = "json",
    unverified: Annotated[bool, typer.Option("--unverified", help="连同无法判断的一起导出")] = False,
) -> None:
    """写成 LLaMA-Factory 与 datasets 直接可读的文件，附 dataset_info.json、说明与知识点覆盖图。"""
    from caiwen.dataset.export import TEXTS
    from caiwen.dataset.export import export as write

    folder = _folder(workspace_of(context), name)
    target = output or folder / "export"
    counts = write(folder, target, style=style, form=form, unverified=unverified)
    told = "，".join(f"{part} {count:,} {'段' if part == TEXTS else '对'}" for part, count in counts.items())
    say(f"已导出 {told}：{target}")


def _folder(workspace: Workspace, name: str) -> Path:
    """By name under the workspace's ``datasets`` or any folder that a configuration named, or as a path."""
    from caiwen.dataset.build import REPORT

    for folder in (Path(name), workspace.folder / "datasets" / name, workspace.folder / name):
        if (folder / REPORT).is_file():
            return folder
    made = sorted(p.parent.name for p in workspace.folder.glob(f"*/*/{REPORT}"))
    hint = f"已有：{'、'.join(made)}" if made else "先运行 caiwen dataset build 配置.yaml"
    raise NotFoundError("没有这个数据集", where=name, hint=hint)


@app.command("audit", cls=HelpCommand)
def audit(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="问答文件", help="alpaca、sharegpt 或 OpenAI 样式的 JSON、JSONL")
    ],
    against: Annotated[
        Path | None, typer.Option(metavar="工作区", help="与这个工作区的材料核对；默认当前工作区")
    ] = None,
    company: options.Company = None,
    json_file: options.JsonFile = None,
    html: Annotated[Path | None, typer.Option(metavar="文件", help="写成可以翻看的网页")] = None,
) -> None:
    """问答里的每个论断有没有材料支持：哪一条、哪个数、最近的事实是什么。--company：没写公司名的问答说的是谁。"""
    from caiwen.dataset.audit import audit as run
    from caiwen.dataset.pair_files import read

    workspace = _workspace(against) if against else workspace_of(context)
    with counting("审计", len(read(file).pairs), "对") as advance:
        made = run(file, workspace.store, company=company, on_pair=advance)
    if json_file:
        write_json(json_file, made.record())
    if html:
        from caiwen.dataset.audit_page import audit_page

        write_whole(html, audit_page(made, f"审计：{file.name}"))
    _show_audit(made)


def _workspace(folder: Path) -> Workspace:
    from caiwen.workspace import Workspace

    return Workspace(folder)


def _show_audit(made: Audit) -> None:
    from caiwen.dataset.audit_page import SUPPORT, summary, told

    rows = [(SUPPORT[k], f"{n:,}", f"{n / made.claims:.1%}") for k, n in made.supports.most_common()]
    say_table(["论断", "个数", "占比"], rows, right=["个数", "占比"])
    say()
    for asked, claim in made.found[:_MOST]:
        say(f"- 第 {asked.number} 条 {told(claim)}")
    if len(made.found) > _MOST:
        say(f"（另有 {len(made.found) - _MOST:,} 个，用 --json 文件 或 --html 文件 查看）")
    for line in made.broken:
        warn(f"没有读成：{line}")
    say(summary(made))


@app.command("review", cls=HelpCommand)
def review(
    context: typer.Context,
    name: Name,
    author: Annotated[str, typer.Option(metavar="姓名", help="审核人")],
    accept: Annotated[list[str] | None, typer.Option(metavar="编号", help="接受这一对（可多次）")] = None,
    reject: Annotated[list[str] | None, typer.Option(metavar="编号", help="拒绝这一对（可多次）")] = None,
    edit: Annotated[
        str | None, typer.Option(metavar="编号", help="修改这一对，与 --question 或 --answer 同用")
    ] = None,
    question: Annotated[str, typer.Option(metavar="文字", help="改后的问题")] = "",
    answer: Annotated[str, typer.Option(metavar="文字", help="改后的回答")] = "",
    reason: Annotated[str, typer.Option(metavar="文字", help="理由")] = "",
    count: Annotated[int, typer.Option(metavar="条数", min=1, help="逐条审核时最多几条")] = 20,
) -> None:
    """接受、修改或拒绝；决定记在数据集旁，重建后照样有效。不给编号时逐条询问（先看无法判断的）。"""
    from caiwen.dataset.review import Decision, Decisions

    folder = _folder(workspace_of(context), name)
    decisions = Decisions.read(folder)
    known = {str(row["id"]): row for row in _rows(folder)}
    wanted = [("accept", i) for i in accept or []] + [("reject", i) for i in reject or []]
    wanted += [("edit", edit)] if edit else []
    _refuse(wanted, known, bool(question or answer))
    for action, pair in wanted:
        decisions.add(Decision(pair, action, author, question, answer, reason))
    made = len(wanted) or _ask(decisions, list(known.values()), author, count)
    say(f"记下 {made:,} 个决定：{decisions.path}；重新 caiwen dataset build 后生效")


def _refuse(wanted: Sequence[tuple[str, str]], known: Mapping[str, object], text: bool) -> None:
    """Before anything is written: pairs that are not there, an edit without text, two decisions on one pair."""
    seen: set[str] = set()
    for action, pair in wanted:
        if pair not in known:
            raise NotFoundError("数据集里没有这一对", where=pair, hint="编号在 pairs.jsonl 的 id 里")
        if action == "edit" and not text:
            raise CaiwenError("修改要给出 --question 或 --answer", where=pair)
        if pair in seen:
            raise CaiwenError("同一对给了两个决定", where=pair, hint="接受、拒绝、修改只写一个")
        seen.add(pair)


def _rows(folder: Path) -> list[dict[str, object]]:
    from caiwen.dataset.export import pairs

    return list(pairs(folder, unverified=True))


def _ask(decisions: Decisions, rows: list[dict[str, object]], author: str, count: int) -> int:
    """One pair after the other on the terminal; an empty line passes over, q ends."""
    from caiwen.dataset.review import Decision, undecided

    made = 0
    for row in undecided(rows, decisions)[:count]:
        page = f" 第 {row['page']} 页" if row["page"] else ""
        say(f"\n[{row['id']}] {row['status']} {row['document']}{page}")
        for turn in (*_turns(row), (row["question"], row["answer"])):
            say(f"问：{turn[0]}\n答：{turn[1]}")
        if row["reasons"]:
            say(f"未能核对：{row['reasons']}")
        word = typer.prompt("接受 a / 拒绝 r / 改答案 e / 跳过 回车 / 结束 q", default="", show_default=False)
        if word == "q":
            break
        action = {"a": "accept", "r": "reject", "e": "edit"}.get(word)
        if action:
            new = typer.prompt("新的回答") if action == "edit" else ""
            decisions.add(Decision(str(row["id"]), action, author, "", new))
            made += 1
    return made


def _turns(row: Mapping[str, object]) -> list[tuple[object, object]]:
    history = row["history"]
    return [(turn[0], turn[1]) for turn in history] if isinstance(history, list) else []
