"""Files and folders into the store: what is read, what is not read again, and what a bad file does to the rest."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from caiwen.config import Settings, override
from caiwen.ingest import IngestReport, Outcome, Progress, ingest
from caiwen.store import FactFilter, SearchIndex, Store
from tests.ingest import make

SETTINGS = override(Settings(), {"ingest.workers": 2})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    (tmp_path / "ws").mkdir()
    with Store.open("sqlite:///store.db", folder=tmp_path / "ws") as opened:
        yield opened


@pytest.fixture
def material(tmp_path: Path) -> Path:
    folder = tmp_path / "material"
    folder.mkdir()
    return folder


def outcomes(report: IngestReport) -> dict[str, Outcome]:
    return {Path(file.path).name: file.outcome for file in report.files}


def reasons(report: IngestReport) -> dict[str, str]:
    return {Path(file.path).name: file.reason for file in report.files}


def test_a_folder_is_read_once_and_then_only_what_changed(store: Store, material: Path) -> None:
    first, second = make.report(material, 0), make.report(material, 1)
    report = ingest(store, [material], SETTINGS)
    assert set(outcomes(report).values()) == {Outcome.ADDED}
    assert report.facts == len(store.facts(FactFilter())) > 0
    assert "新读入 2 份" in str(report)

    assert set(outcomes(ingest(store, [material], SETTINGS)).values()) == {Outcome.UNCHANGED}

    os.utime(first, (1, 1))  # touched, not changed
    make.report(material, 1, revenue=5_000_000.0)
    report = ingest(store, [material], SETTINGS)
    assert outcomes(report) == {first.name: Outcome.UNCHANGED, second.name: Outcome.UPDATED}
    values = {str(f.value) for f in store.facts(FactFilter(document=second.name, items=["营业收入"]))}
    assert "5000000.00" in values
    assert len(store.documents()) == 2

    before = store.facts(FactFilter())
    report = ingest(store, [material], SETTINGS, force=True)
    assert set(outcomes(report).values()) == {Outcome.UPDATED}
    assert store.facts(FactFilter()) == before


def test_copies_moves_and_repeated_paths(store: Store, material: Path) -> None:
    first = make.report(material, 0)
    copy = material / "副本.html"
    shutil.copy(first, copy)
    report = ingest(store, [material, first, copy], SETTINGS)
    assert outcomes(report) == {first.name: Outcome.ADDED, copy.name: Outcome.DUPLICATE}
    assert reasons(report)[copy.name] == f"与 {first.name} 完全相同"
    assert len(store.documents()) == 1

    shutil.copy(first, material / "又一份.html")
    assert outcomes(ingest(store, [material], SETTINGS))["又一份.html"] is Outcome.DUPLICATE

    first.rename(material / "改名.html")
    report = ingest(store, [material], SETTINGS)
    assert outcomes(report)["改名.html"] is Outcome.UNCHANGED
    assert "改名或移动" in reasons(report)["改名.html"]
    assert {source.name for source in store.documents()[0].sources} == {
        "改名.html",
        "副本.html",
        "又一份.html",
    }


def test_near_duplicates_are_linked_and_corrections_kept(store: Store, material: Path) -> None:
    text = "".join(f"本公司第{n}项业务是研发、生产和销售冷链设备并提供安装服务。" for n in range(150))
    make.report(material, 0, text=text)
    same = make.report(material, 0, 2020, text=text)
    same.rename(material / "b.html")
    make.report(material, 0, text=text + "特此公告。")
    (material / "c.html").write_text(
        (material / "b.html").read_text("utf-8").replace("1,000,000.50", "1,000,009.50"), "utf-8"
    )
    report = ingest(store, [material], SETTINGS)
    assert outcomes(report) == {
        "600100_2020.html": Outcome.ADDED,
        "b.html": Outcome.NEAR_DUPLICATE,
        "c.html": Outcome.ADDED,
    }
    assert "内容相同" in reasons(report)["b.html"]
    assert "近似" in reasons(report)["c.html"]
    assert store.document("b.html").content_in == store.document("600100_2020.html").sha256
    assert store.facts(FactFilter(document="b.html")) == store.facts(FactFilter(document="600100_2020.html"))


def test_one_bad_file_of_each_kind_stops_nothing(store: Store, material: Path) -> None:
    good = make.report(material, 3)
    (material / "empty.pdf").write_bytes(b"")
    (material / "truncated.pdf").write_bytes(b"%PDF-1.7\n1 0 obj\n<< /Type /Cat")
    (material / "renamed.pdf").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (material / "renamed_text.pdf").write_text("这是一段普通文字。" * 20, encoding="utf-8")
    (material / "saved_error.pdf").write_text(
        "<html><body><p>404 找不到页面</p></body></html>", encoding="utf-8"
    )
    (material / "noise.docx").write_bytes(os.urandom(5000))
    make.pdf(material / "blank.pdf", [make.words("")])
    (material / "~$lock.docx").write_bytes(b"x")
    (material / ".hidden.txt").write_text("隐藏")
    (material / "run.py").write_text("print('not a document')")
    (material / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    missing = material / "missing.pdf"
    steps: list[Progress] = []
    report = ingest(store, [material, missing], SETTINGS, on_progress=steps.append)
    found = outcomes(report)
    assert found.pop(good.name) is Outcome.ADDED
    assert found.pop("run.py") is Outcome.SKIPPED
    assert found.pop("photo.png") is Outcome.SKIPPED
    assert set(found) == {
        "empty.pdf",
        "truncated.pdf",
        "renamed.pdf",
        "renamed_text.pdf",
        "saved_error.pdf",
        "noise.docx",
        "blank.pdf",
        "missing.pdf",
    }
    assert set(found.values()) == {Outcome.FAILED}
    assert len(report.failures) == 8
    for failure in report.failures:
        assert failure.reason, failure
        assert "\n" not in str(failure)
        assert "Traceback" not in str(failure)
    assert "扩展名是 .pdf，内容却是网页" in reasons(report)["saved_error.pdf"]
    assert "没有读到任何文字" in reasons(report)["blank.pdf"]
    assert [d.name for d in store.documents()] == [good.name]
    walked = [Path(file.path).name for file in report.files]
    assert walked == [*sorted(walked[:-1]), "missing.pdf"]
    assert (steps[-1].files_done, steps[-1].files_total) == (11, 11)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_instead_of_waited_for(store: Store, material: Path) -> None:
    os.mkfifo(material / "pipe.pdf")
    good = make.report(material, 3)
    report = ingest(store, [material], SETTINGS)
    assert outcomes(report) == {good.name: Outcome.ADDED, "pipe.pdf": Outcome.FAILED}
    assert "不是普通文件" in reasons(report)["pipe.pdf"]


def test_named_files_are_read_whatever_their_ending(store: Store, material: Path) -> None:
    odd = material / "notes.log"
    odd.write_text("公司主要从事冷链设备的研发、生产与销售。\n" * 5, encoding="utf-8")
    assert outcomes(ingest(store, [material], SETTINGS)) == {"notes.log": Outcome.SKIPPED}
    assert outcomes(ingest(store, [odd], SETTINGS)) == {"notes.log": Outcome.ADDED}


def test_limits_on_size_and_pages(store: Store, material: Path) -> None:
    make.pdf(material / "long.pdf", [make.words(f"page {n}") for n in range(12)])
    (material / "big.txt").write_text("大" * 600_000, encoding="utf-8")
    small = override(SETTINGS, {"ingest.max_pages": 10, "ingest.max_file_mb": 1})
    report = ingest(store, [material], small)
    assert "有 12 页，超过上限 10 页" in reasons(report)["long.pdf"]
    assert "超过上限 1 MB" in reasons(report)["big.txt"]


def test_the_index_follows(store: Store, material: Path, tmp_path: Path) -> None:
    index = SearchIndex.open(tmp_path / "ws" / "index", store)
    make.report(material, 4, text="本年度商誉减值准备计提充分。")
    ingest(store, [material], SETTINGS, index=index)
    assert "商誉减值" in index.search("商誉减值")[0].text


def test_nothing_to_do(store: Store, material: Path) -> None:
    report = ingest(store, [material], SETTINGS)
    assert report.files == ()
    assert "没有文件" in str(report)
    assert ingest(store, [], SETTINGS).files == ()


def test_the_same_folder_gives_the_same_store_whoever_was_quicker(tmp_path: Path, material: Path) -> None:
    for number in range(5):
        make.report(material, number)
    seen = set()
    for workers in (1, 3):
        folder = tmp_path / f"ws{workers}"
        folder.mkdir()
        with Store.open("sqlite:///store.db", folder=folder) as store:
            ingest(store, [material], override(SETTINGS, {"ingest.workers": workers}))
            names = tuple(document.name for document in store.documents())
            seen.add((names, tuple((f.id, f.status, f.checks) for f in store.facts(FactFilter()))))
    assert len(seen) == 1


def test_a_script_without_a_main_guard_may_ingest(tmp_path: Path, material: Path) -> None:
    make.report(material, 0)
    script = tmp_path / "script.py"
    script.write_text(
        "from pathlib import Path\nfrom caiwen.ingest import ingest\nfrom caiwen.store import Store\n"
        f"store = Store.open('sqlite:///store.db', folder=Path({str(tmp_path)!r}))\n"
        f"print(len(ingest(store, [{str(material)!r}]).files))\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "1"
