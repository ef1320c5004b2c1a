"""One measure over the whole market: a column of exact values by company, made once and kept until the store changes.

A column holds what the single-company way (``Calculator``) would find for each company, without its words and steps;
companies whose figure needs a choice among several facts are left to that way. Figures that contradict the company's
other periods by their size stay out and are told by name.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from threading import RLock
from typing import Protocol

from caiwen.ask.figures import spans_of
from caiwen.ask.period_steps import earlier_of, parts_of
from caiwen.ask.plan import (
    Change,
    DifferenceMeasure,
    FormulaMeasure,
    ItemMeasure,
    PeriodRef,
    RatioMeasure,
    Single,
)
from caiwen.ask.words import words
from caiwen.finance.formulas import (
    BALANCES,
    Formula,
    balance_of,
    evaluate_each,
    formulas,
    names_in,
)
from caiwen.finance.items import taxonomy
from caiwen.once import once
from caiwen.records import Scope, Span, Status
from caiwen.store import Cell


class Chooser(Protocol):
    """The single-company way, for companies that a column cannot settle."""

    @property
    def filers(self) -> frozenset[str]:
        """Companies with filings of their own: what a filing does not print may follow from what it does."""
        ...

    @property
    def owners(self) -> Mapping[str, str]:
        """Keys under which facts stand → the company that they count for; others stand for themselves."""
        ...

    def values(
        self, companies: Collection[str], measure: Single, period: PeriodRef, scope: Scope
    ) -> dict[str, Decimal]: ...


class Cells(Protocol):
    """The part of the store that columns are made from."""

    def cells(self, item: str, period: str, scope: Scope, spans: Iterable[Span]) -> list[Cell]: ...

    def numbers(self, hashes: Iterable[str]) -> frozenset[int]: ...

    def suspicions(self, items: Sequence[str], period: str) -> list[tuple[str, tuple[str, ...]]]: ...


_KEPT = 400
"""Columns kept at a time: of a market of 4,000 companies some 150 MB; those without additions share their values."""
_HUNDRED = Decimal(100)
_CONFLICT = Status.CONFLICT.value


@dataclass(slots=True)
class Column:
    """``values`` by company. ``doubtful``: why a company's figure stays out. ``derived``: those not printed as such."""

    values: dict[str, Decimal] = field(default_factory=dict)
    doubtful: dict[str, str] = field(default_factory=dict)
    derived: set[str] = field(default_factory=set)


