"""Which scale a figure is on."""

from __future__ import annotations

from decimal import Decimal

import pytest

from caiwen.finance.amount import parse_scale
from caiwen.knowledge.units import document_scale, measure, stated_scale, table_scale
from tests.knowledge.paper import paper, table

WAN = parse_scale("单位：万元")


@pytest.mark.parametrize(
    ("unit", "label", "headers", "factor", "base"),
    [
        ("money", "营业收入", (), 10_000, "元"),
        ("money", "营业收入（元）", (), 1, "元"),
        ("money", "营业收入（千元）", (), 1_000, "元"),
        ("money", "营业收入", ("2020年（人民币百万元）",), 1_000_000, "元"),
        ("per_share", "基本每股收益（元/股）", (), 1, "元/股"),
        ("percent", "加权平均净资产收益率(%)", (), 1, "%"),
        (None, "每股净资产", (), 1, "元/股"),
        (None, "不良贷款率", (), 1, "%"),
        ("people", "员工人数", (), 1, "人"),
    ],
)
def test_measure(unit: str | None, label: str, headers: tuple[str, ...], factor: int, base: str) -> None:
    how = measure(unit, label, headers, WAN, "12")
    assert how is not None
    assert (how.factor, how.unit) == (Decimal(factor), base)


def test_money_without_a_stated_scale_is_read_only_when_it_shows_cents() -> None:
    assert measure("money", "营业收入", (), None, "12,345") is None
    how = measure("money", "营业收入", (), None, "12,345.67")
    assert how is not None
    assert how.factor == 1


def test_table_scale_prefers_the_unit_line() -> None:
    found = table_scale(table([["项目"]], caption="利润表（千元）", unit="单位：万元 币种：人民币"))
    assert found is not None
    assert found.name == "万元"


def test_prose_states_no_scale() -> None:
    assert stated_scale("编制单位：甲乙股份有限公司") is None
    assert stated_scale("本期营业收入为12.5亿元，同比增长5%") is None


def test_document_scale_must_be_the_only_one() -> None:
    one = paper("（除特别注明外，金额单位均为人民币百万元）", "正文")
    assert document_scale(one) == parse_scale("人民币百万元")
    assert (
        document_scale(paper("除特别注明外，金额单位为人民币千元", "除特别注明外，金额单位为人民币元"))
        is None
    )


def test_a_share_of_a_sum_is_no_sum() -> None:
    assert measure("money", "归属于公司普通股股东的净利润", (), WAN, "13.10%") is None


def test_units_that_are_not_money_give_money_no_scale() -> None:
    assert measure("money", "股本", (), parse_scale("单位：股"), "1,000") is None
    assert measure("date", "成立日期", (), WAN, "2020") is None


def test_foreign_currency_keeps_its_name() -> None:
    how = measure("money", "营业收入", (), parse_scale("单位：千美元"), "12")
    assert how is not None
    assert (how.factor, how.unit, how.currency) == (1000, "美元", "USD")
