"""Tiny models and tables made on the spot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from caiwen.train.tokens import IGNORE_INDEX

VOCABULARY = 61


class ListTable:
    """A table in memory."""

    def __init__(self, rows: Sequence[tuple[Sequence[int], Sequence[int]]], parts: Any = None) -> None:
        self._rows = [(np.array(ids, np.int32), np.array(labels, np.int32)) for ids, labels in rows]
        self._parts = parts
        self.lengths = np.array([len(ids) for ids, _ in self._rows], np.int32)

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, index: int) -> Any:
        return self._rows[index]

    def segments(self, index: int) -> Sequence[int]:
        return self._parts[index] if self._parts else [len(self._rows[index][0])]


def table(count: int = 20, seed: int = 0, longest: int = 24) -> ListTable:
    draw = np.random.default_rng(seed)
    rows = []
    for _ in range(count):
        length = int(draw.integers(4, longest))
        ids = draw.integers(0, VOCABULARY, length).tolist()
        prompt = int(draw.integers(1, length - 1))
        rows.append((ids, [IGNORE_INDEX] * prompt + ids[prompt:]))
    return ListTable(rows)


def llama(seed: int = 0, attention: str | None = None, **changes: Any) -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM

    from caiwen.train import attention as packed

    packed.register()
    config = LlamaConfig(
        **{
            "vocab_size": VOCABULARY,
            "hidden_size": 32,
            "intermediate_size": 48,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "max_position_embeddings": 128,
            "initializer_range": 0.3,
            "pad_token_id": None,
            "bos_token_id": 1,
            "eos_token_id": 2,
            "tie_word_embeddings": False,
            **changes,
        }
    )
    torch.manual_seed(seed)
    model = LlamaForCausalLM(config)
    model.config.use_cache = False
    model.set_attn_implementation(attention or packed.NAME)
    return model


def gradients(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}
