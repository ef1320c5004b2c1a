"""Repetition, length, language, and leaks of evaluation sets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from caiwen.dataset.cleaning import Held, Seen, flaw, grams, jaccard, questions_of
from caiwen.dataset.config import Checks
from caiwen.errors import ConfigError
from tests.dataset.making import build, draft, workspace

QUESTION = "山海冷链2020年的营业收入是多少？"


def test_jaccard_counts_pieces_of_characters_without_marks() -> None:
    assert grams("甲，乙丙丁戊己", 5) == {"甲乙丙丁戊", "乙丙丁戊己"}
    assert jaccard(grams("甲乙丙丁戊己", 5), grams("甲乙丙丁戊庚", 5)) == pytest.approx(1 / 3)


def test_the_same_question_is_refused_whatever_its_marks() -> None:
    seen = Seen(0.8)
    assert seen.repeats(draft(QUESTION, "a")) == ""
    assert seen.repeats(draft("山海冷链 2020年的营业收入，是多少", "b", keys=("other",))) == "重复的问题"


def test_near_duplicates_share_a_key_and_four_fifths_of_the_pieces() -> None:
    longer = "请问一下山海冷链股份公司2020年度合并报表的营业收入金额具体是多少元呢"
    seen = Seen(0.8)
    assert seen.repeats(draft(longer, "a")) == ""
    assert seen.repeats(draft(longer + "啊", "b")) == "近似重复的问题"
    assert seen.repeats(draft(longer + "哦", "c", keys=("fact|x",))) == ""
    assert seen.repeats(draft("完全不同的一句问话，同样的事实", "d")) == ""


@pytest.mark.parametrize(
    ("question", "answer", "reason"),
    [
        ("多少", "一百", "问题太短"),
        ("山海冷链的营业收入是多少？", " ", "没有回答"),
        ("What is the revenue of it?", "一百", "不是中文"),
        (QUESTION, "长" * 5000, "问答太长"),
        (QUESTION, "一百元。", ""),
    ],
)
def test_length_and_language(question: str, answer: str, reason: str) -> None:
    assert flaw(draft(question, answer), Checks()) == reason


def test_evaluation_sets_hold_questions_exactly_nearly_and_at_length() -> None:
    held = Held()
    long = "某公司2021年度现金流量表中经营活动产生的现金流量净额与净利润相比有何差异，请说明原因"
    held.add(QUESTION)
    held.add(long)
    assert held.holds(["山海冷链2020年的营业收入，是多少"])
    assert held.holds([long.replace("某公司", "该公司")])
    assert held.holds(["别的问题", QUESTION])
    assert held.holds(["请回答：" + long[:34] + "，并谈谈你的看法。"])
    assert not held.holds([QUESTION.replace("2020", "2019")])
    assert not held.holds(["山海冷链2020年的营业成本是多少？"])
    assert not Held().holds([QUESTION])


def test_questions_are_found_in_json_jsonl_and_csv(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(
        json.dumps({"data": [{"question": "甲？"}, {"input": "乙？"}]}), encoding="utf-8"
    )
    (tmp_path / "b.jsonl").write_text('{"instruction": "丙？"}\n{"问题": "丁？"}\n', encoding="utf-8")
    (tmp_path / "c.csv").write_text("id,question\n1,戊？\n", encoding="utf-8-sig")
    found = [q for name in ("a.json", "b.jsonl", "c.csv") for q in questions_of(tmp_path / name)]
    assert found == ["甲？", "乙？", "丙？", "丁？", "戊？"]
    with pytest.raises(ConfigError, match="读不出来"):
        list(questions_of(tmp_path / "没有.json"))
    (tmp_path / "d.jsonl").write_text("{", encoding="utf-8")
    with pytest.raises(ConfigError, match="不是合法的 JSON"):
        list(questions_of(tmp_path / "d.jsonl"))


def test_planted_leaks_are_removed_from_a_build(tmp_path: Path) -> None:
    made = workspace(tmp_path / "w")
    _, before = build(made)
    leaks = [row for row in before if row["generator"] == "facts"][:3]
    planted = [leaks[0]["question"], leaks[1]["question"].rstrip("？。") + "！", leaks[2]["question"]]
    path = tmp_path / "w" / "评测.jsonl"
    path.write_text(
        "\n".join(json.dumps({"question": q}, ensure_ascii=False) for q in planted), encoding="utf-8"
    )
    tally, after = build(made, checks={"decontaminate": ["评测.jsonl"]})
    left = {row["question"] for row in after}
    assert not left & {row["question"] for row in leaks}
    assert tally.dropped["与评测集重合"] >= 3
    assert len(before) > len(after) > len(before) - 40
