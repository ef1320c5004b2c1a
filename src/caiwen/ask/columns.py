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
from typing import Protocol

from caiwen.ask.figures import spans_of
from caiwen.ask.period_steps import earlier_of, parts_of
from caiwen.ask.plan import Change, FormulaMeasure, ItemMeasure, PeriodRef, RatioMeasure, Single
from caiwen.ask.words import words
from caiwen.finance.formulas import (
    BALANCES,
    Formula,
    ZeroDivisorError,
    balance_of,
    evaluate,
    formulas,
    names_in,
)
from caiwen.finance.items import taxonomy
from caiwen.records import Scope, Status
from caiwen.store import Cell


class Chooser(Protocol):
    """The single-company way, for companies that a column cannot settle."""

    @property
    def filers(self) -> frozenset[str]:
        """Companies with filings of their own: what a filing does not print may follow from what it does."""
        ...

    def owner(self, who: str) -> str:
        """The company under whose key a fact of ``who`` counts."""
        ...

    def values(
        self, companies: Collection[str], measure: Single, period: PeriodRef, scope: Scope
    ) -> dict[str, Decimal]: ...


class Cells(Protocol):
    """The part of the store that columns are made from."""

    def cells(self, item: str, period: str) -> list[Cell]: ...

    def suspicions(self, items: Sequence[str], period: str) -> list[tuple[str, tuple[str, ...]]]: ...


_KEPT = 160
"""Columns kept at a time: some 4,000 values each."""
_HUNDRED = Decimal(100)


@dataclass(slots=True)
class Column:
    """``values`` by company. ``doubtful``: why a company's figure stays out. ``derived``: those not printed as such."""

    values: dict[str, Decimal] = field(default_factory=dict)
    doubtful: dict[str, str] = field(default_factory=dict)
    derived: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Columns:
    """Columns over one store. ``documents``: only facts of these files; None for all."""

    store: Cells
    chooser: Chooser
    documents: frozenset[str] | None = None
    _kept: OrderedDict[tuple[object, ...], Column] = field(default_factory=OrderedDict)

    def of(self, measure: Single, period: PeriodRef, scope: Scope) -> Column:
        """The measure for every company; for those with filings also what only the single-company way finds."""
        return self._cached("whole", measure, period, scope)

    def _cached(self, kind: str, measure: Single, period: PeriodRef, scope: Scope) -> Column:
        key = (kind, measure.model_dump_json(), period.period, period.form, scope)
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
        column = _copy(self._printed(measure.item, period, scope))
        ways: list[str] = words("derived_totals").get(measure.item, [])
        for expression in ways:
            _fill(column, self._parts(expression, period, scope))
        _fill(column, self._difference(measure, period, scope))
        formula = formulas().get(measure.item)
        if formula and formula.name not in formula.inputs:
            _fill(column, self._formula(formula, period, scope))
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
        spans = {span.value for span in spans_of(period)}
        wanted, conflict, owner = scope.value, Status.CONFLICT.value, self.chooser.owner
        found: dict[str, Decimal] = {}
        several: set[str] = set()
        suspected = False
        for cell in self.store.cells(item, period.period) if spans else ():
            if cell.span in spans and cell.scope == wanted and self._readable(cell):
                who = owner(cell.who)
                if who in found:
                    several.add(who)
                found[who] = cell.value
                suspected = suspected or cell.status == conflict
        known = taxonomy().get(item)
        if known is not None and known.magnitude:
            found = {who: abs(value) for who, value in found.items()}
        column = Column(found)
        if several:
            chosen = self.chooser.values(several, ItemMeasure(item=item), period, scope)
            column.values |= chosen
        if suspected:
            suspicions = self.store.suspicions([item], period.period)
            _doubt(column, ((owner(who), checks) for who, checks in suspicions))
        return column

    def is_text(self, item: str) -> bool:
        known = taxonomy().get(item)
        return known is not None and known.unit == "text"

    def _readable(self, cell: Cell) -> bool:
        return self.documents is None or cell.document in self.documents

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
            return _fill(made, disclosed)
        return _fill(_copy(disclosed), made)

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
            _fill(whole, made)
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
    first = min(needed, key=lambda column: len(column.values))
    for who in first.values:
        if all(who in column.values for column in inputs.values()):
            env = {name: column.values[who] for name, column in inputs.items()}
            try:
                made.values[who] = evaluate(expression, env)
            except ZeroDivisorError:
                continue
    made.derived = set(made.values)
    return made


def _copy(column: Column) -> Column:
    return Column(dict(column.values), dict(column.doubtful), set(column.derived))


def _fill(column: Column, other: Column) -> Column:
    """Values of ``other`` where ``column`` has none and none is doubtful."""
    for who, value in other.values.items():
        if who not in column.values and who not in column.doubtful:
            column.values[who] = value
            if who in other.derived:
                column.derived.add(who)
    for who, why in other.doubtful.items():
        if who not in column.values:
            column.doubtful.setdefault(who, why)
    return column


def _doubt(column: Column, suspicions: Iterable[tuple[str, tuple[str, ...]]]) -> None:
    """Take out values whose size is suspicious."""
    marks: tuple[str, ...] = tuple(words("doubtful"))
    for who, checks in suspicions:
        why = next((check for check in checks if check.startswith(marks)), None)
        if why and who in column.values:
            column.doubtful[who] = why
            del column.values[who]
