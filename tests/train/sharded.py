"""Under torchrun: one window through a model sharded by FSDP2, against the same model whole. Prints a JSON line."""

from __future__ import annotations

import json
import sys
from typing import Any

import torch
import torch.distributed as dist
from peft import LoraConfig, get_peft_model
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard

from caiwen.train import fused, windows
from caiwen.train.loss import LossHead, Task, Terms
from caiwen.train.passes import Pass
from caiwen.train.references import AdapterOff
from tests.train.tiny import llama, table


def build(adapted: bool) -> Any:
    model = llama()
    model.set_output_embeddings(LossHead.taking_over(model.lm_head))
    if not adapted:
        return model.train()
    config = LoraConfig(r=4, target_modules=["q_proj", "up_proj", "down_proj"], task_type="CAUSAL_LM")
    fused.install(config)
    torch.manual_seed(1)
    model = get_peft_model(model, config)
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.1)
    return model.train()


def learn(model: Any, window: windows.Window, terms: Terms, scale: int) -> torch.Tensor:
    run = Pass(model)
    total = torch.zeros(())
    for micro in window.micros:
        compared = AdapterOff(run).of(micro, model, model) if terms.kl else None
        sums = run(model, micro, Task(micro.positions, micro.targets, terms, compared))
        (sums[0] * scale / window.labels).backward()
        total += sums[0].detach() / window.labels
    return total


def compare(adapted: bool, rank: int) -> dict[str, float]:
    terms = Terms(0.7, 0.3) if adapted else Terms()
    data, batching = table(7), windows.Batching(rows=7, tokens=40)
    whole, sharded = build(adapted), build(adapted)
    (window,) = windows.loader(data, batching)
    expected = learn(whole, window, terms, 1)
    inner = sharded.get_base_model() if adapted else sharded
    mesh = init_device_mesh("cpu", (2,))
    for part in (*inner.model.layers, sharded):
        fully_shard(part, mesh=mesh)
    (share,) = windows.loader(data, batching, rank, 2)
    found = learn(sharded, share, terms, 2)
    dist.all_reduce(found)
    grads = dict(whole.named_parameters())
    apart = [
        (p.grad.full_tensor() - grads[name].grad).abs().max().item()
        for name, p in sharded.named_parameters()
        if p.grad is not None
    ]
    expected_grads = sum(p.grad is not None for p in grads.values())
    return {
        "loss": abs(found - expected).item(),
        "gradient": max(apart),
        "missing": expected_grads - len(apart),
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    dist.init_process_group("gloo")
    made = compare(sys.argv[1] == "lora", dist.get_rank())
    if dist.get_rank() == 0:
        print(json.dumps(made))
    dist.destroy_process_group()
