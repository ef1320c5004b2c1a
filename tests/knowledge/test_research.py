"""R&D spending and staff."""

from __future__ import annotations

from decimal import Decimal

from caiwen.knowledge import research
from caiwen.records import Basis, Document, Fact, Span
from tests.knowledge.paper import ANNUAL, paper, table


def extract(document: Document) -> list[Fact]:
    return research.extract(document, ANNUAL)


def test_shanghai_single_column_in_the_tables_scale() -> None:
    rows = [
        ["本期费用化研发投入", "1,307.50"],
        ["本期资本化研发投入", ""],
        ["研发投入合计", "1,307.50"],
        ["研发投入总额占营业收入比例（%）", "13.09"],
        ["公司研发人员的数量", "269"],
        ["研发人员数量占公司总人数的比例（%）", "18.63"],
        ["研发投入资本化的比重（%）", "0"],
    ]
    facts = {f.item: f for f in extract(paper(table(rows, unit="单位：万元")))}
    assert facts["费用化研发投入"].value == Decimal("13075000")
    assert facts["研发投入占营业收入比例"].value == Decimal("13.09")
    assert (facts["研发人员"].value, facts["研发人员"].unit, facts["研发人员"].span) == (
        269,
        "人",
        Span.INSTANT,
    )
    assert facts["研发人员占比"].unit == "%"
    assert "资本化研发投入" not in facts
    assert facts["研发投入资本化比重"].value == 0


def test_shenzhen_years_and_breakdowns() -> None:
    rows = [
        ["", "2020年", "2019年", "变动比例"],
        ["研发人员数量（人）", "1,247", "1,249", "-0.16%"],
        ["研发人员数量占比", "69.47%", "71.49%", "-2.02%"],
        ["研发人员学历", "<", "<", "<"],
        ["硕士", "387", "384", "-0.78%"],
        ["研发投入金额（元）", "100.00", "90.00", "11.11%"],
    ]
    facts = {(f.item, f.period, *f.dimensions.values()): f for f in extract(paper(table(rows)))}
    assert facts["研发人员", "2019"].value == 1249
    assert facts["研发人员", "2019"].basis is Basis.COMPARATIVE
    assert facts["研发人员", "2020", "硕士"].value == 387
    assert facts["研发投入", "2020"].value == Decimal("100.00")
    assert all(f.value not in (Decimal("-0.16"), Decimal("11.11")) for f in facts.values())


def test_star_market_columns() -> None:
    rows = [["", "本年度", "上年度", "变化幅度（%）"], ["费用化研发投入", "12.00", "10.00", "20.00"]]
    facts = extract(paper(table(rows, unit="单位：元")))
    assert [(f.period, f.value) for f in facts] == [("2020", 12), ("2019", 10)]


def test_a_list_of_projects_is_no_total() -> None:
    rows = [["主要研发项目名称", "项目目的", "研发投入"], ["甲项目", "降本", "100"]]
    assert extract(paper(table(rows))) == []


def test_figures_a_row_below_their_label_belong_to_it_and_no_figure_is_a_name() -> None:
    rows = [
        ["", "2020年", "2019年", "变动比例"],
        ["研发人员数量（人）", "", "", ""],
        ["", "1,247", "1,249", "-0.16%"],
        ["研发人员学历", "", "", ""],
        ["硕士", "387", "384", "-0.78%"],
        ["388", "385", "-0.78%", ""],
    ]
    facts = extract(paper(table(rows)))
    assert ("研发人员", "2020", Decimal(1247)) in {(f.item, f.period, f.value) for f in facts}
    assert ("研发人员", "2019", Decimal(1249)) in {(f.item, f.period, f.value) for f in facts}
    assert Decimal(385) not in {f.value for f in facts}
