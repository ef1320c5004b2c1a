"""A teacher's best tokens on disk: computed once, read by every run that has the same rows.

A folder: ``meta.json`` (whose tokens these are), and for every labelled place the ``top_k`` best tokens,
their log-probabilities at the temperature of the loss, and the log of what all other tokens share.
Rows are found by a hash of their tokens and labels.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from caiwen.errors import ConfigError
from caiwen.train import windows
from caiwen.train.loss import Task, TopK, chunks, head_logits
from caiwen.train.passes import Pass

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerBase

    from caiwen.train.config import TrainConfig
    from caiwen.train.table import TokenTable

META = "meta.json"
_FORMAT = 1
_BLOCK = 1 << 20
_WHOLE = 2 << 30  # weight files up to this size are hashed whole, larger ones by samples
_WORDS = {
    "vocabulary": "分词器",
    "template": "对话模板",
    "teacher": "教师的权重",
    "revision": "教师的版本",
    "temperature": "温度",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """What must agree between the making of a cache and its use. Empty: not known, not compared."""

    vocabulary: str
    template: str
    teacher: str
    revision: str
    temperature: float


def identity(config: TrainConfig, tokenizer: PreTrainedTokenizerBase) -> Identity:
    distill = config.caiwen.distill
    name = distill.teacher if distill else None
    return Identity(
        vocabulary=vocabulary_print(tokenizer),
        template=config.template or "",
        teacher=weights_print(name) if name else "",
        revision=(distill.revision if distill else None) or "",
        temperature=config.caiwen.loss.temperature,
    )


def vocabulary_print(tokenizer: PreTrainedTokenizerBase) -> str:
    words = sorted(tokenizer.get_vocab().items(), key=lambda item: (item[1], item[0]))
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()


def weights_print(name: str) -> str:
    """A fingerprint of the weights in a folder; the name itself when it is not a folder."""
    folder = Path(name)
    if not folder.is_dir():
        return name
    made = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.name == "config.json" or path.suffix in (".safetensors", ".bin"):
            size = path.stat().st_size
            made.update(f"{path.name} {size}".encode())
            step = _BLOCK if size <= _WHOLE else 64 * _BLOCK
            with path.open("rb") as file:
                for start in range(0, size, step):
                    file.seek(start)
                    made.update(file.read(_BLOCK))
    return made.hexdigest()


def exists(folder: str) -> bool:
    return (Path(folder) / META).is_file()


def row_key(ids: NDArray[np.int32], labels: NDArray[np.int32]) -> bytes:
    made = hashlib.blake2b(np.ascontiguousarray(ids, np.int32).tobytes(), digest_size=16)
    made.update(np.ascontiguousarray(labels, np.int32).tobytes())
    return made.digest()


class Store:
    """A cache opened for a run. ConfigError when it was made for something else."""

    def __init__(self, folder: Path, wanted: Identity) -> None:
        self.folder = folder
        meta = json.loads((folder / META).read_text(encoding="utf-8"))
        _check(meta, wanted, folder)
        keys, starts = np.load(folder / "keys.npy"), np.load(folder / "starts.npy")
        self._starts = {key.tobytes(): (int(starts[n]), int(starts[n + 1])) for n, key in enumerate(keys)}
        self._tokens, self._log_p, self._tail = (
            np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("tokens", "log_p", "tail")
        )

    def of(self, rows: Sequence[Any], device: torch.device) -> TopK:
        """The reference for rows, one after the other. ConfigError when the teacher has not seen one."""
        places: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
        for ids, labels in rows:
            span = self._starts.get(row_key(ids, labels))
            if span is None:
                raise ConfigError(
                    "缓存里没有这一行数据的教师输出",
                    where=str(self.folder),
                    hint="数据、模板或截断长度变了：删掉缓存重新计算",
                )
            places.append(np.arange(*span))
        at = np.concatenate(places)
        tokens, log_p, tail = (torch.from_numpy(x[at]) for x in (self._tokens, self._log_p, self._tail))
        return TopK(tokens.long().to(device), log_p.to(device), tail.to(device))


def _check(meta: dict[str, Any], wanted: Identity, folder: Path) -> None:
    different = [
        _WORDS[field.name]
        for field in fields(Identity)
        if (mine := getattr(wanted, field.name)) and mine != meta["identity"][field.name]
    ]
    if meta["format"] != _FORMAT:
        different.append("格式")
    if different:
        raise ConfigError(
            f"教师输出的缓存不是为这次训练算的：{'、'.join(different)}不同",
            where=str(folder),
            hint="换一个 caiwen.distill.cache，或删掉它重新计算",
        )


def write(folder: Path, model: Any, tables: Sequence[TokenTable], made_for: Identity, *, top_k: int) -> None:
    """Let the teacher read every row of the tables once. The folder appears only when it is complete."""
    beside = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    count = sum(labels for table in tables for labels in _labels(table))
    vocabulary = model.get_output_embeddings().weight.shape[0]
    kept = min(top_k, vocabulary)
    shapes = {
        "tokens": (np.int32, (count, kept)),
        "log_p": (np.float32, (count, kept)),
        "tail": (np.float32, (count,)),
    }
    arrays = {
        name: np.lib.format.open_memmap(beside / f"{name}.npy", mode="w+", dtype=kind, shape=shape)
        for name, (kind, shape) in shapes.items()
    }
    keys, starts = [], [0]
    for table in tables:
        for row, best in _read(model, table, kept, made_for.temperature):
            end = starts[-1] + len(best.tokens)
            for name, values in (("tokens", best.tokens), ("log_p", best.log_p), ("tail", best.log_tail)):
                arrays[name][starts[-1] : end] = values.cpu().numpy()
            keys.append(np.frombuffer(row_key(*table.row(row)), np.uint8))
            starts.append(end)
    for array in arrays.values():
        array.flush()
    np.save(beside / "keys.npy", np.stack(keys))
    np.save(beside / "starts.npy", np.array(starts, np.int64))
    meta = {"format": _FORMAT, "top_k": kept, "rows": len(keys), "identity": asdict(made_for)}
    (beside / META).write_text(json.dumps(meta, ensure_ascii=False, indent=1), encoding="utf-8")
    beside.rename(folder)


def _labels(table: TokenTable) -> Iterator[int]:
    batching = windows.Batching(rows=256, tokens=1 << 30, shuffle=False)
    return (window.predicted for window in windows.loader(table, batching))


def _read(model: Any, table: TokenTable, top_k: int, temperature: float) -> Iterator[tuple[int, TopK]]:
    run, device = Pass(model), next(model.parameters()).device
    tokens = max(2048, int(table.lengths.max()))
    for window in windows.loader(table, windows.Batching(rows=16, tokens=tokens, shuffle=False)):
        for micro in window.micros:
            moved = micro.to(device)
            task = Task(moved.positions, moved.targets, capture=True)
            with torch.no_grad():
                best = _best(run(model, moved, task), task, top_k, temperature)
            parts = [x.split(micro.labels_per_row) for x in (best.tokens, best.log_p, best.log_tail)]
            yield from zip(micro.rows, map(TopK, *parts), strict=True)


def _best(hidden: torch.Tensor, task: Task, top_k: int, temperature: float) -> TopK:
    assert task.head is not None
    found = []
    for chunk in chunks(len(hidden), task.chunk):
        logits = head_logits(hidden[chunk], task.head.weight, task.head.bias) / temperature
        log_p = logits.log_softmax(1)
        best = log_p.topk(top_k, dim=1)
        tail = log_p.scatter(1, best.indices, -torch.inf).logsumexp(1)
        found.append(TopK(best.indices, best.values, tail))
    return TopK(
        torch.cat([part.tokens for part in found]),
        torch.cat([part.log_p for part in found]),
        torch.cat([part.log_tail for part in found]),
    )
