"""News lists, tables as records, and the layout form of reports."""

from __future__ import annotations

import json
from typing import Any

import pytest

from caiwen.documents.jsonl import read_json
from caiwen.errors import DocumentError
from caiwen.records import Document, Paragraph, Table


def read(records: Any, lines: bool = False) -> Document:
    text = (
        "\n".join(json.dumps(r, ensure_ascii=False) for r in records)
        if lines
        else json.dumps(records, ensure_ascii=False)
    )
    return read_json(text.encode(), "新闻.json", "0")


def texts(document: Document) -> list[str]:
    return [b.text for b in document.blocks if isinstance(b, Paragraph)]


ITEMS = [
    {
        "title": "央行开展逆回购操作",
        "content": "中国人民银行今日开展逆回购操作，利率与此前持平。",
        "date": "2023/10/9 08:00",
        "source": "示例社",
    },
    {
        "标题": "统计局发布数据",
        "正文": "国家统计局今日发布主要经济数据，工业增加值同比增长。",
        "日期": "2023年10月18日",
    },
]


@pytest.mark.parametrize("lines", [False, True])
def test_each_item_is_a_section_with_its_date(lines: bool) -> None:
    document = read(ITEMS, lines)
    assert [s.title for s in document.sections] == ["央行开展逆回购操作", "统计局发布数据"]
    assert texts(document)[1] == "发布日期：2023-10-09 来源：示例社"
    assert document.extra == {
        "items": "2",
        "layout": "news",
        "first_date": "2023-10-09",
        "last_date": "2023-10-18",
    }


def test_items_of_the_same_title_stay_apart() -> None:
    assert len(read([ITEMS[0], ITEMS[0], ITEMS[0]]).sections) == 3


def test_a_lead_that_states_title_and_date_is_taken_apart() -> None:
    lead = "这是以示例题目为题目,在2023-10-03 00:00:00日期发布的新闻。新闻内容如下:正文从这里开始，讲述了一件事情。"
    document = read([{"content": lead}])
    assert document.sections[0].title == "示例题目"
    assert document.published == "2023-10-03"
    assert texts(document)[-1] == "正文从这里开始，讲述了一件事情。"


def test_an_item_without_title_is_named_by_its_first_sentence() -> None:
    assert (
        read([{"text": "工业增加值同比增长百分之五。其他指标也有所改善，详见附表所列。"}]).sections[0].title
        == "工业增加值同比增长百分之五"
    )


def test_records_inside_an_object_and_without_prose_make_a_table() -> None:
    document = read({"code": 0, "data": [{"代码": "600000", "收入": 1.5}, {"代码": "600001", "利润": None}]})
    table = document.blocks[0]
    assert isinstance(table, Table)
    assert [[c.text if c else None for c in row] for row in table.grid()] == [
        ["代码", "收入", "利润"],
        ["600000", "1.5", None],
        ["600001", None, None],
    ]


def layout(page: int, kind: str, inside: str) -> dict[str, Any]:
    return {"page": page, "allrow": 0, "type": kind, "inside": inside}


def test_layout_lines_become_paragraphs_and_tables_without_furniture() -> None:
    document = read(
        [
            layout(1, "页眉", "示例股份有限公司2019年年度报告全文"),
            layout(1, "text", "第一节 重要提示"),
            layout(1, "text", "单位：元"),
            layout(1, "excel", "['项目', '2019年', '2018年']"),
            layout(1, "excel", "['营业收入', '1,234.00', '']"),
            layout(1, "页脚", "1"),
            layout(2, "页眉", "示例股份有限公司2019年年度报告全文"),
            layout(2, "excel", "['营业成本', '900.00', '800.00']"),
            layout(2, "excel", "['甲', '乙']"),
            layout(2, "text", "说明。"),
        ],
        lines=True,
    )
    assert texts(document) == ["第一节 重要提示", "单位：元", "说明。"]
    first, second = document.tables
    assert [(c.text, c.page) for c in first.cells if c.column == 0] == [
        ("项目", 1),
        ("营业收入", 1),
        ("营业成本", 2),
    ]
    assert (first.unit_text, first.n_columns, second.n_columns) == ("单位：元", 3, 2)
    assert [p.number for p in document.pages] == [1, 2]


def test_layout_rows_are_data_never_code() -> None:
    document = read(
        [layout(1, "excel", "__import__('os').system('true')"), layout(1, "excel", "['甲'")], lines=True
    )
    assert texts(document) == ["__import__('os').system('true')", "['甲'"]


def test_a_bad_line_is_named() -> None:
    with pytest.raises(DocumentError, match="第 2 行不是合法的 JSON"):
        read_json('{"title": "甲"}\n{"title": 乙}\n'.encode(), "a.jsonl", "0")


@pytest.mark.parametrize("text", ["[]", '["甲", "乙"]'])
def test_lists_without_records_are_errors(text: str) -> None:
    with pytest.raises(DocumentError, match="没有记录"):
        read_json(text.encode(), "a.json", "0")
