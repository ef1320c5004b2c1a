"""Customers and suppliers: sentences, totals, the lists of five."""

from __future__ import annotations

from decimal import Decimal

from caiwen.knowledge import concentration
from caiwen.records import Document
from tests.knowledge.paper import ANNUAL, paper, table


def values(document: Document) -> dict[str, Decimal | None]:
    return {f.item + "".join(f.dimensions.values()): f.value for f in concentration.extract(document, ANNUAL)}


def test_the_statutory_sentence() -> None:
    text = (
        "前五名客户销售额27,614.37 万元，占年度销售总额18.20%；其中前五名客户销售额中关联方销售额100.5万元，"
        "占年度销售总额 0.07%。"
    )
    assert values(paper(text)) == {
        "前五名客户销售额": Decimal("276143700.00"), "前五名客户销售额占比": Decimal("18.20"),
        "前五名客户关联方销售额": Decimal("1005000.0"), "前五名客户关联方销售额占比": Decimal("0.07"),
    }  # fmt: skip


def test_the_quote_is_the_sentence() -> None:
    (fact, *_) = concentration.extract(
        paper("前文。前五名供应商采购额5万元，占年度采购总额3%；后文。"), ANNUAL
    )
    assert fact.observation.quote == "前五名供应商采购额5万元，占年度采购总额3%；"
    assert (fact.observation.raw, fact.observation.scale, fact.observation.page) == ("5万元", "万元", 1)


def test_related_parties_share_is_not_the_share() -> None:
    text = "其中前五名客户销售额中关联方销售额0万元，占境内年度销售总额0%。"
    assert values(paper(text)).keys() == {"前五名客户关联方销售额", "前五名客户关联方销售额占比"}


def test_other_wordings() -> None:
    found = values(paper("本集团对前五大客户的收入合计为146,086百万元，占本集团营业收入的42.6%。"))
    assert found == {"前五名客户销售额": Decimal("146086000000"), "前五名客户销售额占比": Decimal("42.6")}


def test_shenzhen_tables() -> None:
    totals = table(
        [
            ["前五名客户合计销售金额（元）", "300.00"],
            ["前五名客户合计销售金额占年度销售总额比例", "30.00%"],
            ["前五名客户销售额中关联方销售额占年度销售总额比例", "0.00%"],
        ]
    )
    five = table(
        [
            ["序号", "客户名称", "销售额（元）", "占年度销售总额比例"],
            ["1", "客户一", "200.00", "20.00%"],
            ["2", "丙公司", "100.00", "10.00%"],
            ["合计", "--", "300.00", "30.00%"],
        ],
        caption="公司前5大客户资料",
    )
    assert values(paper(totals, five)) == {
        "前五名客户销售额": 300, "前五名客户销售额占比": 30, "前五名客户关联方销售额占比": 0,
        "客户销售额客户一": 200, "客户销售额占比客户一": 20, "客户销售额丙公司": 100, "客户销售额占比丙公司": 10,
    }  # fmt: skip


def test_suppliers_under_a_title_of_customers() -> None:
    five = table(
        [
            ["序号", "客户名称", "销售额", "占年度采购总额占比（%）"],
            ["1", "第一名", "280,030,978.92", "29.67"],
        ],
        caption="前五名供应商",
    )
    assert values(paper(five)) == {
        "供应商采购额第一名": Decimal("280030978.92"),
        "供应商采购额占比第一名": Decimal("29.67"),
    }


def test_receivables_of_five_are_no_customers() -> None:
    rows = [["单位名称", "期末余额", "占应收账款总额比例"], ["甲", "100.00", "10%"]]
    assert values(paper(table(rows, caption="按欠款方归集的期末余额前五名的应收账款情况"))) == {}


def test_sales_go_by_several_names() -> None:
    text = (
        "前五名客户销售收入额429,403.63万元，占年度销售收入总额4.79%；其中前五名客户销售额中关联方销售收入额"
        "97,066万元，占年度销售收入总额1.08% 。"
    )
    found = values(paper(text))
    assert found["前五名客户销售额占比"] == Decimal("4.79")
    assert found["前五名客户关联方销售额"] == 970660000
    assert found["前五名客户关联方销售额占比"] == Decimal("1.08")
    other = values(paper("前五名客户销售收入569,204万元，占年度销售总收入7.11%；"))
    assert other["前五名客户销售额占比"] == Decimal("7.11")
