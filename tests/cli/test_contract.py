"""The JSON that scripts lean on, field by field, over the sample material; the Python API says the same."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from caiwen import Workspace
from caiwen.records import Basis
from tests.cli.conftest import Run

Check = Callable[[Any], bool]
REPORT = "砚川精工_2023年年度报告.pdf"

QUESTIONS = {
    "砚川精工2023年的营业收入和归母净利润分别是多少？": "answered",
    "砚川精工2023年营业收入比上年增长多少？": "answered",
    "砚川精工2023年的毛利率是多少？": "answered",
    "砚川精工的法定代表人是谁？": "answered",
    "哪些公司2023年净利润超过1亿元？": "answered",
    "澜屿银行2023年末吸收存款是多少？": "answered",
    "星垣岭证券2023年末代理买卖证券款是多少？": "answered",
    "砚川精工2023年面临哪些主要风险？": "answered",
    "什么是毛利率？": "answered",
    "净利润是多少？": "clarify",
    "火星公司2023年净利润是多少？": "not_found",
    "现在该不该买入砚川精工的股票？": "refused",
}


def text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def decimal(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value) is not None


def period(value: object) -> bool:
    pattern = r"\d{4}(H1|Q[1-4])?( ?single)?|\d{4}-\d\d-\d\d"
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


def box(value: object) -> bool:
    if not isinstance(value, list) or not all(isinstance(side, int | float) for side in value):
        return False
    left, top, right, bottom = value
    return 0 <= left < right and 0 <= top < bottom


def one_of(*known: object) -> Check:
    return lambda value: value in known


def or_null(check: Check) -> Check:
    return lambda value: value is None or check(value)


def sha256(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[0-9a-f]{64}", value) is not None


def mapping(value: object) -> bool:
    return isinstance(value, dict)


SCOPE = one_of("consolidated", "parent")
BASIS = one_of(*Basis)

FACT: dict[str, Check] = {
    "id": text,
    "document": text,
    "entity": text,
    "code": or_null(lambda value: re.fullmatch(r"\d{6}", value) is not None),
    "item": text,
    "dimensions": lambda value: mapping(value) and all(text(part) for part in value.values()),
    "period": period,
    "span": one_of("instant", "ytd", "single"),
    "scope": SCOPE,
    "basis": BASIS,
    "value": text,
    "unit": or_null(text),
    "page": or_null(whole),
    "table": or_null(whole),
    "row": or_null(whole),
    "column": or_null(whole),
    "box": or_null(box),
    "raw": text,
    "scale": or_null(text),
    "status": one_of("verified", "unverified", "conflict"),
}
ANSWER: dict[str, Check] = {
    "id": or_null(lambda value: isinstance(value, str | int)),
    "question": text,
    "status": one_of("answered", "clarify", "not_found", "refused"),
    "answer": text,
    "values": lambda value: isinstance(value, list),
    "citations": lambda value: isinstance(value, list),
    "plan": or_null(mapping),
    "notice": text,
    "milliseconds": lambda value: isinstance(value, int | float) and value >= 0,
}
VALUE: dict[str, Check] = {
    "role": one_of("answer", "alternative", "operand"),
    "kind": one_of("number", "text", "boolean"),
    "entity": or_null(text),
    "code": or_null(lambda value: re.fullmatch(r"\d{6}", value) is not None),
    "item": or_null(text),
    "period": or_null(period),
    "scope": or_null(SCOPE),
    "basis": or_null(BASIS),
    "reported_in": or_null(period),
    "value": or_null(text),
    "unit": or_null(text),
    "raw": or_null(text),
    "scale": or_null(text),
    "rank": or_null(lambda value: whole(value) and value >= 1),
    "steps": or_null(lambda value: isinstance(value, list) and all(set(step) == STEP for step in value)),
    "citations": lambda value: isinstance(value, list) and all(whole(number) for number in value),
}
STEP = {"text", "expression", "value"}
CITATION: dict[str, Check] = {
    "document": text,
    "sha256": sha256,
    "page": or_null(lambda value: whole(value) and value >= 1),
    "box": or_null(box),
    "sheet": or_null(text),
    "row": or_null(whole),
    "column": or_null(whole),
    "article": or_null(text),
    "quote": text,
}
HIT: dict[str, Check] = {
    "document": text,
    "page": or_null(lambda value: whole(value) and value >= 1),
    "score": lambda value: isinstance(value, float) and value > 0,
    "section": or_null(lambda value: isinstance(value, str)),
    "text": text,
    "box": or_null(box),
}


def conforms(record: Mapping[str, Any], shape: Mapping[str, Check]) -> None:
    """The same keys in the same order, each value as its check wants it."""
    assert list(record) == list(shape)
    wrong = {key: record[key] for key, check in shape.items() if not check(record[key])}
    assert wrong == {}, record


def _lines(run: Run, *words: object) -> list[dict[str, Any]]:
    code, out, _ = run(*words)
    assert code == 0
    return [json.loads(line) for line in out.splitlines()]


def test_every_fact(shown: tuple[Path, str], run: Run) -> None:
    facts = _lines(run, "--workspace", shown[0], "facts", "--json")
    assert len(facts) > 1000
    for fact in facts:
        conforms(fact, FACT)
    assert len({fact["id"] for fact in facts}) == len(facts)
    assert all(decimal(fact["value"]) for fact in facts if fact["unit"] is not None)
    paged = [fact for fact in facts if fact["document"].endswith(".pdf")]
    assert paged
    assert all(fact["page"] and fact["box"] for fact in paged)
    assert all(fact["page"] is None for fact in facts if fact["document"].endswith(".docx"))


def test_boxes_lie_on_their_pages(shown: tuple[Path, str], run: Run) -> None:
    """Points from the top left corner of the page as it is shown."""
    paths = Workspace(shown[0]).document_paths()
    with pypdfium2.PdfDocument(paths[REPORT]) as pdf:
        sizes = [pdf[number].get_size() for number in range(len(pdf))]
    for fact in _lines(run, "--workspace", shown[0], "facts", "--document", REPORT, "--json"):
        width, height = sizes[fact["page"] - 1]
        assert fact["box"][2] <= width + 1
        assert fact["box"][3] <= height + 1


@pytest.mark.parametrize(("question", "status"), QUESTIONS.items())
def test_an_answer(shown: tuple[Path, str], run: Run, question: str, status: str) -> None:
    (record,) = _lines(run, "--workspace", shown[0], "ask", question, "--json")
    conforms(record, ANSWER)
    assert (record["id"], record["question"], record["status"]) == (None, question, status)
    for citation in record["citations"]:
        conforms(citation, CITATION)
    for value in record["values"]:
        conforms(value, VALUE)
        assert all(number < len(record["citations"]) for number in value["citations"])
        if value["kind"] == "number":
            assert decimal(value["value"])
            assert value["unit"]
        if value["steps"]:
            assert all(decimal(step["value"]) for step in value["steps"])
        elif value["raw"]:
            quotes = [record["citations"][number]["quote"] for number in value["citations"]]
            assert quotes, value
            assert any(value["raw"] in quote for quote in quotes)
    roles = [value["role"] for value in record["values"]]
    answers = roles.count("answer")
    assert roles[:answers] == ["answer"] * answers
    if status != "answered":
        assert answers == 0
    cited = {int(number) for number in re.findall(r"\[(\d+)\]", record["answer"])}
    assert cited <= set(range(1, len(record["citations"]) + 1))


def _values(run: Run, folder: Path, question: str) -> list[dict[str, Any]]:
    (record,) = _lines(run, "--workspace", folder, "ask", question, "--json")
    return [value for value in record["values"] if value["role"] == "answer"]


def test_values_are_in_base_units(shown: tuple[Path, str], run: Run) -> None:
    """Money in 元 whatever the table's scale, 12.34% as "12.34" with %, people in 人."""
    (deposits,) = _values(run, shown[0], "澜屿银行2023年末吸收存款是多少？")
    assert (deposits["value"], deposits["unit"]) == ("335360000000", "元")
    assert (deposits["raw"], deposits["scale"]) == ("335,360", "百万元")
    (margin,) = _values(run, shown[0], "砚川精工2023年的毛利率是多少？")
    assert (margin["value"], margin["unit"]) == ("34.13", "%")
    assert Decimal(margin["steps"][-1]["value"]).quantize(Decimal("0.01")) == Decimal("34.13")
    (people,) = _values(run, shown[0], "砚川精工2023年在职员工人数是多少？")
    assert people["unit"] == "人"


