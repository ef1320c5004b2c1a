"""Projects and companies by their cash flows: NPV, IRR, payback, DCF. Flow 0 is today's, flow t falls at the end of period t."""

from __future__ import annotations

from decimal import Decimal

from caiwen.finance.valuation.flows import changes_sign, irr, xirr
from caiwen.finance.valuation.worksheet import ValuationError, Worksheet

FLOW = "现金流"


def project(sheet: Worksheet, wanted: frozenset[str]) -> None:
    """净现值, 内部收益率, 现值指数, 回收期 of 第0期现金流, 第1期现金流..."""
    flows = sheet.series(FLOW)
    last = len(flows) - 1
    if "净现值" in wanted:
        _discounted(sheet, 0, last)
        sheet.step("净现值", _sum("现值", 0, last), "元")
    if "现值指数" in wanted:
        if not flows[0] < 0:
            raise ValuationError("计算现值指数需要初始投资（第0期为负的现金流）")
        _discounted(sheet, 1, last)
        sheet.step("未来现金流现值", _sum("现值", 1, last), "元")
        sheet.step("现值指数", "未来现金流现值/(-第0期现金流)", "")
    if "内部收益率" in wanted:
        _internal_rate(sheet, flows)
    if "静态回收期" in wanted:
        _payback(sheet, flows, FLOW, "静态回收期")
    if "动态回收期" in wanted:
        _discounted(sheet, 0, last)
        discounted = [sheet[f"第{t}期现值"] for t in range(len(flows))]
        _payback(sheet, discounted, "现值", "动态回收期")


def _discounted(sheet: Worksheet, first: int, last: int) -> None:
    if sheet["折现率"] <= -1:
        raise ValuationError("折现率必须大于 -100%")
    for t in range(first, last + 1):
        sheet.step(f"第{t}期现值", f"第{t}期{FLOW}/(1+折现率)**{t}", "元")


def _sum(name: str, first: int, last: int) -> str:
    return "+".join(f"第{t}期{name}" for t in range(first, last + 1))


def _internal_rate(sheet: Worksheet, flows: list[Decimal]) -> None:
    rates = _rates_of(flows, irr(flows))
    sheet.found("内部收益率", rates[0], "%", "使净现值等于0的折现率，逐步逼近求得")
    if len(rates) > 1:
        for n, rate in enumerate(rates[1:], 2):
            sheet.found(
                f"内部收益率（第{n}个解）", rate, "%", "现金流多次变号，内部收益率不止一个", beside=True
            )
    check = "+".join(f"第{t}期{FLOW}/(1+内部收益率)**{t}" for t in range(len(flows)))
    sheet.step("验算净现值", check, "元", beside=True)


def _rates_of(flows: list[Decimal], rates: list[Decimal]) -> list[Decimal]:
    if not changes_sign(flows):
        raise ValuationError(
            "现金流没有正负变号，内部收益率不存在", hint="通常第一笔为负（投资），其后为正（收回）"
        )
    if not rates:
        raise ValuationError("在 -99% 到 10000% 之间求不出内部收益率")
    return rates


def _payback(sheet: Worksheet, flows: list[Decimal], name: str, result: str) -> None:
    """The last whole period before the sum turns positive, and the part of the next that is needed."""
    total = Decimal(0)
    for t, flow in enumerate(flows):
        if t and total < 0 <= total + flow:
            sheet.step(f"第{t - 1}期末累计{name}", _sum(name, 0, t - 1), "元")
            sheet.step(result, f"{t - 1}+(-第{t - 1}期末累计{name})/第{t}期{name}", "期")
            return
        total += flow
    raise ValuationError(f"所给现金流收不回投资，{result}不存在")


def dated(sheet: Worksheet, wanted: frozenset[str]) -> None:
    """XNPV and XIRR of 第0期现金流... at 第0期天数 days after the first."""
    flows, days = sheet.series(FLOW), sheet.series("天数")
    discounted = "第{t}期现金流/(1+{rate})**(第{t}期天数/365)"
    if "按日期净现值" in wanted:
        for t in range(len(flows)):
            sheet.step(f"第{t}期现值", discounted.format(t=t, rate="折现率"), "元")
        sheet.step("按日期净现值", _sum("现值", 0, len(flows) - 1), "元")
    if "按日期内部收益率" in wanted:
        rates = _rates_of(flows, xirr(flows, days))
        sheet.found(
            "按日期内部收益率",
            rates[0],
            "%",
            "使按天数折现的净现值等于0的年折现率（一年365天），逐步逼近求得",
        )
        check = "+".join(discounted.format(t=t, rate="按日期内部收益率") for t in range(len(flows)))
        sheet.step("验算净现值", check, "元", beside=True)


def company(sheet: Worksheet, wanted: frozenset[str]) -> None:
    """DCF: explicit free cash flows from period 1 on, a terminal value by constant growth, less net debt, per share."""
    if f"第0期{FLOW}" in sheet:
        raise ValuationError("现金流折现从第1期的自由现金流开始，不含初始投资", hint="要算净现值请问“净现值”")
    last = len(sheet.series(FLOW))
    if sheet["永续增长率"] >= sheet["折现率"]:
        raise ValuationError("永续增长率必须小于折现率")
    _discounted(sheet, 1, last)
    sheet.step("预测期现值", _sum("现值", 1, last), "元")
    sheet.step("终值", f"第{last}期{FLOW}*(1+永续增长率)/(折现率-永续增长率)", "元")
    sheet.step("终值现值", f"终值/(1+折现率)**{last}", "元")
    sheet.step("企业价值", "预测期现值+终值现值", "元")
    if wanted & {"股权价值", "每股价值"}:
        sheet.step("股权价值", "企业价值-净债务", "元")
    if "每股价值" in wanted:
        sheet.step("每股价值", "股权价值/股份数", "元/股")
