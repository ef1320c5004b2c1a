"""Revenue by industry, product, region, way of selling."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from caiwen.knowledge import segments
from caiwen.records import Basis, Document
from tests.knowledge.paper import ANNUAL, paper, table

Key = tuple[str, str, str, str]


def values(document: Document) -> dict[Key, Decimal | None]:
    found: dict[Key, Decimal | None] = {}
    for fact in segments.extract(document, ANNUAL):
        ((kind, name),) = fact.dimensions.items()
        assert (fact.basis is Basis.COMPARATIVE) == (fact.period == "2019")
        found[fact.item, kind, name, fact.period] = fact.value
    return found


HEAD = ["营业收入", "营业成本", "毛利率（%）", "营业收入比上年增减（%）"]


def test_shanghai_banners() -> None:
    rows = [
        ["主营业务分行业情况", "<", "<", "<", "<"],
        ["分行业", *HEAD],
        ["生物制药", "1,000.00", "400.00", "60.00", "5.1"],
        ["主营业务分地区情况", "<", "<", "<", "<"],
        ["分地区", *HEAD],
        ["国内", "900.00", "380.00", "57.78", "4.0"],
        ["国外", "100.00", "", "", ""],
        ["合计", "1,000.00", "400.00", "60.00", ""],
    ]
    assert values(paper(table(rows, unit="单位:千元"))) == {
        ("营业收入", "分行业", "生物制药", "2020"): 1000000, ("营业成本", "分行业", "生物制药", "2020"): 400000,
        ("毛利率", "分行业", "生物制药", "2020"): 60, ("营业收入", "分地区", "国内", "2020"): 900000,
        ("营业成本", "分地区", "国内", "2020"): 380000, ("毛利率", "分地区", "国内", "2020"): Decimal("57.78"),
        ("营业收入", "分地区", "国外", "2020"): 100000,
    }  # fmt: skip


def test_shenzhen_composition_over_two_years() -> None:
    rows = [
        ["", "2020年", "<", "2019年", "<", "同比增减"],
        ["", "金额", "占营业收入比重", "金额", "占营业收入比重", "^"],
        ["营业收入合计", "300.00", "100%", "200.00", "100%", "50.00%"],
        ["分产品", "<", "<", "<", "<", "<"],
        ["减速器", "300.00", "100.00%", "200.00", "100.00%", "50.00%"],
        ["分销售模式", "<", "<", "<", "<", "<"],
        ["直销", "120.00", "40.00%", "", "", ""],
    ]
    assert values(paper(table(rows, caption="营业收入整体情况", unit="单位：元"))) == {
        ("营业收入", "分产品", "减速器", "2020"): 300, ("营业收入占比", "分产品", "减速器", "2020"): 100,
        ("营业收入", "分产品", "减速器", "2019"): 200, ("营业收入占比", "分产品", "减速器", "2019"): 100,
        ("营业收入", "分销售模式", "直销", "2020"): 120, ("营业收入占比", "分销售模式", "直销", "2020"): 40,
    }  # fmt: skip


def test_an_unknown_first_column_ends_the_kind() -> None:
    rows = [
        ["分产品", "营业收入", "营业成本"],
        ["甲", "10.00", "5.00"],
        ["区域名称", "营业收入", "营业成本"],
        ["国内", "9.00", "4.00"],
        ["经销商类别", "营业收入", "营业成本"],
        ["一级", "1.00", "1.00"],
    ]
    assert {key[1:3] for key in values(paper(table(rows, unit="单位：元")))} == {
        ("分产品", "甲"),
        ("分地区", "国内"),
    }


def test_parts_of_cost_are_no_segments() -> None:
    rows = [["分行业情况", "<", "<"], ["分行业", "成本构成项目", "本期金额"], ["制药", "原材料", "265.00"]]
    assert values(paper(table(rows, unit="单位：元"))) == {}


def test_periods_whose_header_cells_lost_their_places_are_dealt_out_in_order() -> None:
    rows = [
        ["", "2020年", "", "", "2019年", ""],
        ["", "", "", "", "", "同比增减"],
        ["", "金额", "占营业收入比重", "金额", "占营业收入比重", ""],
        ["分地区", "<", "<", "<", "<", "<"],
        ["国内", "900.00", "90.00%", "800.00", "80.00%", "12.50%"],
    ]
    assert values(paper("营业收入构成", table(rows, unit="单位：元", caption="营业收入构成"))) == {
        ("营业收入", "分地区", "国内", "2020"): 900, ("营业收入占比", "分地区", "国内", "2020"): 90,
        ("营业收入", "分地区", "国内", "2019"): 800, ("营业收入占比", "分地区", "国内", "2019"): 80,
    }  # fmt: skip


def test_columns_that_say_the_same_without_periods_are_left_out() -> None:
    rows = [
        ["", "金额", "占营业收入比重", "占营业收入比重"],
        ["分产品", "<", "<", "<"],
        ["甲产品", "900.00", "90.00%", "80.00%"],
    ]
    found = values(paper(table(rows, unit="单位：元", caption="营业收入构成")))
    assert found == {("营业收入", "分产品", "甲产品", "2020"): 900}


def test_margins_without_revenue_are_of_a_part_of_the_business() -> None:
    rows = [
        ["按地区分类", "销售收入", "毛利率（%）"],
        ["国内", "900.00", "33.0"],
    ]
    assert values(paper(table(rows, caption="按地区分类的煤炭产品销售毛利"))) == {}


def test_last_year_by_this_years_rules() -> None:
    rows = [["", *HEAD], ["分销售模式", "<", "<", "<", "<"], ["直销模式", "900.00", "300.00", "66.67", "1.0"]]
    told = "公司主营业务数据统计口径在报告期发生调整的情况下，公司最近1年{}按报告期末口径调整后的主营业务数据"
    named = paper(table(rows, unit="单位：元", caption=told.format("（2019年）")))
    facts = segments.extract(named, ANNUAL)
    assert {(f.period, f.basis) for f in facts} == {("2019", Basis.RESTATED)}
    assert len(facts) == 3
    assert segments.extract(paper(table(rows, unit="单位：元", caption=told.format(""))), ANNUAL) == []
    above = replace(table(rows, unit="单位：元"), context=(told.format("（2019年）"), "√适用 □不适用"))
    assert {f.period for f in segments.extract(paper(above), ANNUAL)} == {"2019"}
    denied = replace(above, context=(told.format(""), "□适用 √不适用", "（3）其他"))
    assert {f.period for f in segments.extract(paper(denied), ANNUAL)} == {"2020"}
