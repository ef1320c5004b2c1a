"""What is not there is said to be not there; what is ambiguous is asked back; bad input ends in one clear line."""

import pytest

from caiwen.ask import Asker

NOT_FOUND = [
    ("山海冷链2035年营业收入是多少", "2020年"),
    ("山海冷链2017年营业收入", "有该项的期间"),
    ("宁波海天精工2020年营业收入", "没有"),
    ("贵州茅台2020年净利润", "已入库的公司"),
    ("002007的净利润", "002007"),
    ("概述一下公司员工情况，针对甘肃陇神戎发药业股份有限公司2019年的年报。", "陇神戎发"),
    ("根据2019年的年报数据，晶瑞电材主要销售客户的情况，请做简要分析。", "晶瑞电材"),
    ("华夏山海冷链2020年营业收入", "华夏山海冷链"),
    ("山海冷链2020年长期借款", "未披露"),
    ("山海冷链2020年长期股权投资", "母公司口径"),
    ("山海冷链2020年口罩业务收入", "冷冻设备"),
    ("山海冷链2020年5月20日营业收入", "报告期"),
    ("澜屿银行2020年毛利率", "营业成本"),
    ("山海冷链2020年固定资产折旧年限是多少", "材料"),
    ("", "空"),
    ("？？！", "空"),
    ("问" * 10_000, "10000"),
    ("2020年营业收入第9高的公司", "4 家"),
]


@pytest.mark.parametrize(("question", "says"), NOT_FOUND)
def test_not_found(asker: Asker, question: str, says: str) -> None:
    answer = asker.ask(question)
    assert answer.status == "not_found", answer.answer
    assert says in answer.answer
    assert not any(v.role == "answer" for v in answer.values)


def test_two_companies_of_one_short_name_are_asked_back(asker: Asker) -> None:
    answer = asker.ask("远望2020年营业收入")
    assert answer.status == "clarify"
    assert answer.plan is not None
    assert len(answer.plan["choices"]) == 2


def test_no_company_among_several_is_asked_back(asker: Asker) -> None:
    answer = asker.ask("2020年营业收入是多少")
    assert answer.status == "clarify"
    assert "山海冷链" in answer.answer


def test_the_only_company_is_taken_and_said(alone: Asker) -> None:
    answer = alone.ask("2020年营业收入是多少")
    assert (answer.status, answer.values[0].value) == ("answered", "1200.00")
    assert "唯一的公司" in answer.answer


def test_another_company_is_not_answered_by_the_only_one(alone: Asker) -> None:
    assert alone.ask("贵州茅台2020年营业收入是多少").status == "not_found"


@pytest.mark.parametrize("name", ["山海冷连", "冷链山海", "山海设备"])
def test_slips_and_abbreviations_are_understood_and_said(asker: Asker, name: str) -> None:
    answer = asker.ask(f"{name}2020年营业收入")
    assert (answer.status, answer.values[0].value) == ("answered", "1200.00")
    assert name in answer.answer


@pytest.mark.parametrize("name", ["山海冷库", "山海令链", "山海"])
def test_a_near_name_that_may_be_another_company_is_asked_back(asker: Asker, name: str) -> None:
    answer = asker.ask(f"{name}2020年营业收入")
    assert answer.status == "clarify"
    assert "山海冷链" in answer.answer


def test_refused_by_the_guard_with_its_text(asker: Asker) -> None:
    answer = asker.ask("推荐几只股票")
    assert answer.status == "refused"
    assert answer.values == []
    assert "营业收入" in answer.answer


def test_company_alone_asks_what(asker: Asker) -> None:
    assert asker.ask("山海冷链").status == "clarify"


def test_every_answer_carries_label_and_notice(asker: Asker) -> None:
    for question in ("山海冷链2020年营业收入", "推荐股票", ""):
        notice = asker.ask(question).notice
        assert "人工智能生成" in notice
        assert "不构成投资建议" in notice


@pytest.mark.parametrize(
    "junk", ["\x00\u200b", "'; DROP TABLE facts; --", "%s%n", "(" * 200, "🚀🚀", "null", "0", "A" * 900]
)
def test_junk_never_breaks(asker: Asker, junk: str) -> None:
    answer = asker.ask(junk)
    assert answer.status in {"not_found", "clarify"}
    assert answer.answer
