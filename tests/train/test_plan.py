"""The dry run: what it counts and estimates, and what it says it could not check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from caiwen.errors import ConfigError
from caiwen.train import config, guess, memory, plan, plan_text
from tests.train.runs import Place

ROOT = Path(__file__).resolve().parents[2]
LLAMA3 = "meta-llama/Meta-Llama-3-8B-Instruct"


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub, and a place without data."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def parse(folder: Path, **given: Any) -> config.TrainConfig:
    base = {"model_name_or_path": LLAMA3, "dataset": "d", "dataset_dir": str(folder / "data"), "bf16": True}
    own = {"memory_gb": 48, "token_cache": str(folder / "tokens"), **given.pop("caiwen", {})}
    return config.parse({**base, "cache_dir": str(folder / "hub"), **given, "caiwen": own})


def register(folder: Path, rows: list[Any], **entry: Any) -> None:
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / "d.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    info = {"d": {"file_name": "d.json", **entry}}
    (folder / "data" / "dataset_info.json").write_text(json.dumps(info), encoding="utf-8")


def text_of(made: plan.Plan) -> str:
    return "\n".join(plan_text.lines(made))


def test_neither_weights_nor_data(nowhere: Path) -> None:
    made = plan.plan(parse(nowhere))
    told = text_of(made)
    assert f"模型 {LLAMA3} 不在本机" in told
    assert "没有登记数据的文件" in told
    assert "参数 8.030 B，训练 20.97 M" in told
    assert "可用 48.0 GB：够" in told
    assert made.times == []


def test_a_small_model_on_the_cpu_is_told_in_its_own_terms(nowhere: Path) -> None:
    register(nowhere, [{"instruction": "问" * 10, "output": "答" * 90}] * 12)
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2}
    own = {"from_scratch": {"vocab_size": 300, **sizes}, "token_cache": str(nowhere / "tokens")}
    given = {"dataset": "d", "dataset_dir": str(nowhere / "data"), "finetuning_type": "full"}
    told = text_of(plan.plan(config.parse({**given, "use_cpu": True, "template": "alpaca", "caiwen": own})))
    assert "参数 0.0" in told
    assert "M，训练" in told
    assert "0.000 B" not in told
    assert "内存：本机约" in told


def test_data_without_weights_is_counted(nowhere: Path) -> None:
    register(nowhere, [{"instruction": "问" * 10, "output": "答" * 90}] * 12)
    given = {"gradient_accumulation_steps": 5, "per_device_train_batch_size": 1, "num_train_epochs": 2}
    made = plan.plan(parse(nowhere, template="llama3", **given))
    (stage,) = made.stages
    assert stage.guessed
    assert stage.statistics is not None
    assert (stage.statistics.rows, stage.steps) == (12, 6)  # three steps an epoch, the last one short
    assert 100 < stage.statistics.median < 160
    assert made.times
    assert "按字数估计" in text_of(made)


def test_broken_data_is_an_error_without_weights_too(nowhere: Path) -> None:
    register(nowhere, [{"instruction": "问", "output": None}])
    with pytest.raises(ConfigError, match="第 1 条"):
        plan.plan(parse(nowhere))


def test_a_name_that_is_not_registered_is_an_error(nowhere: Path) -> None:
    register(nowhere, [])
    with pytest.raises(ConfigError, match="数据集 e 没有登记"):
        plan.plan(parse(nowhere, dataset="e"))


def test_an_unknown_model_has_no_estimate(nowhere: Path) -> None:
    made = plan.plan(parse(nowhere, model_name_or_path="some/model"))
    assert made.memory is None
    assert "不知道这个模型的结构" in text_of(made)


def test_everything_at_hand(tmp_path: Path) -> None:
    place = Place(tmp_path)
    made = plan.plan(
        place.config(num_train_epochs=3, gradient_accumulation_steps=4, per_device_train_batch_size=1)
    )
    (stage,) = made.stages
    assert stage.report is not None
    assert stage.steps == 18  # 21 rows by 4, three times
    assert stage.tokens == round(stage.report.train.tokens / 21 * 4 * 18)
    assert made.unchecked == []
    assert json.loads(json.dumps(plan_text.record(made)))[
        "steps" if "steps" in plan_text.record(made) else "stages"
    ]


def test_stages_are_told_one_by_one(tmp_path: Path) -> None:
    place = Place(tmp_path)
    stages = [
        {"name": "first", "dataset": "pairs"},
        {"name": "second", "dataset": "held", "num_train_epochs": 1},
    ]
    made = plan.plan(place.config(caiwen={"stages": stages}))
    assert [stage.name for stage in made.stages] == ["first", "second"]
    assert [stage.statistics.rows for stage in made.stages if stage.statistics] == [21, 9]
    assert "数据（阶段 second）" in text_of(made)


def test_what_a_teacher_will_be_asked(nowhere: Path) -> None:
    teacher = {"answers_from": "http://localhost:1/v1", "answers_model": "m", "questions": "q"}
    made = plan.plan(parse(nowhere, dataset=None, caiwen={"distill": teacher}))
    told = text_of(made)
    assert "教师的回答要在训练开始时去问" in told
    assert "教师的回答：还没有" in told


def test_not_enough_memory_says_what_would_fit(nowhere: Path) -> None:
    told = text_of(plan.plan(parse(nowhere, caiwen={"memory_gb": 10})))
    assert "内存不够" in told
    assert "quantization_bit: 4" in told


@pytest.mark.parametrize(
    ("given", "low", "high"),
    [
        ({}, 15, 48),  # LoRA of an 8B model in bf16: the weights are 15 GiB, and a 48 GB card is enough
        ({"quantization_bit": 4}, 5, 22),  # QLoRA fits 24 GB
        ({"finetuning_type": "full"}, 100, 160),  # 16 to 18 bytes a weight
    ],
)
def test_known_points_of_memory(given: dict[str, Any], low: float, high: float, nowhere: Path) -> None:
    made = plan.plan(
        parse(nowhere, caiwen={"memory_gb": 1000}, cutoff_len=1024, per_device_train_batch_size=1, **given)
    )
    assert made.memory is not None
    assert low < made.memory.total / memory.GB < high


@pytest.mark.parametrize(
    ("bits", "tokens", "published"),
    [(None, 256, 20.1), (4, 2048, 13.9), (4, 4096, 16.9), (4, 8192, 23.5)],
)
def test_published_figures_of_memory(bits: int | None, tokens: int, published: float) -> None:
    """Qwen's own table for its 7B model, LoRA of rank 64 with recomputation and whole logits, one A100: what
    is estimated lacks the CUDA context and the allocator's reserve, for which a share is left free."""
    from transformers import LlamaConfig

    qwen = LlamaConfig(vocab_size=151936, hidden_size=4096, intermediate_size=11008, num_hidden_layers=32)
    given = {
        "lora_rank": 64,
        "bf16": True,
        "quantization_bit": bits,
        "caiwen": {"loss": {"chunk_tokens": tokens}},
    }
    wanted = config.parse({"model_name_or_path": "m", "dataset": "d", **given})
    shape = memory.Shape.of(qwen)
    assert shape.parameters == pytest.approx(7.721e9, rel=1e-3)
    made = memory.estimate(wanted, shape, tokens, recompute=True, width=2).total / 1e9
    assert published - 2.7 < made < published


