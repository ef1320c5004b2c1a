"""Statements set by alignment alone, in narrow columns: what a cell breaks over lines is read as one cell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from caiwen.documents.pdf import assemble, read_pages
from caiwen.records import Document, Paragraph, Table
from tests.documents.pdf_making import Sheet

NAMES, NOTES, THIS, LAST = 72.0, 190.0, 370.0, 520.0
Printed = tuple[float, str, float]
"""Where a text stands across the page, the text, how many points below the first line of its row."""


def texts(table: Table) -> list[list[str]]:
    return [[cell.text if cell else "" for cell in row] for row in table.grid()]


def read(sheet: Sheet) -> Document:
    path = sheet.save()
    return assemble(read_pages(path, 1, 99), path.name, "0")


def put(sheet: Sheet, y: float, *printed: Printed) -> None:
    for x, text, below in printed:
        sheet.text(x, y + below, text, 10, right=x in (THIS, LAST))


def row(sheet: Sheet, y: float, name: str, *values: str, note: str = "") -> None:
    put(sheet, y, (NAMES, name, 0), *([(NOTES, note, 0)] if note else []))
    put(sheet, y, *((x, value, 0) for x, value in zip((THIS, LAST), values, strict=False)))


def heads(sheet: Sheet, y: float) -> None:
    put(sheet, y, (NAMES, "项目", 0), (NOTES, "附注", 0), (THIS, "2020年", 0), (LAST, "2019年", 0))


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    return Sheet(tmp_path / "表.pdf")


@pytest.mark.parametrize("name_at", [0, 7, 14], ids=["top", "middle", "bottom"])
def test_references_to_notes_broken_over_two_lines(sheet: Sheet, name_at: float) -> None:
    heads(sheet, 100)
    row(sheet, 124, "货币资金", "1,234.56", "987.65", note="七、1")
    row(sheet, 148, "应收票据", "34.50", "87.60", note="七、7")
    put(sheet, 172, (NOTES, "七、1", 0), (NOTES + 10, "0", 14))
    put(sheet, 172, (NAMES, "预付款项", name_at), (THIS, "56.78", name_at), (LAST, "43.21", name_at))
    row(sheet, 210, "存货", "22.22", "11.11")
    put(sheet, 234, (NOTES, "七、1", 0), (NOTES + 10, "9", 14))
    put(sheet, 234, (NAMES, "合同资产", name_at), (THIS, "66.78", name_at), (LAST, "53.21", name_at))
    row(sheet, 272, "资产总计", "1,414.84", "1,182.79")
    (table,) = read(sheet).tables
    assert texts(table)[1:] == [
        ["货币资金", "七、1", "1,234.56", "987.65"],
        ["应收票据", "七、7", "34.50", "87.60"],
        ["预付款项", "七、10", "56.78", "43.21"],
        ["存货", "", "22.22", "11.11"],
        ["合同资产", "七、19", "66.78", "53.21"],
        ["资产总计", "", "1,414.84", "1,182.79"],
    ]


def test_the_rest_of_a_reference_at_the_end_of_a_page(sheet: Sheet) -> None:
    heads(sheet, 700)
    row(sheet, 716, "货币资金", "1,234.56", "987.65", note="七、1")
    row(sheet, 732, "应收票据", "34.50", "87.60", note="七、7")
    row(sheet, 748, "预付款项", "56.78", "43.21", note="七、1")
    put(sheet, 762, (NOTES + 10, "0", 0))
    put(sheet, 776, (NAMES, "应收保费", 0))
    document = read(sheet)
    (table,) = document.tables
    assert texts(table)[3] == ["预付款项", "七、10", "56.78", "43.21"]
    assert not any(block.text == "0" for block in document.blocks if isinstance(block, Paragraph))


@pytest.mark.parametrize("name_at", [0, 14], ids=["top", "bottom"])
def test_numbers_cut_over_two_lines(sheet: Sheet, name_at: float) -> None:
    heads(sheet, 100)
    row(sheet, 124, "货币资金", "8,234,567,890.12", "8,345,678,901.23")
    row(sheet, 148, "存货", "2,649,240,751.84", "2,538,129,740.73")
    for y, name in ((172, "资产总计"), (210, "负债和所有者权益总计")):
        put(sheet, y, (NAMES, name, name_at))
        put(sheet, y, (THIS, "10,883,808,641.9", 0), (THIS, "6", 14), (LAST, "10,883,808,641.9", 0))
        put(sheet, y, (LAST, "6", 14))
    (table,) = read(sheet).tables
    assert texts(table)[-2:] == [
        ["资产总计", "", "10,883,808,641.96", "10,883,808,641.96"],
        ["负债和所有者权益总计", "", "10,883,808,641.96", "10,883,808,641.96"],
    ]


def test_a_whole_number_with_one_decimal_takes_nothing_from_the_next_row(sheet: Sheet) -> None:
    heads(sheet, 100)
    printed = [("营业收入", "1,234.5", "1,134.5"), ("营业成本", "1,034.5", "1,004.5"), ("人数", "8", "7")]
    for i, (name, *values) in enumerate(printed):
        row(sheet, 116 + 14 * i, name, *values)
    (table,) = read(sheet).tables
    assert texts(table)[1:] == [[name, "", *values] for name, *values in printed]


def test_remarks_below_a_figure_are_no_part_of_it(sheet: Sheet) -> None:
    """(未经审计) below the heads of columns, or between figures, is not glued to a number."""
    heads(sheet, 100)
    put(sheet, 112, (THIS, "(未经审计)", 0))
    row(sheet, 130, "营业收入", "1,234", "1,134")
    row(sheet, 146, "营业成本", "1,034", "1,004")
    row(sheet, 162, "营业利润", "134", "104")
    (table,) = read(sheet).tables
    assert [line[2:] for line in texts(table)[-3:]] == [
        ["1,234", "1,134"],
        ["1,034", "1,004"],
        ["134", "104"],
    ]


def test_headings_in_the_middle_of_the_names(sheet: Sheet) -> None:
    def lines(y: float, printed: Sequence[tuple[str, ...]]) -> None:
        for i, (name, *values) in enumerate(printed):
            if values:
                row(sheet, y + 18 * i, name, *values)
            else:
                put(sheet, y + 18 * i, (150.0, name, 0))

    put(sheet, 640, (165.0, "项目", 0), (THIS, "2020年", 0), (LAST, "2019年", 0))
    first = [
        ("流动资产：",),
        ("存货", "2.22", "1.11"),
        ("应收票据", "3.33", "2.22"),
        ("资产总计", "5.55", "3.33"),
    ]
    second = [
        ("所有者权益：",),
        ("股本", "4.44", "3.33"),
        ("资本公积", "1.11", "0.10"),
        ("合计", "5.55", "3.43"),
    ]
    lines(660, first)
    sheet.page()
    lines(90, [("短期借款", "0.10", "0.20"), *second])
    (table,) = read(sheet).tables
    assert [[line[0], line[-2], line[-1]] for line in texts(table)[1:]] == [
        [name, *(values or ("", ""))] for name, *values in [*first, ("短期借款", "0.10", "0.20"), *second]
    ]


def test_names_spread_over_a_width(sheet: Sheet) -> None:
    heads(sheet, 100)
    for y, name, value in ((118, "资产总计", "5.55"), (136, "短期借款", "1.11")):
        for i, character in enumerate(name):
            sheet.text(NAMES + 19 * i, y, character, 10)
        put(sheet, y, (THIS, value, 0), (LAST, value, 0))
    row(sheet, 154, "现金", "1.23", "2.34")
    (table,) = read(sheet).tables
    assert texts(table)[1:] == [
        ["资 产 总 计", "", "5.55", "5.55"],
        ["短 期 借 款", "", "1.11", "1.11"],
        ["现金", "", "1.23", "2.34"],
    ]


def test_columns_that_are_empty_on_the_first_page(sheet: Sheet) -> None:
    """Their heads stand in the middle; where their figures will end, the other columns tell."""
    ends = (220.0, 320.0, 420.0, 520.0)

    def line(y: float, name: str, *values: str) -> None:
        sheet.text(NAMES, y, name, 10)
        for end, value in zip(ends, values, strict=False):
            sheet.text(end, y, value, 10, right=True)

    for end, year, books in zip(
        ends, ("2020年", "2019年") * 2, ("合并", "合并", "公司", "公司"), strict=True
    ):
        sheet.text(end - 62, 726, year, 10)
        sheet.text(end - 57, 740, books, 10)
    line(758, "营业总收入", "1,234.56", "1,134.56")
    line(776, "其中：收入", "1,234.56", "1,134.56")
    sheet.page()
    line(90, "税金", "34.56", "33.56", "24.56", "23.56")
    line(108, "收益", "4.56", "3.56", "2.56", "(1)")
    (table,) = read(sheet).tables
    assert texts(table)[-2:] == [
        ["税金", "34.56", "33.56", "24.56", "23.56"],
        ["收益", "4.56", "3.56", "2.56", "(1)"],
    ]


def test_heads_broken_over_two_lines_beside_a_lower_one(sheet: Sheet) -> None:
    put(sheet, 100, (THIS, "2018年12月31", 0), (LAST, "2017年12月31", 0), (NAMES, "项目", 10.5))
    put(sheet, 110.5, (THIS - 25, "日", 0), (LAST - 25, "日", 0))
    row(sheet, 130, "货币资金", "1,234,567.89", "987,654.32")
    row(sheet, 146, "存货", "234,567.89", "87,654.32")
    (table,) = read(sheet).tables
    assert texts(table)[0][-2:] == ["2018年12月31日", "2017年12月31日"]


def test_a_lone_word_below_the_heads_is_a_row(sheet: Sheet) -> None:
    put(sheet, 100, (THIS, "6月30日", 0), (LAST, "12月31日", 0))
    put(sheet, 112, (THIS, "2007年", 0), (LAST, "2006年", 0))
    put(sheet, 126, (NAMES, "资产", 0))
    row(sheet, 142, "煤炭", "89,033", "81,539")
    row(sheet, 158, "发电", "62,053", "58,373")
    (table,) = read(sheet).tables
    assert ["资产", "", ""] in texts(table)


def test_rows_hardly_further_apart_than_their_lines(sheet: Sheet) -> None:
    """Lines of a name 11.5 points apart, rows 13: the two exact distances tell them apart."""
    y = 100.0
    heads(sheet, y)
    for step, name, *values in [
        (13, "收回投资收到", "417", "287"), (11.5, "的现金"), (13, "取得投资收益", "215", "667"), (11.5, "所收到的现金"),
        (13, "购建固定资产", "651", "968"), (11.5, "、无形资产和"), (11.5, "支付的现金额"), (13, "支付的税费", "340", "337"),
        (13, "支付的利息额", "109", "87"), (13, "甲类特别款项"), (13, "乙类特别款项", "126", "910"),
    ]:  # fmt: skip
        y += float(step)
        row(sheet, y, str(name), *map(str, values))
    (table,) = read(sheet).tables
    assert [line[0] for line in texts(table)[1:]] == [
        "收回投资收到的现金", "取得投资收益所收到的现金", "购建固定资产、无形资产和支付的现金额",
        "支付的税费", "支付的利息额", "甲类特别款项", "乙类特别款项",
    ]  # fmt: skip


def test_a_bracket_begins_no_row(sheet: Sheet) -> None:
    heads(sheet, 100)
    y = 100.0
    for name in ("资产处置收益", "三、营业利润"):
        y += 16
        row(sheet, y, name, "33.10", "18.20")
        for rest in ("（损失以“-”", "号填列）"):
            y += 16
            row(sheet, y, rest)
    (table,) = read(sheet).tables
    assert [line[0] for line in texts(table)[1:]] == [
        "资产处置收益（损失以“-”号填列）",
        "三、营业利润（损失以“-”号填列）",
    ]


def test_the_right_side_goes_on_overleaf(sheet: Sheet) -> None:
    """Of a balance sheet with two sides: the last name on the right is cut by the page break."""

    def line(y: float, *printed: str) -> None:
        for x, text in zip((72.0, 190.0, 240.0, 300.0, 450.0, 520.0), printed, strict=False):
            sheet.text(x, y, text, 8, right=bool(text) and text[0].isdigit())

    line(740, "资产", "2020年", "2019年", "负债和所有者权益", "2020年", "2019年")
    line(752, "货币资金", "1,234.56", "987.65", "短期借款", "1,034.56", "887.65")
    line(764, "存货", "34.56", "87.65", "应付票据", "234.56", "187.65")
    line(776, "资产总计", "1,269.12", "1,075.30", "负债和所有者权益（或股东", "1,269.12", "1,075.30")
    sheet.page()
    sheet.text(300, 84, "权益）总计", 8)
    (table,) = read(sheet).tables
    assert texts(table)[-1][3] == "负债和所有者权益（或股东权益）总计"


@pytest.mark.parametrize(
    ("below", "read_as"), [(12, "1,234,567.89"), (34, "1,234,567.8")], ids=["rest", "page number"]
)
def test_a_rest_in_the_margin_is_no_page_number(sheet: Sheet, below: float, read_as: str) -> None:
    heads(sheet, 700)
    row(sheet, 716, "货币资金", "1,234,567.89", "987,654.32")
    row(sheet, 732, "存货", "1,234,567.89", "987,654.32")
    row(sheet, 756, "资产总计", "1,234,567.8", "987,654.32")
    put(sheet, 756 + below, (THIS, "9", 0))
    (table,) = read(sheet).tables
    assert texts(table)[3] == ["资产总计", "", read_as, "987,654.32"]


def test_heads_alone_at_the_foot_head_one_table_overleaf(sheet: Sheet) -> None:
    """The page after prints the title again; the table below the first one there has heads of its own."""
    sheet.text(220, 720, "合并现金流量表", 11)
    heads(sheet, 744)
    sheet.page()
    sheet.text(220, 84, "合并现金流量表（续）", 11)
    row(sheet, 104, "收到的现金", "2,250.11", "1,932.22")
    row(sheet, 120, "支付的现金", "1,250.11", "932.22")
    sheet.text(220, 160, "母公司现金流量表", 11)
    heads(sheet, 180)
    row(sheet, 196, "收到的现金", "250.11", "932.22")
    row(sheet, 212, "支付的现金", "150.11", "32.22")
    first, second = read(sheet).tables
    assert [line[0] for line in texts(first)] == ["项目", "收到的现金", "支付的现金"]
    assert texts(second)[1][2:] == ["250.11", "932.22"]


def test_a_name_in_two_lines_in_a_broad_column(sheet: Sheet) -> None:
    """Neither line is full, nor nearer than rows; only together they name an item."""
    put(sheet, 100, (NAMES, "项目", 0), (THIS, "2020年", 0), (LAST, "2019年", 0))
    for i, (name, *values) in enumerate([
        ("购建固定资产、无形资产和其他长期资产支付的现金", "8,530", "9,510"), ("其中：子公司支付给少数股东的股",), ("利、利润", "724", "682"),
        ("投资活动现金流出小计", "25,496", "21,179"), ("投资活动产生的现金流量净额", "5,496", "1,179"),
    ]):  # fmt: skip
        row(sheet, 116 + 14 * i, name, *values)
    (table,) = read(sheet).tables
    assert texts(table)[2] == ["其中：子公司支付给少数股东的股利、利润", "724", "682"]


def test_dates_set_with_spaces_and_broken(sheet: Sheet) -> None:
    """2020 年 12 月 3 / 1 日 is the head of a column, no row of figures."""
    for end, year in ((THIS, "2020"), (LAST, "2019")):
        for aside, part in ((-70, f"{year} 年"), (-35, "12 月"), (-9, "3")):
            sheet.text(end + aside, 100, part, 8)
        sheet.text(end - 42, 110, "1 日", 8)
    sheet.text(NAMES, 105, "项目", 8)
    row(sheet, 130, "货币资金", "2,364", "2,441")
    row(sheet, 146, "存货", "1,289", "1,124")
    (table,) = read(sheet).tables
    assert [text.replace(" ", "") for text in texts(table)[0][-2:]] == ["2020年12月31日", "2019年12月31日"]


def test_numbers_cut_by_a_page_break(sheet: Sheet) -> None:
    heads(sheet, 720)
    row(sheet, 736, "货币资金", "1,234,567.89", "987,654.32")
    row(sheet, 752, "存货", "1,234,567.89", "987,654.32")
    row(sheet, 768, "负债合计", "930,683,730", "1,312,050,3")
    sheet.page()
    row(sheet, 90, "", ".88", "79.49")
    row(sheet, 106, "所有者权益：")
    row(sheet, 122, "资本公积", "412,560.00", "412,560.00")
    (table,) = read(sheet).tables
    assert texts(table)[3:] == [
        ["负债合计", "", "930,683,730.88", "1,312,050,379.49"],
        ["所有者权益：", "", "", ""],
        ["资本公积", "", "412,560.00", "412,560.00"],
    ]
