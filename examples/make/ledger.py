"""Made-up accounts that obey the identities of real ones, to the cent.

Amounts are integers in 分 (cents). A few drivers make the income statement; the balance sheet is rolled
forward and closed with 货币资金; the cash flow statement is closed with 支付其他与经营活动有关的现金.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

Amounts = dict[str, int]


@dataclass
class Year:
    """The accounts of one year of one reporting entity."""

    year: int
    income: Amounts = field(default_factory=dict)
    balance: Amounts = field(default_factory=dict)
    cash: Amounts = field(default_factory=dict)


@dataclass(frozen=True)
class Drivers:
    """Scale and mix of an entity. Money in 分; shares are whole shares."""

    seed: int
    revenue: tuple[int, ...]
    first_year: int
    shares: int
    minority: float
    dividend_per_share: tuple[int, ...]


def money(text: int | None) -> str:
    """Cents → 1,234,567.89; None → blank."""
    if text is None:
        return ""
    sign = "-" if text < 0 else ""
    return f"{sign}{abs(text) // 100:,}.{abs(text) % 100:02d}"


def part(rng: random.Random, base: int, low: float, high: float) -> int:
    return round(base * rng.uniform(low, high)) + rng.randrange(100)


def income(rng: random.Random, revenue: int, minority: float) -> Amounts:
    a: Amounts = {"营业收入": revenue, "营业成本": part(rng, revenue, 0.62, 0.66)}
    a["税金及附加"] = part(rng, revenue, 0.006, 0.008)
    a["销售费用"] = part(rng, revenue, 0.055, 0.065)
    a["管理费用"] = part(rng, revenue, 0.05, 0.06)
    a["研发费用"] = part(rng, revenue, 0.055, 0.07)
    a["利息费用"] = part(rng, revenue, 0.008, 0.01)
    a["利息收入"] = part(rng, revenue, 0.002, 0.003)
    a["财务费用"] = a["利息费用"] - a["利息收入"] + part(rng, revenue, 0.0003, 0.0006)
    costs = ("营业成本", "税金及附加", "销售费用", "管理费用", "研发费用", "财务费用")
    a["营业总成本"] = sum(a[k] for k in costs)
    a["其他收益"] = part(rng, revenue, 0.008, 0.012)
    a["投资收益"] = part(rng, revenue, 0.003, 0.005)
    a["公允价值变动收益"] = part(rng, revenue, -0.001, 0.001)
    a["信用减值损失"] = -part(rng, revenue, 0.004, 0.006)
    a["资产减值损失"] = -part(rng, revenue, 0.003, 0.005)
    a["资产处置收益"] = part(rng, revenue, -0.0004, 0.0006)
    gains = ("其他收益", "投资收益", "公允价值变动收益", "信用减值损失", "资产减值损失", "资产处置收益")
    a["营业利润"] = revenue - a["营业总成本"] + sum(a[k] for k in gains)
    a["营业外收入"] = part(rng, revenue, 0.001, 0.002)
    a["营业外支出"] = part(rng, revenue, 0.0008, 0.0015)
    a["利润总额"] = a["营业利润"] + a["营业外收入"] - a["营业外支出"]
    a["所得税费用"] = part(rng, a["利润总额"], 0.13, 0.16)
    a["净利润"] = a["利润总额"] - a["所得税费用"]
    a["少数股东损益"] = part(rng, a["净利润"], minority * 0.9, minority * 1.1) if minority else 0
    a["归母净利润"] = a["净利润"] - a["少数股东损益"]
    a["其他综合收益"] = part(rng, revenue, -0.0006, 0.0009)
    a["综合收益总额"] = a["净利润"] + a["其他综合收益"]
    return a


CURRENT = ("货币资金", "交易性金融资产", "应收票据", "应收账款", "应收款项融资", "预付款项", "其他应收款", "存货", "合同资产", "其他流动资产")
FIXED = ("长期股权投资", "其他权益工具投资", "固定资产", "在建工程", "使用权资产", "无形资产", "开发支出", "商誉", "长期待摊费用", "递延所得税资产", "其他非流动资产")
SHORT = ("短期借款", "应付票据", "应付账款", "合同负债", "应付职工薪酬", "应交税费", "其他应付款", "一年内到期的非流动负债", "其他流动负债")
LONG = ("长期借款", "租赁负债", "递延收益", "递延所得税负债")
OWN = ("股本", "资本公积", "其他综合收益累计", "盈余公积", "未分配利润")

SHARES_OF_REVENUE = {
    "交易性金融资产": 0.06, "应收票据": 0.04, "应收账款": 0.22, "应收款项融资": 0.03, "预付款项": 0.018,
    "其他应收款": 0.012, "存货": 0.2, "合同资产": 0.015, "其他流动资产": 0.01, "长期股权投资": 0.05,
    "其他权益工具投资": 0.02, "固定资产": 0.36, "在建工程": 0.07, "使用权资产": 0.02, "无形资产": 0.09,
    "开发支出": 0.012, "商誉": 0.05, "长期待摊费用": 0.006, "递延所得税资产": 0.014, "其他非流动资产": 0.02,
    "短期借款": 0.1, "应付票据": 0.07, "应付账款": 0.17, "合同负债": 0.05, "应付职工薪酬": 0.03,
    "应交税费": 0.015, "其他应付款": 0.02, "一年内到期的非流动负债": 0.02, "其他流动负债": 0.007,
    "长期借款": 0.09, "租赁负债": 0.013, "递延收益": 0.03, "递延所得税负债": 0.005,
}  # fmt: skip


def balance(rng: random.Random, revenue: int, before: Amounts | None, flow: Amounts, drivers: Drivers, dividend: int) -> Amounts:
    a = {name: part(rng, revenue, share * 0.93, share * 1.07) for name, share in SHARES_OF_REVENUE.items()}
    a["股本"] = drivers.shares * 100
    if before is None:
        a["资本公积"] = round(drivers.revenue[0] * 0.42)
        a["其他综合收益累计"] = part(rng, revenue, 0.001, 0.003)
        a["盈余公积"] = round(drivers.revenue[0] * 0.07)
        a["未分配利润"] = round(drivers.revenue[0] * 0.31)
        a["少数股东权益"] = round(drivers.revenue[0] * 0.03) if drivers.minority else 0
    else:
        reserve = round(flow["归母净利润"] * 0.06)
        a["资本公积"] = before["资本公积"]
        a["其他综合收益累计"] = before["其他综合收益累计"] + flow["其他综合收益"]
        a["盈余公积"] = before["盈余公积"] + reserve
        a["未分配利润"] = before["未分配利润"] + flow["归母净利润"] - reserve - dividend
        a["少数股东权益"] = before["少数股东权益"] + flow["少数股东损益"]
    a["归母权益"] = sum(a[k] for k in OWN)
    return close_balance(a)


def close_balance(a: Amounts) -> Amounts:
    """Totals, with 货币资金 as what is left."""
    a["所有者权益合计"] = a["归母权益"] + a["少数股东权益"]
    a["流动负债合计"] = sum(a[k] for k in SHORT)
    a["非流动负债合计"] = sum(a[k] for k in LONG)
    a["负债合计"] = a["流动负债合计"] + a["非流动负债合计"]
    a["负债和所有者权益总计"] = a["负债合计"] + a["所有者权益合计"]
    a["非流动资产合计"] = sum(a[k] for k in FIXED)
    a["货币资金"] = a["负债和所有者权益总计"] - a["非流动资产合计"] - sum(a[k] for k in CURRENT if k != "货币资金")
    a["流动资产合计"] = sum(a[k] for k in CURRENT)
    a["资产总计"] = a["流动资产合计"] + a["非流动资产合计"]
    if a["货币资金"] <= 0 or a["资产总计"] != a["负债和所有者权益总计"]:
        raise ValueError("the drivers give accounts that do not close")
    return a


def cash_flow(rng: random.Random, revenue: int, before: Amounts, now: Amounts, flow: Amounts, dividend: int) -> Amounts:
    restricted = {id(x): round(x["应付票据"] * 0.3) for x in (before, now)}
    start, end = before["货币资金"] - restricted[id(before)], now["货币资金"] - restricted[id(now)]
    c: Amounts = {"期初现金": start, "期末现金": end, "净增加额": end - start}
    c["销售收现"] = part(rng, revenue, 1.03, 1.06)
    c["税费返还"] = part(rng, revenue, 0.01, 0.015)
    c["收到其他经营"] = part(rng, revenue, 0.015, 0.02)
    c["经营流入"] = c["销售收现"] + c["税费返还"] + c["收到其他经营"]
    c["收回投资"] = part(rng, revenue, 0.15, 0.2)
    c["投资收益收现"] = max(flow["投资收益"] - part(rng, revenue, 0.0005, 0.001), 0)
    c["处置长期资产"] = part(rng, revenue, 0.001, 0.002)
    c["投资流入"] = c["收回投资"] + c["投资收益收现"] + c["处置长期资产"]
    c["购建长期资产"] = part(rng, revenue, 0.07, 0.09)
    c["投资支付"] = part(rng, revenue, 0.16, 0.2)
    c["投资流出"] = c["购建长期资产"] + c["投资支付"]
    c["投资净额"] = c["投资流入"] - c["投资流出"]
    c["取得借款"] = part(rng, revenue, 0.16, 0.18)
    c["筹资流入"] = c["取得借款"]
    c["偿还债务"] = part(rng, revenue, 0.14, 0.16)
    c["分配利息"] = dividend + flow["利息费用"]
    c["支付其他筹资"] = part(rng, revenue, 0.004, 0.006)
    c["筹资流出"] = c["偿还债务"] + c["分配利息"] + c["支付其他筹资"]
    c["筹资净额"] = c["筹资流入"] - c["筹资流出"]
    c["汇率影响"] = part(rng, revenue, -0.0005, 0.0005)
    c["经营净额"] = c["净增加额"] - c["投资净额"] - c["筹资净额"] - c["汇率影响"]
    c["支付职工"] = part(rng, revenue, 0.13, 0.14)
    c["支付税费"] = part(rng, revenue, 0.045, 0.055)
    c["支付其他经营"] = part(rng, revenue, 0.06, 0.07)
    c["经营流出"] = c["经营流入"] - c["经营净额"]
    c["购买付现"] = c["经营流出"] - c["支付职工"] - c["支付税费"] - c["支付其他经营"]
    if c["购买付现"] <= 0:
        raise ValueError("the drivers give a negative 购买商品、接受劳务支付的现金")
    return c


def accounts(drivers: Drivers) -> dict[int, Year]:
    """Accounts by year. The first year has no cash flow statement: its opening balance is not told."""
    rng = random.Random(drivers.seed)
    years: dict[int, Year] = {}
    before: Amounts | None = None
    for k, revenue in enumerate(drivers.revenue):
        year = drivers.first_year + k
        dividend = drivers.dividend_per_share[k] * drivers.shares
        flow = income(rng, revenue, drivers.minority)
        sheet = balance(rng, revenue, before, flow, drivers, dividend)
        cash = cash_flow(rng, revenue, before, sheet, flow, dividend) if before else {}
        years[year] = Year(year, flow, sheet, cash)
        before = sheet
    return years
