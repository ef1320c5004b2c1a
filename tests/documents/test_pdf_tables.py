"""Tables of drawn PDFs: what is printed in a cell is read in that cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from caiwen.documents.pdf import assemble, read_pages
from caiwen.records import Document, Paragraph, Table
from tests.documents.pdf_making import Sheet

XS = (72.0, 250.0, 390.0, 520.0)
STATEMENT = [
    ["项目", "2020年12月31日", "2019年12月31日"],
    ["货币资金", "1,234,567.89", "987,654.32"],
    ["存货", "22,172,721.00", "-"],
    ["资产总计", "23,407,288.89", "987,654.32"],
]


def read(sheet: Sheet) -> Document:
    path = sheet.save()
    return assemble(read_pages(path, 1, 99), path.name, "0")


def texts(table: Table) -> list[list[str]]:
    return [[cell.text if cell else "" for cell in row] for row in table.grid()]


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    return Sheet(tmp_path / "表.pdf")


def test_a_ruled_table_with_boxes(sheet: Sheet) -> None:
    bottom = sheet.table(XS, 200, STATEMENT)
    (table,) = read(sheet).tables
    assert texts(table) == STATEMENT
    assert table.ruled
    cell = table.grid()[1][2]
    assert cell is not None
    assert cell.page == 1
    assert cell.box == pytest.approx((390, 220, 520, 240), abs=1)
    assert table.box == pytest.approx((72, 200, 520, bottom), abs=1)


def test_merged_cells_span_the_missing_borders(sheet: Sheet) -> None:
    sheet.line(72, 100, 520, 100)
    sheet.line(250, 120, 520, 120)
    sheet.line(72, 140, 520, 140)
    sheet.line(72, 160, 520, 160)
    for x, y in ((72, 100), (250, 100), (390, 120), (520, 100)):
        sheet.line(x, y, x, 160)
    sheet.text(77, 124, "项目")
    sheet.text(350, 114, "期末余额")
    sheet.text(300, 134, "金额")
    sheet.text(440, 134, "比例")
    sheet.fill(XS, 140, [["合计", "5.00", "100%"]])
    (table,) = read(sheet).tables
    assert texts(table) == [
        ["项目", "期末余额", "期末余额"],
        ["项目", "金额", "比例"],
        ["合计", "5.00", "100%"],
    ]
    spans = {cell.text: (cell.rowspan, cell.colspan) for cell in table.cells}
    assert spans["项目"] == (2, 1)
    assert spans["期末余额"] == (1, 2)


def test_open_sides_keep_the_names(sheet: Sheet) -> None:
    sheet.table(XS, 200, STATEMENT, sides=False)
    (table,) = read(sheet).tables
    assert texts(table) == STATEMENT


def test_a_single_vertical_line(sheet: Sheet) -> None:
    for y in (200, 220, 240):
        sheet.line(72, y, 520, y)
    sheet.line(300, 200, 300, 240)
    for row, (name, value) in enumerate([("法定代表人", "张三"), ("注册地址", "某市某路1号")]):
        sheet.text(77, 214 + 20 * row, name)
        sheet.text(305, 214 + 20 * row, value)
    (table,) = read(sheet).tables
    assert texts(table) == [["法定代表人", "张三"], ["注册地址", "某市某路1号"]]


def test_borders_swallowed_by_a_page_break(sheet: Sheet) -> None:
    """The first row has no upper, the last no lower border; a last row may have verticals only."""
    sheet.table(XS, 200, STATEMENT, ends=False)
    sheet.text(72, 400, "下面的一行只有竖线。")
    for x in XS:
        sheet.line(x, 420, x, 440)
    sheet.fill(XS, 420, [["现金流出", "102,290.57", "2,848,308.54"]])
    first, second = read(sheet).tables
    assert texts(first) == STATEMENT
    assert texts(second) == [["现金流出", "102,290.57", "2,848,308.54"]]


def test_numbers_wrapped_in_narrow_cells(sheet: Sheet) -> None:
    sheet.grid((72, 200, 280), (100, 140))
    sheet.text(77, 114, "归属于母公司")
    sheet.text(77, 130, "股东的净利润")
    sheet.text(275, 114, "22,172,721.0", right=True)
    sheet.text(275, 130, "0", right=True)
    (table,) = read(sheet).tables
    assert texts(table) == [["归属于母公司股东的净利润", "22,172,721.00"]]


def test_rows_without_a_rule_between_them(sheet: Sheet) -> None:
    """Verticals and a frame only: the amounts below each other are rows, a wrapped name stays with its own."""
    sheet.grid(XS, (180, 200, 280))
    sheet.fill(XS, 180, [HEAD := STATEMENT[0]])
    for row, values in enumerate(
        [("货币资金", "1,234.56", "987.65"), ("存货", "-", "111.11"), ("资产总计", "3,456.78", "1,098.76")]
    ):
        sheet.fill(XS, 202 + 22 * row, [list(values)])
    (table,) = read(sheet).tables
    assert texts(table) == [
        HEAD,
        ["货币资金", "1,234.56", "987.65"],
        ["存货", "-", "111.11"],
        ["资产总计", "3,456.78", "1,098.76"],
    ]
    cell = table.grid()[2][2]
    assert cell is not None
    assert cell.box is not None
    assert cell.box[1] < 235 < cell.box[3]
    assert cell.box[3] - cell.box[1] < 30


@pytest.mark.parametrize("rules", [True, False], ids=["three lines", "no line"])
def test_a_statement_without_grid(sheet: Sheet, rules: bool) -> None:
    rows = [*STATEMENT[:2], ["负债：", "", ""], *STATEMENT[2:]]
    sheet.text(250, 100, "合并资产负债表", 14)
    sheet.text(520, 120, "单位：元", right=True)
    sheet.fill(XS, 130, rows)
    for y in (130, 150, 230) if rules else ():
        sheet.line(72, y, 520, y)
    (table,) = read(sheet).tables
    assert texts(table) == rows
    assert not table.ruled
    assert table.unit_text == "单位：元"
    assert table.caption == "合并资产负债表"
    value = table.grid()[1][1]
    assert value is not None
    assert value.box is not None
    assert value.box[1] < 164 < value.box[3]


def test_header_blocks_over_columns_without_grid(sheet: Sheet) -> None:
    xs = (72, 200, 280, 360, 440, 520)
    for x, text in ((279, "本集团"), (444, "本行")):
        sheet.text(x, 100, text)
    sheet.fill(xs, 106, [["项目", "2020年", "2019年", "2020年", "2019年"]])
    sheet.fill(
        xs,
        126,
        [["现金", "148,014", "(1,234)", "147,001", "不适用"], ["贷款", "2,014", "1,900", "1,800", "1,700"]],
    )
    (table,) = read(sheet).tables
    assert texts(table)[0] == ["", "本集团", "本集团", "本行", "本行"]
    assert texts(table)[2] == ["现金", "148,014", "(1,234)", "147,001", "不适用"]


def test_names_broken_over_two_lines_without_grid(sheet: Sheet) -> None:
    sheet.fill(XS, 100, [["项目", "2020年", "2019年"], ["经营活动现金流入小计", "100.00", "90.00"]], 18)
    sheet.text(77, 150, "处置固定资产和无形资产收回的现")
    sheet.text(77, 163, "金净额")
    for x, text in ((385, "37.00"), (515, "30.00")):
        sheet.text(x, 163, text, right=True)
    (table,) = read(sheet).tables
    assert texts(table)[-1] == ["处置固定资产和无形资产收回的现金净额", "37.00", "30.00"]


def test_prose_is_no_table(sheet: Sheet) -> None:
    for i in range(6):
        sheet.text(
            72,
            100 + 18 * i,
            f"公司 2020 年 实现营业收入 1,23{i}.56 万元，比上年增长 {i}.12%，其中主营业务占 90%。",
        )
    document = read(sheet)
    assert document.tables == ()


def test_watermarks_stay_out_of_cells(sheet: Sheet) -> None:
    sheet.table(XS, 200, STATEMENT)
    sheet.canvas.saveState()
    sheet.canvas.translate(200, sheet.height - 260)
    sheet.canvas.rotate(35)
    sheet.canvas.setFont("STSong-Light", 30)
    sheet.canvas.drawString(0, 0, "内部资料")
    sheet.canvas.restoreState()
    document = read(sheet)
    assert texts(document.tables[0]) == STATEMENT
    assert not any("内" in block.text for block in document.blocks if isinstance(block, Paragraph))


def test_text_printed_twice_is_read_once(sheet: Sheet) -> None:
    sheet.table(XS, 200, STATEMENT)
    sheet.fill([x + 0.4 for x in XS], 200, STATEMENT)
    (table,) = read(sheet).tables
    assert texts(table) == STATEMENT


def test_a_chart_is_no_table(sheet: Sheet) -> None:
    sheet.line(100, 100, 100, 300)
    sheet.line(100, 300, 400, 300)
    for i in range(8):
        sheet.line(96, 100 + 25 * i, 100, 100 + 25 * i)
        sheet.text(90, 104 + 25 * i, str(16 - 2 * i), right=True)
        sheet.text(120 + 35 * i, 180 + 11 * (i % 3), f"{i}.{i}")
    assert read(sheet).tables == ()


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_boxes_of_turned_pages_are_as_displayed(tmp_path: Path, turn: int) -> None:
    """Text upright on the sheet, the page turned by /Rotate: it is read as on the sheet, boxes as displayed."""
    wide = turn in (90, 270)
    sheet = Sheet(
        tmp_path / "转.pdf", (841.89, 595.28) if wide else (595.28, 841.89)
    )  # reportlab swaps them back
    sheet.height = 841.89
    sheet.canvas.setPageRotation(turn)
    sheet.table(XS, 200, STATEMENT)
    document = read(sheet)
    (table,) = document.tables
    assert texts(table) == STATEMENT
    page = document.pages[0]
    assert (page.width, page.height) == pytest.approx((841.89, 595.28) if wide else (595.28, 841.89), abs=0.1)
    cell = table.grid()[0][0]
    assert cell is not None
    x0, y0, x1, y1 = 72, 200, 250, 220
    w, h = 595.28, 841.89
    expected = {
        90: (h - y1, x0, h - y0, x1),
        180: (w - x1, h - y1, w - x0, h - y0),
        270: (y0, w - x1, y1, w - x0),
    }[turn]
    assert cell.box == pytest.approx(expected, abs=1)


def test_a_table_set_sideways(tmp_path: Path) -> None:
    """A landscape table on a portrait page without /Rotate: read upright."""
    sheet = Sheet(tmp_path / "横.pdf")
    sheet.canvas.translate(sheet.width, 0)
    sheet.canvas.rotate(90)
    sheet.height = 595.28
    sheet.table(XS, 200, STATEMENT)
    document = read(sheet)
    assert texts(document.tables[0]) == STATEMENT
    assert document.pages[0].width < (document.pages[0].height or 0)
    box = document.tables[0].box
    assert box is not None
    assert box[3] - box[1] > box[2] - box[0], "the long side of the table runs down the page"


def test_a_landscape_page(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "横页.pdf", (842, 595))
    sheet.table(XS, 200, STATEMENT)
    document = read(sheet)
    assert texts(document.tables[0]) == STATEMENT
    assert document.pages[0].width == pytest.approx(842)
