"""Learning rates by layer, and what becomes of base layers that learnt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

from caiwen.errors import ConfigError
from caiwen.train import layers, methods, models, weights
from tests.train.runs import Place

RATES = [
    {"match": "model.layers.*.mlp.*", "layers": "1", "learning_rate": 1e-3},
    {"match": "model.norm, model.layers.*.mlp.down_proj", "learning_rate": 2e-3},
]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def build(place: Place, **changes: Any) -> tuple[Any, Any]:
    config = place.config(**changes)
    return config, methods.prepare(models.load_model(config, models.load_tokenizer(config)), config)


def rates(config: Any, model: Any) -> dict[float, set[str]]:
    names = {id(p): layers.base_name(n) for n, p in model.named_parameters()}
    groups = layers.groups(model, config, 1e-2, set())
    return {group["lr"]: {names[id(p)] for p in group["params"]} for group in groups}


def test_every_parameter_gets_its_rate(place: Place) -> None:
    found = rates(*build(place, caiwen={"layers": RATES}))
    assert found[1e-3] == {f"model.layers.1.mlp.{name}_proj.weight" for name in ("up", "gate")}
    assert found[2e-3] == {
        "model.norm.weight",
        *(f"model.layers.{n}.mlp.down_proj.weight" for n in (0, 1)),
    }, "the last match counts"
    assert all("lora_" in name for name in found[1e-2])
    assert len(found) == 3


def test_loraplus_learns_b_faster(place: Place) -> None:
    found = rates(*build(place, loraplus_lr_ratio=16.0))
    assert {rate: {name.split(".")[-3] for name in names} for rate, names in found.items()} == {
        1e-2: {"lora_A"},
        16 * 1e-2: {"lora_B"},
    }


def test_the_trainer_uses_these_groups(place: Place) -> None:
    """Rates are seen in how far weights go: Adam's first step is the rate itself."""
    place.run("run", max_steps=1, lr_scheduler_type="constant", warmup_ratio=0.0, caiwen={"layers": RATES})
    changed = weights_of(place.folder / "run")
    base = dict(AutoModelForCausalLM.from_pretrained(place.base).named_parameters())
    for name, rate in (("model.layers.1.mlp.up_proj.weight", 1e-3), ("model.norm.weight", 2e-3)):
        assert (changed[name] - base[name]).abs().max().item() == pytest.approx(rate, rel=1e-2)


def weights_of(folder: Path) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    return load_file(folder / weights.BASE_CHANGES)


def test_changed_layers_are_saved_reloaded_and_merged(place: Place, tmp_path: Path) -> None:
    """Adapter plus changed layers, reloaded, and merged, give what the trained model gave."""
    ids = torch.arange(3, 30)[None]
    place.run("run", caiwen={"layers": RATES}, val_size=0.3, eval_strategy="epoch")
    folder = place.folder / "run"
    assert set(weights_of(folder)) == {
        *(f"model.layers.1.mlp.{name}_proj.weight" for name in ("up", "gate")),
        *(f"model.layers.{n}.mlp.down_proj.weight" for n in (0, 1)),
        "model.norm.weight",
    }
    base = AutoModelForCausalLM.from_pretrained(place.base)
    weights.apply_base_changes(base, str(folder))
    tuned = PeftModel.from_pretrained(base, folder)
    weights.merge(folder, tmp_path / "merged")
    merged = AutoModelForCausalLM.from_pretrained(tmp_path / "merged")
    torch.testing.assert_close(merged(input_ids=ids).logits, tuned(input_ids=ids).logits, rtol=0, atol=1e-5)
    config = place.config(
        "again", val_size=0.3, do_eval=True, eval_strategy="no", max_steps=1, learning_rate=0.0
    )
    again = config.model_copy(update={"adapter_name_or_path": (str(folder),)})
    from caiwen.train.run import run

    before = place.losses("run", "eval_loss")[-1]
    assert run(again).metrics["eval_loss"] == pytest.approx(before, abs=1e-6)
    alone = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(place.base), folder)
    assert not torch.allclose(alone(input_ids=ids).logits, tuned(input_ids=ids).logits, atol=1e-3)


def test_resumed_with_changed_layers(place: Place) -> None:
    from tests.train.runs import Stop, interrupted_at

    place.run("whole", caiwen={"layers": RATES})
    with pytest.raises(Stop):
        place.run("cut", interrupted_at(4), caiwen={"layers": RATES})
    place.run("cut", caiwen={"layers": RATES})
    assert place.losses("cut") == place.losses("whole")


def test_a_pattern_without_a_match_is_told(place: Place) -> None:
    with pytest.raises(ConfigError, match=r"没有参数与 decoder\.\* 相配.*model\.layers"):
        build(place, caiwen={"layers": [{"match": "decoder.*", "learning_rate": 1e-3}]})


def test_layer_numbers() -> None:
    assert layers.numbers("0, 3-5,9") == {0, 3, 4, 5, 9}
    with pytest.raises(ConfigError, match="看不懂的层号"):
        layers.numbers("3-")
    with pytest.raises(ConfigError, match="看不懂的层号"):
        layers.numbers("x")
