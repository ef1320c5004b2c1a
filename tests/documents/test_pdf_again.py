"""Tables over page breaks: titles printed again, margins that mirror each other, rows cut between them."""

from __future__ import annotations

from pathlib import Path

import pytest

from caiwen.documents.pdf import assemble, read_pages
from caiwen.records import Document, Table
from tests.documents.pdf_making import Sheet

XS = (72.0, 250.0, 390.0, 520.0)
HEAD = ["项目", "2020年", "2019年"]


def texts(table: Table) -> list[list[str]]:
    return [[cell.text if cell else "" for cell in row] for row in table.grid()]


def read(sheet: Sheet) -> Document:
    path = sheet.save()
    return assemble(read_pages(path, 1, 99), path.name, "0")


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    return Sheet(tmp_path / "表.pdf")


def head(sheet: Sheet, title: str) -> None:
    sheet.text(220, 100, title)
    sheet.text(250, 116, "2020年12月31日")
    sheet.text(440, 132, "单位：元")


def cut_row(sheet: Sheet) -> None:
    """A table whose last row on the page is cut: names and numbers go on under the same titles."""
    head(sheet, "合并资产负债表")
    sheet.table(XS, 140, [HEAD, ["货币资金", "1,234.56", "987.65"], ["应付账", "1,121,346,435.6", "-"]])
    sheet.page()
    head(sheet, "合并资产负债表（续）")


@pytest.mark.parametrize("rest", [["款", "0", ""], ["", "0", ""]], ids=["name and number", "number"])
def test_a_cut_row_goes_on_under_titles_printed_again(sheet: Sheet, rest: list[str]) -> None:
    cut_row(sheet)
    sheet.table(XS, 140, [HEAD, rest, ["预收款项", "-", "55.66"]])
    (table,) = read(sheet).tables
    assert texts(table) == [
        HEAD,
        ["货币资金", "1,234.56", "987.65"],
        ["应付账" + rest[0], "1,121,346,435.60", "-"],
        ["预收款项", "-", "55.66"],
    ]
    assert table.unit_text == "单位：元"


def test_another_statement_under_its_own_title_stays_apart(sheet: Sheet) -> None:
    head(sheet, "合并资产负债表")
    sheet.table(XS, 140, [HEAD, ["货币资金", "1,234.56", "987.65"]])
    sheet.page()
    head(sheet, "母公司资产负债表")
    sheet.table(XS, 140, [HEAD, ["货币资金", "34.56", "87.65"]])
    document = read(sheet)
    assert [table.caption for table in document.tables] == ["合并资产负债表", "母公司资产负债表"]


def test_a_ruled_table_goes_on_further_left(sheet: Sheet) -> None:
    sheet.table(XS, 700, [HEAD, ["货币资金", "1,234.56", "987.65"], ["应付账款", "1,121,346,435.6", "-"]])
    sheet.page()
    left = tuple(x - 28 for x in XS)
    sheet.table(left, 80, [["", "0", ""], ["预收款项", "-", "55.66"]])
    (table,) = read(sheet).tables
    assert texts(table)[2:] == [["应付账款", "1,121,346,435.60", "-"], ["预收款项", "-", "55.66"]]


def test_a_table_without_rules_goes_on_further_left(sheet: Sheet) -> None:
    rows = [["货币资金", "1,234.56", "987.65"], ["存货", "234.56", "87.65"], ["应收票据", "34.56", "7.65"]]
    sheet.text(220, 660, "合并资产负债表")
    sheet.fill(XS, 700, [HEAD, *rows], 20)
    sheet.page()
    more = [["预付款项", "5,234.56", "6,987.65"], ["商誉", "1.56", "0.65"]]
    sheet.fill(tuple(x - 28 for x in XS), 80, more)
    (table,) = read(sheet).tables
    assert texts(table) == [HEAD, *rows, *more]
    cell = table.grid()[4][1]
    assert cell is not None
    assert cell.page == 2
    assert cell.box is not None
    assert cell.box[0] < 357 - 50
    assert 357 <= cell.box[2] < 370
