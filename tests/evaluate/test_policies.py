"""Scoring of questions about statutes; the written set over the real ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from caiwen.evaluate import run
from caiwen.evaluate.policies import PolicyQuestions, policy_scores
from caiwen.evaluate.questions import read_questions
from caiwen.workspace import Workspace
from tests.material import material

QUESTIONS = Path(__file__).resolve().parents[2] / "benchmarks" / "questions" / "policies.jsonl"
RECORD = {
    "status": "answered",
    "answer": "第三条：不少于五年。",
    "values": [
        {
            "role": "answer",
            "kind": "text",
            "entity": "样票法",
            "item": "第三条",
            "reported_in": "2012-10-26",
            "value": "不少于五年。",
        }
    ],
    "citations": [{"article": "第三条"}],
}


@pytest.mark.parametrize(
    ("expect", "metric", "right"),
    [
        ({"status": "answered"}, "status", True),
        ({"entity": "样票法", "reported_in": "2012-10-26"}, "version", True),
        ({"entity": "样票法", "reported_in": "2021-03-01"}, "version", False),
        ({"item": "第三条"}, "article", True),
        ({"item": "第四条"}, "article", False),
        ({"contains": ["五年"]}, "text", True),
        ({"value": "x"}, "value", False),
        ({"value": "不少于五年。", "kind": "boolean"}, "value", False),
        ({"status": "answered"}, "article", None),
    ],
)
def test_scores(expect: dict[str, object], metric: str, right: bool | None) -> None:
    assert policy_scores(expect, RECORD)[metric] is right


def test_an_article_that_is_not_cited_is_wrong() -> None:
    assert policy_scores({"item": "第三条"}, RECORD | {"citations": []})["article"] is False


def test_the_set_is_large_and_dated() -> None:
    lines = read_questions(QUESTIONS)
    assert len(lines) >= 60
    assert sum("reported_in" in line["expect"] for line in lines.values()) >= 40


@pytest.mark.material
def test_all_written_questions_are_right(tmp_path: Path) -> None:
    workspace = Workspace.init(tmp_path / "w")
    workspace.ingest([material("policy")])
    report = run(PolicyQuestions(workspace, QUESTIONS))
    assert [outcome.case.data["question"] for outcome in report.failures] == []
