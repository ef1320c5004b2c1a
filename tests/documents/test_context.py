"""Captions, units and context of tables."""

from __future__ import annotations

import pytest

from caiwen.documents.context import attach_context, is_unit_line, unit_in
from caiwen.records import Block, Cell, Paragraph, Table


def table(*rows: tuple[str, ...], first: int = 0) -> Table:
    cells = tuple(
        Cell(first + r, c, text) for r, row in enumerate(rows) for c, text in enumerate(row) if text
    )
    return Table(0, cells, first + len(rows), max(len(row) for row in rows))


DATA = (("项目", "期末余额"), ("货币资金", "1,234.00"))


def attached(*blocks: Block) -> list[Table]:
    return [b for b in attach_context(blocks) if isinstance(b, Table)]


@pytest.mark.parametrize(
    "line",
    [
        "单位：元 币种：人民币",
        "单位: 千元",
        "（单位：人民币百万元，另有说明者除外）",
        "人民币百万元，百分比除外",
        "金额单位：万元",
        "(除特别注明外，金额单位均为人民币百万元)",
        "人民币元",
        "单位：股",
    ],
)
def test_unit_lines(line: str) -> None:
    assert is_unit_line(line)
    assert unit_in(line) == line


@pytest.mark.parametrize(
    "line",
    [
        "编制单位：示例股份有限公司",
        "被投资单位：甲公司",
        "在股东单位任职情况",
        "实现收入100万元",
        "单位：",
        "元)",
        "单位名称",
    ],
)
def test_what_is_no_unit(line: str) -> None:
    assert unit_in(line) == ""


def test_a_unit_within_a_line_is_cut_out_of_it() -> None:
    assert unit_in("编制单位：示例股份有限公司 单位：元 币种：人民币") == "单位:元币种:人民币".replace(
        ":", "："
    )
    assert unit_in("√适用 □不适用（单位：万元 币种：人民币）") == "（单位：万元币种：人民币）"


def test_caption_and_unit_above_a_statement() -> None:
    found = attached(
        Paragraph("二、财务报表"),
        Paragraph("合并资产负债表"),
        Paragraph("2020年12月31日"),
        Paragraph("编制单位：示例股份有限公司"),
        Paragraph("单位：元 币种：人民币"),
        table(*DATA),
    )[0]
    assert found.caption == "合并资产负债表"
    assert found.unit_text == "单位：元 币种：人民币"
    assert found.context == (
        "合并资产负债表",
        "2020年12月31日",
        "编制单位：示例股份有限公司",
        "单位：元 币种：人民币",
    )


def test_the_nearest_heading_is_the_caption_and_tick_boxes_are_not() -> None:
    found = attached(
        Paragraph("六、分季度主要财务指标"), Paragraph("√适用 □不适用"), Paragraph("单位：元"), table(*DATA)
    )[0]
    assert found.caption == "六、分季度主要财务指标"


def test_unit_in_the_tables_own_rows() -> None:
    inside = attached(table(("资产负债表", ""), ("单位：万元", ""), *DATA))[0]
    assert inside.unit_text == "单位：万元"
    header = attached(table(("项目", "金额（万元）"), ("收入", "12")))[0]
    assert header.unit_text == "金额（万元）"
    mixed = attached(table(("投资额（万元）", "收益（元）"), ("1", "2")))[0]
    assert mixed.unit_text == ""


def test_first_rows_are_those_that_hold_cells() -> None:
    assert attached(table(("单位：千元", ""), *DATA, first=7))[0].unit_text == "单位：千元"


def test_a_blanket_unit_holds_until_its_section_ends() -> None:
    found = attached(
        Paragraph("二、财务报表"),
        Paragraph("财务附注中报表的单位为：元"),
        Paragraph("1、货币资金"),
        table(*DATA),
        Paragraph("2、应收票据"),
        Paragraph("单位：万元"),
        table(*DATA),
        Paragraph("3、存货"),
        table(*DATA),
        Paragraph("第十三节 备查文件目录"),
        table(*DATA),
    )
    assert [t.unit_text for t in found] == [
        "财务附注中报表的单位为：元",
        "单位：万元",
        "财务附注中报表的单位为：元",
        "",
    ]


def test_a_unit_for_the_whole_report_survives_sections() -> None:
    found = attached(
        Paragraph("第一节 释义"),
        Paragraph("除特别说明外，本报告金额单位均为人民币百万元。"),
        Paragraph("第二节 财务摘要"),
        table(*DATA),
    )
    assert "百万元" in found[0].unit_text


def test_a_plain_unit_does_not_reach_the_table_after_next() -> None:
    found = attached(Paragraph("单位：元"), table(*DATA), Paragraph("主要财务指标"), table(*DATA))
    assert [t.unit_text for t in found] == ["单位：元", ""]


def test_what_a_table_already_has_is_kept() -> None:
    own = Table(0, (Cell(0, 0, "甲"),), 1, 1, caption="自带标题", unit_text="单位：亿元", context=("上文",))
    found = attached(Paragraph("别的标题"), Paragraph("单位：元"), own)[0]
    assert (found.caption, found.unit_text, found.context) == ("自带标题", "单位：亿元", ("上文",))
