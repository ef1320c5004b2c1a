"""What goes wrong is said, with where and what to do, and nothing that was reached is lost."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import pytest
import torch

from caiwen.errors import CaiwenError, ConfigError
from caiwen.train import folder, memory, models, trainer, weights
from tests.train.runs import Place, Stop, adapter, interrupted_at


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_nan_stops_and_keeps_the_last_checkpoint(place: Place) -> None:
    """The loss overflows when a weight does; the step is not taken."""

    def poison(event: Any) -> None:
        if event.kind == "save" and event.step == 4:
            holder["trainer"].model.get_output_embeddings().weight.data.fill_(float("nan"))

    holder: dict[str, Any] = {}
    begin = trainer.WindowTrainer.get_train_dataloader

    def remember(self: Any) -> Any:
        holder["trainer"] = self
        return begin(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainer.WindowTrainer, "get_train_dataloader", remember)
        with pytest.raises(CaiwenError) as caught:
            place.run("run", poison)
    text = str(caught.value)
    assert "损失成了 NaN" in text
    assert "第 5 步" in text
    assert "样本：第" in text
    assert "checkpoint-4" in text
    assert not (place.folder / "run" / "result.json").exists()
    assert all(torch.isfinite(torch.tensor(place.losses("run"))))


def test_nan_in_the_gradient_stops_too(place: Place) -> None:
    calls = []

    def norm(self: Any, model: Any) -> torch.Tensor:
        calls.append(1)
        return torch.tensor(float("inf") if len(calls) == 3 else 1.0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainer.Trainer, "_clip_grad_norm", norm)
        with pytest.raises(CaiwenError, match=r"梯度成了 NaN.*第 3 步|第 3 步.*梯度成了 NaN"):
            place.run("run")


def test_another_configuration_is_refused_by_its_keys(place: Place) -> None:
    with pytest.raises(Stop):
        place.run("run", interrupted_at(3))
    with pytest.raises(ConfigError, match=r"learning_rate（0\.01 → 0\.02）、lora_rank（8 → 4）"):
        place.run("run", lora_rank=4, learning_rate=2e-2)
    with pytest.raises(ConfigError, match=r"caiwen\.loss"):
        place.run("run", caiwen={"loss": {"kl": 0.5}})
    assert place.run("run", save_total_limit=1, logging_steps=2).resumed


def test_a_finished_run_is_not_overwritten_unless_told(place: Place) -> None:
    place.run("run", num_train_epochs=1)
    with pytest.raises(ConfigError, match="已经完成"):
        place.run("run", num_train_epochs=1)
    again = place.run("run", num_train_epochs=1, learning_rate=1e-3, overwrite_output_dir=True)
    assert not again.resumed
    assert len(place.losses("run")) == 3


def test_a_half_written_checkpoint_is_not_taken(place: Place) -> None:
    place.run("whole")
    with pytest.raises(Stop):
        place.run("cut", interrupted_at(5))
    (place.folder / "cut" / "checkpoint-4" / "trainer_state.json").unlink()
    assert folder.latest_checkpoint(place.folder / "cut") == place.folder / "cut" / "checkpoint-2"
    place.run("cut")
    assert place.losses("cut") == place.losses("whole")


def test_a_named_checkpoint_that_is_not_one(place: Place) -> None:
    with pytest.raises(CaiwenError, match=r"缺 trainer_state\.json"):
        place.run("run", resume_from_checkpoint=str(place.folder))


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "x"), RuntimeError("PytorchStreamWriter failed writing file")]
)
def test_a_full_disk_names_the_last_good_checkpoint(
    place: Place, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    real = weights.save

    def save(model: Any, folder: Path, state: Any = None) -> None:
        if folder.name == "checkpoint-4":
            raise error
        real(model, folder, state)

    with monkeypatch.context() as patch:
        patch.setattr(weights, "save", save)
        with pytest.raises(CaiwenError) as caught:
            place.run("run")
    assert "磁盘已满" in str(caught.value)
    assert "checkpoint-2" in str(caught.value)
    assert place.run("run").resumed


def test_best_and_last_are_kept(place: Place) -> None:
    """A rate so high that validation gets worse: the best checkpoint is not the last."""
    place.write("held", [{"instruction": "丙？", "input": "", "output": "另一种回答"}] * 4)
    settings = {"eval_strategy": "steps", "eval_steps": 1, "save_steps": 1, "save_total_limit": 2}
    place.run("run", eval_dataset="held", learning_rate=3e-2, num_train_epochs=4, **settings)
    state = json.loads((place.folder / "run" / "trainer_state.json").read_text())
    kept = [path.name for path in folder.checkpoints(place.folder / "run")]
    losses = place.losses("run", "eval_loss")
    best = losses.index(min(losses[: state["global_step"]])) + 1
    assert Path(state["best_model_checkpoint"]).name == f"checkpoint-{best}"
    assert kept == sorted(
        {f"checkpoint-{best}", f"checkpoint-{state['global_step']}"}, key=lambda n: int(n[11:])
    )


def test_the_best_is_released_when_asked_for(place: Place) -> None:
    place.write("held", [{"instruction": "丙？", "input": "", "output": "另一种回答"}] * 4)
    settings = {"eval_strategy": "steps", "eval_steps": 1, "save_steps": 1, "load_best_model_at_end": True}
    place.run("run", eval_dataset="held", learning_rate=3e-2, num_train_epochs=4, **settings)
    run = place.folder / "run"
    best = Path(json.loads((run / "trainer_state.json").read_text())["best_model_checkpoint"])
    last = folder.latest_checkpoint(run)
    assert last is not None
    assert best != last
    released, kept, latest = (adapter(path) for path in (run, best, last))
    assert all(torch.equal(released[name], kept[name]) for name in kept)
    assert not all(torch.equal(released[name], latest[name]) for name in kept)


def test_early_stopping(place: Place) -> None:
    place.write("held", [{"instruction": "丙？", "input": "", "output": "另一种回答"}] * 4)
    settings = {"eval_strategy": "steps", "eval_steps": 1, "num_train_epochs": 8, "learning_rate": 3e-2}
    result = place.run("run", eval_dataset="held", **settings, caiwen={"early_stopping": {"patience": 2}})
    losses = place.losses("run", "eval_loss")
    assert result.stopped == "提前停止"
    assert result.stages[0].steps == losses.index(min(losses)) + 1 + 2 < 24
    counted = place.run("other", eval_dataset="held", **settings, early_stopping_steps=2)
    assert counted.stages[0].steps == result.stages[0].steps


def test_gates_stop_or_warn(place: Place) -> None:
    def course(**gate: Any) -> dict[str, Any]:
        stages = [
            {
                "name": "first",
                "dataset": "pairs",
                "eval_dataset": "held",
                "num_train_epochs": 1,
                "gate": gate,
            },
            {"name": "second", "dataset": "held", "num_train_epochs": 1},
        ]
        return {"stages": stages}

    stopped = place.run("a", caiwen=course(loss_at_most=0.001))
    assert [stage.name for stage in stopped.stages] == ["first"]
    assert "没过关口" in stopped.stopped
    warned = place.run("b", caiwen=course(loss_at_most=0.001, otherwise="warn"))
    assert [bool(stage.stopped) for stage in warned.stages] == [True, False]
    passed = place.run("c", caiwen=course(gain_at_least=0.01))
    assert [stage.stopped for stage in passed.stages] == ["", ""]
    missed = place.run("d", caiwen=course(gain_at_least=100.0))
    assert "要求至少 100" in missed.stopped


def test_memory_says_what_would_fit(place: Place) -> None:
    """The shape of the 8B model; limits from a large card down to nothing."""
    from transformers import LlamaConfig

    shape = LlamaConfig(
        vocab_size=128256, hidden_size=4096, intermediate_size=14336, num_hidden_layers=32,
        num_attention_heads=32, num_key_value_heads=8,
    )  # fmt: skip

    def chosen(gb: float, **changes: Any) -> bool:
        config = place.config(cutoff_len=2048, bf16=True, caiwen={"memory_gb": gb}, **changes)
        return memory.choose(config, shape, 2048, width=2)[0]

    assert not chosen(80)
    assert not chosen(48), "the reference run needs no recomputation on its 48 GB card"
    assert chosen(22)
    assert not chosen(48, gradient_checkpointing=False)
    assert chosen(80, gradient_checkpointing=True)
    with pytest.raises(ConfigError, match=r"内存不够：估计要 \d+\.\d GB，可用 14\.0 GB.*quantization_bit: 4"):
        chosen(14)
    with pytest.raises(ConfigError, match="finetuning_type: lora"):
        chosen(40, finetuning_type="full")
    with pytest.raises(ConfigError, match="换小一些的模型"):
        chosen(2)


def test_activations_are_estimated_as_they_are_kept(place: Place) -> None:
    """Against what autograd really saves in one forward, weights left out."""
    from caiwen.train import data, methods
    from caiwen.train.loss import Task
    from caiwen.train.passes import Pass
    from caiwen.train.windows import Batching, loader

    config = place.config(caiwen={"batching": {"fused_lora": False}})
    tokenizer = models.load_tokenizer(config)
    model = methods.prepare(models.load_model(config, tokenizer), config)
    (window, *_) = loader(data.prepare(config, tokenizer).train, Batching(rows=16, tokens=9999))
    micro, held = window.micros[0], {}
    own = {p.data_ptr() for p in model.parameters()}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            held[storage.data_ptr()] = (storage.nbytes(), tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        Pass(model)(model, micro, Task(micro.positions, micro.targets))
    kept = sum(size for size, _ in held.values())
    shape = memory.Shape.of(model.config)
    made = memory.estimate(config, shape, micro.input_ids.shape[1], recompute=False)
    assert 0.7 < made.activations / kept < 1.5


def test_curves_and_events(place: Place) -> None:
    from PIL import Image

    seen = []
    course = {"stages": [{"name": n, "dataset": "pairs", "num_train_epochs": 1} for n in ("通用", "银行")]}
    place.run("run", seen.append, plot_loss=True, caiwen=course | {"loss": {"kl": 0.3}})
    kinds = [event.kind for event in seen]
    assert kinds[:3] == ["data", "model", "stage"]
    assert kinds[-1] == "done"
    steps = [event for event in seen if event.kind == "step" and event.metrics]
    assert {event.stage for event in steps} == {"通用", "银行"}
    assert all(event.tokens_per_second > 0 for event in steps)
    assert min(event.seconds_left for event in seen if event.seconds_left is not None) == 0
    with Image.open(place.folder / "run" / "loss.png") as image:
        assert min(image.size) > 500
    svg = (place.folder / "run" / "loss.svg").read_text(encoding="utf-8")
    assert "<text" not in svg, "letters are outlines: nothing to install where it is read"


def test_the_font_has_the_characters(tmp_path: Path) -> None:
    """A missing character would be drawn as a box, with a warning."""
    import json
    import warnings

    from caiwen.train import plots

    lines = [
        {"stage": s, "step": n, "loss": 1.0, "ce": 1.0, "kl": 0.1, "eval_保险_loss": 1.0}
        for s in ("证券", "保险")
        for n in (1, 2)
    ]
    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [path.name for path in plots.draw(tmp_path)] == ["loss.png", "loss.svg"]


def test_the_record_of_a_run(place: Place) -> None:
    place.run("run", num_train_epochs=1)
    record = json.loads((place.folder / "run" / "run.json").read_text())
    assert record["seed"] == 42
    assert record["packages"]["torch"]
    assert "pairs" in json.dumps(record["inputs"])
    assert (place.folder / "run" / "log.txt").is_file()


def test_records_elsewhere(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    import os
    import sys
    import types

    from caiwen.errors import MissingExtraError
    from caiwen.train import reports

    with pytest.raises(ConfigError, match="不认识 tensorbord"):
        place.run("a", report_to="tensorbord")
    monkeypatch.setattr(reports, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match="pip install swanlab"):
        place.run("a", use_swanlab=True)
    assert not (place.folder / "a").exists(), "told before anything is begun"
    monkeypatch.setattr(reports, "find_spec", lambda name: name)
    begun: dict[str, Any] = {}
    fake = types.SimpleNamespace(init=lambda **given: begun.update(given), finish=lambda: begun.clear())
    monkeypatch.setitem(sys.modules, "swanlab", fake)
    config = place.config(report_to="tensorboard", use_swanlab=True, swanlab_mode="local", logging_dir="here")
    assert reports.services(config) == ["tensorboard", "swanlab"]
    with reports.reporting(config):
        assert os.environ["TENSORBOARD_LOGGING_DIR"] == "here"
        assert begun == {"project": "caiwen", "mode": "local"}
    assert not begun
    assert "TENSORBOARD_LOGGING_DIR" not in os.environ
