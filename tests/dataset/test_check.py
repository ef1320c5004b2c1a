"""The reading of claims: what is borne out, and what is wrong with the rest."""

from __future__ import annotations

import pytest

from caiwen.dataset.check import Checker
from caiwen.dataset.records import Claim, Support
from tests.dataset.making import ledger

QUESTION = "山海冷链2020年怎么样？"


def failed(answer: str, question: str = QUESTION, texts: tuple[str, ...] = ()) -> list[Claim]:
    claims = Checker(ledger(), texts).check(question, answer)
    return [claim for claim in claims if claim.support is Support.NONE]


@pytest.mark.parametrize(
    "answer",
    [
        "山海冷链2020年营业收入为1,200.00元。",
        "山海冷链2020年末货币资金为900.00元，母公司口径的货币资金为777.00元。",
        "山海冷链2020年营业收入为1,200.00元，净利润为150.00元，在职员工人数为1,444人。",
        "山海冷链2020年净利润为150.00元，比2019年的90.00元增加60.00元，增长66.67%。",
        "山海冷链净利润由2019年的90.00元变为2020年的150.00元，增长66.67%。",
        "山海冷链2020年营业收入和净利润分别为1,200.00元和150.00元。",
        "山海冷链2019年、2020年的净利润分别为90.00元、150.00元。",
        "山海冷链2020年冷冻设备的营业收入为900.00元，毛利率为32.51%。",
        "山海冷链2020年冷冻设备的营业收入占营业收入的比例为75.00%。",
        "资产负债率 = 负债合计 ÷ 资产总计 = 2,400.00 ÷ 6,000.00 = 40.00%。因此，山海冷链2020年的资产负债率为40.00%。",
        "山海冷链2020年的流动比率为2.00。",
        "山海冷链2020年冷冻设备与罐式集装箱的营业收入分别为900.00元和250.00元，合计1,150.00元。",
        "山海冷链2020年股东江一舟的持股数量为9,000股。",
        "山海冷链2020年披露的法定代表人是林山。",
        "山海冷链2020年净利润同比增长超过60%。",
        "山海冷链2020年第二季度营业收入为250.00元。",
        "山海冷链2020年营业收入约为1,200元，期初存货为300.00元。",
    ],
)
def test_right_answers_are_borne_out(answer: str) -> None:
    assert failed(answer) == []


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("山海冷链2020年营业收入为1,300.00元。", "value"),
        ("山海冷链2020年营业收入为1,200.00万元。", "unit"),
        ("山海冷链2020年营业成本为1,200.00元。", "value"),
        ("山海冷链2019年净利润为150.00元。", "value"),
        ("山海冷链2018年末存货为500.00元。", "period"),
        ("山海冷链2020年末货币资金为777.00元。", "scope"),
        ("山海冷链2020年净利润比2019年增长76.67%。", "value"),
        ("山海冷链2020年净利润比2019年下降66.67%。", "value"),
        ("云岭精密2020年营业收入为1,200.00元。", "company"),
        ("山海冷链2020年冷冻设备的毛利率为17.30%。", "value"),
        ("山海冷链2020年罐式集装箱的营业收入为900.00元。", "value"),
        ("山海冷链2020年披露的法定代表人是江一舟。", "value"),
        ("资产负债率 = 负债合计 ÷ 资产总计 = 2,400.00 ÷ 6,000.00 = 41.00%。", "step"),
        ("资产负债率 = 负债合计 ÷ 资产总计 = 2,500.00 ÷ 6,000.00 = 41.67%。", "item"),
    ],
)
def test_wrong_answers_are_told_with_what_is_wrong(answer: str, why: str) -> None:
    found = failed(answer)
    assert why in {claim.why for claim in found}, found
    assert any(claim.contradicted for claim in found) or why == "company"


def test_the_nearest_fact_stands_beside_a_wrong_claim() -> None:
    (claim,) = failed("山海冷链2020年净利润为151.00元。")
    assert "净利润 = 150.00元" in claim.nearest


def test_numbers_that_the_question_gives_need_no_fact() -> None:
    assert failed("按3,456.00元计算。", "山海冷链2020年如果收入3,456.00元会怎样？") == []


def test_what_the_texts_say_is_borne_out_and_nothing_near_it() -> None:
    texts = ("公司注册资本为3,210,987.65元。",)
    assert failed("注册资本为3,210,987.65元。", "注册资本？", texts) == []
    assert failed("注册资本为3,210,987.66元。", "注册资本？", texts)


def test_sums_need_parts_that_are_borne_out_themselves() -> None:
    assert failed("山海冷链2020年冷冻设备营业收入为900.00元，罐式集装箱营业收入为251.00元，合计1,151.00元。")


def test_dates_and_articles_are_those_of_the_texts() -> None:
    texts = ("《冷链管理办法》某部 2021年3月1日公布\n第三条 企业应当每年检修设备一次。",)
    right = "《冷链管理办法》（2021年3月1日公布）第三条规定：“企业应当每年检修设备一次。”"
    assert failed(right, "第三条？", texts) == []
    for wrong in (
        right.replace("3月1日", "3月2日"),
        right.replace("第三条", "第四条"),
        right.replace("每年检修", "每月检修"),
    ):
        assert [c.contradicted for c in failed(wrong, "条文？", texts)] == [True], wrong


def test_earlier_turns_say_of_whom_and_when_a_follow_up_speaks() -> None:
    history = [("山海冷链2020年净利润是多少？", "山海冷链2020年净利润为150.00元。")]
    checker = Checker(ledger())
    assert all(c.support is not Support.NONE for c in checker.check("资产总计呢？", "6,000.00元。", history))
    assert any(c.support is Support.NONE for c in checker.check("资产总计呢？", "6,001.00元。", history))
