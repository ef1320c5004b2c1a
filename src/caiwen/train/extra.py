"""Whether the training stack is installed: asked before anything else, so that the answer is one line."""

from __future__ import annotations

from importlib.util import find_spec

from caiwen.errors import MissingExtraError

_NEEDED = ("torch", "transformers", "peft", "accelerate", "datasets", "safetensors")


def require() -> None:
    """MissingExtraError that names what is missing."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"训练需要 {'、'.join(missing)}",
            hint="先装 torch（pip install torch==2.13.0，有卡的装 CUDA 版），再 pip install 'caiwen[train]'",
        )
