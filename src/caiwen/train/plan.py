"""What a run would do, before anything is spent: ``caiwen train --dry-run``.

Nothing is downloaded: what is not on this machine (weights, tokenizer, data) is estimated where it can be, and
listed as not checked. Times are operations over the speed of the card: a trained token costs 6 operations for
every weight when all weights learn (Kaplan et al. 2020, arXiv:2001.08361), 4 when the base is frozen (no gradient
of its weights), and 2 more when activations are recomputed.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caiwen.errors import CaiwenError, NotFoundError
from caiwen.train import answers, memory
from caiwen.train.config import TrainConfig
from caiwen.train.data import Report, Statistics
from caiwen.train.memory import Memory, Shape

if TYPE_CHECKING:
    from transformers import PretrainedConfig

# The share of a card's peak that training reaches, of which times are told; measured figures are in docs/LOG.md.
UTILISATION = 0.4
_MODEL_FILES = ("config.json", "tokenizer.json", "tokenizer.model", "tokenizer_config.json")


@dataclass(frozen=True)
class StagePlan:
    """``statistics`` of the training rows, estimated from characters when ``guessed``; ``report``: as prepared."""

    name: str
    config: TrainConfig
    statistics: Statistics | None
    report: Report | None
    guessed: bool
    rows_per_step: int
    steps: int
    tokens: int


@dataclass(frozen=True)
class Card:
    name: str
    tflops: float
    memory: float


@dataclass
class Plan:
    """``unchecked``: Chinese lines on what could not be looked at; ``limit``: bytes of the device, if known."""

    config: TrainConfig
    stages: list[StagePlan] = field(default_factory=list)
    shape: Shape | None = None
    trained: int = 0
    width: int = 2
    known_shape: bool = False
    memory: Memory | None = None
    recompute: bool = False
    limit: int | None = None
    advice: str = ""
    times: list[tuple[Card, float]] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)


def plan(config: TrainConfig) -> Plan:
    """Look at everything that is at hand. CaiwenError for what is wrong; what is not there is listed."""
    made = Plan(config)
    local = _local(config)
    tokenizer = _tokenizer(config, local, made)
    if answers.wanted(config):
        made.unchecked.append("教师的回答要在训练开始时去问（问一次，存在训练文件夹里）：条数与步数不含它们")
    made.stages = [_stage(name, own, tokenizer, made) for name, own in _stages(config)]
    shape = _model(config, local, tokenizer, made)
    if shape is not None:
        _estimate(made, shape)
    made.unchecked = list(dict.fromkeys(made.unchecked))
    return made


def _stages(config: TrainConfig) -> list[tuple[str, TrainConfig]]:
    from caiwen.train.stages import stage_config

    if not config.caiwen.stages:
        return [("", config)]
    return [(stage.name, stage_config(config, stage)) for stage in config.caiwen.stages]


def _local(config: TrainConfig) -> TrainConfig | None:
    """The configuration with the model's folder on this machine, or None: a dry run downloads nothing."""
    name = config.model_name_or_path
    if name is None or Path(name).expanduser().is_dir():
        return config
    from huggingface_hub import try_to_load_from_cache

    for file in _MODEL_FILES:
        found = try_to_load_from_cache(name, file, cache_dir=config.cache_dir, revision=config.model_revision)
        if isinstance(found, str):
            return config.model_copy(update={"model_name_or_path": str(Path(found).parent)})
    return None


def _tokenizer(config: TrainConfig, local: TrainConfig | None, made: Plan) -> Any:
    from caiwen.train import models

    if local is None:
        made.unchecked.append(
            f"模型 {config.model_name_or_path} 不在本机（试算不下载）：分词器、权重、词表大小没有检查"
        )
        return None
    try:
        return models.load_tokenizer(local)
    except NotFoundError as error:
        if local.caiwen.from_scratch is None:
            raise
        made.unchecked.append(f"分词器要由训练数据现做，数据还不在：{error}")
        return None


def _stage(name: str, config: TrainConfig, tokenizer: Any, made: Plan) -> StagePlan:
    report, statistics = None, None
    try:
        if not config.dataset:
            pass  # all of it will come from the teacher
        elif tokenizer is None:
            from caiwen.train.guess import guessed

            statistics = guessed(config)
        else:
            from caiwen.train.data import prepare

            report = prepare(config, tokenizer).report
            statistics = report.train
    except NotFoundError as error:
        made.unchecked.append(f"数据没有检查：{error}")
    rows = rows_per_step(config)
    steps = total_steps(config, statistics.rows, rows) if statistics else max(config.max_steps, 0)
    tokens = (
        round(statistics.tokens / statistics.rows * rows * steps) if statistics and statistics.rows else 0
    )
    return StagePlan(name, config, statistics, report, tokenizer is None, rows, steps, tokens)


