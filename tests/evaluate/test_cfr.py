"""The CFR-NumQA suite over a scripted answerer and pages of HTML."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from caiwen.errors import CaiwenError
from caiwen.evaluate import run
from caiwen.evaluate.cfr import CfrNumQa, read_gold

EVIDENCE = [{"source": "甲公司_2022年年度报告.pdf", "page": 2, "row_label": "营业收入（千元）"}]
INCOME = {
    "id": "a",
    "type": "extraction",
    "question": "收入？",
    "answer": "1,235千元",
    "evidence": EVIDENCE,
    "meta": {"unit": "千元"},
}
GROWTH = {
    "id": "b",
    "type": "yoy_compare",
    "question": "增长？",
    "answer": "+20.06%",
    "evidence": EVIDENCE,
    "meta": {"unit": "千元"},
}
PAGES = (
    "<html><body>"
    '<section data-page="1"><p>目录</p></section>'
    '<section data-page="2"><table><tr><td>营业收入（千元）</td><td>1,235</td></tr></table></section>'
    "</body></html>"
)


def value(number: str, unit: str = "元", role: str = "answer", raw: str | None = None) -> dict[str, Any]:
    given = {"role": role, "kind": "number", "entity": "甲", "item": "营业收入", "period": "2022"}
    return given | {"value": number, "unit": unit, "raw": raw, "citations": [0]}


class Scripted:
    def __init__(self, page: int, **answers: Sequence[Mapping[str, Any]]) -> None:
        self.page, self.answers = page, answers

    def ask_record(self, question: str, within: Sequence[str] | None = None) -> Mapping[str, Any]:
        values = self.answers.get(question.removesuffix("？"), ())
        cited = {"document": "甲公司_2022年年度报告.html", "page": self.page, "row": None}
        status = "answered" if values else "not_found"
        return {"status": status, "answer": "", "values": values, "citations": [cited]}


def suite(folder: Path, answerer: Scripted, *lines: Mapping[str, Any]) -> CfrNumQa:
    gold = folder / "qa.jsonl"
    gold.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in lines), encoding="utf-8")
    report = folder / "甲公司_2022年年度报告.html"
    report.write_text(PAGES, encoding="utf-8")
    return CfrNumQa(answerer, gold, {report.name: report})


def test_units_precision_and_places(tmp_path: Path) -> None:
    answerer = Scripted(
        2,
        收入=[value("1235000", raw="1,235")],
        增长=[value("19.00", "%"), value("20.0597", "%", "alternative")],
    )
    report = run(suite(tmp_path, answerer, INCOME, GROWTH))
    assert report.rate("answered").hits == 2
    assert report.rate("right").hits == 2, "any labelled value counts"
    assert (report.rate("first", "取数").hits, report.rate("first", "同比").hits) == (1, 0)
    assert report.rate("page").hits == 2
    assert (report.rate("supported").hits, report.rate("supported").n) == (1, 1)


def test_a_value_finer_than_the_gold_is_rounded_to_it(tmp_path: Path) -> None:
    report = run(suite(tmp_path, Scripted(2, 收入=[value("1234600")]), INCOME))
    assert report.rate("right").hits == 1
    report = run(suite(tmp_path, Scripted(2, 收入=[value("1234400")]), INCOME))
    assert report.rate("right").hits == 0


def test_a_citation_of_another_page_is_wrong_and_unsupported(tmp_path: Path) -> None:
    report = run(suite(tmp_path, Scripted(1, 收入=[value("1235000", raw="1,235")]), INCOME))
    assert report.rate("document").hits == 1
    assert report.rate("page").hits == 0
    assert report.rate("supported").hits == 0


def test_silence_is_not_a_wrong_answer(tmp_path: Path) -> None:
    report = run(suite(tmp_path, Scripted(1), INCOME))
    assert report.rate("answered").value == 0
    assert report.rate("right").n == 0


def test_a_wrong_line_is_told(tmp_path: Path) -> None:
    path = tmp_path / "qa.jsonl"
    path.write_text(json.dumps(INCOME | {"answer": "约一千"}, ensure_ascii=False), encoding="utf-8")
    with pytest.raises(CaiwenError, match="不是 CFR-NumQA 的一道题"):
        read_gold(path)
