"""How much memory a run will take, whether it must recompute activations, and what would fit if it does not.

Estimates: weights and optimiser state are counted exactly from the shape of the model; activations by
what one layer of a LLaMA keeps for its backward pass (tests hold them against what is really kept).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caiwen.errors import ConfigError

if TYPE_CHECKING:
    from transformers import PretrainedConfig

    from caiwen.train.config import TrainConfig
    from caiwen.train.own import LayerRate

GB = 1 << 30
USABLE = 0.92  # the rest goes to the allocator, the CUDA context, the system
_CGROUP = Path("/sys/fs/cgroup/memory.max")


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes on one device."""

    weights: int
    learned: int  # gradients, optimiser state, fp32 copies
    activations: int
    logits: int
    reference: int

    @property
    def total(self) -> int:
        return self.weights + self.learned + self.activations + self.logits + self.reference


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes that memory depends on. ``linear``: parameters of linear layers inside the blocks; ``rated``: those
    that learn beside an adapter, by ``caiwen.layers``."""

    parameters: int
    linear: int
    layers: int
    hidden: int
    inner: int
    keys: int
    vocabulary: int
    sums: int  # inputs + outputs of the linear layers of one block
    rated: int = 0

    @classmethod
    def of(cls, model: PretrainedConfig, rates: Sequence[LayerRate] = ()) -> Shape:
        import torch
        from transformers import AutoModelForCausalLM

        from caiwen.train.layers import matches

        with torch.device("meta"):
            empty = AutoModelForCausalLM.from_config(model)
        blocks = [
            module.weight
            for name, module in empty.named_modules()
            if isinstance(module, torch.nn.Linear) and any(part.isdigit() for part in name.split("."))
        ]
        heads = getattr(model, "num_key_value_heads", None) or model.num_attention_heads
        size = getattr(model, "head_dim", None) or model.hidden_size // model.num_attention_heads
        return cls(
            parameters=sum(p.numel() for p in empty.parameters()),
            linear=sum(w.numel() for w in blocks),
            layers=model.num_hidden_layers,
            hidden=model.hidden_size,
            inner=model.intermediate_size,
            keys=heads * size,
            vocabulary=model.vocab_size,
            sums=sum(sum(w.shape) for w in blocks) // model.num_hidden_layers,
            rated=sum(
                p.numel() for name, p in empty.named_parameters() if any(matches(r, name) for r in rates)
            ),
        )


def available(config: TrainConfig) -> int | None:
    """Free bytes of the device; None when the system does not tell. ``caiwen.memory_gb`` goes first."""
    if config.caiwen.memory_gb is not None:
        return int(config.caiwen.memory_gb * GB)
    import torch

    if torch.cuda.is_available() and not config.use_cpu:
        return int(torch.cuda.mem_get_info()[0])
    found = [value for value in (_meminfo(), _cgroup()) if value is not None]
    return min(found, default=None)


def _meminfo() -> int | None:
    path = Path("/proc/meminfo")
    if path.is_file():
        for line in path.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    names = os.sysconf_names if hasattr(os, "sysconf_names") else {}
    if "SC_AVPHYS_PAGES" in names:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None


def _cgroup() -> int | None:
    text = _CGROUP.read_text().strip() if _CGROUP.is_file() else "max"
    return int(text) if text.isdigit() else None


def estimate(config: TrainConfig, shape: Shape, tokens: int, *, recompute: bool, width: int = 4) -> Memory:
    """``tokens``: of one micro-batch; ``width``: bytes of a weight as it is computed with (4 or 2)."""
    stored = width if config.quantization_bit is None else config.quantization_bit / 8 * 1.06
    weights = int(shape.linear * stored + (shape.parameters - shape.linear) * width)
    own = config.caiwen
    extra_model = own.loss.kl > 0 and (
        own.loss.reference != "base" or own.distill is not None or not _adapter_is_enough(config)
    )
    return Memory(
        weights=weights,
        learned=trained_parameters(config, shape) * _state(config, width),
        activations=_activations(shape, tokens, width, recompute),
        logits=min(own.loss.chunk_tokens, tokens) * shape.vocabulary * 4 * (3 if own.loss.kl else 2),
        reference=shape.parameters * width if extra_model else 0,
    )


def _adapter_is_enough(config: TrainConfig) -> bool:
    return config.finetuning_type == "lora" and not (config.pissa_init or config.caiwen.layers)


def trained_parameters(config: TrainConfig, shape: Shape) -> int:
    """Of the adapters on all linear layers and the base layers beside them, of the last layers, or all."""
    if config.finetuning_type == "full":
        return shape.parameters
    if config.finetuning_type == "freeze":
        return shape.linear * min(abs(config.freeze_trainable_layers), shape.layers) // shape.layers
    adapters = config.lora_rank * shape.sums * shape.layers
    return adapters + shape.rated


def _state(config: TrainConfig, width: int) -> int:
    """Bytes a trained parameter costs beside its weight: gradient and two moments, and the weight itself for
    adapters and fp32 copies."""
    if config.pure_bf16:
        return 2 * 4
    copies = 4 if config.finetuning_type == "lora" or width == 2 else 0
    return 4 * 3 + copies


def _activations(shape: Shape, tokens: int, width: int, recompute: bool) -> int:
    # Kept by a layer: norms (inputs twice, scaled once), queries and keys before and after rotation, values,
    # the mixed heads and the two residual sums; gate, its activation, up, and their product.
    layer = 9 * shape.hidden + 5 * shape.keys + 4 * shape.inner
    if width == 2:
        layer += 4 * shape.hidden  # norms compute in fp32
    kept = layer * (1 if recompute else shape.layers) + (shape.layers * shape.hidden if recompute else 0)
    return tokens * width * kept


def choose(
    config: TrainConfig, model: PretrainedConfig, tokens: int, *, width: int = 4
) -> tuple[bool, Memory]:
    """Whether to recompute activations, and the estimate. ConfigError when nothing fits, with what would."""
    shape, limit = Shape.of(model, config.caiwen.layers), available(config)
    keeping = estimate(config, shape, tokens, recompute=False, width=width)
    saving = estimate(config, shape, tokens, recompute=True, width=width)
    if config.gradient_checkpointing is not None or config.disable_gradient_checkpointing:
        recompute = bool(config.gradient_checkpointing) and not config.disable_gradient_checkpointing
    else:
        recompute = limit is not None and keeping.total > limit * USABLE
    chosen = saving if recompute else keeping
    if limit is not None and chosen.total > limit * USABLE and not _sharded(config):
        raise ConfigError(
            f"内存不够：估计要 {chosen.total / GB:.1f} GB，可用 {limit / GB:.1f} GB",
            where="caiwen.memory_gb" if config.caiwen.memory_gb else None,
            hint=_advice(config, shape, tokens, width, limit * USABLE),
        )
    return recompute, chosen


def _sharded(config: TrainConfig) -> bool:
    return bool(config.deepspeed or config.fsdp or os.environ.get("ACCELERATE_USE_FSDP") == "true")


def _advice(config: TrainConfig, shape: Shape, tokens: int, width: int, limit: float) -> str:
    """The first changes, each tried alone and then together, that make the run fit."""
    changes: list[tuple[str, dict[str, Any]]] = [
        ("写 gradient_checkpointing: true", {"gradient_checkpointing": True})
    ]
    if width == 4:
        changes.append(("写 bf16: true", {"bf16": True}))
    if config.finetuning_type != "lora":
        changes.append(("写 finetuning_type: lora", {"finetuning_type": "lora"}))
    if config.quantization_bit is None:
        changes.append(
            ("写 quantization_bit: 4（需要 NVIDIA GPU）", {"quantization_bit": 4, "finetuning_type": "lora"})
        )

    def fits(given: dict[str, Any], size: int) -> bool:
        trial = config.model_copy(update=given)
        bytes_each = 2 if trial.bf16 or trial.quantization_bit else width
        return estimate(trial, shape, size, recompute=True, width=bytes_each).total <= limit

    for words, given in changes:
        if fits(given, tokens):
            return f"{words} 就够"
    together: dict[str, Any] = {}
    for words, given in changes:
        together |= given
        if fits(together, tokens):
            return f"从头几项一起改就够：{_joined(changes, words)}"
    smaller = _largest(lambda size: fits(together, size), tokens)
    if smaller:
        return (
            f"还要把 cutoff_len 或 caiwen.batching.tokens 降到 {smaller}：{_joined(changes, changes[-1][0])}"
        )
    return "这台机器装不下这个模型：换小一些的模型，或用多张卡（FSDP、DeepSpeed）"


def _joined(changes: list[tuple[str, dict[str, Any]]], last: str) -> str:
    words = [text for text, _ in changes]
    return "，".join(words[: words.index(last) + 1])


def _largest(fits: Callable[[int], bool], tokens: int) -> int | None:
    size = tokens // 2
    while size >= 64:
        if fits(size):
            return size
        size //= 2
    return None
