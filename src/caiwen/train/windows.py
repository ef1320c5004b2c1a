"""Windows: the rows of one optimiser step, in the order of the epoch, packed into micro-batches.

All processes see the whole window and split it by the same rule, so no process repeats a row and every
process knows the number of labelled tokens of the window without asking the others. Rows move only
inside their window: what one optimiser step learns from does not depend on packing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, Sampler

from caiwen.train.tokens import IGNORE_INDEX

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from caiwen.train.table import TokenTable

Row = tuple[int, "NDArray[np.int32]", "NDArray[np.int32]", Sequence[int]]


@dataclass(frozen=True, slots=True)
class Batching:
    """How a window is cut: ``rows`` a window, micro-batches of at most ``tokens``, packed or padded."""

    rows: int
    tokens: int
    pack: bool = True
    rows_per_batch: int = 1  # padded micro-batches hold at most this many rows
    shuffle: bool = True
    by_length: bool = False  # sorts the whole epoch: another order than LLaMA-Factory's
    seed: int = 42


@dataclass(slots=True)
class Micro:
    """One forward and backward: packed [1, sum of lengths] or padded [rows, longest]."""

    input_ids: torch.Tensor
    position_ids: torch.Tensor
    segments: tuple[int, ...] | None  # None: padded, each line is one sequence
    positions: torch.Tensor  # [labels] flat places whose next token is learned
    targets: torch.Tensor  # [labels] those next tokens
    rows: tuple[int, ...]  # numbers in the table, in the order in which they lie here
    labels_per_row: tuple[int, ...]

    def to(self, device: torch.device) -> Micro:
        moved = (
            t.to(device, non_blocking=True)
            for t in (self.input_ids, self.position_ids, self.positions, self.targets)
        )
        ids, places, positions, targets = moved
        return Micro(ids, places, self.segments, positions, targets, self.rows, self.labels_per_row)


@dataclass(frozen=True, slots=True)
class Window:
    """The share of one process; the counts are of the whole window, over all processes.

    ``labels``: labelled tokens, by which the loss of a step is divided. As in LLaMA-Factory it holds the first token of
    a row, where that is labelled, though nothing predicts it. ``predicted``: those that something predicts.
    """

    micros: list[Micro]
    labels: int
    predicted: int
    tokens: int
    rows: tuple[int, ...]


def epoch_order(count: int, seed: int, epoch: int) -> list[int]:
    """The order of Hugging Face's seedable sampler, hence LLaMA-Factory's."""
    generator = torch.Generator().manual_seed(seed + epoch)
    return torch.randperm(count, generator=generator).tolist()


class WindowSampler(Sampler[list[int]]):
    """Row numbers of one window at a time; the last window of an epoch may be short."""

    def __init__(self, lengths: NDArray[np.int32], batching: Batching) -> None:
        self.lengths, self.batching, self.epoch = lengths, batching, 0

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __len__(self) -> int:
        return -(-len(self.lengths) // self.batching.rows)

    def __iter__(self) -> Iterator[list[int]]:
        size, order = self.batching.rows, self._order()
        windows = [order[start : start + size] for start in range(0, len(order), size)]
        if self.batching.by_length:
            places = epoch_order(len(windows), self.batching.seed, self.epoch)
            windows = [windows[place] for place in places]
        return iter(windows)

    def _order(self) -> list[int]:
        count, batching = len(self.lengths), self.batching
        if batching.by_length:
            return np.argsort(self.lengths, kind="stable").tolist()
        return epoch_order(count, batching.seed, self.epoch) if batching.shuffle else list(range(count))


class Rows(Dataset[Row]):
    """A table as PyTorch's loader wants it."""

    def __init__(self, table: TokenTable) -> None:
        self.table = table

    def __len__(self) -> int:
        return len(self.table)

    def __getitem__(self, index: int) -> Row:
        ids, labels = self.table.row(index)
        return index, ids, labels, self.table.segments(index)


class WindowLoader(DataLoader[Row]):
    """Yields windows. The order of an epoch is set from outside, also after a resume."""

    def set_epoch(self, epoch: int) -> None:
        assert isinstance(self.batch_sampler, WindowSampler)
        self.batch_sampler.set_epoch(epoch)


@dataclass(frozen=True, slots=True)
class Collate:
    """Rows of a window → this process's micro-batches; every process gets equally many."""

    batching: Batching
    rank: int = 0
    world: int = 1

    def __call__(self, rows: list[Row]) -> Window:
        shares = split([len(row[1]) for row in rows], self.world, self.batching)
        micros = [self._micro([rows[place] for place in places]) for places in shares[self.rank]]
        labels = sum(int((row[2] != IGNORE_INDEX).sum()) for row in rows)
        predicted = sum(_label_count(row) for row in rows)
        tokens = sum(len(row[1]) for row in rows)
        return Window(micros, labels, predicted, tokens, tuple(row[0] for row in rows))

    def _micro(self, rows: list[Row]) -> Micro:
        if not rows:
            return _idle()
        return _packed(rows) if self.batching.pack else _padded(rows)


