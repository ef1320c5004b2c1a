"""The sample series: figures of the invented country 沧岚国 and its province 临江省, made by rule; nothing here is a real statistic."""

from __future__ import annotations

import csv
import math
from pathlib import Path

from openpyxl import Workbook

NATION, PROVINCE = "沧岚国", "临江省"
MONTHS = [(year, month) for year in (2022, 2023, 2024) for month in range(1, 13)][:30]
REVISED = 87.4
QUARTERS = [(year, quarter) for year in (2022, 2023, 2024) for quarter in range(1, 5)][:10]


def wave(number: int, middle: float, height: float, length: float, shift: float = 0.0) -> float:
    return middle + height * math.sin(2 * math.pi * number / length + shift)


def rows() -> list[list[str]]:
    """Long table: 指标, 地区, 频率, 时间, 数值, 单位, 公布日期."""
    found: list[list[str]] = []
    for number, (year, month) in enumerate(MONTHS):
        when, out = f"{year}-{month:02}", published(year, month, 9)
        for region, lift in ((NATION, 0.0), (PROVINCE, 0.4)):
            found.append(
                ["CPI:当月同比", region, "月", when, f"{wave(number, 1.9 + lift, 1.6, 22):.1f}", "%", out]
            )
            found.append(
                [
                    "PPI:当月同比",
                    region,
                    "月",
                    when,
                    f"{wave(number, -0.6 + lift, 3.1, 26, 1.1):.1f}",
                    "%",
                    out,
                ]
            )
        found.append(
            [
                "制造业PMI",
                NATION,
                "月",
                when,
                f"{wave(number, 50.1, 1.3, 12, 0.7):.1f}",
                "%",
                published(year, month, 1),
            ]
        )
        found.append(
            [
                "城镇调查失业率",
                NATION,
                "月",
                when,
                f"{wave(number, 5.2, 0.3, 12, 2.0):.1f}",
                "%",
                published(year, month, 17),
            ]
        )
        total = wave(number, 31000, 11000, 3, 0.4) + 60 * number
        found.append(
            [
                "社会融资规模增量:当月值",
                NATION,
                "月",
                when,
                f"{total:,.0f}",
                "亿元",
                published(year, month, 12),
            ]
        )
        found.append(
            [
                "M2:期末余额",
                NATION,
                "月",
                when,
                f"{240.5 + 1.9 * number:.2f}",
                "万亿元",
                published(year, month, 12),
            ]
        )
    for number, (year, quarter) in enumerate(QUARTERS):
        when, out = f"{year}年{'一二三四'[quarter - 1]}季度", published(year, quarter * 3, 20)
        growth = [round(wave(n, 4.9, 0.9, 7), 1) for n in range(number - quarter + 1, number + 1)]
        found.append(["GDP:当季值", PROVINCE, "季", when, f"{level(number):.1f}", "亿元", out])
        found.append(["GDP:当季同比", PROVINCE, "季", when, f"{growth[-1]:.1f}", "%", out])
        found.append(["GDP:累计同比", PROVINCE, "季", when, f"{sum(growth) / quarter:.1f}", "%", out])
    found.append(
        ["GDP:当季值", PROVINCE, "季", "2023年四季度", f"{level(7) + REVISED:.1f}", "亿元", "2024-12-27"]
    )
    for year, first in ((2022, 0), (2023, 4)):
        total = sum(level(number) for number in range(first, first + 4))
        found.append(["GDP", PROVINCE, "年", str(year), f"{total:.1f}", "亿元", f"{year + 1}-01-19"])
    found.append(["GDP", PROVINCE, "年", "2023", f"{total + REVISED:.1f}", "亿元", "2024-12-27"])
    for day, one, five in (
        ("2022-08-22", "3.65", "4.30"),
        ("2023-06-20", "3.55", "4.20"),
        ("2023-08-21", "3.45", "4.20"),
        ("2024-02-20", "3.45", "3.95"),
    ):
        found.append(["LPR:1年", NATION, "日", day, one, "%", day])
        found.append(["LPR:5年", NATION, "日", day, five, "%", day])
    return found


def level(number: int) -> float:
    """The output of the quarter of this number."""
    return 9100.0 + 95 * number + 380 * (number % 4 + 1)


def published(year: int, month: int, day: int) -> str:
    """A day of the month after."""
    return f"{year + month // 12}-{month % 12 + 1:02}-{day:02}"


def write(folder: Path) -> None:
    """The long table as CSV; trade as XLSX with a period a column, as statistical offices export it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "宏观数据_样例.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["指标", "地区", "频率", "时间", "数值", "单位", "公布日期"])
        writer.writerows(rows())
    book = Workbook()
    page = book.worksheets[0]
    page.title = "沧岚国月度数据"
    page.append(["数据库：沧岚国月度数据（样例，国名与数字均为虚构）"])
    page.append(["指标", "地区", *(f"{year}年{month}月" for year, month in reversed(MONTHS))])
    numbers = list(reversed(range(len(MONTHS))))
    page.append(
        ["出口总额_当期值(亿元)", NATION, *(round(wave(n, 2100, 260, 12, 0.3) + 9 * n, 1) for n in numbers)]
    )
    page.append(
        ["进口总额_当期值(亿元)", NATION, *(round(wave(n, 1650, 190, 12, 1.2) + 6 * n, 1) for n in numbers)]
    )
    page.append(
        ["固定资产投资(不含农户)_累计增长(%)", NATION, *(round(wave(n, 4.1, 1.2, 20), 1) for n in numbers)]
    )
    page.append(["居民消费价格指数(上月=100)", NATION, *(round(wave(n, 100.1, 0.5, 6), 1) for n in numbers)])
    page.append(["数据来源：虚构，仅作样例"])
    book.save(folder / "外贸与投资_样例.xlsx")
