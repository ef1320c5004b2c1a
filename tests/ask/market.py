"""A market of invented companies as an imported table would make it: one sheet, a row for every company and year."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from caiwen.records import Document, Fact, Filing, FilingKind, Observation, PageInfo, Span, Status
from caiwen.store import Store

TABLE = "年报数据.xlsx"
SHA = hashlib.sha256(TABLE.encode()).hexdigest()
INSTANTS = {"流动资产合计", "非流动资产合计", "流动负债合计", "非流动负债合计", "在职员工人数", "研发人员"}
PEOPLE = {"在职员工人数", "研发人员"}

COMPANIES = {
    "600101": ("云帆重工股份有限公司", "云帆重工", "江苏省无锡市滨湖区一号路1号"),
    "600102": ("青禾食品股份有限公司", "青禾食品", "无锡市新吴区二号路2号"),
    "600103": ("北斗机电股份有限公司", "北斗机电", "江苏省江阴市三号路3号"),
    "600104": ("玉衡药业股份有限公司", "玉衡药业", "南京市雨花台区四号路4号"),
    "600105": ("海屿电子股份有限公司", "海屿电子", "上海市黄浦区南京西路5号"),
    "600106": ("千岭矿业股份有限公司", "千岭矿业", "新疆昌吉州昌吉市北京南路6号"),
    "600107": ("麦田种业股份有限公司", "麦田种业", "中国（上海）自由贸易试验区七号路7号"),
    "600108": ("晴川水务股份有限公司", "晴川水务", "430000"),
}
"""Code → full name, short name, address of 2021. 晴川水务 writes its postcode; its address of 2020 is in 武汉."""

REVENUE = {  # 亿元: 2019, 2020, 2021
    "600101": ("90", "100", "110"),
    "600102": ("20", "30", "25"),
    "600103": ("50", "45", "60"),
    "600104": ("8", "12", "18"),
    "600105": ("200", "150", "120"),
    "600106": ("70", "95", "105"),
    "600107": ("3", "5", None),
    "600108": ("0.4", "0.5", "0.0006"),
}
PROFIT = {
    "600101": ("5", "6", "7"),
    "600102": ("-1", "1", "-2"),
    "600103": ("4", "3", "5"),
    "600104": ("1", "2", "3"),
    "600105": ("10", "-4", "9"),
    "600106": ("6", "8", "9.5"),
    "600107": ("0.1", "0.2", "0.3"),
    "600108": ("0.1", "0.1", "0.0001"),
}
RESEARCH = {
    "600101": ("3", "4", "5.5"),
    "600102": ("0.5", "0.6", "0.5"),
    "600103": ("2", "2", "3"),
    "600104": ("1", "2", "3.6"),
    "600105": ("10", "12", "12"),
    "600106": (None, "1", "1"),
    "600107": (None, None, None),
    "600108": (None, None, None),
}
YEARS = ("2019", "2020", "2021")
HUNDRED_MILLION = Decimal(10) ** 8


class Sheet:
    """Facts of the sheet, row by row."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.row = 0

    def company_year(self, code: str, year: str, numbers: Mapping[str, str | None], address: str) -> None:
        self.row += 1
        doubtful = Decimal(numbers.get("营业收入") or 1) < Decimal("0.01")
        for column, (item, text) in enumerate(numbers.items(), start=4):
            if text is not None:
                unit = "人" if item in PEOPLE else "元"
                value = Decimal(text) * (1 if item in PEOPLE else HUNDRED_MILLION)
                self._add(
                    code, year, item, column, value=value, unit=unit, doubtful=doubtful and unit == "元"
                )
        self._add(code, year, "注册地址", 2, text=address)
        self._add(
            code, year, "法定代表人", 3, text=f"{COMPANIES[code][1][0]}某{year if code == '600102' else ''}"
        )

    def _add(
        self,
        code: str,
        year: str,
        item: str,
        column: int,
        value: Decimal | None = None,
        text: str | None = None,
        unit: str | None = None,
        doubtful: bool = False,
    ) -> None:
        raw = text or f"{value:f}"
        place = Observation(
            document=SHA,
            sheet="Sheet1",
            table=1,
            row=self.row,
            column=column,
            raw=raw,
            label=item,
            scale=unit,
        )
        fact = Fact(
            entity=COMPANIES[code][0],
            code=code,
            item=item,
            period=year,
            span=Span.INSTANT if item in INSTANTS or text else Span.YTD,
            value=value,
            text=text,
            unit=unit,
            observation=place,
            reported_in=year,
            source="table",
        )
        self.facts.append(fact.marked(Status.CONFLICT, "量级可疑：疑似以万元填列") if doubtful else fact)


def sheet() -> Sheet:
    made = Sheet()
    for number, code in enumerate(COMPANIES):
        for at, year in enumerate(YEARS):
            address = COMPANIES[code][2]
            if code == "600108" and year == "2020":
                address = "湖北省武汉市八号路8号"
            if code == "600105" and year == "2019":
                address = "重庆市渝北区五号路5号"
            numbers = {
                "营业收入": REVENUE[code][at],
                "净利润": PROFIT[code][at],
                "研发费用": RESEARCH[code][at],
                "流动资产合计": str(10 + number),
                "非流动资产合计": None if code == "600107" else str(20 - number + at),
                "流动负债合计": str(6 + at),
                "非流动负债合计": None if code == "600106" else "2",
                "在职员工人数": str(1000 + 100 * number),
                "研发人员": str(100 + 90 * number) if number < 4 else None,
            }
            made.company_year(code, year, numbers, address)
    return made


def market(folder: Path) -> Store:
    store = Store.open("sqlite:///market.db", folder=folder)
    names = {code: (full, short) for code, (full, short, _) in COMPANIES.items()}
    document = Document(
        sha256=SHA, name=TABLE, format="xlsx", pages=(PageInfo(1, None, None),), parser="tests 1"
    )
    store.add(document, Filing(kind=FilingKind.DATA), sheet().facts, (), names=short_names(names))
    return store


def short_names(names: Mapping[str, tuple[str, str]]) -> list[tuple[str, str]]:
    return [(code, short) for code, (_, short) in names.items()]
