"""Key figures and quarters."""

from __future__ import annotations

from decimal import Decimal

from caiwen.knowledge import indicators, quarterly
from caiwen.records import Basis, Filing, FilingKind, Span, Status
from tests.knowledge.paper import ANNUAL, paper, table, value

KEY = [
    ["主要会计数据", "2020年", "2019年", "<", "本期比上年同期增减(%)", "2018年"],
    ["^", "^", "调整后", "调整前", "^", "^"],
    ["营业收入", "1,000.00", "800.00", "790.00", "25.00", "700.00"],
    ["归属于上市公司股东的净利润", "100.00", "80.00", "-79.00", "25.00", "70.00"],
    ["归属于上市公司股东的扣除非经常性损益的净利润", "90.00", "85.00", "84.00", "7.77", "66.00"],
    ["基本每股收益（元／股）", "0.50", "0.40", "0.40", "25.00", "0.35"],
    ["加权平均净资产收益率（%）", "12.30", "11.20", "11.10", "增加1.10个百分点", "10.00"],
    ["", "2020年末", "2019年末", "<", "本期末比上年同期末增减（%）", "2018年末"],
    ["^", "^", "调整后", "调整前", "^", "^"],
    ["总资产", "5,000.00", "4,000.00", "3,990.00", "25.00", "3,500.00"],
]
QUARTERS = [
    ["", "第一季度（1-3月份）", "第二季度（4-6月份）", "第三季度（7-9月份）", "第四季度（10-12月份）"],
    ["营业收入", "100.00", "200.00", "300.00", "400.00"],
    ["归属于上市公司股东的净利润", "10.00", "20.00", "30.00", "40.00"],
]


def key_facts(rows: list[list[str]] = KEY, filing: Filing = ANNUAL, unit: str = "单位：万元") -> list:
    return indicators.extract(paper("七、近三年主要会计数据和财务指标", unit, table(rows, unit=unit)), filing)


def test_money_is_scaled_and_ratios_are_not() -> None:
    facts = key_facts()
    assert value(facts, "营业收入", "2020") == Decimal("10000000.00")
    assert value(facts, "基本每股收益", "2020") == Decimal("0.50")
    assert value(facts, "加权平均净资产收益率", "2018") == Decimal("10.00")
    assert value(facts, "资产总计", "2020") == Decimal("50000000.00")
    assert {f.unit for f in facts} == {"元", "元/股", "%"}


def test_adjusted_and_unadjusted_columns() -> None:
    found = {(f.basis, f.value) for f in key_facts() if f.item == "营业收入" and f.period == "2019"}
    assert found == {(Basis.RESTATED, Decimal("8000000.00")), (Basis.UNADJUSTED, Decimal("7900000.00"))}


def test_growth_is_no_value_but_confirms() -> None:
    facts = key_facts()
    revenue = {f.basis: f.status for f in facts if f.item == "营业收入"}
    assert revenue[Basis.REPORTED] is revenue[Basis.RESTATED] is Status.VERIFIED
    assert revenue[Basis.COMPARATIVE] is revenue[Basis.UNADJUSTED] is Status.UNVERIFIED
    core = [f.status for f in facts if f.item == "归属于上市公司股东的扣除非经常性损益的净利润"]
    assert set(core) == {Status.UNVERIFIED}  # 7.77 is not the growth of these figures


def test_balances_and_flows() -> None:
    spans = {f.item: f.span for f in key_facts()}
    assert spans["资产总计"] is Span.INSTANT
    assert spans["营业收入"] is Span.YTD


def test_unit_in_the_label() -> None:
    rows = [
        ["", "2020年", "2019年"],
        ["营业收入（千元）", "5", "4"],
        ["归属于上市公司股东的净利润（千元）", "3", "2"],
    ]
    facts = indicators.extract(paper("六、主要会计数据和财务指标", table(rows)), ANNUAL)
    assert value(facts, "营业收入", "2020") == 5000


def test_third_quarter_report() -> None:
    rows = [
        [
            "项目",
            "本报告期",
            "本报告期比上年同期增减变动幅度(%)",
            "年初至报告期末",
            "年初至报告期末比上年同期增减变动幅度(%)",
        ],
        ["营业收入", "10.00", "1.10", "30.00", "2.20"],
        ["归属于上市公司股东的净利润", "1.00", "-3.30", "3.00", "4.40"],
        ["", "本报告期末", "<", "上年度末", "本报告期末比上年度末增减变动幅度(%)"],
        ["总资产", "90.00", "<", "80.00", "12.50"],
    ]
    filing = Filing(kind=FilingKind.Q3, issuer="甲乙股份有限公司", code="600999", period="2024Q3")
    facts = indicators.extract(paper("一、主要财务数据", "单位：元", table(rows, unit="单位：元")), filing)
    revenue = {(f.period, f.span, f.value) for f in facts if f.item == "营业收入"}
    assert revenue == {("2024Q3", Span.SINGLE, Decimal("10.00")), ("2024Q3", Span.YTD, Decimal("30.00"))}
    assert value(facts, "资产总计", "2023") == 80


def test_returns_per_profit_are_not_profits() -> None:
    rows = [
        ["报告期利润", "加权平均净资产收益率（%）", "每股收益", "<"],
        ["^", "^", "基本每股收益", "稀释每股收益"],
        ["归属于公司普通股股东的净利润", "13.10", "0.72", "0.72"],
    ]
    assert (
        indicators.extract(paper("净资产收益率及每股收益", "2020年度", table(rows, unit="单位：元")), ANNUAL)
        == []
    )


def test_another_company_is_left_out() -> None:
    rows = [
        ["项目", "2020年", "2019年"],
        ["营业收入", "5.00", "4.00"],
        ["归属于母公司股东的净利润", "1.00", "1.00"],
    ]
    document = paper(
        "主要财务信息", table(rows, unit="单位：元"), sections=[("重要联营企业的主要财务信息", 0, 2)]
    )
    assert indicators.extract(document, ANNUAL) == []


def test_quarters_are_single() -> None:
    facts = quarterly.extract(
        paper("2020年分季度主要财务数据", "单位：元", table(QUARTERS, unit="单位：元")), ANNUAL
    )
    revenue = {f.period: (f.span, f.value) for f in facts if f.item == "营业收入"}
    assert revenue == {f"2020Q{q}": (Span.SINGLE, Decimal(100 * q)) for q in (1, 2, 3, 4)}


def test_quarters_are_no_key_figures() -> None:
    assert key_facts(QUARTERS, unit="单位：元") == []
