"""Headings by numbering, the tree they make, and what must not become a heading."""

from __future__ import annotations

import pytest

from caiwen.documents.sections import build_sections, chinese_number, read_heading
from caiwen.records import Block, Paragraph, Section


def paragraphs(*texts: str) -> list[Block]:
    return [Paragraph(text, page=i + 1) for i, text in enumerate(texts)]


def tree(*texts: str) -> list[tuple[int, str]]:
    _, sections = build_sections(paragraphs(*texts))
    return [(s.level, s.title) for s in sections]


def test_styles_nest_by_rank_and_close_their_siblings() -> None:
    found = tree(
        "第一节 重要提示",
        "正文。",
        "第二节 财务报告",
        "一、审计报告",
        "二、财务报表",
        "（一）合并报表",
        "1、合并资产负债表",
        "（1）货币资金",
        "2、合并利润表",
        "三、公司基本情况",
    )
    assert found == [
        (1, "第一节 重要提示"),
        (1, "第二节 财务报告"),
        (2, "一、审计报告"),
        (2, "二、财务报表"),
        (3, "（一）合并报表"),
        (4, "1、合并资产负债表"),
        (5, "（1）货币资金"),
        (4, "2、合并利润表"),
        (2, "三、公司基本情况"),
    ]


def test_ranges_are_half_open_and_paths_lead_from_the_root() -> None:
    blocks, sections = build_sections(
        paragraphs("第一节 概况", "甲。", "一、业务", "乙。", "第二节 其他", "丙。")
    )
    assert [(s.start, s.end, s.page) for s in sections] == [(0, 4, 1), (2, 4, 3), (4, 6, 5)]
    assert sections[1].path == ("第一节 概况", "一、业务")
    assert [b.level for b in blocks if isinstance(b, Paragraph)] == [1, 0, 2, 0, 1, 0]


@pytest.mark.parametrize(
    "text",
    [
        "1、公司主营业务收入保持增长，毛利率提高。",
        "3.2亿元",
        "1.5个百分点",
        "第三节“管理层讨论与分析”之“一、概述”",
        "详见第十节财务报告",
        "货币资金 1,234.56",
        "一、营业收入 1,234,567.00 1,000,000.00",
        "2019年12月31日",
        "√适用 □不适用",
        "（一）本公司承诺：",
    ],
)
def test_body_text_is_no_heading(text: str) -> None:
    assert read_heading(text) is None


def test_decimal_numbers_stand_below_the_heading_whose_number_they_repeat() -> None:
    found = tree("第三章 讨论与分析", "3.1 总体情况", "3.2 利润表分析", "3.2.1 财务业绩摘要", "第四章 治理")
    assert found == [
        (1, "第三章 讨论与分析"),
        (2, "3.1 总体情况"),
        (2, "3.2 利润表分析"),
        (3, "3.2.1 财务业绩摘要"),
        (1, "第四章 治理"),
    ]


def test_points_are_outermost_in_a_report_numbered_throughout() -> None:
    found = tree(
        "1.释义",
        "2.公司简介",
        "2.1历史沿革",
        "2.2主要业务",
        "3.讨论与分析",
        "3.1环境与展望",
        "3.1.1宏观环境",
        "一、审计意见",
    )
    assert (1, "3.讨论与分析") in found
    assert (2, "3.1环境与展望") in found
    assert (3, "3.1.1宏观环境") in found


def test_contents_lines_make_no_sections() -> None:
    found = tree(
        "目录",
        "第一节 重要提示 ............................ 3",
        "第二节 公司简介 ............................ 5",
        "第三节 业务概要    9",
        "第一节 重要提示",
        "正文。",
    )
    assert found == [(1, "第一节 重要提示")]


def test_contents_without_page_numbers_make_no_sections() -> None:
    titles = [
        f"第{n}节 {t}" for n, t in zip("一二三四五", ("提示", "简介", "概要", "分析", "事项"), strict=True)
    ]
    found = tree(*titles, titles[0], "正文。", titles[1], "正文。")
    assert found == [(1, "第一节 提示"), (1, "第二节 简介")]


