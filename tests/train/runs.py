"""A place to train in: a tiny base model on disk, a dataset, and runs over them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import torch

from caiwen.train import config as configs
from caiwen.train.progress import Event, RunResult
from caiwen.train.run import run
from caiwen.train.scratch import tokenizer_of
from tests.train.tiny import llama

NAMES = ["甲", "乙", "丙", "丁", "戊", "己"]


def pairs(count: int, start: int = 0) -> list[dict[str, str]]:
    return [
        {
            "instruction": f"{NAMES[n % 6]}公司{2001 + n % 20}年的营业收入是多少？",
            "input": "",
            "output": f"{NAMES[n % 6]}公司营业收入为{n * 7 % 97}亿元" + "，同比增长" * (n % 4) + "。",
        }
        for n in range(start, start + count)
    ]


@cache
def tokenizer() -> Any:
    return tokenizer_of((text for row in pairs(60) for text in row.values()), 400)


class Place:
    """``base``: the model folder; runs go to folders by name."""

    def __init__(self, folder: Path, **model: Any) -> None:
        self.folder = folder
        self.base = folder / "base"
        words = tokenizer()
        made = llama(seed=7, attention="sdpa", vocab_size=len(words), **model)
        made.save_pretrained(self.base)
        words.save_pretrained(self.base)
        self.write("pairs", pairs(21))
        self.write("held", pairs(9, start=40))

    def write(self, name: str, rows: list[dict[str, str]]) -> None:
        (self.folder / f"{name}.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
        info = self.folder / "dataset_info.json"
        known = json.loads(info.read_text()) if info.is_file() else {}
        info.write_text(json.dumps(known | {name: {"file_name": f"{name}.json"}}))

    def config(self, name: str = "run", **changes: Any) -> configs.TrainConfig:
        own = {"token_cache": str(self.folder / "tokens"), **changes.pop("caiwen", {})}
        settings = {
            "model_name_or_path": str(self.base),
            "template": "default",
            "dataset": "pairs",
            "dataset_dir": str(self.folder),
            "cutoff_len": 128,
            "lora_target": "all",
            "per_device_train_batch_size": 1,
            "gradient_accumulation_steps": 8,
            "learning_rate": 1e-2,
            "num_train_epochs": 2,
            "lr_scheduler_type": "cosine",
            "warmup_ratio": 0.1,
            "logging_steps": 1,
            "save_steps": 2,
            "report_to": "none",
            "use_cpu": True,
            "output_dir": str(self.folder / name),
        }
        return configs.parse(settings | changes | {"caiwen": own})

    def run(self, name: str = "run", on_event: Any = None, **changes: Any) -> RunResult:
        return run(self.config(name, **changes), on_event or (lambda event: None))

    def records(self, name: str = "run") -> list[dict[str, Any]]:
        lines = (self.folder / name / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def losses(self, name: str = "run", key: str = "loss") -> list[float]:
        return [record[key] for record in self.records(name) if key in record]


class Stop(KeyboardInterrupt):
    """A person pressing Ctrl-C."""


def interrupted_at(step: int, stage: str = "") -> Any:
    def on_event(event: Event) -> None:
        if event.kind == "step" and not event.metrics and (event.stage, event.step) == (stage, step):
            raise Stop

    return on_event


def adapter(folder: Path) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    return load_file(folder / "adapter_model.safetensors")
