"""Bonds with a fixed coupon, priced at a yield compounded as often as the coupon is paid."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

from caiwen.finance.valuation.flows import roots
from caiwen.finance.valuation.worksheet import ValuationError, Worksheet

_MOST_PERIODS = 1200
_SEARCHED = (Decimal("-0.9"), Decimal(10))


def dirty_price(face: Decimal, coupon: Decimal, times: list[Decimal], rate: Decimal) -> Decimal:
    """Value of ``coupon`` at each of ``times`` (in periods) and of ``face`` at the last, at ``rate`` a period."""
    base = 1 + rate
    worth = sum((coupon / base**time for time in times), Decimal(0))
    return worth + face / base ** times[-1]


def yield_of(price: Decimal, face: Decimal, coupon: Decimal, times: list[Decimal]) -> Decimal | None:
    """The rate a period at which the bond is worth ``price``; None outside -90%..1000%."""
    found = roots(lambda rate: dirty_price(face, coupon, times, rate) - price, *_SEARCHED)
    return found[0] if found else None


def bond(sheet: Worksheet, wanted: frozenset[str]) -> None:
    """Price, yield, duration, convexity. Inputs 面值, 票面利率, 剩余期限, 每年付息次数 and 到期收益率 or 债券价格.

    Between two coupon dates the price holds the interest accrued since the last one (全价); 净价 is without it.
    """
    times = _times(sheet)
    if "到期收益率" not in sheet and ("债券价格" in sheet or "净价" in sheet):
        _yield(sheet, times)
    if "当期收益率" in wanted and "票面利率" in sheet:
        _coupon(sheet)
        if "债券价格" not in sheet:
            _price(sheet, times)
        sheet.step("当期收益率", "面值*票面利率/债券价格", "%")
    if wanted & {"债券价格", "净价"}:
        _price(sheet, times)
    if wanted & {"麦考利久期", "修正久期", "凸性", "基点价值"}:
        _sensitivity(sheet, times, wanted)


def _times(sheet: Worksheet) -> list[Decimal]:
    """When coupons fall due, in periods from now: whole periods, or a broken first one."""
    if "剩余期限" not in sheet:
        return []
    total = sheet["剩余期限"] * sheet["每年付息次数"]
    count = int(total.to_integral_value(ROUND_CEILING))
    if count > _MOST_PERIODS:
        raise ValuationError(f"付息期数有 {count} 期，超过 {_MOST_PERIODS} 期的上限")
    first = total - (count - 1)
    return [first + n for n in range(count)]


def _coupon(sheet: Worksheet) -> None:
    sheet.step("每期利息", "面值*票面利率/每年付息次数", "元")


def _price(sheet: Worksheet, times: list[Decimal]) -> None:
    """By the annuity formula, moved to today where the first period is a broken one."""
    _coupon(sheet)
    sheet.step("每期收益率", "到期收益率/每年付息次数", "%")
    if 1 + sheet["每期收益率"] <= 0:
        raise ValuationError("到期收益率不能低于 -100%")
    if times[0] == 1:
        sheet.step("付息期数", "剩余期限*每年付息次数", "期")
    else:
        sheet.step("付息期数", f"剩余期限*每年付息次数+{1 - times[0]}", "期")
    carried = "" if times[0] == 1 else f"*(1+每期收益率)**{1 - times[0]}"
    annuity = "付息期数" if sheet["每期收益率"] == 0 else "(1-(1+每期收益率)**(-付息期数))/每期收益率"
    sheet.step("利息现值", f"每期利息*{annuity}{carried}", "元")
    sheet.step("本金现值", f"面值/(1+每期收益率)**付息期数{carried}", "元")
    sheet.step("债券价格", "利息现值+本金现值", "元")
    if times[0] != 1:
        sheet.step("应计利息", f"每期利息*{1 - times[0]}", "元")
        sheet.step("净价", "债券价格-应计利息", "元")


def _yield(sheet: Worksheet, times: list[Decimal]) -> None:
    _coupon(sheet)
    if times[0] != 1:
        sheet.step("应计利息", f"每期利息*{1 - times[0]}", "元")
    if "债券价格" not in sheet:
        sheet.step("债券价格", "净价+应计利息" if times[0] != 1 else "净价", "元")
    rate = yield_of(sheet["债券价格"], sheet["面值"], sheet["每期利息"], times)
    if rate is None:
        raise ValuationError("按所给价格求不出到期收益率", hint="请核对价格与面值的单位是否一致")
    sheet.found("每期收益率", rate, "%", "使各期利息与本金的现值之和等于债券价格的每期折现率，逐步逼近求得")
    sheet.step("到期收益率", "每期收益率*每年付息次数", "%")
    if sheet["每年付息次数"] != 1:
        sheet.step("有效年收益率", "(1+每期收益率)**每年付息次数-1", "%")


def _sensitivity(sheet: Worksheet, times: list[Decimal], wanted: frozenset[str]) -> None:
    _coupon(sheet)
    sheet.step("每期收益率", "到期收益率/每年付息次数", "%")
    for n, time in enumerate(times, 1):
        flow = "(每期利息+面值)" if n == len(times) else "每期利息"
        sheet.step(f"第{n}期现值", f"{flow}/(1+每期收益率)**{time}", "元")
    names = [f"第{n}期现值" for n in range(1, len(times) + 1)]
    sheet.step("现值合计", "+".join(names), "元")
    weighted = "+".join(f"{time}*{name}" for time, name in zip(times, names, strict=True))
    sheet.step("麦考利久期", f"({weighted})/现值合计/每年付息次数", "年")
    if wanted & {"修正久期", "基点价值"}:
        sheet.step("修正久期", "麦考利久期/(1+每期收益率)", "年")
    if "凸性" in wanted:
        squares = "+".join(f"{t * (t + 1)}*{name}" for t, name in zip(times, names, strict=True))
        sheet.step("凸性", f"({squares})/(现值合计*(1+每期收益率)**2*每年付息次数**2)", "")
    if "基点价值" in wanted:
        sheet.step("基点价值", "修正久期*现值合计*0.0001", "元")
