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
