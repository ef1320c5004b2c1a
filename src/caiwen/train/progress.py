"""What a run tells while it goes, and when it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Kind = Literal["data", "model", "stage", "step", "evaluation", "save", "done"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. ``step`` counts optimiser steps of the stage, ``seconds_left`` is of the stage."""

    kind: Kind
    message: str = ""
    stage: str = ""
    step: int = 0
    steps: int = 0
    epoch: float = 0.0
    tokens_per_second: float | None = None
    seconds_left: float | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)


OnEvent = Callable[[Event], None]


def nobody(event: Event) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True)
class StageResult:
    """``stopped``: why it ended before its last step (early stopping, a gate), else empty."""

    name: str
    steps: int
    metrics: Mapping[str, float]
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class RunResult:
    """The run folder holds the tuned model, its record and its curves."""

    folder: Path
    stages: tuple[StageResult, ...]
    resumed: bool = False

    @property
    def metrics(self) -> Mapping[str, float]:
        return self.stages[-1].metrics if self.stages else {}

    @property
    def stopped(self) -> str:
        return self.stages[-1].stopped if self.stages else ""
