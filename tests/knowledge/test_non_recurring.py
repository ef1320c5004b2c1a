"""Non-recurring items and their total."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from caiwen.knowledge import non_recurring
from caiwen.records import Document, Filing, FilingKind, Span
from tests.knowledge.paper import ANNUAL, paper, table

ROWS = [
    ["非经常性损益项目", "2020年金额", "附注", "2019年金额"],
    ["非流动资产处置损益", "44,258.44", "", "-879,814.14"],
    ["计入当期损益的政府补助", "19,725,658.46", "", "7,676,107.63"],
    ["债务重组损益", "", "", ""],
    ["减：所得税影响额", "3,180,603.71", "", "1,522,916.90"],
    ["合计", "16,589,313.19", "", "5,273,376.59"],
]


def values(document: Document, filing: Filing = ANNUAL) -> dict[tuple[str, str, Span], Decimal | None]:
    return {
        ("".join(f.dimensions.values()), f.period, f.span): f.value
        for f in non_recurring.extract(document, filing)
    }


def test_items_and_total_of_both_years() -> None:
    found = values(paper(table(ROWS, unit="单位：元")))
    assert found["", "2020", Span.YTD] == Decimal("16589313.19")
    assert found["非流动资产处置损益", "2019", Span.YTD] == Decimal("-879814.14")
    assert found["所得税影响额", "2020", Span.YTD] == Decimal("3180603.71")
    assert not any(name == "债务重组损益" for name, _, _ in found)
    assert len(found) == 8


def test_the_second_print_in_the_notes_adds_nothing() -> None:
    notes = [
        ["项目", "金额"],
        ["非流动性资产处置损益", "44,258.44"],
        ["计入当期损益的政府补助（与业务相关）", "19,725,658.46"],
        ["合计", "16,589,313.19"],
    ]
    assert len(values(paper(table(ROWS, unit="单位：元"), table(notes, unit="单位：元")))) == 8


def test_the_quarter_beside_the_year_to_date() -> None:
    filing = replace(ANNUAL, kind=FilingKind.Q3, period="2020Q3")
    rows = [
        ["项目", "本期金额", "年初至报告期末金额"],
        ["非流动资产处置损益", "1.00", "3.00"],
        ["计入当期损益的政府补助", "2.00", "4.00"],
        ["合计", "3.00", "7.00"],
    ]
    found = values(paper(table(rows, unit="单位：元")), filing)
    assert (found["", "2020Q3", Span.SINGLE], found["", "2020Q3", Span.YTD]) == (3, 7)


def test_no_unit_and_no_cents_is_no_value() -> None:
    rows = [
        ["项目", "2020年"],
        ["非流动资产处置损益", "44"],
        ["计入当期损益的政府补助", "19"],
        ["合计", "63"],
    ]
    assert values(paper(table(rows))) == {}


def test_labels_broken_over_rows_are_whole_again() -> None:
    rows = [
        ["项目", "2020年金额"],
        ["非流动资产处置损益（包括已计提资产减值准备", "10.00"],
        ["的冲销部分）", ""],
        ["除同公司正常经营业务相关的有效套期保值业务外，非金融企业持", ""],
        ["有金融资产和金融负债产生的公允价值变动损益以及处", "-5.00"],
        ["置金融资产和金融负债产生的损益", ""],
        ["其他符合非经常性损益定义的损益项目", "3.00"],
        ["自定的项目", "1.00"],
        ["非经常性损益小计", "9.00"],
        ["合计", "9.00"],
    ]
    assert {name: value for (name, _, _), value in values(paper(table(rows, unit="单位：元"))).items()} == {
        "非流动资产处置损益（包括已计提资产减值准备的冲销部分）": 10,
        "除同公司正常经营业务相关的有效套期保值业务外，非金融企业持有金融资产和金融负债产生的公允价值变动损益以及处置金融资产和金融负债产生的损益": -5,
        "其他符合非经常性损益定义的损益项目": 3,
        "自定的项目": 1,
        "": 9,
    }


def test_figures_under_two_items_in_one_cell_belong_to_neither() -> None:
    two = "债务重组损益受托经营取得的托管费收入"
    rows = [["项目", "2020年金额"], [two, "10.00"], ["非流动资产处置损益", "2.00"], ["合计", "12.00"]]
    found = values(paper(table(rows, unit="单位：元", caption="非经常性损益")))
    assert {name for name, _, _ in found} == {"非流动资产处置损益", ""}


def test_pieces_of_a_label_that_print_has_torn() -> None:
    rows = [
        ["项目", "2020年金额"],
        ["非流动资产处置损益", "0.00"],
        ["单独进行减值测试的应收款项减", "1.00"],
        ["企业取得子公司、联营企业及合营企业的投资成本小于取得", "2.00"],
        ["投资时应享有被投资单位可辨认净资产", "3.00"],
        ["政府补助", "4.00"],
        ["合计", "10.00"],
    ]
    items = table(rows, caption="非经常性损益项目及金额", unit="单位：元")
    found = {name: value for (name, _, _), value in values(paper(items)).items()}
    assert found["单独进行减值测试的应收款项减值准备转回"] == 1
    assert 3 not in found.values()
    assert found["政府补助"] == 4
