"""Characters that look alike become one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caiwen.finance.text import normalise, squash


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("⾦融⼯具", "金融工具"),  # Kangxi radicals
        ("⻓期股权", "长期股权"),  # CJK radicals supplement
        ("\uf9e1", "李"),  # compatibility ideograph
        ("１２３．４５％", "123.45%"),
        ("ＡＢｃ", "ABc"),
        ("（一）营业收入：", "（一）营业收入："),
        ("净\u200b利\u00ad润", "净利润"),
        ("资\u3000产\u00a0总计", "资 产 总计"),
    ],
)
def test_normalise(printed: str, expected: str) -> None:
    assert normalise(printed) == expected


@given(st.text())
def test_normalise_is_idempotent_and_squash_has_no_space(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    assert not any(c.isspace() for c in squash(text))
