"""Suite ``cfr``: CFR-NumQA, numbers of annual reports with their page as evidence.

Gold values are printed in the unit of their table (千元, 元, %...); answers in base units are brought to it and must
agree to the printed precision. A citation is right when one of the value's own citations is a place of the gold's
evidence; it is supported when what it quotes stands on the page it names, read again from the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path, PurePosixPath
from typing import Any

from caiwen.evaluate.bench import Answerer
from caiwen.evaluate.framework import Case, Outcome
from caiwen.evaluate.gold_lines import read_lines
from caiwen.evaluate.page_text import PageTexts
from caiwen.evaluate.telling import told
from caiwen.finance.amount import parse_scale
from caiwen.scoring import Printed, read_printed

_KINDS = {"extraction": "取数", "yoy_compare": "同比"}


@dataclass(frozen=True, slots=True)
class Place:
    """``document``: file name without its suffix, as the set names PDF files and we may hold HTML made from them."""

    document: str
    page: int


@dataclass(frozen=True, slots=True)
class Gold:
    """``printed`` is in ``factor`` base units."""

    id: str
    kind: str
    question: str
    answer: str
    printed: Printed
    factor: Decimal
    evidence: frozenset[Place]


class CfrNumQa:
    """``paths``: file name → where the ingested file lies, to read cited pages again."""

    name = "cfr"
    title = "CFR-NumQA"
    metrics: Mapping[str, str] = {
        "answered": "覆盖：给出了数",
        "right": "答了的里，任一标明的数对",
        "first": "答了的里，第一个数就对",
        "document": "答对的里，出处是标注的文件",
        "page": "答对的里，出处是标注的页",
        "supported": "答了的里，每条出处的页上确有所引的数",
    }

    def __init__(self, answerer: Answerer, path: Path, paths: Mapping[str, Path]) -> None:
        self.answerer = answerer
        self.gold = {gold.id: gold for gold in read_gold(path)}
        self.paths = paths

    def cases(self) -> Sequence[Case]:
        return [
            Case(gold.id, _KINDS.get(gold.kind, gold.kind), {"question": gold.question, "gold": gold.answer})
            for gold in self.gold.values()
        ]

    def score(self, case: Case) -> Outcome:
        gold = self.gold[case.id]
        record = self.answerer.ask_record(gold.question)
        offered = [v for v in record["values"] if v["role"] in ("answer", "alternative")]
        numbers = [v for v in offered if v["kind"] == "number" and v["value"] is not None]
        if record["status"] != "answered" or not numbers:
            return Outcome(case, _nothing(), told(record))
        matching = [value for value in numbers if agrees(value, gold)]
        cited = set(_places(record, matching))
        scores = {
            "answered": True,
            "right": bool(matching),
            "first": agrees(numbers[0], gold),
            "document": bool({p.document for p in cited} & {p.document for p in gold.evidence})
            if matching
            else None,
            "page": bool(cited & gold.evidence) if matching else None,
            "supported": self._supported(record),
        }
        return Outcome(case, scores, told(record))

    def _supported(self, record: Mapping[str, Any]) -> bool | None:
        """Whether every printed value of the answer stands on the page cited for it; None when none has a page."""
        checks = [
            PageTexts(self.paths[citation["document"]]).holds(citation["page"], value["raw"])
            for value in record["values"]
            if value["raw"]
            for citation in (record["citations"][n] for n in value["citations"])
            if citation["page"] is not None and citation["document"] in self.paths
        ]
        return all(checks) if checks else None


def _nothing() -> dict[str, bool | None]:
    return dict.fromkeys(CfrNumQa.metrics) | {"answered": False}


def agrees(value: Mapping[str, Any], gold: Gold) -> bool:
    """Equal to the printed precision; a gold in 千元 or 百万元 was rounded to it by the report."""
    number = Decimal(value["value"]) / gold.factor
    if gold.factor != 1:
        number = number.quantize(Decimal(1).scaleb(-gold.printed.places), ROUND_HALF_UP)
    return gold.printed.matches(number, value["unit"])


def _places(record: Mapping[str, Any], values: Iterable[Mapping[str, Any]]) -> Iterable[Place]:
    """Places cited for the values; those of a calculated value are the places of its operands."""
    numbers = {n for value in values for n in value["citations"]}
    for number in sorted(numbers):
        citation = record["citations"][number]
        if citation["page"] is not None:
            yield Place(PurePosixPath(citation["document"]).stem, citation["page"])


def read_gold(path: Path) -> list[Gold]:
    """CaiwenError names the first wrong line."""
    return read_lines(path, _gold, "CFR-NumQA")


def _gold(line: Mapping[str, Any]) -> Gold:
    unit = "%" if line["type"] == "yoy_compare" else str(line["meta"]["unit"])
    printed = read_printed(line["answer"].removesuffix(unit) + ("%" if unit == "%" else ""))
    if printed is None:
        raise ValueError(line["answer"])
    scale = parse_scale(f"单位：{unit}") if unit != "%" else None
    evidence = ((PurePosixPath(e["source"]).stem, int(e["page"])) for e in line["evidence"])
    return Gold(
        id=str(line["id"]),
        kind=str(line["type"]),
        question=line["question"],
        answer=line["answer"],
        printed=printed,
        factor=scale.factor if scale else Decimal(1),
        evidence=frozenset(Place(stem, page) for stem, page in evidence),
    )
