"""Repayment of loans in equal payments, in equal principal, or interest first. Twelve periods a year unless told otherwise."""

from __future__ import annotations

from caiwen.finance.valuation.worksheet import ValuationError, Worksheet


def _terms(sheet: Worksheet) -> None:
    if "年利率" not in sheet and "LPR" in sheet:
        sheet.step("年利率", "LPR+加点数/10000", "%")
    if sheet["年利率"] < 0:
        raise ValuationError("贷款年利率不能为负")
    sheet.step("每期利率", "年利率/每年还款次数", "%")
    periods = sheet.step("还款期数", "贷款期限*每年还款次数", "期")
    if periods != periods.to_integral_value():
        raise ValuationError("贷款期限不是还款间隔的整数倍", hint="请以整月给出期限")
    if "已还期数" in sheet and not 0 <= sheet["已还期数"] <= periods:
        raise ValuationError("已还期数不能超过还款期数")


def equal_payment(sheet: Worksheet, wanted: frozenset[str]) -> None:
    """等额本息. 剩余本金 after 已还期数 payments."""
    _terms(sheet)
    if sheet["每期利率"] == 0:
        sheet.step("每期还款额", "贷款本金/还款期数", "元")
    else:
        sheet.step("每期还款额", "贷款本金*每期利率*(1+每期利率)**还款期数/((1+每期利率)**还款期数-1)", "元")
    sheet.step("还款总额", "每期还款额*还款期数", "元")
    sheet.step("利息总额", "还款总额-贷款本金", "元")
    if "剩余本金" in wanted:
        grown = "(1+每期利率)**还款期数"
        left = (
            "贷款本金*(还款期数-已还期数)/还款期数"
            if sheet["每期利率"] == 0
            else f"贷款本金*({grown}-(1+每期利率)**已还期数)/({grown}-1)"
        )
        sheet.step("剩余本金", left, "元")


def equal_principal(sheet: Worksheet, wanted: frozenset[str]) -> None:
    """等额本金: the first payment is the largest; each next one is smaller by the interest on one part of the principal."""
    _terms(sheet)
    sheet.step("每期本金", "贷款本金/还款期数", "元")
    sheet.step("首期还款额", "每期本金+贷款本金*每期利率", "元")
    sheet.step("每期递减额", "每期本金*每期利率", "元")
    sheet.step("末期还款额", "每期本金+每期递减额", "元")
    sheet.step("利息总额", "贷款本金*每期利率*(还款期数+1)/2", "元")
    sheet.step("还款总额", "贷款本金+利息总额", "元")
    if "剩余本金" in wanted:
        sheet.step("剩余本金", "贷款本金-每期本金*已还期数", "元")


def interest_first(sheet: Worksheet, wanted: frozenset[str]) -> None:
    """先息后本: interest every period, the principal at the end."""
    _terms(sheet)
    sheet.step("每期利息", "贷款本金*每期利率", "元")
    sheet.step("利息总额", "每期利息*还款期数", "元")
    sheet.step("还款总额", "贷款本金+利息总额", "元")
