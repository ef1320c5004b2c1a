"""Suite ``facts``: do values that stand literally in documents come out as facts?

A gold value counts as found when a fact of that document has the item, the period and the value in base units; its
page counts as right when literal and label both stand on it, read again from the file. The gold names no scope, so
either scope may match.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from caiwen.evaluate.bench import FactSource
from caiwen.evaluate.framework import Case, Outcome
from caiwen.evaluate.gold import Gold, items_of, locate, read_gold
from caiwen.evaluate.page_text import PageTexts
from caiwen.records import Fact, Span

_BASE_UNITS = {"元", "元/股"}


class FactRecall:
    """``source`` holds the facts of the documents, which the caller has ingested from ``paths``."""

    name = "facts"
    title = "文件中原样出现的数值"
    metrics: Mapping[str, str] = {
        "found": "项目、期间、单位、数值都对",
        "page": "所引页上确有该数与项目名（对已找到的）",
        "recall": "两者都对",
    }

    def __init__(self, source: FactSource, gold: Path, folder: Path) -> None:
        self.source = source
        self.gold = read_gold(gold)
        self.paths = locate(sorted({g.document for g in self.gold}), folder)
        self._facts: dict[str, Sequence[Fact]] = {}

    def cases(self) -> Sequence[Case]:
        return [_case(gold) for gold in self.gold]

    @cached_property
    def _by_line(self) -> dict[str, Gold]:
        return {str(gold.line): gold for gold in self.gold}

    def score(self, case: Case) -> Outcome:
        gold = self._by_line[case.id]
        matches = [fact for fact in self.facts_of(gold.document) if means(fact, gold)]
        if not matches:
            note = nearest(self.facts_of(gold.document), gold)
            return Outcome(case, {"found": False, "page": None, "recall": False}, note)
        page = any(self.stands(fact, gold) for fact in matches)
        seen = "、".join(f"第 {f.observation.page} 页“{f.observation.label}”" for f in matches)
        return Outcome(
            case, {"found": True, "page": page, "recall": page}, "" if page else f"所引页不对：{seen}"
        )

    def stands(self, fact: Fact, gold: Gold) -> bool:
        pages = PageTexts(self.paths[gold.document])
        return pages.holds(fact.observation.page, gold.literal, fact.observation.label)

    def facts_of(self, document: str) -> Sequence[Fact]:
        if document not in self._facts:
            self._facts[document] = self.source.facts(document=self.paths[document].name)
        return self._facts[document]


def _case(gold: Gold) -> Case:
    data = {"document": gold.document, "period": gold.period, "field": gold.field, "literal": gold.literal}
    return Case(str(gold.line), gold.document, data)


def means(fact: Fact, gold: Gold) -> bool:
    """A total (no dimensions) of the gold's item and period with its value in base units."""
    single = fact.span is Span.SINGLE and not gold.period.endswith("Q1")
    return (
        fact.value == gold.value
        and fact.item in items_of(gold.field)
        and fact.period == gold.period
        and fact.unit in _BASE_UNITS
        and not fact.dimensions
        and not single
    )


def nearest(facts: Sequence[Fact], gold: Gold) -> str:
    """What the document's facts hold instead of a gold value."""
    items = items_of(gold.field)
    same_value = [f for f in facts if f.value == gold.value]
    same_place = [f for f in facts if f.item in items and f.period == gold.period and not f.dimensions]
    same_item = [f for f in facts if f.item in items]
    for words, found in (("值相同", same_value), ("同项目同期间", same_place), ("同项目", same_item)):
        if found:
            return f"最接近的（{words}）：{_told(found[0])}"
    return "这份文件没有这个项目的事实" if facts else "这份文件没有任何事实"


def _told(fact: Fact) -> str:
    dimensions = "".join(f" {value}" for value in fact.dimensions.values())
    value = f"{fact.value:,f}" if fact.value is not None else fact.text
    return f"{fact.item}{dimensions} {fact.period} {fact.span} {value} {fact.unit or ''} 第 {fact.observation.page} 页"
