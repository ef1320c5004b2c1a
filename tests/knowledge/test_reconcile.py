"""Identities, second places and sums as statuses."""

from __future__ import annotations

import pytest

from caiwen.knowledge.reconcile import BROKEN, REPEATED, Identity, identities, quantum, reconcile
from caiwen.records import Fact, Span, Status
from tests.knowledge.paper import fact


def balances(**figures: str) -> list[Fact]:
    return [fact(item, number, source="balance_sheet", span=Span.INSTANT) for item, number in figures.items()]


def statuses(facts: list[Fact]) -> dict[str, Status]:
    return {f.item: f.status for f in reconcile(facts)}


def test_identity_verifies_all_its_facts() -> None:
    found = reconcile(balances(资产总计="100", 负债合计="40", 所有者权益合计="60"))
    assert {f.status for f in found} == {Status.VERIFIED}
    assert found[0].checks == ("资产总计=负债合计+所有者权益合计",)


def test_conflict_is_kept_and_marked() -> None:
    found = reconcile(balances(资产总计="100", 负债合计="41", 所有者权益合计="65"))
    assert len(found) == 3
    assert {f.status for f in found} == {Status.CONFLICT}
    assert found[1].checks == (BROKEN + "资产总计=负债合计+所有者权益合计",)


def test_what_another_identity_confirms_is_not_in_conflict() -> None:
    found = statuses(
        balances(资产总计="100", 流动资产合计="30", 非流动资产合计="70", 负债合计="41", 所有者权益合计="62")
    )
    assert found["资产总计"] is found["流动资产合计"] is Status.VERIFIED
    assert found["负债合计"] is found["所有者权益合计"] is Status.CONFLICT


def test_rounding_follows_the_scale() -> None:
    million = [
        fact(
            item,
            f"{number}000000",
            raw=str(number),
            scale="百万元",
            source="balance_sheet",
            span=Span.INSTANT,
        )
        for item, number in {"资产总计": 101, "负债合计": 40, "所有者权益合计": 60}.items()
    ]
    assert set(statuses(million).values()) == {Status.VERIFIED}
    assert quantum(million[0]) == 1_000_000
    assert set(statuses(balances(资产总计="100.00", 负债合计="40.00", 所有者权益合计="60.05")).values()) == {
        Status.CONFLICT
    }


def test_absent_line_proves_nothing() -> None:
    assert set(statuses([fact("净利润", "60"), fact("利润总额", "80")]).values()) == {Status.UNVERIFIED}


def test_one_more_printed_line_explains_the_gap() -> None:
    names = {
        "期末现金及现金等价物余额": "115",
        "期初现金及现金等价物余额": "100",
        "现金及现金等价物净增加额": "12",
    }
    facts = [fact(item, number, source="cash_flow") for item, number in names.items()]
    assert set(statuses(facts).values()) == {Status.CONFLICT}
    merged = fact("合并子公司对年初数的影响", "3", source="cash_flow")
    assert set(statuses([*facts, merged]).values()) == {Status.UNVERIFIED}


def test_opening_and_closing_cash_are_checked_with_the_flow() -> None:
    flow = fact("现金及现金等价物净增加额", "20", source="cash_flow")
    ends = [
        fact("期初现金及现金等价物余额", "100", source="cash_flow", span=Span.INSTANT),
        fact("期末现金及现金等价物余额", "120", source="cash_flow", span=Span.INSTANT),
    ]
    assert set(statuses([flow, *ends]).values()) == {Status.VERIFIED}


def test_costs_printed_negative() -> None:
    found = statuses([fact("利润总额", "63745"), fact("所得税费用", "-2709"), fact("净利润", "61036")])
    assert set(found.values()) == {Status.VERIFIED}


def test_second_place_confirms_or_contradicts() -> None:
    same = [fact("营业收入", "900"), fact("营业收入", "900", source="key_indicators", table=1)]
    assert all(f.status is Status.VERIFIED and f.checks == (REPEATED,) for f in reconcile(same))
    other = [fact("营业收入", "900"), fact("营业收入", "901", source="key_indicators", table=1)]
    assert all(f.status is Status.CONFLICT for f in reconcile(other))


def test_rounded_second_place_confirms() -> None:
    coarse = fact("营业收入", "12350000", raw="1,235", scale="万元", source="key_indicators", table=1)
    assert [f.status for f in reconcile([fact("营业收入", "12346789.12"), coarse])] == [Status.VERIFIED] * 2


def test_cost_as_deduction_and_as_amount_agree() -> None:
    pair = [fact("业务及管理费", "-156599"), fact("业务及管理费", "156599", source="key_indicators", table=1)]
    assert {f.status for f in reconcile(pair)} == {Status.VERIFIED}
    loss = [fact("净利润", "-5"), fact("净利润", "5", source="key_indicators", table=1)]
    assert {f.status for f in reconcile(loss)} == {Status.CONFLICT}


def test_lines_that_add_up_to_their_total() -> None:
    lines = {"货币资金": "10", "其他应收款": "5", "应收利息": "2", "存货": "7", "流动资产合计": "22"}
    assert set(statuses(balances(**lines)).values()) == {Status.VERIFIED, Status.UNVERIFIED}
    assert statuses(balances(**lines))["应收利息"] is Status.UNVERIFIED  # a part of 其他应收款, not counted
    lines["流动资产合计"] = "25"
    assert set(statuses(balances(**lines)).values()) == {Status.UNVERIFIED}


def test_quarters_of_the_year() -> None:
    quarters = [
        fact("营业收入", str(q), source="quarterly", period=f"2020Q{q}", span=Span.SINGLE, table=3)
        for q in (1, 2, 3, 4)
    ]
    assert {f.status for f in reconcile([fact("营业收入", "10"), *quarters])} == {Status.VERIFIED}
    assert {f.status for f in reconcile([fact("营业收入", "11"), *quarters])} == {Status.UNVERIFIED}


def test_segments_of_a_revenue() -> None:
    parts = [
        fact("营业收入", n, source="segments", dimensions={"分产品": name}, table=4)
        for name, n in (("甲", "4"), ("乙", "6"))
    ]
    found = reconcile([fact("营业收入", "10"), *parts])
    assert {f.status for f in found} == {Status.VERIFIED}
    assert found[1].checks == ("分产品之和=营业收入",)


@pytest.mark.parametrize("identity", identities(), ids=lambda i: i.name)
def test_identities_speak_of_known_items(identity: Identity) -> None:
    from caiwen.finance.items import taxonomy

    names = {identity.total, *identity.terms, *identity.optional}
    assert not {name for name in names if taxonomy().get(name) is None}
