"""A number that print cut and nobody put together gives no fact; neither do its pieces."""

from __future__ import annotations

from decimal import Decimal

import pytest

from caiwen.knowledge import statements
from tests.knowledge.paper import ANNUAL, paper, table

ROWS = [
    ["项目", "2020年12月31日"],
    ["货币资金", "1,234,567.89"],
    ["应收票据", "34,567.89"],
    ["存货", "4,567.89"],
]


def values(*rows: list[str]) -> dict[str, Decimal]:
    facts = statements.extract(paper("合并资产负债表", "单位：元", table([*ROWS, *rows])), ANNUAL)
    return {fact.observation.label: fact.value for fact in facts}


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("10,883,808,641.9", "6"),
        ("10,883,808,", "641.96"),
        ("(1,883,808", "641.96)"),
        ("883,808,64", "1.96"),
        ("930,683,730", ".88"),
    ],
)
def test_neither_piece_of_a_cut_number_is_a_figure(above: str, below: str) -> None:
    found = values(["无形资产", above], ["资产总计", below], ["负债合计", "5,678.90"])
    assert "资产总计" not in found
    assert "无形资产" not in found
    assert found["负债合计"] == Decimal("5678.90")
    assert len(found) == 4


@pytest.mark.parametrize(("above", "below"), [("10,883.90", "6"), ("10,883.9", "6.00"), ("10,883.9", "60")])
def test_whole_figures_stay(above: str, below: str) -> None:
    found = values(["无形资产", above], ["资产总计", below])
    assert found["无形资产"] == Decimal("10883.9")
    assert found["资产总计"] == Decimal(below)


def test_a_column_of_one_decimal_has_no_cut_numbers() -> None:
    rows = [["项目", "2020年12月31日"], *([name, "1,234.5"] for name in ("货币资金", "应收票据", "存货"))]
    facts = statements.extract(
        paper("合并资产负债表", "单位：万元", table([*rows, ["资产总计", "8"]])), ANNUAL
    )
    assert [fact.value for fact in facts] == [Decimal(12345000)] * 3 + [Decimal(80000)]
