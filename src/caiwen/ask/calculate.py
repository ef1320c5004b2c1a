"""The value of a measure for one company and one period: looked up, or calculated from what was looked up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from caiwen.ask.evidence import Evidence, Look
from caiwen.ask.figures import PLACES, Calculation, Figure, combine, derived, divide, present
from caiwen.ask.formula_inputs import input_of
from caiwen.ask.measure_names import name_of
from caiwen.ask.multiples import expressions_for
from caiwen.ask.period_steps import earlier_of, parts_of, trailing_of
from caiwen.ask.plan import (
    CompanyRef,
    DifferenceMeasure,
    FormulaMeasure,
    ItemMeasure,
    PeriodRef,
    RatioMeasure,
    Single,
)
from caiwen.ask.steps import amount, period_name, pretty, size, step_text, sum_text
from caiwen.ask.words import words
from caiwen.finance.amount import format_value
from caiwen.finance.formulas import (
    YEAR_BEFORE,
    Formula,
    ZeroDivisorError,
    balance_of,
    evaluate,
    formulas,
    names_in,
)
from caiwen.finance.items import taxonomy
from caiwen.finance.period import Period
from caiwen.records import FilingKind, Scope

_SUMMABLE = ("money", "shares", "count")


@dataclass(slots=True)
class Calculator:
    """``missing``: what a calculation lacked, in words."""

    evidence: Evidence
    scope: Scope
    places: int | None = None
    missing: list[str] = field(default_factory=list)

    def value(self, company: CompanyRef, measure: Single, period: PeriodRef) -> Look:
        if isinstance(measure, ItemMeasure):
            return self._item(company, measure, period)
        if isinstance(measure, FormulaMeasure):
            return self._formula(company, measure, period)
        if isinstance(measure, DifferenceMeasure):
            return self._difference(company, measure, period)
        top = self._numerator(company, measure, period)
        return self._ratio(measure, top, self.plain(company, measure.denominator, period))

    def _difference(self, company: CompanyRef, measure: DifferenceMeasure, period: PeriodRef) -> Look:
        left, right = (self.plain(company, name, period) for name in (measure.left, measure.right))
        if left is None or right is None:
            self.missing.append(f"缺少{measure.right if left else measure.left}")
            return Look()
        text = f"{amount(left)} − {amount(right)} = {sum_text(left, right)}"
        return Look(combine(name_of(measure), "a - b", {"a": left, "b": right}, text, unit=left.unit))

    def _numerator(self, company: CompanyRef, measure: RatioMeasure, period: PeriodRef) -> Figure | None:
        """The item above the line, or the sum of several; None where one of them is not there."""
        first = self.plain(company, measure.numerator, period)
        if not measure.also or first is None:
            return first
        found = {name: self.plain(company, name, period) for name in measure.also}
        self.missing += [f"缺少{name}" for name, figure in found.items() if figure is None]
        operands = {measure.numerator: first} | {n: f for n, f in found.items() if f}
        if len(operands) <= len(measure.also):
            return None
        expression = " + ".join(operands)
        name = f"{'与'.join(operands)}之和"
        made = combine(name, expression, operands, "", unit=first.unit)
        text = f"{pretty(expression)} = {step_text(expression, operands)} = {amount(made)}"
        return replace(made, calculation=made.calculation and replace(made.calculation, text=text))

    def plain(
        self, company: CompanyRef, item: str, period: PeriodRef, dimensions: Mapping[str, str] | None = None
    ) -> Figure | None:
        """An item's first value, derived where it is not printed."""
        return self._item(company, ItemMeasure(item=item, dimensions=dict(dimensions or {})), period).figure

    # --- items ------------------------------------------------------------------------------------

    def _item(self, company: CompanyRef, measure: ItemMeasure, period: PeriodRef) -> Look:
        period = _at_its_end(measure.item, period)
        look = self.evidence.look(company, measure.item, period, self.scope, measure.dimensions)
        if look.figure is None and period.form == "trailing":
            look = Look(self._trailing(company, measure, period))
        elif look.figure is None and period.form != "report":
            look = Look(self._by_difference(company, measure, period))
        elif look.figure is None:
            look = Look(self._by_quarters(company, measure, period))
        if look.figure is None:
            look = Look(self._derived_total(company, measure, period))
        if look.figure is None and measure.dimensions and measure.item in words("shares"):
            return self._share(company, measure, period)
        if look.figure is None:
            formula = formulas().get(measure.item)
            if formula and formula.name not in formula.inputs:
                return self._formula(
                    company, FormulaMeasure(formula=formula.name, dimensions=measure.dimensions), period
                )
        return look

    def _by_difference(self, company: CompanyRef, measure: ItemMeasure, period: PeriodRef) -> Figure | None:
        """A quarter alone, or the second half, from year-to-date figures."""
        parsed, item = Period.parse(period.period), taxonomy().get(measure.item)
        if parsed is None or item is None or item.kind != "flow" or item.unit not in _SUMMABLE:
            return None
        ends = parts_of(period)
        if ends is None:
            return None
        figures = [self.plain(company, measure.item, end, measure.dimensions) for end in ends]
        if not all(figures):
            return None
        whole, part = (f for f in figures if f)
        names = [period_name(f.period) for f in (whole, part)]
        text = f"{names[0]}{amount(whole)} − {names[1]}{amount(part)} = {sum_text(whole, part)}"
        made = combine(measure.item, "a - b", {"a": whole, "b": part}, text, unit=whole.unit)
        return replace(made, period=period, label="由累计数相减得出", dimensions=dict(measure.dimensions))

    def _trailing(self, company: CompanyRef, measure: ItemMeasure, period: PeriodRef) -> Figure | None:
        """The last twelve months of a flow: this year to date, and the year before less the same part of it.

        A balance is that of the period itself.
        """
        ends, item = trailing_of(period), taxonomy().get(measure.item)
        if ends is None or item is None:
            return None
        if item.kind != "flow":
            return self.plain(company, measure.item, ends[0], measure.dimensions)
        found = [self.plain(company, measure.item, end, measure.dimensions) for end in ends]
        figures = [figure for figure in found if figure]
        if len(figures) < len(ends) or item.unit not in _SUMMABLE:
            return None
        now, year, same = figures
        made = combine(measure.item, "a + b - c", {"a": now, "b": year, "c": same}, "", unit=now.unit)
        text = " ".join(
            f"{sign}{period_name(f.period)}{amount(f)}"
            for sign, f in zip(("", "＋ ", "− "), figures, strict=True)
        )
        calculation = made.calculation and replace(made.calculation, text=f"{text} = {amount(made)}")
        return replace(made, period=period, calculation=calculation, label="最近十二个月，由累计数推算")

    def _share(self, company: CompanyRef, measure: ItemMeasure, period: PeriodRef) -> Look:
        """A member's share of the whole, where the report does not print it."""
        item: str = words("shares")[measure.item]
        top = self.plain(company, item, period, measure.dimensions)
        ratio = RatioMeasure(numerator=item, denominator=item)
        look = self._ratio(ratio, top, self.plain(company, item, period))
        if look.figure:
            look.figure = replace(look.figure, item=measure.item, dimensions=dict(measure.dimensions))
        return look

    def _by_quarters(self, company: CompanyRef, measure: ItemMeasure, period: PeriodRef) -> Figure | None:
        """The first half or three quarters as the sum of single quarters."""
        parsed, item = Period.parse(period.period), taxonomy().get(measure.item)
        if parsed is None or item is None or item.kind != "flow" or item.unit not in _SUMMABLE:
            return None
        rest = {"H1": ("Q3", "Q3"), "Q3": ("", "Q4")}.get(parsed.part.value)
        if rest is None:
            return None
        made = self._less_last_quarter(company, measure, period, *rest)
        if made:
            return made
        count = {"H1": 2, "Q3": 3}.get(parsed.part.value, 0)
        quarters = [PeriodRef(period=f"{parsed.year}Q{n}", form="single") for n in range(1, count + 1)]
        look = self.evidence.look
        found = [look(company, measure.item, q, self.scope, measure.dimensions).figure for q in quarters]
        figures = {f"x{n}": figure for n, figure in enumerate(found) if figure}
        if not count or len(figures) < count:
            return None
        shown = " ＋ ".join(amount(figure) for figure in figures.values())
        made = combine(
            measure.item, " + ".join(figures), figures, "", unit=found[0].unit if found[0] else None
        )
        calculation = made.calculation and replace(made.calculation, text=f"{shown} = {amount(made)}")
        return replace(made, period=period, calculation=calculation, label="由各季度数相加得出")

    def _less_last_quarter(
        self, company: CompanyRef, measure: ItemMeasure, period: PeriodRef, whole: str, last: str
    ) -> Figure | None:
        """Half a year as nine months less the third quarter alone; nine months as the year less the fourth."""
        year = period.period[:4]
        look = self.evidence.look
        refs = (PeriodRef(period=year + whole), PeriodRef(period=year + last, form="single"))
        a, b = (look(company, measure.item, ref, self.scope, measure.dimensions).figure for ref in refs)
        if a is None or b is None:
            return None
        text = f"{period_name(a.period)}{amount(a)} − 第{last[1]}季度{amount(b)} = {sum_text(a, b)}"
        made = combine(measure.item, "a - b", {"a": a, "b": b}, text, unit=a.unit)
        return replace(made, period=period, label="由累计数减单季数得出")

    def _derived_total(self, company: CompanyRef, measure: ItemMeasure, period: PeriodRef) -> Figure | None:
        """A total that is not printed, from its parts: the first way whose parts all are."""
        ways: list[str] = [] if measure.dimensions else words("derived_totals").get(measure.item, [])
        for expression in ways:
            names = names_in(expression)
            found = {name: self.evidence.look(company, name, period, self.scope).figure for name in names}
            operands = {name: figure for name, figure in found.items() if figure}
            if len(operands) < len(found):
                continue
            text = f"{pretty(expression)} = {step_text(expression, operands)}"
            made = combine(measure.item, expression, operands, text, unit="元")
            calculation = made.calculation and replace(
                made.calculation, text=f"{text} = {format_value(made.value or Decimal(0), '元')}"
            )
            return replace(made, calculation=calculation, label=f"未单独列示，由{'、'.join(names)}推算")
        return None

    # --- formulas ---------------------------------------------------------------------------------

    def _formula(self, company: CompanyRef, measure: FormulaMeasure, period: PeriodRef) -> Look:
        formula = formulas().get(measure.formula)
        if formula is None:
            return Look()
        disclosed_item = words("disclosed_first").get(formula.name, formula.name)
        disclosed = self.evidence.look(company, disclosed_item, period, self.scope, measure.dimensions)
        made = self._evaluate(company, formula, measure, period)
        if disclosed.figure and disclosed_item != formula.name:
            extra = [replace(made, label="按公式计算")] if made else []
            return Look(disclosed.figure, [*disclosed.alternatives, *extra], disclosed.warnings)
        if disclosed.figure and disclosed.figure.value is not None and made is not None:
            printed = replace(disclosed.figure, label="年报列示")
            return Look(made, [printed] if printed.value != made.value else [], disclosed.warnings)
        return Look(made) if made else disclosed

    def _evaluate(
        self, company: CompanyRef, formula: Formula, measure: FormulaMeasure, period: PeriodRef
    ) -> Figure | None:
        """By the first of the formula's expressions whose inputs are all there."""
        lacking: list[str] = []
        for expression in expressions_for(formula, measure.given):
            operands, missing = self._inputs(company, formula, expression, measure, period)
            if not missing:
                return self._computed(formula, expression, operands, period, measure.dimensions)
            lacking = lacking or missing
        self.missing += [f"计算{formula.name}需要{name}，材料中没有该项" for name in lacking[:1]]
        return None

    def _inputs(
        self,
        company: CompanyRef,
        formula: Formula,
        expression: str,
        measure: FormulaMeasure,
        period: PeriodRef,
    ) -> tuple[dict[str, Figure], list[str]]:
        """The operands, and the names of those that are not there; an optional one may be missing, not all of them."""
        operands: dict[str, Figure] = {}
        missing: list[str] = []
        for name in names_in(expression):
            figure = self._input(company, name, measure, period)
            if figure is not None:
                operands[name] = figure
            else:
                missing.append(name)
        if self._in_statements(operands):
            missing = [name for name in missing if name not in formula.optional]
        return self._of_one_document(company, measure.dimensions, period, operands), missing

    def _in_statements(self, operands: Mapping[str, Figure]) -> bool:
        """Whether the operands stand in a filing, whose statements lack a line only where there is nothing to say.

        An imported table may lack a column, or a cell, for no reason at all.
        """
        facts = [fact for figure in operands.values() for fact in figure.facts()]
        documents = (self.evidence.world.document(f.observation.document) for f in facts)
        return any(d is not None and d.filing.kind is not FilingKind.DATA for d in documents)

    def _computed(
        self,
        formula: Formula,
        expression: str,
        operands: dict[str, Figure],
        period: PeriodRef,
        dimensions: Mapping[str, str],
    ) -> Figure | None:
        env = {name: Decimal(0) for name in names_in(expression)} | {n: size(f) for n, f in operands.items()}
        try:
            value = evaluate(expression, env)
        except ZeroDivisorError:
            self.missing.append(f"计算{formula.name}时除数为零，该指标不存在")
            return None
        shown = present(formula, value, self.places)
        percent = formula.display == "percent"
        for name in set(env) - set(operands):
            expression = re.sub(
                rf"'?(?<![\u4e00-\u9fff]){re.escape(name)}(?![\u4e00-\u9fff])'?", "0", expression
            )
        unit = formula.unit
        text = f"{pretty(expression)} = {step_text(expression, operands)} = {format_value(shown, unit)}"
        whole = f"({expression}) * 100" if percent else expression
        calculation = Calculation(text, whole, value * 100 if percent else value, tuple(operands.items()))
        first = next((f for f in operands.values() if f.company), next(iter(operands.values())))
        made = derived(first, formula.name, shown, unit, calculation)
        return replace(made, period=period, basis=None, reported_in=None, dimensions=dict(dimensions))

    def _input(
        self, company: CompanyRef, name: str, measure: FormulaMeasure, period: PeriodRef
    ) -> Figure | None:
        """An input of a formula; 期初X is the balance at the start of the year, 平均X the mean of both ends, 上年X the
        flow of the year before. What the question states comes first."""
        if name in measure.given:
            return Figure(name, None, None, input_of(name).unit, measure.given[name], label="题中给出")
        dimensions = measure.dimensions
        prefix, plain = balance_of(name)
        if not prefix:
            return self.plain(company, name, period, dimensions)
        opening = earlier_of(period, opening=prefix != YEAR_BEFORE)
        start = self.plain(company, plain, opening) if opening else None
        if prefix in ("期初", YEAR_BEFORE) or start is None:
            return start
        end = self.plain(company, plain, period)
        if end is None:
            return None
        text = f"（{amount(start)} ＋ {amount(end)}）÷ 2"
        made = combine(name, "(a + b) / 2", {"a": start, "b": end}, text, unit=end.unit)
        return replace(made, period=period)

    def _of_one_document(
        self,
        company: CompanyRef,
        dimensions: Mapping[str, str],
        period: PeriodRef,
        operands: dict[str, Figure],
    ) -> dict[str, Figure]:
        """The same inputs from one filing, where they came from several and one has them all."""
        documents = {f.fact.observation.document for f in operands.values() if f.fact}
        if len(documents) < 2 or not all(f.fact for f in operands.values()):
            return operands
        for document in sorted(documents):
            same = {
                n: self.evidence.in_document(document, company, n, period, self.scope, dimensions)
                for n in operands
            }
            if all(same.values()):
                return {name: figure for name, figure in same.items() if figure}
        return operands

    def _ratio(self, measure: RatioMeasure, top: Figure | None, bottom: Figure | None) -> Look:
        for name, figure in ((measure.numerator, top), (measure.denominator, bottom)):
            if figure is None:
                self.missing.append(f"缺少{name}")
        if top is None or bottom is None:
            return Look()
        percent = measure.display == "percent"
        places = self.places if self.places is not None else PLACES
        made = divide(
            top,
            bottom,
            item=name_of(measure),
            percent=percent,
            places=places,
            text=lambda shown: (
                f"{top.item if measure.also else measure.numerator}{amount(top)} ÷ {measure.denominator}{amount(bottom)} = {shown}"
            ),
        )
        if made is None:
            self.missing.append(f"{measure.denominator}为零，比例不存在")
        return Look(replace(made, basis=None, reported_in=None) if made else None)


def _at_its_end(item: str, period: PeriodRef) -> PeriodRef:
    """A balance stands at the end of a quarter, or of the second half, not within it."""
    found = taxonomy().get(item)
    if found is None or found.kind != "instant" or period.form not in ("single", "second_half"):
        return period
    quarter = {"Q2": "H1", "Q4": ""}.get(period.period[4:], period.period[4:])
    return PeriodRef(period=period.period[:4] + quarter)