def loader(table: TokenTable, batching: Batching, rank: int = 0, world: int = 1) -> WindowLoader:
    return WindowLoader(
        Rows(table),
        batch_sampler=WindowSampler(table.lengths, batching),
        collate_fn=Collate(batching, rank, world),
    )


def split(lengths: Sequence[int], world: int, batching: Batching) -> list[list[list[int]]]:
    """Process → micro-batch → places in the window. Short shares are filled with empty micro-batches,
    which weigh nothing: FSDP needs as many forwards on every process."""
    shares = [_bins(places, lengths, batching) for places in _deal(lengths, world)]
    most = max(1, *(len(share) for share in shares))
    return [share + [[]] * (most - len(share)) for share in shares]


def _deal(lengths: Sequence[int], world: int) -> list[list[int]]:
    """Longest row first, to the process that has least to do."""
    if world == 1:
        return [list(range(len(lengths)))]
    shares: list[list[int]] = [[] for _ in range(world)]
    loads = [0] * world
    for place in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
        least = loads.index(min(loads))
        shares[least].append(place)
        loads[least] += lengths[place]
    return shares


def _bins(places: Sequence[int], lengths: Sequence[int], batching: Batching) -> list[list[int]]:
    longest_first = sorted(places, key=lambda place: -lengths[place])
    if not batching.pack:
        size = batching.rows_per_batch
        return [longest_first[start : start + size] for start in range(0, len(longest_first), size)]
    bins: list[list[int]] = []
    room: list[int] = []
    for place in longest_first:
        fitting = next((n for n, free in enumerate(room) if free >= lengths[place]), None)
        if fitting is None:
            bins.append([place])
            room.append(batching.tokens - lengths[place])
        else:
            bins[fitting].append(place)
            room[fitting] -= lengths[place]
    return [sorted(held) for held in bins]


def _parts(row: Row) -> list[tuple[int, int]]:
    """Start and end of each part of a row."""
    ends = np.cumsum(row[3]).tolist()
    return list(zip([0, *ends[:-1]], ends, strict=True))


def _label_count(row: Row) -> int:
    return sum(int((row[2][start + 1 : end] != IGNORE_INDEX).sum()) for start, end in _parts(row))


def _places(row: Row) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places in the row whose next token, in the same part, is learned; and those tokens."""
    keep = np.zeros(len(row[1]), dtype=bool)
    for start, end in _parts(row):
        keep[start : end - 1] = row[2][start + 1 : end] != IGNORE_INDEX
    found = np.flatnonzero(keep)
    return found, row[2][found + 1].astype(np.int64)


def _packed(rows: list[Row]) -> Micro:
    lengths = [end - start for row in rows for start, end in _parts(row)]
    starts = np.cumsum([0, *(len(row[1]) for row in rows)])[:-1]
    found = [_places(row) for row in rows]
    return Micro(
        torch.from_numpy(np.concatenate([row[1] for row in rows]).astype(np.int64))[None],
        torch.cat([torch.arange(length) for length in lengths])[None],
        tuple(lengths),
        torch.from_numpy(np.concatenate([at + start for (at, _), start in zip(found, starts, strict=True)])),
        torch.from_numpy(np.concatenate([targets for _, targets in found])),
        tuple(row[0] for row in rows),
        tuple(len(at) for at, _ in found),
    )


def _padded(rows: list[Row]) -> Micro:
    """Padding lies to the right, where no real token looks under a causal mask."""
    longest = max(len(row[1]) for row in rows)
    ids = np.zeros((len(rows), longest), dtype=np.int64)
    for line, row in zip(ids, rows, strict=True):
        line[: len(row[1])] = row[1]
    found = [_places(row) for row in rows]
    flat = [at + number * longest for number, (at, _) in enumerate(found)]
    return Micro(
        torch.from_numpy(ids),
        torch.arange(longest)[None].expand(len(rows), -1),
        None,
        torch.from_numpy(np.concatenate(flat)),
        torch.from_numpy(np.concatenate([targets for _, targets in found])),
        tuple(row[0] for row in rows),
        tuple(len(at) for at, _ in found),
    )


def _idle() -> Micro:
    """A forward that weighs nothing."""
    nothing = torch.zeros(0, dtype=torch.int64)
    one = torch.zeros((1, 1), dtype=torch.int64)
    return Micro(one, one, (1,), nothing, nothing, (), ())
