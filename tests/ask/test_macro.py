"""Questions about macro statistics over invented series."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from caiwen.ask import Asker
from caiwen.ask.answer import Answer
from caiwen.guard import Guard
from caiwen.workspace import Workspace

LONG = """指标,地区,时间,数值,单位,公布日期
GDP,临江省,2022,900,亿元,2023-01-20
GDP,临江省,2023,1000,亿元,2024-01-19
GDP,临江省,2023,1012.5,亿元,2024-12-27
GDP:累计同比,临江省,2023年四季度,5.2,%,2024-01-19
GDP:当季值,临江省,2023年一季度,230,亿元,2023-04-20
GDP:当季值,临江省,2023年二季度,250,亿元,2023-07-20
LPR:1年,全国,2023-06-20,3.55,%,2023-06-20
LPR:1年,全国,2023-08-21,3.45,%,2023-08-21
LPR:5年,全国,2023-06-20,4.20,%,2023-06-20
LPR:5年,全国,2024-02-20,3.95,%,2024-02-20
M2:期末余额,全国,2022-12,266.4,万亿元,
M2:期末余额,全国,2023-12,292.3,万亿元,
CPI:当月同比,北岭省,2023-01,2.1,%,
"""
WIDE = """时间,全国:CPI:当月同比,临江省:CPI:当月同比,全国:制造业PMI,出口金额(亿元),城镇调查失业率
2022年1月,0.9,1.0,50.1,100,5.3
2023年1月,2.1,2.4,50.1,110,5.5
2023年2月,1.0,1.2,52.6,120.5,5.6
2023年3月,0.7,-0.3,51.9,,5.3
2023年4月,0.1,0.4,49.2,130,5.2
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("macro")
    (folder / "长.csv").write_text(LONG, encoding="utf-8")
    (folder / "宽.csv").write_text(WIDE, encoding="utf-8")
    made = Workspace.init(folder / "w")
    made.ingest([folder / "长.csv", folder / "宽.csv"], mapping="macro")
    return made


@pytest.fixture(scope="module")
def asker(workspace: Workspace) -> Asker:
    return Asker(workspace.store, workspace.index, Guard(), today=date(2024, 12, 31))


def first(answer: Answer) -> tuple[str | None, str | None, str | None]:
    value = answer.values[0]
    return value.value, value.unit, value.period


@pytest.mark.parametrize(
    ("question", "value", "unit", "period"),
    [
        ("2023年3月CPI同比是多少？", "0.7", "%", "2023-03"),
        ("临江省2023年3月的CPI", "-0.3", "%", "2023-03"),
        ("临江省2023年GDP是多少？", "101250000000", "元", "2023"),
        ("临江省2023年GDP首次公布的数是多少", "100000000000", "元", "2023"),
        ("截至2024年6月30日公布的临江省2023年GDP", "100000000000", "元", "2023"),
        ("临江省2023年经济增速", "5.2", "%", "2023Q4"),
        ("临江省2023年上半年GDP", "48000000000", "元", "2023H1"),
        ("2023年末M2余额", "292300000000000", "元", "2023-12"),
        ("2023年9月10日的一年期LPR", "3.45", "%", "2023-08-21"),
        ("2023年7月1日执行的五年期以上LPR是多少？", "4.20", "%", "2023-06-20"),
        ("2023年2月出口同比增长多少", "0", None, None),
        ("2023年1月出口同比增长多少", "10.00", "%", "2023-01"),
        ("2023年2月出口环比增长多少", "9.55", "%", "2023-02"),
        ("2023年4月失业率比上月变化了多少", "-0.1", "个百分点", "2023-04"),
        ("2023年1月失业率比上年同期上升了多少", "0.2", "个百分点", "2023-01"),
        ("2023年PMI最高的是哪个月", "52.6", "%", "2023-02"),
        ("最新的PMI", "49.2", "%", "2023-04"),
        ("2023年1月到4月失业率的平均值", "5.40", "%", "2023-04"),
    ],
)
def test_values(asker: Asker, question: str, value: str, unit: str | None, period: str | None) -> None:
    answer = asker.ask(question)
    if period is None:
        assert answer.status == "not_found", answer.answer  # February 2022 is not there
        return
    assert answer.status == "answered", answer.answer
    assert first(answer) == (value, unit, period), answer.answer
    assert not answer.trace.dropped


