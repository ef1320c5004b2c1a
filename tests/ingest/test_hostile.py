"""Files made to break their reader cost themselves a page, and the batch nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from caiwen.config import Settings, override
from caiwen.errors import DocumentError
from caiwen.ingest import Outcome, ingest
from caiwen.ingest.pool import Death, Finished, Task, WorkerPool
from caiwen.store import Store
from tests.ingest import make

SETTINGS = override(Settings(), {"ingest.workers": 2})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    (tmp_path / "ws").mkdir()
    with Store.open("sqlite:///store.db", folder=tmp_path / "ws") as opened:
        yield opened


def test_a_page_that_aborts_the_reader_is_the_only_one_lost(store: Store, tmp_path: Path) -> None:
    limited = override(SETTINGS, {"ingest.memory_mb": 200})
    report = ingest(store, [make.aborting(tmp_path / "a.pdf", bad=[6]), make.report(tmp_path, 0)], limited)
    assert [file.outcome for file in report.files] == [Outcome.ADDED, Outcome.ADDED]
    bad = report.files[0]
    assert (bad.pages, bad.lost_pages) == (20, 1)
    (lost,) = (page for page in store.pages("a.pdf") if page.error)
    assert lost.number == 6
    assert "崩溃" in (lost.error or "")
    assert any("第 6 页" in warning for warning in bad.warnings)
    text = " ".join(p.text for p in store.passages_of(bad.sha256 or ""))
    assert "page 5 holds" in text
    assert "page 7 holds" in text


def test_a_page_that_never_ends_hits_the_time_limit(store: Store, tmp_path: Path) -> None:
    limited = override(
        SETTINGS, {"ingest.page_seconds": 1.0, "ingest.chunk_pages": 1, "ingest.memory_mb": 4000}
    )
    report = ingest(store, [make.endless(tmp_path / "endless.pdf")], limited)
    assert report.files[0].outcome is Outcome.ADDED
    assert "超过 1 秒" in (store.pages("endless.pdf")[1].error or "")


def test_a_file_of_bad_pages_is_cut_short(store: Store, tmp_path: Path) -> None:
    limited = override(SETTINGS, {"ingest.memory_mb": 100, "ingest.page_seconds": 1.0})
    path = make.aborting(tmp_path / "all.pdf", pages=200, bad=range(1, 201), megabytes=150)
    began = time.monotonic()
    report = ingest(store, [path, make.report(tmp_path, 0)], limited)
    assert [file.outcome for file in report.files] == [Outcome.FAILED, Outcome.ADDED]
    assert "没有一页读得出来" in report.files[0].reason
    assert time.monotonic() - began < 60
    assert store.check() == []


def test_a_defect_in_a_reader_is_a_line_in_the_report(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker is another process: break it from outside, by a module that shadows one of its libraries."""
    (tmp_path / "shadow").mkdir()
    (tmp_path / "shadow" / "rensa.py").write_text("def __getattr__(name): raise KeyError('boom')")
    monkeypatch.syspath_prepend(tmp_path / "shadow")
    report = ingest(store, [make.report(tmp_path, 0)], SETTINGS)
    assert report.files[0].outcome is Outcome.FAILED
    assert "内部出错" in report.files[0].reason
    assert "boom" in report.files[0].reason


def run(pool: WorkerPool, *tasks: Task) -> list[Finished]:
    for task in tasks:
        pool.submit(task)
    return [pool.wait() for _ in tasks]


def test_the_pool_survives_its_workers(tmp_path: Path) -> None:
    bad, good = (
        str(make.aborting(tmp_path / "bad.pdf")),
        str(make.pdf(tmp_path / "good.pdf", make.plain_pages(2))),
    )
    (tmp_path / "no.pdf").write_bytes(b"")
    with WorkerPool(1, 200) as pool:
        (died,) = run(pool, Task("a", "read_pages", (bad, 6, 6), 20))
        assert (died.death, died.value, died.error) == (Death.CRASH, None, None)
        (counted,) = run(pool, Task("b", "count_pages", (good,), 20))
        assert (counted.value, counted.death, counted.task.key) == (2, None, "b")
        (refused,) = run(pool, Task("c", "count_pages", (str(tmp_path / "no.pdf"),), 20))
        assert isinstance(refused.error, DocumentError)
        (late,) = run(pool, Task("d", "read_pages", (str(make.endless(tmp_path / "m.pdf")), 2, 2), 0.5))
        assert late.death is Death.TIMEOUT
        (defect,) = run(pool, Task("e", "count_pages", (), 20))
        assert defect.death is Death.DEFECT
        assert "TypeError" in defect.detail
        (again,) = run(pool, Task("f", "count_pages", (good,), 20))
        assert again.value == 2


def test_leaving_the_pool_ends_its_processes(tmp_path: Path) -> None:
    with WorkerPool(2, 500) as pool:
        pool.submit(Task("a", "read_pages", (str(make.endless(tmp_path / "m.pdf")), 2, 2), 60))
        pool.start(1)
        processes = [worker.process for worker in pool._workers]
    assert len(processes) == 2
    assert all(process.poll() is not None for process in processes)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_interrupting_leaves_a_good_store(tmp_path: Path) -> None:
    folder, material = tmp_path / "ws", tmp_path / "material"
    folder.mkdir()
    material.mkdir()
    for number in range(4):
        make.report(material, number)
    make.endless(material / "z_endless.pdf")
    script = (
        "import sys; from pathlib import Path; from caiwen.ingest import ingest; from caiwen.store import Store\n"
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it\n"
        "store = Store.open('sqlite:///store.db', folder=Path(sys.argv[1]))\n"
        "ingest(store, [sys.argv[2]], on_progress=lambda p: print(p.files_done, flush=True))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(folder), str(material)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    for line in process.stdout:
        if line.strip() == "4":
            break
    os.killpg(process.pid, signal.SIGINT)
    process.communicate()
    watchdog.cancel()
    assert process.returncode not in (0, -signal.SIGKILL)
    with Store.open("sqlite:///store.db", folder=folder) as store:
        assert store.check() == []
        assert len(store.documents()) == 4
