"""Which printed statement is read, and what comes out of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from caiwen.knowledge import statements
from caiwen.knowledge.titles import is_filler, read_title
from caiwen.records import Basis, FilingKind, Scope, Span
from tests.knowledge.paper import ANNUAL, BANK, INCOME, SHEET, paper, table, value

PARENT = Scope.PARENT


@pytest.mark.parametrize(
    ("line", "kind", "scope"),
    [
        ("合并资产负债表", "balance_sheet", Scope.CONSOLIDATED),
        ("1、合并资产负债表", "balance_sheet", Scope.CONSOLIDATED),
        ("（一）最近三年合并利润表", "income_statement", Scope.CONSOLIDATED),
        ("母公司现金流量表", "cash_flow", PARENT),
        ("公司利润表", "income_statement", PARENT),
        ("银行利润表", "income_statement", PARENT),
        ("利润表（合并）（续）", "income_statement", Scope.CONSOLIDATED),
        ("2019年度合并利润表", "income_statement", Scope.CONSOLIDATED),
        ("甲乙银行股份有限公司2019年12月31日资产负债表", "balance_sheet", None),
        ("会计机构负责人：某某 2、母公司资产负债表 单位：元", "balance_sheet", PARENT),
    ],
)
def test_titles(line: str, kind: str, scope: Scope | None) -> None:
    title = read_title(line)
    assert title is not None
    assert (title.kind, title.scope, title.both) == (kind, scope, False)


def test_titles_for_both_books_and_for_one_quarter() -> None:
    both = read_title("2019年12月31日合并及银行资产负债表(续)")
    alone = read_title("3、合并本报告期利润表")
    assert both is not None
    assert both.both
    assert alone is not None
    assert alone.single


@pytest.mark.parametrize(
    "line",
    [
        "合并资产负债表项目注释",
        "合并及银行资产负债表 10-11",
        "现金流量表项目注释",
        "备考合并利润表",
        "合并所有者权益变动表",
        "在合并资产负债表中列示。",
    ],
)
def test_no_titles(line: str) -> None:
    assert read_title(line) is None


def test_filler() -> None:
    assert all(
        map(
            is_filler,
            [
                "2020年12月31日",
                "编制单位：甲乙股份有限公司",
                "单位：元  币种：人民币",
                "法定代表人：某某",
                "甲乙股份有限公司",
            ],
        )
    )
    assert not is_filler("本公司自2020年1月1日起执行新收入准则，对报表项目的影响如下。")


def test_figures_of_a_statement() -> None:
    document = paper("合并资产负债表", "2020年12月31日", "单位：元 币种：人民币", table(SHEET))
    facts = statements.extract(document, ANNUAL)
    assert value(facts, "货币资金", "2020") == Decimal("1000.00")
    assert value(facts, "货币资金", "2019") == Decimal("900.00")
    assert value(facts, "应收账款", "2019") is None  # blank is not zero
    assert value(facts, "所有者权益合计", "2020") == Decimal("1200.00")
    (cash,) = [f for f in facts if f.item == "货币资金" and f.period == "2020"]
    seen = cash.observation
    assert (cash.span, cash.basis, cash.unit, cash.source) == (
        Span.INSTANT,
        Basis.REPORTED,
        "元",
        "balance_sheet",
    )
    assert (seen.page, seen.table, seen.row, seen.column, seen.raw, seen.scale) == (
        1,
        0,
        2,
        2,
        "1,000.00",
        "元",
    )
    assert (seen.label, seen.headers, seen.box) == (
        "货币资金",
        ("2020年12月31日",),
        (200.0, 40.0, 300.0, 60.0),
    )
    assert cash.reported_in == "2020"


def test_negative_figures_and_dashes() -> None:
    facts = statements.extract(paper("合并利润表", "单位：万元", table(INCOME)), ANNUAL)
    assert value(facts, "营业利润", "2019") == Decimal("-500000.00")
    assert value(facts, "所得税费用", "2019") == Decimal("-50000.00")
    assert value(facts, "营业外收入", "2019") is None
    assert value(facts, "营业收入", "2020") == Decimal("9000000.00")


def test_parent_follows_consolidated() -> None:
    own = [[*row[:2], *(cell.replace("1,000.00", "700.00") for cell in row[2:])] for row in SHEET]
    document = paper(
        "1、合并资产负债表",
        "单位：元",
        table(SHEET),
        "法定代表人：某某",
        "2、母公司资产负债表",
        "单位：元",
        table(own),
    )
    facts = statements.extract(document, ANNUAL)
    assert value(facts, "货币资金", "2020") == 1000
    assert value(facts, "货币资金", "2020", PARENT) == 700


def test_plain_title_is_the_parent_beside_a_consolidated_one_else_the_only_statement() -> None:
    alone = statements.extract(paper("资产负债表", "单位：元", table(SHEET)), ANNUAL)
    assert {f.scope for f in alone} == {Scope.CONSOLIDATED}
    beside = statements.extract(
        paper("合并资产负债表", "单位：元", table(SHEET), "资产负债表", "单位：元", table(SHEET)), ANNUAL
    )
    assert {f.scope for f in beside} == {Scope.CONSOLIDATED, PARENT}


def test_group_and_bank_in_one_table() -> None:
    rows = [
        ["资产", "附注", "2019年12月31日", "2018年12月31日", "2019年12月31日", "2018年12月31日"],
        ["^", "^", "合并", "合并", "银行", "银行"],
        ["现金及存放中央银行款项", "八、1", "1,154,843", "1,202,935", "1,150,000", "1,200,000"],
        ["发放贷款和垫款", "八、6", "4,808,062", "4,149,538", "4,779,643", "4,127,252"],
        ["使用权资产", "八、13", "9,460", "不适用", "9,395", "不适用"],
        ["资产总计", "", "10,216,706", "9,516,211", "10,205,496", "9,501,699"],
    ]
    document = paper(
        "2019年12月31日合并及银行资产负债表", "(除特别注明外，金额单位均为人民币百万元)", table(rows)
    )
    facts = statements.extract(document, BANK)
    assert value(facts, "资产总计", "2019") == Decimal(10_216_706_000_000)
    assert value(facts, "资产总计", "2018", PARENT) == Decimal(9_501_699_000_000)
    assert value(facts, "使用权资产", "2018") is None


def test_subtotal_below_a_heading_is_the_heading() -> None:
    rows = [
        ["项目", "2019年度", "2018年度"],
        ["一、营业收入", "", ""],
        ["利息净收入", "240,224", "234,122"],
        ["其他业务收入", "732", "600"],
        ["小计", "276,809", "260,995"],
        ["二、营业支出", "", ""],
        ["业务及管理费", "(156,599)", "(147,215)"],
        ["小计", "(214,421)", "(204,871)"],
        ["三、营业利润", "62,388", "56,124"],
    ]
    facts = statements.extract(paper("合并利润表", "单位：人民币百万元", table(rows)), BANK)
    assert value(facts, "营业收入", "2019") == Decimal(276_809_000_000)
    assert value(facts, "营业支出", "2018") == Decimal(-204_871_000_000)


def test_statement_goes_on_in_the_next_table() -> None:
    head, rest = SHEET[:5], SHEET[5:]
    for second in (table(rest, page=2), table([SHEET[0], *rest], page=2)):
        document = paper("合并资产负债表", "单位：元", table(head), "甲乙股份有限公司2020年年度报告", second)
        facts = statements.extract(document, ANNUAL)
        assert value(facts, "负债合计", "2020") == 800
        assert {f.observation.page for f in facts} == {1, 2}


def test_continued_under_a_repeated_title() -> None:
    document = paper(
        "合并资产负债表",
        "单位：元",
        table(SHEET[:5]),
        "合并资产负债表（续）",
        "2020年12月31日",
        table([SHEET[0], *SHEET[5:]]),
    )
    facts = statements.extract(document, ANNUAL)
    assert value(facts, "资产总计", "2020") == 2000
    assert {f.scope for f in facts} == {Scope.CONSOLIDATED}


def test_tables_after_prose_do_not_belong_to_the_statement() -> None:
    note = table([["项目", "期末余额", "期初余额"], ["货币资金", "77.00", "66.00"], ["存货", "5.00", "4.00"]])
    document = paper(
        "合并资产负债表", "单位：元", table(SHEET), "1、货币资金的说明如下，其中受限资金详见附注。", note
    )
    assert value(statements.extract(document, ANNUAL), "货币资金", "2020") == 1000


def test_first_adoption_gives_opening_balances_only() -> None:
    rows = [
        ["项目", "2019年12月31日", "2020年1月1日", "调整数"],
        ["货币资金", "900.00", "950.00", "50.00"],
        ["应收账款", "10.00", "10.00", ""],
        ["资产总计", "1,500.00", "1,550.00", "50.00"],
    ]
    document = paper(
        "合并资产负债表", "单位：元", table(SHEET), "首次执行新准则调整当年年初财务报表的情况", "合并资产负债表", "单位：元", table(rows),
        sections=[("财务报告", 0, 3), ("重要会计政策变更", 3, 7)],
    )  # fmt: skip
    facts = statements.extract(document, ANNUAL)
    assert value(facts, "货币资金", "2019") == 900
    opening = [f for f in facts if f.period == "2020-01-01"]
    assert {(f.item, f.value, f.basis, f.source) for f in opening} == {
        ("货币资金", Decimal("950.00"), Basis.OPENING, "opening_balances"),
        ("应收账款", Decimal("10.00"), Basis.OPENING, "opening_balances"),
        ("资产总计", Decimal("1550.00"), Basis.OPENING, "opening_balances"),
    }


def test_the_statement_of_the_financial_report_is_taken() -> None:
    other = [[*row[:2], *(cell.replace("1,000.00", "1.00") for cell in row[2:])] for row in SHEET]
    document = paper(
        "合并资产负债表", "单位：元", table(other), "说明文字到此为止，以下为公司自己的报表。", "合并资产负债表", "单位：元", table(SHEET),
        sections=[("会计政策变更", 0, 3), ("财务报表", 3, 7)],
    )  # fmt: skip
    assert value(statements.extract(document, ANNUAL), "货币资金", "2020") == 1000


def test_summary_without_statements_yields_nothing() -> None:
    document = paper(
        "公司信息", table([["股票简称", "甲乙"], ["股票代码", "600999"]]), "合并资产负债表详见年度报告全文。"
    )
    assert statements.extract(document, ANNUAL) == []


def test_unknown_line_keeps_its_printed_name() -> None:
    rows = [*SHEET[:4], ["碳排放权储备资产", "", "3.00", "2.00"], *SHEET[4:]]
    facts = statements.extract(paper("合并资产负债表", "单位：元", table(rows)), ANNUAL)
    assert value(facts, "碳排放权储备资产", "2020") == 3


def test_no_scale_no_integer_value() -> None:
    rows = [[cell.replace(".00", "").replace(".50", "") for cell in row] for row in SHEET]
    assert statements.extract(paper("合并资产负债表", table(rows)), ANNUAL) == []


def test_headings_say_whose_books() -> None:
    document = paper(
        "合并资产负债表",
        "单位：元",
        table(SHEET),
        "资产负债表",
        "单位：元",
        table(SHEET),
        sections=[("（一）合并报表", 0, 3), ("（二）母公司报表", 3, 6)],
    )
    alone = paper("资产负债表", "单位：元", table(SHEET), sections=[("（二）母公司报表", 0, 3)])
    assert {f.scope for f in statements.extract(document, ANNUAL)} == {Scope.CONSOLIDATED, PARENT}
    assert {f.scope for f in statements.extract(alone, ANNUAL)} == {PARENT}


def test_supplement_of_the_cash_flow_statement() -> None:
    rows = [
        ["补充资料", "本期金额", "上期金额"],
        ["1．将净利润调节为经营活动现金流量：", "", ""],
        ["净利润", "60.00", "50.00"],
        ["加：资产减值准备", "3.00", ""],
        ["固定资产折旧、油气资产折耗、生产性生物资产折旧", "20.00", "18.00"],
        ["存货的减少（增加以“－”号填列）", "-13.00", "2.00"],
        ["其他", "1.00", ""],
        ["经营活动产生的现金流量净额", "70.00", "70.00"],
    ]
    facts = statements.extract(
        paper("79、现金流量表补充资料", "√适用 □不适用", "单位：元", table(rows)), ANNUAL
    )
    assert value(facts, "固定资产折旧、油气资产折耗、生产性生物资产折旧", "2020") == 20
    assert {f.source for f in facts} == {"cash_flow_supplement"}
    assert value(facts, "其他", "2020") is None


def test_quarter_alone_in_a_third_quarter_report() -> None:
    filing = replace(ANNUAL, kind=FilingKind.Q3, period="2018Q3")
    rows = [["项目", "本期发生额", "上期发生额"], *([row[0], *row[2:]] for row in INCOME[1:])]
    document = paper(
        "3、合并本报告期利润表",
        "单位：元",
        table(rows),
        "5、合并年初到报告期末利润表",
        "单位：元",
        table(rows),
    )
    spans = {(f.period, f.span) for f in statements.extract(document, filing)}
    assert spans == {(p, s) for p in ("2018Q3", "2017Q3") for s in (Span.SINGLE, Span.YTD)}
