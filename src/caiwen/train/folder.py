"""The run folder: what was asked for, on what, how it went. Written so that a run can be continued.

config.yaml  run.json  log.txt  metrics.jsonl  trainer_state.json  result.json  loss.png  loss.svg
checkpoint-N/ (or stages/NAME/checkpoint-N/)  and the tuned model itself
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from caiwen.errors import CaiwenError, ConfigError

if TYPE_CHECKING:
    from caiwen.train.config import TrainConfig

CONFIG, RUN, STAGES, RESULT, METRICS = (
    "config.yaml",
    "run.json",
    "stages.json",
    "result.json",
    "metrics.jsonl",
)
_PACKAGES = ("torch", "transformers", "peft", "accelerate", "datasets", "tokenizers", "safetensors", "numpy")
# Settings that may change between a run and its continuation: they do not change what is learned.
_FREE = {
    *("output_dir", "overwrite_output_dir", "resume_from_checkpoint", "report_to", "run_name", "plot_loss"),
    *(
        "logging_steps",
        "logging_strategy",
        "logging_first_step",
        "logging_dir",
        "disable_tqdm",
        "ddp_timeout",
    ),
    *("save_steps", "save_strategy", "save_total_limit", "eval_steps", "eval_strategy", "eval_on_start"),
    *("dataloader_num_workers", "dataloader_pin_memory", "preprocessing_num_workers", "overwrite_cache"),
    *(
        "hf_hub_token",
        "ms_hub_token",
        "cache_dir",
        "do_eval",
        "print_param_status",
        "per_device_eval_batch_size",
    ),
}
_FREE_OWN = {"memory_gb", "token_cache"}


def is_main() -> bool:
    """Whether this process writes: the only one, or the first of several."""
    return int(os.environ.get("RANK", "0")) == 0


@dataclass(frozen=True, slots=True)
class Folder:
    path: Path
    resumed: bool

    def write(self, name: str, data: Mapping[str, Any]) -> None:
        """Whole or not at all."""
        if is_main():
            beside = self.path / f".{name}.part"
            text = json.dumps(data, ensure_ascii=False, indent=1, default=str)
            beside.write_text(text + "\n", encoding="utf-8")
            beside.replace(self.path / name)

    def read(self, name: str) -> dict[str, Any]:
        path = self.path / name
        if not path.is_file():
            return {}
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found


def open_folder(config: TrainConfig) -> Folder:
    """Make the folder, or go on in it. ConfigError when it holds a finished run or one of another configuration."""
    path = Path(config.output_dir)
    if config.overwrite_output_dir and not config.resume_from_checkpoint:
        _clear(path)
    started = _has_progress(path) or config.resume_from_checkpoint is not None
    if (path / RESULT).is_file():
        raise ConfigError(
            "这个文件夹里的训练已经完成",
            where=str(path),
            hint="换 output_dir，或写 overwrite_output_dir: true 重新训练",
        )
    if started and (path / CONFIG).is_file():
        _same_config(yaml.safe_load((path / CONFIG).read_text(encoding="utf-8")), config, path)
    folder = Folder(path, started)
    if is_main():
        path.mkdir(parents=True, exist_ok=True)
        (path / CONFIG).write_text(
            yaml.safe_dump(config.resolved(), allow_unicode=True, sort_keys=False), encoding="utf-8"
        )
    return folder


def _has_progress(path: Path) -> bool:
    stages = path / "stages"
    inside = [*stages.iterdir()] if stages.is_dir() else []
    return (path / STAGES).is_file() or any(latest_checkpoint(place) for place in (path, *inside))


def _clear(path: Path) -> None:
    """Remove what an earlier run left, and only that."""
    if not is_main() or not path.is_dir():
        return
    for place in [*path.glob("checkpoint-*"), path / "stages"]:
        if place.is_dir():
            shutil.rmtree(place)
    for name in (CONFIG, RUN, STAGES, RESULT, METRICS, "trainer_state.json", "log.txt"):
        (path / name).unlink(missing_ok=True)


def _same_config(before: Mapping[str, Any], config: TrainConfig, path: Path) -> None:
    now = json.loads(json.dumps(config.resolved()))
    old, new = _binding(before), _binding(now)
    different = [
        f"{key}（{_short(old.get(key))} → {_short(new.get(key))}）"
        for key in sorted({*old, *new})
        if old.get(key) != new.get(key)
    ]
    if different:
        raise ConfigError(
            f"这里的检查点是另一份配置训练的：{'、'.join(different[:6])}",
            where=str(path),
            hint="改回原来的设置以接着训练，或换 output_dir，或写 overwrite_output_dir: true 从头训练",
        )


def _binding(settings: Mapping[str, Any]) -> dict[str, Any]:
    own = {f"caiwen.{key}": value for key, value in (settings.get("caiwen") or {}).items()}
    flat = {key: value for key, value in settings.items() if key not in _FREE and key != "caiwen"}
    return flat | {key: value for key, value in own.items() if key.removeprefix("caiwen.") not in _FREE_OWN}


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:37]}…"


def record(config: TrainConfig, inputs: Mapping[str, Any], estimate: Mapping[str, Any]) -> dict[str, Any]:
    """What a reader needs to do the same again."""
    return {
        "caiwen": version("caiwen"),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": sys.argv,
        "python": platform.python_version(),
        "system": platform.platform(),
        "processes": int(os.environ.get("WORLD_SIZE", "1")),
        "device": _device(),
        "packages": {name: found for name in _PACKAGES if (found := _version(name))},
        "seed": config.seed,
        "inputs": dict(inputs),
        "memory_estimate": dict(estimate),
    }


def _device() -> str:
    import torch

    return (
        torch.cuda.get_device_name()
        if torch.cuda.is_available()
        else f"CPU（{torch.get_num_threads()} 线程）"
    )


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def resume_point(config: TrainConfig, folder: Folder, stage_folder: Path) -> Path | None:
    """The checkpoint to go on from in a stage, if any. CaiwenError when the one asked for is not whole."""
    asked = config.resume_from_checkpoint
    if asked and asked.lower() not in ("true", "false") and not config.caiwen.stages:
        if not (Path(asked) / "trainer_state.json").is_file():
            raise CaiwenError(
                "不是完整的检查点（缺 trainer_state.json）", where=asked, hint="写 checkpoint-N 文件夹的路径"
            )
        return Path(asked)
    return latest_checkpoint(stage_folder) if folder.resumed else None


def checkpoints(folder: Path) -> list[Path]:
    """Complete checkpoints, oldest first. The trainer's state is what a checkpoint is finished with."""
    found = [path for path in folder.glob("checkpoint-*") if path.name[11:].isdigit()]
    whole = [path for path in found if (path / "trainer_state.json").is_file()]
    return sorted(whole, key=lambda path: int(path.name[11:]))


def latest_checkpoint(folder: Path) -> Path | None:
    return next(reversed(checkpoints(folder)), None)
