"""Which parameters learn, and how fast: adapters beside chosen base layers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from caiwen.errors import ConfigError

if TYPE_CHECKING:
    import torch

    from caiwen.train.config import TrainConfig
    from caiwen.train.own import LayerRate

_WRAPPING = re.compile(r"^(?:module\.)?base_model\.model\.|\.base_layer(?=\.)|\.original_module(?=\.)")
_ADAPTER = re.compile(r"\.lora_|\.modules_to_save\.")


def base_name(name: str) -> str:
    """The name of a parameter as the base model's files have it."""
    return _WRAPPING.sub("", name)


def is_adapter(name: str) -> bool:
    return bool(_ADAPTER.search(name))


def base_parameters(model: torch.nn.Module) -> Iterator[tuple[str, torch.nn.Parameter]]:
    """The base model's parameters under their own names, those of adapters left out."""
    return ((base_name(n), p) for n, p in model.named_parameters() if not is_adapter(n))


def changed_base(model: torch.nn.Module) -> dict[str, torch.nn.Parameter]:
    """Base parameters that learn beside an adapter. ``model`` is a PeftModel."""
    return {name: p for name, p in base_parameters(model) if p.requires_grad}


def unfreeze(model: torch.nn.Module, rates: Iterable[LayerRate]) -> None:
    """Let the base layers learn that ``rates`` match. ConfigError when a pattern matches nothing."""
    for rate in rates:
        found = [p for name, p in base_parameters(model) if matches(rate, name)]
        if not found:
            some = [name for name, _ in base_parameters(model)]
            shown = "、".join(dict.fromkeys(re.sub(r"\.\d+\.", ".*.", name) for name in some[:12]))
            raise ConfigError(
                f"没有参数与 {rate.match} 相配", where="caiwen.layers", hint=f"参数名如：{shown}"
            )
        if not all(p.is_floating_point() for p in found):
            raise ConfigError(
                f"{rate.match} 里有量化了的权重，不能训练",
                where="caiwen.layers",
                hint="去掉 quantization_bit",
            )
        for parameter in found:
            parameter.requires_grad_(True)


def matches(rate: LayerRate, name: str) -> bool:
    """Whether a rate's patterns and layer numbers cover a base parameter."""
    patterns = [pattern.strip() for pattern in rate.match.split(",")]
    if not any(fnmatchcase(name, p) or fnmatchcase(name, f"{p}.*") for p in patterns):
        return False
    if rate.layers is None:
        return True
    number = re.search(r"\.(\d+)\.", name)
    return number is not None and int(number[1]) in numbers(rate.layers)


def numbers(text: str) -> set[int]:
    """``0,1,28-31`` → {0, 1, 28, 29, 30, 31}."""
    found: set[int] = set()
    for part in text.replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        last = last if dash else first
        if not (first.isdigit() and last.isdigit()):
            raise ConfigError(f"看不懂的层号 {part}", where="caiwen.layers", hint="写成 28-31 或 0,1,31")
        found |= set(range(int(first), int(last) + 1))
    return found


def groups(
    model: torch.nn.Module, config: TrainConfig, rate: float, decaying: set[str]
) -> list[dict[str, Any]]:
    """Optimiser groups: one for each learning rate and weight decay. ``decaying``: names under decay."""
    made: dict[tuple[float, float], list[torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        decay = config.weight_decay if name in decaying else 0.0
        made.setdefault((rate_of(name, config, rate), decay), []).append(parameter)
    return [{"params": p, "lr": lr, "weight_decay": decay} for (lr, decay), p in made.items()]


def rate_of(name: str, config: TrainConfig, rate: float) -> float:
    """The learning rate of a parameter: the last matching layer rate, LoRA+'s for its B, else ``rate``."""
    if not is_adapter(name):
        own = [layer.learning_rate for layer in config.caiwen.layers if matches(layer, base_name(name))]
        return own[-1] if own else rate
    if config.loraplus_lr_ratio is None:
        return rate
    if "lora_embedding" in name:
        return config.loraplus_lr_embedding
    faster = "lora_B" in name
    return rate * config.loraplus_lr_ratio if faster else rate
