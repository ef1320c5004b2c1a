"""What the training stack must have: asked before anything else, so that the answer is one line."""

from __future__ import annotations

import difflib
from importlib.util import find_spec
from typing import TYPE_CHECKING

from caiwen.errors import ConfigError, MissingExtraError

if TYPE_CHECKING:
    from caiwen.train.config import TrainConfig

_NEEDED = ("torch", "transformers", "peft", "accelerate", "datasets", "safetensors")


def require(config: TrainConfig) -> None:
    """MissingExtraError that names what is missing; ConfigError on an optimiser that transformers does not have."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"训练需要 {'、'.join(missing)}",
            hint="先装 torch（pip install torch==2.13.0，有卡的装 CUDA 版），再 pip install 'caiwen[train]'",
        )
    from transformers.training_args import OptimizerNames

    known = [name.value for name in OptimizerNames]
    if config.optim not in known:
        near = difflib.get_close_matches(config.optim, known, n=1)
        hint = f"是不是 {near[0]}？" if near else f"可以写：{'、'.join(known)}"
        raise ConfigError(f"没有名为“{config.optim}”的优化器", where="optim", hint=hint)
