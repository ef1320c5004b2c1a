"""Questions over a whole market, from the words to the record; every expected value is computed by hand from the table."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from caiwen.ask import Answer, Asker
from caiwen.ask.calculate import Calculator
from caiwen.ask.companies import reference
from caiwen.ask.evidence import Evidence
from caiwen.ask.plan import FormulaMeasure, ItemMeasure, PeriodRef, Query, RatioMeasure, Select
from caiwen.ask.survey import Survey
from caiwen.records import Scope
from tests.ask import market


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    with market.market(tmp_path_factory.mktemp("table")) as store:
        yield Asker(store, today=date(2022, 6, 1))


def answers(answer: Answer) -> list[str | None]:
    return [v.value for v in answer.values if v.role == "answer"]


def codes(answer: Answer) -> list[str]:
    return [(v.code or "")[-3:] for v in answer.values if v.role == "answer"]


RANKS = [
    ("2021年营业收入最高的三家公司", "105 101 106"),
    ("哪两家上市公司2021年营业收入最高？", "105 101"),
    ("2021年营业收入第二高的公司", "101"),
    ("2021年营业收入第3高的上市公司是哪家？", "106"),
    ("2021年营业收入排名第5的公司", "102"),
    ("2021年净利润倒数第二的上市公司", "107"),
    ("2021年净利润最低的两家公司", "102 107"),
    ("2021年营业收入最高的前2名", "105 101"),
    ("注册地在江苏的公司里2021年研发费用最高的两家", "101 104"),
    ("注册地址在无锡的上市公司中，2021年营业收入最高的公司为？金额为？", "101"),
    ("2021年江苏企业中净利率最高的是哪家", "104"),
    ("在南京注册的公司2021年净利润最高的是哪家", "104"),
    ("2021年上海的公司净利润最高的两家", "105 107"),
    ("江苏和上海的公司中2021年净利润最高的3家", "105 101 103"),
    ("2020年武汉的上市公司中净利润最高的是哪家", "108"),
    ("曾经在重庆注册的公司中2021年营业收入最高的是哪家", "105"),
    ("2021年营业收入最高并且历史注册地址在重庆的上市公司是？", "105"),
    ("2019-2021年哪些家上市公司营业收入均位列前三？", "105 101 106"),
    ("2019-2021年净利润均位列前二的公司", "106"),
    ("2021年营业收入和净利润均排名前三的公司", "106 105 101"),
    ("2021年净利润增长率最高的公司", "103"),
    ("2021年营业收入同比增长最快的两家公司", "104 103"),
    ("2021年净利润增加最多的公司", "105"),
    ("2021年净利润下降最多的公司", "102"),
    ("2021年研发费用率最高的公司", "104"),
    ("2021年研发费用占营业收入比例最高的两家公司", "104 105"),
    ("2021年研发费用超过3亿元且净利润超过5亿元的公司有哪些", "105 101"),
    ("2021年净利润超过5亿元的公司中研发费用率最高的是哪家", "105"),
    ("2019年到2021年每年净利润都超过5亿的公司", "106"),
    ("2021年营业收入增长率超过30%的公司有哪些", "104 103"),
    ("2021年资产总计最高的公司", "101"),
    ("2021年人均营业收入最低的公司", "104"),
    ("云帆重工和北斗机电2021年谁的净利润更高", "101"),
]

VALUES = [
    ("2021年营业收入超过五十亿的公司有几家", "4"),
    ("2021年净利润大于5亿元的有多少家公司", "3"),
    ("2021年净利润不低于5亿元的公司有多少家", "4"),
    ("2021年净利润在3亿到7亿之间的公司有几家", "3"),
    ("注册地在江苏的公司中，2021年营业收入大于20亿的有几家", "3"),
    ("2021年亏损的公司有多少家", "1"),
    ("2021年净利润同比增长的公司有几家", "6"),
    ("2019-2021年净利润连续增长的公司有几家", "4"),
    ("2021年净利润连续两年增长的公司有几家", "4"),
    ("2021年研发费用率高于5%的公司有几家", "2"),
    ("江苏有多少家上市公司", "4"),
    ("江苏的公司2021年营业收入合计是多少", "21300000000"),
    ("2021年江苏的上市公司平均净利润是多少", "325000000.00"),
    ("2021年云帆重工的营业收入排第几", "2"),
    ("云帆重工2021年资产总计", "3200000000"),
    ("云帆重工2021年资产负债率", "31.25"),
    ("云帆重工2021年净资产", "2200000000"),
    ("云帆重工2021年研发人员占职工人数比例，保留两位小数", "0.10"),
    ("云帆重工2021年研发人员人数有多少人？", "100"),
    ("请计算出云帆重工2021年净利润增长率", "16.67"),
    ("云帆重工和北斗机电2021年净利润相差多少", "200000000"),
    ("云帆重工、北斗机电2021年营业收入合计是多少", "17000000000"),
    ("2020年营业收入最高的公司2021年的法定代表人是谁", "海某"),
    ("云帆重工2019-2021年的法定代表人是否都相同？", "true"),
    ("青禾食品2019、2021年这两年的法定代表人是否相同？", "false"),
]


@pytest.mark.parametrize(("question", "expected"), RANKS)
def test_companies(asker: Asker, question: str, expected: str) -> None:
    answer = asker.ask(question)
    assert answer.status == "answered"
    assert codes(answer) == expected.split()
    assert not answer.trace.dropped


@pytest.mark.parametrize(("question", "expected"), VALUES)
def test_one_value(asker: Asker, question: str, expected: str) -> None:
    answer = asker.ask(question)
    assert answer.status == "answered"
    found = answers(answer)
    assert found
    assert found[0] is not None
    assert found[0] == expected or Decimal(found[0]) == Decimal(expected)
    assert not answer.trace.dropped


def test_changes_of_those_that_rank_first(asker: Asker) -> None:
    answer = asker.ask("江苏的公司研发费用率最高的两家2021年比上年变了多少个百分点")
    assert answers(answer) == ["3.33", "1.00"]
    assert codes(answer) == ["104", "101"]


def test_other_figures_of_those_that_rank_first(asker: Asker) -> None:
    answer = asker.ask("2021年营业收入最高的两家公司的净利润分别是多少")
    assert [Decimal(v or 0) for v in answers(answer)] == [Decimal(900000000), Decimal(700000000)]
    assert [v.item for v in answer.values if v.role == "operand"][:2] == ["营业收入", "营业收入"]


def test_ranks_say_of_how_many_and_name_the_doubtful(asker: Asker) -> None:
    text = asker.ask("2021年营业收入最低的公司").answer
    assert "玉衡药业" in text
    assert "8 家公司中有 6 家披露该项" in text
    assert "晴川水务（疑似以万元填列）" in text


def test_a_doubtful_figure_is_given_with_its_reason(asker: Asker) -> None:
    answer = asker.ask("晴川水务2021年营业收入是多少")
    assert Decimal(answers(answer)[0] or 0) == Decimal(60000)
    assert "量级可疑：疑似以万元填列" in answer.answer


def test_regions_are_read_from_the_beginning_of_addresses(asker: Asker) -> None:
    wuxi = asker.ask("注册地址在无锡的公司2021年营业收入最高的是哪家").answer
    assert "北斗机电" in wuxi
    assert "县级市" in wuxi
    nanjing = asker.ask("在南京注册的公司2021年净利润最高的是哪家").answer
    assert "海屿电子的注册地址只是路名" in nanjing
    assert asker.ask("在北京注册的公司2021年净利润最高的是哪家").status == "not_found"


def test_derived_totals_are_told(asker: Asker) -> None:
    for question in ("云帆重工2021年资产总计", "2021年资产总计最高的公司"):
        assert "未单独列示，由流动资产合计、非流动资产合计推算" in asker.ask(question).answer


@pytest.mark.parametrize(
    "question",
    [
        "麦田种业2021年资产总计",
        "千岭矿业2021年资产负债率",
        "云帆重工2021年速动比率",
        "麦田种业2021年营业收入",
        "2021年幸福指数最高的公司是哪家",
        "2018年营业收入最高的公司",
        "在重庆注册的公司2021年营业收入最高的是哪家",
        "2021年白酒行业的公司中营业收入最高的是哪家",
    ],
)
def test_no_number_where_the_table_has_none(asker: Asker, question: str) -> None:
    answer = asker.ask(question)
    assert answer.status in ("not_found", "clarify")
    assert not answers(answer)


def test_a_list_of_reports_restricts_to_their_years(asker: Asker) -> None:
    within = [
        "2022-04-01__云帆重工股份有限公司__600101__云帆重工__2021年__年度报告.pdf",
        "2021-04-01__海屿电子股份有限公司__600105__海屿电子__2020年__年度报告.pdf",
        "青禾食品",
    ]
    assert codes(asker.ask("2021年营业收入最高的公司", within)) == ["101"]
    assert codes(asker.ask("2020年营业收入最高的两家公司", within)) == ["105", "102"]


def test_rows_and_columns_count_from_one(asker: Asker) -> None:
    citation = asker.ask("云帆重工2021年营业收入").citations[0]
    assert (citation.document, citation.sheet, citation.row, citation.column) == (
        market.TABLE,
        "Sheet1",
        4,
        5,
    )


@pytest.mark.parametrize(
    "measure",
    [
        ItemMeasure(item="营业收入"),
        ItemMeasure(item="资产总计"),
        ItemMeasure(item="所有者权益合计"),
        FormulaMeasure(formula="资产负债率"),
        FormulaMeasure(formula="研发费用率"),
        FormulaMeasure(formula="总资产周转率"),
        RatioMeasure(numerator="研发费用", denominator="净利润"),
    ],
)
def test_columns_agree_with_single_look_ups(
    asker: Asker, measure: ItemMeasure | FormulaMeasure | RatioMeasure
) -> None:
    """Apart from doubtful figures, which columns leave out."""
    world = asker._current()
    evidence = Evidence(world)
    column = Survey(evidence, Query(select=Select(everyone=True), derive=())).columns.of(
        measure, PeriodRef(period="2021"), Scope.CONSOLIDATED
    )
    calculator = Calculator(evidence, Scope.CONSOLIDATED)
    for company in world.book.all:
        figure = calculator.value(reference(company), measure, PeriodRef(period="2021")).figure
        if company.who not in column.doubtful:
            assert column.values.get(company.who) == (figure.exact if figure else None)


FOLLOW_UPS = [
    ("云帆重工2020年净利润是多少？", "那2021年呢？", "700000000"),
    ("云帆重工2020年净利润是多少？", "营业收入呢", "10000000000"),
    ("云帆重工2020年净利润是多少？", "北斗机电呢", "300000000"),
    ("云帆重工2020年净利润是多少？", "同比增长率呢？", "20.00"),
    ("云帆重工2021年净利润是多少？", "它的资产负债率是多少", "31.25"),
    ("注册地在江苏的公司里2021年净利润最高的是哪家", "那2020年呢？", "600000000"),
    ("注册地在江苏的公司里2021年净利润最高的是哪家", "研发费用呢？", "550000000"),
    ("云帆重工2020年净利润是多少？", "青禾食品2021年营业收入是多少", "2500000000"),
]


@pytest.mark.parametrize(("previous", "question", "expected"), FOLLOW_UPS)
def test_follow_ups(asker: Asker, previous: str, question: str, expected: str) -> None:
    answer = asker.ask(question, previous=previous)
    assert Decimal(answers(answer)[0] or 0) == Decimal(expected)


def test_warming_changes_no_answer(asker: Asker) -> None:
    before = asker.ask("2021年营业收入最高的三家公司").answer
    asker.warm()
    assert asker.ask("2021年营业收入最高的三家公司").answer == before


MORE = [
    ("2021年营业收入最高的三家公司合计营业收入", "33500000000"),
    ("2021年研发费用高于净利润的公司有几家", "3"),
    ("江苏2021年研发费用合计", "1260000000"),
    ("2021年江苏公司净利润中位数", "400000000"),
    ("2021年净利润为负但营业收入超过20亿元的公司有几家", "1"),
    ("2019-2021年净利润均为正且逐年增长的公司有几家", "4"),
    ("2021年最赚钱的公司是哪家", "950000000"),
    ("2021年营业收入和净利润均超过6亿元的公司有几家", "3"),
]


@pytest.mark.parametrize(("question", "value"), MORE)
def test_figures_against_figures_and_added_up(asker: Asker, question: str, value: str) -> None:
    answer = asker.ask(question)
    first = next((v.value for v in answer.values if v.role == "answer"), None)
    assert first is not None, answer.answer
    assert Decimal(first) == Decimal(value), answer.answer


def test_a_list_without_a_number_has_ten_places_at_most(asker: Asker) -> None:
    answer = asker.ask("注册地在江苏的公司2021年净利润排名")
    assert codes(answer) == ["101", "103", "104", "102"]


def test_nothing_to_count_by_is_no_count(asker: Asker) -> None:
    answer = asker.ask("2021年营业收入和毛利的公司有几家")
    assert answer.status != "answered"


def test_a_place_within_a_region(asker: Asker) -> None:
    everywhere = asker.ask("玉衡药业2021年净利润排第几")
    answer = asker.ask("玉衡药业2021年净利润在江苏排第几")
    assert answers(everywhere)[:1] != answers(answer)[:1]
    assert answers(answer)[0] == "3"
    assert "在注册地址在江苏的公司中从高到低排第3名" in answer.answer
    assert "海屿电子不是注册地址在江苏的公司" in asker.ask("海屿电子2021年净利润在江苏排第几").answer


def test_what_is_not_answered_is_said(asker: Asker) -> None:
    answer = asker.ask("2021年江苏净利润为正的公司有几家？净利润合计多少？")
    assert answers(answer) == ["3"]
    assert "“净利润合计多少”没有一并回答" in answer.answer
