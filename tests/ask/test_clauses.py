"""Questions of several clauses: each asks for one thing and inherits what it leaves out; and questions for yes or no."""

from collections.abc import Iterator
from datetime import date

import pytest

from caiwen.ask import Answer, Asker
from tests.ask import firm


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    store, index = firm.filers(tmp_path_factory.mktemp("firm"))
    with store:
        yield Asker(store, index, today=date(2024, 12, 1))


def told(answer: Answer) -> list[tuple[str | None, str | None]]:
    return [(v.item, v.value) for v in answer.values if v.role == "answer"]


GROWTH = ("营业收入增长率", "-20.00")
MARGIN = ("毛利率", "25.00")
SEVERAL = [
    ("衡川机械2023年毛利率和净资产收益率和营业收入增长率", [MARGIN, ("加权平均净资产收益率", "8.50"), GROWTH]),
    ("衡川机械2023年营业收入及同比增长率", [("营业收入", "2000.00"), GROWTH]),
    ("衡川机械2023年营业收入增长率和毛利率", [GROWTH, MARGIN]),
    ("衡川机械2023年营业收入和净利润增长率", [GROWTH, ("净利润增长率", "-23.08")]),
    ("衡川机械2023年营业收入比2022年减少多少元，毛利率是多少", [("营业收入变动额", "-500.00"), MARGIN]),
    ("衡川机械2023年营业收入是多少？2022年呢？", [("营业收入", "2000.00"), ("营业收入", "2500.00")]),
    ("衡川机械2023年营业收入和2022年净利润", [("营业收入", "2000.00"), ("净利润", "260.00")]),
    ("衡川机械2023年营业收入多少，沐禾食品2023年净利润多少", [("营业收入", "2000.00"), ("净利润", "-20.00")]),
    ("衡川机械2023年营业收入，同比增长率是多少", [GROWTH]),
    ("衡川机械营业收入从2022年到2023年，增加了多少", [("营业收入变动额", "-500.00"), GROWTH]),
    ("衡川机械2023年存货占总资产的比例是多少？比上年提高了几个百分点？", [("存货占总资产比例", "10.00"), ("存货占总资产比例变动额", "1.67")]),
    ("衡川机械2022年、2023年存货分别是多少，合计多少", [("存货", "300.00"), ("存货", "400.00"), ("存货合计", "700.00")]),
    ("衡川机械和沐禾食品2023年净利润率哪家高？高多少个百分点", [("净利润率差额", "10.67")]),
    ("衡川机械2023年存货占总资产的比例是多少？2022年呢？", [("存货占总资产比例", "10.00"), ("存货占总资产比例", "8.33")]),
    ("衡川机械2022年和2023年谁的毛利率高", [("毛利率差额", "7.00")]),
    ("衡川机械2023年应收账款和存货哪个更大", [("应收账款差额", "200.00")]),
    ("衡川机械2023年净利润是2022年的几倍", [("净利润倍数", "0.7692")]),
    ("衡川机械2023年营业收入与营业成本，相差多少", [("营业收入差额", "500.00")]),
    ("衡川机械2023年营业收入、毛利率，保留一位小数", [("营业收入", "2000.00"), ("毛利率", "25.0")]),
]  # fmt: skip


@pytest.mark.parametrize(("question", "expected"), SEVERAL)
def test_each_clause_answers(asker: Asker, question: str, expected: list[tuple[str, str]]) -> None:
    answer = asker.ask(question)
    assert told(answer) == expected, answer.answer
    assert not answer.trace.dropped


def test_figures_and_text_in_one_question(asker: Asker) -> None:
    answer = asker.ask("衡川机械2023年毛利率是多少，核心竞争力是什么")
    assert told(answer)[0] == MARGIN
    assert "核心竞争力" in answer.answer


def test_what_is_not_there_is_said_beside_what_is(asker: Asker) -> None:
    answer = asker.ask("衡川机械2023年营业收入是多少，2019年呢")
    assert told(answer) == [("营业收入", "2000.00")]
    assert "没有衡川机械2019年的营业收入" in answer.answer


