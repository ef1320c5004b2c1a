"""A query over the facts: every company × period × measure, then aggregates and ranks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from caiwen.ask.aggregate import aggregate, checked, rank_companies, rank_members, rank_periods
from caiwen.ask.calculate import Calculator
from caiwen.ask.changes import Comparison, base_of, compare
from caiwen.ask.evidence import Evidence
from caiwen.ask.figures import Figure
from caiwen.ask.findings import Finding, FindingKind, Outcome
from caiwen.ask.measure_names import items_of, name_of
from caiwen.ask.periods_text import period_words, words_of
from caiwen.ask.plan import (
    BreakdownMeasure,
    Change,
    CompanyRef,
    Condition,
    ItemMeasure,
    PeriodRef,
    Query,
    Select,
    Single,
)
from caiwen.ask.survey import Survey
from caiwen.ask.words import words
from caiwen.finance.items import taxonomy
from caiwen.records import Scope
from caiwen.records.words import SCOPE_WORDS


@dataclass(slots=True)
class Executor:
    """Executes one query over one evidence."""

    evidence: Evidence
    query: Query
    outcome: Outcome = field(default_factory=Outcome)

    def run(self) -> Outcome:
        query = self.query
        if query.select.everyone or (query.aggregate and query.aggregate.kind == "place"):
            self._survey()
            return self.outcome
        if query.order and query.order.over == "companies":
            self._over_companies()
            return self.outcome
        for company in query.select.companies:
            for condition in query.conditions:
                self._check(company, condition)
            for measure in query.derive:
                self._over_periods(company, measure)
        if query.aggregate:
            self.outcome.findings = aggregate(self.outcome.findings, query.aggregate.kind, query)
        return self.outcome

    # --- one company ------------------------------------------------------------------------------

    def _over_periods(self, company: CompanyRef, measure: Single | BreakdownMeasure) -> None:
        query = self.query
        if isinstance(measure, BreakdownMeasure):
            for period in query.select.periods:
                self._members(company, measure, period)
            return
        self.evidence.fetch(company, items_of(measure))
        periods = self._periods(company, measure)
        found = []
        for period in periods:
            finding = (
                self._change(company, measure, period, query.change)
                if query.change
                else self._value(company, measure, period)
            )
            if finding:
                found.append(finding)
        if query.order and query.order.over == "periods":
            found = rank_periods(found, query)
        self.outcome.findings += found

    def _periods(self, company: CompanyRef, measure: Single) -> tuple[PeriodRef, ...]:
        """The periods asked for; where none was named and the latest filing lacks the item, the latest that has it."""
        periods = self.query.select.periods
        if self.query.order and self.query.order.over == "periods" and (not periods or periods[0].assumed):
            years = sorted(self._known(company, measure))
            return tuple(PeriodRef(period=p) for p in years if len(p) == 4)
        if not (len(periods) == 1 and periods[0].assumed):
            return periods
        known = self._known(company, measure)
        if not known or periods[0].period in known:
            return periods
        best = next((p for p in known if len(p) == 4), known[0])
        return (PeriodRef(period=best, assumed=True),)

    def _known(self, company: CompanyRef, measure: Single) -> list[str]:
        if isinstance(measure, ItemMeasure):
            return self.evidence.periods_of(company, measure.item, measure.dimensions)
        each = [set(self.evidence.periods_of(company, item)) for item in items_of(measure)]
        filled = [e for e in each if e]
        return sorted(set.intersection(*filled), reverse=True) if filled else []

    def _value(self, company: CompanyRef, measure: Single, period: PeriodRef) -> Finding | None:
        calculator = Calculator(self.evidence, self.query.select.scope, self.query.decimals)
        look = calculator.value(company, measure, period)
        figure = look.figure
        finding = Finding("value", name_of(measure), company, period, warnings=list(look.warnings))
        beside = self._plain(calculator, company, measure, period, "companions")
        if figure is None:
            instead = self._plain(calculator, company, measure, period, "instead")
            figure = instead[0] if instead else None
            if figure:
                beside, finding.name = [], figure.item
                finding.notes.append(f"材料未列示{name_of(measure)}，以下为{figure.item}。")
        if figure is None:
            self._missing(calculator, company, measure, period)
            return None
        finding.answers, finding.alternatives, finding.beside = [figure], look.alternatives, beside
        finding.operands = _operands([figure, *look.alternatives])
        if (
            len(finding.answers[0].item)
            and figure.item != name_of(measure)
            and not finding.notes
            and isinstance(measure, ItemMeasure)
        ):
            finding.name = name_of(ItemMeasure(item=figure.item, dimensions=measure.dimensions))
        self._quarter_note(calculator, company, measure, period, finding)
        return finding

    def _check(self, company: CompanyRef, condition: Condition) -> None:
        """Whether a bound holds for a company, with the figure that says so."""
        measure, change = condition.measure, condition.change
        if isinstance(measure, BreakdownMeasure):
            return
        self.evidence.fetch(company, items_of(measure))
        for period in self._periods(company, measure):
            found = (
                self._change(company, measure, period, change)
                if change
                else self._value(company, measure, period)
            )
            if found and found.answers[0].value is not None:
                self.outcome.findings.append(checked(found, condition))

    def _quarter_note(
        self,
        calculator: Calculator,
        company: CompanyRef,
        measure: Single,
        period: PeriodRef,
        finding: Finding,
    ) -> None:
        """第三季度 may also mean the nine months: those stand beside the quarter."""
        if period.form == "single" and period.period.endswith("Q3") and isinstance(measure, ItemMeasure):
            look = calculator.value(company, measure, PeriodRef(period=period.period))
            item = taxonomy().get(measure.item)
            if look.figure and not (item and item.kind == "instant"):
                finding.alternatives.append(replace(look.figure, label="年初至第三季度末累计"))

    def _plain(
        self, calculator: Calculator, company: CompanyRef, measure: Single, period: PeriodRef, table: str
    ) -> list[Figure]:
        """Items that stand beside this one, or in its place, by a table of the vocabulary; not those asked for anyway."""
        if not isinstance(measure, ItemMeasure) or measure.dimensions:
            return []
        names: list[str] = words(table).get(measure.item, [])
        asked = {m.item for m in self.query.derive if isinstance(m, ItemMeasure)}
        found = [calculator.plain(company, name, period) for name in names if name not in asked]
        return [figure for figure in found if figure]

    def _change(
        self, company: CompanyRef, measure: Single, period: PeriodRef, change: Change
    ) -> Finding | None:
        calculator = Calculator(self.evidence, self.query.select.scope, self.query.decimals)
        comparisons = compare(calculator, company, measure, period, change)
        for stead in () if comparisons else self._instead(company, measure):
            comparisons = comparisons or compare(calculator, company, stead, period, change)
            measure = stead if comparisons else measure
        if not comparisons:
            self._missing_change(calculator, company, measure, period, change)
            return None
        first = comparisons[0]
        kind: FindingKind = "direction" if change.show == "direction" else "change"
        finding = Finding(kind, name_of(measure), company, first.now.period, comparison=first)
        finding.warnings = list(first.warnings)
        figures = [_shown_first(c.rate, c.amount, change) for c in comparisons]
        finding.answers = [f for f in figures[0] if f]
        if kind == "direction":
            finding.answers = [_moved(first, change), *finding.answers]
        for other, comparison in zip(figures[1:], comparisons[1:], strict=True):
            finding.alternatives += [replace(f, label=comparison.label) for f in other[:1] if f]
        finding.operands = _operands([*finding.answers, *finding.alternatives])
        finding.notes = [comparison.label for comparison in comparisons]
        return finding

    def _instead(self, company: CompanyRef, measure: Single) -> list[ItemMeasure]:
        """What answers, in its own name, where the item is not printed at all."""
        if not isinstance(measure, ItemMeasure) or measure.dimensions:
            return []
        found = [ItemMeasure(item=name) for name in words("instead").get(measure.item, [])]
        self.evidence.fetch(company, [one.item for one in found])
        return found

    # --- what is not there ------------------------------------------------------------------------

    def _missing(
        self, calculator: Calculator, company: CompanyRef, measure: Single, period: PeriodRef
    ) -> None:
        name = name_of(measure)
        when = words_of(period)
        if calculator.missing:
            self.outcome.missing.append(
                f"{company.name}{when}的{name}算不出来：{'；'.join(dict.fromkeys(calculator.missing))}。"
            )
            return
        if not isinstance(measure, ItemMeasure):
            self.outcome.missing.append(f"材料中未找到{company.name}{when}的{name}。")
            return
        other = Scope.PARENT if calculator.scope is Scope.CONSOLIDATED else Scope.CONSOLIDATED
        look = self.evidence.look(company, measure.item, period, other, measure.dimensions)
        if look.figure:
            said = f"材料中未找到{company.name}{when}{SCOPE_WORDS[calculator.scope]}口径的{name}，只有{SCOPE_WORDS[other]}口径的。"
            self.outcome.missing.append(said)
            return
        known = self.evidence.periods_of(company, measure.item, measure.dimensions)
        if known:
            there = "、".join(period_words(p) for p in known)
            self.outcome.missing.append(f"材料中没有{company.name}{when}的{name}；有该项的期间：{there}。")
            return
        self.outcome.missing.append(self._not_disclosed(company, name, period))

    def _not_disclosed(self, company: CompanyRef, name: str, period: PeriodRef) -> str:
        when = words_of(period)
        found = self.evidence.world.company(company.who)
        filings = self.evidence.world.filings(found) if found else []
        covered = sorted({d.filing.period for d in filings if d.filing.period})
        if covered and period.period not in covered:
            there = "、".join(period_words(p) for p in covered)
            return f"材料中没有{company.name}{when}的{name}；{company.name}已入库的报告期：{there}。"
        return f"{company.name}{when}的材料未披露{name}。"

    def _missing_change(
        self, calculator: Calculator, company: CompanyRef, measure: Single, period: PeriodRef, change: Change
    ) -> None:
        before = len(self.outcome.missing)
        for each in (period, base_of(change, period)):
            if each and calculator.value(company, measure, each).figure is None:
                self._missing(calculator, company, measure, each)
        if len(self.outcome.missing) == before:
            self.outcome.missing.append(
                f"{company.name}{words_of(period)}的{name_of(measure)}无法与基期比较。"
            )

    # --- members and companies --------------------------------------------------------------------

    def _members(self, company: CompanyRef, measure: BreakdownMeasure, period: PeriodRef) -> None:
        self.evidence.fetch(company, [measure.item])
        facts = [f for f in self.evidence.facts[company.who, measure.item] if measure.axis in f.dimensions]
        parts: list[str] = words("axis_items").get(measure.axis, {}).get("parts", [])
        self.evidence.fetch(company, parts)
        facts += [f for part in parts for f in self.evidence.facts[company.who, part] if not f.dimensions]
        periods = {f.period for f in facts}
        if period.assumed and periods and period.period not in periods:
            best = max(periods)
            period = PeriodRef(period=best, assumed=True)
        facts.sort(
            key=lambda f: (f.observation.table or 0, f.observation.row or 0, f.observation.column or 0)
        )
        inside = [f for f in facts if f.period == period.period]
        members = list(dict.fromkeys((f.item, tuple(f.dimensions.items())) for f in inside))
        scope = self.query.select.scope
        looks = (self.evidence.look(company, item, period, scope, dict(own)) for item, own in members)
        figures = [look.figure for look in looks if look.figure]
        if not figures:
            known = "、".join(period_words(p) for p in sorted(periods, reverse=True))
            tail = f"；有该项的期间：{known}" if known else ""
            self.outcome.missing.append(
                f"材料中没有{company.name}{words_of(period)}{measure.axis}的{measure.item}{tail}。"
            )
            return
        finding = Finding("members", measure.item, company, period, answers=figures)
        finding.notes.append(measure.axis)
        if self.query.order and self.query.order.over == "members":
            finding = rank_members(finding, self.query)
        self.outcome.findings.append(finding)

    def _survey(self) -> None:
        """Over everyone; then, for those that were selected, whatever else was asked about them."""
        survey = Survey(self.evidence, self.query)
        survey.run()
        self.outcome.findings += [*self._added_up(survey), *survey.findings]
        self.outcome.missing += survey.missing
        if not survey.chosen:
            return
        wanted = [
            item for m in self.query.derive if not isinstance(m, BreakdownMeasure) for item in items_of(m)
        ]
        self.evidence.fetch_many(survey.chosen, wanted)
        select = Select(
            companies=tuple(survey.chosen), periods=survey.chosen_periods, scope=self.query.select.scope
        )
        each = Executor(self.evidence, self.query.model_copy(update={"select": select, "aggregate": None}))
        for company in survey.chosen:
            for measure in self.query.derive:
                each._over_periods(company, measure)
        self.outcome.findings += each.outcome.findings
        self.outcome.missing += each.outcome.missing

    def _added_up(self, survey: Survey) -> list[Finding]:
        """前三名的公司合计: the sum or mean over the companies that were ranked."""
        kind = self.query.aggregate.kind if self.query.aggregate else ""
        if kind not in ("sum", "mean") or not self.query.rankings:
            return []
        ranked = [figure for finding in survey.findings[:1] for figure in finding.answers]
        return aggregate(
            [Finding("value", f.item, f.company, f.period, answers=[f]) for f in ranked], kind, self.query
        )[:1]

    def _over_companies(self) -> None:
        query = self.query
        companies = list(query.select.companies)
        for measure in query.derive:
            if isinstance(measure, BreakdownMeasure):
                continue
            self.evidence.fetch_many(companies, items_of(measure))
            for period in dict.fromkeys(query.select.periods):
                self._one_ranking(companies, measure, period)

    def _one_ranking(self, companies: list[CompanyRef], measure: Single, period: PeriodRef) -> None:
        query = self.query
        figures: list[Figure] = []
        absent: list[str] = []
        for company in companies:
            calculator = Calculator(self.evidence, query.select.scope, query.decimals)
            figure = self._ranked_figure(calculator, company, measure, period)
            if figure and figure.value is not None:
                figures.append(figure)
            else:
                absent.append(company.name)
        total = len(companies)
        if not figures:
            self.outcome.missing.append(
                f"材料中没有{'、'.join(absent)}{words_of(period)}的{name_of(measure)}。"
            )
            return
        name = figures[0].item if query.change else name_of(measure)
        finding = rank_companies(figures, total, name, period, query)
        if absent:
            finding.warnings.append(
                f"材料中没有{'、'.join(absent)}{words_of(period)}的{name}，没有参加比较。"
            )
        if finding.answers:
            self.outcome.findings.append(finding)
        else:
            self.outcome.missing.append(
                f"有{words_of(period)}{name_of(measure)}的公司只有 {len(figures)} 家，没有符合条件的名次。"
            )

    def _ranked_figure(
        self, calculator: Calculator, company: CompanyRef, measure: Single, period: PeriodRef
    ) -> Figure | None:
        """What a company is ranked by: the value, or how it changed."""
        change = self.query.change
        if change is None:
            return calculator.value(company, measure, period).figure
        comparisons = compare(calculator, company, measure, period, change)
        if not comparisons:
            return None
        first = comparisons[0]
        return first.amount if change.show == "amount" else first.rate


def _moved(comparison: Comparison, change: Change) -> Figure:
    """是否增长 → true or false; 增长还是下降 → 增长, 下降 or 持平."""
    difference = comparison.amount.value or Decimal(0)
    name = comparison.amount.item.removesuffix("变动额")
    plain = replace(comparison.amount, item=f"{name}变动方向", value=None, unit=None)
    if change.asked == "either":
        return replace(plain, text="增长" if difference > 0 else "下降" if difference < 0 else "持平")
    return replace(plain, truth=difference > 0 if change.asked == "up" else difference < 0)


def _shown_first(rate: Figure | None, amount: Figure, change: Change) -> list[Figure | None]:
    """Which of rate and amount answers, and in which order."""
    if change.show == "amount" or (change.show == "both" and amount.unit == "个百分点"):
        return [amount]
    if change.show != "both":
        return [rate or amount]
    return [amount, rate] if change.first == "amount" else [rate, amount]


def _operands(figures: list[Figure]) -> list[Figure]:
    found: list[Figure] = []
    for figure in figures:
        for operand in figure.operands:
            found += [*_operands([operand]), operand] if operand.calculation else [operand]
    return found
