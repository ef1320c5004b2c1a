"""The PDF reader on real reports: every value that is known to stand in a file stands in one cell of its page."""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from caiwen.documents.pdf import assemble, page_count, read_pages
from caiwen.records import Document
from tests.material import material

pytestmark = pytest.mark.material


@cache
def read(path: Path) -> Document:
    return assemble(read_pages(path, 1, page_count(path)), path.name, "0")


def known() -> dict[str, list[tuple[str, str]]]:
    """File → (literal, page) of both lists; the page may be unknown."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    with material("facts/reports_pdf_facts.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[f"pdf/{row['pdf']}"].append((row["literal_in_pdf"], row["first_page"]))
    with material("facts/annual_report_facts.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["doc"].endswith(".pdf"):
                found[row["doc"]].append((row["literal_in_doc"], row["page"]))
    return found


def test_known_values_stand_in_cells() -> None:
    missing = []
    total = 0
    for name, values in known().items():
        document = read(material(f"reports/{name}"))
        cells = {(cell.text.rstrip("%"), str(cell.page)) for table in document.tables for cell in table.cells}
        texts = {text for text, _ in cells}
        for literal, page in values:
            if not literal:
                continue
            total += 1
            if ((literal, page) not in cells) if page else (literal not in texts):
                missing.append((name, literal, page))
    assert total > 300
    assert missing == []


@pytest.mark.slow
def test_every_file_reads_without_complaint() -> None:
    for folder in ("reports/pdf", "reports/prospectus", "macro"):
        for path in sorted(material(folder).glob("*.pdf")):
            document = read(path)
            assert document.warnings == (), path.name
            assert all(page.error is None and not page.scanned for page in document.pages)
            assert document.blocks


@pytest.mark.parametrize("name", ["600201_2020_生物股份.pdf", "603339_2019_四方科技.pdf"])
def test_statements_of_full_reports(name: str) -> None:
    """The first consolidated balance sheet: one table over its pages, four columns, every amount whole."""
    document = read(material(f"reports/pdf/{name}"))
    titled = [t for t in document.tables if "合并资产负债表" in t.caption and t.n_rows > 60]
    table = titled[0]
    assert table.n_columns == 4
    assert "元" in table.unit_text
    grid = [[cell.text if cell else "" for cell in row] for row in table.grid()]
    labels = [row[0] for row in grid]
    assert "货币资金" in labels
    assert any(label.startswith("负债和所有者权益") for label in labels)
    assert all(row[0] for row in grid), "no row lost its name"
    amounts = [text for row in grid[1:] for text in row[2:] if text]
    assert all(text.replace(",", "").replace("-", "").replace(".", "").isdigit() for text in amounts)
    assert all(text[-3] == "." for text in amounts)


def test_a_prospectus_without_rulings() -> None:
    """Statements set by alignment alone, four dates: every row of figures has all its columns."""
    path = material("reports/prospectus/中国神华能源股份有限公司.pdf")
    document = assemble(read_pages(path, 214, 217), path.name, "0")
    assert [t.n_columns for t in document.tables] == [5, 5, 6, 6]
    for table in document.tables:
        assert not table.ruled
        assert "百万元" in table.unit_text
        for row in table.grid()[4:]:
            texts = [cell.text if cell else "" for cell in row]
            assert all(texts[1:]) or not any(texts[1:]), texts
