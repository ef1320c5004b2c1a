"""What the trainer tells, passed on as events and written to ``metrics.jsonl`` a line a record."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from caiwen.train.progress import Event, OnEvent


class Watcher(TrainerCallback):
    def __init__(self, metrics: Path, stage: str, on_event: OnEvent) -> None:
        self.metrics, self.stage, self.on_event = metrics, stage, on_event
        self._began, self._first, self._rate = 0.0, 0, 0.0

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._began, self._first = time.perf_counter(), state.global_step
        if state.is_world_process_zero:
            forget_after(self.metrics, self.stage, state.global_step)

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        done = state.global_step - self._first
        each = (time.perf_counter() - self._began) / max(1, done)
        left = each * (state.max_steps - state.global_step)
        self.on_event(self._event("step", state, tokens_per_second=self._rate or None, seconds_left=left))

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **kwargs: Any,
    ) -> None:
        if not logs or not state.is_world_process_zero or "train_runtime" in logs:
            return
        self._rate = logs.get("tokens_per_second", self._rate)
        line = {"stage": self.stage, "step": state.global_step, **logs}
        with self.metrics.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        kind = "evaluation" if any(name.startswith("eval_") for name in logs) else "step"
        self.on_event(self._event(kind, state, metrics=dict(logs), tokens_per_second=self._rate or None))

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        place = f"{args.output_dir}/checkpoint-{state.global_step}"
        self.on_event(self._event("save", state, message=place))

    def _event(self, kind: Any, state: TrainerState, **more: Any) -> Event:
        epoch = float(state.epoch or 0.0)
        return Event(
            kind, stage=self.stage, step=state.global_step, steps=state.max_steps, epoch=epoch, **more
        )


def read(metrics: Path) -> Iterator[dict[str, Any]]:
    """Records of a metrics file; a last line cut off by a crash is left out."""
    if not metrics.is_file():
        return
    for line in metrics.read_text(encoding="utf-8").splitlines():
        if line.endswith("}"):
            yield json.loads(line)


def forget_after(metrics: Path, stage: str, step: int) -> None:
    """Drop records of steps that a continued run takes again."""
    kept = [r for r in read(metrics) if r["stage"] != stage or r["step"] <= step]
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in kept)
    metrics.write_text(text, encoding="utf-8")
