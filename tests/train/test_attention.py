"""Packed rows see themselves only: the same numbers as one row at a time."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from caiwen.train import attention, windows
from tests.train.tiny import llama, table


def _logits(model: Any, micro: windows.Micro) -> torch.Tensor:
    extra = attention.arguments(micro.segments, model.config, torch.device("cpu"))
    out = model(input_ids=micro.input_ids, position_ids=micro.position_ids, use_cache=False, **extra)
    return out.logits.reshape(-1, out.logits.shape[-1])


@pytest.mark.parametrize("pack", [True, False])
def test_packed_and_padded_rows_equal_single_rows(pack: bool) -> None:
    data, model = table(9), llama()
    batching = windows.Batching(rows=9, tokens=500, pack=pack, rows_per_batch=3, shuffle=False)
    (window,) = windows.loader(data, batching)
    with torch.no_grad():
        for micro in window.micros:
            flat = _logits(model, micro)
            step = None if pack else micro.input_ids.shape[1]
            start = 0
            for number, row in enumerate(micro.rows):
                ids = torch.tensor(data.row(row)[0], dtype=torch.int64)[None]
                alone = llama(attention="eager")(input_ids=ids).logits[0]
                at = start if step is None else number * step
                torch.testing.assert_close(flat[at : at + ids.shape[1]], alone, rtol=0, atol=1e-5)
                start += ids.shape[1]


def test_a_row_is_blind_to_its_neighbours() -> None:
    model = llama()
    ids = torch.randint(3, 50, (1, 12))
    other = ids.clone()
    other[0, :5] = 7
    places = torch.cat([torch.arange(5), torch.arange(7)])[None]
    extra = attention.arguments((5, 7), model.config, torch.device("cpu"))
    left = model(input_ids=ids, position_ids=places, **extra).logits[0, 5:]
    right = model(input_ids=other, position_ids=places, **extra).logits[0, 5:]
    assert torch.equal(left, right)
    crossing = attention.arguments((12,), model.config, torch.device("cpu"))
    seen = model(input_ids=other, position_ids=places, **crossing).logits[0, 5:]
    assert not torch.allclose(left, seen, atol=1e-3)


def test_sliding_window_inside_a_segment() -> None:
    from transformers import MistralConfig, MistralForCausalLM

    attention.register()
    shape = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = MistralConfig(vocab_size=61, num_key_value_heads=2, sliding_window=4, **shape)
    model = MistralForCausalLM(config)
    ids = torch.randint(3, 50, (1, 14))
    places = torch.cat([torch.arange(9), torch.arange(5)])[None]
    model.set_attn_implementation("eager")
    alone = torch.cat([model(input_ids=part).logits[0] for part in ids.split([9, 5], 1)])
    model.set_attn_implementation(attention.NAME)
    extra = attention.arguments((9, 5), model.config, torch.device("cpu"))
    packed = model(input_ids=ids, position_ids=places, use_cache=False, **extra).logits[0]
    torch.testing.assert_close(packed, alone, rtol=0, atol=1e-5)


def test_generation_still_masks_padding() -> None:
    model = llama()
    prompts = torch.tensor([[0, 0, 5, 6, 7], [3, 4, 5, 6, 7]])
    mask = torch.tensor([[0, 0, 1, 1, 1], [1, 1, 1, 1, 1]])
    settings: dict[str, Any] = {"max_new_tokens": 4, "do_sample": False, "pad_token_id": 0}
    both = model.generate(input_ids=prompts, attention_mask=mask, **settings)
    alone = model.generate(input_ids=prompts[:1, 2:], attention_mask=mask[:1, 2:], **settings)
    assert both[0, 5:].tolist() == alone[0, 3:].tolist()
