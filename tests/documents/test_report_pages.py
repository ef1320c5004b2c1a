"""Reports and articles as HTML pages are told apart."""

from __future__ import annotations

import pytest

from caiwen.documents.html import read_html
from caiwen.records import Document

LINES = "".join(f"<tr><td>科目{n}</td><td>{n},000</td><td>{n},500</td></tr>" for n in range(1, 13))
STATEMENT = f"<table><tr><th>项目</th><th>2023年12月31日</th><th>2022年12月31日</th></tr>{LINES}</table>"
SMALL = "<table>" + "<tr><td>指标</td><td>12.5</td></tr>" * 4 + "</table>"


def read(title: str, body: str) -> Document:
    markup = f"<html><head><title>{title}</title></head><body>{body}</body></html>"
    return read_html(markup.encode(), "页.html", "0" * 64)


@pytest.mark.parametrize(
    ("title", "body"),
    [
        (
            "财务报表",
            f"<h2>1、合并及银行资产负债表（续）</h2><p>2023年12月31日</p><p>单位：元</p>{STATEMENT}",
        ),
        ("甲乙股份有限公司2023年年度报告", f"<p>公司简介见下表。</p>{SMALL}<p>主要指标如下。</p>{SMALL}"),
        ("", f"<h1>甲乙股份有限公司</h1><h1>2024年第一季度报告</h1>{SMALL}<p>以下。</p>{SMALL}"),
        ("表", "".join(f"<p>表{n}</p>{SMALL}" for n in range(8))),
    ],
)
def test_a_report_is_read_whole(title: str, body: str) -> None:
    document = read(title, body)
    assert document.extra["layout"] == "report"
    assert len(document.tables) == body.count("<table>")


def test_the_title_above_a_statement_is_its_caption() -> None:
    document = read(
        "报表", f"<h2>合并及银行资产负债表</h2><p>（除特别注明外，金额单位均为人民币百万元）</p>{STATEMENT}"
    )
    table = document.tables[0]
    assert (table.caption, table.unit_text) == (
        "合并及银行资产负债表",
        "（除特别注明外，金额单位均为人民币百万元）",
    )


@pytest.mark.parametrize(
    ("title", "above"),
    [
        ("甲乙股份披露2023年年度报告，净利润增长两成", "公司今日披露年度报告，主要数据如下。"),
        ("甲乙股份2023年年报点评", "我们点评其资产负债表的变化，数据如下表所示。"),
    ],
)
def test_news_about_a_report_stays_an_article(title: str, above: str) -> None:
    long = "分析人士认为，公司经营稳健，海外业务保持较快增长，后续仍需关注原材料价格与汇率的变化。" * 3
    document = read(title, f"<article><h1>{title}</h1><p>{above}</p>{SMALL}{SMALL}<p>{long}</p></article>")
    assert document.extra["layout"] == "article"
