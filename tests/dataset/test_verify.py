"""verified, unverified, rejected: what each means."""

from __future__ import annotations

from dataclasses import replace

from caiwen.dataset.records import PairStatus, Support
from caiwen.dataset.verify import printed_alike, verify
from caiwen.records import Scope
from tests.dataset.making import cold_facts, draft


def test_a_pair_whose_claims_are_all_borne_out_is_verified_with_its_checks() -> None:
    pair = verify(draft("山海冷链2020年营业收入？", "山海冷链2020年营业收入为1,200.00元。"))
    assert pair.status is PairStatus.VERIFIED
    assert [c.support for c in pair.claims] == [Support.FACT]
    assert "数字" in pair.checks


def test_a_contradicted_claim_rejects_the_pair_and_names_it() -> None:
    pair = verify(draft("山海冷链2020年营业收入？", "山海冷链2020年营业收入为1,201.00元。"))
    assert pair.status is PairStatus.REJECTED
    assert "1,201.00元" in pair.reasons[0]


def test_a_claim_that_the_evidence_leaves_open_makes_the_pair_unverified() -> None:
    pair = verify(draft("山海冷链2020年研发？", "山海冷链2020年研发费用为55.00元。"))
    assert pair.status is PairStatus.UNVERIFIED
    assert "55.00元" in pair.reasons[0]


def test_a_numeral_that_belongs_to_no_claim_rejects_the_pair() -> None:
    pair = verify(draft("山海冷链2020年营业收入？", "山海冷链2020年营业收入为1,200.00元，共7篇报道。"))
    assert pair.status is PairStatus.REJECTED
    assert "7：没有出处的数字" in pair.reasons


def test_every_turn_of_a_dialogue_is_checked() -> None:
    history = (("山海冷链2020年净利润是多少？", "山海冷链2020年净利润为151.00元。"),)
    pair = verify(draft("资产总计呢？", "山海冷链2020年末资产总计为6,000.00元。", history=history))
    assert pair.status is PairStatus.REJECTED


def test_the_scope_of_the_evidence_is_kept() -> None:
    parent = [f for f in cold_facts() if f.item == "货币资金" and f.scope is Scope.PARENT]
    good = verify(
        draft(
            "山海冷链2020年末母公司口径的货币资金？",
            "山海冷链2020年末母公司口径的货币资金为777.00元。",
            parent,
        )
    )
    assert good.status is PairStatus.VERIFIED


def test_a_fact_must_agree_with_its_own_print() -> None:
    fact = next(f for f in cold_facts() if f.item == "净利润" and f.period == "2020")
    assert printed_alike(fact)
    wrong = replace(fact, value=fact.value * 10 if fact.value else None)
    assert not printed_alike(wrong)
    pair = verify(draft("山海冷链2020年净利润？", "山海冷链2020年净利润为1,500.00元。", [wrong]))
    assert pair.status is PairStatus.REJECTED
    assert "与原文“150.00”不符" in pair.reasons[-1]
