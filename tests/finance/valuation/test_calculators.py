"""The declared calculators against identities and numpy-financial; what they refuse."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caiwen.finance.formulas import evaluate, names_in
from caiwen.finance.valuation import ValuationError, Worksheet, calculators, run
from caiwen.finance.valuation.run import PROCEDURES

financial = pytest.importorskip("numpy_financial")
coupons = st.decimals("0.005", "0.12", places=4)
yields = st.decimals("0.005", "0.15", places=4)
years = st.integers(1, 30).map(D)
often = st.sampled_from([D(1), D(2), D(4)])


def worked(name: str, goals: str | list[str], **inputs: Any) -> Worksheet:
    goals = [goals] if isinstance(goals, str) else goals
    one = calculators()[name]
    defaults = {i.name: i.default for i in one.inputs if i.default is not None}
    return run(one, goals, defaults | {k: D(str(v)) for k, v in inputs.items()})


# --- the table --------------------------------------------------------------------------------------


def test_the_table_is_whole() -> None:
    for one in calculators().values():
        names = {i.name for i in one.inputs}
        made = {line.name for line in one.lines}
        assert one.procedure in PROCEDURES if one.procedure else one.lines, one.name
        assert set(one.usual) <= {goal.name for goal in one.goals}, one.name
        assert one.source, one.name
        for goal in one.goals:
            assert {n for need in goal.needs for n in need.split("|")} <= names, f"{one.name}: {goal.name}"
            assert not one.lines or goal.name in made, f"{one.name}: {goal.name} is never worked out"
        for line in one.lines:
            assert set(names_in(line.expression)) <= names | made, f"{one.name}: {line.name}"
            assert set(line.when) <= names | made, f"{one.name}: {line.name}"
        for each in one.inputs:
            assert (each.default is None) == (not each.said), f"{one.name}: {each.name}"


def test_no_alias_means_two_inputs_of_one_calculator() -> None:
    for one in calculators().values():
        aliases = [a.upper() for i in one.inputs for a in {i.name, *i.aliases}]
        assert len(aliases) == len(set(aliases)), one.name


def test_every_step_can_be_worked_out_again_from_what_is_shown() -> None:
    sheet = worked(
        "债券估值", ["修正久期", "凸性"], 票面利率="0.05", 剩余期限=4, 到期收益率="0.06", 每年付息次数=2
    )
    env = dict(sheet.inputs)
    for step in sheet.steps:
        env[step.name] = evaluate(step.expression, env, powers=True)
        assert env[step.name] == step.value


# --- bonds ------------------------------------------------------------------------------------------


@given(coupons, years, often)
def test_at_a_yield_of_its_coupon_a_bond_costs_par(coupon: D, term: D, times: D) -> None:
    sheet = worked(
        "债券估值", "债券价格", 票面利率=coupon, 剩余期限=term, 到期收益率=coupon, 每年付息次数=times
    )
    assert sheet["债券价格"] == pytest.approx(D(100), abs=D("1e-15"))


@given(coupons, years, yields, often)
def test_price_is_the_present_value_of_the_payments(coupon: D, term: D, rate: D, times: D) -> None:
    sheet = worked(
        "债券估值", "债券价格", 票面利率=coupon, 剩余期限=term, 到期收益率=rate, 每年付息次数=times
    )
    payment = float(100 * coupon / times)
    expected = -financial.pv(float(rate / times), int(term * times), payment, 100)
    assert float(sheet["债券价格"]) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("term", [3, "2.3", "0.4", 10])
@pytest.mark.parametrize("times", [1, 2])
def test_the_yield_of_a_price_gives_the_price_again(term: object, times: int) -> None:
    given_ = {"票面利率": "0.04", "剩余期限": term, "每年付息次数": times}
    price = worked("债券估值", "债券价格", 到期收益率="0.055", **given_)["债券价格"]
    found = worked("债券估值", "到期收益率", 债券价格=price, **given_)["到期收益率"]
    assert found == pytest.approx(D("0.055"), abs=D("1e-15"))


def test_between_coupons_the_clean_price_is_without_accrued_interest() -> None:
    sheet = worked("债券估值", "净价", 票面利率="0.06", 剩余期限="2.75", 到期收益率="0.06")
    assert sheet["应计利息"] == D("1.5")
    assert sheet["债券价格"] == pytest.approx(D(100) * D("1.06") ** D("0.25"))
    assert sheet["净价"] == sheet["债券价格"] - D("1.5")


@given(coupons, years, yields, often)
def test_duration_is_the_slope_and_convexity_the_curve_of_the_price(
    coupon: D, term: D, rate: D, times: D
) -> None:
    given_ = {"票面利率": coupon, "剩余期限": term, "每年付息次数": times}
    step = D("0.00001")

    def price(at: D) -> D:
        return worked("债券估值", "债券价格", 到期收益率=at, **given_)["债券价格"]

    sheet = worked("债券估值", ["修正久期", "凸性"], 到期收益率=rate, **given_)
    up, here, down = price(rate + step), price(rate), price(rate - step)
    assert sheet["修正久期"] == pytest.approx((down - up) / (2 * step * here), rel=D("1e-6"))
    assert sheet["凸性"] == pytest.approx((up - 2 * here + down) / (step**2 * here), rel=D("1e-5"))
    assert sheet["麦考利久期"] == pytest.approx(sheet["修正久期"] * (1 + rate / times))


def test_a_zero_bond_lasts_as_long_as_its_term() -> None:
    sheet = worked("债券估值", "麦考利久期", 票面利率=0, 剩余期限=7, 到期收益率="0.05")
    assert sheet["麦考利久期"] == pytest.approx(D(7))
    assert worked("零息债券", "零息债券价格", 剩余期限=7, 到期收益率="0.05")["零息债券价格"] == pytest.approx(
        worked("债券估值", "债券价格", 票面利率=0, 剩余期限=7, 到期收益率="0.05")["债券价格"]
    )


def test_a_yield_of_zero_adds_the_payments_up() -> None:
    sheet = worked("债券估值", "债券价格", 票面利率="0.03", 剩余期限=4, 到期收益率=0)
    assert sheet["债券价格"] == D(112)


def test_convertible() -> None:
    sheet = worked("可转债", ["转股溢价率", "双低值"], 转股价=10, 正股价=12, 转债价格=130)
    assert sheet["转股价值"] == 120
    assert sheet["转股溢价率"] == pytest.approx(D(130) / 120 - 1)
    assert sheet["双低值"] == pytest.approx(130 + (D(130) / 120 - 1) * 100)
    straight = worked(
        "可转债", "纯债溢价率", 票面利率="0.01", 剩余期限=3, 同类债券收益率="0.04", 转债价格=118
    )
    assert float(straight["纯债价值"]) == pytest.approx(-financial.pv(0.04, 3, 1, 100))


def test_put_call_parity_holds_both_ways() -> None:
    given_ = {"标的价格": 50, "执行价格": 52, "无风险利率": "0.05", "到期年限": "0.5"}
    put = worked("期权平价", "看跌期权价格", 看涨期权价格=6, **given_)["看跌期权价格"]
    assert worked("期权平价", "看涨期权价格", 看跌期权价格=put, **given_)["看涨期权价格"] == pytest.approx(
        D(6)
    )


# --- loans ------------------------------------------------------------------------------------------


@given(st.integers(1000, 10**7), st.decimals("0.001", "0.2", places=4), st.integers(1, 30))
def test_equal_payments_pay_off_the_loan(amount: int, rate: D, term: int) -> None:
    given_ = {"贷款本金": amount, "年利率": rate, "贷款期限": term}
    sheet = worked("等额本息", ["每期还款额", "利息总额"], **given_)
    expected = -financial.pmt(float(rate) / 12, term * 12, amount)
    assert float(sheet["每期还款额"]) == pytest.approx(expected, rel=1e-9)
    left, interest = D(amount), D(0)
    for _ in range(term * 12):
        interest += left * rate / 12
        left = left * (1 + rate / 12) - sheet["每期还款额"]
    assert left == pytest.approx(D(0), abs=D("1e-9") * amount)
    assert interest == pytest.approx(sheet["利息总额"])


@given(st.integers(1000, 10**7), st.decimals("0.001", "0.2", places=4), st.integers(1, 30))
def test_equal_principal_adds_up(amount: int, rate: D, term: int) -> None:
    given_ = {"贷款本金": amount, "年利率": rate, "贷款期限": term}
    sheet = worked("等额本金", ["首期还款额", "末期还款额", "利息总额"], **given_)
    months = term * 12
    paid = [D(amount) / months + (amount - D(amount) / months * n) * rate / 12 for n in range(months)]
    assert sheet["首期还款额"] == pytest.approx(paid[0])
    assert sheet["末期还款额"] == pytest.approx(paid[-1])
    assert sum(paid) - amount == pytest.approx(sheet["利息总额"])


def test_what_is_left_of_a_loan() -> None:
    given_ = {"贷款本金": 1000000, "年利率": "0.049", "贷款期限": 30}
    sheet = worked("等额本息", "剩余本金", 已还期数=60, **given_)
    expected = -financial.fv(0.049 / 12, 60, financial.pmt(0.049 / 12, 360, 1000000), 1000000)
    assert float(sheet["剩余本金"]) == pytest.approx(expected)
    assert worked("等额本息", "剩余本金", 已还期数=360, **given_)["剩余本金"] == pytest.approx(
        D(0), abs=D("1e-9")
    )
    assert worked("等额本金", "剩余本金", 已还期数=180, **given_)["剩余本金"] == pytest.approx(D(500000))


def test_a_loan_without_interest() -> None:
    sheet = worked("等额本息", ["每期还款额", "利息总额"], 贷款本金=12000, 年利率=0, 贷款期限=1)
    assert (sheet["每期还款额"], sheet["利息总额"]) == (1000, 0)


def test_lpr_and_its_points_go_both_ways() -> None:
    assert worked("LPR加点", "执行利率", LPR="0.0385", 加点数=-20)["执行利率"] == D("0.0365")
    assert worked("LPR加点", "加点幅度", LPR="0.048", 执行利率="0.0539")["加点幅度"] == 59


# --- interest and annuities -------------------------------------------------------------------------


@given(st.integers(1, 10**6), yields, years, often)
def test_compound_interest_is_that_of_numpy_financial(amount: int, rate: D, term: D, times: D) -> None:
    given_ = {"年利率": rate, "年限": term, "每年计息次数": times}
    future = worked("复利", "复利终值", 本金=amount, **given_)["复利终值"]
    assert float(future) == pytest.approx(-financial.fv(float(rate / times), int(term * times), 0, amount))
    assert worked("复利", "复利现值", 终值=future, **given_)["复利现值"] == pytest.approx(D(amount))


@given(st.integers(1, 10**5), yields, years)
def test_annuities_are_those_of_numpy_financial(amount: int, rate: D, term: D) -> None:
    given_ = {"每期金额": amount, "年利率": rate, "年限": term}
    r, n = float(rate), int(term)
    assert float(worked("普通年金", "年金现值", **given_)["年金现值"]) == pytest.approx(
        -financial.pv(r, n, amount)
    )
    assert float(worked("普通年金", "年金终值", **given_)["年金终值"]) == pytest.approx(
        -financial.fv(r, n, amount, 0)
    )
    due = worked("预付年金", "预付年金现值", **given_)["预付年金现值"]
    assert float(due) == pytest.approx(-financial.pv(r, n, amount, when="begin"))
    saved = worked("偿债基金", "偿债基金年金", 终值=100000, 年利率=rate, 年限=term)["偿债基金年金"]
    assert float(saved) == pytest.approx(-financial.pmt(r, n, 0, 100000))


def test_a_perpetuity_is_the_limit_of_an_annuity() -> None:
    forever = worked("永续年金", "永续年金现值", 每期金额=5, 折现率="0.05")["永续年金现值"]
    assert forever == 100
    assert worked("普通年金", "年金现值", 每期金额=5, 年利率="0.05", 年限=500)["年金现值"] == pytest.approx(
        forever
    )


def test_effective_rate() -> None:
    assert worked("有效年利率", "有效年利率", 名义年利率="0.12", 每年计息次数=12)[
        "有效年利率"
    ] == pytest.approx(D("0.126825030131969720661201"))


# --- projects and capital ---------------------------------------------------------------------------

FLOWS = {"第0期现金流": -1000, "第1期现金流": 300, "第2期现金流": 400, "第3期现金流": 500}


def test_project() -> None:
    sheet = worked("项目现金流", ["净现值", "现值指数", "静态回收期", "动态回收期"], 折现率="0.08", **FLOWS)
    assert float(sheet["净现值"]) == pytest.approx(financial.npv(0.08, [-1000, 300, 400, 500]))
    assert sheet["现值指数"] == pytest.approx(sheet["净现值"] / 1000 + 1)
    assert sheet["静态回收期"] == D("2.6")
    assert 2 < sheet["动态回收期"] < 3
    rate = worked("项目现金流", "内部收益率", **FLOWS)["内部收益率"]
    assert worked("项目现金流", "净现值", 折现率=rate, **FLOWS)["净现值"] == pytest.approx(
        D(0), abs=D("1e-15")
    )


def test_dcf_of_level_flows_is_a_perpetuity() -> None:
    flows = {f"第{t}期现金流": 50 for t in range(1, 6)}
    sheet = worked("现金流折现", "每股价值", 折现率="0.1", 永续增长率=0, 净债务=100, 股份数=40, **flows)
    assert sheet["企业价值"] == pytest.approx(D(500))
    assert sheet["每股价值"] == pytest.approx(D(10))


def test_gordon_is_dcf_of_a_growing_dividend() -> None:
    sheet = worked("股利固定增长模型", "股票价值", 本期股利=2, 股利增长率="0.05", 必要收益率="0.1")
    assert sheet["股票价值"] == 42
    back = worked("股利固定增长模型", "股票期望收益率", 本期股利=2, 股利增长率="0.05", 股价=42)
    assert back["股票期望收益率"] == pytest.approx(D("0.1"))


def test_cost_of_capital() -> None:
    assert worked("资本资产定价模型", "股权成本", 无风险利率="0.025", 贝塔系数="1.2", 市场收益率="0.08")[
        "股权成本"
    ] == D("0.091")
    by_value = {"股权价值": 600, "债务价值": 400}
    rates = {"股权成本": "0.1", "债务成本": "0.06", "所得税税率": "0.25"}
    value = worked("加权平均资本成本", "加权平均资本成本", **rates, **by_value)["加权平均资本成本"]
    assert value == D("0.078")
    assert (
        worked("加权平均资本成本", "加权平均资本成本", 债务比重="0.4", **rates)["加权平均资本成本"] == value
    )


def test_loading_and_unloading_a_beta() -> None:
    given_ = {"所得税税率": "0.25", "产权比率": "0.8"}
    loaded = worked("贝塔换算", "有负债贝塔", 无负债贝塔=1, **given_)["有负债贝塔"]
    assert loaded == D("1.6")
    assert worked("贝塔换算", "无负债贝塔", 有负债贝塔=loaded, **given_)["无负债贝塔"] == 1


# --- what does not exist ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "goal", "inputs", "message"),
    [
        (
            "债券估值",
            "债券价格",
            {"票面利率": "0.03", "剩余期限": 0, "到期收益率": "0.04"},
            "剩余期限必须大于 0",
        ),
        (
            "债券估值",
            "债券价格",
            {"票面利率": "-0.03", "剩余期限": 1, "到期收益率": "0.04"},
            "票面利率不能小于 0",
        ),
        (
            "债券估值",
            "债券价格",
            {"票面利率": "0.03", "剩余期限": 1, "到期收益率": -1},
            "到期收益率必须大于 -100",
        ),
        ("债券估值", "债券价格", {"票面利率": "0.03", "剩余期限": 10**9, "到期收益率": "0.1"}, "上限"),
        (
            "债券估值",
            "到期收益率",
            {"票面利率": "0.03", "剩余期限": 1, "债券价格": 10**12},
            "求不出到期收益率",
        ),
        ("项目现金流", "内部收益率", {"第0期现金流": 1, "第1期现金流": 2}, "没有正负变号"),
        ("项目现金流", "静态回收期", {"第0期现金流": -5, "第1期现金流": 2}, "收不回投资"),
        (
            "现金流折现",
            "企业价值",
            {"第1期现金流": 1, "折现率": "0.03", "永续增长率": "0.03"},
            "必须小于折现率",
        ),
        ("等额本息", "每期还款额", {"贷款本金": 1, "年利率": "-0.01", "贷款期限": 1}, "年利率不能小于 0"),
        ("等额本息", "每期还款额", {"贷款本金": 1, "年利率": "0.01", "贷款期限": "1.01"}, "整数倍"),
        (
            "等额本息",
            "剩余本金",
            {"贷款本金": 1, "年利率": "0.01", "贷款期限": 1, "已还期数": 13},
            "已还期数",
        ),
        (
            "股利固定增长模型",
            "股票价值",
            {"预期股利": 1, "必要收益率": "0.05", "股利增长率": "0.05"},
            "除数为零",
        ),
        ("复利", "复利终值", {"本金": 1, "年利率": "0.1", "年限": 10**9}, "数值过大"),
    ],
)
def test_bad_figures_are_named(name: str, goal: str, inputs: dict[str, object], message: str) -> None:
    with pytest.raises(ValuationError, match=message):
        worked(name, goal, **inputs)
