"""Short texts about the company, open questions, concepts."""

import pytest

from caiwen.ask import Asker


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("山海冷链2020年的法定代表人是谁", "林山"),
        ("山海冷链法人代表", "林山"),
        ("山海冷链注册地址在哪里", "滨海市云港区一号路8号"),
        ("山海冷链2020年审计机构是哪家", "明正会计师事务所"),
    ],
)
def test_base_information(asker: Asker, question: str, text: str) -> None:
    value = asker.ask(question).values[0]
    assert (value.role, value.kind, value.scope) == ("answer", "text", None)
    assert text in (value.value or "")


@pytest.mark.parametrize(
    ("question", "quoted", "page"),
    [
        ("山海冷链2020年聘任、解聘会计师事务所情况", "明正会计师事务所", 35),
        ("请具体描述一下2020年山海冷链主营业务", "冷链设备的研发", 8),
        ("山海冷链2020年存货增加的原因是什么", "备货增加所致", 14),
    ],
)
def test_open_questions_quote_the_right_section(asker: Asker, question: str, quoted: str, page: int) -> None:
    answer = asker.ask(question)
    assert answer.status == "answered"
    assert quoted in answer.answer
    assert page in [c.page for c in answer.citations]


def test_not_applicable_is_reported_as_such(asker: Asker) -> None:
    answer = asker.ask("山海冷链2020年是否面临退市风险")
    assert answer.status == "answered"
    assert "没有此类情况" in answer.answer


def test_what_is_not_in_the_material_is_said(asker: Asker) -> None:
    answer = asker.ask("山海冷链2020年的宇宙飞船计划是怎样的")
    assert answer.status == "not_found"
    assert "未找到" in answer.answer


def test_open_question_about_a_year_that_is_not_there(asker: Asker) -> None:
    answer = asker.ask("山海冷链2025年社会责任情况")
    assert answer.status == "not_found"
    assert "2020年" in answer.answer


def test_concepts_come_from_the_formula_table(asker: Asker) -> None:
    answer = asker.ask("什么是毛利率")
    assert answer.status == "answered"
    assert "营业收入−营业成本" in answer.answer
    assert asker.ask("什么是量子纠缠").status == "not_found"


def test_same_figure_of_another_document_is_named_as_conflict(asker: Asker) -> None:
    answer = asker.ask("山海冷链2019年净利润")
    assert answer.values[0].value == "90.00"
    assert "不一致" not in answer.answer
