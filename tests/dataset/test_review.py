"""Decisions of people: accept, edit, reject in the terminal; they survive rebuilds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from caiwen.cli.app import build as command_line
from caiwen.dataset.export import export
from caiwen.dataset.review import Decision, Decisions, undecided
from caiwen.errors import CaiwenError
from caiwen.workspace import Workspace
from tests.dataset.making import build, rows, workspace

ONLY = {"generators": {"facts": {"kinds": ["lookup"]}}, "split": {"evidence": 0.0, "wording": 0}}


@pytest.fixture
def made(tmp_path: Path) -> Workspace:
    made = workspace(tmp_path / "w")
    build(made, **ONLY)
    return made


def review(made: Workspace, *words: str, typed: str = "") -> tuple[int, str]:
    command = ["--workspace", str(made.folder), "dataset", "review", "d", "--author", "王审", *words]
    result = CliRunner().invoke(command_line(), command, input=typed)
    return result.exit_code, result.output


def folder(made: Workspace) -> Path:
    return made.folder / "datasets" / "d"


def kept(made: Workspace) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in rows(folder(made) / "pairs.jsonl")}


def test_accept_edit_and_reject_survive_rebuilds(made: Workspace) -> None:
    one, two, three = list(kept(made))[:3]
    assert review(made, "--accept", one)[0] == 0
    assert review(made, "--reject", two, "--reason", "问得别扭")[0] == 0
    assert review(made, "--edit", three, "--question", "改过的问题？", "--answer", "改过的回答。")[0] == 0
    for _ in range(2):
        build(made, **ONLY)
        found = kept(made)
        assert "人工：王审" in found[one]["checks"]
        assert two not in found
        assert (found[three]["question"], found[three]["answer"]) == ("改过的问题？", "改过的回答。")
        refused = {row["id"]: row for row in rows(folder(made) / "rejected.jsonl")}
        assert "问得别扭" in refused[two]["reasons"]


def test_an_edited_pair_keeps_its_number_and_can_be_edited_again(made: Workspace) -> None:
    one = next(iter(kept(made)))
    review(made, "--edit", one, "--answer", "甲。")
    build(made, **ONLY)
    assert review(made, "--edit", one, "--answer", "乙。")[0] == 0
    build(made, **ONLY)
    assert kept(made)[one]["answer"] == "乙。"


def test_the_checks_of_the_words_before_do_not_stand_for_edited_ones(made: Workspace) -> None:
    one = next(iter(kept(made)))
    assert kept(made)[one]["claims"]
    review(made, "--edit", one, "--answer", "改后是99,999.00元。")
    build(made, **ONLY)
    edited = kept(made)[one]
    assert (edited["checks"], edited["supports"], edited["claims"]) == ("人工：王审", "", 0)


def test_decisions_that_cannot_all_stand_leave_nothing_behind(made: Workspace) -> None:
    one = next(iter(kept(made)))
    for words in (("--accept", one, "--reject", one), ("--accept", one, "--reject", "没有")):
        assert review(made, *words)[0] != 0
        assert not Decisions.read(folder(made)).by_pair


def test_a_source_without_pages_is_shown_without_one(tmp_path: Path) -> None:
    made = workspace(tmp_path / "w")
    build(made, generators={"exercises": {"count": 3}}, coverage={"least": 0})
    code, out = review(made, typed="q\n")
    assert code == 0, out
    assert "exercises.yaml" in out
    assert "第 0 页" not in out


def test_a_rejected_pair_is_not_exported(made: Workspace, tmp_path: Path) -> None:
    before = export(folder(made), tmp_path / "a")["train"]
    review(made, "--reject", next(iter(kept(made))))
    build(made, **ONLY)
    assert export(folder(made), tmp_path / "b")["train"] == before - 1


def test_pair_after_pair_on_the_terminal(made: Workspace) -> None:
    typed = "a\n\nr\ne\n新的回答。\nq\n"
    code, out = review(made, typed=typed)
    assert code == 0, out
    assert "问：" in out
    assert "答：" in out
    decided = Decisions.read(folder(made)).by_pair
    assert sorted(d.action for d in decided.values()) == ["accept", "edit", "reject"]
    assert next(d.answer for d in decided.values() if d.action == "edit") == "新的回答。"
    assert all(d.author == "王审" and d.time for d in decided.values())


def test_pairs_decided_before_are_not_asked_again_and_doubtful_ones_come_first(made: Workspace) -> None:
    found = list(kept(made).values())
    decisions = Decisions.read(folder(made))
    decisions.add(Decision(found[0]["id"], "accept", "王审"))
    doubtful = {**found[5], "status": "unverified"}
    left = undecided([*found[:5], doubtful], decisions)
    assert found[0]["id"] not in {row["id"] for row in left}
    assert left[0]["id"] == doubtful["id"]


def test_unknown_pairs_datasets_and_empty_edits_are_told(made: Workspace) -> None:
    one = next(iter(kept(made)))
    decisions = Decisions.read(folder(made))
    with pytest.raises(CaiwenError, match="不认识"):
        decisions.add(Decision(one, "maybe", "王审"))
    for words, message in (
        (("--accept", "没有"), "没有这一对"),
        (("--edit", one), "--question 或 --answer"),
    ):
        result = CliRunner().invoke(
            command_line(),
            ["--workspace", str(made.folder), "dataset", "review", "d", "--author", "王审", *words],
        )
        assert result.exit_code != 0
        assert message in str(result.exception) + result.output
    assert not Decisions.read(folder(made)).by_pair


def test_a_broken_log_of_decisions_is_told_by_line(made: Workspace) -> None:
    (folder(made) / "decisions.jsonl").write_text(
        '{"pair": "1", "action": "accept", "author": "a"}\n{坏\n', encoding="utf-8"
    )
    with pytest.raises(CaiwenError, match="第 2 行"):
        Decisions.read(folder(made))
