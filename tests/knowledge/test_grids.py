"""Tables → lines under bound columns."""

from __future__ import annotations

from caiwen.knowledge.grids import Part, read_table
from tests.knowledge.paper import ANNUAL, BANK, table


def texts(part: Part) -> list[list[str]]:
    return [
        [line.label, *(line.cells[g].text if g in line.cells else "" for g in range(len(part.columns)))]
        for line in part.lines
    ]


def test_notes_column_is_no_value() -> None:
    rows = [["项目", "附注", "期末余额", "期初余额"], ["货币资金", "1", "10.00", "9.00"]]
    (part,) = read_table(table(rows), ANNUAL)
    assert texts(part) == [["货币资金", "10.00", "9.00"]]
    assert [c.period for c in part.columns] == ["2020", "2019"]


def test_header_in_two_rows_with_merged_cells() -> None:
    rows = [
        ["项目", "附注", "本集团", "<", "本行", "<"],
        ["^", "^", "2019年12月31日", "2018年12月31日", "2019年12月31日", "2018年12月31日"],
        ["吸收存款", "八、22", "9,314,066", "8,627,440", "9,300,000", "8,600,000"],
    ]
    (part,) = read_table(table(rows), BANK)
    assert [(str(c.scope), c.period) for c in part.columns] == [
        ("consolidated", "2019"),
        ("consolidated", "2018"),
        ("parent", "2019"),
        ("parent", "2018"),
    ]
    assert texts(part)[0][1:] == ["9,314,066", "8,627,440", "9,300,000", "8,600,000"]


def test_header_changes_half_way() -> None:
    rows = [
        ["主要会计数据", "2020年", "2019年"],
        ["营业收入", "5.00", "4.00"],
        ["", "2020年末", "2019年末"],
        ["总资产", "9.00", "8.00"],
    ]
    first, second = read_table(table(rows), ANNUAL)
    assert [str(c.span) for c in first.columns] == ["ytd", "ytd"]
    assert [str(c.span) for c in second.columns] == ["instant", "instant"]
    assert texts(second) == [["总资产", "9.00", "8.00"]]


def test_repeated_header_does_not_break_a_table() -> None:
    header = ["项目", "2020年度", "2019年度"]
    rows = [
        header,
        ["以公允价值计量且其变", "5.00", "4.00"],
        header,
        ["动计入当期损益的金融资产", "", ""],
        ["存货", "1.00", "2.00"],
    ]
    (part,) = read_table(table(rows), ANNUAL)
    assert [line.label for line in part.lines] == ["以公允价值计量且其变", "动计入当期损益的金融资产", "存货"]


def test_two_sided_balance_sheet() -> None:
    rows = [
        ["资产", "期末余额", "期初余额", "负债和所有者权益", "期末余额", "期初余额"],
        ["货币资金", "1.00", "2.00", "短期借款", "3.00", "4.00"],
        ["存货", "5.00", "6.00", "应付账款", "7.00", "8.00"],
    ]
    left, right = read_table(table(rows), ANNUAL)
    assert texts(left) == [["货币资金", "1.00", "2.00"], ["存货", "5.00", "6.00"]]
    assert texts(right) == [["短期借款", "3.00", "4.00"], ["应付账款", "7.00", "8.00"]]


def test_columns_that_say_the_same_are_left_out() -> None:
    rows = [["项目", "2020年", "2020年", "2019年"], ["营业收入", "1.00", "2.00", "3.00"]]
    (part,) = read_table(table(rows), ANNUAL)
    assert texts(part) == [["营业收入", "3.00"]]


def test_figures_beside_their_headers_are_matched_in_order() -> None:
    rows = [
        ["", "", "2020年", "", "2019年"],
        ["营业收入", "5.00", "", "4.00", ""],
        ["净利润", "2.00", "", "1.00", ""],
    ]
    (part,) = read_table(table(rows), ANNUAL)
    assert texts(part) == [["营业收入", "5.00", "4.00"], ["净利润", "2.00", "1.00"]]


def test_row_merged_otherwise_than_the_header() -> None:
    rows = [
        ["项目", "2020年", "<", "2019年", "<", "2018年", "<"],
        ["不良贷款率", "<", "0.86", "<", "0.85", "<", "0.75"],
    ]
    (part,) = read_table(table(rows), ANNUAL)
    assert texts(part) == [["不良贷款率", "0.86", "0.85", "0.75"]]


def test_cell_over_two_periods_is_left_out() -> None:
    rows = [["项目", "2020年", "2019年"], ["营业收入", "5.00 4.00", "<"], ["净利润", "2.00", "1.00"]]
    (part,) = read_table(table(rows), ANNUAL)
    assert texts(part) == [["营业收入", "", ""], ["净利润", "2.00", "1.00"]]


def test_unit_inside_the_table() -> None:
    rows = [["单位：万元", "<", "<"], ["项目", "2020年", "2019年"], ["营业收入", "5", "4"]]
    (part,) = read_table(table(rows), ANNUAL)
    assert part.scale is not None
    assert part.scale.name == "万元"


def test_next_piece_takes_the_columns_of_the_piece_before() -> None:
    (before,) = read_table(
        table([["项目", "附注", "2020年", "2019年"], ["营业收入", "", "5.00", "4.00"]]), ANNUAL
    )
    (same,) = read_table(table([["净利润", "", "2.00", "1.00"]]), ANNUAL, inherited=before)
    (narrower,) = read_table(table([["净利润", "2.00", "1.00"]]), ANNUAL, inherited=before)
    assert texts(same) == texts(narrower) == [["净利润", "2.00", "1.00"]]
    assert read_table(table([["净利润", "2.00", "1.00", "3.00"]]), ANNUAL, inherited=before) == []


def test_rows_that_share_a_label_carry_it() -> None:
    rows = [
        ["项目", "<", "2020年", "2019年"],
        ["贷款迁徙率（%）", "正常类", "1.28", "1.24"],
        ["^", "关注类", "16.42", "25.01"],
        ["不良贷款率（%）", "<", "0.86", "0.85"],
    ]
    (part,) = read_table(table(rows), ANNUAL)
    assert [line.label for line in part.lines] == [
        "贷款迁徙率（%）正常类",
        "贷款迁徙率（%）关注类",
        "不良贷款率（%）",
    ]


def test_label_outside_the_column_of_labels() -> None:
    rows = [
        ["", "项目", "2020年", "2019年"],
        ["", "资本公积", "1.00", "2.00"],
        ["股本", "", "3.00", "4.00"],
        ["", "盈余公积", "5.00", "6.00"],
    ]
    (part,) = read_table(table(rows), ANNUAL)
    assert [line.label for line in part.lines] == ["资本公积", "股本", "盈余公积"]
