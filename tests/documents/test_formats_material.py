"""The real material of the formats other than PDF."""

from __future__ import annotations

import pytest

from caiwen.documents import read
from caiwen.documents.duplicates import near_duplicates, signature
from caiwen.records import Document, Table
from tests.material import material

pytestmark = pytest.mark.material


def rows(table: Table) -> dict[str, list[str | None]]:
    grid = [[cell.text if cell else None for cell in row] for row in table.grid()]
    return {row[0]: row[1:] for row in grid if row[0]}


def captioned(document: Document, caption: str) -> Table:
    return next(t for t in document.tables if caption in t.caption and t.n_rows > 15)


@pytest.fixture(scope="module")
def bank() -> Document:
    return read(material("reports/html/601658_2019_邮储银行.html"))


@pytest.fixture(scope="module")
def company() -> Document:
    return read(material("reports/html/300617_2019_安靠智电.html"))


def test_bank_statements_come_out_whole(bank: Document) -> None:
    balance = captioned(bank, "合并及银行资产负债表")
    assert "人民币百万元" in balance.unit_text
    found = rows(balance)
    assert found["资产总计"][-4:] == ["10,216,706", "9,516,211", "10,205,496", "9,501,699"]
    assert found["负债及股东权益总计"][-4:] == ["10,216,706", "9,516,211", "10,205,496", "9,501,699"]
    assert found["同业及其他金融机构存放款项"][-4:] == ["47,252", "74,165", "56,015", "74,805"]
    income = rows(captioned(bank, "合并及银行利润表"))
    assert income["利息净收入"] == ["八、33", "240,224", "234,122", "236,307", "231,863"]
    assert income["五、净利润"][-4:] == ["61,036", "52,384", "60,684", "52,120"]
    assert income["-基本及稀释每股收益(人民币元)"][-4:] == ["0.72", "0.62", "-", "-"]
    cash = rows(captioned(bank, "合并及银行现金流量表"))
    assert cash["六、现金及现金等价物—年末余额"][-4:] == ["280,348", "402,420", "279,912", "402,260"]


def test_every_row_of_the_bank_statements_has_its_label(bank: Document) -> None:
    for name in ("资产负债表", "利润表", "现金流量表"):
        table = captioned(bank, f"合并及银行{name}")
        body = [
            row
            for row in table.grid()
            if any(c and c.text[:1].isdigit() and "年" not in c.text for c in row[2:])
        ]
        assert all(row[0] is not None and len(row[0].text) >= 2 for row in body)


def test_bank_sections_follow_its_numbering(bank: Document) -> None:
    paths = {s.path for s in bank.sections}
    assert ("7.讨论与分析", "7.2财务报表分析", "7.2.1利润表分析") in paths
    assert sum(s.level == 1 for s in bank.sections) < 40


def test_company_statements_and_units(company: Document) -> None:
    for caption in (
        "合并资产负债表",
        "母公司资产负债表",
        "合并利润表",
        "母公司利润表",
        "合并现金流量表",
        "母公司现金流量表",
    ):
        table = captioned(company, caption)
        assert table.unit_text == "单位：元"
    assert [s.title[:3] for s in company.sections if s.level == 1 and s.title.startswith("第")][:4] == [
        "第一节",
        "第二节",
        "第三节",
        "第四节",
    ]


def test_the_same_report_in_two_forms_is_a_near_duplicate(company: Document) -> None:
    other = read(material("reports/html/300617_2019_安靠智电.layout.jsonl"))
    assert near_duplicates(signature(company), signature(other))
    assert other.pages[-1].number > 100


def test_all_paged_reports_are_read_with_their_pages() -> None:
    files = sorted(material("cfr_numqa/html").glob("*.html"))
    assert files
    for path in files[::7]:
        document = read(path)
        assert document.tables
        assert all(c.page for t in document.tables for c in t.cells)


def test_all_statutes_have_their_articles() -> None:
    for path in sorted(material("policy").glob("*.md")):
        document = read(path)
        text = path.read_text(encoding="utf-8")
        printed = sum(line.startswith("第") and "条 " in line[:12] for line in text.splitlines())
        articles = [
            s
            for s in document.sections
            if s.title.startswith("第") and "条" in s.title[:9] and "章" not in s.title[:5]
        ]
        assert len(articles) >= printed * 0.98, path.name


def test_news_items() -> None:
    document = read(material("news/news.json"))
    assert len(document.sections) == 200
    assert document.extra["first_date"].startswith("2023")
