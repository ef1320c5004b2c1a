"""Rows joined to the length of ``cutoff_len``: ``packing`` and ``neat_packing``, and continued pre-training.

Joined samples never see each other. (LLaMA-Factory's plain ``packing`` lets them; only its ``neat_packing`` does
not.) Which samples go together is LLaMA-Factory's choice: within batches of ``preprocessing_batch_size`` rows,
of each preparing process by itself.
"""

from __future__ import annotations

import bisect
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from caiwen.train.table import StoredTable, TableWriter, TokenTable
from caiwen.train.tokens import Encoded

if TYPE_CHECKING:
    import numpy as np


class PackedTable(TokenTable):
    """Rows that each hold several samples of another table."""

    def __init__(self, samples: TokenTable, packs: Sequence[Sequence[int]]) -> None:
        import numpy as np

        self.samples, self.packs = samples, packs
        sums = [[int(column[list(pack)].sum()) for pack in packs] for column in _columns(samples)]
        self.lengths, self.labels, self.fulls = (np.array(column, dtype=np.int32) for column in sums)

    def __len__(self) -> int:
        return len(self.packs)

    def row(self, i: int) -> tuple[np.ndarray, np.ndarray]:
        import numpy as np

        rows = [self.samples.row(n) for n in self.packs[i]]
        return np.concatenate([ids for ids, _ in rows]), np.concatenate([labels for _, labels in rows])

    def select(self, chosen: np.ndarray) -> TokenTable:
        return PackedTable(self.samples, [self.packs[int(i)] for i in chosen])

    def segments(self, i: int) -> list[int]:
        return [int(self.samples.lengths[n]) for n in self.packs[i]]


def _columns(table: TokenTable) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return table.lengths, table.labels, table.fulls


def pack(table: TokenTable, room: int, batch: int, workers: int | None) -> PackedTable:
    """Samples put together greedily: the longest that still fits goes in, until none does."""
    packs: list[list[int]] = []
    for start, end in batches(len(table), batch, workers):
        packs += _knapsacks(table.lengths[start:end].tolist(), room, start)
    return PackedTable(table, packs)


def _knapsacks(lengths: Sequence[int], room: int, first: int) -> list[list[int]]:
    """Of several samples of one length the last goes first, as in LLaMA-Factory."""
    left: dict[int, list[int]] = {}
    for i, length in enumerate(lengths):
        if length <= room:
            left.setdefault(length, []).append(first + i)
    sizes = sorted(length for length, rows in left.items() for _ in rows)
    packs = []
    while sizes:
        free, chosen = room, []
        while (at := bisect.bisect(sizes, free)) > 0:
            length = sizes.pop(at - 1)
            free -= length
            chosen.append(left[length].pop())
        packs.append(chosen)
    return packs


def cut_stream(
    table: TokenTable, room: int, batch: int, workers: int | None, *, first: int | None, folder: Path
) -> TokenTable:
    """Texts joined and cut into rows of ``room``; what is left over of a batch is dropped.

    ``first``: the token that begins every row, instead of the one there. The rows are kept in ``folder``.
    """
    key = [room, batch, workers, first, [part.folder.name for part in table.parts]]
    digest = hashlib.sha256(repr(key).encode() + table.part.tobytes() + table.at.tobytes()).hexdigest()
    target = folder / f"{digest[:28]}.cut"
    if (target / "about.json").is_file():
        return StoredTable(target).all_rows()
    with TableWriter(target) as writer:
        for start, end in batches(len(table), batch, workers):
            writer.write(_cut(table, range(start, end), room, first))
        return writer.finish({}).all_rows()


def _cut(table: TokenTable, rows: range, room: int, first: int | None) -> Iterator[Encoded]:
    import numpy as np

    ids = [table.row(i)[0] for i in rows]
    stream = np.concatenate(ids) if ids else np.zeros(0, dtype=np.int32)
    for start in range(0, len(stream) - room + 1, room):
        row = stream[start : start + room].astype(np.int32)
        if first is not None:
            row[0] = first
        yield Encoded(row, np.ones(room, dtype=bool), room)


def batches(count: int, size: int, workers: int | None) -> Iterator[tuple[int, int]]:
    """(start, end) of every batch: each process has a part of the rows in a row, in batches of its own."""
    shards = max(1, min(workers or 1, count))
    share, more = divmod(count, shards)
    start = 0
    for shard in range(shards):
        stop = start + share + (shard < more)
        while start < stop:
            yield start, min(start + size, stop)
            start = min(start + size, stop)
