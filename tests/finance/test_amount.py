"""Numerals of cells, unit lines, amounts in prose."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caiwen.finance.amount import amounts_in, format_value, in_words, parse_number, parse_scale

values = st.decimals(min_value=-(10**14), max_value=10**14, places=2, allow_nan=False, allow_infinity=False)


@given(values)
def test_thousands_separators_round_trip(value: Decimal) -> None:
    assert parse_number(f"{value:,f}") == value


@given(values.filter(lambda v: v > 0))
def test_brackets_and_every_dash_mean_minus(value: Decimal) -> None:
    printed = f"{value:,f}"
    shapes = [
        f"({printed})",
        f"（{printed}）",
        f"-{printed}",
        f"－{printed}",
        f"−{printed}",
        f"— {printed}",
        f"({printed})%",
    ]
    assert {parse_number(shape) for shape in shapes} == {-value}


@given(values, st.sampled_from([str.maketrans("0123456789,.-", "０１２３４５６７８９，．－")]))
def test_full_width_digits_read_the_same(value: Decimal, wide: dict[int, int]) -> None:
    assert parse_number(f"{value:,f}".translate(wide)) == value


@given(values.filter(lambda v: abs(v) >= 1000), st.data())
def test_a_number_broken_by_wrapping_is_joined(value: Decimal, data: st.DataObject) -> None:
    printed = f"{value:,f}"
    at = data.draw(st.integers(1, len(printed) - 1))
    assert parse_number(f"{printed[:at]}\n{printed[at:]}") == value


@given(values)
def test_format_value_can_be_read_back(value: Decimal) -> None:
    assert parse_number(format_value(value, "%")) == value
    (mention,) = amounts_in(format_value(abs(value), "元"))
    assert (mention.value, mention.unit) == (abs(value), "元")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "-",
        "—",
        "－",
        "--",
        "不适用",
        "/",
        "无",
        "八、12",
        "1,234 5,678",
        "0.36 0.35",
        "12 34",
        "1,23",
        "1.2.3",
        "2019年",
        None,
    ],
)
def test_cells_without_one_number_give_none(text: str | None) -> None:
    assert parse_number(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.00", "0.00"),
        ("-0.36", "-0.36"),
        ("5.6%", "5.6"),
        ("(5.2%)", "-5.2"),
        (".5", ".5"),
        ("+3", "3"),
        ("-(5)", None),
        ("(-5)", "-5"),
        ("¥1,000", "1000"),
        ("1,234.5*", "1234.5"),
    ],
)
def test_small_forms(text: str, expected: str | None) -> None:
    assert parse_number(text) == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("text", "name", "factor", "unit", "currency"),
    [
        ("单位：人民币百万元", "百万元", 10**6, "元", "CNY"),
        ("单位：元 币种：人民币", "元", 1, "元", "CNY"),
        ("编制单位：某某科技股份有限公司 2019年12月31日 单位:万元", "万元", 10**4, "元", "CNY"),
        ("（除特别注明外，金额单位均为人民币千元）", "千元", 10**3, "元", "CNY"),
        ("(除另有标明外，所有金额均以人民币百万元列示)", "百万元", 10**6, "元", "CNY"),
        ("营业收入（千元）", "千元", 10**3, "元", "CNY"),
        ("2022年（人民币百万元，百分比除外）", "百万元", 10**6, "元", "CNY"),
        ("基本每股收益（元/股）", "元/股", 1, "元/股", "CNY"),
        ("单位：万元 币种：美元", "万元", 10**4, "元", "USD"),
        ("单位：百万美元", "百万元", 10**6, "元", "USD"),
        ("单位：股", "股", 1, "股", "CNY"),
        ("单位：万股", "万股", 10**4, "股", "CNY"),
        ("单位：人", "人", 1, "人", "CNY"),
        ("加权平均净资产收益率（%）", "%", 1, "%", "CNY"),
        ("亿元", "亿元", 10**8, "元", "CNY"),
        ("万元 币种:人民币", "万元", 10**4, "元", "CNY"),
        ("单 位 : 元", "元", 1, "元", "CNY"),
    ],
)
def test_stated_units(text: str, name: str, factor: int, unit: str, currency: str) -> None:
    scale = parse_scale(text)
    assert scale is not None
    assert (scale.name, scale.factor, scale.unit, scale.currency) == (name, factor, unit, currency)


@pytest.mark.parametrize(
    "text",
    [
        "编制单位：元隆雅图股份有限公司",
        "编制单位：某某股份有限公司",
        "营业收入",
        "2019年12月31日",
        "（未经审计）",
        "",
    ],
)
def test_lines_that_state_no_unit(text: str) -> None:
    assert parse_scale(text) is None


def test_a_scale_gives_base_units_without_false_decimals() -> None:
    scale = parse_scale("单位：百万元")
    assert scale is not None
    assert str(scale.apply(Decimal("12.34"))) == "12340000"


def test_amounts_in_prose() -> None:
    text = "实现营业收入12.34亿元，同比增长5.6%，毛利率减少1.2个百分点，员工300人，每股收益0.36元/股，合计1,234.5万元，2019年5月"
    found = [(str(m.value), m.unit) for m in amounts_in(text)]
    assert found == [
        ("1234000000", "元"),
        ("5.6", "%"),
        ("1.2", "百分点"),
        ("300", "人"),
        ("0.36", "元/股"),
        ("12345000", "元"),
    ]
    assert all(text[m.start : m.end] == m.raw for m in amounts_in(text))


def test_a_bare_multiple_keeps_an_empty_unit() -> None:
    (mention,) = amounts_in("货币资金超过10亿的公司")
    assert (mention.value, mention.unit) == (Decimal(10**9), "")


def test_a_million_in_words() -> None:
    assert in_words(Decimal("1581905632.48")) == "15.82亿元"
    assert in_words(Decimal("-34567800")) == "-3,456.78万元"
    assert in_words(Decimal("12.5")) == "12.50元"
