"""A plan told in Chinese, and as a record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from caiwen.train.config import TrainConfig
from caiwen.train.data import Report, Statistics
from caiwen.train.memory import GB, Memory
from caiwen.train.plan import UTILISATION, Plan, StagePlan

_MEMORY = {
    "weights": "权重",
    "learned": "训练的参数（梯度、优化器）",
    "activations": "激活",
    "logits": "logits",
    "reference": "参照模型",
}


def lines(made: Plan) -> Iterator[str]:
    yield "设置（与默认不同的；全部设置用 --json 文件 写出）"
    yield from (f"  {key}: {value}" for key, value in changed(made.config).items())
    for key, why in made.config.idle.items():
        yield f"  {key} 不起作用：{why}"
    for stage in made.stages:
        yield ""
        yield from _stage(stage)
    if made.shape is not None:
        yield ""
        yield from _model(made)
    if made.unchecked:
        yield ""
        yield "没有检查的"
        yield from (f"  - {line}" for line in made.unchecked)


def changed(config: TrainConfig) -> dict[str, Any]:
    """What differs from the defaults, sections of ``caiwen`` too."""
    return dict(_changed(config.resolved(), type(config).model_construct().resolved()))


def _changed(
    given: Mapping[str, Any], default: Mapping[str, Any], above: str = ""
) -> Iterator[tuple[str, Any]]:
    for key, value in given.items():
        other = default.get(key)
        if isinstance(value, dict) and isinstance(other, dict):
            yield from _changed(value, other, f"{above}{key}.")
        elif value != other:
            yield f"{above}{key}", value


def _stage(stage: StagePlan) -> Iterator[str]:
    yield f"数据（阶段 {stage.name}）" if stage.name else "数据"
    if stage.report is not None:
        yield from _report(stage.report)
    if stage.statistics is None:
        yield f"  {'、'.join(stage.config.dataset or ('教师的回答',))}：还没有"
        return
    if stage.guessed:
        yield "  没有分词器，token 数按字数估计（一个汉字、或三个其他字符算一个）"
    yield from _statistics("训练", stage.statistics)
    if stage.report:
        for name, told in stage.report.validation.items():
            yield from _statistics("验证" if name == "validation" else f"验证 {name}", told)
    config = stage.config
    epochs = f"{config.num_train_epochs:g} 轮，" if config.max_steps <= 0 else ""
    yield (
        f"  步数：{epochs}每步 {stage.rows_per_step} 条（{config.per_device_train_batch_size} × "
        f"累积 {config.gradient_accumulation_steps}），共 {stage.steps:,} 步，约 {stage.tokens:,} token"
    )


def _report(report: Report) -> Iterator[str]:
    for name, found in report.datasets.items():
        broken = f"，残缺 {found.broken:,}" if found.broken else ""
        yield f"  数据集 {name}：{found.rows:,} 条{broken}"
    yield from (f"  - {note}" for note in report.notes)


def _statistics(title: str, s: Statistics) -> Iterator[str]:
    packed = f"（由 {s.samples:,} 条拼成）" if s.samples != s.rows else ""
    yield f"  {title}：{s.rows:,} 条{packed}，{s.tokens:,} token，其中要学的 {s.labels:,}（{_share(s.labels, s.tokens)}）"
    yield (
        f"    每条 token：最短 {s.shortest:,}，中位 {s.median:,}，90% 不超过 {s.percentile_90:,}，"
        f"99% 不超过 {s.percentile_99:,}，最长 {s.longest:,}"
    )
    cut = f"，去掉 {s.lost:,} token（{_share(s.lost, s.tokens + s.lost)}）" if s.truncated else ""
    yield f"    截断：{s.truncated:,} 条（{_share(s.truncated, s.rows)}）{cut}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "0%"


def _model(made: Plan) -> Iterator[str]:
    assert made.shape is not None
    total, trained = made.shape.parameters, made.trained
    yield "模型"
    yield f"  参数 {_count(total)}，训练 {trained / 1e6:,.2f} M（{trained / total:.3%}）；{_kind(made)}"
    if made.memory is not None:
        yield from _memory(made, made.memory)
    for card, seconds in made.times:
        yield f"  时间：约 {duration(seconds)}（{card.name}，{_speed(card.tflops)}，按 {UTILISATION:.0%} 的利用率）"


def _count(parameters: int) -> str:
    return f"{parameters / 1e9:,.3f} B" if parameters >= 10**8 else f"{parameters / 1e6:,.2f} M"


def _kind(made: Plan) -> str:
    bits = made.config.quantization_bit
    return f"基座 {bits} 位" if bits else {2: "bf16/fp16", 4: "fp32"}.get(made.width, "")


def _memory(made: Plan, memory: Memory) -> Iterator[str]:
    parts = [f"{word} {value / GB:.2f}" for name, word in _MEMORY.items() if (value := getattr(memory, name))]
    again = "，重算激活" if made.recompute else ""
    place = "本机" if made.config.use_cpu else "每张卡"
    yield f"  内存：{place}约 {memory.total / GB:.1f} GB（{' + '.join(parts)}{again}），另留一成给运行环境"
    if made.advice:
        yield f"  {made.advice}"
    elif made.limit is not None:
        yield f"  可用 {made.limit / GB:.1f} GB：够"


def _speed(tflops: float) -> str:
    return f"峰值 {tflops:,.0f} TFLOPS" if tflops >= 10 else f"实测 {tflops * UTILISATION * 1000:,.0f} GFLOPS"


def duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} 秒"
    if seconds < 5400:
        return f"{seconds / 60:.0f} 分钟"
    return f"{seconds / 3600:.1f} 小时" if seconds < 172800 else f"{seconds / 86400:.1f} 天"


def record(made: Plan) -> dict[str, Any]:
    """Everything as plain data: the resolved configuration, counts, statistics, memory in bytes, seconds."""
    return {
        "config": made.config.resolved(),
        "idle": made.config.idle,
        "stages": [
            {
                "name": stage.name,
                "statistics": asdict(stage.statistics) if stage.statistics else None,
                "guessed": stage.guessed,
                "report": asdict(stage.report) if stage.report else None,
                "rows_per_step": stage.rows_per_step,
                "steps": stage.steps,
                "tokens": stage.tokens,
            }
            for stage in made.stages
        ],
        "parameters": made.shape.parameters if made.shape else None,
        "trained": made.trained if made.shape else None,
        "memory": {**asdict(made.memory), "total": made.memory.total} if made.memory else None,
        "recompute": made.recompute,
        "available": made.limit,
        "advice": made.advice,
        "times": [{"card": card.name, "seconds": seconds} for card, seconds in made.times],
        "unchecked": made.unchecked,
    }
