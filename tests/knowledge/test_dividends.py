"""The plan of distribution, in sentences and tables."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from caiwen.knowledge import dividends
from caiwen.records import Document, Filing, FilingKind
from tests.knowledge.paper import ANNUAL, paper, table


def values(document: Document, filing: Filing = ANNUAL) -> dict[tuple[str, str], Decimal | None]:
    return {(f.item, f.period): f.value for f in dividends.extract(document, filing)}


def test_the_notice_at_the_head() -> None:
    text = (
        "公司经本次董事会审议通过的利润分配预案为：以100,000,000股为基数，向全体股东每10股派发现金红利1.88元（含税），"
        "送红股0股（含税），以资本公积金向全体股东每10股转增4.8股，共计派发现金红利18,800,000.00元（含税）。"
    )
    assert values(paper(text)) == {
        ("每10股派息", "2020"): Decimal("1.88"), ("每10股送股", "2020"): 0, ("每10股转增", "2020"): Decimal("4.8"),
        ("现金分红总额", "2020"): Decimal("18800000.00"),
    }  # fmt: skip


def test_wordings() -> None:
    assert values(paper("利润分配预案：在册全体股东每10股派发2.20元现金红利（含税）。")) == {
        ("每10股派息", "2020"): Decimal("2.20")
    }
    assert values(paper("董事会建议派发2020年度普通股现金股息，每股现金分红1.972元（含税）。")) == {
        ("每股派息", "2020"): Decimal("1.972")
    }
    assert values(paper("利润分配方案：每10股普通股派发人民币2.102元（含税），合计人民币182.83亿元（含税）。")) == {
        ("每10股派息", "2020"): Decimal("2.102"), ("现金分红总额", "2020"): Decimal("18283000000.00"),
    }  # fmt: skip


def test_another_years_distribution_is_not_this_plan() -> None:
    carried_out = (
        "公司2019年度股东大会审议通过2019年度利润分配方案，向全体股东每10股派发现金红利0.60元（含税）。"
    )
    assert values(paper(carried_out)) == {}


def test_three_years_of_the_old_print() -> None:
    rows = [
        [
            "分红年度",
            "每10股送红股数（股）",
            "每10股派息数(元)（含税）",
            "每10股转增数（股）",
            "现金分红的数额（含税）",
        ],
        ["2020年", "0", "1.20", "0", "134,971,287.12"],
        ["2019年", "0", "0.60", "0", "67,111,183.56"],
    ]
    found = values(paper(table(rows, unit="单位：元 币种：人民币")))
    assert found["每10股派息", "2019"] == Decimal("0.60")
    assert found["现金分红总额", "2020"] == Decimal("134971287.12")


def test_rows_of_the_new_print_keep_buybacks_apart() -> None:
    rows = [
        ["每10股送红股数（股）", "0"],
        ["每10股派息数（元）（含税）", "6"],
        ["分配预案的股本基数（股）", "66,166,931.00"],
        ["现金分红金额（元）（含税）", "39,700,158.60"],
        ["现金分红总额（含其他方式）（元）", "51,203,471.60"],
    ]
    found = values(paper(table(rows)))
    assert found["每10股派息", "2020"] == 6
    assert found["现金分红总额", "2020"] == Decimal("39700158.60")
    assert found["现金分红总额（含其他方式）", "2020"] == Decimal("51203471.60")


def test_the_years_table_beats_a_sentence_about_the_last_distribution() -> None:
    told = "2020年度利润分配预案：向全体股东每10股派发现金红利1.80元（含税）。"
    found = values(paper(told, table([["每10股派息数（元）（含税）", "4.9"]])))
    assert found == {("每10股派息", "2020"): Decimal("4.9")}


def test_half_years_count_as_such() -> None:
    filing = replace(ANNUAL, kind=FilingKind.INTERIM, period="2020H1")
    text = "2020年半年度利润分配预案：向全体股东每10股派发现金红利4.5元（含税）。"
    assert values(paper(text), filing) == {("每10股派息", "2020H1"): Decimal("4.5")}


def test_a_plan_that_says_no_is_nought() -> None:
    (cash, *others) = dividends.extract(
        paper("公司计划不派发现金红利，不送红股，不以公积金转增股本。"), ANNUAL
    )
    assert (cash.item, cash.value, cash.unit) == ("每10股派息", 0, "元")
    assert (cash.observation.raw, cash.observation.scale) == ("不派发现金红利", None)
    assert {(f.item, f.value) for f in others} == {("每10股送股", 0), ("每10股转增", 0)}
    some = (
        "公司拟定的利润分配预案为：向全体股东每10股派发现金红利10元（含税），送红股0股，不以公积金转增股本。"
    )
    assert {(f.item, f.value) for f in dividends.extract(paper(some), ANNUAL)} == {
        ("每10股派息", 10), ("每10股送股", 0), ("每10股转增", 0),
    }  # fmt: skip
    policy = "公司利润分配方案中，有重大投资计划时可以不派发现金红利。"
    assert dividends.extract(paper(policy), ANNUAL) == []
