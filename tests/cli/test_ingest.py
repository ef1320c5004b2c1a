"""caiwen ingest: what it prints and how it exits."""

from pathlib import Path

import pytest

from caiwen.workspace import Workspace
from tests.cli.conftest import Run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Workspace.init(tmp_path / "w")
    return tmp_path / "w"


def _note(path: Path, text: str = "# 讲义\n\n现金流量表反映现金的流入与流出。\n") -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_reading_twice_costs_nothing_the_second_time(run: Run, folder: Path, tmp_path: Path) -> None:
    _note(tmp_path / "讲义.md")
    code, out, err = run("ingest", tmp_path / "讲义.md", "--workspace", folder, "--workers", "1")
    assert (code, err) == (0, "")
    assert "新读入 1 份" in out
    assert str(folder) in out
    code, out, _ = run("ingest", tmp_path / "讲义.md", "--workspace", folder)
    assert code == 0
    assert "没有变化 1 份" in out


def test_bad_files_are_listed_with_their_reason_and_the_rest_is_kept(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    material = tmp_path / "材料"
    material.mkdir()
    _note(material / "讲义.md")
    (material / "空.pdf").write_bytes(b"")
    (material / "截断.pdf").write_bytes(b"%PDF-1.7\n1 0 obj\n<<")
    code, out, err = run("ingest", material, tmp_path / "没有.pdf", "--workspace", folder, "--workers", "1")
    assert code == 2
    assert "新读入 1 份" in out
    assert "失败 3 份" in out
    assert err.splitlines()[0] == "有 3 份文件没有读成："
    for name in ("空.pdf", "截断.pdf", "没有.pdf"):
        assert sum(f"{name}：" in line for line in err.splitlines()) == 1
    assert [d.name for d in Workspace(folder).documents()] == ["讲义.md"]


def test_an_interrupt_says_what_is_kept(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Workspace, "ingest", interrupted)
    code, out, err = run("ingest", _note(tmp_path / "讲义.md"), "--workspace", folder)
    assert (code, out) == (130, "")
    assert "读完的文件都已存好" in err


def test_a_wrong_number_of_workers(run: Run, folder: Path, tmp_path: Path) -> None:
    code, _, err = run("ingest", tmp_path, "--workspace", folder, "--workers", "-1")
    assert code == 2
    assert "--workers 的值不对：应当不小于 0" in err


def test_init_twice(run: Run, folder: Path) -> None:
    code, _, err = run("init", folder)
    assert code == 2
    assert "这里已经是工作区" in err


def test_init_over_a_file(run: Run, tmp_path: Path) -> None:
    code, _, err = run("init", _note(tmp_path / "文件"))
    assert code == 2
    assert "这是一个文件" in err