def test_a_revised_figure_tells_the_first_one(asker: Asker) -> None:
    answer = asker.ask("临江省2023年GDP是多少？")
    assert "2024年12月27日公布的修订数" in answer.answer
    assert "1,000亿元" in answer.answer
    assert [(v.role, v.value, v.basis, v.reported_in) for v in answer.values] == [
        ("answer", "101250000000", "restated", "2024-12-27"),
        ("alternative", "100000000000", "reported", "2024-01-19"),
    ]
    cited = answer.citations[answer.values[0].citations[0]]
    assert (cited.document, cited.sheet, cited.row, cited.column) == ("长.csv", "长", 4, 4)
    assert cited.quote == "GDP 数值 1012.5"


def test_steps_refer_to_the_operands(asker: Asker) -> None:
    answer = asker.ask("2023年2月出口环比增长多少")
    (step,) = answer.values[0].steps or []
    assert (step.expression, answer.values[1].value, answer.values[2].value) == (
        "(v1 / v2 - 1) * 100",
        "12050000000",
        "11000000000",
    )
    assert answer.values[1].role == "operand"


def test_growth_is_not_computed_where_the_definition_forbids_it(asker: Asker) -> None:
    answer = asker.ask("2023年12月M2同比增速是多少")
    assert answer.status == "not_found"
    assert "不能由数值相除得到" in answer.answer
    assert all(v.role != "answer" for v in answer.values)


def test_periods_that_meet_a_bound(asker: Asker) -> None:
    answer = asker.ask("2023年哪些月份PMI高于50？")
    assert [v.period for v in answer.values if v.role == "answer"] == ["2023-01", "2023-02", "2023-03"]
    count = asker.ask("2023年有几个月PMI在荣枯线以下")
    assert first(count)[:2] == ("1", "个")
    lower = asker.ask("2023年临江省CPI为负的月份有哪些")
    assert [v.period for v in lower.values if v.role == "answer"] == ["2023-03"]


def test_yes_or_no(asker: Asker) -> None:
    assert first(asker.ask("2023年4月PMI是否高于荣枯线？"))[0] == "false"
    answer = asker.ask("2023年2月CPI超过0.5%了吗")
    assert (answer.values[0].kind, answer.values[0].value) == ("boolean", "true")


def test_regions_beside_each_other(asker: Asker) -> None:
    answer = asker.ask("2023年1月临江省和全国的CPI哪个高？")
    assert [(v.entity, v.value) for v in answer.values[:2]] == [("临江省", "2.4"), ("全国", "2.1")]
    assert "高0.3个百分点" in answer.answer
    ranked = asker.ask("2023年1月哪个省的CPI最高？")
    assert (ranked.values[0].entity, ranked.values[0].rank) == ("临江省", 1)


def test_both_terms_of_a_rate_and_its_moves(asker: Asker) -> None:
    answer = asker.ask("2024年3月LPR是多少？")
    assert [v.value for v in answer.values if v.role == "answer"] == ["3.45", "3.95"]
    moves = asker.ask("五年期LPR历次调整")
    assert "由4.20%变为3.95%，下降0.25个百分点（25个基点）" in moves.answer


def test_missing_periods_are_told(asker: Asker) -> None:
    listed = asker.ask("2023年出口各月的走势")
    assert "缺2023年3月的数" in listed.answer
    later = asker.ask("2025年5月CPI是多少")
    assert later.status == "not_found"
    assert "2022年1月至2023年4月" in later.answer


def test_a_rate_of_a_year_is_not_made_up_from_its_months(asker: Asker) -> None:
    answer = asker.ask("临江省2023年CPI同比是多少")
    assert "库中没有临江省2023年的CPI同比" in answer.answer
    assert [v.value for v in answer.values] == ["2.4", "1.2", "-0.3", "0.4"]


def test_who_publishes_it(asker: Asker) -> None:
    assert first(asker.ask("CPI由谁发布？"))[0] == "国家统计局"


