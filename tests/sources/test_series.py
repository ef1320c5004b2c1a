"""Macro series from tables of every form, with their place and their oddities."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from caiwen.errors import ConfigError, DocumentError
from caiwen.records.macro import SeriesPoint
from caiwen.sources import Mapping, load_mapping, open_source


def read(path: Path | str, source: Mapping | None = None) -> tuple[list[SeriesPoint], list[str]]:
    reading = open_source(path, source or load_mapping("macro"))
    return [p for p in reading.facts() if isinstance(p, SeriesPoint)], reading.warnings


def csv(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_text(text.strip() + "\n", encoding=encoding)
    return path


def told(point: SeriesPoint) -> tuple[object, ...]:
    return (point.indicator, point.region, point.form, point.period, str(point.value), point.unit)


def test_a_long_table(tmp_path: Path) -> None:
    path = csv(
        tmp_path / "a.csv",
        """
指标,地区,时间,数值,单位,公布日期
CPI:当月同比,临江省,2024年1月,-0.8,%,2024-02-08
GDP:当季值,临江省,2024年一季度,"3,210.5",亿元,2024-04-20
M2:期末余额,全国,2024-01-31,297.63,万亿元,
""",
        "gb18030",
    )
    points, warnings = read(path)
    assert [told(p) for p in points] == [
        ("居民消费价格指数", "临江省", "yoy", "2024-01", "-0.8", "%"),
        ("国内生产总值", "临江省", "value", "2024Q1", "321050000000", "元"),
        ("广义货币供应量", "全国", "value", "2024-01", "297630000000000", "元"),
    ]
    assert [p.published for p in points] == ["2024-02-08", "2024-04-20", None]
    where = points[1].observation
    assert (where.sheet, where.row, where.column, where.raw, where.scale) == ("a", 2, 3, "3,210.5", "亿元")
    assert warnings == []


def test_an_indicator_a_column_with_rows_of_frequency_and_unit(tmp_path: Path) -> None:
    path = csv(
        tmp_path / "b.csv",
        """
指标名称,中国:CPI:当月同比,中国:外汇储备,中国:LPR:1年
频率,月,月,日
单位,%,亿美元,%
来源,国家统计局,外汇局,交易中心
2024-01-31,-0.8,32193.2,
2024-02-29,0.7,,3.45
""",
    )
    points, _ = read(path)
    assert [told(p) for p in points] == [
        ("居民消费价格指数", "全国", "yoy", "2024-01", "-0.8", "%"),
        ("外汇储备", "全国", "value", "2024-01", "3219320000000", "美元"),
        ("居民消费价格指数", "全国", "yoy", "2024-02", "0.7", "%"),
        ("一年期贷款市场报价利率", "全国", "value", "2024-02-29", "3.45", "%"),
    ]


def test_a_period_a_column_with_a_title_above_and_a_note_below(tmp_path: Path) -> None:
    book = Workbook()
    page = book.worksheets[0]
    for row in (
        ["数据库：月度数据"],
        ["指标", "2024年2月", "2024年1月"],
        ["居民消费价格指数(上年同月=100)", 100.7, 99.2],
        ["社会消费品零售总额_累计值(亿元)", 81307, None],
        ["数据来源：国家统计局"],
    ):
        page.append(row)
    book.create_sheet("空")
    book.save(tmp_path / "c.xlsx")
    points, _ = read(tmp_path / "c.xlsx")
    assert [told(p) for p in points] == [
        ("居民消费价格指数", "全国", "yoy", "2024-02", "0.7", "%"),
        ("居民消费价格指数", "全国", "yoy", "2024-01", "-0.8", "%"),
        ("社会消费品零售总额", "全国", "ytd", "2024-02", "8130700000000", "元"),
    ]
    assert (points[0].observation.raw, points[0].observation.row, points[0].observation.column) == (
        "100.7",
        2,
        1,
    )


def test_a_percentage_cell_of_excel_is_read_as_it_is_shown(tmp_path: Path) -> None:
    book = Workbook()
    page = book.worksheets[0]
    page.append(["时间", "CPI同比"])
    page.append(["2024年1月", 0.021])
    page.cell(2, 2).number_format = "0.0%"
    book.save(tmp_path / "d.xlsx")
    (point,), _ = read(tmp_path / "d.xlsx")
    assert (str(point.value), point.unit) == ("2.1", "%")


def test_regions_as_columns_under_one_indicator(tmp_path: Path) -> None:
    path = csv(tmp_path / "e.csv", "时间,临江省,北京市,备注\n2024年1月,0.3,0.1,x\n")
    source = Mapping.model_validate(
        {
            "name": "分省",
            "tables": [
                {"layout": "series", "period": "时间", "fixed_item": "CPI同比", "columns": {"备注": None}}
            ],
        }
    )
    points, _ = read(path, source)
    assert [told(p)[:4] for p in points] == [
        ("居民消费价格指数", "临江省", "yoy", "2024-01"), ("居民消费价格指数", "北京市", "yoy", "2024-01"),
    ]  # fmt: skip


def test_regions_down_and_months_across_under_a_title(tmp_path: Path) -> None:
    path = csv(
        tmp_path / "p.csv",
        """
