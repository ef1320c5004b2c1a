"""The formula table and the evaluator."""

from __future__ import annotations

import pickle
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caiwen.errors import CaiwenError
from caiwen.finance.formulas import (
    YEAR_BEFORE,
    FormulaError,
    ZeroDivisorError,
    balance_of,
    evaluate,
    evaluate_each,
    formulas,
    names_in,
)
from caiwen.finance.items import taxonomy
from tests.material import material

numbers = st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False, allow_infinity=False)


def test_every_input_is_an_item_of_the_taxonomy() -> None:
    known = {item.name: item for item in taxonomy().all}
    for formula in formulas().all:
        for expression in (formula.expression, *formula.alternatives):
            for name in names_in(expression):
                prefix, item = balance_of(name)
                if name in formula.given:
                    assert item not in known, f"{formula.name}: {name} can be looked up"
                    continue
                assert item in known, f"{formula.name}: {name}"
                kind = "flow" if prefix == YEAR_BEFORE else "instant"
                assert not prefix or known[item].kind == kind, f"{formula.name}: {name} is no {kind}"
        used = {name for e in (formula.expression, *formula.alternatives) for name in names_in(e)}
        assert set(formula.optional) | set(formula.given) <= used, formula.name


def test_no_name_or_alias_is_used_twice() -> None:
    names = [name for f in formulas().all for name in (f.name, *f.aliases)]
    assert len(names) == len(set(names))


@given(numbers, numbers, numbers.filter(bool))
def test_the_evaluator_follows_decimal_arithmetic(a: Decimal, b: Decimal, c: Decimal) -> None:
    env = {"营业收入": a, "营业成本": b, "总数": c}
    assert evaluate("(营业收入-营业成本)*2 + -营业成本", env) == (a - b) * 2 - b
    assert evaluate("（营业收入－营业成本）÷总数", env) == (a - b) / c


def test_names_with_punctuation_are_quoted() -> None:
    expression = "'购建固定资产、无形资产和其他长期资产支付的现金' / 营业收入"
    assert names_in(expression) == ("购建固定资产、无形资产和其他长期资产支付的现金", "营业收入")
    env = {"购建固定资产、无形资产和其他长期资产支付的现金": Decimal(3), "营业收入": Decimal(4)}
    assert evaluate(expression, env) == Decimal("0.75")


def test_a_zero_divisor_is_an_error_of_its_own() -> None:
    with pytest.raises(ZeroDivisorError, match="除数为零"):
        evaluate("净利润/营业收入", {"净利润": Decimal(1), "营业收入": Decimal(0)})


