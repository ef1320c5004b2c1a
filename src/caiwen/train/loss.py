"""Cross-entropy and KL at the labelled places only, a chunk of places at a time.

The head of the model computes the loss itself: the logits of a whole batch never exist, and the weight
is at hand when FSDP or ZeRO-3 has gathered it. Sums, not means: the trainer divides by the number of
labelled tokens of the whole window. Gradients are computed in the forward pass, while the logits of the
chunk are there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import torch
from torch.nn.functional import linear

LOG_FLOOR = -80.0  # the log of a probability that a reference gives as zero

Direction = Literal["reverse", "forward"]


class Reference(Protocol):
    """What the policy is compared with, at the same places."""

    def divergence(
        self, logits: torch.Tensor, chunk: slice, direction: Direction, temperature: float
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """KL of each place, and its gradient with respect to the policy's logits [places, vocabulary]."""
        ...


@dataclass(frozen=True, slots=True)
class Terms:
    """``ce * CE + kl * T² * KL``; T² keeps the size of the gradients when the temperature changes
    (Hinton et al. 2015). reverse: KL(policy || reference); forward: KL(reference || policy)."""

    ce: float = 1.0
    kl: float = 0.0
    direction: Direction = "reverse"
    temperature: float = 1.0


@dataclass(slots=True)
class Task:
    """What the head is to do with the hidden states of one micro-batch."""

    positions: torch.Tensor
    targets: torch.Tensor
    terms: Terms = field(default_factory=Terms)
    reference: Reference | None = None
    chunk: int = 1024  # places whose logits exist at once
    accuracy: bool = False  # count places where the likeliest token is the target
    capture: bool = False  # hand out the hidden states at ``positions`` instead of the loss
    head: LossHead | None = None  # set on capture: the head that would have made logits of them


class LossHead(torch.nn.Linear):
    """The output layer. With a task it returns ``[loss, ce, kl, right]`` (sums) where logits used to be."""

    task: Task | None = None

    @classmethod
    def taking_over(cls, head: torch.nn.Module) -> LossHead:
        """The same parameters, still tied to whatever they were tied to."""
        weight, bias = head.get_parameter("weight"), dict(head.named_parameters()).get("bias")
        made = cls(weight.shape[1], weight.shape[0], bias=False, device="meta")
        made.register_parameter("weight", weight)
        made.register_parameter("bias", bias)
        return made.train(head.training)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        if self.task is None:
            return super().forward(hidden)
        places = hidden.reshape(-1, hidden.shape[-1])[self.task.positions]
        if self.task.capture:
            self.task.head = self
            return places
        if not len(places):  # weighs nothing, but keeps every process's backward alike
            return torch.stack([(hidden.sum() + self.weight.sum()) * 0] + [hidden.new_zeros(())] * 3).float()
        if isinstance(self.task.reference, Logits):
            self.task.reference = self.task.reference.through(self)
        return torch.stack(_LinearLoss.apply(places, self.weight, self.bias, self.task))


class _LinearLoss(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, hidden: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, task: Task
    ) -> tuple[torch.Tensor, ...]:
        wanted = ctx.needs_input_grad[:3]
        grads = [
            torch.zeros_like(x) if need and x is not None else None
            for x, need in zip((hidden, weight, bias), wanted, strict=True)
        ]
        ce, kl, right = hidden.new_zeros(3, dtype=torch.float32).unbind()
        for chunk in chunks(len(hidden), task.chunk):
            logits = head_logits(hidden[chunk], weight, bias)
            if task.accuracy:
                right = right + (logits.argmax(1) == task.targets[chunk]).sum()
            chunk_ce, chunk_kl, slope = _values(logits, task, chunk, any(wanted))
            ce = ce + chunk_ce
            kl = kl + chunk_kl
            if slope is not None:
                _spread(slope, hidden, weight, chunk, grads)
        ctx.save_for_backward(*grads)
        ctx.mark_non_differentiable(ce, kl, right)
        return task.terms.ce * ce + task.terms.kl * kl, ce, kl, right

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *outer: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        scale = outer[0]
        return (*(g if g is None else g * scale.to(g.dtype) for g in ctx.saved_tensors), None)


def chunks(places: int, size: int) -> Iterator[slice]:
    return (slice(start, min(start + size, places)) for start in range(0, places, size))


