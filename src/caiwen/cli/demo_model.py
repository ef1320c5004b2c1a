"""The demo's last stage: pairs built from the material, a small model trained on them, and its exam before and after."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from caiwen.cli.output import say, say_table, warn
from caiwen.cli.progress import bar, counting, training

if TYPE_CHECKING:
    from caiwen.evaluate import Report
    from caiwen.evaluate.likelihood import ModelChooser
    from caiwen.train.config import TrainConfig
    from caiwen.workspace import Workspace

DATASET, TUNE = "dataset.yaml", "tune.yaml"


def learn(workspace: Workspace, recipes: Path) -> None:
    """``recipes``: the folder of the two configurations. Without the extra ``train`` it says how to get it."""
    if any(find_spec(name) is None for name in ("torch", "transformers", "peft")):
        warn("没有装训练用的库，跳过：按 PyTorch 官网装好 torch，再 pip install 'caiwen[train]'")
        return
    points = _dataset(workspace, recipes / DATASET)
    from caiwen.train.config import load
    from caiwen.train.run import run

    folder = workspace.folder / "datasets" / "demo" / "export"
    output = workspace.folder / "runs" / "demo"
    config = load(recipes / TUNE, [f"dataset_dir={folder}", f"output_dir={output}"])
    before = _exam(_untrained(config), points)
    with training() as on_event:
        result = run(config, on_event)
    from caiwen.evaluate.likelihood import load_chooser

    after = _exam(load_chooser(result.folder, config.template or "default"), points)
    _show(before, after)
    say(f"损失曲线：{result.folder / 'loss.png'}")


def _dataset(workspace: Workspace, recipe: Path) -> list[str]:
    """Build and export; the knowledge points that it is about."""
    from caiwen.dataset.build import Builder
    from caiwen.dataset.config import load
    from caiwen.dataset.export import export

    config = load(recipe)
    builder = Builder(workspace, config)
    with bar("对") as shown:
        task = shown.add_task("生成问答", total=None)
        tally = builder.build(lambda count: shown.advance(task, count))
    export(builder.folder, builder.folder / "export")
    say(
        f"由材料与词汇表生成并核对了 {tally.total:,} 对问答（训练 {tally.splits['train']:,}，"
        f"留出的问法 {tally.splits['wording']:,}）：{'、'.join(config.select.points)}"
    )
    return config.select.points


def _untrained(config: TrainConfig) -> ModelChooser:
    """The same model with the weights that training begins from."""
    from caiwen.evaluate.likelihood import ModelChooser
    from caiwen.train import models

    words = models.load_tokenizer(config)
    return ModelChooser(models.load_model(config, words).eval(), words, config.template or "default")


def _exam(chooser: ModelChooser, points: list[str]) -> Report:
    from caiwen.evaluate import run
    from caiwen.evaluate.exam import Exam, items
    from caiwen.finance.glossary import terms

    suite = Exam(chooser, items(chosen=[term for term in terms() if term.point in points]))
    with counting(suite.title, len(suite.items)) as advance:
        return run(suite, on_progress=lambda done, total: advance())


def _show(before: Report, after: Report) -> None:
    """Both reports beside each other, area by area."""
    groups: list[str | None] = [None, *after.groups]
    rows = []
    for group in groups:
        told = [report.rate("right", group) for report in (before, after)]
        rows.append([group or "全部", f"{told[0].n:,}", *(f"{rate.value or 0:.1%}" for rate in told)])
    blind = [report.mean("blind").value or 0 for report in (before, after)]
    rows.append(["只看选项（对照）", f"{len(after.outcomes):,}", *(f"{value:.1%}" for value in blind)])
    say_table(
        ["考试：四选一，训练没有的问法", "题", "训练前", "训练后"], rows, right=["题", "训练前", "训练后"]
    )
