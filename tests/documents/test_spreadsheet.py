"""Workbooks and delimited text: exact numbers, merged heads, several sheets, blank rows, encodings."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from caiwen.documents import read
from caiwen.documents.spreadsheet import find_delimiter, number_text
from caiwen.errors import DocumentError
from caiwen.records import Paragraph, Table


def rows(table: Table) -> list[list[str | None]]:
    return [[cell.text if cell else None for cell in row] for row in table.grid()]


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    book = Workbook()
    first = book.active
    assert first is not None
    first.title = "利润表"
    first["A1"] = "合并利润表"
    first.merge_cells("A1:C1")
    first["A2"] = "单位：万元"
    first.append(["项目", "2020年", "2019年"])
    first.append(["营业收入", 12345678.9, 0.1 + 0.2])
    first.append(["毛利率", 0.3123, 0.05])
    first["B5"].number_format = first["C5"].number_format = "0.00%"
    first.append([])
    first.append(["编制日期", datetime.datetime(2021, 3, 30), True])
    hidden = book.create_sheet("底稿")
    hidden.append(["人数", 1234567890123456])
    hidden.append(["合计", "=SUM(B1:B1)"])
    hidden.sheet_state = "hidden"
    book.create_sheet("空表")
    path = tmp_path / "表.xlsx"
    book.save(path)
    return path


def test_numbers_dates_percents_and_merges(workbook: Path) -> None:
    document = read(workbook)
    table = document.tables[0]
    assert rows(table) == [
        ["合并利润表", "合并利润表", "合并利润表"],
        ["单位：万元", None, None],
        ["项目", "2020年", "2019年"],
        ["营业收入", "12345678.9", "0.3"],
        ["毛利率", "31.23%", "5%"],
    ]
    assert (table.sheet, table.unit_text, document.format) == ("利润表", "单位：万元", "xlsx")


def test_a_blank_row_parts_tables_and_places_stay_the_sheets_own(workbook: Path) -> None:
    second = read(workbook).tables[1]
    assert [(c.row, c.column, c.text) for c in second.cells] == [
        (6, 0, "编制日期"),
        (6, 1, "2021-03-30"),
        (6, 2, "是"),
    ]
    assert (second.n_rows, second.index) == (7, 1)


def test_sheets_are_sections_and_hidden_ones_are_told(workbook: Path) -> None:
    document = read(workbook)
    assert [s.title for s in document.sections] == ["利润表", "底稿"]
    assert any("底稿" in w and "隐藏" in w for w in document.warnings)
    assert any("1 个公式没有保存计算结果" in w for w in document.warnings)
    assert document.tables[2].cells[1].text == "1234567890123456"


def test_a_workbook_without_data_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "空.xlsx"
    Workbook().save(path)
    with pytest.raises(DocumentError, match="工作簿里没有数据"):
        read(path)


@pytest.mark.parametrize(
    ("value", "percent", "text"),
    [
        (0.1 + 0.2, False, "0.3"),
        (1e15, False, "1000000000000000"),
        (1.5e-7, False, "0.00000015"),
        (-1234.50, False, "-1234.5"),
        (100.0, False, "100"),
        (0.1234, True, "12.34%"),
        (1, True, "100%"),
        (123456789012.34, False, "123456789012.34"),
    ],
)
def test_number_texts_are_exact(value: float, percent: bool, text: str) -> None:
    assert number_text(value, percent=percent) == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_delimited_text(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "数据.csv"
    path.write_bytes('代码,名称,营业收入（元）\n000001,"甲,乙",1.10\n600000,丙,2\n'.encode(encoding))
    document = read(path)
    assert rows(document.tables[0]) == [
        ["代码", "名称", "营业收入（元）"],
        ["000001", "甲,乙", "1.10"],
        ["600000", "丙", "2"],
    ]
    assert (document.format, document.tables[0].sheet) == ("csv", None)


def test_big5_csv(tmp_path: Path) -> None:
    path = tmp_path / "資料.csv"
    path.write_bytes("證券代號,證券名稱,營業收入\n2330,示例電子,100\n2317,示例精密,200\n".encode("big5"))
    assert rows(read(path).tables[0])[0] == ["證券代號", "證券名稱", "營業收入"]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [("a,b\n1,2", ","), ("a\tb\n1\t2", "\t"), ("a;b;c\n1;2,5;3", ";"), ("一段话\n又一段话", None)],
)
def test_delimiters(text: str, delimiter: str | None) -> None:
    assert find_delimiter(text) == delimiter


def test_lines_above_a_table_are_paragraphs_only_when_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("某公司财务数据,,\n\n项目,2020,2019\n收入,1,2\n成本,3,4\n", encoding="utf-8")
    document = read(path)
    assert isinstance(document.blocks[0], Paragraph)
    assert document.tables[0].caption == "某公司财务数据"