@pytest.mark.parametrize(("given", "each"), [({}, 4), ({"finetuning_type": "full"}, 6)])
def test_operations_of_a_token(given: dict[str, Any], each: int, nowhere: Path) -> None:
    made = plan.plan(parse(nowhere, caiwen={"memory_gb": 1000}, **given))
    assert made.shape is not None
    assert plan.operations(made, made.shape) == pytest.approx(each * 8.03e9, rel=0.01)


@pytest.mark.parametrize(
    "name", ["x/Meta-Llama-3-8B-Instruct", "/models/meta-llama-3-8b-instruct/", r"C:\m\Llama-2-7b-hf"]
)
def test_known_shapes_by_name(name: str) -> None:
    assert plan.known_shape(name)
    assert plan.known_shape(name.rstrip("/") + "-mine") is None


def test_known_shapes_have_the_parameters_of_their_models() -> None:
    from transformers import LlamaConfig

    sizes = {"llama-3-8b": 8.030e9, "llama-2-7b": 6.738e9, "llama-2-13b": 13.016e9, "llama-2-70b": 68.977e9}
    sizes |= {"llama-3.2-1b": 1.236e9, "llama-3.2-3b": 3.213e9, "meta-llama-3-70b": 70.554e9}
    for name, size in sizes.items():
        shape = memory.Shape.of(LlamaConfig(**(plan.known_shape(name) or {})))
        assert shape.parameters == pytest.approx(size, rel=1e-3), name


def test_lengths_from_characters() -> None:
    assert guess.tokens_of("净利润，") == 4
    assert guess.tokens_of("abcdef") == 2


TRAINING = sorted(
    p
    for p in ROOT.glob("configs/*.yaml")
    if "model_name_or_path" in p.read_text() or "from_scratch" in p.read_text()
)


@pytest.mark.parametrize("path", TRAINING, ids=lambda p: p.stem)
def test_every_shipped_configuration_has_a_dry_run(path: Path, nowhere: Path) -> None:
    made = plan.plan(config.load(path))
    assert made.memory is not None
    assert made.advice == "", made.advice
    assert text_of(made)


def test_the_shipped_configurations_are_there() -> None:
    names = {"llama3_8b_lora_977", "llama2_13b_4xa100", "qlora_24gb", "pretrain", "cpu_demo"}
    assert names <= {path.stem for path in TRAINING}
    reference = config.load(ROOT / "configs" / "llama3_8b_lora_977.yaml")
    assert (reference.lora_rank, reference.alpha, reference.learning_rate) == (8, 16, 1e-4)
    assert (reference.num_train_epochs, reference.cutoff_len, reference.warmup_ratio) == (10, 2048, 0.1)
    assert reference.per_device_train_batch_size * reference.gradient_accumulation_steps == 8


@pytest.mark.parametrize("path", sorted(ROOT.glob("configs/accelerate/*.yaml")), ids=lambda p: p.stem)
def test_accelerate_reads_its_configurations(path: Path) -> None:
    from accelerate.commands.config.config_args import load_config_from_file

    assert load_config_from_file(str(path)).num_processes > 1


@pytest.mark.parametrize("path", sorted(ROOT.glob("configs/deepspeed/*.json")), ids=lambda p: p.stem)
def test_deepspeed_configurations_leave_the_batch_to_the_trainer(path: Path) -> None:
    read = json.loads(path.read_text())
    assert {read[key] for key in ("train_batch_size", "gradient_accumulation_steps")} == {"auto"}
