"""Codes and names of companies."""

from __future__ import annotations

import pytest

from caiwen.finance.companies import exchange_of, name_key, normalise_code, short_forms


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("600201", "600201"),
        ("600201.SH", "600201"),
        ("SZ000001", "000001"),
        ("sh.600000", "600000"),
        ("１２３４５６", "123456"),
        ("201", "000201"),
        ("60020", "060020"),
        ("6002011", None),
        ("贵州茅台", None),
        ("", None),
    ],
)
def test_normalise_code(text: str, code: str | None) -> None:
    assert normalise_code(text) == code


@pytest.mark.parametrize(
    ("code", "exchange"),
    [
        ("600201", "SH"),
        ("688001", "SH"),
        ("000001", "SZ"),
        ("300617", "SZ"),
        ("301096", "SZ"),
        ("430047", "BJ"),
        ("830799", "BJ"),
        ("920002", "BJ"),
        ("700001", None),
        ("12", None),
    ],
)
def test_exchange_of(code: str, exchange: str | None) -> None:
    assert exchange_of(code) == exchange


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("五 粮 液", "五粮液"),
        ("*ST某某", "某某"),
        ("ST 某某", "某某"),
        ("某某股份(集团)有限公司", "某某股份（集团）有限公司"),
        ("某某微-U", "某某微"),
        ("京某方Ａ", "京某方"),
    ],
)
def test_spellings_of_one_name_share_a_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_different_names_keep_different_keys() -> None:
    assert name_key("上海机场") != name_key("上海机电")


def test_short_forms_drop_legal_form_group_and_place() -> None:
    assert short_forms("上海某某生物科技（集团）股份有限公司") == [
        "上海某某生物科技(集团)",
        "某某生物科技(集团)",
        "上海某某生物科技",
        "某某生物科技",
    ]
    assert "某某银行" in short_forms("某某银行股份有限公司")
    assert all(len(form) >= 2 for form in short_forms("北京有限公司"))