def test_a_title_repeated_as_running_head_or_marked_continued_opens_nothing() -> None:
    found = tree(
        "第十节 财务报告", "四 主要会计政策", "文字。", "第十节 财务报告", "四 主要会计政策（续）", "文字。"
    )
    assert found == [(1, "第十节 财务报告"), (2, "四 主要会计政策")]


def test_articles_hold_their_text_and_stay_body() -> None:
    blocks, sections = build_sections(
        [
            Paragraph("某某法", level=1),
            Paragraph("第一章 总则", level=2),
            Paragraph("第一条 为了规范行为，制定本法。"),
            Paragraph("第二条 本法适用于境内。"),
            Paragraph("前款规定不适用于例外。"),
            Paragraph("第二条之一 补充规定。"),
        ],
        outline=True,
    )
    assert [s.title for s in sections] == ["某某法", "第一章 总则", "第一条", "第二条", "第二条之一"]
    second = next(s for s in sections if s.title == "第二条")
    assert (second.start, second.end, second.path) == (3, 5, ("某某法", "第一章 总则", "第二条"))
    first = blocks[2]
    assert isinstance(first, Paragraph)
    assert first.level == 0


def test_hints_count_only_for_short_titles_that_do_not_repeat() -> None:
    hint = 9
    blocks: list[Block] = [Paragraph("一、业务综述"), Paragraph("零售业务", level=hint)]
    blocks += [Paragraph("示例银行股份有限公司", level=hint)] * 3
    blocks.append(Paragraph("所有董事均已出席了审议本报告的董事会会议，并作出决议。", level=hint))
    marked, sections = build_sections(blocks)
    assert [s.title for s in sections] == ["一、业务综述", "零售业务"]
    assert [b.level for b in marked if isinstance(b, Paragraph)] == [1, 2, 0, 0, 0, 0]


def test_an_outline_rules_over_numbers() -> None:
    blocks: list[Block] = [
        Paragraph("1、总论", level=1),
        Paragraph("背景", level=2),
        Paragraph("一、要点"),
        Paragraph("文字。"),
    ]
    _, sections = build_sections(blocks, outline=True)
    assert [(s.level, s.title) for s in sections] == [(1, "1、总论"), (2, "背景"), (3, "一、要点")]


@pytest.mark.parametrize(
    ("text", "number"), [("十", 10), ("二十三", 23), ("一百零五", 105), ("12", 12), ("甲", None)]
)
def test_chinese_numbers(text: str, number: int | None) -> None:
    assert chinese_number(text) == number


def test_no_blocks_no_sections() -> None:
    assert build_sections([]) == ([], [])
    section: list[Section] = build_sections(paragraphs("只有正文。"))[1]
    assert section == []


def test_a_count_that_begins_again_is_nested_until_the_outer_count_goes_on() -> None:
    found = tree(
        "第十一节 财务报告",
        "一、审计报告",
        "一、审计意见",
        "二、形成审计意见的基础",
        "三、关键审计事项",
        "二、财务报表",
        "三、公司基本情况",
    )
    assert found == [
        (1, "第十一节 财务报告"),
        (2, "一、审计报告"),
        (3, "一、审计意见"),
        (3, "二、形成审计意见的基础"),
        (3, "三、关键审计事项"),
        (2, "二、财务报表"),
        (2, "三、公司基本情况"),
    ]


@pytest.mark.parametrize(
    "text", ["第十四节 股利分配政策", "三、股东情况", "1、人员结构", "第一节 释 义", "5.人员情况"]
)
def test_titles_that_begin_like_a_measure_word(text: str) -> None:
    assert read_heading(text) is not None


@pytest.mark.parametrize(
    "text", ["5.6 0.5", "12 个月以内", "4、公司将严格遵循募集资金使用管理制度的规定，对募集资金进行", "1、2"]
)
def test_numbers_and_clauses_are_no_headings(text: str) -> None:
    assert read_heading(text) is None
