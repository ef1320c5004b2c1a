"""HTML made from reports, with and without pages, web pages, and broken markup."""

from __future__ import annotations

import pytest

from caiwen.documents.html import read_html
from caiwen.errors import DocumentError
from caiwen.records import Document, Paragraph, Table


def read(text: str, encoding: str = "utf-8") -> Document:
    return read_html(text.encode(encoding), "样本.html", "0" * 64)


def rows(table: Table) -> list[list[str | None]]:
    return [[cell.text if cell else None for cell in row] for row in table.grid()]


def texts(document: Document) -> list[str]:
    return [b.text for b in document.blocks if isinstance(b, Paragraph)]


REPORT = """<h>第一节 重要提示</h><br/><h>所有董事均已出席了审议本报告的董事会会议。</h><br/>
<h>第二节 会计数据</h><br/><p>单位：元</p><br/>
<table border="1"><tr><td colspan="1" rowspan="2">项目</td><td colspan="2">本期</td></tr>
<tr><td>金额</td><td>占比
（%）</td></tr><tr><td>营业收入
</td><td>22,172,721.0
0</td><td>100.00</td></tr></table>"""


def test_a_report_keeps_order_spans_and_sections() -> None:
    document = read(REPORT)
    assert [s.title for s in document.sections] == ["第一节 重要提示", "第二节 会计数据"]
    table = document.tables[0]
    assert rows(table) == [
        ["项目", "本期", "本期"],
        ["项目", "金额", "占比（%）"],
        ["营业收入", "22,172,721.00", "100.00"],
    ]
    assert (table.caption, table.unit_text, table.index) == ("第二节 会计数据", "单位：元", 0)
    body = next(b for b in document.blocks if isinstance(b, Paragraph) and b.text.startswith("所有董事"))
    assert body.level == 0


def page(number: int, text: str, *tables: str) -> str:
    return f'<section data-page="{number}"><p>示例股份有限公司2022年年度报告全文{text}{number - 1}</p>{"".join(tables)}</section>'


def grid(caption: str, *lines: tuple[str, ...]) -> str:
    body = "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in line)}</tr>" for line in lines)
    return f"<table>{f'<caption>{caption}</caption>' if caption else ''}{body}</table>"


@pytest.fixture
def paged() -> Document:
    return read(
        "<!doctype html><html><body>"
        + page(1, "第一节 提示本报告真实。")
        + page(
            2,
            "二、财务报表合并资产负债表2022年12月31日编制单位：示例股份有限公司单位：元",
            grid("编制单位：示例股份有限公司（单位：元）", ("项目", "期末余额"), ("货币资金", "1,000.00")),
        )
        + page(3, "法定代表人：甲", grid("", ("项目", "期末余额"), ("资产总计", "2,000.00")))
        + page(
            4,
            "2、合并利润表单位：千元",
            grid("2、合并利润表（单位：千元）", ("项目", "本期"), ("营业收入", "3")),
        )
        + page(5, "结束语在此。")
        + "</body></html>"
    )


def test_a_table_over_a_page_break_is_one_and_its_cells_keep_their_page(paged: Document) -> None:
    table = paged.tables[0]
    assert rows(table) == [["项目", "期末余额"], ["货币资金", "1,000.00"], ["资产总计", "2,000.00"]]
    assert [c.page for c in table.cells] == [2, 2, 2, 2, 3, 3]
    assert (table.caption, "元" in table.unit_text, table.page) == ("合并资产负债表", True, 2)


def test_captions_in_run_on_text_give_place_unit_and_title(paged: Document) -> None:
    assert len(paged.tables) == 2
    assert paged.tables[1].caption == "2、合并利润表"
    assert "千元" in paged.tables[1].unit_text
    assert [p.number for p in paged.pages] == [1, 2, 3, 4, 5]


def test_running_heads_and_page_numbers_go(paged: Document) -> None:
    assert not any("年度报告全文" in t for t in texts(paged))
    assert texts(paged)[-1] == "结束语在此。"


NEWS = """<html><head><title>央行开展操作 - 示例财经</title><meta property="article:published_time" content="2023-10-19"></head>
<body><nav><a href="/">首页</a> <a href="/stock">股票</a></nav><article><h1>央行开展逆回购操作</h1>
<p>中国人民银行今日以利率招标方式开展了逆回购操作，操作利率与此前持平，市场流动性保持合理充裕。</p>
<p>分析人士认为，此举有助于稳定季末资金面预期，后续仍需关注税期与政府债券发行的节奏变化。</p></article>
<footer>版权所有 示例财经 广告合作 联系我们</footer></body></html>"""


def test_a_web_page_gives_its_main_text_title_and_date() -> None:
    document = read(NEWS)
    joined = "".join(texts(document))
    assert "逆回购操作" in joined
    assert "广告合作" not in joined
    assert "股票" not in joined
    assert document.published == "2023-10-19"
    assert "央行" in document.title
    assert document.extra["layout"] == "article"


@pytest.mark.parametrize(
    "markup",
    [
        "<html><body><p>没有结尾的段落<table><tr><td>甲<td>1,000<tr><td>乙",
        "<p>根据《关于实施<商业银行资本管理办法>的通知》执行。</p>",
        "<div>" * 3000 + "深层文字在此处" + "</div>" * 10,
        "<table><tr><td rowspan='x' colspan='-3'>甲</td><td rowspan=99999>乙</td></tr></table>",
        "<html><body>\x00坏<b>字节</i></p></body>",
    ],
)
def test_broken_markup_is_read_as_far_as_it_goes(markup: str) -> None:
    assert read(markup).blocks


def test_angle_brackets_that_are_text_stay_text() -> None:
    document = read("<h>一、通知</h><p>根据《关于实施<商业银行资本管理办法>的通知》执行。</p>")
    assert "根据《关于实施<商业银行资本管理办法>的通知》执行。" in texts(document)


def test_a_declared_encoding_is_honoured() -> None:
    markup = (
        '<html><head><meta charset="gb2312"></head><body>'
        + "<h>第一节 公司简介</h><p>本公司主要从事设备制造业务。</p>"
        + "</body></html>"
    )
    assert "本公司主要从事设备制造业务。" in texts(read(markup, "gb18030"))


def test_a_page_without_text_is_an_error() -> None:
    with pytest.raises(DocumentError, match="网页里没有正文"):
        read("<html><body><script>var a = 1;</script></body></html>")
