"""Near duplicates and documents in Traditional characters."""

from __future__ import annotations

from dataclasses import replace

from caiwen.documents.duplicates import near_duplicates, signature, similarity
from caiwen.documents.script import is_traditional, simplified
from caiwen.records import Block, Cell, Document, Paragraph, Table

SUBJECTS = (
    "主营业务",
    "研发投入",
    "现金流量",
    "存货管理",
    "客户结构",
    "人员薪酬",
    "固定资产",
    "应收账款",
    "对外投资",
    "税费缴纳",
)


def report(year: int, sentences: int = 300) -> list[Block]:
    blocks: list[Block] = []
    for i in range(sentences):
        subject = SUBJECTS[i % len(SUBJECTS)]
        blocks.append(
            Paragraph(
                f"{year}年第{i}项：{subject}发生额为{(i * 7919 + year) % 100003}万元，较上年变动{(i * 31 + year) % 97}个百分点。"
            )
        )
    return blocks


def document(blocks: list[Block]) -> Document:
    return Document("0", "a", "txt", blocks=tuple(blocks))


def test_a_corrected_reissue_is_near_and_other_years_and_summaries_are_not() -> None:
    first = report(2020)
    corrected = list(first)
    for i in range(0, 300, 60):
        corrected[i] = Paragraph("更正后：" + getattr(corrected[i], "text", "").replace("万元", "千元"))
    base = signature(document(first))
    assert similarity(base, signature(document(corrected))) > 0.9
    assert near_duplicates(base, signature(document(corrected)))
    assert not near_duplicates(base, signature(document(report(2021))))
    assert not near_duplicates(base, signature(document(first[:40])))


def test_punctuation_and_line_breaks_do_not_matter() -> None:
    whole = document([Paragraph("本公司主要从事设备的制造与销售业务，产品销往全国各地。" * 3)])
    spread = document([Paragraph("本公司主要从事\n设备的制造与销售业务, 产品销往全国各地" * 3)])
    assert similarity(signature(whole), signature(spread)) > 0.9


def test_tables_count_and_nothing_is_like_nothing() -> None:
    table = Table(0, tuple(Cell(r, 0, f"项目{r}的数值为{r * 37}") for r in range(50)), 50, 1)
    assert similarity(signature(document([table])), signature(document([replace(table, index=3)]))) == 1.0
    empty = signature(document([]))
    assert empty == b""
    assert similarity(empty, empty) == 0.0


TRADITIONAL = (
    "本公司主要從事銀行業務，報告期內實現營業收入穩步增長，資產質量保持良好，歸屬於本行股東的淨利潤增加。"
)


def test_a_traditional_document_is_read_in_simplified_and_says_so() -> None:
    blocks: list[Block] = [
        Paragraph("第一節 財務報表"),
        *[Paragraph(TRADITIONAL)] * 8,
        Paragraph("合併資產負債表"),
        Paragraph("單位：人民幣百萬元"),
        Table(0, (Cell(0, 0, "發放貸款和墊款"), Cell(0, 1, "1,234")), 1, 2),
    ]
    found = simplified(document(blocks))
    table = found.tables[0]
    assert [c.text for c in table.cells] == ["发放贷款和垫款", "1,234"]
    assert (table.caption, table.unit_text) == ("合并资产负债表", "单位：人民币百万元")
    assert found.sections[0].title == "第一节 财务报表"
    assert any("繁体" in w for w in found.warnings)


def test_a_simplified_document_with_a_traditional_cover_stays_as_printed() -> None:
    simple = "本公司主要从事银行业务，报告期内实现营业收入稳步增长，资产质量保持良好。"
    mixed = document([Paragraph(TRADITIONAL), *[Paragraph(simple)] * 60])
    assert not is_traditional(mixed)
    assert simplified(mixed) is mixed
