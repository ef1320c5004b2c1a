"""What is trained: LoRA and its variants, the last layers, or everything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from caiwen.errors import ConfigError
from caiwen.train import hubs, layers

if TYPE_CHECKING:
    import torch
    from peft import LoraConfig, PeftModel
    from transformers import PreTrainedModel

    from caiwen.train.config import TrainConfig


def prepare(model: PreTrainedModel, config: TrainConfig) -> PreTrainedModel | PeftModel:
    """The model with what learns marked (requires_grad), in fp32 where the computation is in half precision."""
    made = _METHODS[config.finetuning_type](model, config)
    if config.caiwen.layers:
        layers.unfreeze(made, config.caiwen.layers)
    if not (config.pure_bf16 or config.deepspeed or config.fsdp):
        for parameter in made.parameters():
            if parameter.requires_grad:
                parameter.data = parameter.data.float()
    if not any(parameter.requires_grad for parameter in made.parameters()):
        raise ConfigError("没有要训练的参数", where="finetuning_type")
    return made


def _full(model: PreTrainedModel, config: TrainConfig) -> PreTrainedModel:
    _no_quantisation(config)
    return model.requires_grad_(True)


def _freeze(model: PreTrainedModel, config: TrainConfig) -> PreTrainedModel:
    """LLaMA-Factory's rule: some modules of the last (negative: first) layers, and others by name."""
    _no_quantisation(config)
    count, total = config.freeze_trainable_layers, model.config.num_hidden_layers
    numbers = range(max(0, total - count), total) if count > 0 else range(min(-count, total))
    inside = {m[1] for name, _ in model.named_parameters() if (m := re.search(r"\.\d+\.(\w+)", name))}
    outside = {n.split(".")[-2] for n, _ in model.named_parameters() if not re.search(r"\.\d+\.", n)}
    wanted: list[str] = []
    for module in config.freeze_trainable_modules:
        _known(module, inside | {"all"}, "freeze_trainable_modules")
        wanted += [f".{number}.{'' if module == 'all' else module}" for number in numbers]
    for module in config.freeze_extra_modules or ():
        _known(module, outside, "freeze_extra_modules")
        wanted.append(module)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(any(part in name for part in wanted))
    return model


def _known(module: str, known: set[str], where: str) -> None:
    if module not in known:
        raise ConfigError(f"模型里没有 {module}", where=where, hint=f"可以写：{'、'.join(sorted(known))}")


def _no_quantisation(config: TrainConfig) -> None:
    if config.quantization_bit is not None:
        raise ConfigError(
            "量化的模型只能用 LoRA 训练", where="finetuning_type", hint="写 finetuning_type: lora"
        )


def _lora(model: PreTrainedModel, config: TrainConfig) -> PeftModel:
    from peft import PeftModel, get_peft_model

    model.requires_grad_(False)
    earlier = list(config.adapter_name_or_path or ())
    last = None if config.create_new_adapter or not earlier else earlier.pop()
    for name in earlier:
        with hubs.reading(name, "adapter_name_or_path"):
            model = PeftModel.from_pretrained(with_base_changes(model, name), name).merge_and_unload()
    if last is None:
        return get_peft_model(model, lora_config(model, config), autocast_adapter_dtype=not config.pure_bf16)
    with hubs.reading(last, "adapter_name_or_path"):
        return PeftModel.from_pretrained(with_base_changes(model, last), last, is_trainable=True)


def with_base_changes(model: PreTrainedModel, folder: str) -> PreTrainedModel:
    from caiwen.train import weights

    weights.apply_base_changes(model, folder)
    return model


def lora_config(model: PreTrainedModel, config: TrainConfig) -> LoraConfig:
    from peft import LoraConfig, TaskType

    if config.pissa_init and config.caiwen.layers:
        raise ConfigError(
            "pissa_init 改写基座权重，不能再用分层学习率训练基座", where="caiwen.layers", hint="两者去掉一个"
        )
    start: Any = True
    if config.pissa_init:
        start = "pissa" if config.pissa_iter == -1 else f"pissa_niter_{config.pissa_iter}"
    made = LoraConfig(
        task_type=TaskType.CAUSAL_LM,
        r=config.lora_rank,
        lora_alpha=config.alpha,
        lora_dropout=config.lora_dropout,
        target_modules=list(targets(model, config.lora_target)),
        modules_to_save=list(config.additional_target or ()) or None,
        use_rslora=config.use_rslora,
        use_dora=config.use_dora,
        init_lora_weights=start,
    )
    if config.caiwen.batching.fused_lora and config.quantization_bit is None:
        from caiwen.train import fused

        fused.install(made)
    return made


def targets(model: torch.nn.Module, wanted: tuple[str, ...]) -> Iterator[str]:
    """Module names that get an adapter. ``all``: every linear layer but the output layer."""
    import torch

    from caiwen.train.loss import LossHead

    linear = [
        (name, module)
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear) and not isinstance(module, LossHead)
    ]
    names = sorted({name.rsplit(".", 1)[-1] for name, _ in linear})
    if wanted == ("all",):
        return iter(names)
    for name in wanted:
        if name == "lm_head":
            raise ConfigError(
                "lora_target 里不能有 lm_head",
                where="lora_target",
                hint="要训练输出层，写 additional_target: lm_head",
            )
        if not any(known == name or known.endswith(f".{name}") for known, _ in linear):
            _known(name, set(names), "lora_target")
    return iter(wanted)


_METHODS = {"full": _full, "freeze": _freeze, "lora": _lora}
