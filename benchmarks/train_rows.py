"""Token ids and labels of caiwen and of LLaMA-Factory 0.9.5, row by row, over many settings.

    python benchmarks/train_rows.py --peer PEER_PYTHON [--material ../shared/data] [--json FILE] [--only TEXT]

PEER_PYTHON: the Python of an environment of LLaMA-Factory's own (docs/howto/train.md says how it is made). Rows are
self-made (dialogues with and without system texts, histories, empty answers, odd spacing, special tokens in the
text) and, where the material is at hand, real pairs. Tokenizers are trained on the spot: byte-level BPE as Llama 3
and Qwen have it, and one with a space for a beginning as Llama 2 has it. Exits with 1 when any row differs.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

PEER = Path(__file__).with_name("train_rows_peer.py")
REAL = {
    "pairs": "sft/300617_2019_安靠智电_977.json",
    "consulting": "sft/disc_consulting_part.json",
    "task": "sft/disc_task_part.json",
}
_REAL = "（真实问答）"
TEMPLATES = ("llama2", "llama2_zh", "llama3", "alpaca", "default", "empty", "qwen", "qwen3", "qwen3_nothink")
CUTOFFS = (256, 1024, 2048)
_TALK = [
    "营业收入",
    "净利润",
    "资产负债率",
    "Net income",
    "cash flow",
    "現金流量",
    "毛利率为 12.34%",
    "1,234,567.89 元",
    "（单位：万元）",
]
_TAIL = ["。", "\n", "\n\n", " ", "  \t", "！？", "…", "\r\n", ""]
_ODD = [
    "<|eot_id|>", "<s>", "</s>", "<think>\n先算\n</think>\n\n答案", "[INST] x [/INST]", "😀🏦", "{content}", "{{content}}",
    "<|im_end|>\n", "\u3000全角", "a\u0301", "ﬁ", "\x00\x07",
]  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One configuration that both read. ``settings``: LLaMA-Factory's keys."""

    name: str
    group: str
    settings: dict[str, Any]


def made_rows(seed: int, count: int) -> list[list[str]]:
    """Dialogues of one to five turns as lists of texts: question, answer, question, ..."""
    draw = random.Random(seed)

    def text(longest: int) -> str:
        words = [
            draw.choice(_TALK + (_ODD if draw.random() < 0.1 else [])) + draw.choice(_TAIL)
            for _ in range(draw.randint(1, longest))
        ]
        return "".join(words)

    talks = []
    for i in range(count):
        longest = draw.choice([2, 8, 40, 200])
        talk = [text(longest) for _ in range(2 * draw.randint(1, 5))]
        if i % 17 == 0:
            talk[-1] = ""
        talks.append(talk)
    return talks


