"""Wrapped lines, broken sentences, page furniture."""

from __future__ import annotations

import pytest

from caiwen.documents.clean import (
    drop_running_heads,
    is_page_number,
    join_broken,
    join_cell,
    join_wrapped,
    running_lines,
)
from caiwen.records import Block, Paragraph


@pytest.mark.parametrize(
    ("printed", "joined"),
    [
        ("22,172,721.0\n0", "22,172,721.00"),
        ("1,516,034,24\n6.28", "1,516,034,246.28"),
        ("1,234.56\n7,890.12", "1,234.56 7,890.12"),
        ("归属于母公司\n所有者的净利润", "归属于母公司所有者的净利润"),
        ("2019年\n12月31日", "2019年12月31日"),
        ("Bank of\nQingdao", "Bank of Qingdao"),
        ("  减： 库存股 \n", "减： 库存股"),
        ("\uf052适用 \uf0a3不适用", "√适用 □不适用"),
        ("１２３", "123"),
    ],
)
def test_cells(printed: str, joined: str) -> None:
    assert join_cell(printed) == joined


LINE = "本行坚持服务实体经济，积极落实国家战略和支持中国现代化经济体系建设并"


def test_a_line_that_reached_the_margin_goes_on() -> None:
    assert join_wrapped(f"{LINE}\n实现自身可持续发展。") == f"{LINE}实现自身可持续发展。"


def test_short_lines_headings_units_and_contents_stay_apart() -> None:
    assert join_wrapped("公司名称：甲\n公司代码：600000") == "公司名称：甲\n公司代码：600000"
    assert join_wrapped(f"{LINE}\n2、母公司资产负债表\n单位：元").splitlines()[1:] == [
        "2、母公司资产负债表",
        "单位：元",
    ]
    contents = "第一节 重要提示...............................................3\n第二节 公司简介...............................................5"
    assert join_wrapped(contents) == contents


def test_a_sentence_cut_into_paragraphs_becomes_one() -> None:
    blocks: list[Block] = [
        Paragraph(LINE),
        Paragraph("实现自身可持续发展。"),
        Paragraph(LINE),
        Paragraph("一、业务综述"),
    ]
    assert [b.text for b in join_broken(blocks) if isinstance(b, Paragraph)] == [
        f"{LINE}实现自身可持续发展。",
        LINE,
        "一、业务综述",
    ]


def test_running_heads_are_found_at_page_edges_but_units_are_kept() -> None:
    pages = [
        ["示例股份有限公司2020年年度报告", "单位：元", f"第{i}段正文。", f"{i} / 8"] for i in range(1, 9)
    ]
    found = running_lines(pages)
    assert "示例股份有限公司年年度报告" in found
    assert not any("单位" in key for key in found)


def test_repeated_heads_keep_their_first_place_and_labels_stay() -> None:
    blocks: list[Block] = []
    for _ in range(9):
        blocks += [Paragraph("示例银行股份有限公司"), Paragraph("合计"), Paragraph("不适用")]
    texts = [b.text for b in drop_running_heads(blocks) if isinstance(b, Paragraph)]
    assert texts.count("示例银行股份有限公司") == 1
    assert texts.count("合计") == texts.count("不适用") == 9


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12", True), ("- 3 -", True), ("第 5 页 共 20 页", True), ("5/143", True), ("2019年", False)],
)
def test_page_numbers(text: str, expected: bool) -> None:
    assert is_page_number(text) is expected