class Columns:
    """Columns over one store. ``documents``: only facts of these files; None for all. Threads may share it."""

    def __init__(self, store: Cells, chooser: Chooser, documents: frozenset[str] | None = None) -> None:
        self.store = store
        self.chooser = chooser
        self.documents = documents
        self._kept: OrderedDict[tuple[object, ...], Column] = OrderedDict()
        self._lock = RLock()

    def of(self, measure: Single, period: PeriodRef, scope: Scope) -> Column:
        """The measure for every company; for those with filings also what only the single-company way finds."""
        return self._cached("whole", measure, period, scope)

    def _cached(self, kind: str, measure: Single, period: PeriodRef, scope: Scope) -> Column:
        key = (kind, measure.model_dump_json(), period.period, period.form, scope)
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                found = self._kept[key] = self._make(kind, measure, period, scope)
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            else:
                self._kept.move_to_end(key)
            return found

    def _make(self, kind: str, measure: Single, period: PeriodRef, scope: Scope) -> Column:
        if kind == "whole":
            return self._whole(measure, period, scope)
        if kind == "printed" and isinstance(measure, ItemMeasure):
            return self._read(measure.item, period, scope)
        return self._made(measure, period, scope)

    def _whole(self, measure: Single, period: PeriodRef, scope: Scope) -> Column:
        made = self._cached("plain", measure, period, scope)
        open_ = self.chooser.filers - made.values.keys() - made.doubtful.keys()
        found = self.chooser.values(open_, measure, period, scope) if open_ else {}
        return Column({**made.values, **found}, made.doubtful, made.derived | set(found)) if found else made

    def changed(
        self, measure: Single, period: PeriodRef, base: PeriodRef, scope: Scope, change: Change
    ) -> Column:
        """How much the measure changed: the rate in %, or the amount (percentage points for shares)."""
        now, then = self.of(measure, period, scope), self.of(measure, base, scope)
        made = Column(doubtful={**then.doubtful, **now.doubtful})
        years = int(period.period[:4]) - int(base.period[:4])
        for who, a in now.values.items():
            b = then.values.get(who)
            if b is None:
                continue
            if change.show == "amount":
                made.values[who] = a - b
            elif change.compound:
                if a > 0 and b > 0 and years > 0:
                    made.values[who] = ((a / b) ** (Decimal(1) / years) - 1) * _HUNDRED
            elif b:
                made.values[who] = (a - b) / b * _HUNDRED
        made.derived = (now.derived | then.derived) & set(made.values)
        return made

    # --- how columns are made ---------------------------------------------------------------------

    def _made(self, measure: Single, period: PeriodRef, scope: Scope) -> Column:
        if isinstance(measure, DifferenceMeasure):
            expression = f"'{measure.left}' - '{measure.right}'"
            return self._computed([expression], (), period, scope, Decimal(1))
        if isinstance(measure, RatioMeasure):
            added = " + ".join(f"'{name}'" for name in (measure.numerator, *measure.also))
            expression = f"({added}) / '{measure.denominator}'"
            factor = _HUNDRED if measure.display == "percent" else Decimal(1)
            return self._computed([expression], (), period, scope, factor)
        if isinstance(measure, FormulaMeasure):
            formula = formulas().get(measure.formula)
            return self._formula(formula, period, scope) if formula else Column()
        return self._item(measure, period, scope)

    def _item(self, measure: ItemMeasure, period: PeriodRef, scope: Scope) -> Column:
        column = self._printed(measure.item, period, scope)
        ways: list[str] = words("derived_totals").get(measure.item, [])
        for expression in ways:
            column = _filled(column, self._parts(expression, period, scope))
        column = _filled(column, self._difference(measure, period, scope))
        formula = formulas().get(measure.item)
        if formula and formula.name not in formula.inputs:
            column = _filled(column, self._formula(formula, period, scope))
        return column

    def _difference(self, measure: ItemMeasure, period: PeriodRef, scope: Scope) -> Column:
        """A quarter alone, or the second half, from year-to-date figures."""
        ends, item = parts_of(period), taxonomy().get(measure.item)
        if ends is None or item is None or item.kind != "flow":
            return Column()
        whole, part = (self._printed(measure.item, end, scope) for end in ends)
        both = {who: value - part.values[who] for who, value in whole.values.items() if who in part.values}
        return Column(both, {**part.doubtful, **whole.doubtful}, set(both))

    def _printed(self, item: str, period: PeriodRef, scope: Scope) -> Column:
        """Facts as they stand; a shared column, not to be changed."""
        return self._cached("printed", ItemMeasure(item=item), period, scope)

    def _read(self, item: str, period: PeriodRef, scope: Scope) -> Column:
        """Of several facts of one company the one that a look-up takes."""
        spans, known = spans_of(period), taxonomy().get(item)
        cells = self.store.cells(item, period.period, scope, spans) if spans else []
        if self._numbers is not None:
            cells = [cell for cell in cells if cell.document in self._numbers]
        column, several = _first_of_each(cells, self.chooser.owners)
        if known is not None and known.magnitude:
            column.values = {who: abs(value) for who, value in column.values.items()}
        if several:
            column.values |= self.chooser.values(several, ItemMeasure(item=item), period, scope)
        if any(cell.status == _CONFLICT for cell in cells):
            owners = self.chooser.owners
            suspicions = self.store.suspicions([item], period.period)
            _doubt(column, ((owners.get(who, who), checks) for who, checks in suspicions))
        return column

    @once
    def _numbers(self) -> frozenset[int] | None:
        """The documents that may be read, as cells name them; None for all."""
        return None if self.documents is None else self.store.numbers(self.documents)

    def is_text(self, item: str) -> bool:
        known = taxonomy().get(item)
        return known is not None and known.unit == "text"

    def _parts(self, expression: str, period: PeriodRef, scope: Scope) -> Column:
        """A total from its parts, all of them printed."""
        parts = {name: self._printed(name, period, scope) for name in names_in(expression)}
        return _evaluated(expression, parts, frozenset())

    def _formula(self, formula: Formula, period: PeriodRef, scope: Scope) -> Column:
        expressions = [formula.expression, *formula.alternatives]
        factor = _HUNDRED if formula.display == "percent" else Decimal(1)
        made = self._computed(expressions, formula.optional, period, scope, factor)
        disclosed_item: str = words("disclosed_first").get(formula.name, formula.name)
        disclosed = self._printed(disclosed_item, period, scope)
        if disclosed_item == formula.name:
            return _filled(made, disclosed)
        return _filled(disclosed, made)

    def _computed(
        self,
        expressions: Iterable[str],
        optional: tuple[str, ...],
        period: PeriodRef,
        scope: Scope,
        factor: Decimal,
    ) -> Column:
        whole = Column()
        for expression in expressions:
            inputs = {name: self._input(name, period, scope) for name in names_in(expression)}
            made = _evaluated(expression, inputs, frozenset(optional))
            made.values = {who: value * factor for who, value in made.values.items()}
            whole = _filled(whole, made)
        whole.derived = set()
        return whole

    def _input(self, name: str, period: PeriodRef, scope: Scope) -> Column:
        """An input of a formula; 期初X, 平均X and 上年X look at the year before."""
        prefix, plain = balance_of(name)
        measure = ItemMeasure(item=plain)
        if not prefix:
            return self._cached("plain", measure, period, scope)
        before = earlier_of(period, opening=prefix in BALANCES)
        start = self._cached("plain", measure, before, scope) if before else Column()
        if prefix != "平均":
            return start
        end = self._cached("plain", measure, period, scope)
        both = {w: (v + end.values[w]) / 2 for w, v in start.values.items() if w in end.values}
        return Column(both, {**start.doubtful, **end.doubtful})


