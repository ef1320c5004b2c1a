"""When a number as written agrees with a value: exactly, rounded, or as far as a hedge allows."""

from __future__ import annotations

from decimal import Decimal

import pytest

from caiwen.dataset.amounts import agree, units_agree
from caiwen.dataset.mentions import Mention
from caiwen.dataset.records import Support
from caiwen.finance.amount import amounts_in


def mention(text: str) -> Mention:
    (found,) = amounts_in(text)
    return Mention("amount", 0, len(text), text, value=found.value, unit=found.unit)


@pytest.mark.parametrize(
    ("written", "value", "before", "after", "expected"),
    [
        ("1,304,000,000.00元", "1304000000", "", "", Support.FACT),
        ("13.04亿元", "1304000000", "", "", Support.FACT),
        ("13.04亿元", "1304480000", "", "", Support.ROUNDED),
        ("13.04亿元", "1305600000", "", "", Support.NONE),
        ("2,233.4万元", "22334548.66", "", "", Support.ROUNDED),
        ("7,400万元", "73992141.96", "", "", Support.ROUNDED),
        ("7,500万元", "73992141.96", "", "", Support.NONE),
        ("13亿元", "1360000000", "", "", Support.NONE),
        ("13亿元", "1360000000", "约", "", Support.HEDGED),
        ("13亿元", "1542000000", "约", "", Support.NONE),
        ("130%", "134.2", "超过", "", Support.HEDGED),
        ("130%", "128.9", "超过", "", Support.NONE),
        ("130%", "190", "超过", "", Support.NONE),
        ("130%", "128.9", "不足", "", Support.HEDGED),
        ("5000万元", "51230000", "", "以上", Support.HEDGED),
    ],
)
def test_agreement(written: str, value: str, before: str, after: str, expected: Support) -> None:
    assert agree(mention(written), Decimal(value), before, after) is expected


def test_signs_count_unless_sizes_are_compared() -> None:
    assert agree(mention("50元"), Decimal(-50), "", "") is Support.NONE
    assert agree(mention("50元"), Decimal(-50), "", "", signed=False) is Support.FACT


def test_units_that_people_say_for_one_another() -> None:
    assert units_agree("元", "元/股")
    assert units_agree("人", "户")
    assert not units_agree("%", "元")
    assert not units_agree("元", "股")
