"""The FinGLM suite over a scripted answerer."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from caiwen.errors import CaiwenError
from caiwen.evaluate import run
from caiwen.evaluate.finglm import FinGlm, public_total
from caiwen.evaluate.finglm_gold import Kind, items_needed, read_gold
from caiwen.records import Fact
from caiwen.store import Company
from tests.evaluate.make import fact

COMPANY = Company("600001", "600001", ("甲乙股份有限公司",), ("甲乙股份",))
OTHER = Company("600002", "600002", ("丙丁股份有限公司",), ("丙丁股份",))
NAMES = {"ent_name": "甲乙股份有限公司", "ent_short_name": "甲乙股份", "year": "2020"}


def line(type_: str, question: str, prompt: Mapping[str, str], answer: str = "答") -> dict[str, Any]:
    return {"id": question, "question": question, "type": type_, "prompt": prompt, "answer": [answer]}


def value(number: str, unit: str | None = "元", **more: Any) -> dict[str, Any]:
    given = {"role": "answer", "kind": "number", "entity": "甲乙股份", "code": "600001", "item": "x"}
    return given | {"period": "2020", "value": number, "unit": unit, "citations": []} | more


def record(*values: Mapping[str, Any], answer: str = "答", status: str = "answered") -> dict[str, Any]:
    return {"status": status, "answer": answer, "values": list(values), "citations": []}


class Scripted:
    """Has facts of ``items`` and gives the recorded answers."""

    def __init__(self, items: Sequence[str], answers: Mapping[str, Mapping[str, Any]]) -> None:
        self.items, self.answers = items, answers
        self.within: dict[str, Sequence[str] | None] = {}

    def facts(self, *, item: str | None = None, limit: int | None = None) -> Sequence[Fact]:
        return [fact(item, "1")] if item in self.items else []

    def companies_named(self, name: str) -> Sequence[Company]:
        return [company for company in (COMPANY, OTHER) if company.code == name]

    def ask_record(self, question: str, within: Sequence[str] | None = None) -> Mapping[str, Any]:
        self.within[question] = within
        return self.answers.get(question, record(status="not_found"))


def write(path: Path, *lines: Mapping[str, Any]) -> Path:
    path.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in lines), encoding="utf-8")
    return path


NUMBER = line("1", "营业收入？", NAMES | {"key_word": "营业收入", "营业收入": "10.5", "prom_answer": "10.5"})
RATIO = line(
    "2-1",
    "流动比率？",
    NAMES | {"key_word": "流动资产、流动负债", "公式": "流动比率=流动资产/流动负债", "prom_answer": "1.25"},
)
TWO = line(
    "1-2",
    "存货和货币资金？",
    NAMES | {"key_word": "存货、货币资金", "存货": "1.5", "货币资金": "2.5", "prom_answer": "存货：1.5元"},
)
TEXT = line(
    "1", "网址？", NAMES | {"key_word": "公司网址", "公司网址": "www.a.com", "prom_answer": "www.a.com"}
)
SAME = line(
    "2-2",
    "法定代表人相同吗？",
    NAMES | {"key_word": "2019年法定代表人、2020年法定代表人", "prom_answer": "不相同"},
)
RANK = line(
    "1",
    "2020年净利润最高的是？",
    NAMES | {"key_word": "甲乙股份有限公司", "prom_answer": "甲乙股份有限公司"},
)
LIST = line(
    "1-2",
    "2020年净利润最高的两家？",
    {
        "ent_name": "",
        "ent_short_name": "",
        "year": "2020",
        "key_word": "甲乙股份有限公司、9.5、丙丁股份有限公司、nan",
        "prom_answer": "甲乙股份有限公司、9.5",
    },
)
COUNT = line("1", "2020年总负债大于5亿的有几家？", {"year": "2020", "key_word": "8", "prom_answer": "8"})
OPEN = line("3-1", "退市风险？", NAMES | {"key_word": "(?:没有|无)"}, "没有退市风险")
ALL = [NUMBER, RATIO, TWO, TEXT, SAME, RANK, LIST, COUNT, OPEN]


def test_kinds_are_told_by_the_gold(tmp_path: Path) -> None:
    gold = read_gold(write(tmp_path / "g.jsonl", *ALL))
    kinds = [Kind.NUMBER, Kind.FORMULA, Kind.SEVERAL, Kind.TEXT, Kind.SAME, Kind.RANK, Kind.LIST, Kind.COUNT]
    assert [one.kind for one in gold] == [*kinds, Kind.OPEN]
    assert items_needed(gold[1]) == {"流动资产合计", "流动负债合计"}
    assert items_needed(gold[5]) == {"净利润"}
    assert items_needed(gold[7]) == {"负债合计"}
    assert [(p.company, p.amount) for p in gold[6].pairs] == [
        ("甲乙股份有限公司", "9.5"),
        ("丙丁股份有限公司", ""),
    ]


RIGHT = {
    "营业收入？": record(value("10.50"), answer="甲乙股份2020年营业收入10.5元"),
    "流动比率？": record(value("1.2549", None)),
    "存货和货币资金？": record(value("1.5"), value("2.5")),
    "网址？": record(value("http://www.a.com", None, kind="text")),
    "法定代表人相同吗？": record(value("false", None, kind="boolean")),
    "2020年净利润最高的是？": record(value("9.5")),
    "2020年净利润最高的两家？": record(value("9.5"), value("3", entity="丙丁股份", code="600002")),
    "2020年总负债大于5亿的有几家？": record(value("8", "家", entity=None, code=None)),
}
WRONG = {
    "营业收入？": record(value("10.50"), value("11")),
    "流动比率？": record(value("1.26", None)),
    "存货和货币资金？": record(value("2.5"), value("1.5")),
    "网址？": record(value("www.b.com", None, kind="text")),
    "法定代表人相同吗？": record(value("true", None, kind="boolean")),
    "2020年净利润最高的是？": record(value("9.5", entity="丙丁股份", code="600002")),
    "2020年净利润最高的两家？": record(value("9.5")),
    "2020年总负债大于5亿的有几家？": record(value("7", "家", entity=None, code=None)),
}
COLUMNS = ["营业收入", "流动资产合计", "流动负债合计", "非流动负债合计", "存货", "货币资金", "公司网址"]
COLUMNS += ["法定代表人", "净利润"]


@pytest.mark.parametrize(("answers", "hits"), [(RIGHT, 8), (WRONG, 0)])
def test_the_strict_score(tmp_path: Path, answers: Mapping[str, Mapping[str, Any]], hits: int) -> None:
    suite = FinGlm(Scripted(COLUMNS, answers), write(tmp_path / "g.jsonl", *ALL))
    report = run(suite)
    assert (report.rate("answered").n, report.rate("strict").n) == (8, 8)
    assert report.rate("strict").hits == hits
    assert len(report.failures) == 8 - hits


def test_only_questions_over_the_market_stay_within_the_list(tmp_path: Path) -> None:
    bench = Scripted(COLUMNS, RIGHT)
    run(FinGlm(bench, write(tmp_path / "g.jsonl", NUMBER, RANK), ["600001"]))
    assert bench.within == {"营业收入？": None, "2020年净利润最高的是？": ["600001"]}


def test_where_columns_are_missing_a_wrong_number_is_an_invention(tmp_path: Path) -> None:
    path = write(tmp_path / "g.jsonl", NUMBER, RATIO)
    silent = run(FinGlm(Scripted([], {}), path))
    assert (silent.rate("honest").hits, silent.rate("honest").n) == (2, 2)
    assert silent.rate("strict").n == 0
    assert silent.groups == ["单公司数值（缺列）"]
    loud = run(FinGlm(Scripted([], WRONG), path))
    assert loud.rate("honest").hits == 0


def test_the_public_score_is_a_mean_beside(tmp_path: Path) -> None:
    report = run(FinGlm(Scripted(COLUMNS, RIGHT), write(tmp_path / "g.jsonl", NUMBER, OPEN)))
    number = report.outcomes[0].measures
    assert (number["value"], number["words"]) == (1.0, 1.0)
    assert number["public"] >= 0.5
    totals = public_total(report)
    assert totals["1"] == number["public"]
    assert totals["total"] == pytest.approx(100 * (0.3 * totals["1"] + 0.2 * totals["3-1"]))
    figures: Any = report.record()["figures"]
    assert figures["public"]["n"] == 2


def test_a_wrong_line_is_told(tmp_path: Path) -> None:
    path = tmp_path / "g.jsonl"
    path.write_text('{"id": 1}\n', encoding="utf-8")
    with pytest.raises(CaiwenError, match="不是 FinGLM 的一道题") as told:
        read_gold(path)
    assert "第 1 行" in (told.value.where or "")