def rows_per_step(config: TrainConfig) -> int:
    world = int(os.environ.get("WORLD_SIZE", "1"))
    return config.per_device_train_batch_size * config.gradient_accumulation_steps * world


def total_steps(config: TrainConfig, rows: int, per_step: int) -> int:
    """Optimiser steps of a run; the last step of an epoch may be short."""
    return (
        config.max_steps
        if config.max_steps > 0
        else math.ceil(config.num_train_epochs * math.ceil(rows / per_step))
    )


def _model(
    config: TrainConfig, local: TrainConfig | None, tokenizer: Any, made: Plan
) -> PretrainedConfig | None:
    from caiwen.train import models

    if local is not None:
        try:
            return models.model_config(local, tokenizer)
        except NotFoundError as error:
            made.unchecked.append(f"模型的结构没有检查：{error}")
    known = known_shape(config.model_name_or_path or "")
    if known is None:
        made.unchecked.append("不知道这个模型的结构：内存与时间没有估计")
        return None
    from transformers import LlamaConfig

    made.known_shape = True
    made.unchecked.append(f"按已知的 {config.model_name_or_path} 的结构估计内存与时间")
    return LlamaConfig(**known)


def known_shape(name: str) -> dict[str, Any] | None:
    """The sizes of a well-known model by its name, or None."""
    last = name.rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1].lower()
    for entry in _table("shapes.yaml"):
        if last in entry["names"]:
            return {key: value for key, value in entry.items() if key != "names"}
    return None


def _estimate(made: Plan, model: PretrainedConfig) -> None:
    from caiwen.train import models

    config = made.config
    shape = made.shape = Shape.of(model, config.caiwen.layers)
    made.trained = memory.trained_parameters(config, shape)
    made.width = width = models.dtype(config, model).itemsize
    made.limit = memory.available(config)
    tokens = max((_micro_batch(stage) for stage in made.stages), default=config.cutoff_len)
    try:
        made.recompute, made.memory = memory.choose(config, model, tokens, width=width)
    except CaiwenError as error:
        made.recompute, made.advice = True, str(error)
        made.memory = memory.estimate(config, shape, tokens, recompute=True, width=width)
    work = operations(made, shape) * sum(stage.tokens for stage in made.stages)
    made.times = [(card, work / (card.tflops * 1e12 * UTILISATION)) for card in cards(config)] if work else []


def operations(made: Plan, shape: Shape) -> float:
    """Floating-point operations of one trained token."""
    dense = shape.parameters
    learnt = made.trained if made.config.finetuning_type != "lora" else 0
    return 4 * dense + 2 * min(learnt, dense) + (2 * dense if made.recompute else 0)


def _micro_batch(stage: StagePlan) -> int:
    config = stage.config
    longest = stage.statistics.longest if stage.statistics and not stage.guessed else config.cutoff_len
    rows = config.per_device_train_batch_size * config.gradient_accumulation_steps
    return min(
        config.caiwen.batching.tokens or config.per_device_train_batch_size * config.cutoff_len,
        longest * rows,
    )


def cards(config: TrainConfig) -> Sequence[Card]:
    """The accelerator of this machine; without one, the usual ones with the memory that the configuration names."""
    import torch

    table = [Card(**entry) for entry in _table("cards.yaml")]
    if torch.cuda.is_available() and not config.use_cpu:
        here = torch.cuda.get_device_name()
        return [card for card in table if card.name in here][:1]
    if config.use_cpu or config.caiwen.memory_gb is None:
        return [Card("本机 CPU", _cpu_tflops() / UTILISATION, 0)]
    size = config.caiwen.memory_gb
    return [card for card in table if size * 0.95 <= card.memory <= size * 1.05][:3]


@cache
def _cpu_tflops() -> float:
    """What a matrix product reaches here, measured in a fraction of a second."""
    import time

    import torch

    side = 1024
    left, right = torch.randn(side, side), torch.randn(side, side)
    torch.mm(left, right)
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < 0.2:
        torch.mm(left, right)
        count += 1
    return 2 * side**3 * count / (time.perf_counter() - start) / 1e12


@cache
def _table(name: str) -> list[dict[str, Any]]:
    import yaml

    table: list[dict[str, Any]] = yaml.safe_load(
        files("caiwen.train").joinpath(name).read_text(encoding="utf-8")
    )
    return table
