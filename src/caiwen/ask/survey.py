"""Questions over many companies: select, filter, rank, count, add up. Figures that are shown are looked up again, one by one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from heapq import nsmallest
from operator import itemgetter

from caiwen.ask.aggregate import SIGNS, total_of
from caiwen.ask.calculate import Calculator
from caiwen.ask.changes import base_of, compare
from caiwen.ask.columns import Column, Columns
from caiwen.ask.companies import reference
from caiwen.ask.evidence import Evidence
from caiwen.ask.figures import Figure
from caiwen.ask.findings import Finding
from caiwen.ask.measure_names import items_of, name_of
from caiwen.ask.measure_units import unit_of
from caiwen.ask.periods_text import words_of
from caiwen.ask.plan import (
    BreakdownMeasure,
    Change,
    CompanyRef,
    Condition,
    ItemMeasure,
    Measure,
    Order,
    PeriodRef,
    Query,
    Ranking,
    Single,
)
from caiwen.ask.population import Population, population
from caiwen.ask.world import ADDRESS, World
from caiwen.finance.period import Part, Period
from caiwen.records import Scope
from caiwen.store import Company

_SHOWN = 20
"""Companies of a count that are named and cited."""
_LISTED = 100
"""Companies of a list (有哪些) that are."""
_ADDED = 200
"""Operands of a sum that are written out."""
_BATCH = 400


@dataclass(slots=True)
class Lookups:
    """The single-company way for the columns; see ``columns.Chooser``."""

    world: World
    allowed: frozenset[str] | None

    @property
    def filers(self) -> frozenset[str]:
        return self.world.filers

    @property
    def owners(self) -> dict[str, str]:
        return self.world.market.owners

    def values(
        self, companies: Collection[str], measure: Single, period: PeriodRef, scope: Scope
    ) -> dict[str, Decimal]:
        found: dict[str, Decimal] = {}
        known = sorted({c.who: c for who in companies if (c := self.world.market.by_who.get(who))}.items())
        refs = [reference(company) for _, company in known]
        items, periods = items_of(measure), _near(period)
        for start in range(0, len(refs), _BATCH):
            evidence = Evidence(self.world, allowed=self.allowed)
            evidence.fetch_many(refs[start : start + _BATCH], items, periods)
            calculator = Calculator(evidence, scope)
            for ref in refs[start : start + _BATCH]:
                if not any(evidence.facts[ref.who, item] for item in items):
                    continue
                figure = calculator.value(ref, measure, period).figure
                if figure is not None and figure.exact is not None:
                    found[ref.who] = figure.exact
        return found


def _near(period: PeriodRef) -> list[str]:
    """Every period whose facts may make up a figure of this one: of its own year and the two before."""
    year = int(period.period[:4])
    return [str(Period(y, part)) for y in range(year - 2, year + 1) for part in Part]


@dataclass(frozen=True, slots=True)
class Placed:
    """A company of a selection with the exact value that it was selected by, and its place."""

    company: Company
    value: Decimal
    rank: int


@dataclass(slots=True)
class Survey:
    """Executes the part of a query that is about everyone."""

    evidence: Evidence
    query: Query
    findings: list[Finding] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    chosen: list[CompanyRef] = field(default_factory=list)
    """Those of whom more was asked, in the order of their places; with the periods of which."""
    chosen_periods: tuple[PeriodRef, ...] = ()

    @property
    def columns(self) -> Columns:
        world, allowed = self.evidence.world, self.evidence.allowed
        return world.columns(allowed, Lookups(world, allowed))

    def run(self) -> None:
        query = self.query
        periods = query.select.periods or self._latest()
        if not periods:
            self.missing.append(f"材料中没有{self._measure_name()}的数据。")
        elif query.aggregate and query.aggregate.kind == "place":
            for period in periods:
                self._places(period)
        elif query.rankings:
            self._ranked(periods)
        else:
            self._listed(periods)

    # --- what is counted ----------------------------------------------------------------------------

    def _column(self, measure: Measure, change: Change | None, period: PeriodRef) -> Column:
        if isinstance(measure, BreakdownMeasure):
            return Column()
        scope = self.query.select.scope
        if change is None:
            return self.columns.of(measure, period, scope)
        base = base_of(change, period)
        return self.columns.changed(measure, period, base, scope, change) if base else Column()

    def _population(self, period: PeriodRef) -> Population:
        return population(self.evidence.world, self.query.select, period)

    def _fitting(self, people: Population, period: PeriodRef) -> tuple[dict[str, Company], list[str]]:
        """Those of the population that meet all conditions, and notes on whom could not be judged."""
        kept, notes = people.companies, list(people.notes)
        for condition in self.query.conditions:
            if period.period <= condition.after:
                continue
            column = self._column(condition.measure, condition.change, period)
            notes += _doubts(column, people, condition_name(condition))
            kept = {
                w: c for w, c in kept.items() if w in column.values and _holds(column.values[w], condition)
            }
        return kept, notes

    def _latest(self) -> tuple[PeriodRef, ...]:
        """The last year for which the measure is there at all."""
        measures: list[Measure] = [c.measure for c in self.query.conditions]
        measures = [*(r.measure for r in self.query.rankings), *measures, *self.query.derive]
        store = self.evidence.world.store
        years: set[str] = set() if measures else {p for p in store.item_periods(ADDRESS) if len(p) == 4}
        for measure in measures[:1]:
            for item in items_of(measure) if not isinstance(measure, BreakdownMeasure) else ():
                years |= {p for p in store.item_periods(item) if len(p) == 4}
        return (PeriodRef(period=max(years), assumed=True),) if years else ()

    def _measure_name(self) -> str:
        first = self.query.derive[0] if self.query.derive else None
        return "该项" if first is None or isinstance(first, BreakdownMeasure) else name_of(first)

    # --- ranks --------------------------------------------------------------------------------------

    def _ranked(self, periods: Sequence[PeriodRef]) -> None:
        rounds = [
            (ranking, period, self._round(ranking, period))
            for ranking in self.query.rankings
            for period in dict.fromkeys(ranking.periods or periods)
        ]
        found = [(ranking, period, *one) for ranking, period, one in rounds if one is not None]
        if not found:
            return
        if self.query.every and len(rounds) > 1:
            placed = self._in_all(found) if len(found) == len(rounds) else []
        else:
            for ranking, period, finding, placed in found:
                finding.answers = self._figures(placed, ranking.measure, ranking.change, period)
                self.findings.append(finding)
            placed = found[-1][3]
        if self._shows_more():
            self._details(placed, periods)

    def _round(self, ranking: Ranking, period: PeriodRef) -> tuple[Finding, list[Placed]] | None:
        people = self._population(period)
        kept, notes = self._fitting(people, period)
        column = self._column(ranking.measure, ranking.change, period)
        name = measure_name(ranking.measure, ranking.change)
        placed = _in_order([(kept[w], v) for w, v in column.values.items() if w in kept], ranking.order)
        having = sum(1 for who in people.companies if who in column.values)
        if not placed:
            words = f"{people.words}{words_of(period)}的{name}" if having else f"{words_of(period)}的{name}"
            said = "没有符合条件的名次" if having else "材料中都没有"
            self.missing.append(
                f"{people.who}中，{words}：{said}（{having} 家有该项，共 {people.size} 家）。"
            )
            self.missing += notes
            return None
        finding = Finding("rank", name, period=period, order=ranking.order, lead=people.words)
        finding.notes = [_counted(people.size, having)]
        finding.warnings = [*notes, *_doubts(column, people, name)]
        return finding, placed

    def _in_all(self, rounds: list[tuple[Ranking, PeriodRef, Finding, list[Placed]]]) -> list[Placed]:
        """Companies that take one of the places in every round; in the order of the last one."""
        common = set.intersection(*({p.company.who for p in placed} for *_, placed in rounds))
        ranking, last_period, last, placed = rounds[-1]
        kept = [p for p in placed if p.company.who in common]
        whole = Finding("common", last.name, period=last_period, order=ranking.order, lead=last.lead)
        whole.answers = self._figures(kept, ranking.measure, ranking.change, last_period)
        whole.spoken = list(dict.fromkeys(words_of(period) for _, period, *_ in rounds))
        whole.name = "、".join(dict.fromkeys(finding.name for _, _, finding, _ in rounds))
        self.findings.append(whole)
        for ranking, period, finding, placed in rounds:
            finding.operands = self._figures(placed, ranking.measure, ranking.change, period)
            finding.kind = "round"
            self.findings.append(finding)
        return kept

    def _shows_more(self) -> bool:
        ranked = [r.measure for r in self.query.rankings]
        return self.query.change is not None or any(m not in ranked for m in self.query.derive)

    def _details(self, placed: Sequence[Placed], periods: Sequence[PeriodRef]) -> None:
        """What was asked about those that were selected: handed on to the single-company way."""
        for finding in self.findings:
            finding.operands += finding.answers
            finding.kind = "round" if finding.kind == "rank" else finding.kind
            finding.answers = []
        self.chosen = [reference(p.company) for p in placed]
        self.chosen_periods = tuple(periods)

    def _places(self, period: PeriodRef) -> None:
        """Which place the named companies take."""
        measure = self.query.derive[0]
        column = self._column(measure, self.query.change, period)
        people = self._population(period)
        name = measure_name(measure, self.query.change)
        order = self.query.order or Order(over="companies")
        ordered = _ranks(
            [(c, column.values[w]) for w, c in people.companies.items() if w in column.values], order
        )
        for ref in self.query.select.companies:
            mine = next((p for p in ordered if p.company.who == ref.who), None)
            if mine is None and people.words and ref.who not in people.companies:
                self.missing.append(f"{ref.name}不是{people.words}公司，不在其中排名。")
                continue
            if mine is None:
                self.missing.append(f"材料中没有{ref.name}{words_of(period)}的{name}，无法排名。")
                continue
            place = Figure(
                item=f"{name}名次",
                company=ref,
                period=period,
                value=Decimal(mine.rank),
                unit="名",
                rank=mine.rank,
            )
            finding = Finding("place", name, ref, period, answers=[place], order=order, lead=people.words)
            finding.operands = self._figures([mine], measure, self.query.change, period)
            finding.notes = [_counted(people.size, len(ordered))]
            finding.warnings = [*people.notes, *_doubts(column, people, name)]
            self.findings.append(finding)

    # --- lists, counts and sums ---------------------------------------------------------------------

    def _listed(self, periods: Sequence[PeriodRef]) -> None:
        if self.query.every and len(periods) > 1:
            sets = [set(self._fitting(self._population(p), p)[0]) for p in periods]
            self._one_list(periods[-1], set.intersection(*sets), [words_of(p) for p in periods])
            return
        for period in dict.fromkeys(periods):
            self._one_list(period, None, [words_of(period)])

    def _one_list(self, period: PeriodRef, only: set[str] | None, spoken: list[str]) -> None:
        query, people = self.query, self._population(period)
        kept, notes = self._fitting(people, period)
        if only is not None:
            kept = {who: company for who, company in kept.items() if who in only}
        measure, change = self._shown_measure()
        column = self._column(measure, change, period) if measure else Column()
        having = sum(1 for who in people.companies if who in column.values)
        name = measure_name(measure, change) if measure else ""
        if measure and not having:
            self.missing.append(
                f"{people.who}中，没有一家有{words_of(period)}的{name}（共 {people.size} 家）。"
            )
            self.missing += notes
            return
        finding = Finding("count", name, period=period, lead=people.words, spoken=spoken)
        finding.notes = [_counted(people.size, having)] if measure else [f"共 {people.size} 家公司"]
        if not query.conditions and measure:
            notes = [*notes, *_doubts(column, people, name)]
        finding.warnings = notes
        kind = query.aggregate.kind if query.aggregate else None
        chosen = _ranks(
            [(c, column.values.get(w, Decimal(0))) for w, c in kept.items()], Order(over="companies")
        )
        if kind in ("sum", "mean", "median") and measure:
            chosen = [p for p in chosen if p.company.who in column.values]
            self._added(finding, chosen, measure, change, period, kind)
            return
        shown = chosen[: _SHOWN if kind == "count" else _LISTED]
        figures = self._figures(shown, measure, change, period) if measure else _named(shown, period)
        if kind == "count":
            value = Decimal(len(chosen))
            answer = Figure(item="公司数", company=None, period=period, unit="家", value=value)
            finding.answers, finding.operands = [answer], figures
        else:
            finding.kind, finding.answers = "list", figures
            finding.total = len(chosen)
        finding.companies = [reference(p.company) for p in chosen]
        self.findings.append(finding)

    def _shown_measure(self) -> tuple[Single | None, Change | None]:
        """What the companies of a list are shown by: the first condition's measure, else the first one named."""
        if self.query.conditions:
            first = self.query.conditions[0]
            kept = first.measure
            return (None, None) if isinstance(kept, BreakdownMeasure) else (kept, first.change)
        measure = next((m for m in self.query.derive if not isinstance(m, BreakdownMeasure)), None)
        if isinstance(measure, ItemMeasure) and self.columns.is_text(measure.item):
            return None, None
        return measure, self.query.change

    def _added(
        self,
        finding: Finding,
        chosen: list[Placed],
        measure: Single,
        change: Change | None,
        period: PeriodRef,
        kind: str,
    ) -> None:
        operands = self._figures(chosen, measure, change, period) if len(chosen) <= _ADDED else []
        finding.kind = "sum_all" if kind == "sum" else "median_all" if kind == "median" else "mean_all"
        unit = "%" if change is not None and change.show != "amount" else unit_of(measure)
        values = [p.value for p in chosen]
        if values:
            finding.answers = [
                total_of(values, operands, finding.name, unit, period, kind, self.query.decimals)
            ]
            finding.operands = operands
            finding.total = len(values)
            self.findings.append(finding)

    # --- figures ------------------------------------------------------------------------------------

    def _figures(
        self, placed: Sequence[Placed], measure: Measure, change: Change | None, period: PeriodRef
    ) -> list[Figure]:
        if isinstance(measure, BreakdownMeasure):
            return []
        refs = [reference(p.company) for p in placed]
        self.evidence.fetch_many(refs, items_of(measure))
        calculator = Calculator(self.evidence, self.query.select.scope, self.query.decimals)
        found = []
        for place, ref in zip(placed, refs, strict=True):
            figure = _figure(calculator, ref, measure, change, period)
            if figure is not None:
                found.append(replace(figure, rank=place.rank))
        return found


