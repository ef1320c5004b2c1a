"""Questions about figures, from the words to the record."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from caiwen.ask import Answer, Asker
from caiwen.records import FilingKind
from caiwen.store import Store
from tests.ask import make

LOOKUPS = [
    ("山海冷链2020年的营业收入是多少？", "1200.00"),
    ("请问山海冷链设备股份有限公司2020年度营收为多少元", "1200.00"),
    ("600001 2020 营业收入", "1200.00"),
    ("600001.SH在2020年的营业收入", "1200.00"),
    ("东岳冷机2020年营业收入", "1200.00"),
    ("What is the revenue of 山海冷链 in 2020?", "1200.00"),
    ("山海冷链 2020 total assets", "6000.00"),
    ("山海冷链二〇二〇年总资产", "6000.00"),
    ("山海冷链20年存货", "500.00"),
    ("山海冷链2018年营业收入", "1250.00"),
    ("山海冷链2020年年初存货", "300.00"),
    ("山海冷链2020年母公司货币资金", "777.00"),
    ("山海冷链2020年第三季度营业收入", "350.00"),
    ("山海冷链2020年Q4营业收入", "400.00"),
    ("山海冷链2020年上半年营业收入", "450.00"),
    ("山海冷链2020年前三季度营业收入", "800.00"),
    ("山海冷链2020年下半年营业收入", "750.00"),
    ("山海冷链2020年加权平均净资产收益率", "8.37"),
    ("山海冷链2020年净资产收益率", "8.37"),
    ("山海冷链2020年基本每股收益", "0.36"),
    ("山海冷链2020年有多少员工", "1444"),
    ("山海冷链2020年冷冻设备的收入", "900.00"),
    ("山海冷链2020年罐式集装箱毛利率", "17.30"),
    ("山海冷链2020年海外收入是多少", "400.00"),
    ("山海冷链2020年境外营业收入占比", "33.33"),
    ("山海冷链2020年毛利率", "33.33"),
    ("山海冷链2020年毛利率是多少？保留一位小数", "33.3"),
    ("山海冷链2020年资产负债率", "40.00"),
    ("山海冷链2020年流动比率", "2.00"),
    ("山海冷链2020年速动比率", "1.67"),
    ("山海冷链2020年负债合计是多少？", "2400.00"),
    ("山海冷链2020年负债合计多少", "2400.00"),
    ("山海冷链2020年存货占总资产的比例", "8.33"),
    ("山海冷链2020年净利润与营业收入的比值", "0.1250"),
    ("山海冷链2020年营业收入与营业成本的差额", "400.00"),
    ("山海冷链2020年所有者权益合计", "3600.00"),
    ("山海冷链2020年营业收入同比增长率", "9.09"),
    ("山海冷链2020年营业收入相比2019年变动了百分之多少", "9.09"),
    ("山海冷链2020年营业收入比上年增加了多少元", "100.00"),
    ("山海冷链2020年加权平均净资产收益率比上年提高了多少个百分点", "3.88"),
    ("山海冷链2018年到2020年营业收入的年均复合增长率", "-2.02"),
    ("山海冷链2018-2020年营业收入之和", "3450.00"),
    ("山海冷链哪一年营业收入最高", "1250.00"),
    ("澜屿银行2020年利息净收入", "2402000000"),
    ("澜屿银行2020年不良贷款率是多少", "0.86"),
    ("澜屿银行去年净利润", "610000000"),
    ("2020年远望电气、山海冷链谁的营业收入更高", "2000.00"),
    ("2020年营业收入最高的公司是哪家", "2768000000"),
    ("2020年在滨海注册的公司里营业收入最高的是哪家", "2000.00"),
    ("2020年营业收入第二高的上市公司", "3000.00"),
    ("2020年营业收入超过1500元的公司有几家", "3"),
]


def first(answer: Answer) -> str | None:
    return next((v.value for v in answer.values if v.role == "answer"), None)


@pytest.mark.parametrize(("question", "value"), LOOKUPS)
def test_first_value(asker: Asker, question: str, value: str) -> None:
    answer = asker.ask(question)
    assert (answer.status, first(answer)) == ("answered", value), answer.answer
    assert not answer.trace.dropped


def test_a_bank_in_millions_is_shown_as_printed_and_in_yuan(asker: Asker) -> None:
    answer = asker.ask("澜屿银行2020年利息净收入")
    assert "2,402百万元（即2,402,000,000元）" in answer.answer
    value = answer.values[0]
    assert (value.raw, value.scale, value.unit, value.scope) == ("2,402", "百万元", "元", "consolidated")
    citation = answer.citations[value.citations[0]]
    assert (citation.document, citation.page) == ("澜屿银行_2020年年度报告.pdf", 5)
    assert citation.box is not None


def test_restated_values_follow_the_first_one_with_their_label(asker: Asker) -> None:
    answer = asker.ask("山海冷链2019年营业收入")
    roles = [(v.role, v.value, v.basis) for v in answer.values]
    assert roles[:2] == [("answer", "1000.00", "reported"), ("alternative", "1100.00", "restated")]
    assert "调整后" in answer.answer


def test_growth_is_comparable_first_then_as_first_reported(asker: Asker) -> None:
    answer = asker.ask("山海冷链2020年营业收入增长率")
    rates = [(v.role, v.value, v.basis) for v in answer.values if v.unit == "%"]
    assert rates == [("answer", "9.09", "restated"), ("alternative", "20.00", "reported")]
    assert "可比口径" in answer.answer
    assert "首次披露" in answer.answer


def test_net_profit_stands_beside_the_owners_part(asker: Asker) -> None:
    answer = asker.ask("山海冷链2020年净利润")
    assert [(v.item, v.value) for v in answer.values] == [
        ("净利润", "150.00"),
        ("归属于母公司所有者的净利润", "120.00"),
    ]


def test_steps_can_be_calculated_again(asker: Asker) -> None:
    answer = asker.ask("山海冷链2020年毛利率")
    step = (answer.values[0].steps or [])[0]
    env = {f"v{n}": Decimal(v.value) for n, v in enumerate(answer.values) if v.kind == "number" and v.value}
    names = {name: str(value) for name, value in env.items()}
    expression = step.expression
    for name, value in names.items():
        expression = expression.replace(name, value)
    from caiwen.finance.formulas import evaluate

    assert round(evaluate(expression, {}), 2) == Decimal("33.33")
    assert "33.33%" in step.text


def test_several_items_and_periods_come_in_order(asker: Asker) -> None:
    answer = asker.ask("山海冷链2019年和2020年的存货、营业成本分别是多少")
    got = [(v.item, v.period, v.value) for v in answer.values if v.role == "answer"]
    assert got == [
        ("存货", "2019", "300.00"),
        ("存货", "2020", "500.00"),
        ("营业成本", "2019", "700.00"),
        ("营业成本", "2020", "800.00"),
    ]


def test_quarter_alone_says_so(asker: Asker) -> None:
    answer = asker.ask("山海冷链2020年第三季度营业收入")
    assert answer.values[0].period == "2020Q3 single"
    assert any(v.role == "alternative" and v.period == "2020Q3" for v in answer.values)


def test_negative_base_is_computed_with_a_warning(asker: Asker) -> None:
    answer = asker.ask("山海冷链2019年净利润同比增长率")
    assert first(answer) == "-280.00"
    assert "基期为负" in answer.answer


def test_zero_base_has_no_rate(asker: Asker) -> None:
    answer = asker.ask("山海冷链2020年商誉相比2018年的增长率")
    assert "增长率不存在" in answer.answer
    assert first(answer) == "30.00"


@pytest.mark.parametrize(
    ("question", "truth"),
    [
        ("山海冷链2020年营业收入是否增长", "true"),
        ("山海冷链2020年营业收入有没有下降", "false"),
        ("山海冷链2020年的法定代表人与上年相比相同吗", "false"),
        ("山海冷链2019-2020年法定代表人是否都相同", "false"),
    ],
)
def test_yes_or_no(asker: Asker, question: str, truth: str) -> None:
    value = asker.ask(question).values[0]
    assert (value.kind, value.value) == ("boolean", truth)


def test_breakdowns_and_ranks_of_members(asker: Asker) -> None:
    whole = asker.ask("山海冷链2020年分产品营业收入")
    assert [v.value for v in whole.values] == ["900.00", "250.00"]
    best = asker.ask("山海冷链2020年哪个产品的毛利率最高")
    assert "冷冻设备" in best.answer
    holder = asker.ask("山海冷链第一大股东是谁")
    assert "江一舟" in holder.answer
    assert holder.values[0].rank == 1


def test_ranking_says_how_many_had_the_figure(asker: Asker) -> None:
    answer = asker.ask("2020年净利润最高的前2家上市公司是哪些")
    assert [(v.rank, v.entity) for v in answer.values] == [(1, "澜屿银行"), (2, "山海冷链")]
    assert "4 家公司中有 2 家披露该项" in answer.answer


def test_asked_unit_is_added(asker: Asker) -> None:
    assert "约24.02亿元" in asker.ask("澜屿银行2020年利息净收入是多少亿元").answer


def test_the_latest_year_is_assumed(asker: Asker) -> None:
    assert asker.ask("山海冷链的营业收入").values[0].period == "2020"


def test_twelve_months_up_to_an_interim_report(tmp_path: Path) -> None:
    """This half year 600, the year before 1,000, its first half 450."""
    store = Store.open("sqlite:///store.db", folder=tmp_path)
    filler = make.Filler("山海冷链_2020年半年度报告.pdf", make.COLD, "2020H1", kind=FilingKind.INTERIM)
    filler.add("营业收入", "600.00").add("营业收入", "450.00", "2019H1").add("资产总计", "70.00").write(store)
    make.Filler(make.COLD_2019, make.COLD, "2019").add("营业收入", "1,000.00").write(store)
    with store:
        asker = Asker(store, today=date(2020, 9, 1))
        answer = asker.ask("山海冷链截至2020年上半年的滚动十二个月营业收入是多少")
        assert answer.values[0].value == "1150.00"
        assert answer.values[0].period == "2020H1 trailing"
        assert "＋ 2019年1,000.00元" in answer.answer
        assert asker.ask("山海冷链2020年上半年TTM资产总计").values[0].value == "70.00"