def test_a_missing_input_is_named() -> None:
    with pytest.raises(FormulaError, match="缺少“营业收入”") as caught:
        evaluate("净利润/营业收入", {"净利润": Decimal(1)})
    assert isinstance(caught.value, CaiwenError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_many_at_a_time_are_as_one_at_a_time() -> None:
    envs = {
        "甲": {"净利润": Decimal(1), "营业收入": Decimal(3)},
        "乙": {"净利润": Decimal("-0.50"), "营业收入": Decimal(2)},
        "零": {"净利润": Decimal(1), "营业收入": Decimal(0)},
    }
    expression = "净利润/营业收入"
    found = evaluate_each(expression, envs)
    assert found == {name: evaluate(expression, envs[name]) for name in ("甲", "乙")}
    assert [str(value) for value in found.values()] == ["0.3333333333333333333333333333", "-0.25"]
    with pytest.raises(FormulaError, match="缺少“营业收入”"):
        evaluate_each(expression, {"甲": {"净利润": Decimal(1)}})


@pytest.mark.parametrize(
    "expression",
    [
        "__import__('os')",
        "a.b",
        "a[0]",
        "a if b else c",
        "a**b",
        "a//b",
        "lambda: 1",
        "True",
        "1j",
        "f'{a}'",
        "a < b",
        "a +",
        "",
    ],
)
def test_nothing_but_arithmetic_is_evaluated(expression: str) -> None:
    with pytest.raises(FormulaError):
        evaluate(expression, {"a": Decimal(1), "b": Decimal(2), "c": Decimal(3)})


def test_powers_are_for_those_who_ask() -> None:
    env = {"a": Decimal(2), "b": Decimal("0.5")}
    assert evaluate("a**3 - 2**-1", env, powers=True) == Decimal("7.5")
    assert evaluate("(a*a)**b", env, powers=True) == 2
    for too_large in ("a**99999999999", "(-a)**b", "0**(-1)"):
        with pytest.raises(FormulaError):
            evaluate(too_large, env, powers=True)


def test_a_hundred_and_fifty_formulas_with_their_sources() -> None:
    assert len(formulas().all) >= 150
    assert all(f.source and f.display in ("percent", "ratio", "amount") for f in formulas().all)


def test_latin_names_stand_alone_in_any_case() -> None:
    found = [m.formula.name for m in formulas().find_in("pe、EV/ebitda和Roic，但OPEC和SPE不是")]
    assert found == ["市盈率", "企业价值倍数", "投入资本回报率"]


@pytest.mark.parametrize(
    ("name", "env", "value"),
    [
        ("杜邦净资产收益率", {"净利润": 30, "营业收入": 200, "平均资产总计": 400, "平均所有者权益合计": 150}, "0.2"),
        ("投入资本回报率", {"利润总额": 100, "利息费用": 20, "所得税费用": 25, "所有者权益合计": 700, "短期借款": 100, "长期借款": 100, "一年内到期的非流动负债": 0, "应付债券": 0}, "0.1"),
        ("不良贷款率", {"不良贷款余额": 12, "贷款和垫款总额": 800}, "0.015"),
        ("综合成本率", {"综合赔付率": 65, "综合费用率": 32}, "0.97"),
        ("风险覆盖率", {"净资本": 300, "各项风险资本准备之和": 120}, "2.5"),
        ("PEG", {"股价": 20, "基本每股收益": 1, "归属于母公司所有者的净利润": 120, "上年归属于母公司所有者的净利润": 100}, "1"),
        ("新兴市场Z值", {"流动资产合计": 60, "流动负债合计": 40, "资产总计": 100, "盈余公积": 5, "未分配利润": 15, "利润总额": 8, "利息费用": 2, "所有者权益合计": 50, "负债合计": 50}, "6.936"),
        ("现金短债比", {"货币资金": 90, "短期借款": 40, "一年内到期的非流动负债": 20}, "1.5"),
    ],
)  # fmt: skip
def test_formulas_by_hand(name: str, env: dict[str, int], value: str) -> None:
    formula = formulas().get(name)
    assert formula is not None
    assert evaluate(formula.expression, {k: Decimal(v) for k, v in env.items()}) == Decimal(value)


def test_shown_values_are_rounded_half_up() -> None:
    margin = formulas().get("毛利率")
    ratio = formulas().get("流动比率")
    assert margin is not None
    assert ratio is not None
    assert (str(margin.present(Decimal("0.370850"))), margin.unit) == ("37.09", "%")
    assert (str(ratio.present(Decimal("0.655"))), ratio.unit) == ("0.66", "")


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("2019年毛利率和净利率分别是多少", ["毛利率", "净利润率"]),
        ("企业研发经费与营业收入比值", ["企业研发经费与营业收入比值"]),
        ("非流动负债比率", ["非流动负债比率"]),
        ("营业收入", []),
    ],
)
def test_formulas_named_in_a_question(question: str, names: list[str]) -> None:
    mentions = formulas().find_in(question)
    assert [m.formula.name for m in mentions] == names


@pytest.mark.material
def test_the_contests_ratio_list_is_covered() -> None:
    for line in material("finglm/formulas.txt").read_text(encoding="utf-8").splitlines():
        name = line.split(",", 1)[0]
        assert formulas().get(name) is not None, name
