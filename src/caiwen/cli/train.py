"""``caiwen train``: tune a model by a LLaMA-Factory YAML, or say beforehand what that would take."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caiwen.cli import options
from caiwen.cli.output import say, warn, write_json
from caiwen.cli.progress import training

if TYPE_CHECKING:
    from caiwen.train.config import TrainConfig
    from caiwen.train.progress import Event, RunResult


def train(
    config: Annotated[
        Path, typer.Argument(metavar="配置.yaml", help="LLaMA-Factory 的 YAML，可另有 caiwen: 一节")
    ],
    overrides: Annotated[
        list[str] | None, typer.Argument(metavar="名字=值…", help="改掉配置里的几项，如 learning_rate=1e-5")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只看设置、数据与模型，估计内存与时间，不训练，也不下载")
    ] = False,
    json_file: options.JsonFile = None,
) -> None:
    """按 LLaMA-Factory 的 YAML 微调模型。中断后再运行同样的命令会接着训练。"""
    from caiwen.train.config import load
    from caiwen.train.extra import require

    wanted = load(config, overrides or ())
    require(wanted)
    if dry_run:
        _plan(wanted, json_file)
        return
    with _told() as on_event:
        from caiwen.train.run import describe, run

        result = run(wanted, on_event)
    if json_file:
        write_json(json_file, describe(result))
    if _first_process():
        _result(result)


def _plan(config: TrainConfig, json_file: Path | None) -> None:
    from caiwen.train.plan import plan
    from caiwen.train.plan_text import lines, record

    made = plan(config)
    if json_file:
        write_json(json_file, record(made))
    for line in lines(made):
        say(line)


@contextmanager
def _told() -> Iterator[Callable[[Event], None]]:
    """The events of the first process; the others of ``torchrun`` are silent."""
    if not _first_process():
        yield lambda event: None
        return
    try:
        with training() as on_event:
            yield on_event
    except KeyboardInterrupt:
        warn("已中断：再运行同样的命令会从最后一个检查点接着训练")
        raise


def _first_process() -> bool:
    return os.environ.get("RANK", "0") == "0"


def _result(result: RunResult) -> None:
    for stage in result.stages:
        told = "，".join(
            f"{_WORDS[name]} {value:,.4f}" for name, value in stage.metrics.items() if name in _WORDS
        )
        name = f"阶段 {stage.name}：" if stage.name else ""
        say(
            f"{name}{stage.steps:,} 步"
            + (f"，{told}" if told else "")
            + (f"；{stage.stopped}" if stage.stopped else "")
        )
    say(f"已训练好：{result.folder}")


_WORDS = {"train_loss": "训练损失", "loss": "训练损失", "eval_loss": "验证损失"}