def _figure(
    calculator: Calculator, ref: CompanyRef, measure: Single, change: Change | None, period: PeriodRef
) -> Figure | None:
    if change is None:
        return calculator.value(ref, measure, period).figure
    comparisons = compare(calculator, ref, measure, period, change)
    if not comparisons:
        return None
    first = comparisons[0]
    return first.amount if change.show == "amount" or first.rate is None else first.rate


def _named(chosen: Sequence[Placed], period: PeriodRef) -> list[Figure]:
    return [
        Figure(item="公司名称", company=reference(p.company), period=period, text=full_name(p.company))
        for p in chosen
    ]


def full_name(company: Company) -> str:
    return company.full_names[0] if company.full_names else company.name


def _in_order(values: list[tuple[Company, Decimal]], order: Order) -> list[Placed]:
    return _ranks(values, order, order.last)[order.first - 1 :]


def _ranks(values: list[tuple[Company, Decimal]], order: Order, places: int | None = None) -> list[Placed]:
    """Best first, the first ``places`` of them; equal values by code, so that the order never depends on the store."""
    sign = -1 if order.descending else 1
    keyed = [(sign * value, company.who, company, value) for company, value in values]
    ordered = (
        sorted(keyed, key=itemgetter(0, 1)) if places is None else nsmallest(places, keyed, itemgetter(0, 1))
    )
    return [Placed(company, value, place) for place, (_, _, company, value) in enumerate(ordered, 1)]


def _holds(value: Decimal, condition: Condition) -> bool:
    return SIGNS[condition.sign](value, condition.value)


def _counted(size: int, having: int) -> str:
    return f"共 {size} 家公司" if size == having else f"{size} 家公司中有 {having} 家披露该项"


def _doubts(column: Column, people: Population, name: str) -> list[str]:
    """Names those of the population whose figure stays out, with the reason."""
    found = [
        (people.companies[w], why) for w, why in sorted(column.doubtful.items()) if w in people.companies
    ]
    if not found:
        return []
    named = "、".join(f"{c.name}（{why.partition('：')[2] or why}）" for c, why in found[:_SHOWN])
    more = f"等 {len(found)} 家" if len(found) > _SHOWN else ""
    return [f"以下公司的{name}数值可疑，没有计入：{named}{more}。"]


def measure_name(measure: Measure, change: Change | None) -> str:
    name = measure.item if isinstance(measure, BreakdownMeasure) else name_of(measure)
    if change is None:
        return name
    if change.show == "amount":
        return f"{name}变动额"
    return f"{name}年均复合增长率" if change.compound else f"{name}增长率"


def condition_name(condition: Condition) -> str:
    return measure_name(condition.measure, condition.change)
