"""Whether the first row overleaf is the rest of a row: judged by words, numbers and the room that was left."""

from __future__ import annotations

import pytest

from caiwen.documents.pdf.raw import RawCell, RawTable
from caiwen.documents.pdf.splits import row_goes_on

EDGES = (0.0, 100.0, 200.0, 300.0)


def table(row: list[tuple[str, float, float]], above: list[str] | None = None) -> RawTable:
    """One row of (text, room left after it, width of its first word), with a header when ``above`` is given."""
    cells = [RawCell(0, i, 1, 1, text, (0, 0, 0, 0)) for i, text in enumerate(above or [])]
    start = 1 if above else 0
    cells += [
        RawCell(start, i, 1, 1, text, (0, 0, 0, 0), room, head) for i, (text, room, head) in enumerate(row)
    ]
    return RawTable((0, 0, 300, 20), EDGES, start + 1, tuple(cells))


E0 = ("", 0.0, 0.0)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([("本期末比上年", 5, 10), E0, E0], [("", 0, 0), E0, E0]),
        ([("货币资金", 60, 10), ("1.00", 50, 20), E0], [("存货", 0, 10), ("2.00", 50, 20), E0]),
        ([("所有者权益合计", 4, 10), ("1.00", 50, 20), E0], [("其中：少数股东权益", 0, 10), E0, E0]),
        ([("在建工程", 2, 10), E0, E0], [("生产性生物资产", 0, 10), E0, E0]),
        ([("序号", 3, 10), ("12", 3, 10), E0], [("", 0, 0), ("13", 3, 10), E0]),
        ([("金额", 60, 10), ("1,234.50", 3, 10), E0], [("", 0, 0), ("99", 3, 10), E0]),
    ],
    ids=["nothing there", "full row", "of which", "known item", "whole numbers", "complete amount"],
)
def test_new_rows(before: list[tuple[str, float, float]], after: list[tuple[str, float, float]]) -> None:
    assert not row_goes_on(table(before), table(after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([E0, ("2020年末", 40, 10), ("本期末比上年", 5, 10)], [E0, E0, ("同期末增减（%）", 0, 10)]),
        ([("账面价值", 9, 10), ("22,172,721.0", 2, 60), E0], [E0, ("0", 50, 5), E0]),
        ([("余额", 9, 10), ("108,919,90", 2, 60), ("-", 30, 5)], [E0, ("3.00", 50, 20), ("6,882.64", 9, 40)]),
        ([("投资活动（减少", 40, 10), ("1.00", 9, 9), E0], [("以“-”号填列）", 9, 10), E0, E0]),
        ([("子公司吸收少数股东投资收到", 30, 10), E0, E0], [("的现金", 9, 10), E0, E0]),
        ([("有效期", 9, 10), ("2004.07.14—", 9, 10), E0], [E0, ("2014.07.13", 9, 40), E0]),
    ],
    ids=["header", "last digit", "sign alone", "open bracket", "cannot begin", "span of dates"],
)
def test_the_rest_of_a_row(
    before: list[tuple[str, float, float]], after: list[tuple[str, float, float]]
) -> None:
    assert row_goes_on(table(before), table(after))


def test_a_repeated_header_is_passed_over() -> None:
    header = ["承诺方", "内容", "期限"]
    before = table([("张三", 50, 10), ("不从事与公司相竞争的业", 2, 10), E0], header)
    after = table([E0, ("务，直到不再持股", 9, 10), E0], header)
    assert row_goes_on(before, after)


def test_columns_are_compared_by_place() -> None:
    """A column that exists on one page only does not shift the others."""
    before = table([("名称", 60, 10), ("22,172,721.0", 2, 60), E0])
    cells = (RawCell(0, 0, 1, 1, "", (0, 0, 0, 0)), RawCell(0, 1, 1, 1, "0", (0, 0, 0, 0), 50, 5))
    after = RawTable((0, 0, 300, 20), (0.0, 200.0, 300.0), 1, cells)
    assert not row_goes_on(before, after)