def test_several_answers_come_first_and_in_order(shown: tuple[Path, str], run: Run) -> None:
    answers = _values(run, shown[0], "砚川精工2023年的营业收入和归母净利润分别是多少？")
    assert [value["item"] for value in answers] == ["营业收入", "归属于母公司所有者的净利润"]
    assert [value["value"] for value in answers] == ["2415623108.74", "305613908.29"]


def test_a_text_answer(shown: tuple[Path, str], run: Run) -> None:
    (person,) = _values(run, shown[0], "砚川精工的法定代表人是谁？")
    assert (person["kind"], person["value"], person["unit"]) == ("text", "沈知远", None)


def test_a_batch_is_the_single_answers_with_ids(shown: tuple[Path, str], run: Run, tmp_path: Path) -> None:
    chosen = list(QUESTIONS)[:4]
    lines = [json.dumps({"id": f"q{n}", "question": q}, ensure_ascii=False) for n, q in enumerate(chosen)]
    (tmp_path / "题.jsonl").write_text("\n".join(lines), encoding="utf-8")
    folder = ("--workspace", shown[0], "ask")
    assert run(*folder, "--batch", tmp_path / "题.jsonl", "--output", tmp_path / "答.jsonl")[0] == 0
    records = [json.loads(line) for line in (tmp_path / "答.jsonl").read_text("utf-8").splitlines()]
    assert [record["id"] for record in records] == ["q0", "q1", "q2", "q3"]
    for question, record in zip(chosen, records, strict=True):
        (single,) = _lines(run, *folder, question, "--json")
        assert _timeless(record) == _timeless(single)


