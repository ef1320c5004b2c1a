"""Sums that confirm: the lines above a total, the quarters of a year, the segments of a revenue."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from caiwen.finance.items import taxonomy
from caiwen.knowledge.data import load
from caiwen.records import Fact, Span

_CHILD = re.compile(r"^(?:其中|包括|[-－—–·•])")
_MINUS = re.compile(r"^减[:：]")


def runs(statement: str, facts: Iterable[Fact]) -> Iterator[tuple[Fact, list[Fact]]]:
    """(total, the facts that add up to it) for every total of one column that its lines confirm."""
    totals = set(load("identities.yaml")["runs"].get(statement, ()))
    run: list[Fact] = []
    for fact in sorted(facts, key=_place):
        if fact.item not in totals:
            run.append(fact)
            continue
        if confirmed := _confirmed(fact, run):
            yield fact, confirmed
        run = []


def _place(fact: Fact) -> tuple[int, int]:
    seen = fact.observation
    return (seen.table if seen.table is not None else -1, seen.row if seen.row is not None else -1)


def _confirmed(total: Fact, run: Sequence[Fact]) -> list[Fact]:
    """The lines that make up the total exactly, with the children left out or counted; empty when neither fits."""
    for lines in (
        [f for f in run if not _is_child(f)],
        [f for f in run if not _CHILD.match(f.observation.label)],
    ):
        if lines and sum((_signed(f) for f in lines), Decimal(0)) == total.value:
            return lines
    return []


def _signed(fact: Fact) -> Decimal:
    value = fact.value or Decimal(0)
    return -value if _MINUS.match(fact.observation.label) else value


def _is_child(fact: Fact) -> bool:
    if _CHILD.match(fact.observation.label) or fact.item in load("identities.yaml")["children"]:
        return True
    item = taxonomy().get(fact.item)
    return item is not None and bool(item.parents)


def spreads(facts: Sequence[Fact]) -> Iterator[tuple[Fact, list[Fact], str]]:
    """(total, parts, name of the check) where quarters or segments add up to a figure of the whole."""
    totals: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    parts: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.value is None or fact.unit != "元" or fact.span is Span.INSTANT:
            continue
        who = (fact.code or fact.entity, fact.item, fact.scope)
        if fact.source == "quarterly":
            parts[(*who, fact.period[:4], "四个季度", fact.observation.table)].append(fact)
        elif len(fact.dimensions) == 1 and fact.span is Span.YTD:
            parts[(*who, fact.period, next(iter(fact.dimensions)), fact.observation.table)].append(fact)
        elif not fact.dimensions and fact.span is Span.YTD:
            totals[(*who, fact.period)].append(fact)
    for (*where, kind, _), members in parts.items():
        for total in totals.get(tuple(where), ()):
            if _adds_up(total, members, kind == "四个季度"):
                yield total, members, f"{kind}之和={total.item}"


def _adds_up(total: Fact, members: Sequence[Fact], quarters: bool) -> bool:
    names = {m.period for m in members} if quarters else {tuple(m.dimensions.values()) for m in members}
    complete = len(names) == len(members) and (len(members) == 4 if quarters else len(members) >= 2)
    return complete and sum((m.value or Decimal(0) for m in members), Decimal(0)) == total.value
