"""The names of series taken apart."""

from __future__ import annotations

import pytest

from caiwen.finance.macro.indicators import Form, indicators, read_name
from caiwen.finance.macro.units import in_base_units, plain_unit


@pytest.mark.parametrize(
    ("text", "name", "form", "region"),
    [
        ("CPI:当月同比", "居民消费价格指数", Form.YOY, None), ("中国:M2:同比", "广义货币供应量", Form.YOY, "全国"),
        ("临江省:CPI:当月同比(%)", "居民消费价格指数", Form.YOY, "临江省"), ("临江省GDP同比", "国内生产总值", Form.YOY, "临江省"),
        ("货币和准货币(M2)供应量_同比增长(%)", "广义货币供应量", Form.YOY, None),
        ("贷款市场报价利率(LPR):5年", "五年期以上贷款市场报价利率", None, None),
        ("固定资产投资(不含农户)累计增长(%)", "固定资产投资", Form.YTD_YOY, None), ("社会融资规模存量:同比", "社会融资规模存量", Form.YOY, None),
        ("全国CPI环比", "居民消费价格指数", Form.POP, "全国"), ("CPI:食品:当月同比", "食品居民消费价格指数", Form.YOY, None),
    ],
)  # fmt: skip
def test_known_names(text: str, name: str, form: Form | None, region: str | None) -> None:
    found = read_name(text)
    assert (found.indicator, found.known, found.form, found.region) == (name, True, form, region)


def test_an_index_over_the_year_before_is_a_rate_plus_100() -> None:
    found = read_name("居民消费价格指数(上年同月=100)")
    assert (found.form, found.plus) == (Form.YOY, True)


@pytest.mark.parametrize("text", ["浮尘指数", "居民消费价格指数(城市)", "CPI:衣着:当月同比"])
def test_what_the_table_does_not_know_keeps_its_name(text: str) -> None:
    found = read_name(text)
    assert not found.known
    assert found.indicator.startswith(text.split(":当月")[0][:3])


def test_every_indicator_is_complete() -> None:
    for one in indicators().values():
        assert all((one.body, one.definition, one.grain)), one.name
        assert one.kind in ("flow", "stock", "index", "rate", "step", "price"), one.name


def test_units() -> None:
    from decimal import Decimal

    assert in_base_units(Decimal("3.25"), "亿元") == (Decimal(325000000), "元")
    assert in_base_units(Decimal("32"), "亿美元") == (Decimal(3200000000), "美元")
    assert in_base_units(Decimal("7.1"), "元/美元") == (Decimal("7.1"), "元/美元")
    assert plain_unit("（单位：亿元）") == "亿元"
