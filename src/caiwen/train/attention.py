"""Attention over packed rows: causal inside each segment, nothing across.

transformers would build one [length, length] mask for a packed batch, which costs more than packing
saves. Here each segment is its own causal call, so there is neither a mask nor wasted work. Models whose
layers look at a sliding window get a mask only for segments longer than the window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.nn.functional import scaled_dot_product_attention

if TYPE_CHECKING:
    from transformers import PretrainedConfig

NAME = "caiwen_packed"


def register() -> None:
    """Makes ``attn_implementation="caiwen_packed"`` known to transformers; harmless when repeated."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import sdpa_mask

    AttentionInterface.register(NAME, forward)
    AttentionMaskInterface.register(NAME, sdpa_mask)  # for batches that are not packed, as in generation


def arguments(
    segments: tuple[int, ...] | None, config: PretrainedConfig, device: torch.device
) -> dict[str, Any]:
    """What a model's forward needs beside ids and positions."""
    if config._attn_implementation == NAME:
        # A mask of four dimensions is handed on as it is; ``forward`` does not read it.
        return {"attention_mask": torch.zeros((1, 1, 1, 1), device=device), "segments": segments or ()}
    if segments is None:
        return {}
    ends = torch.tensor([0, *segments], device=device, dtype=torch.int32).cumsum(0, dtype=torch.int32)
    longest = max(segments)
    return {
        "attention_mask": None,
        "cu_seq_lens_q": ends,
        "cu_seq_lens_k": ends,
        "max_length_q": longest,
        "max_length_k": longest,
    }


def forward(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    segments: tuple[int, ...] | None = None,
    **kwargs: Any,
) -> tuple[torch.Tensor, None]:
    """query [batch, heads, length, size] → [batch, length, heads, size]. ``segments``: lengths of the
    parts of a packed line; empty: lines are causal and padded to the right; None: ordinary SDPA."""
    if segments is None:
        from transformers.integrations.sdpa_attention import sdpa_attention_forward

        mixed, _ = sdpa_attention_forward(module, query, key, value, attention_mask, **kwargs)
        return mixed, None
    settings = {
        "dropout_p": kwargs.get("dropout", 0.0),
        "scale": kwargs.get("scaling"),
        "enable_gqa": key.shape[1] != query.shape[1],
    }
    window = kwargs.get("sliding_window")
    parts = segments or (query.shape[2],)
    pieces = [
        _causal(q, k, v, window, settings)
        for q, k, v in zip(*(x.split(parts, dim=2) for x in (query, key, value)), strict=True)
    ]
    joined = pieces[0] if len(pieces) == 1 else torch.cat(pieces, dim=2)
    return joined.transpose(1, 2).contiguous(), None


def _causal(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, window: int | None, settings: dict[str, Any]
) -> torch.Tensor:
    length = query.shape[2]
    if window is None or length <= window:
        return scaled_dot_product_attention(query, key, value, is_causal=True, **settings)
    places = torch.arange(length, device=query.device)
    behind = places[:, None] - places[None, :]
    mask = (behind >= 0) & (behind < window)
    return scaled_dot_product_attention(query, key, value, attn_mask=mask, **settings)
