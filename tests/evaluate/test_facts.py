"""Recall of literal values: what counts as found, what the nearest fact says."""

from pathlib import Path

import pytest

from caiwen.errors import CaiwenError
from caiwen.evaluate import Report, run
from caiwen.evaluate.facts import FactRecall
from caiwen.evaluate.gold import items_of, read_gold
from caiwen.records import Fact, Span
from tests.evaluate.make import Shelf, fact

WIDE = "doc,stock_code,year,field,team_table_value_yuan,literal_in_doc,unit_in_doc,page\n"
FIRST = "pdf,stock_code,period,field,literal_in_pdf,value_yuan,first_page,n_pages\n"
REPORT = "甲_2020.txt"


def _suite(folder: Path, gold: str, *facts: Fact, text: str = "营业收入 1,234.50\n存货 9.00\n") -> Report:
    (folder / "reports").mkdir()
    (folder / "reports" / REPORT).write_text(text, encoding="utf-8")
    (folder / "gold.csv").write_text(gold, encoding="utf-8")
    return run(FactRecall(Shelf({REPORT: facts}), folder / "gold.csv", folder / "reports"))


def _found(report: Report) -> list[bool | None]:
    return [outcome.scores["recall"] for outcome in report.outcomes]


ROW = f'html/{REPORT},600001,2020,营业收入,1234.5,"1,234.50",元,\n'


def test_a_right_fact_on_a_page_with_literal_and_label(tmp_path: Path) -> None:
    report = _suite(tmp_path, WIDE + ROW, fact("营业收入", "1,234.50", page=None))
    assert _found(report) == [True]


@pytest.mark.parametrize(
    "wrong",
    [
        fact("营业收入", "1,234.51", page=None),
        fact("营业成本", "1,234.50", page=None),
        fact("营业收入", "1,234.50", "2019", page=None),
        fact("营业收入", "1,234.50", page=None, unit="%"),
        fact("营业收入", "1,234.50", page=None, dimensions={"分产品": "冰箱"}),
        fact("营业收入", "1,234.50", page=None, span=Span.SINGLE),
    ],
)
def test_value_item_period_unit_and_totality_must_all_be_right(tmp_path: Path, wrong: Fact) -> None:
    report = _suite(tmp_path, WIDE + ROW, wrong)
    assert _found(report) == [False]
    assert report.outcomes[0].note.startswith("最接近的")


@pytest.mark.parametrize("text", ["营业收入 1,234.5\n", "收入 1,234.50\n"])
def test_a_page_without_literal_or_label_does_not_count(tmp_path: Path, text: str) -> None:
    report = _suite(tmp_path, WIDE + ROW, fact("营业收入", "1,234.50", page=None), text=text)
    assert report.outcomes[0].scores == {"found": True, "page": False, "recall": False}
    assert "所引页不对" in report.outcomes[0].note


def test_second_layout_periods_and_field_names(tmp_path: Path) -> None:
    row = f'{REPORT},600001,2020FY,total_operating_revenue,"1,234.50",1234.5,1,2\n'
    assert _found(_suite(tmp_path, FIRST + row, fact("营业收入", "1,234.50", page=None))) == [True]


def test_fields_name_items_of_the_taxonomy() -> None:
    from caiwen.evaluate.gold import _fields
    from caiwen.finance.items import taxonomy

    for field in _fields():
        for item in items_of(field):
            assert taxonomy().get(item) is not None, (field, item)


def test_wrong_gold_files_are_told(tmp_path: Path) -> None:
    path = tmp_path / "gold.csv"
    with pytest.raises(CaiwenError, match="没有这个文件"):
        read_gold(path)
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(CaiwenError, match="缺少列：doc/pdf/document"):
        read_gold(path)
    path.write_text(WIDE + ROW.replace("1234.5", "很多"), encoding="utf-8")
    with pytest.raises(CaiwenError, match="第 2 行：不是数：很多"):
        read_gold(path)
    path.write_text(WIDE, encoding="utf-8")
    with pytest.raises(CaiwenError, match="空的"):
        read_gold(path)


def test_missing_documents_are_named(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "gold.csv").write_text(WIDE + ROW, encoding="utf-8")
    with pytest.raises(CaiwenError, match=REPORT):
        FactRecall(Shelf({}), tmp_path / "gold.csv", tmp_path / "reports")
