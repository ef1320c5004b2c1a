"""Answer workpapers: live formulas over operands, links to pages, text that stays text."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from caiwen.workpapers import write_answers
from caiwen.workpapers.answer_book import translate

SHA = "a" * 64


def _value(role: str, value: str, **more: Any) -> dict[str, Any]:
    given = {
        "role": role,
        "kind": "number",
        "entity": "山海冷链",
        "value": value,
        "unit": "元",
        "citations": [],
    }
    return given | more


def _record() -> dict[str, Any]:
    steps = [
        {"text": "净利润 ÷ 营业收入", "expression": "v1 / v2", "value": "0.25"},
        {"text": "× 100", "expression": "s0 * 100", "value": "25"},
    ]
    values = [
        _value("answer", "25.00", item="净利率", unit="%", steps=steps),
        _value("operand", "250.00", item="净利润", citations=[0], scope="consolidated", basis="reported"),
        _value("operand", "1000.00", item="营业收入", citations=[1]),
    ]
    citation = {"document": "甲.pdf", "sha256": SHA, "page": 7, "quote": "=1+1"}
    return {
        "question": "净利率？",
        "status": "answered",
        "answer": "=HYPERLINK(1)",
        "notice": "提示",
        "values": values,
        "citations": [citation, citation | {"page": 8}],
    }


@pytest.fixture
def book(tmp_path: Path) -> openpyxl.Workbook:
    path = tmp_path / "底稿.xlsx"
    assert (
        write_answers(path, [_record(), _record()], {SHA: str(tmp_path / "甲.pdf")}, [("工具", "caiwen")])
        == 2
    )
    return openpyxl.load_workbook(path)


def test_computed_values_are_formulas_over_their_operands(book: openpyxl.Workbook) -> None:
    sheet = book["数值"]
    column = [cell.value for cell in sheet["I"]]
    # rows: answer, its two steps, two operands; then the same for the second question
    assert column[1:6] == ["=I4", "=I5/I6", "=I3*100", 250, 1000]
    assert column[6:9] == ["=I9", "=I10/I11", "=I8*100"]
    assert [sheet.cell(row, 2).value for row in range(2, 7)] == ["答案", "步骤", "步骤", "所用", "所用"]


def test_operands_link_to_their_page(book: openpyxl.Workbook) -> None:
    cell = book["数值"]["P5"]
    assert cell.value == "7"
    assert cell.hyperlink.target.startswith("file:///")
    assert cell.hyperlink.target.endswith("#page=7")


def test_text_is_never_a_formula(book: openpyxl.Workbook) -> None:
    answer, quote = book["回答"]["D2"], book["数值"]["Q5"]
    assert (answer.value, answer.data_type) == ("=HYPERLINK(1)", "s")
    assert (quote.value, quote.data_type) == ("=1+1", "s")


@pytest.mark.parametrize(
    ("expression", "formula"),
    [
        ("v0 / v1 * 100", "=I2/I3*100"),
        ("(v0 - v1) / abs(v1)", "=(I2-I3)/ABS(I3)"),
        ("(v0 / v1) ** (1 / 3) - 1", "=(I2/I3)^(1/3)-1"),
        ("s0 * 1.5", "=I9*1.5"),
    ],
)
def test_translate(expression: str, formula: str) -> None:
    made = translate(expression, [2, 3], [9])
    assert made is not None
    assert made.text == formula


@pytest.mark.parametrize("expression", ["v2", "s1", "open(1)", "v0; v1", "HYPERLINK(v0)"])
def test_anything_beyond_arithmetic_is_no_formula(expression: str) -> None:
    assert translate(expression, [2, 3], [9]) is None
