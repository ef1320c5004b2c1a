"""Questions that state their own figures: bonds, loans, projects, formulas over given figures, multiples of companies."""

from __future__ import annotations

import re
from decimal import Decimal as D

import pytest

from caiwen.ask import Asker
from caiwen.ask.series import flows_in
from caiwen.ask.values import times_a_year, values_in
from caiwen.finance.formulas import evaluate

# Expected values: numpy-financial or by hand; what the answer rounds to.
CASES = [
    ("面值100元、票面利率3.5%、剩余期限5年、到期收益率4%，债券价格是多少", "债券价格", "97.7741", "元"),
    ("一张债券，面值一百元，票面利率百分之五，三年期，每半年付息一次，市场利率百分之六，价格应该是多少？", "债券价格", "97.2914", "元"),
    ("面值1000元，票面利率8%，期限3年，半年付息，市场利率10%，求债券价格", "债券价格", "949.2431", "元"),
    ("票面利率和到期收益率都是5%，面值100元，8年期，债券价格", "债券价格", "100.00", "元"),
    ("债券面值100元，票息5%，还有4年到期，每年付息一次，现价98元，到期收益率多少", "到期收益率", "5.5715", "%"),
    ("零息债券面值1000元，期限5年，到期收益率6%，价格是多少", "零息债券价格", "747.2582", "元"),
    ("面值100元、票面利率4%，已计息90天，应计利息多少", "应计利息", "0.9863", "元"),
    ("久期7，利率下降1个百分点，债券价格变化多少", "价格变动幅度", "7.00", "%"),
    ("贷款100万元30年年利率4.2%等额本息每月还多少", "每期还款额", "4890.17", "元"),
    ("我贷款200万，年利率3.95%，分25年还清，等额本息，每个月还多少钱？", "每期还款额", "10501.60", "元"),
    ("借款30万元，期限36个月，年利率6%，等额本息，总利息多少", "利息总额", "28556.92", "元"),
    ("100万元房贷，20年，LPR 3.85%加55个基点，等额本息月供多少", "每期还款额", "6272.64", "元"),
    ("贷款50万，期限10年，利率3.6%，等额本金首月还多少", "首期还款额", "5666.67", "元"),
    ("LPR 3.85% 加 50 个基点", "执行利率", "4.35", "%"),
    ("LPR为3.5%，减20BP，执行利率是多少", "执行利率", "3.30", "%"),
    ("执行利率5.39%，LPR为4.8%，加点是多少个基点", "加点幅度", "59", "基点"),
    ("无风险利率2.5%，贝塔1.2，市场收益率8%，股权成本", "股权成本", "9.10", "%"),
    ("无风险利率、市场收益率分别为3%和9%，β为0.8，必要收益率是多少", "股权成本", "7.80", "%"),
    ("股权成本10%，债务成本6%，所得税率25%，股权价值600万，债务价值400万，WACC是多少", "加权平均资本成本", "7.80", "%"),
    ("刚支付的股利为2元，增长率5%，必要收益率10%，股票价值是多少", "股票价值", "42.00", "元"),
    ("现金流-1000, 300, 400, 500 的IRR", "内部收益率", "8.8963", "%"),
    ("现金流-1000,300,400,500的内部收益率，保留两位小数", "内部收益率", "8.90", "%"),
    ("初始投资1000万元，第1年300万元，第2年400万元，第3年500万元，折现率8%，净现值是多少？", "净现值", "176294.26", "元"),
    ("投资1000万元，每年末净现金流入300万元，共5年，折现率10%，NPV", "净现值", "1372360.31", "元"),
    ("某项目第0年现金流-200万元，第1-5年每年60万元，折现率8%，净现值", "净现值", "395626.02", "元"),
    ("现金流：-1000，300，300，300，300，300，回收期多久", "静态回收期", "3.3333", "期"),
    ("2020-01-01投入10000元，2020-07-01收回3000元，2021-01-01收回8000元，XIRR多少", "按日期内部收益率", "11.6849", "%"),
    ("DCF估值：自由现金流依次为5亿、6亿、7亿元，折现率9%，永续增长率2.5%，净债务10亿元，总股本5亿股，每股价值", "每股价值", "18.0559", "元/股"),
    ("转股价10元、正股价12元、转债价格130元，转股溢价率", "转股溢价率", "8.3333", "%"),
    ("某可转债票面利率1%，剩余3年，同类债券收益率4%，转债价格118元，纯债溢价率多少", "纯债溢价率", "28.716", "%"),
    ("每年年末存入1万元，年利率5%，存10年，终值是多少", "年金终值", "125778.93", "元"),
    ("每月存入1000元，年化收益率6%，20年后一共有多少", "年金终值", "462040.90", "元"),
    ("每年年初存入1万元，年利率5%，存10年，终值是多少", "预付年金终值", "132067.87", "元"),
    ("希望在3年后取得600元，利率20%，单利情况下现在应存入多少", "单利现值", "375.00", "元"),
    ("实际利率1%，预期通货膨胀率3%，名义利率是多少", "名义利率", "4.03", "%"),
    ("以25元的价格购入股票，获得2元的股利，以33元的价格卖出，持有期收益率", "持有期收益率", "40.00", "%"),
    ("股利每年8元，以10%的速度增长，市场收益率20%，股票内在价值", "股票价值", "88.00", "元"),
    ("正股价30元，转换率31股，转换价值是多少", "转股价值", "930.00", "元"),
    ("名义年利率12%，按月计息，有效年利率是多少", "有效年利率", "12.6825", "%"),
    ("10000元按单利3.5%存3年利息多少", "单利利息", "1050.00", "元"),
    ("投资10万元，3年后变成15万元，年化收益率是多少", "年化收益率", "14.4714", "%"),
    ("净利润100万元，营业收入500万元，净利率是多少", "净利润率", "20.00", "%"),
    ("期初存货100万元，期末存货140万元，营业成本600万元，存货周转率", "存货周转率", "5", "次"),
    ("不良贷款余额50亿元，贷款总额4000亿元，不良贷款率是多少", "不良贷款率", "1.25", "%"),
    ("综合赔付率65%，综合费用率32%，综合成本率", "综合成本率", "97.00", "%"),
    ("每股收益2元，市价30元，市盈率是多少倍", "市盈率", "15", "倍"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "item", "value", "unit"), CASES)
