"""Plain BM25, the pages of questions, and the searches side by side over a small store."""

import math
from pathlib import Path

import pytest
from openpyxl import Workbook

from caiwen.errors import CaiwenError
from caiwen.evaluate import run
from caiwen.evaluate.bm25 import K1, B, Bm25
from caiwen.evaluate.queries import Query, sheet_queries
from caiwen.evaluate.retrieval import Retrieval
from caiwen.store import SearchIndex, Store
from tests.store import make


def test_bm25_by_hand() -> None:
    index = Bm25(["a a b", "b c", "c c c c"], str.split)
    assert index.search("a", 5) == [0]
    assert index.search("b", 5) == [1, 0], "the shorter text first"
    assert index.search("c z", 5) == [2, 1]
    assert index.search("z", 5) == []
    weight = math.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    norm = K1 * (1 - B + B * 3 / 3)
    assert index.scores("a")[0] == pytest.approx(weight * 2 * (K1 + 1) / (2 + norm))


@pytest.fixture
def searched(tmp_path: Path) -> tuple[Store, SearchIndex]:
    store = Store.open("sqlite:///s.db", folder=tmp_path)
    first, second = "甲_2020年年度报告.pdf", "乙_2020年年度报告.pdf"
    texts = ["冷链设备的产能利用率提高", "应收账款坏账准备增加", "冷链设备的产能利用率下降"]
    make.add(
        store,
        first,
        make.fact(first),
        passages=[make.passage(first, 0, texts[0]), make.passage(first, 1, texts[1])],
    )
    make.add(
        store,
        second,
        make.fact(second, code="600002", entity="平原冷链设备股份有限公司"),
        passages=[make.passage(second, 0, texts[2])],
        filing=make.filing(issuer="平原冷链设备股份有限公司", short_name="平原冷链", code="600002"),
    )
    return store, SearchIndex.open(tmp_path / "index", store)


def test_searches_side_by_side(searched: tuple[Store, SearchIndex]) -> None:
    store, index = searched
    page = make.passage("x", 0, "").page or 0
    queries = [
        Query("1", "a", "平原冷链设备产能利用率如何", frozenset({("乙_2020年年度报告", page)})),
        Query("2", "a", "坏账准备", frozenset({("丙", 9)})),
    ]
    report = run(Retrieval(store, index, queries))
    first = report.outcomes[0].measures
    assert first["named_recall_1"] == first["named_mrr"] == 1.0, "the company named narrows the search"
    assert first["bm25_recall_10"] == 1.0
    assert set(report.metrics) == set(first)
    assert [outcome.case.id for outcome in report.failures] == ["2"]
    assert report.mean("shipped_mrr").value in (0.25, 0.5)


@pytest.fixture
def printed(tmp_path: Path) -> Path:
    """Two pages of English text: the base fonts of PDF need no file."""
    from reportlab.pdfgen.canvas import Canvas

    path = tmp_path / "outlook.pdf"
    canvas = Canvas(str(path))
    for text in (
        "The policy rate was raised twice in spring.",
        "Growth slowed in the second half of the year.",
    ):
        canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    return path


def _sheet(path: Path, *rows: tuple[str, ...]) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (("question", "context", "doc"), *rows):
        sheet.append(row)
    book.save(path)
    return path


def test_the_page_of_a_question_is_where_its_sentence_stands(tmp_path: Path, printed: Path) -> None:
    sheet = _sheet(
        tmp_path / "qa.xlsx",
        ("增长如何", "Growth slowed in the second half", ""),
        ("利率如何", "", "The policy rate was raised twice in spring."),
        ("无关", "Something that no page says at all", ""),
    )
    queries = sheet_queries(sheet, printed)
    assert [(q.question, q.pages) for q in queries] == [
        ("增长如何", {("outlook", 2)}),
        ("利率如何", {("outlook", 1)}),
    ]


def test_a_sheet_about_another_file_is_refused(tmp_path: Path, printed: Path) -> None:
    sheet = _sheet(tmp_path / "qa.xlsx", ("无关", "Something that no page says at all", ""))
    with pytest.raises(CaiwenError, match="没有一行能在文件里找到出处"):
        sheet_queries(sheet, printed)
