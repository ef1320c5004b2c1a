"""The loss of every step, caiwen beside LLaMA-Factory 0.9.5: same model, data, seed and YAML.

    python benchmarks/train_parity.py --peer PEER_PYTHON --folder DIR [--data PAIRS.json] [--samples 96] [--only CASE]

PEER_PYTHON: the Python of an environment of LLaMA-Factory's own (docs/howto/train.md says how it is made). The model is
a LLaMA of 6 M parameters, made and briefly pre-trained here; pairs are those of ``--data`` (alpaca), or made from the
project's glossary. fp32, dropout 0, every step logged. A case agrees when every step does within ``TOLERANCE``.

Then the check is checked: runs with a seeded defect (another seed, the mean of the rows' means in place of the mean over
the window's labelled tokens) must not agree. Exits with 1 when a case disagrees or a defect goes unseen.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from caiwen.finance.glossary import terms

TOLERANCE = 1e-5
COMMON: dict[str, Any] = {
    "stage": "sft",
    "do_train": True,
    "finetuning_type": "lora",
    "lora_rank": 8,
    "lora_alpha": 16,
    "lora_target": "all",
    "template": "default",
    "cutoff_len": 1024,
    "per_device_train_batch_size": 1,
    "gradient_accumulation_steps": 8,
    "learning_rate": 1e-4,
    "num_train_epochs": 1,
    "lr_scheduler_type": "cosine",
    "warmup_ratio": 0.1,
    "logging_steps": 1,
    "save_strategy": "no",
    "report_to": "none",
    "seed": 42,
    "use_cpu": True,
}


@dataclass(frozen=True)
class Case:
    name: str
    settings: dict[str, Any] = field(default_factory=dict)


CASES = (
    Case("plain"),
    Case("two epochs", {"num_train_epochs": 2}),
    Case("cutoff 256", {"cutoff_len": 256}),
    Case("system", {"dataset": "system"}),
    Case("multi-turn", {"dataset": "turns"}),
    Case("mask_history", {"dataset": "turns", "mask_history": True}),
    Case("train_on_prompt", {"train_on_prompt": True}),
    Case("llama2 template", {"template": "llama2", "dataset": "turns"}),
    Case("full", {"finetuning_type": "full", "learning_rate": 5e-5}),
    Case("freeze", {"finetuning_type": "freeze", "freeze_trainable_layers": 2}),
    Case("rslora", {"use_rslora": True}),
    Case("loraplus", {"loraplus_lr_ratio": 16}),
    Case("dora", {"use_dora": True}),
    Case("batch 4", {"per_device_train_batch_size": 4, "gradient_accumulation_steps": 2}),
    Case("weight decay", {"weight_decay": 0.1, "max_grad_norm": 0.01}),
)
OURS = {
    "packed, fused": {"pack": True, "fused_lora": True},
    "packed, peft": {"pack": True, "fused_lora": False},
    "by length": {"pack": False, "fused_lora": False},
}
DEFECTS = {"another seed": ("seed", 43), "mean of means": ("defect", "mean of means")}
_DEFECT = """
import sys
from pathlib import Path
from caiwen.train import trainer
from caiwen.train.config import load
from caiwen.train.run import run

whole = trainer.WindowTrainer._sums

def mean_of_means(self, model, micro):
    import dataclasses
    found, total = None, sum(micro.labels_per_row)
    start = 0
    for count in micro.labels_per_row:
        part = dataclasses.replace(
            micro, positions=micro.positions[start : start + count], targets=micro.targets[start : start + count]
        )
        one = whole(self, model, part) * (self.window_labels / (count * self.window_rows))
        found = one if found is None else found + one
        start += count
    return found

step = trainer.WindowTrainer.training_step

def counting(self, model, inputs, num_items_in_batch=None):
    self.window_labels, self.window_rows = inputs.labels, len(inputs.rows)
    return step(self, model, inputs, num_items_in_batch)