def test_figures_of_the_question(asker: Asker, question: str, item: str, value: str, unit: str) -> None:
    answer = asker.ask(question)
    assert answer.status == "answered", answer.answer
    first = answer.values[0]
    assert (first.item, first.value, first.unit) == (item, value, unit)
    assert first.steps
    assert not answer.trace.dropped
    assert not answer.citations
    assert first.scope is None


@pytest.mark.parametrize("question", [case[0] for case in CASES])
def test_every_step_can_be_worked_out_from_the_record(asker: Asker, question: str) -> None:
    """Values and steps are live: an expression over v0, v1... gives the step's value."""
    answer = asker.ask(question)
    exact = {
        f"v{n}": D(v.steps[-1].value if v.steps else v.value or "0") for n, v in enumerate(answer.values)
    }
    for value in answer.values:
        for step in value.steps or []:
            assert set(re.findall(r"v\d+", step.expression)) <= set(exact)
            assert evaluate(step.expression, exact, powers=True) == pytest.approx(
                D(step.value), rel=D("1e-12"), abs=D("1e-12")
            )


def test_what_is_assumed_is_said(asker: Asker) -> None:
    answer = asker.ask("票面利率5%，期限3年，到期收益率4%，债券价格多少")
    assert "按惯例：按每张面值100元" in answer.answer
    assert "按惯例：按每年付息一次" in answer.answer
    assert (
        "按惯例"
        not in asker.ask("面值100元，票面利率5%，期限3年，每年付息一次，到期收益率4%，债券价格").answer
    )


