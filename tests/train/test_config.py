"""LLaMA-Factory's YAML is read with its meanings; what is wrong is told, all at once, with what to write instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest

from caiwen.errors import ConfigError
from caiwen.train import config as configs
from caiwen.train.trainer_options import Scheduler

BASE = {"model_name_or_path": "m", "dataset": "d"}


def parse(**given: Any) -> configs.TrainConfig:
    return configs.parse({**BASE, **given})


def refusal(**given: Any) -> str:
    with pytest.raises(ConfigError) as error:
        parse(**given)
    return str(error.value)


def load(tmp_path: Path, text: str, *overrides: str) -> configs.TrainConfig:
    path = tmp_path / "x.yaml"
    path.write_text("model_name_or_path: m\ndataset: d\n" + text, encoding="utf-8")
    return configs.load(path, overrides)


def test_a_llama_factory_file_as_people_have_it(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        """
### method
stage: sft
do_train: true
finetuning_type: lora
lora_target: q_proj,v_proj
### dataset
eval_dataset: e1, e2
cutoff_len: 1024
overwrite_cache: true
preprocessing_num_workers: 16
dataloader_num_workers: 4
### train
learning_rate: 1e-4
num_train_epochs: 10
lr_scheduler_type: cosine
warmup_ratio: 0.1
bf16: true
ddp_timeout: 180000000
resume_from_checkpoint: null
report_to: none
eval_strategy: no
save_only_model: false
plot_loss: true
overwrite_output_dir: true
use_unsloth: false
image_max_pixels: 262144
trust_remote_code: true
""",
    )
    assert config.learning_rate == 1e-4
    assert config.lora_target == ("q_proj", "v_proj")
    assert config.eval_dataset == ("e1", "e2")
    assert config.eval_strategy == "no"
    assert config.resume_from_checkpoint is None
    assert config.training_arguments()["warmup_steps"] == 0.1
    assert list(config.idle) == ["image_max_pixels"]


def test_defaults_are_llama_factorys() -> None:
    config = parse()
    assert (config.stage, config.finetuning_type, config.cutoff_len) == ("sft", "lora", 2048)
    assert (config.lora_rank, config.alpha, config.lora_target) == (8, 16, ("all",))
    assert (config.per_device_train_batch_size, config.learning_rate, config.seed) == (8, 5e-5, 42)
    assert parse(lora_rank=32).alpha == 64
    assert parse(lora_rank=32, lora_alpha=5).alpha == 5


@pytest.mark.parametrize("word", ["1e-5", "1E-5", "1.0e-5", "0.00001"])
def test_a_number_in_any_writing(tmp_path: Path, word: str) -> None:
    assert load(tmp_path, f"learning_rate: {word}\n").learning_rate == 1e-5
    assert load(tmp_path, "", f"learning_rate={word}").learning_rate == 1e-5


def test_overrides_reach_into_sections(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        "caiwen:\n  loss: {ce: 0.7}\n",
        "caiwen.loss.kl=3e-1",
        "dataset=a,b",
        "val_size=0.1",
        "caiwen.batching.pack=false",
    )
    assert (config.caiwen.loss.ce, config.caiwen.loss.kl) == (0.7, 0.3)
    assert config.dataset == ("a", "b")
    assert not config.caiwen.batching.pack


def test_overrides_reach_into_lists(tmp_path: Path) -> None:
    text = "caiwen:\n  stages:\n  - {name: a}\n  - {name: b, learning_rate: 1.0}\n"
    config = load(tmp_path, text, "caiwen.stages.1.learning_rate=2e-5", "caiwen.stages.0.replay.dataset=x")
    assert config.caiwen.stages[1].learning_rate == 2e-5
    assert config.caiwen.stages[0].replay is not None
    with pytest.raises(ConfigError, match="应当写 0 到 1"):
        load(tmp_path, text, "caiwen.stages.2.learning_rate=2e-5")


def test_an_override_without_a_value(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="名字=值"):
        load(tmp_path, "", "learning_rate")


@pytest.mark.parametrize(
    ("stage", "given", "packs", "limit"),
    [
        ("sft", {}, False, 2048),
        ("sft", {"packing": True}, True, 2047),
        ("sft", {"neat_packing": True}, True, 2047),
        ("pt", {}, True, 2048),
        ("pt", {"packing": True}, True, 2047),
        ("pt", {"packing": False}, False, 2048),
    ],
)
def test_packing(stage: str, given: dict[str, Any], packs: bool, limit: int) -> None:
    config = parse(stage=stage, **given)
    assert (config.packs, config.row_limit) == (packs, limit)


def test_a_wrong_value_of_the_command_line_is_not_put_down_to_a_line_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, "seed: 1\nlearning_rate: 1e-4\nlora_dropout: much\n", "learning_rate=abc")
    told = str(error.value)
    assert "learning_rate 应当是数，现在是 'abc'" in told
    assert "行 learning_rate" not in told
    assert "行 lora_dropout" in told


def test_every_error_at_once_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, "lora_rnak: 8\nlora_dropout: much\nuse_galore: true\ncaiwen:\n  los: {}\n")
    told = str(error.value)
    assert "lora_rnak 不是已知的设置，是不是 lora_rank？" in told
    assert "第 4 行 lora_dropout 应当是数，现在是 'much'" in told
    assert "use_galore 不支持：用 finetuning_type lora" in told
    assert "caiwen.los 不是已知的设置，是不是 caiwen.loss？" in told


def test_a_key_written_twice(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="第 4 行 seed 与第 3 行重复"):
        load(tmp_path, "seed: 1\nseed: 2\n")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"stage": "dpo"}, "stage: dpo 不支持：只支持 pt 与 sft"),
        ({"finetuning_type": "oft"}, "finetuning_type: oft 不支持：用 lora"),
        ({"streaming": True}, "streaming 不支持"),
        ({"predict_with_generate": True}, "训练后用 caiwen eval 评测"),
        ({"label_smoothing_factor": 0.1}, "caiwen.loss.kl"),
        ({"flash_attn": "xformers"}, "flash_attn 可以写"),
        ({"eval_dataset": "e", "val_size": 0.1}, "eval_dataset 与 val_size 只能写一个"),
        ({"train_on_prompt": True, "mask_history": True}, "不能同用"),
        ({"interleave_probs": "0.5,0.5"}, "mix_strategy"),
        ({"dataset": "a,b", "interleave_probs": "1", "mix_strategy": "interleave_under"}, "应当一样多"),
        ({"finetuning_type": "full", "use_dora": True}, "use_dora 只用于 finetuning_type: lora"),
        ({"quantization_bit": 4, "pissa_init": True}, "pissa_init"),
        ({"quantization_bit": 3}, "只支持 4 位与 8 位"),
        ({"eval_strategy": "steps"}, "先写 eval_dataset 或 val_size"),
        ({"bf16": True, "fp16": True}, "bf16 与 fp16"),
        ({"cutoff_len": 1}, "cutoff_len 应当不小于 2"),
        ({"dataset": None}, "没有写 dataset"),
        ({"model_name_or_path": None}, "没有写 model_name_or_path"),
        ({"caiwen": {"loss": {"ce": 0, "kl": 0}}}, "不能都是 0"),
        ({"caiwen": {"stages": [{"name": "a"}, {"name": "a"}]}}, "两个阶段都叫 a"),
        ({"caiwen": {"stages": [{"naem": "a"}]}}, "是不是 caiwen.stages.name"),
        ({"lr_scheduler_type": "cosin"}, "lr_scheduler_type 可以写"),
        ({"learning_rate": float("nan")}, "learning_rate 应当是有限的数"),
    ],
)
def test_refusals(given: dict[str, Any], told: str) -> None:
    assert told in refusal(**given)


@pytest.mark.parametrize(
    "given", [{"streaming": False}, {"use_galore": False}, {"vllm_maxlen": 4}, {"top_p": 0.7}]
)
def test_a_known_key_that_changes_nothing_passes(given: dict[str, Any]) -> None:
    parse(**given)


def test_a_setting_for_transformers_is_handed_on() -> None:
    assert parse(hub_model_id="a/b").training_arguments()["hub_model_id"] == "a/b"


def test_a_key_without_a_value() -> None:
    """The default where there must be a value; nothing where nothing is a value."""
    config = parse(cutoff_len=None, enable_thinking=None, max_samples=None)
    assert (config.cutoff_len, config.enable_thinking, config.max_samples) == (2048, None, None)


def test_older_names() -> None:
    assert parse(evaluation_strategy="steps", val_size=0.1).eval_strategy == "steps"


def test_what_is_handed_to_transformers_is_known_to_it() -> None:
    transformers = pytest.importorskip("transformers", reason="the extra train is not installed")
    transformers.TrainingArguments(
        **{**parse(torch_empty_cache_steps=3).training_arguments(), "use_cpu": True}
    )


def test_the_schedulers_are_those_of_transformers() -> None:
    pytest.importorskip("transformers", reason="the extra train is not installed")
    from transformers.trainer_utils import SchedulerType

    assert set(get_args(Scheduler)) == {kind.value for kind in SchedulerType}


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    first = parse(caiwen={"loss": {"kl": 0.3}, "stages": [{"name": "a", "dataset": "x"}]}, hub_model_id="a/b")
    (tmp_path / "r.yaml").write_text(configs.dump(first), encoding="utf-8")
    assert configs.load(tmp_path / "r.yaml") == first


def test_tokens_of_hubs_are_never_written() -> None:
    assert "secret" not in configs.dump(parse(hf_hub_token="secret", hub_token="secret"))


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="找不到训练配置"):
        configs.load(tmp_path / "none.yaml")


@pytest.mark.parametrize("text", ["- a\n", "just words\n"])
def test_not_a_mapping(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="最外层"):
        configs.load(tmp_path / "x.yaml")
