"""The chunked loss is the plain loss, values and gradients."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn.functional import cross_entropy, kl_div

from caiwen.train.loss import Logits, LossHead, Task, Terms, TopK

PLACES, SIZE, WORDS = 23, 16, 61


SMALL = 7  # 23 places are 4 chunks, the last one short


def inputs(seed: int = 0) -> tuple[LossHead, torch.Tensor, torch.Tensor]:
    torch.manual_seed(seed)
    head = LossHead.taking_over(torch.nn.Linear(SIZE, WORDS).double())
    hidden = torch.randn(1, PLACES + 5, SIZE, dtype=torch.float64, requires_grad=True)
    return head, hidden, torch.randint(0, WORDS, (PLACES,))


def run(head: LossHead, hidden: torch.Tensor, task: Task) -> tuple[Any, ...]:
    task.chunk = SMALL
    head.task = task
    out = head(hidden)[:3]
    found = torch.autograd.grad(out[0] * 0.37, (hidden, head.weight, head.bias))
    return out.detach(), *found


def plain(head: LossHead, hidden: torch.Tensor, task: Task, kl: Any) -> tuple[Any, ...]:
    logits = torch.nn.functional.linear(hidden[0][task.positions], head.weight, head.bias).float()
    ce = cross_entropy(logits, task.targets, reduction="sum")
    term = kl(logits / task.terms.temperature) * task.terms.temperature**2 if kl else torch.zeros(())
    total = task.terms.ce * ce + task.terms.kl * term
    found = torch.autograd.grad(total * 0.37, (hidden, head.weight, head.bias))
    return torch.stack([total, ce, term]).detach(), *found


def same(left: tuple[Any, ...], right: tuple[Any, ...]) -> None:
    for a, b in zip(left, right, strict=True):
        torch.testing.assert_close(a.double(), b.double(), rtol=2e-5, atol=2e-6)


def test_cross_entropy() -> None:
    head, hidden, targets = inputs()
    task = Task(torch.arange(PLACES) + 2, targets)
    same(run(head, hidden, task), plain(head, hidden, task, None))


def _log(q: torch.Tensor) -> torch.Tensor:
    return q.log_softmax(1)


@pytest.mark.parametrize("temperature", [1.0, 2.5])
@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_kl_over_the_vocabulary(direction: Any, temperature: float) -> None:
    head, hidden, targets = inputs()
    theirs = torch.randn(PLACES, SIZE, dtype=torch.float64)
    weight = torch.randn(WORDS, SIZE, dtype=torch.float64)
    task = Task(
        torch.arange(PLACES), targets, Terms(0.7, 0.3, direction, temperature), Logits(theirs, weight)
    )
    log_p = _log((theirs @ weight.T).float() / temperature)

    def kl(scaled: torch.Tensor) -> torch.Tensor:
        pair = (_log(scaled), log_p) if direction == "forward" else (log_p, _log(scaled))
        return kl_div(*pair, reduction="sum", log_target=True)

    same(run(head, hidden, task), plain(head, hidden, task, kl))


def top_k(log_p: torch.Tensor, k: int) -> TopK:
    best = log_p.topk(k, dim=1)
    tail = (1 - best.values.double().exp().sum(1)).clamp_min(0).log().float()
    return TopK(best.indices, best.values, tail)


@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_kl_over_cached_buckets(direction: Any) -> None:
    head, hidden, targets = inputs()
    log_p = _log(torch.randn(PLACES, WORDS) * 2)
    cached = top_k(log_p, 9)
    task = Task(torch.arange(PLACES), targets, Terms(0.5, 0.5, direction), cached)

    def kl(scaled: torch.Tensor) -> torch.Tensor:
        q = scaled.softmax(1)
        kept = q.gather(1, cached.tokens)
        buckets = torch.cat([kept, 1 - kept.sum(1, keepdim=True)], 1).log()
        given = torch.cat([cached.log_p, cached.log_tail[:, None]], 1)
        pair = (buckets, given) if direction == "forward" else (given, buckets)
        return kl_div(*pair, reduction="sum", log_target=True)

    same(run(head, hidden, task), plain(head, hidden, task, kl))


@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_buckets_never_exceed_the_full_kl_and_reach_it(direction: Any) -> None:
    torch.manual_seed(1)
    logits, log_p = torch.randn(40, WORDS) * 2, _log(torch.randn(40, WORDS) * 2)
    log_q = _log(logits)
    pair = (log_q, log_p) if direction == "forward" else (log_p, log_q)
    full = kl_div(*pair, reduction="none", log_target=True).sum(1)
    before = torch.zeros(40)
    for k in (1, 4, 16, 40):
        each, _ = top_k(log_p, k).divergence(logits, slice(None), direction, 1.0)
        assert (each <= full + 1e-5).all()
        assert (each >= before - 1e-5).all(), "more tokens kept never say less"
        before = each
    each, _ = top_k(log_p, WORDS).divergence(logits, slice(None), "forward", 1.0)
    full_forward = kl_div(log_q, log_p, reduction="none", log_target=True).sum(1)
    torch.testing.assert_close(each, full_forward, rtol=1e-4, atol=1e-5)


def test_no_labels_weigh_nothing_and_reach_every_parameter() -> None:
    head, hidden, _ = inputs()
    head.task = Task(torch.zeros(0, dtype=torch.int64), torch.zeros(0, dtype=torch.int64))
    out = head(hidden)
    found = torch.autograd.grad(out[0], (hidden, head.weight))
    assert out.tolist() == [0, 0, 0, 0]
    assert all((g == 0).all() for g in found)


def test_without_a_task_the_head_is_a_head() -> None:
    head, hidden, _ = inputs()
    torch.testing.assert_close(head(hidden), torch.nn.functional.linear(hidden, head.weight, head.bias))


def test_counts_the_places_it_gets_right() -> None:
    head, hidden, targets = inputs()
    head.task = Task(torch.arange(PLACES), targets, accuracy=True, chunk=SMALL)
    logits = torch.nn.functional.linear(hidden[0, :PLACES], head.weight, head.bias)
    assert head(hidden)[3] == (logits.argmax(1) == targets).sum()


def test_taking_over_draws_no_random_numbers() -> None:
    made = torch.nn.Linear(SIZE, WORDS)
    before = torch.get_rng_state()
    head = LossHead.taking_over(made)
    assert torch.equal(before, torch.get_rng_state())
    assert head.weight is made.weight
    assert head.bias is made.bias