def test_a_bare_percent_and_an_unused_figure_are_told(asker: Asker) -> None:
    answer = asker.ask("折现率10，现金流-1000、500、800，净现值是多少")
    assert "“折现率10”按10%理解" in answer.answer
    assert answer.values[0].value == "115.7025"
    assert "“8%”没有用到" in asker.ask("名义利率5%，通胀率2%，费率8%，实际利率是多少").answer


def test_another_currency_is_kept(asker: Asker) -> None:
    first = asker.ask("1000美元存3年，年利率4%，复利终值是多少").values[0]
    assert (first.value, first.unit) == ("1124.86", "美元")
    mixed = asker.ask("面值100美元，票面利率5%，期限3年，价格98元，债券到期收益率")
    assert mixed.status == "clarify"
    assert "货币" in mixed.answer


def test_a_monthly_rate_is_made_a_yearly_one(asker: Asker) -> None:
    answer = asker.ask("贷款20万元，月利率0.4%，期限2年，等额本息月供")
    assert answer.values[0].value == "8756.38"
    assert "0.4%按一年12期折合年利率4.8%" in answer.answer


def test_an_unnamed_method_is_told(asker: Asker) -> None:
    assert "未说明还款方式，按等额本息" in asker.ask("房贷60万30年利率2.85%每月还多少").answer
    assert "未说明计息方式，按单利" in asker.ask("存款5万，年化3%，一年后多少利息").answer


def test_two_methods_are_answered_both(asker: Asker) -> None:
    answer = asker.ask("商贷80万，利率4.1%，期限20年，等额本金和等额本息的总利息分别是多少")
    assert [v.value for v in answer.values if v.role == "answer"] == ["373624.20", "329366.67"]


@pytest.mark.parametrize(
    ("question", "lacking"),
    [
        ("面值100元，债券价格是多少", ["票面利率", "剩余期限", "到期收益率"]),
        ("贷款100万元年利率4.2%等额本息月供", ["贷款期限"]),
        ("等额本息每月还多少", ["贷款本金", "年利率或LPR", "贷款期限"]),
        ("无风险利率2.5%，市场收益率8%，股权成本是多少", ["贝塔系数"]),
        ("现金流-1000、300、900，净现值是多少", ["折现率"]),
        ("转股价10元，转债价格120元，转股溢价率", ["正股价"]),
    ],
)
def test_what_is_missing_is_asked_for(asker: Asker, question: str, lacking: list[str]) -> None:
    answer = asker.ask(question)
    assert answer.status == "clarify"
    assert all(name in answer.answer for name in lacking)
    assert answer.plan is not None
    assert answer.plan["choices"] == lacking
    assert not answer.values


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("面值100元、票面利率3%、期限0年、到期收益率4%，债券价格", "剩余期限必须大于 0"),
        ("利率为-3%，贷款100万10年，等额本息每月还款", "年利率不能小于 0%"),
        ("现金流100、200、300的IRR", "没有正负变号"),
        ("预期股利1元，必要收益率5%，股利增长率5%，股票价值", "除数为零"),
        ("本金1元，年利率10%，999999999年，复利终值", "数值过大"),
    ],
)
def test_figures_without_a_result_are_explained(asker: Asker, question: str, reason: str) -> None:
    answer = asker.ask(question)
    assert answer.status == "clarify"
    assert reason in answer.answer


@pytest.mark.parametrize(
    "question",
    [
        "什么是净现值",
        "净现值怎么算",
        "市场利率上升对债券价格的影响",
        "5年期LPR是多少",
        "债券市场规模有多少",
        "修正久期为10年，票面利率6%，到期收益率8%，债券价格800元，收益率增加到10%，债券价格如何变化",
        "年利率12%，本金5000元，投资3年，单利和复利的差额是多少",
        "第一年收益率5%，第二年收益率7%，第三年收益率9%，3年期零息债券收益率是多少",
        "两年期债券，面值1000元，票面利率8%，每半年付息一次，有效年折现率是8.16%，价值是多少",
        "净利润超过10亿元、营业收入为100亿元的公司有哪些，净利率多少",
        "息税前利润800万，利息费用100万，利息保障倍数",
        "上年净利润80万元，营业收入500万元，净利率多少",
        "2019年营业收入500万元，2020年营业收入600万元，净利润50万元，净利率是多少",
    ],
)
def test_other_questions_are_not_calculated(asker: Asker, question: str) -> None:
    answer = asker.ask(question)
    assert answer.plan is None or answer.plan["kind"] != "compute"


