"""transformers' Trainer, fed with windows: one batch is one optimiser step.

The window is split here and not by gradient accumulation, so the number of micro-batches may vary while
the trainer sees exactly one batch a step; the loss is divided by the labelled tokens of the whole window.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from transformers import Trainer, TrainerControl, TrainingArguments
from transformers.trainer_callback import PrinterCallback, ProgressCallback

from caiwen.errors import CaiwenError
from caiwen.train import layers, weights, windows
from caiwen.train.folder import latest_checkpoint
from caiwen.train.loss import Task, Terms
from caiwen.train.passes import Pass, frozen

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from caiwen.train.config import TrainConfig
    from caiwen.train.references import Source
    from caiwen.train.table import TokenTable


@dataclass(slots=True)
class Material:
    """What a stage learns from and is held against."""

    train: TokenTable
    validation: Mapping[str, TokenTable]
    batching: windows.Batching
    terms: Terms
    reference: Source | None = None


@dataclass(slots=True)
class Meter:
    """Sums since the last log."""

    sums: list[float] = field(default_factory=lambda: [0.0] * 4)
    steps: int = 0
    tokens: int = 0
    since: float = field(default_factory=time.perf_counter)

    def add(self, sums: list[float], tokens: int) -> None:
        self.sums = [a + b for a, b in zip(self.sums, sums, strict=True)]
        self.steps += 1
        self.tokens += tokens


class WindowTrainer(Trainer):
    """``material``: tables and loss of this stage."""

    optimizer: Any
    lr_scheduler: Any
    control: TrainerControl

    def __init__(
        self,
        model: Any,
        args: TrainingArguments,
        config: TrainConfig,
        material: Material,
        tokenizer: PreTrainedTokenizerBase,
    ) -> None:
        validation: Any = dict(material.validation) or None  # only so that transformers finds one
        super().__init__(model=model, args=args, processing_class=tokenizer, eval_dataset=validation)
        for printing in (PrinterCallback, ProgressCallback):
            self.remove_callback(printing)
        self.settings, self.material = config, material
        self.meter, self.tokens_seen = Meter(), 0
        self._pass = Pass(model)
        self._flops = 6 * sum(p.numel() for p in model.parameters())
        if material.reference is not None:
            material.reference.to(self.args.device)

    # -- data

    def get_train_dataloader(self) -> windows.WindowLoader:
        return self._loader(self.material.train, self.material.batching)

    def _loader(self, table: TokenTable, batching: windows.Batching) -> windows.WindowLoader:
        return windows.loader(table, batching, self.args.process_index, self.args.world_size)

    def get_total_train_batch_size(self, args: TrainingArguments) -> int:
        return self.material.batching.rows

    def _get_num_items_in_batch(self, batch_samples: list[Any], device: torch.device) -> None:
        """The window knows its own count."""

    def floating_point_ops(self, inputs: windows.Window) -> int:
        """The usual estimate, six a parameter and token; a frozen weight needs four."""
        return self._flops * inputs.tokens

    # -- a step

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        learning = self.model if model is None else model
        if self.optimizer is None:
            kind, settings = self.get_optimizer_cls_and_kwargs(self.args, learning)
            decaying = set(self.get_decay_parameter_names(learning))
            made = layers.groups(learning, self.settings, self.args.learning_rate, decaying)
            self.optimizer = kind(made, **settings)
        return self.optimizer

    def training_step(
        self, model: Any, inputs: windows.Window, num_items_in_batch: Any = None
    ) -> torch.Tensor:
        model.train()
        sums = torch.zeros(4, device=self.args.device)
        scale = self.args.world_size / max(1, inputs.labels)  # processes average their gradients
        settings = {"scale_wrt_gas": False} if self.is_deepspeed_enabled else {}
        for number, micro in enumerate(inputs.micros, start=1):
            with self._syncing(model, number == len(inputs.micros)):
                found = self._sums(model, micro.to(self.args.device))
                self.accelerator.backward(found[0] * scale, **settings)
            sums += found.detach()
        means = self.accelerator.reduce(sums, "sum") / max(1, inputs.labels)
        self.meter.add(means.tolist(), inputs.tokens)
        self.tokens_seen += inputs.tokens
        self._stop_if_not_finite(means[0], inputs)
        return means[0]

    def _sums(self, model: Any, micro: windows.Micro) -> torch.Tensor:
        terms, source = self.material.terms, self.material.reference
        compared = None
        if source is not None:
            with self.compute_loss_context_manager():
                compared = source.of(micro, model, self.accelerator.unwrap_model(model))
        task = Task(micro.positions, micro.targets, terms, compared, self.settings.caiwen.loss.chunk_tokens)
        with self.compute_loss_context_manager():
            return self._pass(model, micro, task)

    @contextlib.contextmanager
    def _syncing(self, model: Any, last: bool) -> Iterator[None]:
        """Gradients travel between processes once a window, with its last micro-batch."""
        self.accelerator.gradient_state._set_sync_gradients(last)
        if last or self.is_deepspeed_enabled:
            yield
        else:
            with self.accelerator.no_sync(model):
                yield

    def _clip_grad_norm(self, model: Any) -> Any:
        norm = super()._clip_grad_norm(model)
        self._check_norm(norm)
        return norm

    def _check_norm(self, norm: Any) -> None:
        if self.accelerator.scaler is None and norm is not None and not torch.isfinite(torch.as_tensor(norm)):
            raise self._not_finite("梯度", "")

    def _stop_if_not_finite(self, loss: torch.Tensor, window: windows.Window) -> None:
        if not torch.isfinite(loss):
            rows = "、".join(str(row) for row in window.rows[:8])
            raise self._not_finite(
                "损失", f"，用到的样本：第 {rows} 条{'等' if len(window.rows) > 8 else ''}（从 0 数起）"
            )

    def _not_finite(self, what: str, rows: str) -> CaiwenError:
        last = latest_checkpoint(Path(self.args.output_dir))
        kept = f"最后一个好的检查点是 {last}" if last else "还没有检查点"
        return CaiwenError(
            f"{what}成了 NaN 或无穷，训练停在第 {self.state.global_step + 1} 步之前的权重",
            where=f"第 {self.state.global_step + 1} 步{rows}",
            hint=f"{kept}；调低 learning_rate，检查这些样本，fp16 可换成 bf16",
        )

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        if "loss" in logs and self.meter.steps:
            meter, now = self.meter, time.perf_counter()
            if self.material.reference is not None:
                logs["ce"], logs["kl"] = (value / meter.steps for value in meter.sums[1:3])
            logs["tokens_per_second"] = meter.tokens / max(1e-9, now - meter.since)
            logs["tokens"] = self.tokens_seen
            self.meter = Meter(since=now)
        super().log(logs, None)

    # -- validation

    def evaluate(
        self,
        eval_dataset: Any = None,
        ignore_keys: list[str] | None = None,
        metric_key_prefix: str = "eval",
    ) -> dict[str, float]:
        """Cross-entropy a labelled token, over all validation sets together and each by itself."""
        started = time.perf_counter()
        totals = {name: self._held_against(table) for name, table in self.material.validation.items()}
        metrics = _losses(totals, metric_key_prefix, self.settings.compute_accuracy)
        metrics[f"{metric_key_prefix}_runtime"] = time.perf_counter() - started
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        self.meter.since += time.perf_counter() - started
        return metrics

    def _held_against(self, table: TokenTable) -> tuple[float, float, int]:
        """Sum of cross-entropy, places that are right, labelled tokens."""
        rows = self.settings.per_device_eval_batch_size
        tokens = max(self.material.batching.tokens, int(table.lengths.max()))
        batching = windows.Batching(
            rows=max(64, rows) * self.args.world_size,
            tokens=tokens,
            pack=self.material.batching.pack,
            rows_per_batch=rows,
            shuffle=False,
        )
        sums, labels = torch.zeros(4, dtype=torch.float64, device=self.args.device), 0
        chunk, model = self.settings.caiwen.loss.chunk_tokens, self.model_wrapped
        with frozen(model):
            for window in self._loader(table, batching):
                labels += window.predicted
                for micro in window.micros:
                    moved = micro.to(self.args.device)
                    task = Task(moved.positions, moved.targets, Terms(), None, chunk)
                    task.accuracy = self.settings.compute_accuracy
                    with self.compute_loss_context_manager():
                        sums += self._pass(model, moved, task)
        found = self.accelerator.reduce(sums, "sum").tolist()
        return found[1], found[3], labels

    # -- files

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        folder = Path(output_dir or self.args.output_dir)
        folder.mkdir(parents=True, exist_ok=True)
        weights.save(self.accelerator.unwrap_model(self.model), folder, state_dict)
        if self.processing_class is not None:
            self.processing_class.save_pretrained(folder)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        if self.is_fsdp_enabled or self.is_deepspeed_enabled:
            super()._load_from_checkpoint(resume_from_checkpoint, model)
        else:
            weights.load(self.model, Path(resume_from_checkpoint))

    def _load_optimizer_and_scheduler(self, checkpoint: str | None) -> None:
        """With several processes transformers loads to the device, and torch does not know ``cpu:0``."""
        sharded = self.is_fsdp_enabled or self.is_deepspeed_enabled
        if checkpoint is None or sharded or self.args.device.type != "cpu":
            super()._load_optimizer_and_scheduler(checkpoint)
            return
        for name, part in (("optimizer.pt", self.optimizer), ("scheduler.pt", self.lr_scheduler)):
            part.load_state_dict(torch.load(Path(checkpoint) / name, map_location="cpu", weights_only=True))

    def _load_best_model(self) -> None:
        if self.is_fsdp_enabled or self.is_deepspeed_enabled:
            super()._load_best_model()
        elif self.state.best_model_checkpoint is not None:
            weights.load(self.model, Path(self.state.best_model_checkpoint))


def _losses(totals: Mapping[str, tuple[float, float, int]], prefix: str, accuracy: bool) -> dict[str, float]:
    every = tuple(sum(column) for column in zip(*totals.values(), strict=True))
    named = {f"{prefix}_{name}": held for name, held in totals.items()} if len(totals) > 1 else {}
    metrics: dict[str, float] = {}
    for name, (loss, right, labels) in {prefix: every, **named}.items():
        metrics[f"{name}_loss"] = loss / max(1, labels)
        if accuracy:
            metrics[f"{name}_accuracy"] = right / max(1, labels)
    return metrics