def _evaluated(expression: str, inputs: Mapping[str, Column], optional: frozenset[str]) -> Column:
    """The expression for every company that has all inputs; see ``Calculator`` for what optional means."""
    needed = [column for name, column in inputs.items() if name not in optional]
    made = Column()
    for column in inputs.values():
        made.doubtful |= column.doubtful
    if not needed:
        return made
    whole = set.intersection(*(set(column.values) for column in inputs.values()))
    first = min(needed, key=lambda column: len(column.values))
    values = [(name, column.values) for name, column in inputs.items()]
    envs = {who: {name: of[who] for name, of in values} for who in first.values if who in whole}
    made.values = evaluate_each(expression, envs)
    made.derived = set(made.values)
    return made


def _first_of_each(cells: Iterable[Cell], owners: Mapping[str, str]) -> tuple[Column, set[str]]:
    """A value for every company, and the companies of which there are several."""
    found: dict[str, str] = {}
    several: set[str] = set()
    for said, value, _, _ in cells:
        who = owners.get(said, said)
        if who in found:
            several.add(who)
        found[who] = value
    return Column({who: Decimal(value) for who, value in found.items()}), several


def _filled(column: Column, other: Column) -> Column:
    """Values of ``other`` where ``column`` has none and none is doubtful; ``column`` itself where nothing is added."""
    known = column.values.keys() | column.doubtful.keys()
    values = {who: value for who, value in other.values.items() if who not in known}
    doubtful = {w: y for w, y in other.doubtful.items() if w not in known and w not in values}
    if not values and not doubtful:
        return column
    return Column(
        {**column.values, **values},
        {**column.doubtful, **doubtful},
        column.derived | (other.derived & values.keys()),
    )


def _doubt(column: Column, suspicions: Iterable[tuple[str, tuple[str, ...]]]) -> None:
    """Take out values whose size is suspicious."""
    marks: tuple[str, ...] = tuple(words("doubtful"))
    for who, checks in suspicions:
        why = next((check for check in checks if check.startswith(marks)), None)
        if why and who in column.values:
            column.doubtful[who] = why
            del column.values[who]