def write_data(folder: Path, material: Path) -> list[str]:
    """``dataset_info.json`` and its files; the names of the datasets at hand."""
    talks = made_rows(1, 160)
    systems = ["", "你是一名财务分析师。", "You are careful.\n\n", None]
    sharegpt = [{"conversations": _share(talk), "system": systems[i % 4]} for i, talk in enumerate(talks)]
    alpaca = [
        {
            "instruction": talk[-2] if i % 3 else "",
            "input": "" if i % 2 and i % 3 else f"输入 {i}",
            "output": talk[-1],
            "history": [list(pair) for pair in zip(talk[:-2:2], talk[1:-2:2], strict=True)],
            "system": systems[i % 4],
        }
        for i, talk in enumerate(talks)
    ]
    openai = [
        {
            "messages": ([{"role": "system", "content": systems[1]}] if i % 2 else [])
            + _share(talk, "role", "content", "user", "assistant")
        }
        for i, talk in enumerate(talks)
    ]
    texts = [{"text": "".join(talk)} for talk in talks]
    columns = {
        "prompt": "instruction",
        "query": "input",
        "response": "output",
        "history": "history",
        "system": "system",
    }
    tags = {
        "role_tag": "role",
        "content_tag": "content",
        "user_tag": "user",
        "assistant_tag": "assistant",
        "system_tag": "system",
    }
    info: dict[str, Any] = {}
    for name, rows, entry in (
        (
            "talks",
            sharegpt,
            {"formatting": "sharegpt", "columns": {"messages": "conversations", "system": "system"}},
        ),
        ("alpaca", alpaca, {"columns": columns}),
        ("bare", alpaca, {}),
        ("messages", openai, {"formatting": "sharegpt", "columns": {"messages": "messages"}, "tags": tags}),
        ("openai", openai, {"formatting": "openai", "columns": {"messages": "messages"}, "tags": tags}),
        ("texts", texts, {"columns": {"prompt": "text"}}),
        ("drawn", sharegpt, {"formatting": "sharegpt", "num_samples": 200}),
    ):
        (folder / f"{name}.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
        info[name] = {"file_name": f"{name}.json", **entry}
    for name, file in REAL.items():
        if (material / file).is_file():
            left_out = "history" if name == "pairs" else "system"  # what that file does not have
            entry = {"columns": {key: value for key, value in columns.items() if key != left_out}}
            info[name] = {"file_name": str((material / file).resolve()), **entry}
    (folder / "dataset_info.json").write_text(json.dumps(info, ensure_ascii=False), encoding="utf-8")
    return list(info)


def _share(
    talk: list[str], who: str = "from", what: str = "value", asks: str = "human", answers: str = "gpt"
) -> list[dict[str, str]]:
    return [{who: answers if i % 2 else asks, what: text} for i, text in enumerate(talk)]


def make_tokenizers(folder: Path) -> dict[str, Path]:
    """Three small tokenizers of the three kinds, saved as transformers saves them."""
    from tokenizers import (
        AddedToken,
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
        trainers,
    )
    from transformers import PreTrainedTokenizerFast

    texts = [text for talk in made_rows(2, 300) for text in talk]

    def byte_level(digits: str, normalizer: Any = None) -> Tokenizer:
        pattern = (
            r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
            + digits
            + r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
        )
        made = Tokenizer(models.BPE())
        if normalizer is not None:
            made.normalizer = normalizer
        made.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(pattern), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
        made.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        made.train_from_iterator(
            texts, trainers.BpeTrainer(vocab_size=1500, initial_alphabet=alphabet, show_progress=False)
        )
        return made

    def save(name: str, made: Tokenizer, **special: Any) -> Path:
        PreTrainedTokenizerFast(tokenizer_object=made, model_max_length=8192, **special).save_pretrained(
            folder / name
        )
        return folder / name

    def begin(made: Tokenizer, token: str) -> None:
        made.post_processor = processors.TemplateProcessing(
            single=f"{token} $A", special_tokens=[(token, made.token_to_id(token))]
        )

    llama3 = byte_level("{1,3}")
    words = ("begin_of_text", "end_of_text", "start_header_id", "end_header_id", "eom_id", "eot_id")
    llama3.add_special_tokens([AddedToken(f"<|{word}|>", special=True, normalized=False) for word in words])
    begin(llama3, "<|begin_of_text|>")
    qwen = byte_level("", normalizers.NFC())
    qwen.add_special_tokens(
        [
            AddedToken(f"<|{word}|>", special=True, normalized=False)
            for word in ("endoftext", "im_start", "im_end")
        ]
    )
    qwen.add_tokens([AddedToken(word, special=False, normalized=False) for word in ("<think>", "</think>")])
    llama2 = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    llama2.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    llama2.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    marks = ["<unk>", "<s>", "</s>", *(f"<0x{i:02X}>" for i in range(256))]
    llama2.train_from_iterator(
        texts,
        trainers.BpeTrainer(vocab_size=1500, special_tokens=marks, max_token_length=8, show_progress=False),
    )
    begin(llama2, "<s>")
    return {
        "llama3": save("llama3", llama3, bos_token="<|begin_of_text|>", eos_token="<|end_of_text|>"),
        "qwen": save("qwen", qwen, eos_token="<|im_end|>", pad_token="<|endoftext|>"),
        "llama2": save(
            "llama2", llama2, bos_token="<s>", eos_token="</s>", unk_token="<unk>", add_bos_token=True
        ),
    }


def runs(tokenizers: dict[str, Path], data: Path, names: list[str]) -> Iterator[Run]:
    base = {
        "do_train": True,
        "finetuning_type": "lora",
        "dataset_dir": str(data),
        "overwrite_cache": True,
        "report_to": "none",
    }
    count = itertools.count()

    def run(group: str, tokenizer: str, **more: Any) -> Run:
        name = f"{next(count):04d}"
        model = str(tokenizers[tokenizer])
        output = str(data / f"out{name}")
        return Run(
            name, group, {**base, "stage": "sft", "model_name_or_path": model, "output_dir": output, **more}
        )

    real = ",".join(name for name in names if name in REAL)
    for tokenizer, template, cutoff in itertools.product(tokenizers, TEMPLATES, CUTOFFS):
        for how in ({}, {"train_on_prompt": True}, {"mask_history": True}):
            both = {"template": template, "cutoff_len": cutoff, **how}
            yield run(f"{template}", tokenizer, dataset="talks,alpaca,bare,messages,openai", **both)
            if real:
                yield run(f"{template}{_REAL}", tokenizer, dataset=real, **both)
    for tokenizer in tokenizers:
        for cutoff in (16, 33):
            yield run("很小的 cutoff_len", tokenizer, template="llama3", dataset="talks", cutoff_len=cutoff)
        for thinking in (True, False, None):
            for how in ({}, {"mask_history": True}, {"mask_history": True, "preserve_thinking": True}):
                yield run(
                    "qwen3 的思考",
                    tokenizer,
                    template="qwen3",
                    dataset="talks",
                    enable_thinking=thinking,
                    **how,
                )
        yield run(
            "default_system", tokenizer, template="llama2", dataset="talks", default_system="你是财问。"
        )
        yield run("不写 template", tokenizer, dataset="talks")
        for packing in ({"packing": True}, {"neat_packing": True}):
            for size in (50, 1000):
                more = {**packing, "preprocessing_batch_size": size, "cutoff_len": 700}
                yield run("拼接", tokenizer, template="llama3", dataset="talks,alpaca", **more)
        for packing, cutoff in itertools.product((None, True, False), (64, 300)):
            for template in ("llama3", "default"):
                more = {
                    "packing": packing,
                    "cutoff_len": cutoff,
                    "preprocessing_batch_size": 37,
                    "template": template,
                }
                yield run("继续预训练", tokenizer, stage="pt", dataset="texts", **more)
        yield run(
            "继续预训练",
            tokenizer,
            stage="pt",
            dataset="texts",
            template="default",
            preprocessing_num_workers=3,
            cutoff_len=50,
        )
        for strategy, chances in itertools.product(
            ("interleave_under", "interleave_over"), (None, "0.2,0.5,0.3")
        ):
            more = {"mix_strategy": strategy, "interleave_probs": chances, "seed": 7}
            yield run("混合", tokenizer, template="llama3", dataset="talks,bare,messages", **more)
        for size in (0.1, 25):
            yield run("val_size", tokenizer, template="llama3", dataset="talks,alpaca", val_size=size, seed=3)
        yield run("max_samples", tokenizer, template="llama3", dataset="talks,alpaca", max_samples=31)
        yield run("num_samples", tokenizer, template="llama3", dataset="drawn,talks", max_samples=190)
        yield run(
            "eval_dataset", tokenizer, template="llama3", dataset="talks", eval_dataset="alpaca,messages"
        )
        more = {"eval_dataset": "alpaca,messages", "eval_on_each_dataset": True}
        yield run("eval_dataset", tokenizer, template="llama3", dataset="talks", **more)


def own_rows(run: Run, cache: Path) -> dict[str, np.ndarray]:
    """caiwen's rows, flat, as the peer writes them."""
    from transformers import AutoTokenizer

    from caiwen.train import config, data

    own = {"token_cache": str(cache), "broken_rows": "skip"}
    wanted = config.parse({**run.settings, "caiwen": own})
    tokenizer = AutoTokenizer.from_pretrained(wanted.model_name_or_path, padding_side="right")
    made = data.prepare(wanted, tokenizer)
    found = {}
    for part, table in {"train": made.train, **made.validation}.items():
        rows = [table.row(i) for i in range(len(table))]
        found[f"{part}.lengths"] = np.array([len(ids) for ids, _ in rows])
        found[f"{part}.ids"] = np.concatenate([ids for ids, _ in rows])
        found[f"{part}.labels"] = np.concatenate([labels for _, labels in rows])
    return found


def peers_rows(made: Any, padded: bool) -> dict[str, np.ndarray]:
    """What the peer wrote; without the padding that it puts behind joined rows, and without rows that
    have nothing to learn, which caiwen leaves out."""
    found = {}
    for part in {key.split(".")[0] for key in made}:
        ends = np.cumsum(made[f"{part}.lengths"])[:-1]
        ids, labels = np.split(made[f"{part}.ids"], ends), np.split(made[f"{part}.labels"], ends)
        kept = [(i, t) for i, t in zip(ids, labels, strict=True) if (t >= 0).any()]
        if padded:
            kept = [(i[:-1], t[:-1]) if len(i) else (i, t) for i, t in kept]
        found[f"{part}.lengths"] = np.array([len(i) for i, _ in kept])
        found[f"{part}.ids"] = np.concatenate([i for i, _ in kept])
        found[f"{part}.labels"] = np.concatenate([t for _, t in kept])
    return found


def different(own: dict[str, np.ndarray], peer: dict[str, np.ndarray], padded: bool) -> tuple[int, int]:
    """(rows compared, rows that differ)."""
    rows, wrong = 0, 0
    if set(own) != set(peer):
        return 1, 1
    for part in {key.split(".")[0] for key in peer}:
        mine, theirs = (_split(side, part) for side in (own, peer))
        rows += max(len(mine), len(theirs))
        wrong += abs(len(mine) - len(theirs))
        for (ids, labels), (peer_ids, peer_labels) in zip(mine, theirs, strict=False):
            if padded:  # padding is not learnt: compare up to where the samples end
                peer_ids, peer_labels = peer_ids[: len(ids)], peer_labels[: len(labels)]
            wrong += not (np.array_equal(ids, peer_ids) and np.array_equal(labels, peer_labels))
    return rows, wrong


def _split(side: dict[str, np.ndarray], part: str) -> list[tuple[np.ndarray, np.ndarray]]:
    ends = np.cumsum(side[f"{part}.lengths"])[:-1]
    return list(zip(np.split(side[f"{part}.ids"], ends), np.split(side[f"{part}.labels"], ends), strict=True))


def chosen(run: Run, wanted: argparse.Namespace) -> bool:
    return (
        wanted.only in run.group
        and (not wanted.tokenizers or Path(run.settings["model_name_or_path"]).name in wanted.tokenizers)
        and (not wanted.cutoffs or run.settings.get("cutoff_len", 2048) in wanted.cutoffs)
        and not (wanted.made and _REAL in run.group)
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", type=Path, required=True)
    parser.add_argument("--material", type=Path, default=Path("../shared/data"))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--only", default="", help="only groups with this text in their name")
    parser.add_argument("--tokenizers", nargs="*", help="only these of llama3, qwen, llama2")
    parser.add_argument("--cutoffs", nargs="*", type=int, help="only these of the cutoffs of the templates")
    parser.add_argument("--made", action="store_true", help="only self-made rows")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        names = write_data(folder, wanted.material)
        made = [run for run in runs(make_tokenizers(folder), folder, names) if chosen(run, wanted)]
        (folder / "runs.json").write_text(
            json.dumps({run.name: run.settings for run in made}, ensure_ascii=False), encoding="utf-8"
        )
        quiet = {
            **os.environ,
            "LLAMAFACTORY_VERBOSITY": "ERROR",
            "HF_HUB_OFFLINE": "1",
            "HF_HOME": str(folder / "hf"),
            "USE_MODELSCOPE_HUB": "0",
        }
        subprocess.run(
            [str(wanted.peer), str(PEER), str(folder / "runs.json"), str(folder)],
            check=True,
            env=quiet,
            stderr=subprocess.DEVNULL,
        )
        groups: dict[str, list[int]] = {}
        for run in made:
            total = groups.setdefault(run.group, [0, 0, 0, 0])
            total[0] += 1
            if (folder / f"{run.name}.error").is_file():
                total[3] += 1
                print(run.name, run.group, (folder / f"{run.name}.error").read_text()[:200], file=sys.stderr)
                continue
            joins = run.settings["stage"] == "sft" and bool(
                run.settings.get("packing") or run.settings.get("neat_packing")
            )
            peer = peers_rows(np.load(folder / f"{run.name}.npz"), joins)
            rows, wrong = different(own_rows(run, folder / "cache"), peer, joins)
            total[1] += rows
            total[2] += wrong
            if wrong:
                print(run.name, run.group, run.settings, f"{wrong}/{rows}", file=sys.stderr)
    table = Table(
        "设置", "运行", "行", "不同的行", "对方不支持", title="与 LLaMA-Factory 0.9.5 逐行比较 token 与标签"
    )
    for group, (count, rows, wrong, refused) in groups.items():
        table.add_row(group, str(count), f"{rows:,}", f"{wrong:,}", str(refused))
    Console().print(table)
    if wanted.json:
        wanted.json.write_text(json.dumps(groups, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 1 if any(wrong for _, _, wrong, _ in groups.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