def head_logits(hidden: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    kind = weight.dtype if not torch.is_autocast_enabled(hidden.device.type) else hidden.dtype
    return linear(hidden.to(kind), weight.to(kind), None if bias is None else bias.to(kind)).float()


def _values(
    logits: torch.Tensor, task: Task, chunk: slice, need_slope: bool
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]:
    """Sums of CE and KL over a chunk, and the slope of the weighted loss. Overwrites ``logits``."""
    terms = task.terms
    nothing = logits.new_zeros(())
    if task.reference is None or terms.kl == 0:
        ce, slope = cross_entropy(logits, task.targets[chunk])
        return ce, nothing, slope.mul_(terms.ce) if need_slope else None
    each, kl_slope = task.reference.divergence(logits, chunk, terms.direction, terms.temperature)
    kl = each.sum() * terms.temperature**2
    ce, slope = cross_entropy(logits, task.targets[chunk])
    if not need_slope:
        return ce, kl, None
    return ce, kl, slope.mul_(terms.ce).add_(kl_slope, alpha=terms.kl * terms.temperature**2)


def cross_entropy(logits: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Sum over places, and softmax − one-hot, written over ``logits``."""
    at_target = logits.gather(1, targets[:, None])
    top = logits.amax(1, keepdim=True)
    shares = logits.sub_(top).exp_()
    total = shares.sum(1, keepdim=True)
    loss = (total.log() + top - at_target).sum()
    shares.div_(total)
    shares.scatter_add_(1, targets[:, None], torch.full_like(at_target, -1.0))
    return loss, shares


def _spread(
    slope: torch.Tensor,
    hidden: torch.Tensor,
    weight: torch.Tensor,
    chunk: slice,
    grads: list[torch.Tensor | None],
) -> None:
    to_hidden, to_weight, to_bias = grads
    slope = slope.to(hidden.dtype)
    if to_hidden is not None:
        to_hidden[chunk] = slope @ weight.to(slope.dtype)
    if to_weight is not None:
        to_weight.addmm_(slope.T.to(to_weight.dtype), hidden[chunk].to(to_weight.dtype))
    if to_bias is not None:
        to_bias.add_(slope.sum(0).to(to_bias.dtype))


@dataclass(frozen=True, slots=True)
class Logits:
    """A reference whose hidden states are at hand: all of its distribution is compared. Without a weight
    it is read through the policy's own head (which a sharded model has gathered only there)."""

    hidden: torch.Tensor
    weight: torch.Tensor | None = None
    bias: torch.Tensor | None = None

    def through(self, head: LossHead) -> Logits:
        if self.weight is not None:
            return self
        return Logits(self.hidden, head.weight.detach(), None if head.bias is None else head.bias.detach())

    def divergence(
        self, logits: torch.Tensor, chunk: slice, direction: Direction, temperature: float
    ) -> tuple[torch.Tensor, torch.Tensor]:
        assert self.weight is not None
        with torch.no_grad():
            theirs = head_logits(self.hidden[chunk], self.weight, self.bias)
        log_p = (theirs / temperature).log_softmax(1)
        log_q = (logits / temperature).log_softmax(1)
        if direction == "forward":
            p = log_p.exp()
            return (p * (log_p - log_q)).sum(1), (log_q.exp() - p) / temperature
        q, ratio = log_q.exp(), log_q - log_p
        each = (q * ratio).sum(1)
        return each, q * (ratio - each[:, None]) / temperature


@dataclass(frozen=True, slots=True)
class TopK:
    """A cached reference: the log-probabilities of its k best tokens, and of all others as one bucket.

    Both distributions are compared over k + 1 buckets, which never exceeds the KL over the vocabulary
    (data processing inequality) and equals it when k covers the vocabulary. ``log_p`` and ``log_tail``
    must have been taken at the temperature of the loss.
    """

    tokens: torch.Tensor  # [places, k]
    log_p: torch.Tensor  # [places, k]
    log_tail: torch.Tensor  # [places]

    def divergence(
        self, logits: torch.Tensor, chunk: slice, direction: Direction, temperature: float
    ) -> tuple[torch.Tensor, torch.Tensor]:
        tokens = self.tokens[chunk]
        log_q_all = (logits / temperature).log_softmax(1)
        q = log_q_all.exp()
        rest = q.scatter(1, tokens, 0.0)
        q_tail = rest.sum(1, keepdim=True)
        log_q = torch.cat([log_q_all.gather(1, tokens), q_tail.log()], 1).clamp_min(LOG_FLOOR)
        log_p = torch.cat([self.log_p[chunk], self.log_tail[chunk, None]], 1).float().clamp_min(LOG_FLOOR)
        ratio = log_q - log_p
        if direction == "forward":
            p = log_p.exp()
            slope = rest * (1 - p[:, -1:] / q_tail.clamp_min(1e-30))
            return -(p * ratio).sum(1), slope.scatter(
                1, tokens, q.gather(1, tokens) - p[:, :-1]
            ) / temperature
        each = (log_q.exp() * ratio).sum(1, keepdim=True)
        slope = rest * (ratio[:, -1:] - each)
        top = q.gather(1, tokens) * (ratio[:, :-1] - each)
        return each[:, 0], slope.scatter(1, tokens, top) / temperature
