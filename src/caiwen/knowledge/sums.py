"""Totals below their lines: do the lines printed above a total add up to it?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from caiwen.finance.items import taxonomy
from caiwen.knowledge.data import load
from caiwen.records import Fact

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
