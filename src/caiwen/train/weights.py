"""What was learned, in files: adapters, base layers changed beside them, or whole models.

A folder of an adapter may hold ``base_changes.safetensors``: the base parameters that learned with it,
under the names of the base model's own files. Without them the adapter is not what was trained.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from caiwen.errors import CaiwenError, ConfigError
from caiwen.train import layers

if TYPE_CHECKING:
    import torch
    from peft import PeftModel
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

BASE_CHANGES = "base_changes.safetensors"
INITIAL = "pissa_init"  # a PiSSA adapter before its first step, from which plain LoRA is computed


def is_adapted(model: torch.nn.Module) -> bool:
    from peft import PeftModel

    return isinstance(model, PeftModel)


def save(
    model: PreTrainedModel | PeftModel, folder: Path, state: dict[str, torch.Tensor] | None = None
) -> None:
    """Adapter with its base changes, or the whole model. ``state``: gathered from other processes."""
    if not is_adapted(model):
        model.save_pretrained(folder, state_dict=state)
        return
    model.save_pretrained(folder, state_dict=state, save_embedding_layers=False)
    changed = layers.changed_base(model)
    if changed:
        from safetensors.torch import save_file

        given = {layers.base_name(name): value for name, value in (state or {}).items()}
        held = {name: given.get(name, p).detach().cpu().contiguous() for name, p in changed.items()}
        save_file(held, folder / BASE_CHANGES, metadata={"format": "pt"})


def load(model: PreTrainedModel | PeftModel, folder: Path) -> None:
    """Put what ``save`` wrote into a model made by the same configuration."""
    if is_adapted(model):
        from peft import load_peft_weights, set_peft_model_state_dict

        apply_base_changes(model, str(folder))
        found = set_peft_model_state_dict(model, load_peft_weights(str(folder), device="cpu"))
        _complete(found.unexpected_keys, folder)
        return
    from transformers.trainer_utils import load_sharded_checkpoint

    single = folder / "model.safetensors"
    if single.is_file():
        from safetensors.torch import load_file

        _complete(model.load_state_dict(load_file(single), strict=False).unexpected_keys, folder)
    else:
        load_sharded_checkpoint(model, str(folder), strict=False)


def _complete(unexpected: list[str], folder: Path) -> None:
    if unexpected:
        raise CaiwenError(
            f"检查点里有模型没有的参数：{unexpected[0]} 等 {len(unexpected)} 个",
            where=str(folder),
            hint="检查点与配置不是同一个模型",
        )


def apply_base_changes(model: torch.nn.Module, folder: str) -> None:
    """Put changed base parameters into a model, adapted or not. No file: nothing to do."""
    path = Path(folder) / BASE_CHANGES
    if not path.is_file():
        return
    import torch
    from safetensors.torch import load_file

    own = dict(layers.base_parameters(model))
    with torch.no_grad():
        for name, value in load_file(path).items():
            if name not in own or own[name].shape != value.shape:
                raise ConfigError(
                    f"基座里没有 {name}，或形状不同", where=str(path), hint="适配器要配它自己的基座"
                )
            own[name].copy_(value)


def save_initial(model: PeftModel, folder: Path) -> None:
    """Keep a PiSSA adapter as it was before training: needed to turn it into plain LoRA."""
    adapter = model.peft_config["default"]
    kind = adapter.init_lora_weights
    adapter.init_lora_weights = True  # the file holds the factors: nothing to compute when it is read
    model.save_pretrained(folder / INITIAL, save_embedding_layers=False)
    adapter.init_lora_weights = kind


def save_converted(model: PeftModel, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """A PiSSA adapter as plain LoRA over the original base, so that others read it without knowing."""
    model.save_pretrained(
        folder, save_embedding_layers=False, path_initial_model_for_weight_conversion=str(folder / INITIAL)
    )
    tokenizer.save_pretrained(folder)


def merge(folder: Path, output: Path, base: str | None = None, **arguments: Any) -> None:
    """Adapter and changed base layers merged into one complete model, for export."""
    from peft import PeftConfig, PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    name = base or PeftConfig.from_pretrained(str(folder)).base_model_name_or_path
    model = AutoModelForCausalLM.from_pretrained(name, **arguments)
    apply_base_changes(model, str(folder))
    merged = PeftModel.from_pretrained(model, str(folder)).merge_and_unload()
    merged.save_pretrained(output)
    AutoTokenizer.from_pretrained(str(folder)).save_pretrained(output)
