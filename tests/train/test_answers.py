"""A teacher's answers over an OpenAI-compatible endpoint become training rows, once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from caiwen.errors import CaiwenError, ConfigError
from tests.engines.scripted import Answer, Refusal, Scripted
from tests.train.runs import Place, Stop, interrupted_at


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    rows: list[dict[str, Any]] = [{"instruction": f"什么是商誉{n}？", "input": ""} for n in range(6)]
    rows[1]["instruction"] = "截断"
    made.write("asked", rows)
    return made


def script(body: dict[str, Any], before: int) -> Answer | Refusal:
    question = body["messages"][-1]["content"]
    return Answer("", finish="length") if question == "截断" else Answer(f"回答：{question}")


def test_answers_join_the_data_and_are_asked_for_once(place: Place) -> None:
    server = Scripted(script)
    own = {"distill": {"answers_from": server.url, "answers_model": "m", "questions": "asked"}}
    try:
        with pytest.raises(Stop):
            place.run("run", interrupted_at(3), caiwen=own)
        calls = server.log.calls
        place.run("run", caiwen=own)
    finally:
        server.close()
    assert server.log.calls == calls
    answers = place.folder / "run" / "answers"
    rows = [json.loads(line) for line in (answers / "answers.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 5
    assert rows[0] == {
        "instruction": "什么是商誉0？",
        "output": "回答：什么是商誉0？",
        "history": [],
        "system": "",
    }
    (failure,) = (json.loads(line) for line in (answers / "failures.jsonl").read_text().splitlines())
    assert "asked" in failure["place"]
    assert "截断" in failure["reason"]
    learnt = json.loads((place.folder / "run" / "run.json").read_text())["inputs"]
    assert "teacher_answers" in json.dumps(learnt)


def test_what_cannot_be_asked_is_told(place: Place) -> None:
    with pytest.raises(ConfigError, match="没有写要教师回答的数据集"):
        place.run("a", caiwen={"distill": {"answers_from": "http://127.0.0.1:1/v1", "answers_model": "m"}})
    server = Scripted(lambda body, before: Refusal(401))
    own = {"distill": {"answers_from": server.url, "answers_model": "m", "questions": "asked"}}
    try:
        with pytest.raises(CaiwenError):
            place.run("b", caiwen=own)
    finally:
        server.close()
