"""Suite ``finglm``: the C list of FinGLM, by a strict score and by its own public one side by side.

Strict: the answers (role ``answer``, in order) are exactly as many as asked for, and each equals the gold rounded to
the gold's printed precision, after percent and ratio form were matched. A question has its columns when every item it
needs is in the store, totals counting as there when both of their parts are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from caiwen.evaluate.bench import Bench
from caiwen.evaluate.finglm_gold import (
    MARKET,
    NUMERIC,
    OPEN,
    Gold,
    Kind,
    derived_from,
    items_needed,
    read_gold,
)
from caiwen.evaluate.framework import Case, Outcome, Report
from caiwen.evaluate.telling import told
from caiwen.finance.companies import name_key
from caiwen.scoring import read_printed, same_text
from caiwen.scoring.finglm import WEIGHTS, score_open, score_values, weighed

_GROUPS = {
    Kind.TEXT: "基本信息",
    Kind.SAME: "法定代表人是否相同",
    Kind.OPEN: "开放问题（3-1）",
    Kind.CONCEPT: "概念（3-2）",
}

NamesOf = Callable[[str], frozenset[str]]


class FinGlm:
    """``within``: the universe of questions over the market (companies, codes or report files)."""

    name = "finglm"
    title = "FinGLM C 榜"
    metrics: Mapping[str, str] = {
        "answered": "已作答（有列的题）",
        "strict": "严格：数、名、文都对（有列的题）",
        "honest": "缺列的题没有答错的数",
        "value": "官方计分：金标的数都在答案里",
        "words": "官方计分：关键词都在答案里",
        "public": "官方计分：均分（句向量换成字面相似度）",
    }

    def __init__(self, bench: Bench, path: Path, within: Sequence[str] | None = None) -> None:
        self.bench = bench
        self.gold = {gold.id: gold for gold in read_gold(path)}
        self.within = within
        self._known: dict[str, bool] = {}
        self._names: dict[str, frozenset[str]] = {}

    def cases(self) -> Sequence[Case]:
        return self._cases

    @cached_property
    def _cases(self) -> list[Case]:
        return [
            Case(
                gold.id,
                self._group(gold),
                {"type": gold.family, "question": gold.question, "gold": "、".join(gold.values)},
            )
            for gold in self.gold.values()
        ]

    def _group(self, gold: Gold) -> str:
        if gold.kind in OPEN or gold.kind is Kind.SAME:
            return _GROUPS[gold.kind]
        name = _GROUPS.get(gold.kind) or ("单公司数值" if gold.kind in NUMERIC else "排名、计数、汇总")
        return f"{name}（{'列齐全' if self.has_columns(gold) else '缺列'}）"

    def has_columns(self, gold: Gold) -> bool:
        return all(self._has(item) for item in items_needed(gold))

    def _has(self, item: str) -> bool:
        if item not in self._known:
            parts = derived_from(item)
            self._known[item] = bool(self.bench.facts(item=item, limit=1)) or bool(
                parts and all(self.bench.facts(item=part, limit=1) for part in parts)
            )
        return self._known[item]

    def _names_of(self, code: str) -> frozenset[str]:
        """Every name of the company with this code."""
        if code not in self._names:
            found = self.bench.companies_named(code)
            self._names[code] = frozenset(
                name_key(name) for company in found for name in (*company.full_names, *company.short_names)
            )
        return self._names[code]

    def score(self, case: Case) -> Outcome:
        gold = self.gold[case.id]
        record = self.bench.ask_record(gold.question, self.within if gold.kind in MARKET else None)
        answered = record["status"] == "answered"
        text = str(record["answer"])
        if gold.kind in OPEN:
            public = score_open(text, "".join(gold.words), gold.references)
            return Outcome(case, {}, told(record), {"public": public.total})
        right = answered and strict(gold, record, self._names_of)
        public = score_values(text, gold.values, (*gold.words, gold.year), gold.references)
        complete = self.has_columns(gold)
        scores = {
            "answered": answered if complete else None,
            "strict": right if complete else None,
            "honest": None if complete else right or not answered,
        }
        measures = {"public": public.total}
        if complete:
            measures |= {"value": float(bool(public.value)), "words": float(bool(public.words))}
        return Outcome(case, scores, told(record), measures)


def strict(gold: Gold, record: Mapping[str, Any], names_of: NamesOf) -> bool:
    """Whether the answers of a record are the gold's, no more and no fewer."""
    answers = [value for value in record["values"] if value["role"] == "answer"]
    if gold.kind is Kind.LIST:
        pairs = zip(gold.pairs, answers, strict=False)
        return len(answers) == len(gold.pairs) and all(
            _is_company(v, (p.company,), names_of) and (not p.amount or _is_number(v, p.amount))
            for p, v in pairs
        )
    if len(answers) != len(gold.values):
        return False
    match gold.kind:
        case Kind.RANK:
            return _is_company(answers[0], gold.names, names_of)
        case Kind.SAME:
            return bool(answers[0]["value"] == ("true" if gold.values[0] == "相同" else "false"))
        case Kind.TEXT:
            return same_text(str(answers[0]["value"]), gold.values[0])
        case _:
            return all(_is_number(v, g) for v, g in zip(answers, gold.values, strict=True))


def _is_number(value: Mapping[str, Any], gold: str) -> bool:
    printed = read_printed(gold)
    if printed is None or value["kind"] != "number" or value["value"] is None:
        return False
    return printed.matches(Decimal(value["value"]), value["unit"])


def _is_company(value: Mapping[str, Any], names: Sequence[str], names_of: NamesOf) -> bool:
    entity, code = value["entity"], value["code"]
    known = {name_key(entity)} if entity else set()
    known |= names_of(code) if code else set()
    return any(name_key(name) in known for name in names)


def public_total(report: Report) -> Mapping[str, float]:
    """Means of the public score by type (keys of WEIGHTS) and, under ``total``, FinGLM's sum of 100."""
    scores: dict[str, list[float]] = {family: [] for family in WEIGHTS}
    for outcome in report.outcomes:
        scores[outcome.case.data["type"]].append(outcome.measures["public"])
    means = {family: sum(values) / len(values) for family, values in scores.items() if values}
    return means | {"total": weighed(means)}