YES_NO = [
    ("衡川机械2023年资产负债率是否超过50%", "false", "40.00"),
    ("衡川机械2023年资产负债率低于50%吗", "true", "40.00"),
    ("衡川机械2023年净利润有没有达到200元", "true", "200.00"),
    ("衡川机械2023年营业收入比2022年高吗", "false", "-20.00"),
    ("衡川机械2022年营业收入比2023年高吗", "true", "25.00"),
    ("衡川机械2023年净利润比上年低吗", "true", "-23.08"),
    ("衡川机械2023年营业收入增长率是否低于-10%", "true", "-20.00"),
    ("沐禾食品2023年是否亏损", "true", "-20.00"),
    ("衡川机械2023年产权比率是否大于2", "false", "0.6667"),
    ("衡川机械2023年经营现金流是不是正的", "false", "-50.00"),
    ("衡川机械2023年经营现金流是正还是负", "false", "-50.00"),
    ("沐禾食品2023年是盈利还是亏损", "false", "-20.00"),
]


@pytest.mark.parametrize(("question", "truth", "figure"), YES_NO)
def test_yes_or_no_with_the_figure(asker: Asker, question: str, truth: str, figure: str) -> None:
    answer = asker.ask(question)
    first = answer.values[0]
    assert (first.kind, first.value) == ("boolean", truth), answer.answer
    assert answer.values[1].value == figure
    said = "还是" not in question
    assert not said or answer.answer.startswith("是" if truth == "true" else "否")


ABOVE = [
    ("衡川机械2023年营业收入比沐禾食品高吗", "false"),
    ("与沐禾食品相比，衡川机械2023年的营业收入是否更高", "false"),
    ("衡川机械2023年营业收入是否低于沐禾食品", "true"),
    ("衡川机械2023年净利润是否高于经营活动现金流量净额", "true"),
    ("衡川机械2023年营业收入增长率比净利润增长率高吗", "true"),
    ("衡川机械2023年应收账款能否覆盖存货", "true"),
]


@pytest.mark.parametrize(("question", "truth"), ABOVE)
def test_one_against_the_other(asker: Asker, question: str, truth: str) -> None:
    answer = asker.ask(question)
    assert (answer.values[0].kind, answer.values[0].value) == ("boolean", truth), answer.answer
    assert [v.kind for v in answer.values[1:3]] == ["number", "number"]


def test_a_bound_holds_for_every_figure_joined_before_it(asker: Asker) -> None:
    answer = asker.ask("衡川机械2023年毛利率和资产负债率是否都超过30%")
    assert [v.value for v in answer.values if v.kind == "boolean"] == ["false", "true"]


def test_a_missing_figure_is_neither_yes_nor_no(asker: Asker) -> None:
    answer = asker.ask("衡川机械2019年净利润是否超过100元")
    assert answer.status == "not_found"
    assert not answer.values


def test_every_bound_keeps_its_own_figure(asker: Asker) -> None:
    answer = asker.ask("衡川机械2023年营业收入是否大于0且净利润是否大于500元")
    told_of = {v.item: v.value for v in answer.values if v.kind == "boolean"}
    assert told_of == {"净利润大于500元": "false", "营业收入大于0": "true"}


FOLLOWED = [
    ("衡川机械2023年前五大客户销售额", "占比呢", ("前五名客户销售额占比", "35.00")),
    ("衡川机械2023年营业收入是多少", "为什么下降", ("营业收入增长率", "-20.00")),
    ("衡川机械2023年资产负债率", "高于30%吗", ("资产负债率大于30%", "true")),
    ("衡川机械2023年营业收入是多少", "换成沐禾食品", ("营业收入", "3000.00")),
]


@pytest.mark.parametrize(("before", "question", "expected"), FOLLOWED)
def test_follow_ups(asker: Asker, before: str, question: str, expected: tuple[str, str]) -> None:
    assert told(asker.ask(question, previous=before))[0] == expected
