"""Several datasets as one order of rows, and a validation part split off, as LLaMA-Factory does both.

Only row numbers are mixed: ``datasets`` itself interleaves and splits a column of numbers, so the order is the
one that LLaMA-Factory gets for the same seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from caiwen.errors import ConfigError, MissingExtraError
from caiwen.train.table import StoredTable, TokenTable

if TYPE_CHECKING:
    import numpy as np

_STOPPING = {
    "interleave_under": "first_exhausted",
    "interleave_over": "all_exhausted",
    "interleave_once": "all_exhausted_without_replacement",
}


def mix(
    tables: Sequence[StoredTable],
    *,
    strategy: str = "concat",
    probabilities: Sequence[float] | None = None,
    seed: int = 42,
    samples: Sequence[int | None] = (),
    most: int | None = None,
    random: np.random.RandomState | None = None,
) -> TokenTable:
    """One table over all. ``samples``: rows drawn from each (``num_samples``) by ``random``; ``most``: kept of each."""
    import numpy as np

    drawn = random or np.random.RandomState(seed)
    rows = []
    for number, table in enumerate(tables):
        wanted = samples[number] if number < len(samples) else None
        order = np.arange(len(table)) if wanted is None else _draw(drawn, len(table), wanted)
        rows.append(order[:most])
    parts = [np.full(len(order), number, dtype=np.int16) for number, order in enumerate(rows)]
    if len(tables) > 1 and strategy != "concat":
        flat = _interleaved([len(order) for order in rows], strategy, probabilities, seed)
    else:
        flat = np.arange(sum(len(order) for order in rows))
    part, at = np.concatenate(parts)[flat], np.concatenate(rows)[flat]
    return TokenTable(tables, part, at)


def split(table: TokenTable, size: float, seed: int) -> tuple[TokenTable, TokenTable]:
    """(training, validation). ``size``: a share below 1, a count above it."""
    count = int(size) if size > 1 else size
    if count >= len(table):
        raise ConfigError(f"val_size {size:g} 太大：数据一共 {len(table):,} 条", where="val_size")
    try:
        made = _numbers(len(table)).train_test_split(test_size=count, seed=seed)
    except ValueError as error:
        raise ConfigError(
            f"val_size {size:g} 分不出来：数据一共 {len(table):,} 条", where="val_size"
        ) from error
    return table.select(_column(made["train"])), table.select(_column(made["test"]))


def replayed(table: TokenTable, earlier: TokenTable, share: float, seed: int) -> TokenTable:
    """Rows drawn from ``earlier``, without doubles while there are enough, so that they are ``share`` of all."""
    import numpy as np

    wanted = round(len(table) * share / (1 - share))
    if wanted == 0 or len(earlier) == 0:
        return table
    drawn = _draw(np.random.RandomState(seed), len(earlier), wanted)
    shift = len(table.parts)
    return TokenTable(
        [*table.parts, *earlier.parts],
        np.concatenate([table.part, (earlier.part[drawn] + shift).astype(np.int16)]),
        np.concatenate([table.at, earlier.at[drawn]]),
    )


def _draw(random: np.random.RandomState, count: int, wanted: int) -> np.ndarray:
    """LLaMA-Factory's ``num_samples``: a shuffle, and beyond that rows drawn again."""
    import numpy as np

    chosen = random.permutation(count)[:wanted]
    if wanted > len(chosen):
        chosen = np.concatenate([chosen, random.choice(count, wanted - len(chosen))])
    return chosen


def _interleaved(
    counts: Sequence[int], strategy: str, probabilities: Sequence[float] | None, seed: int
) -> np.ndarray:
    datasets = _datasets()
    start, columns = 0, []
    for count in counts:
        columns.append(_numbers(count, start))
        start += count
    made = datasets.interleave_datasets(
        columns,
        probabilities=list(probabilities) if probabilities else None,
        seed=seed,
        stopping_strategy=_STOPPING[strategy],
    )
    return _column(made)


def _numbers(count: int, start: int = 0) -> Any:
    import numpy as np

    return _datasets().Dataset.from_dict({"row": np.arange(start, start + count)})


def _column(dataset: Any) -> np.ndarray:
    import numpy as np

    return np.asarray(dataset.with_format("numpy")["row"][:], dtype=np.int64)


def _datasets() -> Any:
    try:
        import datasets
    except ImportError as error:
        raise MissingExtraError("混合与拆分数据需要 datasets", hint="pip install 'caiwen[train]'") from error
    datasets.disable_progress_bars()
    return datasets
