"""Plain text and Markdown."""

from __future__ import annotations

from pathlib import Path

from caiwen.documents import read
from caiwen.documents.text import read_markdown, read_text
from caiwen.records import Paragraph, Table


def texts(data: str, markdown: bool = False) -> list[str]:
    reader = read_markdown if markdown else read_text
    return [b.text for b in reader(data.encode(), "a", "0").blocks if isinstance(b, Paragraph)]


def test_paragraphs_are_unwrapped_at_the_margin() -> None:
    line = "本行坚持服务实体经济，积极落实国家战略和支持中国现代化经济体系建设并"
    assert texts(f"一、概况\n\n{line}\n实现自身可持续发展。\n") == ["一、概况", f"{line}实现自身可持续发展。"]


def test_form_feeds_part_pages_and_furniture_goes() -> None:
    data = "\f".join(
        f"示例股份有限公司2020年年度报告\n第{n}页的正文在这里。\n- {n} -"
        for n in "一二三四五六".replace("", " ").split()
    )
    document = read_text(data.encode(), "a.txt", "0")
    assert [p.number for p in document.pages] == [1, 2, 3, 4, 5, 6]
    assert next((b.text, b.page) for b in document.blocks if isinstance(b, Paragraph)) == (
        "第一页的正文在这里。",
        1,
    )
    assert not any("年度报告" in b.text for b in document.blocks if isinstance(b, Paragraph))


def test_value_lines_become_a_table() -> None:
    data = "合并利润表\n单位：元\n项目 2020年度 2019年度\n营业收入 1,234.00 1,000.00\n营业成本 900.00 800.00\n净利润 100.00 90.00\n"
    document = read_text(data.encode(), "a.txt", "0")
    table = document.tables[0]
    assert next([c.text if c else None for c in row] for row in table.grid()) == [
        "项目",
        "2020年度",
        "2019年度",
    ]
    assert (table.caption, table.unit_text) == ("合并利润表", "单位：元")


MARKDOWN = """# 某某管理办法

2020年1月1日 施行

<!-- INFO END -->

## 第一章 总则

第一条 为了**规范**行为，制定[本办法](http://example.com)。

第二条 适用于境内机构。

第二款内容。

第三条 附表如下：

| 项目 | 金额（元） |
| --- | ---: |
| 罚款 | 1,000 |
"""


def test_markdown_headings_articles_tables_and_marks() -> None:
    document = read_markdown(MARKDOWN.encode(), "a.md", "0")
    assert [s.path for s in document.sections] == [
        ("某某管理办法",),
        ("某某管理办法", "第一章 总则"),
        ("某某管理办法", "第一章 总则", "第一条"),
        ("某某管理办法", "第一章 总则", "第二条"),
        ("某某管理办法", "第一章 总则", "第三条"),
    ]
    assert "第一条 为了规范行为，制定本办法。" in texts(MARKDOWN, markdown=True)
    assert not any("INFO" in t for t in texts(MARKDOWN, markdown=True))
    assert document.title == "某某管理办法"
    table = document.blocks[-1]
    assert isinstance(table, Table)
    assert [c.text for c in table.cells] == ["项目", "金额（元）", "罚款", "1,000"]


def test_gb18030_text_is_read_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "公告.pdf"
    path.write_bytes(
        "第一节 重要提示\n\n本公司及董事会全体成员保证公告内容真实、准确、完整。\n".encode("gb18030")
    )
    document = read(path)
    assert document.format == "txt"
    assert document.sections[0].title == "第一节 重要提示"
