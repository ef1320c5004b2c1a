"""Header cells → periods, spans, books, bases."""

from __future__ import annotations

import pytest

from caiwen.finance.period import Period
from caiwen.knowledge.columns import bind_columns, is_header_text, period_of, span_and_period
from caiwen.records import Basis, Filing, FilingKind, Scope, Span

ANNUAL = Filing(kind=FilingKind.ANNUAL, period="2020")
Q3 = Filing(kind=FilingKind.Q3, period="2024Q3")
HALF = Filing(kind=FilingKind.INTERIM, period="2024H1")
OFFERING = Filing(kind=FilingKind.PROSPECTUS, period="2007H1")


def bound(filing: Filing, *headers: str | tuple[str, ...]) -> list[tuple[str, str] | str | None]:
    columns = [(h,) if isinstance(h, str) else h for h in headers]
    found = bind_columns(columns, filing)
    return [m and ((m.period, str(m.span)) if m.role == "value" else m.role) for m in found]


@pytest.mark.parametrize(
    ("header", "period", "span"),
    [
        ("2020年12月31日", "2020", "instant"),
        ("2020 年\n12 月 31 日", "2020", "instant"),
        ("2020年6月30日", "2020H1", "instant"),
        ("2020-12-31", "2020", "instant"),
        ("2020年度", "2020", "ytd"),
        ("2019年末", "2019", "instant"),
        ("2020年1-9月", "2020Q3", "ytd"),
        ("2020年1月1日至2020年6月30日止期间", "2020H1", "ytd"),
        ("2020年7-9月", "2020Q3", "single"),
        ("2020年半年度", "2020H1", "ytd"),
        ("2020年前三季度（1-9月）", "2020Q3", "ytd"),
        ("2020年第三季度（7-9月）", "2020Q3", "single"),
        ("2020年第一季度", "2020Q1", "ytd"),
        ("期末余额", "2020", "instant"),
        ("期初余额", "2019", "instant"),
        ("上年年末余额", "2019", "instant"),
        ("本期发生额", "2020", "ytd"),
        ("上期发生额", "2019", "ytd"),
    ],
)
def test_one_header(header: str, period: str, span: str) -> None:
    assert bound(ANNUAL, header) == [(period, span)]


def test_columns_without_figures_have_a_role() -> None:
    assert bound(ANNUAL, "附注七", "本期比上年同期增减(%)", "调整数", "2019年同口径（1）") == [
        "note",
        "change",
        "adjustment",
        "other",
    ]


def test_two_dates_in_one_header_bind_nothing() -> None:
    assert bound(ANNUAL, "2020年12月31日2019年12月31日") == [None]


def test_third_quarter_report_tells_the_quarter_from_the_year_to_date() -> None:
    headers = ("本报告期", "上年同期", "本报告期比上年同期增减", "年初至报告期末", "上年同期")
    assert bound(Q3, *headers) == [
        ("2024Q3", "single"),
        ("2023Q3", "single"),
        "change",
        ("2024Q3", "ytd"),
        ("2023Q3", "ytd"),
    ]
    assert bound(Q3, "本报告期末", "上年度末") == [("2024Q3", "instant"), ("2023", "instant")]


def test_half_year_opening_balance_is_last_year_end() -> None:
    assert bound(HALF, "期末余额", "期初余额") == [("2024H1", "instant"), ("2023", "instant")]


def test_bare_years_of_an_interim_report_are_interim_periods() -> None:
    assert bound(HALF, "2024年", "2023年") == [("2024H1", "ytd"), ("2023H1", "ytd")]
    assert bound(OFFERING, "2007年1-6月", "2006年") == [("2007H1", "ytd"), ("2006", "ytd")]


def test_day_above_year() -> None:
    assert bound(OFFERING, ("6月30日", "2007年"), ("12月31日", "2006年")) == [
        ("2007H1", "instant"),
        ("2006", "instant"),
    ]
    stretch = (
        ("截至6月30日止", "6个月期间", "2007年"),
        ("6个月期间", "2006年", "(未经审计)"),
        ("截至12月31日止年度", "2006年"),
    )
    assert bound(OFFERING, *stretch) == [("2007H1", "ytd"), ("2006H1", "ytd"), ("2006", "ytd")]


def test_bases() -> None:
    headers = ["2020年", "2019年调整后", "2019年调整前", "2018年", "2020年1月1日", "2019年12月31日（经重述）"]
    found = bind_columns([[h] for h in headers], ANNUAL)
    assert [m.basis for m in found if m] == [
        Basis.REPORTED,
        Basis.RESTATED,
        Basis.UNADJUSTED,
        Basis.COMPARATIVE,
        Basis.OPENING,
        Basis.RESTATED,
    ]
    assert found[4] is not None
    assert found[4].period == "2020-01-01"


def test_books_of_the_group_and_of_the_bank() -> None:
    found = bind_columns(
        [["本集团", "2020年12月31日"], ["本行", "2020年12月31日"], ["2020年12月31日", "合并"]], ANNUAL
    )
    assert [m.scope for m in found if m] == [Scope.CONSOLIDATED, Scope.PARENT, Scope.CONSOLIDATED]


def test_anchor_beats_the_filing() -> None:
    found = bind_columns([["期末余额"]], ANNUAL, anchor=Period(2017))
    assert [m.period for m in found if m] == ["2017"]


def test_relative_words_need_a_period() -> None:
    assert bound(Filing(kind=FilingKind.DATA), "期末余额", "2020年度") == [None, ("2020", "ytd")]


def test_a_balance_stands_at_the_end_of_its_column() -> None:
    single, half, date = bind_columns([["2020年第四季度"], ["2020年半年度"], ["2020年12月31日"]], ANNUAL)
    assert single is not None
    assert half is not None
    assert date is not None
    assert span_and_period(single, instant=True) == (Span.INSTANT, "2020")
    assert span_and_period(half, instant=True) == (Span.INSTANT, "2020H1")
    assert span_and_period(date, instant=False) == (Span.YTD, "2020")


def test_header_texts() -> None:
    assert all(map(is_header_text, ["2020年末", "附注", "本集团", "调整后", "(未经审计)", "第一季度"]))
    assert not any(map(is_header_text, ["", "货币资金", "中国某某能源股份有限公司招股意向书"]))


def test_period_of_a_line() -> None:
    assert period_of("2020年12月31日") == Period(2020)
    assert str(period_of("2020年1-6月")) == "2020H1"
    assert period_of("2004年、2005年、2006年12月31日") is None
