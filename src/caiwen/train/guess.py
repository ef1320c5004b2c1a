"""Lengths of rows where there is no tokenizer yet: from characters, and called a guess wherever they are told."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from caiwen.errors import ConfigError
from caiwen.prompts import template
from caiwen.prompts.template import Special
from caiwen.train import reading
from caiwen.train.registry import sources
from caiwen.train.rows import BrokenRowError, Row, convert
from caiwen.train.tokens import fit

if TYPE_CHECKING:
    from caiwen.train.config import TrainConfig
    from caiwen.train.data import Statistics

# A Chinese character is taken for one token, three other characters for another: above what the vocabularies of
# Llama 3 and Qwen need for Chinese, below what Llama 2's needs.
PER_CHARACTER = 1.0
PER_OTHER = 1 / 3


def guessed(config: TrainConfig) -> Statistics:
    """Of the training rows. ConfigError on broken rows, as when they are tokenised."""
    import numpy as np

    from caiwen.train.data import statistics_of

    pairs = [pair for row in _rows(config) for pair in [_lengths(row, config)]]
    lengths = np.array([length for length, _, _ in pairs], dtype=np.int64)
    labels = np.array([label for _, label, _ in pairs], dtype=np.int64)
    fulls = np.array([full for _, _, full in pairs], dtype=np.int64)
    return statistics_of(lengths, labels, fulls)


def _rows(config: TrainConfig) -> Iterator[Row]:
    for source in sources(config.dataset or (), config.dataset_dir):
        for record in islice(reading.records_of(source), config.max_samples):
            try:
                yield convert(record.value, source.layout, stage=config.stage)
            except BrokenRowError as error:
                if config.caiwen.broken_rows == "error":
                    why = record.why or str(error)
                    raise ConfigError(f"数据集 {source.name} 有残缺的行：{record.place} {why}") from error


def _lengths(row: Row, config: TrainConfig) -> tuple[int, int, int]:
    """(tokens, learnt tokens, tokens before truncation)."""
    if config.stage == "pt":
        full = tokens_of(row.asked[0].content) + 1
        length = min(full, config.row_limit)
        return length, length, full
    room, learnt, full = config.row_limit, 0, 0
    shown = template(config.template or "empty", default_system=config.default_system)
    for prompt, answer in shown.turns(row.messages, row.system):
        sizes = [
            sum(1 if isinstance(p, Special) else tokens_of(p) for p in side) for side in (prompt, answer)
        ]
        full += sum(sizes)
        asked, told = fit(sizes[0], sizes[1], max(room, 0)) if room > 0 else (0, 0)
        room -= asked + told
        learnt += told + (asked if config.train_on_prompt else 0)
    return config.row_limit - room, learnt, full


def tokens_of(text: str) -> int:
    chinese = sum("\u3000" <= character <= "\u9fff" or character > "\uff00" for character in text)
    return round(chinese * PER_CHARACTER + (len(text) - chinese) * PER_OTHER)
