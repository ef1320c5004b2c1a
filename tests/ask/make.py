"""A small invented market for the tests of asking: facts as an ingest would make them, in a store of its own."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from pathlib import Path
from typing import Any

from caiwen.records import (
    Basis,
    Document,
    Fact,
    Filing,
    FilingKind,
    Observation,
    PageInfo,
    Passage,
    Scope,
    Span,
)
from caiwen.store import SearchIndex, Store

COLD = ("600001", "山海冷链设备股份有限公司", "山海冷链")
BANK = ("601001", "澜屿银行股份有限公司", "澜屿银行")
WIRE = ("000100", "远望电气股份有限公司", "远望电气")
FOOD = ("000200", "远望食品股份有限公司", "远望食品")

COLD_2019 = "山海冷链_2019年年度报告.pdf"
COLD_2020 = "山海冷链_2020年年度报告.pdf"
BANK_2020 = "澜屿银行_2020年年度报告.pdf"
WIRE_2020 = "远望电气_2020年年度报告.pdf"
FOOD_2020 = "远望食品_2020年年度报告.pdf"

INSTANTS = {
    "资产总计",
    "负债合计",
    "流动资产合计",
    "流动负债合计",
    "存货",
    "货币资金",
    "短期借款",
    "应收账款",
    "所有者权益合计",
}
FACTORS = {"元": 1, "万元": 10_000, "百万元": 1_000_000}


def sha(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


class Filler:
    """Collects the facts and passages of one document; every fact gets its own row."""

    def __init__(self, name: str, company: tuple[str, str, str], period: str, **filing: Any) -> None:
        code, full, short = company
        self.name, self.company, self.period = name, company, period
        kind = filing.pop("kind", FilingKind.ANNUAL)
        self.filing = Filing(kind=kind, issuer=full, short_name=short, code=code, period=period, **filing)
        self.facts: list[Fact] = []
        self.passages: list[Passage] = []

    def add(self, item: str, value: str | None, period: str | None = None, **more: Any) -> Filler:
        """``value`` as printed; ``scale`` (default 元) is its unit."""
        scale = more.pop("scale", "元")
        when = period or self.period
        span = more.pop("span", Span.INSTANT if item in INSTANTS or value is None else Span.YTD)
        basis = more.pop("basis", Basis.REPORTED if when == self.period else Basis.COMPARATIVE)
        unit = more.pop("unit", "元" if scale in FACTORS else scale)
        number = Decimal(value.replace(",", "")) * FACTORS.get(scale, 1) if value is not None else None
        row = len(self.facts)
        place = Observation(
            document=sha(self.name),
            page=more.pop("page", 5),
            table=1,
            row=row,
            column=1,
            box=(10.0, 20.0 + row, 90.0, 30.0 + row),
            raw=value or more.get("text", ""),
            scale=scale if number is not None else None,
            label=item,
            parser="tests 1",
        )
        fact = Fact(
            entity=self.company[2],
            code=self.company[0],
            item=item,
            period=when,
            span=span,
            basis=basis,
            value=number,
            unit=unit if number is not None else None,
            observation=place,
            reported_in=self.period,
            source=more.pop("source", "income_statement"),
            **more,
        )
        self.facts.append(fact)
        return self

    def text(self, item: str, text: str, period: str | None = None) -> Filler:
        return self.add(item, None, period, text=text, source="profile")

    def passage(self, section: str, text: str, page: int = 9, kind: str = "text") -> Filler:
        self.passages.append(Passage(sha(self.name), len(self.passages), text, page, None, section, kind))
        return self

    def write(self, store: Store) -> None:
        pages = tuple(PageInfo(n, 595.0, 842.0) for n in range(1, 20))
        document = Document(
            sha256=sha(self.name), name=self.name, format="pdf", pages=pages, parser="tests 1"
        )
        store.add(document, self.filing, self.facts, self.passages)


def cold_2019() -> Filler:
    made = Filler(COLD_2019, COLD, "2019")
    made.add("营业收入", "1,000.00").add("营业成本", "700.00").add("净利润", "90.00")
    made.add("归属于母公司所有者的净利润", "80.00").add("资产总计", "5,000.00").add("存货", "300.00")
    made.add("营业收入", "1,250.00", "2018").add("净利润", "-50.00", "2018").add(
        "商誉", "0.00", "2018", span=Span.INSTANT
    )
    made.text("法定代表人", "江一舟")
    return made


def cold_2020() -> Filler:
    made = Filler(COLD_2020, COLD, "2020")
    made.add("营业收入", "1,200.00").add("营业收入", "1,100.00", "2019", basis=Basis.RESTATED)
    made.add("营业收入", "1,000.00", "2019", basis=Basis.UNADJUSTED)
    made.add("营业成本", "800.00").add("净利润", "150.00").add("归属于母公司所有者的净利润", "120.00")
    made.add("净利润", "90.00", "2019").add("资产总计", "6,000.00").add("负债合计", "2,400.00")
    made.add("流动资产合计", "3,000.00").add("流动负债合计", "1,500.00").add("存货", "500.00").add(
        "存货", "300.00", "2019"
    )
    made.add("货币资金", "900.00").add("货币资金", "777.00", scope=Scope.PARENT)
    made.add("长期股权投资", "66.00", scope=Scope.PARENT, span=Span.INSTANT)
    made.add("加权平均净资产收益率", "8.37", scale="%").add("加权平均净资产收益率", "4.49", "2019", scale="%")
    made.add("基本每股收益", "0.36", scale="元/股").add("商誉", "30.00", span=Span.INSTANT)
    made.add("在职员工人数", "1,444", scale="人", span=Span.INSTANT)
    for quarter, value in enumerate(("200.00", "250.00", "350.00", "400.00"), 1):
        made.add(
            "营业收入", value, f"2020Q{quarter}", span=Span.SINGLE, basis=Basis.REPORTED, source="quarterly"
        )
    for product, revenue, margin in (("冷冻设备", "900.00", "32.51"), ("罐式集装箱", "250.00", "17.30")):
        made.add("营业收入", revenue, dimensions={"分产品": product}, source="segments")
        made.add("毛利率", margin, scale="%", dimensions={"分产品": product}, source="segments")
    made.add("营业收入", "400.00", dimensions={"分地区": "境外"}, source="segments")
    for holder, shares in (("山海控股有限公司", "5,000"), ("江一舟", "9,000")):
        made.add(
            "持股数量",
            shares,
            scale="股",
            dimensions={"股东": holder},
            span=Span.INSTANT,
            source="shareholders",
        )
    made.text("法定代表人", "林山").text("注册地址", "滨海市云港区一号路8号").text(
        "变更前股票简称", "东岳冷机"
    )
    made.text("会计师事务所", "明正会计师事务所（特殊普通合伙）")
    made.passage(
        "第五节 重要事项 / 六、聘任、解聘会计师事务所情况",
        "现聘任明正会计师事务所，报酬110万元，年限4年。",
        35,
    )
    made.passage("第五节 重要事项 / 七、面临退市风险的情况", "□适用 √不适用", 36)
    made.passage(
        "第四节 经营情况 / 资产及负债状况",
        "存货：期末500.00，变动66.67%，情况说明 主要系备货增加所致。",
        14,
        "table",
    )
    made.passage(
        "第三节 公司业务概要 / 一、主要业务",
        "公司主要从事冷链设备的研发、生产和销售，产品有冷冻设备与罐式集装箱。",
        8,
    )
    return made


def bank_2020() -> Filler:
    made = Filler(BANK_2020, BANK, "2020", sector="bank")
    made.add("营业收入", "2,768", scale="百万元").add("净利润", "610", scale="百万元")
    made.add("利息净收入", "2,402", scale="百万元").add("不良贷款率", "0.86", scale="%", span=Span.INSTANT)
    made.add("业务及管理费", "(1,480)".strip("()"), scale="百万元").text("注册地址", "澜屿市海滨路1号")
    return made


def others() -> list[Filler]:
    wire = Filler(WIRE_2020, WIRE, "2020").add("营业收入", "2,000.00").text("注册地址", "滨海市东区2号")
    food = Filler(FOOD_2020, FOOD, "2020").add("营业收入", "3,000.00").text("注册地址", "内江市3号")
    return [wire, food]


def market(folder: Path) -> tuple[Store, SearchIndex]:
    store = Store.open("sqlite:///store.db", folder=folder)
    for filler in (cold_2019(), cold_2020(), bank_2020(), *others()):
        filler.write(store)
    return store, SearchIndex.open(folder / "index", store)


def alone(folder: Path) -> tuple[Store, SearchIndex]:
    """A store with one company only."""
    store = Store.open("sqlite:///store.db", folder=folder)
    cold_2020().write(store)
    return store, SearchIndex.open(folder / "index", store)
