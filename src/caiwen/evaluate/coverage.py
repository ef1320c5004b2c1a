"""Which companies, periods and main items are there, missing, or in conflict.

Not a suite: it has no gold. Missing means that no fact was found in the material; the report may really lack the
item, so a person looks before calling it an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

import yaml

from caiwen.records import Fact, Scope, Span, Status
from caiwen.store.records import StoredDocument


class State(StrEnum):
    THERE = "there"
    MISSING = "missing"
    CONFLICT = "conflict"


STATE_WORDS = {State.THERE: "有", State.MISSING: "缺", State.CONFLICT: "有冲突"}


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One company in one report period. ``summary_only``: no full report is there, so only key figures are expected."""

    entity: str
    code: str | None
    period: str
    sector: str
    documents: tuple[str, ...]
    summary_only: bool
    items: dict[str, State]

    def of(self, state: State) -> list[str]:
        return [item for item, found in self.items.items() if found is state]

    def record(self) -> dict[str, object]:
        return {
            "entity": self.entity,
            "code": self.code,
            "period": self.period,
            "sector": self.sector,
            "documents": list(self.documents),
            "summary_only": self.summary_only,
            "items": {item: state.value for item, state in self.items.items()},
        }


@cache
def _rules() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("coverage.yaml").read_text(encoding="utf-8")
    rules: dict[str, Any] = yaml.safe_load(text)
    return rules


def main_items(sector: str, summary_only: bool) -> list[str]:
    """Canonical names, statement order within the sector's own items, then the common ones."""
    from caiwen.finance.items import taxonomy

    rules = _rules()
    names = rules["summary"] if summary_only else rules["sectors"].get(sector, []) + rules["common"]
    matched = ((taxonomy().get(name) or taxonomy().match(name, sector=sector), name) for name in names)
    return list(dict.fromkeys(item.name if item is not None else name for item, name in matched))


def coverage(
    documents: Iterable[StoredDocument], facts_of: Callable[[str, str], Sequence[Fact]]
) -> list[CoverageRow]:
    """One row a company and period that a filing is there for. ``facts_of(who, period)``: who is a code or full name."""
    rules = _rules()
    expected = {*rules["full_kinds"], *rules["summary_kinds"]}
    groups: dict[tuple[str, str], list[StoredDocument]] = {}
    for document in documents:
        filing = document.filing
        who = filing.code or filing.issuer
        if who and filing.period and filing.kind.value in expected:
            groups.setdefault((who, filing.period), []).append(document)
    return [_row(group, facts_of(*key)) for key, group in sorted(groups.items())]


def _row(group: Sequence[StoredDocument], facts: Sequence[Fact]) -> CoverageRow:
    filing = group[0].filing
    summary_only = all(d.filing.kind.value in _rules()["summary_kinds"] for d in group)
    by_item: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.scope is Scope.CONSOLIDATED and fact.span is not Span.SINGLE and not fact.dimensions:
            by_item.setdefault(fact.item, []).append(fact)
    items = {item: _state(_of(item, by_item)) for item in main_items(filing.sector, summary_only)}
    return CoverageRow(
        entity=filing.short_name or filing.issuer or filing.code or "",
        code=filing.code,
        period=filing.period or "",
        sector=filing.sector,
        documents=tuple(document.name for document in group),
        summary_only=summary_only,
        items=items,
    )


def _of(item: str, by_item: Mapping[str, list[Fact]]) -> list[Fact]:
    """The facts of an item, or of the first item that reports print in its place."""
    names = [item, *_rules()["alternatives"].get(item, [])]
    return next((by_item[name] for name in names if name in by_item), [])


def _state(facts: Sequence[Fact]) -> State:
    if not facts:
        return State.MISSING
    return State.CONFLICT if any(fact.status is Status.CONFLICT for fact in facts) else State.THERE
