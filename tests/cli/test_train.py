"""``caiwen train``: the plan, a run, and what is wrong with a configuration."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.train.runs import Place

YAML = """
model_name_or_path: {base}
template: default
dataset: pairs
dataset_dir: {folder}
cutoff_len: 64
output_dir: {folder}/run
max_steps: 2
per_device_train_batch_size: 2
use_cpu: true
caiwen: {{token_cache: {folder}/tokens}}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    place = Place(tmp_path)
    path = tmp_path / "x.yaml"
    path.write_text(YAML.format(base=place.base, folder=tmp_path), encoding="utf-8")
    return path


def test_a_dry_run_writes_nothing_but_what_is_asked_for(settings: Path, run: Run) -> None:
    code, out, _ = run("train", settings, "--dry-run", "--json", settings.parent / "plan.json", "lora_rank=4")
    assert code == 0
    assert "训练：21 条" in out
    assert "lora_rank: 4" in out
    written = json.loads((settings.parent / "plan.json").read_text(encoding="utf-8"))
    assert written["config"]["lora_rank"] == 4
    assert written["stages"][0]["steps"] == 2
    assert not (settings.parent / "run").exists()


def test_a_run_says_what_was_made_and_where(settings: Path, run: Run) -> None:
    code, out, _ = run("train", settings)
    assert code == 0
    assert out.splitlines()[-1] == f"已训练好：{settings.parent / 'run'}"
    assert "2 步" in out
    assert (settings.parent / "run" / "adapter_model.safetensors").is_file()


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("lora_rnak=4", "是不是 lora_rank"),
        ("dataset=nothing", "数据集 nothing 没有登记"),
        ("template=lama3", "没有名为“lama3”的对话模板"),
        ("model_name_or_path=./none", "没有这个模型文件夹"),
        ("learning_rate", "名字=值"),
        ("optim=adamw_toch", "是不是 adamw_torch"),
    ],
)
def test_one_clear_line(override: str, told: str, settings: Path, run: Run) -> None:
    code, _, err = run("train", settings, override)
    assert code == 2
    assert told in err
    assert len(err.splitlines()) <= 2


def test_no_such_configuration(tmp_path: Path, run: Run) -> None:
    code, _, err = run("train", tmp_path / "none.yaml")
    assert code == 2
    assert "找不到训练配置" in err


def test_the_extra_is_not_installed(settings: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caiwen.train.extra.find_spec", lambda name: None if name == "peft" else name)
    code, _, err = run("train", settings, "--dry-run")
    assert code == 2
    assert "训练需要 peft" in err
    assert "caiwen[train]" in err
