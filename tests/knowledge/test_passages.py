"""Passages: their size, their section, their page."""

from __future__ import annotations

from caiwen.knowledge.passages import LONG, passages
from caiwen.records import Document, Paragraph, Section
from tests.knowledge.paper import paper, table

SENTENCE = "公司主要从事精密传动部件的研发、生产与销售，产品用于装配线。"


def body(text: str, page: int = 1, top: float = 0.0) -> Paragraph:
    return Paragraph(text, page=page, box=(50.0, top, 500.0, top + 20.0))


def test_short_paragraphs_join_and_long_ones_split_at_sentences() -> None:
    found = passages(paper(*[body(SENTENCE) for _ in range(30)], body(SENTENCE * 40)))
    assert all(len(p.text) <= LONG + 20 for p in found)
    assert all(p.text.endswith("。") for p in found)
    assert sum(p.text.count("精密传动") for p in found) == 70
    assert [p.ordinal for p in found] == list(range(len(found)))


def test_never_across_sections_and_with_their_path() -> None:
    document = paper(
        Paragraph("一、业务", page=1, level=1), body("甲业务。"), Paragraph("二、风险", page=1, level=1), body("乙风险。"),
        sections=[("一、业务", 0, 2), ("二、风险", 2, 4)],
    )  # fmt: skip
    first, second = passages(document)
    assert (first.section, second.section) == ("一、业务", "二、风险")
    assert "乙风险" not in first.text
    assert first.text.startswith("一、业务")


def test_a_heading_without_text_of_its_own_lives_on_in_the_path() -> None:
    blocks = (
        Paragraph("第三节 讨论", page=1, level=1),
        Paragraph("一、概述", page=1, level=2),
        body("本年平稳。"),
    )
    sections = (
        Section("第三节 讨论", 1, ("第三节 讨论",), 0, 3),
        Section("一、概述", 2, ("第三节 讨论", "一、概述"), 1, 3),
    )
    found = passages(Document("0" * 64, "x.pdf", "pdf", blocks=blocks, sections=sections))
    assert [p.section for p in found] == ["第三节 讨论 / 一、概述"]


def test_a_passage_lies_on_one_page_with_the_box_of_its_lines() -> None:
    found = passages(paper(body("第一段。", 1, 10.0), body("第二段。", 1, 40.0), body("第三段。", 2, 10.0)))
    assert [(p.page, p.box) for p in found] == [
        (1, (50.0, 10.0, 500.0, 60.0)),
        (2, (50.0, 10.0, 500.0, 30.0)),
    ]


def test_the_short_rest_of_a_sentence_follows_it_over_the_page() -> None:
    cut = body("公司在报告期内持续推进精密传动部件的产能建设，并对现有产线", 1)
    found = passages(paper(cut, body("进行了升级改造。", 2)))
    assert [p.text for p in found] == [
        "公司在报告期内持续推进精密传动部件的产能建设，并对现有产线进行了升级改造。"
    ]
    assert found[0].page == 1


def test_rows_of_a_table_read_with_their_headers() -> None:
    sheet = table(
        [["项目", "2020年", "2019年"], ["营业收入", "1,000.00", "900.00"], ["营业成本", "", "500.00"]],
        caption="主要会计数据", unit="单位：元", page=7,
    )  # fmt: skip
    (found,) = passages(paper(sheet))
    assert found.kind == "table"
    assert found.page == 7
    assert found.text.split("\n") == [
        "主要会计数据", "单位：元", "营业收入：2020年 1,000.00；2019年 900.00", "营业成本：2019年 500.00",
    ]  # fmt: skip


def test_long_tables_are_bounded() -> None:
    rows = [[f"子公司{n}", f"{n},000.00", "北京市海淀区某路某号"] for n in range(1, 200)]
    found = passages(paper(table([["名称", "注册资本", "地址"], *rows])))
    assert len(found) > 10
    assert max(len(p.text) for p in found) <= LONG + 60
