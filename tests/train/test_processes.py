"""Two processes give what one gives: no row twice, the same loss, the same adapter."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from tests.train.runs import Place, adapter

LOSS = {"loss": {"ce": 0.7, "kl": 0.3}}


def launched(*arguments: str) -> str:
    """What two gloo processes printed."""
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]
    done = subprocess.run(
        [*torchrun, "-m", *arguments],
        env=os.environ | {"OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"},
        capture_output=True,
        text=True,
        timeout=300,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def two(place: Place, name: str, **changes: Any) -> None:
    path = place.folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(place.config(name, **changes).resolved(), allow_unicode=True))
    launched("tests.train.processes", str(path))


@pytest.mark.slow
@pytest.mark.parametrize("changes", [{"caiwen": LOSS}, {"finetuning_type": "full"}], ids=["lora", "full"])
def test_two_processes_are_one(tmp_path: Path, changes: dict[str, Any]) -> None:
    """21 rows in windows of 8: the last window holds 5, so one process has more rows than the other."""
    place = Place(tmp_path)
    common = {**changes, "learning_rate": 1e-3, "val_size": 0.2, "eval_strategy": "epoch"}
    place.run("one", gradient_accumulation_steps=8, **common)
    two(place, "two", gradient_accumulation_steps=4, **common)
    for key in ("loss", "eval_loss"):
        left, right = (torch.tensor(place.losses(name, key), dtype=torch.float64) for name in ("one", "two"))
        torch.testing.assert_close(left, right, rtol=0, atol=1e-5)
    seen = [[r["tokens"] for r in place.records(name) if "tokens" in r] for name in ("one", "two")]
    assert seen[0] == seen[1], "as many tokens: no row twice, none left out"
    if "finetuning_type" not in changes:
        one, other = adapter(place.folder / "one"), adapter(place.folder / "two")
        for name, value in one.items():
            torch.testing.assert_close(other[name], value, rtol=0, atol=2e-4, msg=name)


@pytest.mark.slow
def test_two_processes_resume(tmp_path: Path) -> None:
    place = Place(tmp_path)
    two(place, "run", gradient_accumulation_steps=4)
    whole, folder = place.losses("run"), place.folder / "run"
    (folder / "result.json").unlink()
    shutil.rmtree(folder / "checkpoint-6")
    two(place, "run", gradient_accumulation_steps=4)
    assert place.losses("run") == whole
    assert json.loads((folder / "run.json").read_text())["processes"] == 2


@pytest.mark.slow
@pytest.mark.parametrize("method", ["lora", "full"])
def test_a_sharded_model_learns_what_the_whole_one_does(method: str) -> None:
    """FSDP2: the loss is computed in the head, where the weights are gathered; so is that of the reference."""
    apart = json.loads(launched("tests.train.sharded", method).strip().splitlines()[-1])
    assert apart["loss"] < 1e-5
    assert apart["gradient"] < 1e-6
    assert apart["missing"] == 0
