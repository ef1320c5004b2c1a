"""caiwen guard check."""

import json
from pathlib import Path

from tests.cli.conftest import Run


def test_works_outside_of_a_workspace(run: Run) -> None:
    code, out, err = run("guard", "check", "现在该不该买入这只股票？", "--json")
    record = json.loads(out)
    assert (code, err) == (0, "")
    assert list(record) == ["decision", "rule", "hits", "text"]
    assert record["decision"] == "refuse"


def test_for_people(run: Run) -> None:
    assert run("guard", "check", "营业收入是多少？")[1].startswith("放行")
    assert run("guard", "check", "现在该不该买入这只股票？")[1].startswith("拒答  规则：")


def test_batch(run: Run, tmp_path: Path) -> None:
    lines = [{"id": "a", "text": "营业收入是多少？"}, {"id": "b", "text": "现在该不该买入这只股票？"}]
    file = tmp_path / "批.jsonl"
    file.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
    records = [json.loads(line) for line in run("guard", "check", "--batch", file)[1].splitlines()]
    assert [(r["id"], r["decision"]) for r in records] == [("a", "allow"), ("b", "refuse")]


def test_a_batch_into_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "批.txt").write_text("营业收入是多少？\n", encoding="utf-8")
    words = ("guard", "check", "--batch", tmp_path / "批.txt", "--output", tmp_path / "果.jsonl")
    code, out, err = run(*words)
    assert (code, out) == (0, "")
    assert "已检查 1 段" in err
    assert json.loads((tmp_path / "果.jsonl").read_text(encoding="utf-8"))["id"] == 1
    assert "--batch" in run("guard", "check", "营业收入", "--output", tmp_path / "果.jsonl")[2]


def test_a_named_workspace_that_is_none_is_an_error(run: Run, tmp_path: Path) -> None:
    assert run("guard", "check", "营业收入", "--workspace", tmp_path)[0] == 2