def test_a_company_keeps_its_facts(asker: Asker) -> None:
    answer = asker.ask("山海冷链2020年净利率是多少")
    assert answer.plan is not None
    assert answer.plan["kind"] == "query"
    assert answer.values[0].value == "12.50"


# --- multiples: facts and a price -------------------------------------------------------------------


@pytest.mark.parametrize(
    "question",
    [
        "按每股18元算，山海冷链2020年市盈率",
        "山海冷链2020年的市盈率是多少？股价18元",
        "假设股价为18元，山海冷链2020年市盈率是多少倍",
        "山海冷链当前股价18元/股，计算其2020年静态市盈率",
        "股价18元时山海冷链2020年的PE",
    ],
)
def test_price_of_the_question_and_earnings_of_the_report(asker: Asker, question: str) -> None:
    answer = asker.ask(question)
    assert answer.status == "answered", answer.answer
    assert (answer.values[0].value, answer.values[0].unit) == ("50.00", "倍")
    assert answer.values[0].entity == "山海冷链"
    assert {v.item: v.value for v in answer.values if v.role == "operand"} == {
        "股价": "18",
        "基本每股收益": "0.36",
    }
    assert len(answer.citations) == 1
    assert not answer.trace.dropped


def test_market_value_of_the_question(asker: Asker) -> None:
    answer = asker.ask("总市值6000元，山海冷链2020年市盈率和市销率是多少")
    assert [v.value for v in answer.values if v.role == "answer"] == ["50.00", "5.00"]


def test_without_a_price_it_is_asked_for(asker: Asker) -> None:
    answer = asker.ask("山海冷链2020年市盈率是多少")
    assert answer.status == "clarify"
    assert "需要股价或总市值" in answer.answer


# --- reading ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.5%", ("3.5", "%")),
        ("百分之三点五", ("3.5", "%")),
        ("100万元", ("1000000", "元")),
        ("1.5亿", ("150000000", "元")),
        ("三十年", ("30", "年")),
        ("两年半", ("2.5", "年")),
        ("18个月", ("18", "月")),
        ("50BP", ("50", "基点")),
        ("1,234.5元", ("1234.5", "元")),
        ("-20%", ("-20", "%")),
        ("5年零6个月", ("5.5", "年")),
    ],
)
def test_figures_as_written(text: str, expected: tuple[str, str]) -> None:
    (value,) = values_in(text)
    assert (value.number, value.unit) == (D(expected[0]), expected[1])


@pytest.mark.parametrize("text", ["2020年", "第3年", "D1", "A股", "每年", ""])
def test_what_is_no_figure(text: str) -> None:
    assert values_in(text) == []


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("半年付息", 2),
        ("每季度计息", 4),
        ("按月复利", 12),
        ("每年付息一次", 1),
        ("一年计息四次", 4),
        ("每年付息2次", 2),
    ],
)
def test_how_often(text: str, times: int) -> None:
    found = times_a_year(text)
    assert found is not None
    assert found[2] == times


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("现金流为-100、30、40、50万元", [-1000000, 300000, 400000, 500000]),
        ("-100,60,60 的IRR", [-100, 60, 60]),
        ("现金流 -1,000、2,000、3,000", [-1000, 2000, 3000]),
        ("初始投资50万元，第1年至第3年每年20万元，残值5万元", [-500000, 200000, 200000, 250000]),
        ("投入100万元，每年收回30万元，共4年", [-1000000, 300000, 300000, 300000, 300000]),
    ],
)
def test_cash_flows_as_written(text: str, amounts: list[int]) -> None:
    found = flows_in(text)
    assert found is not None
    assert list(found.amounts) == amounts
