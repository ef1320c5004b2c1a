"""Pairs written by a model, end to end against a server that fails: no row lost, none doubled, none unproved."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from caiwen.dataset.build import Builder
from caiwen.dataset.config import load
from caiwen.dataset.generators.text import NOT_ASKED
from caiwen.engines import EngineError
from caiwen.errors import ConfigError
from caiwen.workspace import Workspace
from tests.dataset import text_making as making
from tests.engines.scripted import Act, Answer, Body, Refusal, Script, Scripted, always, serving, with_faults
from tests.store import make


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caiwen.engines.endpoint.backoff", lambda attempt: 0.002)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return making.workspace(tmp_path / "w")


def build(workspace: Workspace, server: Scripted, **more: Any) -> Builder:
    builder = Builder(workspace, load(making.config(workspace.folder, server.url, **more)))
    builder.build()
    return builder


def test_one_call_a_passage_gives_one_verified_pair(workspace: Workspace) -> None:
    with serving(lambda body, _before: making.pair(body)) as server:
        builder = build(workspace, server, passages=40)
        assert server.log.calls == 40
    rows = making.rows(builder.folder)
    assert len(rows) == len({row["passage"] for row in rows}) == 40
    assert {(row["status"], row["reasons"]) for row in rows} == {("verified", "")}
    assert making.failures(builder.folder) == []
    row = rows[0]
    assert (row["model"], row["generator"]) == ("m", "text")
    assert re.fullmatch(r"[0-9a-f]{16}", row["prompt_hash"])
    assert re.fullmatch(r"报告\d\.pdf", row["document"])
    assert row["page"] == 1
    assert {row["template"] for row in rows} == {"text.explain", "text.summary", "text.analysis"}


def test_faults_lose_and_double_nothing(workspace: Workspace) -> None:
    with serving(with_faults(making.pair, 0.35)) as server:
        folder = build(workspace, server, passages=60, concurrency=8).folder
        places = [row["passage"] for row in making.rows(folder)] + [
            f["passage"] for f in making.failures(folder)
        ]
        assert len(places) == len(set(places)) == 60
        assert all(f["reason"] for f in making.failures(folder))
        server.script = lambda body, _before: making.pair(body)
        calls, left = server.log.calls, len(making.failures(folder))
        before = {row["id"] for row in making.rows(folder)}
        build(workspace, server, passages=60, concurrency=8)
        assert server.log.calls - calls <= 3 * left  # only what had failed
        assert before <= {row["id"] for row in making.rows(folder)}


def test_a_second_build_asks_nothing_and_gives_the_same(workspace: Workspace) -> None:
    with serving(lambda body, _before: making.pair(body)) as server:
        folder = build(workspace, server, passages=20).folder
        first = (folder / "pairs.jsonl").read_bytes()
        build(workspace, server, passages=20)
        assert server.log.calls == 20
        assert (folder / "pairs.jsonl").read_bytes() == first
        build(workspace, server, passages=30)
        assert server.log.calls == 30


def _answering(answer: str) -> Script:
    def script(body: Body, _before: int) -> Act:
        told = json.loads(making.pair(body).text)
        return Answer(json.dumps({**told, "answer": answer}, ensure_ascii=False))

    return script


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        ("产品销量保持增长，主要原因是原材料价格下降。", "verified", ""),
        ("产品销量为98765台。", "unverified", "98765"),
        ("2019年营业收入为1.2669亿元。", "verified", ""),
        ("2019年营业收入为2.5亿元。", "rejected", "126,690,000"),
    ],
)
def test_every_number_is_held_against_passage_and_store(
    tmp_path: Path, answer: str, status: str, reason: str
) -> None:
    workspace = making.workspace(tmp_path / "one", documents=2, each=1)
    with serving(_answering(answer)) as server:
        builder = Builder(
            workspace,
            load(making.config(workspace.folder, server.url)).model_copy(update={"select": _second()}),
        )
        builder.build()
    rows = [row for row in making.rows(builder.folder) if row["claims"] or "数" in answer or not reason]
    assert {row["status"] for row in rows} == {status}
    assert all(reason in row["reasons"] for row in rows)


def _second() -> Any:
    from caiwen.dataset.config import Select

    return Select(documents=["报告1.pdf"])


def test_a_reply_that_cannot_be_used_is_asked_again_with_more_room(workspace: Workspace) -> None:
    asked: list[tuple[float, int]] = []

    def script(body: Body, _before: int) -> Act:
        asked.append((body["temperature"], body["max_tokens"]))
        return [making.pair(body, finish="length"), Answer("好的。"), making.pair(body)][len(asked) - 1]

    with serving(script) as server:
        builder = build(workspace, server, passages=1, temperature=0.3, max_tokens=100)
    assert asked == [(0.3, 100), (0.5, 200), (0.7, 100)]
    assert len(making.rows(builder.folder)) == 1


def test_what_never_can_be_used_is_listed_with_its_reason(workspace: Workspace) -> None:
    with serving(always(Answer("好的。"))) as server:
        builder = build(workspace, server, passages=4)
        assert server.log.calls == 12
    found = making.failures(builder.folder)
    assert [f["reason"] for f in found] == ["回答不是约定的 JSON"] * 4
    assert set(found[0]) == {"passage", "document", "page", "prompt", "reason"}
    assert builder.notes
    assert builder.notes[0].startswith("4 段原文没有得到可用的回答")


def test_a_model_that_never_gives_json_is_not_paid_for_long(workspace: Workspace) -> None:
    with serving(always(Answer("好的。"))) as server:
        with pytest.raises(EngineError, match="接连 10 次都没有成功"):
            build(workspace, server, passages=60)
        assert server.log.calls <= 3 * (10 + 4 * 4)


@pytest.mark.parametrize(
    ("refusal", "message"),
    [
        (Refusal(401), "接口不接受这个密钥"),
        (Refusal(404), "接口没有模型“m”"),
        (Refusal(402), "接口的额度已用完"),
    ],
)
def test_a_wrong_set_up_stops_and_keeps_what_was_paid(
    workspace: Workspace, refusal: Refusal, message: str
) -> None:
    calls = Counter[str]()

    def script(body: Body, _before: int) -> Act:
        calls["n"] += 1
        return making.pair(body) if calls["n"] <= 15 else refusal

    with serving(script) as server:
        with pytest.raises(EngineError, match=message):
            build(workspace, server, passages=50)
        served = dict(server.log.served)
        server.script = lambda body, _before: making.pair(body)
        builder = build(workspace, server, passages=50)
        assert all(server.log.served[payload] == 1 for payload in served)
    assert len(making.rows(builder.folder)) == 50


def test_a_budget_leaves_the_rest_for_another_time(workspace: Workspace) -> None:
    with serving(lambda body, _before: making.pair(body)) as server:
        builder = build(workspace, server, passages=40, max_calls=25)
        assert server.log.calls == 25
        left = making.failures(builder.folder)
        assert [f["reason"] for f in left] == [NOT_ASKED] * 15
        assert "15 段原文没有请求" in builder.notes[-1]
        builder = build(workspace, server, passages=40, max_calls=25)
        assert server.log.calls == 25  # the limit is one over all runs
        build(workspace, server, passages=40, max_calls=40)
        assert server.log.calls == 40


def test_money_is_not_overspent(workspace: Workspace) -> None:
    prices = {"price_in": 1000.0, "price_out": 1000.0}
    with serving(lambda body, _before: making.pair(body)) as server:
        builder = build(workspace, server, passages=40, max_tokens=64, max_cost=6.0, **prices)
        told = builder.notes[-1]
    spent = float(re.findall(r"已花约 ([\d.]+) 元", told)[0])
    assert 3 < spent <= 6
    assert "max_cost" in told
    with serving(always(Answer(""))) as server, pytest.raises(ConfigError, match="却没有单价"):
        build(workspace, server, max_cost=6.0)


def test_thoughts_and_fences_and_several_pairs(workspace: Workspace) -> None:
    def script(body: Body, _before: int) -> Act:
        told = json.loads(making.pair(body).text)
        other = {"question": told["question"].replace("销量", "毛利率"), "answer": "毛利率保持平稳。"}
        return Answer(f"<think>想想</think>\n```json\n{json.dumps([told, other], ensure_ascii=False)}\n```")

    with serving(script) as server:
        builder = build(workspace, server, passages=5)
    assert len(making.rows(builder.folder)) == 10
    assert len({row["passage"] for row in making.rows(builder.folder)}) == 5


def test_what_the_policy_forbids_is_asked_again(workspace: Workspace) -> None:
    def script(body: Body, before: int) -> Act:
        if body["temperature"] > 0.3:
            return making.pair(body)
        told = json.loads(making.pair(body).text)
        told["answer"] += "建议立即买入该股票，股价明天必涨。"
        return Answer(json.dumps(told, ensure_ascii=False))

    with serving(script) as server:
        builder = build(workspace, server, passages=3)
        assert server.log.calls == 6
        assert not any("买入" in row["answer"] for row in making.rows(builder.folder))
        builder = build(workspace, server, passages=3, tries=1)
        assert {f["reason"] for f in making.failures(builder.folder)} == {"合规策略不允许这样的问答"}


def test_gaps_are_filled_up_to_the_wanted_number(tmp_path: Path) -> None:
    rare = (
        "公司于报告期内发行可转债，募集资金用于扩大产能，发行方案已经股东大会审议通过，资金到位情况良好。" * 2
    )
    workspace = making.workspace(tmp_path / "w")
    found = [*making.passages(9, 8)]
    found += [
        make.passage("报告9.pdf", 100 + n, f"第{'一二三四五六'[n]}期：{rare}", section="第四节 / 融资")
        for n in range(6)
    ]
    make.add(workspace.store, "报告9.pdf", period="2017", passages=found)
    asked: list[str] = []

    def script(body: Body, _before: int) -> Act:
        text = body["messages"][-1]["content"]
        asked.append(text)
        if "可转债" not in text:
            return making.pair(body)
        told = {"question": f"可转债的募集资金用途是什么（{len(asked)}）？", "answer": "用于扩大产能。"}
        return Answer(json.dumps(told, ensure_ascii=False))

    with serving(script) as server:
        build(workspace, server, passages=6, per_point=4)
    assert sum("可转债" in text for text in asked) >= 4


def test_the_estimate_says_what_it_rests_on(workspace: Workspace) -> None:
    priced = {"passages": 20, "price_in": 2.0, "price_out": 8.0, "max_cost": 9.5}
    with serving(lambda body, _before: making.pair(body)) as server:
        config = making.config(workspace.folder, server.url, **priced)
        first = Builder(workspace, load(config)).estimate()
        assert server.log.calls == 0
        assert not (workspace.folder / "datasets").exists()
        assert first[0].startswith("20 段原文，其中 0 段已有回答，还要请求 20 次")
        assert "上限 9.5 元" in first[2]
        assert "假定" in first[-1]
        build(workspace, server, **{**priced, "passages": 12})
        then = Builder(workspace, load(making.config(workspace.folder, server.url, **priced))).estimate()
        assert then[0].startswith("20 段原文，其中 12 段已有回答，还要请求 8 次")
        assert "已花约" in then[2]
        assert "每字 0.50 token" in then[-1]
        assert "12 个回答实测" in then[-1]
        free = Builder(workspace, load(making.config(workspace.folder, server.url, passages=5))).estimate()
        assert "没有写单价" in free[2]


def test_an_unknown_field_is_told_before_anything_is_asked(workspace: Workspace) -> None:
    with serving(lambda body, _before: making.pair(body)) as server:
        with pytest.raises(ConfigError, match=r"未知的字段 \{passge\}，是不是 passage？"):
            build(workspace, server, own_prompts={"risk": "{passge}"})
        with pytest.raises(ConfigError, match="是不是 concurrency"):
            build(workspace, server, concurency=4)
        assert server.log.calls == 0
