"""Token ids and labels that LLaMA-Factory makes of a list of runs; started by train_rows.py with the peer's Python.

    PEER_PYTHON benchmarks/train_rows_peer.py RUNS.json OUTPUT_FOLDER

RUNS.json: {"name": {LLaMA-Factory's settings}}. Writes NAME.npz (lengths, ids, labels) or NAME.error.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
from llamafactory.hparams import get_train_args
from llamafactory.model import load_tokenizer


def rows_of(settings: dict[str, Any]) -> dict[str, Any]:
    """The train and validation rows of LLaMA-Factory's own pipeline."""
    model_args, data_args, training_args, finetuning_args, _ = get_train_args(settings)
    module = load_tokenizer(model_args)
    template = get_template_and_fix_tokenizer(module["tokenizer"], data_args)
    made = get_dataset(template, model_args, data_args, training_args, finetuning_args.stage, **module)
    found = {"train": made["train_dataset"]}
    validation = made.get("eval_dataset")
    if isinstance(validation, dict):
        found.update(validation)
    elif validation is not None:
        found["validation"] = validation
    return found


def flat(rows: list[list[int]]) -> np.ndarray:
    return np.array([token for row in rows for token in row], dtype=np.int64)


def main() -> None:
    runs = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    folder = Path(sys.argv[2])
    for name, settings in runs.items():
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                found = rows_of(settings)
        except (ValueError, RuntimeError, KeyError, TypeError) as error:
            (folder / f"{name}.error").write_text(f"{type(error).__name__}: {error}", encoding="utf-8")
            continue
        arrays = {}
        for part, rows in found.items():
            ids = list(rows["input_ids"])
            labels = list(rows["labels"]) if "labels" in rows.column_names else ids
            arrays |= {
                f"{part}.lengths": np.array([len(row) for row in ids]),
                f"{part}.ids": flat(ids),
                f"{part}.labels": flat(labels),
            }
        np.savez(folder / f"{name}.npz", **arrays)


if __name__ == "__main__":
    main()
