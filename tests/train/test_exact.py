"""However a run is cut, packed or interrupted, it learns the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from caiwen.train.run import run
from tests.train.runs import Place, Stop, adapter, interrupted_at


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def close(left: list[float], right: list[float]) -> None:
    assert len(left) == len(right) > 0
    torch.testing.assert_close(torch.tensor(left), torch.tensor(right), rtol=0, atol=1e-5)


def test_accumulation_of_one_is_accumulation_of_eight(place: Place) -> None:
    place.run("eight", gradient_accumulation_steps=8, caiwen={"batching": {"tokens": 64}})
    place.run("one", gradient_accumulation_steps=1, per_device_train_batch_size=8)
    close(place.losses("one"), place.losses("eight"))


def test_packed_is_unpacked(place: Place) -> None:
    place.run("packed")
    place.run("unpacked", caiwen={"batching": {"pack": False}})
    place.run("eager", flash_attn="disabled")
    close(place.losses("packed"), place.losses("unpacked"))
    close(place.losses("packed"), place.losses("eager"))


def test_fused_is_peft(place: Place) -> None:
    place.run("fused")
    place.run("peft", caiwen={"batching": {"fused_lora": False}})
    close(place.losses("fused"), place.losses("peft"))


def test_loss_is_that_of_transformers_by_hand(place: Place) -> None:
    """Every step of an epoch against a plain loop: one row at a time, transformers' logits, peft's layers."""
    from caiwen.train import data, methods, models, windows

    place.run("run", num_train_epochs=1, lr_scheduler_type="constant", warmup_ratio=0.0, max_grad_norm=0)
    config = place.config(flash_attn="disabled", caiwen={"batching": {"fused_lora": False}})
    tokenizer = models.load_tokenizer(config)
    table = data.prepare(config, tokenizer).train
    model = methods.prepare(models.load_model(config, tokenizer), config)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-2, weight_decay=0)
    order, expected = windows.epoch_order(len(table), 42, 0), []
    for start in range(0, len(order), 8):
        rows = [table.row(n) for n in order[start : start + 8]]
        labelled = sum(int((labels[1:] != -100).sum()) for _, labels in rows)
        total = torch.zeros(())
        for ids, labels in rows:
            logits = model(input_ids=torch.tensor(ids[None], dtype=torch.int64)).logits[0, :-1]
            wanted = torch.tensor(labels[1:], dtype=torch.int64)
            total = total + torch.nn.functional.cross_entropy(logits, wanted, reduction="sum") / labelled
        total.backward()
        optimizer.step()
        optimizer.zero_grad()
        expected.append(total.item())
    close(place.losses("run"), expected)


@pytest.mark.parametrize("method", [{}, {"finetuning_type": "full"}, {"lora_dropout": 0.3}])
@pytest.mark.parametrize("step", [3, 4])
def test_resumed_is_uninterrupted(place: Place, method: dict[str, Any], step: int) -> None:
    """Bit by bit; step 4 is in the middle of the second epoch, 3 at the seam (checkpoints at 2 and 4)."""
    place.run("whole", **method)
    with pytest.raises(Stop):
        place.run("cut", interrupted_at(step), **method)
    result = place.run("cut", **method)
    assert result.resumed
    assert place.losses("cut") == place.losses("whole")
    name = "model.safetensors" if method.get("finetuning_type") else "adapter_model.safetensors"
    assert (place.folder / "cut" / name).read_bytes() == (place.folder / "whole" / name).read_bytes()


COURSE = {
    "stages": [
        {"name": "general", "dataset": "pairs", "num_train_epochs": 1},
        {"name": "bank", "dataset": "held", "num_train_epochs": 2, "learning_rate": 5e-3},
    ]
}


@pytest.mark.parametrize(("stage", "step"), [("general", 3), ("bank", 1), ("bank", 3)])
def test_resumed_in_the_middle_of_a_stage(place: Place, stage: str, step: int) -> None:
    place.run("whole", caiwen=COURSE)
    with pytest.raises(Stop):
        place.run("cut", interrupted_at(step, stage), caiwen=COURSE)
    place.run("cut", caiwen=COURSE)
    assert [r["stage"] for r in place.records("cut")] == [r["stage"] for r in place.records("whole")]
    assert place.losses("cut") == place.losses("whole")
    files = [place.folder / name / "adapter_model.safetensors" for name in ("cut", "whole")]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_the_base_is_untouched_and_the_adapter_is_not(place: Place) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    place.run("run")
    base = AutoModelForCausalLM.from_pretrained(place.base)
    tuned = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(place.base), place.folder / "run")
    ids = torch.arange(3, 20)[None]
    with tuned.disable_adapter():
        assert torch.equal(tuned(input_ids=ids).logits, base(input_ids=ids).logits)
    assert not torch.allclose(tuned(input_ids=ids).logits, base(input_ids=ids).logits, atol=1e-3)
    assert all(value.abs().sum() > 0 for value in adapter(place.folder / "run").values())


def test_recomputation_changes_nothing(place: Place) -> None:
    place.run("kept")
    place.run("again", gradient_checkpointing=True)
    close(place.losses("kept"), place.losses("again"))


def test_a_seed_is_another_run(place: Place) -> None:
    place.run("a")
    place.run("b", seed=43)
    assert abs(place.losses("a")[1] - place.losses("b")[1]) > 1e-5


def test_steps_of_an_interrupted_log_are_not_doubled(place: Place) -> None:
    with pytest.raises(Stop):
        run(place.config("cut"), interrupted_at(5))
    place.run("cut")
    steps = [record["step"] for record in place.records("cut") if "loss" in record]
    assert steps == list(range(1, 7))
