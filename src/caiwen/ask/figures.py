"""Values on their way into an answer: facts chosen, or calculated from other figures with the steps kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from caiwen.ask.plan import CompanyRef, PeriodRef
from caiwen.finance.amount import parse_scale
from caiwen.finance.formulas import Formula, evaluate
from caiwen.finance.items import taxonomy
from caiwen.records import Basis, Fact, Scope, Span

PLACES = 2
_TWINS = 1


@dataclass(frozen=True, slots=True)
class Calculation:
    """``expression`` names its operands by the keys of ``operands``; ``value`` is not rounded."""

    text: str
    expression: str
    value: Decimal
    operands: tuple[tuple[str, Figure], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """One value: a fact (``fact``) or a calculation. ``twins``: the same value at other places of the same file. ``label`` says what sets it apart (调整后, 可比口径).

    ``value`` is as shown (a rate already rounded and in %); ``text`` for short texts; ``truth`` for yes or no.
    """

    item: str
    company: CompanyRef | None
    period: PeriodRef | None
    unit: str | None = None
    value: Decimal | None = None
    text: str | None = None
    truth: bool | None = None
    scope: Scope = Scope.CONSOLIDATED
    basis: Basis | None = None
    reported_in: str | None = None
    fact: Fact | None = None
    twins: tuple[Fact, ...] = ()
    calculation: Calculation | None = None
    label: str = ""
    rank: int | None = None
    dimensions: Mapping[str, str] = field(default_factory=dict)

    @property
    def operands(self) -> list[Figure]:
        return [figure for _, figure in self.calculation.operands] if self.calculation else []

    @property
    def exact(self) -> Decimal | None:
        """The value before rounding."""
        return self.calculation.value if self.calculation else self.value

    @property
    def key(self) -> tuple[object, ...]:
        """What makes two figures the same one."""
        fact = self.fact.id if self.fact else None
        where = (
            self.company.who if self.company else None,
            self.item,
            str(self.period),
            tuple(self.dimensions.items()),
        )
        return (fact, *where, self.scope, self.label, self.value, self.text)

    def facts(self) -> list[Fact]:
        """The facts below this figure, in order."""
        if self.fact:
            return [self.fact, *self.twins]
        return list({f.id: f for figure in self.operands for f in figure.facts()}.values())


def of_fact(
    fact: Fact, company: CompanyRef, period: PeriodRef, label: str = "", among: Iterable[Fact] = ()
) -> Figure:
    """``among``: facts of the same meaning; those of the same file and value confirm this one."""
    here = [f for f in among if f.observation.document == fact.observation.document and f is not fact]
    return Figure(
        item=fact.item,
        company=company,
        period=period,
        unit=fact.unit,
        value=size_of(fact),
        text=fact.text if fact.value is None else None,
        scope=fact.scope,
        basis=fact.basis,
        reported_in=fact.reported_in,
        fact=fact,
        twins=tuple(f for f in here if same_printed(f, fact))[:_TWINS],
        label=label,
        dimensions=dict(fact.dimensions),
    )


def size_of(fact: Fact) -> Decimal | None:
    """The value; outflows that a statement prints in brackets (业务及管理费 of banks) are told by their size."""
    item = taxonomy().get(fact.item)
    return abs(fact.value) if fact.value is not None and item is not None and item.magnitude else fact.value


def rounded(value: Decimal, places: int) -> Decimal:
    """Half up, as people round; never -0.00."""
    shown = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return abs(shown) if shown == 0 else shown


def quantum(fact: Fact) -> Decimal:
    """The step in which the printed figure counts: a value in 万元 with two places counts in 100 元."""
    scale = parse_scale(fact.observation.scale or "")
    places = re.search(r"\.(\d+)", fact.observation.raw)
    step = Decimal(1).scaleb(-len(places[1])) if places else Decimal(1)
    return step * (scale.factor if scale else 1)


def same_printed(a: Fact, b: Fact) -> bool:
    """Equal, or different only by the rounding of one of them."""
    if a.value is None or b.value is None:
        return (a.text or "").replace(" ", "") == (b.text or "").replace(" ", "")
    x, y = size_of(a) or Decimal(0), size_of(b) or Decimal(0)
    return abs(x - y) <= max(quantum(a), quantum(b)) if _coarser(a, b) else x == y


def _coarser(a: Fact, b: Fact) -> bool:
    return quantum(a) != quantum(b)


def divide(
    top: Figure, bottom: Figure, *, item: str, percent: bool, places: int, text: Callable[[str], str]
) -> Figure | None:
    """top ÷ bottom; None where the divisor is zero. ``text`` wraps the result in the words of the step."""
    a, b = top.exact, bottom.exact
    if a is None or not b:
        return None
    value = a / b * (100 if percent else 1)
    shown = rounded(value, places if percent or abs(value) >= 1 else max(places, 4))
    expression = "a / b * 100" if percent else "a / b"
    calculation = Calculation(
        text(f"{shown}{'%' if percent else ''}"), expression, value, (("a", top), ("b", bottom))
    )
    return derived(top, item, shown, "%" if percent else "", calculation)


def combine(
    item: str, expression: str, operands: Mapping[str, Figure], text: str, *, unit: str | None
) -> Figure:
    """A sum or difference of figures: exact, in the unit of its operands."""
    value = evaluate(expression, {name: figure.exact or Decimal(0) for name, figure in operands.items()})
    calculation = Calculation(text, expression, value, tuple(operands.items()))
    first = next(iter(operands.values()))
    return derived(first, item, value, unit, calculation)


def derived(
    like: Figure, item: str, value: Decimal | None, unit: str | None, calculation: Calculation
) -> Figure:
    return replace(
        like,
        item=item,
        value=value,
        unit=unit,
        text=None,
        fact=None,
        twins=(),
        calculation=calculation,
        label="",
        rank=None,
    )


def present(formula: Formula, value: Decimal, places: int | None) -> Decimal:
    """A formula's value in the form that it declares, with the places that were asked for."""
    if places is None and formula.display == "ratio" and abs(value) < 1:
        return rounded(value, max(formula.decimals, 4))
    shown = value * 100 if formula.display == "percent" else value
    return rounded(shown, formula.decimals if places is None else places)


def spans_of(period: PeriodRef) -> tuple[Span, ...]:
    """Which facts may answer for this period."""
    if period.form in ("second_half", "trailing"):
        return ()
    if period.period.endswith("Q1"):
        return (Span.INSTANT, Span.YTD, Span.SINGLE)
    if period.form == "single":
        return (Span.SINGLE,)
    return (Span.INSTANT, Span.YTD)
