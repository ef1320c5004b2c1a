"""Two invented filers for the grammar of questions: a manufacturer with staff, dividends and quarters, and a bank."""

from __future__ import annotations

from pathlib import Path

from caiwen.records import FilingKind, Span
from caiwen.store import SearchIndex, Store
from tests.ask.make import Filler

MILL = ("600301", "衡川机械股份有限公司", "衡川机械")
BANK = ("601301", "汀州银行股份有限公司", "汀州银行")
FOOD = ("600302", "沐禾食品股份有限公司", "沐禾食品")


def mill_2023() -> Filler:
    made = Filler("衡川机械_2023年年度报告.pdf", MILL, "2023")
    made.add("营业收入", "2,000.00").add("营业收入", "2,500.00", "2022").add("营业成本", "1,500.00")
    made.add("营业成本", "1,700.00", "2022").add("净利润", "200.00").add("净利润", "260.00", "2022")
    made.add("资产总计", "4,000.00").add("资产总计", "3,600.00", "2022").add("负债合计", "1,600.00")
    made.add("负债合计", "1,500.00", "2022").add("所有者权益合计", "2,400.00").add("存货", "400.00")
    made.add("存货", "300.00", "2022").add("应收账款", "600.00").add("经营活动产生的现金流量净额", "-50.00")
    made.add("加权平均净资产收益率", "8.50", scale="%").add(
        "加权平均净资产收益率", "11.20", "2022", scale="%"
    )
    staff(made)
    customers(made)
    made.add("每10股派息", "1.50", scale="元").add("每10股转增", "4", scale="股")
    made.add("现金分红总额", "66.00").text("法定代表人", "岑远")
    made.passage(
        "第三节 管理层讨论与分析 / 主营业务分析",
        "营业收入变动原因说明：主要系下游需求放缓，订单减少所致。\n存货变动原因说明：备货增加。",
        12,
    )
    return made


def staff(made: Filler) -> None:
    for item, count in (
        ("在职员工人数", "1,000"),
        ("生产人员", "600"),
        ("销售人员", "150"),
        ("技术人员", "200"),
    ):
        made.add(item, count, scale="人", span=Span.INSTANT, source="people")
    for item, count in (("硕士", "50"), ("本科", "300"), ("大专", "250")):
        made.add(item, count, scale="人", span=Span.INSTANT, source="people")
    for axis, member, count in (("专业构成", "其他", "50"), ("教育程度", "高中及以下", "400")):
        made.add(
            "在职员工人数", count, scale="人", span=Span.INSTANT, dimensions={axis: member}, source="people"
        )
    made.add("研发人员", "120", scale="人", span=Span.INSTANT).add("研发人员占比", "12.00", scale="%")
    for member, count in (("硕士研究生", "30"), ("本科", "80")):
        made.add("研发人员", count, scale="人", span=Span.INSTANT, dimensions={"研发人员学历": member})


def customers(made: Filler) -> None:
    made.add("前五名客户销售额", "700.00").add("前五名客户销售额占比", "35.00", scale="%")
    made.add("前五名供应商采购额", "300.00").add("前五名供应商采购额占比", "25.00", scale="%")


def mill_quarters() -> Filler:
    made = Filler("衡川机械_2024年第三季度报告.pdf", MILL, "2024Q3", kind=FilingKind.Q3)
    made.add("营业收入", "1,700.00").add("营业收入", "1,400.00", "2023Q3").add("资产总计", "4,300.00")
    made.add("营业收入", "600.00", span=Span.SINGLE).add("负债合计", "1,720.00")
    return made


def bank_2023() -> Filler:
    made = Filler("汀州银行_2023年年度报告.pdf", BANK, "2023", sector="bank")
    made.add("营业收入", "5,000", scale="百万元").add("净利润", "1,500", scale="百万元")
    made.text("所属行业", "货币金融服务")
    for period, methods in (("2023", ("14.96", "17.88")), ("2022", ("14.80", "17.50"))):
        for method, value in zip(("权重法", "高级法"), methods, strict=True):
            made.add(
                "资本充足率", value, period, scale="%", span=Span.INSTANT, dimensions={"计量方法": method}
            )
    return made


def food_2023() -> Filler:
    made = Filler("沐禾食品_2023年年度报告.pdf", FOOD, "2023")
    made.add("营业收入", "3,000.00").add("净利润", "-20.00").add("净利润", "-40.00", "2022")
    return made.text("所属行业", "食品制造业")


def filers(folder: Path) -> tuple[Store, SearchIndex]:
    store = Store.open("sqlite:///store.db", folder=folder)
    for filler in (mill_2023(), mill_quarters(), bank_2023(), food_2023()):
        filler.write(store)
    return store, SearchIndex.open(folder / "index", store)
