"""What is put together from pages: margins, paragraphs, tables over page breaks."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from caiwen.documents.pdf import assemble, chars, read_pages
from caiwen.records import Document, Paragraph
from tests.documents.pdf_making import Sheet

XS = (72.0, 250.0, 390.0, 520.0)
HEAD = ["项目", "2020年", "2019年"]


def read(sheet: Sheet) -> Document:
    path = sheet.save()
    return assemble(read_pages(path, 1, 99), path.name, "0")


def paragraphs(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Paragraph)]


def rows(document: Document, table: int = 0) -> list[list[str]]:
    return [[cell.text if cell else "" for cell in row] for row in document.tables[table].grid()]


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    return Sheet(tmp_path / "页.pdf")


def test_running_headers_and_page_numbers_go_but_units_stay(sheet: Sheet) -> None:
    for number in range(1, 6):
        sheet.text(200, 50, "某某股份有限公司 2020 年年度报告", 9)
        sheet.text(440, 90, "单位：元 币种：人民币")
        sheet.text(72, 120, f"第 {number} 段说明文字在这里。")
        sheet.text(280, 790, f"{number} / 5", 9)
        sheet.page()
    texts = paragraphs(read(sheet))
    assert [t for t in texts if "年度报告" in t or "/ 5" in t] == []
    assert texts.count("单位：元币种：人民币") + texts.count("单位：元 币种：人民币") == 5
    assert sum("说明文字" in t for t in texts) == 5


def test_lines_become_paragraphs(sheet: Sheet) -> None:
    body = "公司主要从事兽用生物制品的研发生产与销售产品种类涵盖四大系列百余种动物疫苗" * 3
    sheet.text(93, 100, "一、主要业务")
    sheet.text(93, 120, body[:41])
    sheet.text(72, 136, body[41:84])
    sheet.text(72, 152, "到此为止。")
    sheet.text(93, 168, body[:41])
    sheet.text(72, 184, "第二行。")
    sheet.text(72, 204, "备注：无。")
    texts = paragraphs(read(sheet))
    assert texts[0] == "一、主要业务"
    assert texts[1].endswith("到此为止。")
    assert texts[1].startswith(body[:84])
    assert texts[2].endswith("第二行。")
    assert texts[3].startswith("备注")
    assert len(texts) == 4


def test_a_table_over_a_page_break_is_one(sheet: Sheet) -> None:
    sheet.table(XS, 700, [HEAD, ["货币资金", "1.00", "2.00"]])
    sheet.page()
    sheet.table(XS, 72, [["存货", "3.00", "4.00"], ["资产总计", "4.00", "6.00"]])
    document = read(sheet)
    assert rows(document) == [
        HEAD,
        ["货币资金", "1.00", "2.00"],
        ["存货", "3.00", "4.00"],
        ["资产总计", "4.00", "6.00"],
    ]
    cell = document.tables[0].grid()[2][0]
    assert cell is not None
    assert (cell.page, cell.row) == (2, 2)


def test_a_header_repeated_overleaf_is_dropped(sheet: Sheet) -> None:
    sheet.table(XS, 700, [HEAD, ["货币资金", "1.00", "2.00"]])
    sheet.page()
    sheet.table(XS, 72, [HEAD, ["存货", "3.00", "4.00"]])
    assert rows(read(sheet)) == [HEAD, ["货币资金", "1.00", "2.00"], ["存货", "3.00", "4.00"]]


def test_tables_of_other_columns_stay_apart(sheet: Sheet) -> None:
    sheet.table(XS, 700, [HEAD, ["货币资金", "1.00", "2.00"]])
    sheet.page()
    sheet.table((72, 180, 520), 72, [["姓名", "职务"], ["张三", "董事"]])
    assert len(read(sheet).tables) == 2


def test_text_between_keeps_tables_apart(sheet: Sheet) -> None:
    sheet.table(XS, 700, [HEAD, ["货币资金", "1.00", "2.00"]])
    sheet.page()
    sheet.text(72, 110, "2、利润表")
    sheet.table(XS, 130, [HEAD, ["营业收入", "3.00", "4.00"]])
    assert len(read(sheet).tables) == 2


def test_a_row_cut_by_the_page_break_is_one(sheet: Sheet) -> None:
    """The number of a narrow cell and the name beside it go on overleaf; the box is that of the first part."""
    xs = (72, 140, 205)
    sheet.table(xs, 740, [["货币资金", "1,000.00"], ["库存商品及半", "22,172,721.0"]])
    sheet.page()
    sheet.table(xs, 72, [["成品", "0"], ["合计", "3.00"]])
    document = read(sheet)
    assert rows(document) == [
        ["货币资金", "1,000.00"],
        ["库存商品及半成品", "22,172,721.00"],
        ["合计", "3.00"],
    ]
    cell = document.tables[0].grid()[1][1]
    assert cell is not None
    assert cell.page == 1


def test_a_new_row_overleaf_stays_a_row(sheet: Sheet) -> None:
    sheet.table(XS, 700, [HEAD, ["营业总收入", "1.00", "2.00"]])
    sheet.page()
    sheet.table(XS, 72, [["其中：营业收入", "", ""], ["营业成本", "3.00", "4.00"]])
    assert [row[0] for row in rows(read(sheet))] == ["项目", "营业总收入", "其中：营业收入", "营业成本"]


def test_an_unruled_statement_over_a_page_break(sheet: Sheet) -> None:
    sheet.text(250, 640, "合并资产负债表")
    sheet.fill(XS, 660, [HEAD, ["货币资金", "1,111.00", "2,222.00"], ["存货", "3,333.00", "4,444.00"]])
    sheet.page()
    sheet.fill(
        XS, 72, [["归属于母公司所有者权益合计", "5,555.00", "6,666.00"], ["总计", "7,777.00", "8,888.00"]]
    )
    document = read(sheet)
    assert len(document.tables) == 1
    assert [row[0] for row in rows(document)] == [
        "项目",
        "货币资金",
        "存货",
        "归属于母公司所有者权益合计",
        "总计",
    ]


def test_raw_pages_travel_between_processes(sheet: Sheet) -> None:
    sheet.table(XS, 200, [HEAD, ["货币资金", "1.00", "2.00"]])
    pages = read_pages(sheet.save(), 1, 1)
    copies = pickle.loads(pickle.dumps(pages))
    assert copies == pages
    assert len(pickle.dumps(pages)) < 4_000


def test_pages_may_come_in_any_order(sheet: Sheet) -> None:
    for number in range(3):
        sheet.text(72, 200, f"第{number + 1}页的文字。")
        sheet.page()
    pages = read_pages(sheet.save(), 1, 3)
    document = assemble([pages[2], pages[0], pages[1]], "x", "0")
    assert paragraphs(document) == ["第1页的文字。", "第2页的文字。", "第3页的文字。"]
    assert [page.number for page in document.pages] == [1, 2, 3]


def test_symbol_fonts_show_their_ticks() -> None:
    codes = np.array([0xF052, 0x4E0D, 0xF0A3], np.int32)
    chars.read_symbols(codes)
    assert "".join(map(chr, codes)) == "☑不□"


def test_private_codes_are_counted() -> None:
    glyphs = chars.Glyphs(np.array([0xE001, 0xE002, 0x4E0D, 0x4E0E]), np.zeros((4, 4)), np.arange(4))
    assert chars.private_share(glyphs) == 0.5


def test_text_beyond_the_page_is_left_out(sheet: Sheet) -> None:
    sheet.text(72, 100, "在页面上的文字。")
    sheet.text(72, 860, "在页面下面的文字。")
    sheet.text(700, 100, "在页面右面的文字。")
    assert paragraphs(read(sheet)) == ["在页面上的文字。"]
