"""Do the figures fit together? Accounting identities and second places, as statuses on facts.

verified: an identity holds, or the same value stands in a second place. conflict: an identity or a second place
disagrees and nothing confirms the fact. Nothing is dropped. Statements round, so each operand may be off by half a
unit of its last printed place.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

from caiwen.finance.text import normalise
from caiwen.knowledge.data import load, pattern
from caiwen.knowledge.sums import runs, spreads
from caiwen.records import Basis, Fact, Span, Status

BROKEN = "不符："
"""Marks the name of a check that failed."""

REPEATED = "两处披露一致"
_FAMILY = {"opening_balances": "balance_sheet"}
_RESTATED = {Basis.COMPARATIVE: "prior", Basis.RESTATED: "prior", Basis.UNADJUSTED: "unadjusted"}


@dataclass(frozen=True, slots=True)
class Identity:
    """``total`` = sum of ``terms`` and of the ``optional`` ones that are printed. See identities.yaml."""

    name: str
    statement: str
    total: str
    terms: Mapping[str, int]
    optional: Mapping[str, int]
    weak: bool = False
    before_2007: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Marks:
    passed: dict[str, list[str]]
    failed: dict[str, list[str]]


def reconcile(facts: Sequence[Fact]) -> list[Fact]:
    """The same facts with status and checks; order and number stay."""
    marks = _Marks(defaultdict(list), defaultdict(list))
    for (statement, *_), books in _books(facts).items():
        for identity in identities():
            if identity.statement == statement:
                _check(identity, books, marks)
        _sum_runs(str(statement), books, marks)
    _compare_places(facts, marks)
    for total, parts, name in spreads(facts):
        for fact in (total, *parts):
            marks.passed[fact.id].append(name)
    return [_marked(fact, marks) for fact in facts]


@cache
def identities() -> tuple[Identity, ...]:
    return tuple(
        Identity(
            name=rule["name"],
            statement=statement,
            total=rule["total"],
            terms=rule["terms"],
            optional=rule.get("optional", {}),
            weak=rule.get("weak", False),
            before_2007=rule.get("before_2007", {}),
        )
        for statement, rules in load("identities.yaml")["identities"].items()
        for rule in rules
    )


def _books(facts: Iterable[Fact]) -> dict[tuple[object, ...], dict[str, list[Fact]]]:
    """The facts of one statement, period, span, scope and basis, by item."""
    books: dict[tuple[object, ...], dict[str, list[Fact]]] = defaultdict(lambda: defaultdict(list))
    for fact in facts:
        if fact.value is None or fact.dimensions:
            continue
        span = "" if fact.source == "cash_flow" and fact.span is Span.INSTANT else str(fact.span)
        spans = [span] if span else [str(Span.YTD), str(Span.SINGLE)]
        for one in spans:
            key = (
                _FAMILY.get(fact.source, fact.source),
                fact.code or fact.entity,
                fact.period,
                one,
                fact.scope,
                fact.basis,
            )
            books[key][fact.item].append(fact)
    return books


def _check(identity: Identity, books: Mapping[str, list[Fact]], marks: _Marks) -> None:
    signed = operands(identity, books)
    if signed is None:
        return
    total = books[identity.total][0]
    held = holds(total, signed)
    if not held and (older := _printed(identity.before_2007, books)):
        signed = [*signed, *older]
        held = holds(total, signed)
    complete = all(books.get(item) for item in identity.optional)
    if held or (complete and not identity.weak and not _explained(total, signed, books)):
        for fact in (total, *(fact for fact, _ in signed)):
            (marks.passed if held else marks.failed)[fact.id].append(identity.name)


def holds(total: Fact, signed: Sequence[tuple[Fact, int]]) -> bool:
    """Whether the operands make the total: with their signs, or as they stand where costs are printed negative."""
    allowed = sum((quantum(fact) for fact, _ in signed), quantum(total)) / 2
    for free in (False, True):
        amount = sum(((f.value or Decimal(0)) * (1 if free else sign) for f, sign in signed), Decimal(0))
        if total.value is not None and abs(total.value - amount) <= allowed:
            return True
    return False


def _explained(total: Fact, signed: Sequence[tuple[Fact, int]], books: Mapping[str, list[Fact]]) -> bool:
    """Whether one more printed line makes up the difference: a line that this statement has and others have not."""
    gap = (total.value or Decimal(0)) - sum(
        ((f.value or Decimal(0)) * sign for f, sign in signed), Decimal(0)
    )
    used = {total.item, *(fact.item for fact, _ in signed)}
    return any(
        abs(f.value or 0) == abs(gap) for item, facts in books.items() if item not in used for f in facts
    )


def _sum_runs(statement: str, books: Mapping[str, list[Fact]], marks: _Marks) -> None:
    for total, lines in runs(statement, (fact for facts in books.values() for fact in facts)):
        for fact in (total, *lines):
            marks.passed[fact.id].append(f"{total.item}=各项之和")


def operands(identity: Identity, books: Mapping[str, list[Fact]]) -> list[tuple[Fact, int]] | None:
    if not books.get(identity.total) or any(not books.get(item) for item in identity.terms):
        return None
    return _printed({**identity.terms, **identity.optional}, books) or None


def _printed(terms: Mapping[str, int], books: Mapping[str, list[Fact]]) -> list[tuple[Fact, int]]:
    return [(books[item][0], sign) for item, sign in terms.items() if books.get(item)]


def quantum(fact: Fact) -> Decimal:
    """One unit of the last printed place, in base units: 0.01 for 1,234.56 元, 1,000,000 for 1,234 百万元."""
    digits = re.search(r"\.(\d+)", normalise(fact.observation.raw))
    places = Decimal(1).scaleb(-len(digits.group(1))) if digits else Decimal(1)
    return places * _factor(fact)


def _factor(fact: Fact) -> Decimal:
    names = {"千元": 10**3, "万元": 10**4, "十万元": 10**5, "百万元": 10**6, "千万元": 10**7, "亿元": 10**8}
    return Decimal(names.get(fact.observation.scale or "", 1))


def _compare_places(facts: Sequence[Fact], marks: _Marks) -> None:
    """The same item printed twice (key figures and statement): equal values confirm each other."""
    places: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.value is not None:
            places[(*fact.key(), _RESTATED.get(fact.basis, str(fact.basis)))].append(fact)
    for group in places.values():
        for fact in group:
            others = [o for o in group if _elsewhere(fact, o)]
            agreeing = [o for o in others if _equal(fact, o)]
            if agreeing:
                marks.passed[fact.id].append(REPEATED)
            elif any(o.basis == fact.basis for o in others):
                marks.failed[fact.id].append(REPEATED)


def _elsewhere(one: Fact, other: Fact) -> bool:
    a, b = one.observation, other.observation
    return (a.sheet, a.table) != (b.sheet, b.table)


def _equal(one: Fact, other: Fact) -> bool:
    if one.value is None or other.value is None or one.unit != other.unit:
        return False
    allowed = max(quantum(one), quantum(other)) / 2
    unsigned = bool(pattern("identities.yaml", "costs").search(one.item))
    apart = abs(one.value) - abs(other.value) if unsigned else one.value - other.value
    return abs(apart) <= allowed


def _marked(fact: Fact, marks: _Marks) -> Fact:
    passed, failed = marks.passed.get(fact.id, []), marks.failed.get(fact.id, [])
    if not passed and not failed:
        return fact
    status = Status.VERIFIED if passed or fact.status is Status.VERIFIED else Status.CONFLICT
    return fact.marked(status, *passed, *(BROKEN + name for name in failed))