def _timeless(record: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key not in ("id", "milliseconds")}


def test_within_keeps_to_the_list(shown: tuple[Path, str], run: Run, tmp_path: Path) -> None:
    words = ("--workspace", shown[0], "ask", "2023年净利润最高的是哪家公司？", "--json")
    (everybody,) = _lines(run, *words)
    assert everybody["values"][0]["entity"] == "澜屿银行"
    for entry in ("砚川精工", "609937", REPORT):
        (tmp_path / "名单.txt").write_text(f"{entry}\n", encoding="utf-8")
        (record,) = _lines(run, *words, "--within", tmp_path / "名单.txt")
        assert {value["entity"] for value in record["values"]} == {"砚川精工"}
        assert {citation["document"] for citation in record["citations"]} == {REPORT} or entry != REPORT


def test_search_hits(shown: tuple[Path, str], run: Run) -> None:
    hits = _lines(run, "--workspace", shown[0], "search", "原材料价格波动风险", "-k", 5, "--json")
    assert 0 < len(hits) <= 5
    for hit in hits:
        conforms(hit, HIT)
    assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)
    assert any(hit["page"] and hit["box"] for hit in hits)


@pytest.mark.parametrize(
    ("words", "decision"), [("砚川精工2023年净利润", "allow"), ("现在该不该买入砚川精工？", "refuse")]
)
def test_guard_decisions(shown: tuple[Path, str], run: Run, words: str, decision: str) -> None:
    (record,) = _lines(run, "--workspace", shown[0], "guard", "check", words, "--json")
    assert list(record) == ["decision", "rule", "hits", "text"]
    assert record["decision"] == decision
    refused = decision != "allow"
    assert (bool(record["rule"]), bool(record["hits"]), bool(record["text"])) == (refused, refused, refused)
    for hit in record["hits"]:
        assert hit["text"] == words[hit["start"] : hit["end"]]


def test_every_figure_of_a_suite_has_n_and_its_interval(
    shown: tuple[Path, str], run: Run, tmp_path: Path
) -> None:
    target = tmp_path / "果.json"
    assert run("--workspace", shown[0], "eval", "identities", "--json", target)[0] == 0
    report = json.loads(target.read_text(encoding="utf-8"))
    figures = [
        *report["figures"].values(),
        *(f for group in report["groups"].values() for f in group.values()),
    ]
    assert len(figures) > 5
    for figure in figures:
        low, high = figure["interval"]
        assert whole(figure["n"])
        assert 0 <= low <= high <= 1
        assert figure["n"] == 0 or low <= figure["rate"] <= high


def test_the_python_api_says_the_same(shown: tuple[Path, str], run: Run) -> None:
    workspace = Workspace(shown[0])
    question = "砚川精工2023年的毛利率是多少？"
    (asked,) = _lines(run, "--workspace", shown[0], "ask", question, "--json")
    assert _timeless(json.loads(json.dumps(workspace.ask(question).as_dict()))) == _timeless(asked)

    facts = workspace.facts(company="砚川精工", item="营收", period="2023年")
    words = ("--company", "砚川精工", "--item", "营收", "--period", "2023年", "--json")
    listed = _lines(run, "--workspace", shown[0], "facts", *words)
    assert listed == json.loads(json.dumps(list(workspace.records(facts))))
    assert all(isinstance(fact.value, Decimal) for fact in facts)

    found = _lines(run, "--workspace", shown[0], "search", "主要风险", "-k", 3, "--json")
    hits = workspace.search("主要风险", 3)
    assert [(hit.name, hit.passage.page, hit.passage.text) for hit in hits] == [
        (hit["document"], hit["page"], hit["text"]) for hit in found
    ]