def test_a_region_must_be_named_where_there_are_several(asker: Asker) -> None:
    clarified = asker.ask("2023年GDP是多少")
    assert clarified.status == "answered"  # one region only has it
    assert clarified.values[0].entity == "临江省"


@pytest.mark.parametrize(
    "question", ["2023年美国GDP是多少", "火星省2023年GDP", "我国2023年GDP是多少", "北岭省2023年GDP是多少"]
)
def test_another_region_is_never_answered_with_the_one_there_is(asker: Asker, question: str) -> None:
    answer = asker.ask(question)
    assert answer.status == "not_found"
    assert "有数的地区是临江省" in answer.answer


@pytest.mark.parametrize(
    ("question", "value", "period"),
    [
        ("临江省CPI2023年3月", "-0.3", "2023-03"),
        ("LPR5年期2024年3月", "3.95", "2024-02-20"),
        ("临江省一季度GDP", "23000000000", "2023Q1"),
        ("3月失业率", "5.3", "2023-03"),
        ("2023年2月失业率比去年1月高多少", "0.3", "2023-02"),
        ("2022年到2023年临江省GDP增加了多少", "11250000000", "2023"),
        ("2023年PMI连续几个月高于50", "3", None),
        ("近两年临江省GDP", "90000000000", "2022"),
        ("近三年PMI最高的是哪个月", "52.6", "2023-02"),
        ("2023年PMI第二高的是哪个月", "51.9", "2023-03"),
        ("2023年有几个月出口超过115", "2", None),
        ("2023年有几个月出口超过0.0115万亿元", "2", None),
    ],
)
def test_other_ways_to_say_it(asker: Asker, question: str, value: str, period: str | None) -> None:
    answer = asker.ask(question)
    assert (answer.values[0].value, answer.values[0].period) == (value, period), answer.answer


@pytest.mark.parametrize("question", ["明年CPI是多少", "下个月的PMI", "后年临江省GDP"])
def test_the_future_has_no_figures(asker: Asker, question: str) -> None:
    answer = asker.ask(question)
    assert answer.status == "not_found"
    assert "的数" in answer.answer


@pytest.mark.parametrize(
    "question",
    [
        "CPI上涨的原因是什么",
        "M2增长对股市有什么影响",
        "预计2025年GDP增速是多少",
        "LPR为3.45%，加50个基点，执行利率是多少",
    ],
)
def test_what_figures_cannot_answer_is_left_to_others(asker: Asker, question: str) -> None:
    plan = asker.ask(question).plan or {}
    assert plan.get("kind") != "macro"


def test_concepts_and_companies_are_left_to_others(asker: Asker) -> None:
    plans = [asker.ask(question).plan for question in ("什么是CPI？", "长城公司2023年营业收入")]
    assert [plan["kind"] for plan in plans if plan] == ["define", "explain"]


@pytest.mark.parametrize(
    ("question", "value", "period"),
    [
        ("那2月呢？", "1.2", "2023-02"),
        ("2022年1月呢", "1.0", "2022-01"),
        ("换成全国呢？", "0.7", "2023-03"),
        ("那失业率呢？", "5.3", "2023-03"),
    ],
)
def test_a_question_that_leans_on_the_last_one(asker: Asker, question: str, value: str, period: str) -> None:
    region = "全国" if "失业率" in question else "临江省"
    before = f"{region}2023年3月CPI是多少？"
    answer = asker.ask(question, previous=before)
    assert (answer.values[0].value, answer.values[0].period) == (value, period), answer.answer


def test_within_a_list_only_its_files_are_read(asker: Asker) -> None:
    answer = asker.ask("2023年3月CPI同比是多少？", within=["长.csv"])
    assert answer.status == "not_found"


def test_the_samples_of_the_demo(tmp_path: Path) -> None:
    made = Workspace.init(tmp_path / "w")
    made.ingest([Path(__file__).resolve().parents[2] / "examples" / "macro"], mapping="macro")
    answer = made.ask("沧岚国2024年3月CPI环比是多少")
    assert first(answer) == ("0.5", "%", "2024-03")
    assert "原表为100.5" in answer.answer
