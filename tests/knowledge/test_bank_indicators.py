"""Regulatory figures: banks, insurers, brokers; nothing for others."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from caiwen.knowledge import bank_indicators
from caiwen.records import Document, Filing, Scope
from tests.knowledge.paper import ANNUAL, BANK, paper, table

BROKER = replace(ANNUAL, issuer="甲乙证券股份有限公司", sector="broker")
INSURER = replace(ANNUAL, issuer="甲乙人寿保险股份有限公司", sector="insurer")


def values(document: Document, filing: Filing) -> dict[tuple[str, str, Scope], Decimal | None]:
    return {(f.item, f.period, f.scope): f.value for f in bank_indicators.extract(document, filing)}


def test_a_banks_group_and_own_columns() -> None:
    rows = [
        ["项目", "2019年12月31日", "<", "2018年12月31日", "<"],
        ["^", "本集团", "本行", "本集团", "本行"],
        ["资本净额", "671,834", "660,443", "593,729", "590,842"],
        ["核心一级资本充足率（%）", "9.90", "9.72", "9.77", "9.74"],
        ["资本充足率（%）", "13.52", "13.34", "13.76", "13.73"],
    ]
    found = values(paper(table(rows, unit="单位：人民币百万元")), BANK)
    assert found["资本净额", "2019", Scope.CONSOLIDATED] == Decimal("671834000000")
    assert found["核心一级资本充足率", "2019", Scope.PARENT] == Decimal("9.72")
    assert found["资本充足率", "2018", Scope.CONSOLIDATED] == Decimal("13.76")
    assert len(found) == 12


def test_what_the_regulator_demands_is_not_what_is() -> None:
    rows = [
        ["主要指标（%）", "监管标准", "2019年末", "2018年末"],
        ["流动性比例", "≥25", "67.96", "61.17"],
        ["拨备覆盖率(1)", "150", "389.45", "346.80"],
    ]
    assert values(paper(table(rows)), BANK) == {
        ("流动性比例", "2019", Scope.CONSOLIDATED): Decimal("67.96"), ("流动性比例", "2018", Scope.CONSOLIDATED): Decimal("61.17"),
        ("拨备覆盖率", "2019", Scope.CONSOLIDATED): Decimal("389.45"), ("拨备覆盖率", "2018", Scope.CONSOLIDATED): Decimal("346.80"),
    }  # fmt: skip


def test_methods_stand_apart() -> None:
    rows = [
        ["", "2019年末"],
        ["高级法下资本充足率情况", ""],
        ["资本充足率", "17.88%"],
        ["权重法下资本充足率情况", ""],
        ["资本充足率", "14.96%"],
    ]
    facts = bank_indicators.extract(paper(table(rows)), BANK)
    assert {(f.dimensions.get("计量方法"), f.value) for f in facts} == {
        ("高级法", Decimal("17.88")),
        ("权重法", Decimal("14.96")),
    }


def test_a_line_broken_down_by_branch_is_no_total() -> None:
    head = ["", "2019年末"]
    part = [table([head, ["次级类贷款", n]], unit="单位：百万元") for n in ("10", "20")]
    assert values(paper(*part), BANK) == {}


def test_prose_of_the_whole_bank_only() -> None:
    text = "截至报告期末，本集团不良贷款余额615.79亿元；不良贷款率0.95%，较上年末下降0.01个百分点。"
    part = "截至报告期末，本行零售贷款不良贷款率0.89%。"
    assert values(paper(part, text), BANK) == {("不良贷款率", "2019", Scope.CONSOLIDATED): Decimal("0.95")}
    assert values(paper(part), BANK) == {}


def test_a_brokers_figures_are_its_own() -> None:
    rows = [
        ["项目", "本报告期末", "上年度末"],
        ["净资本", "12,804,331,905.17", "11,962,774,038.52"],
        ["风险覆盖率（%）", "231.44", "219.08"],
    ]
    document = paper(table(rows, caption="母公司的净资本及风险控制指标", unit="单位：元"))
    found = values(document, BROKER)
    assert found["净资本", "2020", Scope.PARENT] == Decimal("12804331905.17")
    assert found["风险覆盖率", "2019", Scope.PARENT] == Decimal("219.08")


def test_an_insurers_solvency() -> None:
    rows = [
        ["指标", "2020年12月31日", "2019年12月31日"],
        ["核心偿付能力充足率（%）", "156.4", "160.0"],
        ["综合偿付能力充足率（%）", "206.8", "233.0"],
        ["内含价值", "1,072", "1,000"],
    ]
    found = values(paper(table(rows, unit="单位：人民币亿元")), INSURER)
    assert found["核心偿付能力充足率", "2020", Scope.CONSOLIDATED] == Decimal("156.4")
    assert found["内含价值", "2020", Scope.CONSOLIDATED] == Decimal("107200000000")


def test_general_enterprises_have_none() -> None:
    assert values(paper(table([["项目", "2020年末"], ["资本充足率（%）", "13.52"]])), ANNUAL) == {}


def test_the_ratios_of_one_kind_of_loans_are_not_the_banks() -> None:
    rows = [["项目", "2019年", "2018年"], ["不良贷款率", "2.13", "2.01"]]
    for caption in ("各期内公司贷款的不良贷款余额的变动情况如下表所示：", "个人贷款质量"):
        assert values(paper(table(rows, caption=caption)), BANK) == {}
    whole = values(paper(table(rows, caption="本公司贷款质量指标")), BANK)
    assert whole["不良贷款率", "2019", Scope.CONSOLIDATED] == Decimal("2.13")


def said(*paragraphs: str) -> dict[tuple[str, str], Decimal | None]:
    facts = bank_indicators.extract(paper(*paragraphs), BANK)
    return {(f.item, "".join(f.dimensions.values())): f.value for f in facts}


def test_a_sentence_broken_off_by_a_paragraph_goes_on() -> None:
    broken = (
        "截至报告期末，本集团不良贷款总额580.04亿元；不良贷款率0.96%，较上年末上升0.05个百分点；",
        "拨备覆盖率450.79%，较上年末下降33.08个百分点；贷款拨备率4.32%。",
    )
    assert said(*broken) == {
        ("不良贷款率", ""): Decimal("0.96"), ("拨备覆盖率", ""): Decimal("450.79"), ("贷款拨备率", ""): Decimal("4.32"),
    }  # fmt: skip
    assert said(broken[0].rstrip("；") + "。", broken[1]) == {("不良贷款率", ""): Decimal("0.96")}


def test_lists_and_methods() -> None:
    text = (
        "截至报告期末，本集团拨备覆盖率300.00%；高级法下核心一级资本充足率、一级资本充足率和资本充足率"
        "分别为13.68%、15.75%和17.77%，较上年末分别上升1.02、0.81和0.29个百分点。"
    )
    simple = "截至报告期末，本集团权重法下核心一级资本充足率11.52%，资本充足率14.68%。"
    assert said(text, simple) == {
        ("拨备覆盖率", ""): 300,
        ("核心一级资本充足率", "高级法"): Decimal("13.68"), ("一级资本充足率", "高级法"): Decimal("15.75"),
        ("资本充足率", "高级法"): Decimal("17.77"), ("核心一级资本充足率", "权重法"): Decimal("11.52"),
        ("资本充足率", "权重法"): Decimal("14.68"),
    }  # fmt: skip
    uneven = "截至报告期末，本集团一级资本充足率和资本充足率分别为13.68%、15.75%和17.77%。"
    assert said(uneven) == {}


def test_a_sentence_without_a_time_of_its_own_stands_at_the_time_of_the_one_before() -> None:
    first = "报告期，本集团业务及管理费1,117.86亿元，同比下降1.40%。"
    assert said(first + "本集团成本收入比32.96%，同比上升0.08个百分点。") == {
        ("成本收入比", ""): Decimal("32.96")
    }
    assert said(first + "2018年本集团成本收入比31.00%。") == {}
    assert said(first, "本集团成本收入比32.96%。") == {}
    assert said("2018年末，本集团拨备覆盖率400.00%。") == {}
