"""kill -9 at random moments: the store opens, is sound, holds whole documents, and the next run completes it."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from caiwen.store import FactFilter, SearchIndex, Store
from tests.ingest import make

KILLS = 24
ROUNDS = 4
MOST_TRIES = 40
FILES = 6
SCRIPT = """
import sys
from pathlib import Path
from caiwen.config import Settings, override
from caiwen.ingest import ingest
from caiwen.store import SearchIndex, Store
folder, material, force = Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "force"
with Store.open("sqlite:///store.db", folder=folder) as store:
    index = SearchIndex.open(folder / "index", store)
    ingest(store, [material], override(Settings(), {"ingest.workers": 2}), index=index, force=force)
"""


def start(folder: Path, material: Path, *, force: bool = False) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-c", SCRIPT, str(folder), str(material), "force" if force else ""]
    return subprocess.Popen(words, stderr=subprocess.DEVNULL)


def killed(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Kill it after so long; False when it had ended by then, as it may on a machine that is less busy now."""
    try:
        assert process.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait() != 0
    return False


def content(folder: Path) -> dict[str, list[object]]:
    """Document → what it says, without what depends on the run (times, numbers of rows)."""
    with Store.open("sqlite:///store.db", folder=folder) as store:
        assert store.check() == []
        return {
            document.name: [
                [
                    (f.id, f.value, f.text, f.status, f.checks)
                    for f in store.facts(FactFilter(document=document.sha256))
                ],
                store.passages_of(document.sha256),
                document.filing,
            ]
            for document in store.documents()
        }


@pytest.mark.slow
def test_killed_at_random_points_and_run_again(tmp_path: Path) -> None:
    material = tmp_path / "material"
    material.mkdir()
    for number in range(FILES):
        make.report(material, number)
    make.pdf(material / "words.pdf", make.plain_pages(20))
    reference = tmp_path / "reference"
    reference.mkdir()
    began = time.monotonic()
    assert start(reference, material).wait(120) == 0
    length = time.monotonic() - began
    whole = content(reference)
    assert len(whole) == FILES + 1
    assert all(facts for name, (facts, *_) in whole.items() if name.endswith(".html"))

    chance = random.Random(20)
    interrupted = 0
    for number in range(ROUNDS):
        folder = tmp_path / str(number)
        folder.mkdir()
        wanted = (number + 1) * KILLS // ROUNDS
        for _ in range(MOST_TRIES):
            if interrupted == wanted:
                break
            process = start(folder, material, force=number % 2 == 1)
            interrupted += killed(process, chance.uniform(0.1, length))
            for name, (facts, passages, filing) in content(folder).items():
                assert (len(facts), passages, filing) == (len(whole[name][0]), *whole[name][1:]), name
        assert start(folder, material).wait(120) == 0
        assert content(folder) == whole
        with Store.open("sqlite:///store.db", folder=folder) as store:
            hits = SearchIndex.open(folder / "index", store).search("冷链设备研发", k=50)
            assert {hit.name for hit in hits} >= {name for name in whole if name.endswith(".html")}
    assert interrupted == KILLS
