"""Periods down to a day, as tables and questions write them."""

from __future__ import annotations

from datetime import date

import pytest

from caiwen.finance.macro.mentions import terms_in
from caiwen.finance.macro.term import Grain, Term, as_grain, read_cell

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("2024", "2024"), ("2024.0", "2024"), ("2024年全年", "2024"), ("202403", "2024-03"), ("2024年3月", "2024-03"),
        ("2024/3", "2024-03"), ("2024年1-3月", "2024-03"), ("2024Q1", "2024Q1"), ("2024年第四季度", "2024Q4"),
        ("2024年上半年", "2024H1"), ("2024-03-31 00:00:00", "2024-03-31"), ("20240331", "2024-03-31"),
        ("100.2", None), ("2024年13月", None), ("合计", None), ("2024-02-30", None),
    ],
)  # fmt: skip
def test_cells(text: str, canonical: str | None) -> None:
    found = read_cell(text)
    assert (str(found.term) if found else None) == canonical


def test_a_cell_from_january_on_is_cumulative() -> None:
    cells = [read_cell(text) for text in ("2024年1-3月", "2024年3月")]
    assert [cell.cumulative for cell in cells if cell] == [True, False]


def test_a_day_stands_for_the_month_that_it_ends() -> None:
    day = Term.on(2024, 3, 31)
    assert day is not None
    assert [str(as_grain(day, grain)) for grain in (Grain.MONTH, Grain.QUARTER, Grain.DAY, None)] == [
        "2024-03", "2024Q1", "2024-03-31", "2024-03-31",
    ]  # fmt: skip


def test_terms_step_over_the_year() -> None:
    december, third = Term.parse("2023-12"), Term.parse("2023Q3")
    assert december is not None
    assert third is not None
    assert [str(december.shifted(1)), str(december.year_before()), str(third.shifted(2))] == [
        "2024-01",
        "2022-12",
        "2024Q1",
    ]
    assert [str(t) for t in third.within(Grain.MONTH)] == ["2023-07", "2023-08", "2023-09"]
    assert third.end == date(2023, 9, 30)


@pytest.mark.parametrize(
    ("question", "first", "last", "kind"),
    [
        ("2024年3月CPI", "2024-03", "2024-03", "point"), ("2023年1月至6月的CPI", "2023-01", "2023-06", "range"),
        ("2021-2023年GDP", "2021", "2023", "range"), ("2024年三季度到2025年一季度", "2024Q3", "2025Q1", "range"),
        ("去年3月的CPI", "2025-03", "2025-03", "point"), ("2024-03-20的LPR", "2024-03-20", "2024-03-20", "point"),
        ("二〇二四年三月", "2024-03", "2024-03", "point"), ("24年5月PPI", "2024-05", "2024-05", "point"),
        ("2023GDP", "2023", "2023", "point"), ("上月CPI", "2026-10", "2026-10", "point"),
    ],
)  # fmt: skip
def test_mentions(question: str, first: str, last: str, kind: str) -> None:
    (found,) = terms_in(question, TODAY)
    assert (str(found.first), str(found.last), found.kind) == (first, last, kind)


def test_mentions_that_are_none() -> None:
    assert terms_in("社融超过2000亿元", TODAY) == []
    (only,) = terms_in("2024年6月比上年同期", TODAY)
    assert str(only.first) == "2024-06"


def test_a_later_month_shares_the_year() -> None:
    assert [str(m.first) for m in terms_in("2024年3月和4月", TODAY)] == ["2024-03", "2024-04"]


def test_counts_and_the_newest() -> None:
    (recent,) = terms_in("最近六个月PMI", TODAY)
    assert (recent.kind, recent.count, recent.grain) == ("recent", 6, Grain.MONTH)
    (latest,) = terms_in("最新的PMI", TODAY)
    assert latest.kind == "latest"
    (nine,) = terms_in("2024年前三季度GDP", TODAY)
    assert (nine.cumulative, str(nine.first)) == (True, "2024Q3")
