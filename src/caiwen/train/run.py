"""One training run, from the configuration to the tuned model in its folder."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caiwen.errors import CaiwenError, system_words
from caiwen.train import folder as folders
from caiwen.train import reports
from caiwen.train.progress import Event, OnEvent, RunResult, nobody

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from caiwen.train.config import TrainConfig
    from caiwen.train.folder import Folder
    from caiwen.train.stages import Planned


def run(config: TrainConfig, on_event: OnEvent = nobody) -> RunResult:
    """Train. An interrupted run goes on where it was when it is started again with the same configuration.

    CaiwenError for what the user can mend: data, models, memory, disk, NaN. The run folder keeps what was
    reached in every case.
    """
    reports.services(config)
    folder = folders.open_folder(config)
    with _logged(folder.path), _told(folder.path), reports.reporting(config):
        return _train(config, folder, on_event)


def _train(config: TrainConfig, folder: Folder, on_event: OnEvent) -> RunResult:
    from caiwen.train import memory, methods, models, plots, references, stages, teacher

    tokenizer = models.load_tokenizer(config)
    on_event(Event("data"))
    plan = _planned(config, folder, tokenizer, on_event)
    shape = models.model_config(config, tokenizer)
    width = models.dtype(config, shape).itemsize
    recompute, estimate = memory.choose(config, shape, stages.largest_batch(config, plan), width=width)
    on_event(Event("model"))
    identity = teacher.identity(config, tokenizer)
    other = references.frozen_model(config, tokenizer)
    model = methods.prepare(models.load_model(config, tokenizer), config)
    if recompute:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    if not folder.resumed:
        folder.write(folders.RUN, folders.record(config, stages.inputs(plan), asdict(estimate)))
    course = stages.Course(config, folder, tokenizer, model, other, identity, on_event)
    results = course.go(plan)
    course.release()
    if config.plot_loss and folders.is_main():
        plots.draw(folder.path)
    folder.write(folders.RESULT, {"stages": [asdict(result) for result in results]})
    done = RunResult(folder.path, tuple(results), folder.resumed)
    on_event(Event("done", message=str(folder.path), metrics=done.metrics))
    return done


def _planned(
    config: TrainConfig, folder: Folder, tokenizer: PreTrainedTokenizerBase, on_event: OnEvent
) -> list[Planned]:
    """The data of all stages; a teacher's answers are asked for first. One process works, the others then read."""
    from caiwen.train import answers, stages

    def count(done: int, total: int) -> None:
        on_event(Event("data", message="教师作答", step=done, steps=total))

    with _first_process_first(config):
        if answers.wanted(config):
            config = answers.with_answers(config, folder.path, count)
        return stages.prepare(config, tokenizer)


@contextmanager
def _first_process_first(config: TrainConfig) -> Iterator[None]:
    if os.environ.get("WORLD_SIZE", "1") == "1":
        yield
        return
    from datetime import timedelta

    from accelerate import PartialState

    waiting = timedelta(seconds=config.ddp_timeout)
    with PartialState(cpu=config.use_cpu, timeout=waiting).main_process_first():
        yield


@contextmanager
def _logged(path: Path) -> Iterator[None]:
    """What transformers says goes to ``log.txt``, not to the terminal."""
    from transformers.utils import logging as theirs

    loggers = [logging.getLogger(name) for name in ("transformers", "caiwen.train", "py.warnings")]
    handler: logging.Handler = logging.NullHandler()
    if folders.is_main():
        handler = logging.FileHandler(path / "log.txt", encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    theirs.disable_default_handler()
    theirs.disable_progress_bar()
    logging.captureWarnings(True)
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
        handler.close()
        logging.captureWarnings(False)
        theirs.enable_progress_bar()
        theirs.enable_default_handler()


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Memory and disk running out, as errors that say what to do."""
    import torch
    from safetensors import SafetensorError

    try:
        yield
    except torch.OutOfMemoryError as error:
        raise CaiwenError(
            "显存用完了",
            where=str(path),
            hint="写 gradient_checkpointing: true，或把 caiwen.batching.tokens、cutoff_len 调小；再运行会从检查点接着训练",
        ) from error
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS):
            raise
        raise _not_written(path, system_words(error)) from error
    except (SafetensorError, RuntimeError) as error:
        if not _is_disk(error):
            raise
        raise _not_written(path, "磁盘已满") from error


def _is_disk(error: Exception) -> bool:
    words = str(error)
    return "No space left" in words or "PytorchStreamWriter failed" in words or "os error 28" in words


def _not_written(path: Path, why: str) -> CaiwenError:
    last = folders.latest_checkpoint(path)
    kept = f"最后一个完整的检查点是 {last}" if last else "还没有完整的检查点"
    return CaiwenError(
        f"写不进训练文件夹：{why}", where=str(path), hint=f"{kept}；腾出空间后再运行，会接着训练"
    )


def describe(result: RunResult) -> dict[str, Any]:
    """A result as plain data."""
    return asdict(result)
