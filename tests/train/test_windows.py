"""Windows keep every row once, in the order of the peer, however they are cut."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pytest
import torch

from caiwen.train import windows
from caiwen.train.tokens import IGNORE_INDEX
from tests.train.tiny import ListTable, table


def test_order_is_that_of_a_seeded_sampler() -> None:
    generator = torch.Generator()
    generator.manual_seed(42 + 3)
    assert windows.epoch_order(977, 42, 3) == torch.randperm(977, generator=generator).tolist()


@pytest.mark.parametrize("world", [1, 2, 3])
@pytest.mark.parametrize("pack", [True, False])
def test_every_row_is_in_exactly_one_share(world: int, pack: bool) -> None:
    data = table(21)
    batching = windows.Batching(rows=8, tokens=40, pack=pack, rows_per_batch=2)
    loaders = [windows.loader(data, batching, rank, world) for rank in range(world)]
    for parts in zip(*loaders, strict=True):
        rows = [row for part in parts for micro in part.micros for row in micro.rows]
        assert sorted(rows) == sorted(parts[0].rows)
        assert len({len(part.micros) for part in parts}) == 1, "as many forwards on every process"
        learned = sum(len(micro.targets) for part in parts for micro in part.micros)
        assert {part.predicted for part in parts} == {learned}


def test_last_window_is_short_and_epochs_differ() -> None:
    sampler = windows.WindowSampler(table(21).lengths, windows.Batching(rows=8, tokens=99))
    first = list(sampler)
    assert [len(window) for window in first] == [8, 8, 5]
    sampler.set_epoch(1)
    assert list(sampler) != first
    assert sorted(chain.from_iterable(sampler)) == list(range(21))


def test_packs_no_more_than_the_budget() -> None:
    batching = windows.Batching(rows=20, tokens=40)
    (window,) = windows.loader(table(20), batching)
    sizes = [micro.input_ids.shape[1] for micro in window.micros]
    assert max(sizes) <= 40
    assert sum(sizes) == window.tokens


def test_a_row_longer_than_the_budget_stands_alone() -> None:
    rows = ListTable([([5] * 50, [5] * 50), ([6] * 4, [6] * 4)])
    (window,) = windows.loader(rows, windows.Batching(rows=2, tokens=10))
    assert sorted(micro.input_ids.shape[1] for micro in window.micros) == [4, 50]


def test_first_token_of_a_part_is_never_learned() -> None:
    rows = ListTable([([5, 6, 7, 8, 9], [5, 6, 7, 8, IGNORE_INDEX])], parts=[[2, 3]])
    (window,) = windows.loader(rows, windows.Batching(rows=1, tokens=10))
    (micro,) = window.micros
    assert micro.targets.tolist() == [6, 8]
    assert micro.positions.tolist() == [0, 2]
    assert micro.position_ids.tolist() == [[0, 1, 0, 1, 2]]
    assert (window.labels, window.predicted) == (4, 2), "a labelled first token counts, as in LLaMA-Factory"


def test_sorting_the_epoch_is_opt_in_and_keeps_rows() -> None:
    data = table(20)
    sorted_windows = list(
        windows.WindowSampler(data.lengths, windows.Batching(rows=4, tokens=99, by_length=True))
    )
    assert sorted(chain.from_iterable(sorted_windows)) == list(range(20))
    spans = [np.ptp(data.lengths[window]) for window in sorted_windows]
    assert max(spans) < np.ptp(data.lengths)
