"""One forward over a micro-batch, with the head set to its task."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from caiwen.train import attention
from caiwen.train.loss import LossHead, Task
from caiwen.train.windows import Micro


class Pass:
    """Forwards through a model, or through what wraps it; knows the model's heads."""

    def __init__(self, model: Any) -> None:
        self.config = model.config
        self.heads = [module for module in model.modules() if isinstance(module, LossHead)]

    def __call__(self, model: Any, micro: Micro, task: Task) -> torch.Tensor:
        """What the head makes: loss sums [4], or the captured hidden states [places, size]."""
        extra = attention.arguments(micro.segments, self.config, micro.input_ids.device)
        with self._working(task):
            out = model(input_ids=micro.input_ids, position_ids=micro.position_ids, use_cache=False, **extra)
        made: torch.Tensor = out.logits
        return made

    @contextmanager
    def _working(self, task: Task) -> Iterator[None]:
        for head in self.heads:
            head.task = task
        try:
            yield
        finally:
            for head in self.heads:
                head.task = None


@contextmanager
def frozen(model: torch.nn.Module) -> Iterator[None]:
    """No gradients and no dropout, then as before."""
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(training)
