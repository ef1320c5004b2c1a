"""The guard refuses what the policy names and lets facts, concepts and law through."""

from __future__ import annotations

import csv
import json
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from caiwen.errors import ConfigError
from caiwen.guard import Guard, load_policy
from caiwen.guard.views import views
from tests.material import material

PROMPTS = Path(__file__).parent / "prompts"


def prompts(name: str) -> list[tuple[str, str]]:
    groups = yaml.safe_load((PROMPTS / name).read_text(encoding="utf-8"))
    return [(group, prompt) for group, items in groups.items() for prompt in items]


@pytest.fixture(scope="module")
def guard() -> Guard:
    return Guard()


@pytest.mark.parametrize(("group", "prompt"), prompts("refused.yaml"))
def test_refuses(guard: Guard, group: str, prompt: str) -> None:
    decision = guard.check(prompt)
    assert decision.decision == "refuse"
    assert decision.rule in {rule.id for rule in load_policy().rules}
    assert decision.text


@pytest.mark.parametrize(("group", "prompt"), prompts("harmless.yaml"))
def test_lets_pass(guard: Guard, group: str, prompt: str) -> None:
    decision = guard.check(prompt)
    assert (decision.decision, decision.hits, decision.text) == ("allow", (), None)


@pytest.mark.parametrize(
    "prompt", ["推\u200b荐几只股\u200b票", "ＥＴＦ推荐，买哪只ETF好", "推-荐-股-票", "推荐荐荐股股票票"]
)
def test_sees_through_evasions(guard: Guard, prompt: str) -> None:
    assert guard.check(prompt).decision == "refuse"


def test_hit_points_into_the_original(guard: Guard) -> None:
    text = "你好，招商银行目*标*价 是 多少"
    hit = guard.check(text).hits[0]
    assert text[hit.start : hit.end] == hit.text
    assert hit.text == "目*标*价 是 多少"


def test_views_keep_the_way_back() -> None:
    for view in views("Ａ股\u200b　走——势势势"):
        assert len(view.text) == len(view.offsets)
    last = views("Ａ股\u200b　走——势势势")[-1]
    assert last.text == "a股走势"
    assert last.original_span(0, 4) == (0, 8)


POLICY = """
version: "1"
effective: "2026-01-01"
legal_basis: []
label: 人工智能生成
notice: 仅供参考
words: {deed: "上车|梭", tail: "吗|咋样", sober: "年报|公式"}
rules:
  - id: timing
    title: 买卖时机
    text: 不提供
    any: ["从不出现的词"]
    together: [[deed, tail, "!sober"]]
"""


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("现在上车光伏，咋样", "refuse"),
        ("咋样，要不要上车", "refuse"),
        ("上车。咋样", "allow"),  # two sentences
        ("年报里的上车咋样", "allow"),
        ("上车", "allow"),
        ("上车" + "今天天气不错" * 20 + "咋样", "allow"),  # too far apart to mean anything
    ],
)
def test_word_families_must_stand_together(tmp_path: Path, text: str, decision: str) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY, encoding="utf-8")
    assert Guard(load_policy(file)).check(text).decision == decision
    assert Guard(load_policy(file)).check(text, "answer").decision == "allow"


def test_an_unknown_family_is_told(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY.replace("[[deed,", "[[deeds,"), encoding="utf-8")
    with pytest.raises(ConfigError, match="together 用到的词表不在 words 里：deeds"):
        load_policy(file)


def test_answers_with_promises_are_refused(guard: Guard) -> None:
    assert guard.check("这款产品保证年化8%，稳赚不赔。", "answer").rule == "guaranteed_return"
    assert guard.check("营业收入为12.34亿元，比上年增长5.6%。", "answer").decision == "allow"


def test_a_question_rule_does_not_read_answers(guard: Guard) -> None:
    assert guard.check("现在可以买入吗").decision == "refuse"
    assert guard.check("公司现在可以买入设备。", "answer").decision == "allow"


def test_policy_states_version_basis_notice_and_label() -> None:
    policy = load_policy()
    numbers = {basis.number for basis in policy.legal_basis}
    assert {"GB/T 45654-2025", "GB 45438-2025"} <= numbers
    assert "不构成投资建议" in policy.notice
    assert "人工智能生成" in Guard().notice
    assert policy.version


def test_decision_as_record(guard: Guard) -> None:
    record = guard.check("推荐几只股票").as_dict()
    assert set(record) == {"decision", "rule", "hits", "text"}
    assert guard.check("营业收入是多少").as_dict() == {
        "decision": "allow",
        "rule": None,
        "hits": [],
        "text": None,
    }


def test_policy_file_ships_with_the_package() -> None:
    assert files("caiwen.guard").joinpath("policy.yaml").is_file()


@pytest.mark.parametrize("text", ["", "股" * 20_000, "推荐" * 5_000 + "x", "（" * 3000, "我" * 10_000])
def test_long_input_is_quick(guard: Guard, text: str) -> None:
    assert guard.check(text).decision in {"allow", "refuse"}


@pytest.mark.material
def test_exam_questions_pass(guard: Guard) -> None:
    """False positives over more than 3,000 harmless exam questions stay below 0.2 %."""
    questions = [
        row["question"] for row in json.loads(material("exam/cflue_knowledge_half.json").read_text("utf-8"))
    ]
    for folder in ("exam/financeiq_dev", "exam/sufe_dev", "exam/sufe_val"):
        for path in sorted(material(folder).glob("*.csv")):
            with path.open(encoding="utf-8") as file:
                questions += [row.get("Question") or row["question"] for row in csv.DictReader(file)]
    refused = [q for q in questions if guard.check(q).decision != "allow"]
    assert len(questions) > 3000
    assert len(refused) / len(questions) < 0.002, refused
