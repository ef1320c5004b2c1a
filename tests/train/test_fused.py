"""The fused LoRA layer is peft's layer."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model

from caiwen.train import fused
from tests.train.tiny import gradients, llama

LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "up_proj", "gate_proj", "down_proj"]


def build(use: bool, **settings: Any) -> Any:
    config = LoraConfig(r=4, lora_alpha=8, target_modules=LINEAR, task_type="CAUSAL_LM", **settings)
    if use:
        fused.install(config)
    model = get_peft_model(llama(attention="sdpa"), config)
    torch.manual_seed(3)
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.1)
    return model


def run(model: Any) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    ids = torch.arange(3, 43).reshape(2, 20)
    torch.manual_seed(5)
    loss = model(input_ids=ids, labels=ids).loss
    loss.backward()
    return loss.detach(), gradients(model)


@pytest.mark.parametrize("train_base", [False, True])
@pytest.mark.parametrize("settings", [{}, {"use_rslora": True}, {"lora_dropout": 0.3}, {"use_dora": True}])
def test_same_loss_and_gradients(settings: dict[str, Any], train_base: bool) -> None:
    results = []
    for use in (False, True):
        model = build(use, **settings)
        made = any(isinstance(module, fused.FusedLinear) for module in model.modules())
        assert made == use
        if train_base:
            model.get_parameter(
                "base_model.model.model.layers.1.mlp.up_proj.base_layer.weight"
            ).requires_grad_()
        results.append(run(model))
    (loss, grads), (fused_loss, fused_grads) = results
    torch.testing.assert_close(fused_loss, loss, rtol=0, atol=1e-5)
    assert fused_grads.keys() == grads.keys()
    for name, grad in grads.items():
        torch.testing.assert_close(fused_grads[name], grad, rtol=1e-4, atol=1e-5, msg=name)


def test_the_fused_function_is_what_runs() -> None:
    model = build(True)
    seen = []
    ids = torch.arange(3, 23)[None]
    layer = model.base_model.model.model.layers[0].mlp.up_proj
    layer.register_forward_hook(lambda module, given, out: seen.append(type(out.grad_fn).__name__))
    model(input_ids=ids)
    with torch.autocast("cpu", torch.bfloat16):
        model(input_ids=ids)
    assert len(seen) == 2
    assert all("ViewBackward" in name or "_Fused" in name for name in seen), seen
    assert "AddBackward0" not in seen


def test_autocast_computes_what_peft_computes() -> None:
    """bf16: the same to the precision of the format."""
    results = []
    for use in (False, True):
        model = build(use)
        ids = torch.arange(3, 43).reshape(2, 20)
        with torch.autocast("cpu", torch.bfloat16):
            loss = model(input_ids=ids, labels=ids).loss
        loss.backward()
        results.append((loss.detach(), gradients(model)))
    (loss, grads), (fused_loss, fused_grads) = results
    torch.testing.assert_close(fused_loss, loss, rtol=0, atol=2e-2)
    for name, grad in grads.items():
        assert fused_grads[name].dtype == grad.dtype == torch.float32
        assert (fused_grads[name] - grad).norm() < 0.05 * grad.norm() + 1e-4, name


def test_disabled_adapter_is_the_base() -> None:
    model, base = build(True), llama(attention="sdpa")
    ids = torch.arange(3, 23)[None]
    with model.disable_adapter():
        assert torch.equal(model(input_ids=ids).logits, base(input_ids=ids).logits)


def test_the_class_is_not_written_into_the_adapter(tmp_path: Any) -> None:
    model = build(True)
    model.save_pretrained(tmp_path)
    assert "custom" not in (tmp_path / "adapter_config.json").read_text()
