"""Periods: canonical form, dates, and the words of questions."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caiwen.finance.period import Part, Period, from_date, periods_in

periods = st.builds(Period, st.integers(1990, 2050), st.sampled_from(list(Part)))


@given(periods)
def test_the_canonical_form_reads_back(period: Period) -> None:
    assert Period.parse(str(period)) == period


@given(periods)
def test_start_end_and_prior_year_agree_with_the_months(period: Period) -> None:
    months = (
        (period.end_date.year - period.start_date.year) * 12
        + period.end_date.month
        - period.start_date.month
        + 1
    )
    assert months == period.months
    assert period.prior_year().part is period.part
    assert period.prior_year().year == period.year - 1


def test_only_days_that_end_a_report_period_become_periods() -> None:
    assert from_date(date(2019, 12, 31)) == Period(2019)
    assert from_date(date(2019, 6, 30)) == Period(2019, Part.H1)
    assert from_date(date(2019, 9, 30)) == Period(2019, Part.Q3)
    assert from_date(date(2020, 1, 1)) is None
    assert Period.parse("2020-01-01") is None
    assert Period.parse("2019-12-31") == Period(2019)


@pytest.mark.parametrize(
    "text",
    [
        "久期4.2056年",
        "2000万元",
        "2000.5",
        "2,019,500",
        "2019,123",
        "共2000人",
        "2050户",
        "升2020%",
        "20191231",
    ],
)
def test_digits_inside_numbers_and_counts_are_no_years(text: str) -> None:
    assert periods_in(text) == []


@pytest.mark.parametrize(
    "text", ["2019.12.31", "2019,2020", "2019股东总数", "2019百诚医药", "2019人均净利润"]
)
def test_years_beside_dots_commas_and_names_stay_years(text: str) -> None:
    assert periods_in(text)[0].period.year == 2019


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019年营业收入", ["2019"]),
        ("2019年度", ["2019"]),
        ("19年净利润", ["2019"]),
        ("二〇一九年", ["2019"]),
        ("2019年末总资产", ["2019"]),
        ("2019年12月31日", ["2019"]),
        ("2019年上半年", ["2019H1"]),
        ("2019年半年度报告", ["2019H1"]),
        ("2019年中期", ["2019H1"]),
        ("2019年1-6月", ["2019H1"]),
        ("2019年6月30日", ["2019H1"]),
        ("2019年一季度", ["2019Q1"]),
        ("2019年第一季度", ["2019Q1"]),
        ("2019年三季报", ["2019Q3"]),
        ("2019年前三季度", ["2019Q3"]),
        ("2019年1-9月", ["2019Q3"]),
        ("2019Q3", ["2019Q3"]),
        ("2019H1", ["2019H1"]),
        ("2019年第二季度", ["2019Q2"]),
        ("2019-2021年", ["2019", "2020", "2021"]),
        ("2019年至2021年", ["2019", "2020", "2021"]),
        ("2018、2019、2020年", ["2018", "2019", "2020"]),
        ("2020年比2019年", ["2020", "2019"]),
        ("2019年5月3日", []),
        ("2019年下半年", []),
        ("2019年初总资产", ["2018"]),
        ("2019年一至三季度", ["2019Q3"]),
        ("2019年7-9月", ["2019Q3"]),
        ("上市12年", []),
        ("某某市19年营业收入", ["2019"]),
        ("近10年营业收入", []),
        ("30年期国债", []),
        ("没有年份的问题", []),
        ("近三年", []),
        ("股票代码600201", []),
    ],
)
def test_periods_named_in_a_text(text: str, expected: list[str]) -> None:
    assert [str(m.period) for m in periods_in(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("去年净利润", ["2020"]),
        ("上年同期", ["2020"]),
        ("前年", ["2019"]),
        ("与前两年相比", ["2019", "2020"]),
        ("过去两年", ["2020", "2021"]),
        ("近三年营业收入", ["2019", "2020", "2021"]),
        ("最近3个会计年度", ["2019", "2020", "2021"]),
        ("今年上半年", ["2021H1"]),
    ],
)
def test_relative_words_are_reckoned_from_the_anchor(text: str, expected: list[str]) -> None:
    mentions = periods_in(text, Period(2021))
    assert [str(m.period) for m in mentions] == expected
    assert all(m.relative for m in mentions)


def test_the_same_time_last_year_keeps_the_anchors_part() -> None:
    (mention,) = periods_in("与上年同期相比", Period(2021, Part.H1))
    assert str(mention.period) == "2020H1"


def test_marks_of_single_quarters_and_of_dates() -> None:
    assert [m.single for m in periods_in("2019年第三季度单季，2019年前三季度")] == [True, False]
    assert [m.instant for m in periods_in("2019年末和2020年")] == [True, False]


@given(st.text(alphabet="2019年上半下第一三季度末至-、近两去1 230QH月日", max_size=30))
def test_offsets_point_at_the_raw_text(text: str) -> None:
    for mention in periods_in(text, Period(2021)):
        assert text[mention.start : mention.end].strip() == mention.raw.strip()
