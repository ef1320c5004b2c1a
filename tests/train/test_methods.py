"""What learns, by method, and what others can read of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

from caiwen.errors import CaiwenError, ConfigError, NotFoundError
from caiwen.train import methods, models
from tests.train.runs import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def learning(place: Place, **changes: Any) -> set[str]:
    config = place.config(**changes)
    model = methods.prepare(models.load_model(config, models.load_tokenizer(config)), config)
    return {name for name, p in model.named_parameters() if p.requires_grad}


def test_all_linear_layers_but_the_output(place: Place) -> None:
    found = learning(place)
    assert {name.split(".")[-4] for name in found} == {
        *("q_proj", "k_proj", "v_proj", "o_proj", "up_proj", "gate_proj", "down_proj")
    }
    assert len(found) == 2 * 7 * 2


def test_chosen_targets_and_whole_modules(place: Place) -> None:
    found = learning(place, lora_target="q_proj,v_proj", additional_target="embed_tokens")
    assert {part for name in found for part in name.split(".") if part.endswith("_proj")} == {
        "q_proj",
        "v_proj",
    }
    assert any("modules_to_save" in name and "embed_tokens" in name for name in found)


def test_freeze_takes_the_last_or_first_layers(place: Place) -> None:
    last = learning(place, finetuning_type="freeze", freeze_trainable_layers=1)
    first = learning(place, finetuning_type="freeze", freeze_trainable_layers=-1)
    assert {name.split(".")[2] for name in last} == {"1"}
    assert {name.split(".")[2] for name in first} == {"0"}
    some = learning(
        place,
        finetuning_type="freeze",
        freeze_trainable_layers=1,
        freeze_trainable_modules="mlp",
        freeze_extra_modules="embed_tokens",
    )
    assert {name.split(".")[-2] for name in some} == {"up_proj", "gate_proj", "down_proj", "embed_tokens"}


def test_full_is_everything(place: Place) -> None:
    assert "lm_head.weight" in learning(place, finetuning_type="full")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lora_target": "no_such"}, "没有 no_such"),
        ({"lora_target": "q_proj,lm_head"}, "additional_target"),
        ({"finetuning_type": "freeze", "freeze_trainable_modules": "mlpp"}, "没有 mlpp"),
        (
            {"pissa_init": True, "caiwen": {"layers": [{"match": "model.norm", "learning_rate": 1.0}]}},
            "PiSSA|pissa",
        ),
    ],
)
def test_what_is_not_there_is_told(place: Place, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        learning(place, **changes)


def test_missing_models_are_told(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(NotFoundError, match="没有这个模型文件夹"):
        place.run("a", model_name_or_path=str(tmp_path / "nowhere"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(NotFoundError, match=r"Hugging Face 上取不到 org/no-such-model.*USE_MODELSCOPE_HUB"):
        place.run("a", model_name_or_path="org/no-such-model")
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotFoundError, match=r"里没有 tokenizer\.json"):
        place.run("b", model_name_or_path=str(tmp_path / "empty"))
    (place.base / "model.safetensors").unlink()
    with pytest.raises(NotFoundError, match="检查文件是否完整"):
        place.run("c")


def test_modelscope_is_asked_when_wanted(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys
    import types

    from caiwen.train import hubs

    asked = []

    def snapshot_download(name: str, **settings: Any) -> str:
        asked.append((name, settings["revision"]))
        return str(place.base)

    fake = types.SimpleNamespace(snapshot_download=snapshot_download)
    monkeypatch.setitem(sys.modules, "modelscope", fake)
    monkeypatch.setattr("huggingface_hub.HfApi.model_info", lambda *_, **__: None)
    assert hubs.locate("org/model", where="x") == "org/model", "Hugging Face unless asked"
    monkeypatch.setenv("USE_MODELSCOPE_HUB", "1")
    assert hubs.locate("org/model", where="x") == str(place.base)
    assert asked == [("org/model", "master")]
    monkeypatch.setitem(sys.modules, "modelscope", None)
    with pytest.raises(CaiwenError, match="pip install modelscope"):
        hubs.locate("org/model", where="x")


@pytest.mark.skipif(torch.cuda.is_available(), reason="says what a machine without a GPU says")
def test_quantised_training_needs_a_gpu(place: Place) -> None:
    with pytest.raises(ConfigError, match="需要 NVIDIA GPU"):
        learning(place, quantization_bit=4)


def test_pissa_is_released_as_plain_lora_over_the_original_base(place: Place) -> None:
    place.run("run", pissa_init=True, pissa_iter=-1, val_size=0.3, do_eval=True, learning_rate=1e-3)
    folder = place.folder / "run"
    tuned = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(place.base), folder)
    assert tuned.peft_config["default"].r == 16, "twice the rank: what was learnt minus where it began"
    assert tuned.peft_config["default"].init_lora_weights is True
    from caiwen.train.run import run

    config = place.config("again", val_size=0.3, do_eval=True, max_steps=1, learning_rate=0.0)
    again = run(config.model_copy(update={"adapter_name_or_path": (str(folder),)}))
    trained = [r["eval_loss"] for r in place.records("run") if "eval_loss" in r][-1]
    assert again.metrics["eval_loss"] == pytest.approx(trained, abs=1e-5)


def test_adapters_are_continued_or_merged_under_a_new_one(place: Place) -> None:
    place.run("first", num_train_epochs=1)
    earlier = str(place.folder / "first")
    config = place.config("second", adapter_name_or_path=earlier)
    tokenizer = models.load_tokenizer(config)
    continued = methods.prepare(models.load_model(config, tokenizer), config)
    new = config.model_copy(update={"create_new_adapter": True})
    merged = methods.prepare(models.load_model(new, tokenizer), new)
    ids = torch.arange(3, 20)[None]
    torch.testing.assert_close(
        continued(input_ids=ids).logits, merged(input_ids=ids).logits, rtol=0, atol=1e-5
    )
    with continued.disable_adapter(), merged.disable_adapter():
        assert not torch.allclose(continued(input_ids=ids).logits, merged(input_ids=ids).logits, atol=1e-3)


def test_from_scratch_is_readable_by_transformers(place: Place) -> None:
    from transformers import AutoTokenizer

    tiny = {"vocab_size": 400, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 1}
    tiny |= {"num_attention_heads": 4, "num_key_value_heads": 2}
    changes = {"model_name_or_path": None, "finetuning_type": "full", "caiwen": {"from_scratch": tiny}}
    place.run("run", **changes)
    tokenizer = AutoTokenizer.from_pretrained(place.folder / "run")
    model = AutoModelForCausalLM.from_pretrained(place.folder / "run")
    assert model.config._attn_implementation == "sdpa"
    assert tokenizer.decode(tokenizer("2019年增长12.5%")["input_ids"]) == "2019年增长12.5%"
    out = model.generate(**tokenizer("甲公司", return_tensors="pt"), max_new_tokens=3)
    assert out.shape[1] > 3


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU: QLoRA, bf16, flash attention")
def test_qlora_on_a_gpu(place: Place) -> None:
    place.run("run", quantization_bit=4, use_cpu=False, bf16=True)
    assert place.losses("run")[-1] < place.losses("run")[0]
