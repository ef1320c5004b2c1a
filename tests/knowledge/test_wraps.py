"""Labels broken over lines."""

from __future__ import annotations

from caiwen.knowledge.figures import is_known
from caiwen.knowledge.grids import Entry, Line
from caiwen.knowledge.wraps import joined


def line(label: str, *values: str) -> Line:
    return Line(label, Entry(label, label), {i: Entry(v, v) for i, v in enumerate(values) if v})


def labels(*lines: Line, statement: str = "cash_flow") -> list[tuple[str, int]]:
    found = joined(lines, lambda label: is_known(label, statement, "general"))
    return [(item.label, len(item.cells)) for item in found]


def test_pieces_above_and_below() -> None:
    assert labels(line("处置固定资产、无形资产和其他长"), line("期资产收回的现金净额", "1")) == [
        ("处置固定资产、无形资产和其他长期资产收回的现金净额", 1)
    ]
    assert labels(line("购建固定资产、无形资产和其他长", "1"), line("期资产支付的现金")) == [
        ("购建固定资产、无形资产和其他长期资产支付的现金", 1)
    ]


def test_heading_stays_a_heading() -> None:
    lines = (line("一、经营活动产生的现金流量："), line("销售商品、提供劳务收到的现金", "1"))
    assert labels(*lines) == [("一、经营活动产生的现金流量：", 0), ("销售商品、提供劳务收到的现金", 1)]


def test_open_bracket_is_closed_by_the_next_piece() -> None:
    found = labels(line("公允价值变动收益（损失以", "1"), line("“－”号填列）"), statement="income_statement")
    assert found == [("公允价值变动收益（损失以“－”号填列）", 1)]


def test_figures_between_two_items_follow_the_habit_of_the_table() -> None:
    above = (line("营业收入"), line("", "1"), line("净利润"), line("", "2"))
    below = (line("", "1"), line("营业收入"), line("", "2"), line("净利润"))
    wanted = [("营业收入", 1), ("净利润", 1)]
    for lines in (above, below):
        assert [found for found in labels(*lines, statement="income_statement") if found[1]] == wanted


def test_figures_that_two_items_could_claim_stay_without_label() -> None:
    lines = (line("营业收入"), line("", "1"), line("净利润"))
    assert ("", 1) in labels(*lines, statement="income_statement")


def test_one_printed_row_read_as_two() -> None:
    upper, lower = line("", "1", "2"), Line("营业收入", Entry("营业收入", "营业收入"), {2: Entry("3", "3")})
    assert labels(upper, lower, statement="income_statement") == [("营业收入", 3)]
