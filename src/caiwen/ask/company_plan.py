"""Plans for questions about named companies: what is asked of them, clause by clause."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from caiwen.ask.clauses import readings_of
from caiwen.ask.intent import (
    REASON,
    aggregate_of,
    asks_for_text,
    compound_term,
    narrowed_term,
    reason_measures,
    wants_text,
)
from caiwen.ask.measures import measures_of
from caiwen.ask.periods import change_of, named_periods, with_earlier
from caiwen.ask.places_said import ranked_in
from caiwen.ask.plan import (
    Change,
    Clarify,
    CompanyRef,
    Explain,
    Measure,
    PeriodRef,
    Plan,
    Query,
    Select,
    Several,
    Unanswerable,
)
from caiwen.ask.ranking import order_of
from caiwen.ask.reading import Reading
from caiwen.ask.topics import topic_of
from caiwen.ask.world import World
from caiwen.ask.yesno import against_each_other, conditions_asked, direction_asked, measured_by
from caiwen.finance.period import Period
from caiwen.records import Scope
from caiwen.store import Company


@dataclass(slots=True)
class Planner:
    """Plans one question. ``notes``: what was understood, for the trace and for the user."""

    world: World
    notes: list[str] = field(default_factory=list)

    def plan(self, reading: Reading, companies: list[CompanyRef]) -> Plan:
        """One plan, or several where the question asks for several things that each stand by themselves."""
        parts = readings_of(reading)
        if len(parts) > 1:
            named = dict(zip(reading.companies, companies, strict=False))
            own = ([named[m] for m in part.companies] or companies for part in parts)
            notes = list(self.notes)
            plans = joined(self._one(part, refs) for part, refs in zip(parts, own, strict=True))
            if plans:
                return plans
            self.notes = notes
        return self._one(reading, companies)

    def _one(self, reading: Reading, companies: list[CompanyRef]) -> Plan:
        if reading.unknown_times and not reading.periods:
            return unknown_time(reading)
        company = self._company(companies[0]) if companies else None
        vocabulary = self.world.vocabulary(company) if company else None
        latest = self.world.latest(company) if company else None
        measures = measures_of(reading, vocabulary) or reason_measures(reading)
        periods = named_periods(reading)
        conditions = conditions_asked(reading, vocabulary)
        explain = None if conditions else self._explain(reading, companies, periods, measures)
        if explain:
            return explain
        measures = measured_by(conditions, measures)
        change, periods = (None, periods) if conditions else change_of(reading, periods)
        change, periods = direction_asked(reading, change, periods)
        if change is None:
            periods = with_earlier(reading, periods, latest)
        if not periods and companies:
            periods = self._assumed(companies)
        scope = Scope.PARENT if reading.has("scope.parent") else Scope.CONSOLIDATED
        aggregate = aggregate_of(reading, companies, change)
        if aggregate and aggregate.kind == "same" and len(periods) == 1 and len(companies) < 2:
            earlier = Period.parse(periods[0].period)
            periods = [PeriodRef(period=str(earlier.prior_year())), *periods] if earlier else periods
        ranked = aggregate is not None and aggregate.kind == "place"
        query = Query(
            select=Select(
                regions=ranked_in(reading.text) if ranked else (),
                companies=tuple(dict.fromkeys(companies)),
                everyone=not companies,
                periods=tuple(periods),
                scope=scope,
            ),
            derive=tuple(measures),
            change=change,
            conditions=tuple(conditions),
            aggregate=aggregate,
            order=order_of(reading, companies, periods, measures),
            decimals=reading.decimals,
            currency_unit=reading.unit,
        )
        return against_each_other(query, reading)

    def _company(self, ref: CompanyRef) -> Company | None:
        return self.world.market.by_who.get(ref.who)

    def _assumed(self, companies: list[CompanyRef]) -> list[PeriodRef]:
        """The latest annual filing; for several companies the latest year that all of them cover."""
        found = [c for ref in companies if (c := self._company(ref))]
        latest = [one for c in found if (one := self.world.latest(c))]
        if not latest:
            return []
        covered = [
            {p for d in self.world.filings(c) if (p := d.filing.period) and len(p) == 4} for c in found
        ]
        common = set.intersection(*covered) if len(covered) > 1 else set()
        return [PeriodRef(period=max(common) if common else str(latest[0]), assumed=True)]

    def _explain(
        self, reading: Reading, companies: list[CompanyRef], periods: list[PeriodRef], measures: list[Measure]
    ) -> Plan | None:
        """Passages are asked for: words of explanation, no item, or an item inside a longer unknown term."""
        topic = topic_of(reading)
        compound = compound_term(reading) or narrowed_term(reading)
        if compound:
            self.notes.append(f"“{compound}”不是单独入库的数据项，改为查找原文")
            topic = topic.with_term(compound)
        wanted = compound or (not measures) or wants_text(reading, measures)
        if not wanted:
            return None
        if not topic.text and not measures:
            said = companies[0].name if companies else ""
            choices = ("营业收入", "净利润", "资产总计", "法定代表人", "主营业务")
            return Clarify(text=f"想了解{said}的什么？例如：{'、'.join(choices)}。", choices=choices)
        moved, periods = self._moved(reading, compound, measures, periods)
        return Explain(
            change=moved,
            topic=topic.text,
            terms=topic.terms,
            needs=topic.needs,
            exact=compound if compound and not asks_for_text(reading) else None,
            sections=topic.sections,
            companies=tuple(dict.fromkeys(companies)),
            periods=tuple(p for p in periods if p.form == "report"),
            facts=() if compound else tuple(measures),
        )

    def _moved(
        self, reading: Reading, compound: str | None, measures: list[Measure], periods: list[PeriodRef]
    ) -> tuple[Change | None, list[PeriodRef]]:
        """为什么下降: the change whose reason is asked for, against the year before where nothing else is said."""
        if compound or not measures or not REASON.search(reading.text):
            return None, periods
        change, asked = change_of(reading, periods)
        return (change or Change()).model_copy(update={"show": "both"}), asked


def joined(plans: Iterable[Plan]) -> Plan | None:
    """One plan of all; what differs only in its measures becomes one query. None where one of them answers nothing."""
    kept: list[Query | Explain] = []
    for plan in plans:
        if not isinstance(plan, Query | Explain):
            return None
        last = kept[-1] if kept else None
        if isinstance(plan, Query) and isinstance(last, Query) and _same_but_measures(plan, last):
            more = tuple(m for m in plan.derive if m not in last.derive)
            kept[-1] = last.model_copy(update={"derive": (*last.derive, *more)})
        elif plan not in kept:
            kept.append(plan)
    return kept[0] if len(kept) == 1 else Several(parts=tuple(kept))


def _same_but_measures(a: Query, b: Query) -> bool:
    return a.aggregate is None and a.order is None and a.model_copy(update={"derive": b.derive}) == b


def unknown_time(reading: Reading) -> Unanswerable:
    said = "、".join(reading.unknown_times)
    return Unanswerable(text=f"材料按报告期披露，没有“{said}”这一时间的数据；请改问年度、半年度或季度。")
