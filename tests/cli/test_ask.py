"""caiwen ask: one question, batches, what an interrupted batch leaves."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from caiwen.ask.answer import Answer, AnswerValue, Citation
from caiwen.errors import CaiwenError
from caiwen.workspace import Workspace
from tests.cli.conftest import Run

CONTRACT = ["id", "question", "status", "answer", "values", "citations", "plan", "notice", "milliseconds"]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Sequence[str] | None]]:
    """Answers come from a script, so that these tests are about the command line only."""
    seen: list[tuple[str, Sequence[str] | None]] = []

    def answer(
        self: Workspace,
        question: str,
        within: Sequence[str] | None = None,
        id: str | int | None = None,
        previous: str | None = None,
    ) -> Answer:
        seen.append((question, within))
        if question == "太长":
            raise CaiwenError("问题太长")
        if question == "停":
            raise KeyboardInterrupt
        value = AnswerValue(
            role="answer", kind="number", item="营业收入", value="5.00", unit="元", citations=[0]
        )
        citation = Citation(document="甲.pdf", sha256="a" * 64, page=7, quote="营业收入  5.00")
        return Answer(
            id=id,
            question=question,
            status="answered",
            answer=f"答：{question}[1]",
            values=[value],
            citations=[citation],
            notice="本回答由人工智能生成",
        )

    monkeypatch.setattr(Workspace, "ask", answer)
    return seen


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_people_get_answer_places_and_notice(run: Run, workspace: Workspace, asked: list[Any]) -> None:
    code, out, _ = run("--workspace", workspace.folder, "ask", "收入？")
    assert code == 0
    assert out.splitlines()[0] == "答：收入？[1]"
    assert "  [1] 甲.pdf  第 7 页  “营业收入 5.00”" in out
    assert out.rstrip().endswith("本回答由人工智能生成")


def test_json_is_one_record_of_the_contract(run: Run, workspace: Workspace, asked: list[Any]) -> None:
    _, out, _ = run("--workspace", workspace.folder, "ask", "收入？", "--json")
    (line,) = out.splitlines()
    assert list(json.loads(line)) == CONTRACT


def test_within_reads_a_list(run: Run, workspace: Workspace, asked: list[Any], tmp_path: Path) -> None:
    (tmp_path / "名单.txt").write_text("600001\n\n甲.pdf\n", encoding="utf-8")
    run("--workspace", workspace.folder, "ask", "收入？", "--within", tmp_path / "名单.txt")
    assert asked == [("收入？", ["600001", "甲.pdf"])]


def _batch(folder: Path, *lines: str) -> Path:
    (folder / "题.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "题.jsonl"


def test_a_batch_keeps_ids_and_order(
    run: Run, workspace: Workspace, asked: list[Any], tmp_path: Path
) -> None:
    file = _batch(tmp_path, '{"id": "x", "question": "甲？"}', '{"id": 7, "question": "乙？"}')
    code, out, err = run(
        "--workspace", workspace.folder, "ask", "--batch", file, "--output", tmp_path / "答.jsonl"
    )
    assert (code, out) == (0, "")
    assert "已回答 2 题" in err
    assert [(r["id"], r["question"]) for r in _lines(tmp_path / "答.jsonl")] == [("x", "甲？"), (7, "乙？")]
    assert list(tmp_path.glob(".*")) == []


def test_plain_lines_are_numbered_and_go_to_stdout(
    run: Run, workspace: Workspace, asked: list[Any], tmp_path: Path
) -> None:
    _, out, _ = run("--workspace", workspace.folder, "ask", "--batch", _batch(tmp_path, "甲？", "", "乙？"))
    assert [(r["id"], r["question"]) for r in map(json.loads, out.splitlines())] == [(1, "甲？"), (3, "乙？")]


def test_a_line_may_follow_an_earlier_one(run: Run, shown: tuple[Path, str], tmp_path: Path) -> None:
    folder, _ = shown
    company = "砚川精工"
    lines = [
        {"id": "a", "question": f"{company}2023年营业收入是多少"},
        {"id": "b", "question": "那净利润呢？", "follow": "a"},
        {"id": "c", "question": "2022年呢？", "follow": "b"},
        {"id": "d", "question": "2022年呢？", "follow": f"{company}2023年营业收入是多少"},
    ]
    file = _batch(tmp_path, *(json.dumps(line, ensure_ascii=False) for line in lines))
    _, out, _ = run("--workspace", folder, "ask", "--batch", file)
    told = [json.loads(line)["values"][0] for line in out.splitlines()]
    assert [(v["item"], v["period"]) for v in told] == [
        ("营业收入", "2023"), ("净利润", "2023"), ("净利润", "2022"), ("营业收入", "2022"),
    ]  # fmt: skip


def test_one_bad_question_never_stops_the_rest(
    run: Run, workspace: Workspace, asked: list[Any], tmp_path: Path
) -> None:
    file = _batch(tmp_path, "甲？", "太长", "乙？")
    code, _, err = run(
        "--workspace", workspace.folder, "ask", "--batch", file, "--output", tmp_path / "答.jsonl"
    )
    assert code == 2
    assert [r["question"] for r in _lines(tmp_path / "答.jsonl")] == ["甲？", "乙？"]
    assert "没有回答：2：问题太长" in err


def test_an_interrupted_batch_goes_on_where_it_stopped(
    run: Run, workspace: Workspace, asked: list[Any], tmp_path: Path
) -> None:
    words = ("--workspace", workspace.folder, "ask", "--batch")
    output = ("--output", tmp_path / "答.jsonl")
    code, _, err = run(*words, _batch(tmp_path, "甲？", "停", "乙？"), *output)
    assert code == 130
    assert "接着做" in err
    assert not (tmp_path / "答.jsonl").exists()
    asked.clear()
    code, _, err = run(*words, _batch(tmp_path, "甲？", "丙？", "乙？"), *output)
    assert code == 0
    assert "已有 1 题" in err
    assert [question for question, _ in asked] == ["丙？", "乙？"]
    assert [r["question"] for r in _lines(tmp_path / "答.jsonl")] == ["甲？", "丙？", "乙？"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"question": "甲？"}\n{"q": 1}\n', "第 2 行缺少 question"),
        ('{"question": "甲？"}\n{"question"\n', "第 2 行不是 JSON"),
        ('{"question": "甲？", "follow": ["a"]}\n', "第 1 行的 follow 应是前面某行的 id"),
        ("\n", "文件是空的"),
    ],
)
def test_wrong_batches_are_told_before_anything_runs(
    run: Run, workspace: Workspace, asked: list[Any], tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "题").write_text(text, encoding="utf-8")
    code, out, err = run("--workspace", workspace.folder, "ask", "--batch", tmp_path / "题")
    assert (code, out, asked) == (2, "", [])
    assert message in err


def test_question_and_batch_exclude_each_other(run: Run, workspace: Workspace, tmp_path: Path) -> None:
    folder = ("--workspace", workspace.folder)
    assert "要么给出问题" in run(*folder, "ask")[2]
    assert "要么给出问题" in run(*folder, "ask", "甲？", "--batch", "x")[2]
    assert "没有这个文件" in run(*folder, "ask", "--batch", tmp_path / "没有")[2]


def test_answers_become_a_workpaper(run: Run, workspace: Workspace, asked: list[Any], tmp_path: Path) -> None:
    code, _, err = run("--workspace", workspace.folder, "ask", "收入？", "--xlsx", tmp_path / "底稿.xlsx")
    assert code == 0
    assert "1 条回答的底稿" in err
    assert (tmp_path / "底稿.xlsx").is_file()
