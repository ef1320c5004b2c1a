"""The KL term against the base, a frozen copy, a teacher online and a teacher's cached tokens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from caiwen.errors import ConfigError
from caiwen.train import models, references
from caiwen.train.windows import Batching, loader
from tests.train.runs import Place

LOSS = {"loss": {"ce": 0.7, "kl": 0.3}}
LAYERS = [{"match": "model.layers.*.mlp.*", "layers": "1", "learning_rate": 1e-2}]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"caiwen": {"layers": LAYERS}},
        {"finetuning_type": "full", "learning_rate": 1e-3},
        {"finetuning_type": "freeze", "freeze_trainable_layers": 1, "learning_rate": 1e-3},
        {"pissa_init": True, "pissa_iter": -1},
        {"additional_target": "lm_head,embed_tokens"},
    ],
    ids=["lora", "layers", "full", "freeze", "pissa", "head"],
)
def test_kl_is_zero_before_the_first_step_and_not_after(place: Place, changes: dict[str, Any]) -> None:
    own = LOSS | changes.get("caiwen", {})
    place.run("run", **{**changes, "caiwen": own})
    kl, ce, loss = (place.losses("run", key) for key in ("kl", "ce", "loss"))
    assert abs(kl[0]) < 1e-6
    assert max(kl[1:]) > 1e-5
    for parts in zip(loss, ce, kl, strict=True):
        assert parts[0] == pytest.approx(0.7 * parts[1] + 0.3 * parts[2], abs=1e-5)


def test_the_reference_is_the_base_and_stays_it(place: Place) -> None:
    """Base layers learn beside the adapter: the reference must not move with them."""
    changes = {"caiwen": LOSS | {"layers": LAYERS}}
    config = place.config(**changes)
    assert not references.adapter_off_is_base(config)
    assert references.adapter_off_is_base(place.config(caiwen=LOSS))
    assert not references.adapter_off_is_base(place.config(pissa_init=True, caiwen=LOSS))
    tokenizer = models.load_tokenizer(config)
    copy = references.frozen_model(config, tokenizer)
    before = {name: p.clone() for name, p in copy.named_parameters()}
    assert not any(p.requires_grad for p in references.Frozen(copy).model.parameters())
    place.run("copy", **changes)
    place.run("named", caiwen={**changes["caiwen"], "loss": LOSS["loss"] | {"reference": str(place.base)}})
    assert place.losses("copy", "kl") == place.losses("named", "kl")
    assert all(torch.equal(p, before[name]) for name, p in copy.named_parameters())


def test_adapter_off_equals_a_frozen_base(place: Place) -> None:
    place.run("off", caiwen=LOSS)
    place.run("copy", caiwen={"loss": LOSS["loss"] | {"reference": str(place.base)}})
    for key in ("loss", "kl"):
        left, right = (torch.tensor(place.losses(name, key)) for name in ("off", "copy"))
        torch.testing.assert_close(left, right, rtol=0, atol=1e-5)


def test_the_previous_release_as_reference(place: Place) -> None:
    """A folder with an adapter and base changes is read with both."""
    place.run("first", num_train_epochs=1, caiwen={"layers": LAYERS})
    second = {"adapter_name_or_path": str(place.folder / "first")}
    loss = LOSS["loss"] | {"reference": str(place.folder / "first")}
    place.run("second", **second, caiwen={"loss": loss})
    assert abs(place.losses("second", "kl")[0]) < 1e-6
    place.run("third", **second, caiwen={"loss": LOSS["loss"]})
    assert place.losses("third", "kl")[0] > 1e-4, "the base, not the release"


def teach(place: Place, name: str = "teacher") -> str:
    """A teacher of the same tokenizer: the base trained further, as a whole model."""
    place.run(name, finetuning_type="full", num_train_epochs=4, learning_rate=3e-3)
    return str(place.folder / name)


def distill(teacher: str, **more: Any) -> dict[str, Any]:
    return {"loss": {"ce": 0.0, "kl": 1.0}, "distill": {"teacher": teacher, **more}}


def test_cached_teacher_is_the_teacher(place: Place) -> None:
    teacher = teach(place)
    place.run("online", caiwen=distill(teacher))
    everything = {"cache": str(place.folder / "all.topk"), "top_k": 10_000}
    place.run("cached", caiwen=distill(teacher, **everything))
    left, right = (torch.tensor(place.losses(name)) for name in ("online", "cached"))
    torch.testing.assert_close(left, right, rtol=0, atol=2e-5)
    place.run("again", caiwen=distill(teacher, **everything))
    assert place.losses("again") == place.losses("cached"), "read, not made again"
    few = {"cache": str(place.folder / "few.topk"), "top_k": 4}
    place.run("few", caiwen=distill(teacher, **few))
    assert 0 < place.losses("few")[0] < place.losses("online")[0]
    assert place.losses("online")[-1] < place.losses("online")[0]


def test_one_cache_serves_all_stages(place: Place) -> None:
    stages = [{"name": name, "dataset": name, "num_train_epochs": 1} for name in ("pairs", "held")]
    everything = {"cache": str(place.folder / "all.topk"), "top_k": 10_000}
    teacher = teach(place)
    place.run("online", caiwen=distill(teacher) | {"stages": stages})
    place.run("cached", caiwen=distill(teacher, **everything) | {"stages": stages})
    left, right = (torch.tensor(place.losses(name)) for name in ("online", "cached"))
    torch.testing.assert_close(left, right, rtol=0, atol=2e-5)


def test_a_cache_made_for_something_else_is_refused(place: Place) -> None:
    teacher = teach(place)
    cache = str(place.folder / "a.topk")
    place.run("made", caiwen=distill(teacher, cache=cache, revision="v1"))

    def refused(words: str, name: str = "other", **changes: Any) -> None:
        with pytest.raises(ConfigError) as caught:
            place.run(name, **changes)
        assert words in str(caught.value)

    refused("教师的版本", caiwen=distill(teacher, cache=cache, revision="v2"))
    refused("对话模板", template="alpaca", caiwen=distill(teacher, cache=cache))
    hot = distill(teacher, cache=cache)
    hot["loss"]["temperature"] = 2.0
    refused("温度", caiwen=hot)
    place.run("teacher2", finetuning_type="full", num_train_epochs=1)
    refused("教师的权重", caiwen=distill(str(place.folder / "teacher2"), cache=cache))
    refused("没有这一行", dataset="held", caiwen=distill(teacher, cache=cache))
    meta = Path(cache) / "meta.json"
    data = json.loads(meta.read_text())
    data["identity"]["vocabulary"] = "another"
    meta.write_text(json.dumps(data))
    refused("分词器", caiwen=distill(teacher, cache=cache))


def test_a_teacher_of_another_tokenizer_is_refused(place: Place) -> None:
    from caiwen.train.scratch import tokenizer_of

    teacher = teach(place)
    tokenizer_of(iter(["别的文字别的分词器"]), 300).save_pretrained(teacher)
    with pytest.raises(ConfigError, match="分词器与要训练的模型不同"):
        place.run("run", caiwen=distill(teacher))


def test_a_teacher_without_weight_is_told(place: Place) -> None:
    with pytest.raises(ConfigError, match=r"caiwen\.loss\.kl 是 0，教师用不上"):
        place.config(caiwen={"distill": {"teacher": str(place.base)}})


def test_directions_and_temperature_by_default(place: Place) -> None:
    plain = references.terms(place.config(caiwen=LOSS))
    taught = references.terms(place.config(caiwen=distill(str(place.base))))
    assert (plain.direction, taught.direction) == ("reverse", "forward")
    answers = {"answers_from": "http://127.0.0.1:1/v1", "answers_model": "m", "questions": "pairs"}
    assert references.terms(place.config(caiwen=LOSS | {"distill": answers})).direction == "reverse"
    asked = {"loss": {"kl": 1.0, "direction": "reverse", "temperature": 2.0}, "distill": {"teacher": "x"}}
    assert references.terms(place.config(caiwen=asked)) == references.Terms(1.0, 1.0, "reverse", 2.0)


def test_the_reference_pass_leaves_no_gradient_and_the_mode(place: Place) -> None:
    from caiwen.train import data, methods
    from caiwen.train.passes import Pass

    config = place.config(caiwen=LOSS)
    tokenizer = models.load_tokenizer(config)
    model = methods.prepare(models.load_model(config, tokenizer), config).train()
    (window, *_) = loader(data.prepare(config, tokenizer).train, Batching(rows=4, tokens=999))
    made = references.AdapterOff(Pass(model)).of(window.micros[0], model, model)
    assert isinstance(made, references.Logits)
    assert not made.hidden.requires_grad
    assert model.training
    assert all(p.grad is None for p in model.parameters())