数据库：分省月度数据
指标：居民消费价格指数(上年同月=100)
地区,2024年2月,2024年1月
北京市,100.9,99.4
临江省,101.2,
注：样例
""",
    )
    points, _ = read(path)
    assert [told(p) for p in points] == [
        ("居民消费价格指数", "北京市", "yoy", "2024-02", "0.9", "%"),
        ("居民消费价格指数", "北京市", "yoy", "2024-01", "-0.6", "%"),
        ("居民消费价格指数", "临江省", "yoy", "2024-02", "1.2", "%"),
    ]


def test_years_down_and_months_across(tmp_path: Path) -> None:
    months = ",".join(f"{n}月" for n in range(1, 13))
    values = ",".join(f"50.{n}" for n in range(1, 13))
    path = csv(
        tmp_path / "y.csv", f"制造业PMI\n年份,{months}\n2023年,{values}\n2024,49.2,49.1,50.8,,,,,,,,,\n"
    )
    points, warnings = read(path)
    assert [(p.period, str(p.value)) for p in points][-4:] == [
        ("2023-12", "50.12"), ("2024-01", "49.2"), ("2024-02", "49.1"), ("2024-03", "50.8"),
    ]  # fmt: skip
    assert {p.indicator for p in points} == {"制造业采购经理指数"}
    assert warnings == []


def test_oddities_are_told_once_with_their_rows(tmp_path: Path) -> None:
    path = csv(
        tmp_path / "f.csv",
        """
指标,时间,数值,公布日期
CPI同比,2024年1月,0.1,不详
CPI同比,2024年1月,0.1,不详
CPI同比,2024年1月,0.2,不详
CPI同比,某月,0.3,
CPI同比,2024年2月,暂缺,
浮尘指数,2024年2月,7,
,2024年2月,7,
""",
    )
    points, warnings = read(path)
    assert [str(p.value) for p in points] == ["0.1", "0.2", "7"]
    text = "\n".join(warnings)
    for said in (
        "时间读不出来 1 处：第 5 行",
        "数字格里不是数字 1 处：第 6 行",
        "同一期有不同的数",
        "重复的一期",
        "公布日期读不出来 3 处",
        "指标为空",
    ):
        assert said in text, said
    assert points[-1].indicator == "浮尘指数"


def test_a_table_that_is_none_and_a_missing_column(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="认不出这张宏观数据表"):
        read(csv(tmp_path / "g.csv", "甲,乙\n1,2\n"))
    source = Mapping.model_validate(
        {"name": "x", "tables": [{"layout": "series", "item": "名", "period": "期", "value": "值"}]}
    )
    with pytest.raises(ConfigError, match="值、期"):
        read(csv(tmp_path / "h.csv", "名,乙\n1,2\n"), source)
    with pytest.raises(DocumentError, match="没有数据行"):
        read(csv(tmp_path / "i.csv", "指标,时间,数值\n"))


def test_values_stay_exact(tmp_path: Path) -> None:
    (point,), _ = read(
        csv(tmp_path / "j.csv", "指标,时间,数值,单位\n社融增量,2024-01,65000.0000000001,亿元\n")
    )
    assert point.value == Decimal("6500000000000.01")
