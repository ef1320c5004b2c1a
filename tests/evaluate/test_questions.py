"""Comparing answers with what was expected."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from caiwen.errors import CaiwenError
from caiwen.evaluate import run
from caiwen.evaluate.questions import Questions, compare, read_questions

VALUE = {
    "role": "answer",
    "kind": "number",
    "entity": "山海冷链",
    "item": "营业收入",
    "period": "2020",
    "value": "1234.50",
    "unit": "元",
}
RECORD: dict[str, Any] = {
    "status": "answered",
    "answer": "山海冷链2020年营业收入为1,234.50元。",
    "values": [VALUE, VALUE | {"role": "operand", "value": "9"}],
    "citations": [{"page": 7}],
}


@pytest.mark.parametrize(
    ("expect", "metric", "right"),
    [
        ({"status": "answered"}, "status", True),
        ({"status": "refused"}, "status", False),
        ({"value": "1234.5"}, "value", True),
        ({"value": "1234.51"}, "value", False),
        ({"value": "1234.51", "tolerance": "0.01"}, "value", True),
        ({"values": ["1234.5"]}, "value", True),
        ({"values": ["1234.5", "9"]}, "value", False),
        ({"unit": "元", "period": "2020"}, "meaning", True),
        ({"unit": "万元"}, "meaning", False),
        ({"contains": ["1234.50元"]}, "text", True),
        ({"lacks": ["2020年"]}, "text", False),
        ({"page": 7}, "cited", True),
        ({"page": 8}, "cited", False),
    ],
)
def test_compare(expect: dict[str, Any], metric: str, right: bool) -> None:
    assert compare(expect, RECORD)[metric] is right


def test_an_answer_without_a_place_is_wrong_and_a_refusal_needs_none() -> None:
    assert compare({"status": "answered"}, RECORD | {"citations": []})["cited"] is False
    refused = {"status": "refused", "answer": "", "values": [], "citations": []}
    assert compare({"status": "refused"}, refused)["cited"] is None
    assert compare({"value": "1"}, refused)["value"] is False


class Scripted:
    def __init__(self) -> None:
        self.within: list[Sequence[str] | None] = []

    def ask_record(self, question: str, within: Sequence[str] | None = None) -> Mapping[str, Any]:
        self.within.append(within)
        return RECORD


def _write(path: Path, *lines: object) -> Path:
    texts = (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
    path.write_text("\n".join(texts), encoding="utf-8")
    return path


def test_the_suite_asks_and_scores(tmp_path: Path) -> None:
    path = _write(
        tmp_path / "q.jsonl",
        {"id": "a", "question": "收入？", "expect": {"value": "1234.5"}, "within": ["600001"]},
        {"id": "b", "question": "收入？", "expect": {"value": "1"}},
    )
    scripted = Scripted()
    report = run(Questions(scripted, path))
    assert scripted.within == [["600001"], None]
    assert (report.rate("right").hits, report.rate("right").n) == (1, 2)
    assert report.failures[0].case.id == "b"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "第 1 行不是 JSON"),
        ({"id": "a"}, "第 1 行缺少 question"),
        ({"question": "?"}, "第 1 行缺少 expect"),
        ({"question": "?", "expect": {"valu": "1"}}, "不认识的键：valu"),
    ],
)
def test_wrong_lines_are_told(tmp_path: Path, line: object, message: str) -> None:
    with pytest.raises(CaiwenError, match=message):
        read_questions(_write(tmp_path / "q.jsonl", line))


def test_double_ids_are_told(tmp_path: Path) -> None:
    line = {"id": "a", "question": "?", "expect": {"status": "refused"}}
    with pytest.raises(CaiwenError, match="第 2 行的 id 重复：a"):
        read_questions(_write(tmp_path / "q.jsonl", line, line))
