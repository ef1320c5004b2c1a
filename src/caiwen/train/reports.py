"""Where else a run is recorded: TensorBoard, SwanLab, MLflow, Weights & Biases, through transformers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from caiwen.errors import ConfigError, MissingExtraError
from caiwen.train.folder import is_main

if TYPE_CHECKING:
    from caiwen.train.config import TrainConfig

_PACKAGES = {
    "tensorboard": ("tensorboard", "tensorboardX"),
    "swanlab": ("swanlab",),
    "mlflow": ("mlflow",),
    "wandb": ("wandb",),
}


def services(config: TrainConfig) -> list[str]:
    """The services wanted. ConfigError for one that is not known, MissingExtraError for one not installed."""
    swanlab = ["swanlab"] if config.use_swanlab else []
    wanted = list(dict.fromkeys([*(name for name in config.report_to if name != "none"), *swanlab]))
    for name in wanted:
        if name not in _PACKAGES:
            raise ConfigError(
                f"不认识 {name}", where="report_to", hint=f"可以写：{'、'.join(_PACKAGES)}，或 none"
            )
        if not any(find_spec(package) for package in _PACKAGES[name]):
            package = _PACKAGES[name][0]
            raise MissingExtraError(
                f"记录到 {name} 需要 {package}",
                where="report_to",
                hint=f"pip install {package}，或写 report_to: none",
            )
    return wanted


@contextmanager
def reporting(config: TrainConfig) -> Iterator[None]:
    """The services set up for a run, in the process that writes. A setting in the environment goes first."""
    folder = config.logging_dir or os.path.join(config.output_dir, "runs")
    mine = "TENSORBOARD_LOGGING_DIR" not in os.environ
    os.environ.setdefault("TENSORBOARD_LOGGING_DIR", folder)
    swanlab = is_main() and "swanlab" in services(config)
    if swanlab:
        _begin_swanlab(config)
    try:
        yield
    finally:
        if mine:
            del os.environ["TENSORBOARD_LOGGING_DIR"]
        if swanlab:
            import_module("swanlab").finish()


def _begin_swanlab(config: TrainConfig) -> None:
    """Before transformers does: it knows nothing of the workspace, and asks for a run in a way that newer
    versions of SwanLab answer with an error."""
    given = {
        "project": os.environ.get("SWANLAB_PROJECT") or config.swanlab_project,
        "workspace": config.swanlab_workspace,
        "experiment_name": config.swanlab_run_name or config.run_name,
        "mode": os.environ.get("SWANLAB_MODE") or config.swanlab_mode,
        "logdir": os.environ.get("SWANLAB_LOG_DIR") or config.swanlab_logdir,
    }
    import_module("swanlab").init(**{key: value for key, value in given.items() if value is not None})
