"""Word documents made with python-docx."""

from __future__ import annotations

from pathlib import Path

import pytest
from docx import Document as new_word
from docx.oxml.ns import qn

from caiwen.documents import read
from caiwen.errors import DocumentError
from caiwen.records import Paragraph, Table


@pytest.fixture
def report(tmp_path: Path) -> Path:
    word = new_word()
    word.core_properties.title = "示例报告"
    word.add_heading("第二节 会计数据", level=1)
    word.add_paragraph("本节数据经审计。")
    word.add_heading("一、主要会计数据", level=2)
    word.add_paragraph("单位：元")
    table = word.add_table(rows=3, cols=3)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "项目"
    table.cell(0, 1).merge(table.cell(0, 2)).text = "本期"
    for column, text in enumerate(("金额", "占比"), start=1):
        table.cell(1, column).text = text
    for column, text in enumerate(("营业收入", "1,234.00", "100%")):
        table.cell(2, column).text = text
    word.add_paragraph("表后说明。")
    path = tmp_path / "报告.docx"
    word.save(str(path))
    return path


def test_order_headings_tables_and_merges(report: Path) -> None:
    document = read(report)
    assert [type(b).__name__ for b in document.blocks] == ["Paragraph"] * 4 + ["Table", "Paragraph"]
    assert [(s.level, s.title) for s in document.sections] == [
        (1, "第二节 会计数据"),
        (2, "一、主要会计数据"),
    ]
    table = document.tables[0]
    assert [[c.text if c else None for c in row] for row in table.grid()] == [
        ["项目", "本期", "本期"],
        ["项目", "金额", "占比"],
        ["营业收入", "1,234.00", "100%"],
    ]
    assert (table.unit_text, table.caption, document.title, document.format) == (
        "单位：元",
        "一、主要会计数据",
        "示例报告",
        "docx",
    )


def test_without_styles_numbering_makes_the_sections(tmp_path: Path) -> None:
    word = new_word()
    for text in ("第一章 总则", "正文。", "一、范围", "正文。"):
        word.add_paragraph(text)
    path = tmp_path / "a.docx"
    word.save(str(path))
    assert [(s.level, s.title) for s in read(path).sections] == [(1, "第一章 总则"), (2, "一、范围")]


def test_deleted_text_is_out_and_tabs_are_blanks(tmp_path: Path) -> None:
    word = new_word()
    paragraph = word.add_paragraph("收入\t100")
    run = paragraph.add_run("旧文字")
    node = run._r.find(qn("w:t"))
    node.tag = qn("w:delText")
    path = tmp_path / "a.docx"
    word.save(str(path))
    assert [b.text for b in read(path).blocks if isinstance(b, Paragraph)] == ["收入 100"]


def test_a_table_of_contents_is_left_out(tmp_path: Path) -> None:
    word = new_word()
    style = word.styles.add_style("toc 1", 1)
    word.add_paragraph("第一章 总则\t1", style=style)
    word.add_heading("第一章 总则", level=1)
    path = tmp_path / "a.docx"
    word.save(str(path))
    assert len(read(path).blocks) == 1


def test_nested_tables_give_their_text(tmp_path: Path) -> None:
    word = new_word()
    outer = word.add_table(rows=1, cols=2)
    outer.cell(0, 0).text = "外"
    outer.cell(0, 1).add_table(rows=1, cols=1).cell(0, 0).text = "内"
    path = tmp_path / "a.docx"
    word.save(str(path))
    table = read(path).blocks[0]
    assert isinstance(table, Table)
    assert [c.text for c in table.cells] == ["外", "内"]


def test_an_empty_document_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "空.docx"
    new_word().save(str(path))
    with pytest.raises(DocumentError, match="文档里没有文字"):
        read(path)