trainer.WindowTrainer._sums = mean_of_means
trainer.WindowTrainer.training_step = counting
run(load(Path(sys.argv[1])))
"""


def make_model(folder: Path, texts: list[str]) -> None:
    """A tokenizer and a LLaMA of these texts, trained for a few steps so that its losses differ from row to row."""
    import random

    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from caiwen.train.scratch import tokenizer_of

    words = tokenizer_of(iter(texts), 6000)
    torch.manual_seed(0)
    shape = LlamaConfig(
        vocab_size=len(words),
        hidden_size=256,
        intermediate_size=688,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
        tie_word_embeddings=False,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
    )
    model = LlamaForCausalLM(shape)
    optimizer = torch.optim.AdamW(model.parameters(), lr=6e-4)
    rows, draw = [words.encode(text)[:192] for text in texts if text], random.Random(0)
    for _ in range(100):
        batch = draw.sample(rows, min(8, len(rows)))
        longest = max(map(len, batch))
        ids = torch.zeros((len(batch), longest), dtype=torch.long)
        labels = torch.full_like(ids, -100)
        for i, row in enumerate(batch):
            ids[i, : len(row)] = labels[i, : len(row)] = torch.tensor(row)
        model(input_ids=ids, labels=labels, attention_mask=(labels != -100).long()).loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    model.save_pretrained(folder)
    words.save_pretrained(folder)


def glossary_pairs() -> list[dict[str, str]]:
    return [{"instruction": f"什么是{t.name}？", "input": "", "output": t.text} for t in terms()]


def write_data(folder: Path, pairs: list[dict[str, str]]) -> None:
    """The pairs as they are, with system texts, and as dialogues of two to four turns."""
    folder.mkdir(parents=True, exist_ok=True)
    systems = ["你是一名审慎的财务分析师。", "", "请用中文回答。"]
    asked = [f"{row.get('instruction', '')}{row.get('input', '')}" for row in pairs]
    system = [{**row, "system": systems[i % 3]} for i, row in enumerate(pairs)]
    turns = []
    for start in range(0, len(pairs) - 4, 3):
        chosen = range(start, start + 2 + start % 3)
        talk = [
            message
            for i in chosen
            for message in (
                {"from": "human", "value": asked[i]},
                {"from": "gpt", "value": pairs[i]["output"][:300]},
            )
        ]
        turns.append({"conversations": talk, "system": systems[start % 3]})
    files: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
        "pairs": ([dict(row) for row in pairs], {}),
        "system": (system, {"columns": {"prompt": "instruction", "query": "input", "response": "output", "system": "system"}}),
        "turns": (turns, {"formatting": "sharegpt", "columns": {"messages": "conversations", "system": "system"}}),
    }  # fmt: skip
    info = {}
    for name, (rows, settings) in files.items():
        (folder / f"{name}.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
        info[name] = {"file_name": f"{name}.json", **settings}
    (folder / "dataset_info.json").write_text(json.dumps(info, ensure_ascii=False), encoding="utf-8")


def environment() -> dict[str, str]:
    quiet = {
        "HF_HUB_OFFLINE": "1",
        "DISABLE_VERSION_CHECK": "1",
        "OMP_NUM_THREADS": "1",
        "WANDB_DISABLED": "true",
    }
    return {**os.environ, **quiet}


def write_config(path: Path, settings: dict[str, Any]) -> Path:
    path.write_text(yaml.safe_dump(settings, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def peer_losses(peer: Path, folder: Path, name: str, settings: dict[str, Any]) -> list[float]:
    output = folder / f"{name}.theirs"
    config = write_config(folder / f"{name}.theirs.yaml", {**settings, "output_dir": str(output)})
    log = folder / f"{name}.theirs.txt"
    with log.open("w", encoding="utf-8") as stream:
        cli = peer.parent / "llamafactory-cli"
        subprocess.run(
            [str(cli), "train", str(config)], check=True, env=environment(), stdout=stream, stderr=stream
        )
    lines = (output / "trainer_log.jsonl").read_text(encoding="utf-8").splitlines()
    return [line["loss"] for line in map(json.loads, lines) if "loss" in line]


def our_losses(
    folder: Path, name: str, settings: dict[str, Any], batching: dict[str, Any], defect: str = ""
) -> list[float]:
    output = folder / f"{name}.ours"
    settings = {**settings, "output_dir": str(output), "caiwen": {"batching": batching}}
    config = write_config(folder / f"{name}.ours.yaml", settings)
    command = [sys.executable, "-c", _DEFECT] if defect else [sys.executable, "-m", "caiwen.cli", "train"]
    log = folder / f"{name}.ours.txt"
    with log.open("w", encoding="utf-8") as stream:
        subprocess.run([*command, str(config)], check=True, env=environment(), stdout=stream, stderr=stream)
    lines = (output / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    return [line["loss"] for line in map(json.loads, lines) if "loss" in line]


def worst(ours: list[float], theirs: list[float]) -> float:
    """The largest difference of a step; infinite when the runs are not equally long."""
    if len(ours) != len(theirs) or not ours:
        return float("inf")
    return max(abs(a - b) for a, b in zip(ours, theirs, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peer", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--samples", type=int, default=96)
    parser.add_argument("--only")
    told = parser.parse_args()
    folder = told.folder.resolve()
    if folder.exists() and any(folder.iterdir()):
        raise SystemExit(f"{folder} is not empty")
    pairs = json.loads(told.data.read_text(encoding="utf-8")) if told.data else glossary_pairs()
    write_data(folder / "data", pairs)
    make_model(folder / "model", [row.get("input", "") + row["output"] for row in pairs])
    common = {
        **COMMON,
        "model_name_or_path": str(folder / "model"),
        "dataset": "pairs",
        "dataset_dir": str(folder / "data"),
        "max_samples": told.samples,
    }
    chosen = [case for case in CASES if told.only is None or case.name == told.only]
    failed = False
    print(f"{'case':<18}{'steps':>6}" + "".join(f"{name:>16}" for name in OURS), flush=True)
    for case in chosen:
        settings = {**common, **case.settings}
        theirs = peer_losses(told.peer, folder, case.name.replace(" ", "-"), settings)
        cells = []
        for name, batching in OURS.items():
            place = f"{case.name}-{name}".replace(" ", "-").replace(",", "")
            difference = worst(our_losses(folder, place, settings, batching), theirs)
            failed |= not difference <= TOLERANCE
            cells.append(f"{difference:>16.2g}")
        print(f"{case.name:<18}{len(theirs):>6}{''.join(cells)}", flush=True)
        if case is chosen[0]:
            for defect, (key, value) in DEFECTS.items():
                wrong = {**settings, key: value} if key != "defect" else settings
                hook = defect if key == "defect" else ""
                place = f"defect-{defect}".replace(" ", "-")
                difference = worst(our_losses(folder, place, wrong, OURS["packed, peft"], hook), theirs)
                failed |= difference <= TOLERANCE
                print(f"  with {defect}: {difference:.2g} (must exceed {TOLERANCE:g})", flush=True)
    raise SystemExit(int(failed))


if __name__ == "__main__":
    main()
