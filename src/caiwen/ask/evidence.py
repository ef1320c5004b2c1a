"""The facts that a plan needs, fetched once and found by meaning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from caiwen.ask.figures import Figure, of_fact, quantum, same_printed, spans_of
from caiwen.ask.plan import CompanyRef, PeriodRef
from caiwen.ask.words import words
from caiwen.ask.world import World
from caiwen.finance.period import Period
from caiwen.records import Basis, Fact, FilingKind, Scope, Span, Status
from caiwen.records.words import BASIS_WORDS
from caiwen.store import FactFilter

_BASIS = {
    Basis.CORRECTED: 0,
    Basis.REPORTED: 1,
    Basis.UNADJUSTED: 2,
    Basis.COMPARATIVE: 3,
    Basis.RESTATED: 4,
    Basis.OPENING: 9,
}
"""Look-ups: the period's own filing, then what repeats it, then what restates it."""

_COMPARABLE = {
    Basis.CORRECTED: 0,
    Basis.RESTATED: 1,
    Basis.REPORTED: 2,
    Basis.COMPARATIVE: 3,
    Basis.OPENING: 4,
    Basis.UNADJUSTED: 5,
}
"""Within one filing, for comparing two of its columns."""

_KINDS = {
    FilingKind.ANNUAL: 0,
    FilingKind.INTERIM: 0,
    FilingKind.Q1: 0,
    FilingKind.Q3: 0,
    FilingKind.PROSPECTUS: 1,
    FilingKind.ANNUAL_SUMMARY: 2,
    FilingKind.INTERIM_SUMMARY: 2,
}
_STATUS = {Status.VERIFIED: 0, Status.UNVERIFIED: 1, Status.CONFLICT: 2}
_SOURCES = {"balance_sheet": 0, "income_statement": 0, "cash_flow": 0, "key_indicators": 1}

Dimensions = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Look:
    """What a look-up found: the first value, other values of the same thing, and what to say about them."""

    figure: Figure | None = None
    alternatives: list[Figure] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Evidence:
    """Facts by company and item. ``why``: for the trace, why a fact was not taken (or taken)."""

    world: World
    facts: dict[tuple[str, str], list[Fact]] = field(default_factory=lambda: defaultdict(list))
    why: dict[str, tuple[Fact, bool, str]] = field(default_factory=dict)
    allowed: frozenset[str] | None = None

    def fetch(self, company: CompanyRef, items: Iterable[str]) -> None:
        """All periods of these items; facts from documents that are not allowed stay out."""
        missing = [item for item in dict.fromkeys(items) if (company.who, item) not in self.facts]
        if not missing:
            return
        for item in missing:
            self.facts[company.who, item] = []
        for fact in self.world.store.facts(FactFilter(codes=[company.who, *company.also], items=missing)):
            if self.allowed is None or fact.observation.document in self.allowed:
                self.facts[company.who, fact.item].append(fact)

    def fetch_many(
        self, companies: Sequence[CompanyRef], items: Iterable[str], periods: Sequence[str] = ()
    ) -> None:
        """The same for several companies, by one query; only ``periods`` where some are given."""
        wanted = list(dict.fromkeys(items))
        missing = [c for c in companies if any((c.who, item) not in self.facts for item in wanted)]
        known = {name: c.who for c in missing for name in (c.who, c.code, *c.also) if name}
        for company in missing:
            for item in wanted:
                self.facts[company.who, item] = []
        if not missing or not wanted:
            return
        for fact in self.world.store.facts(FactFilter(codes=list(known), items=wanted, periods=periods)):
            who = known.get(fact.code or "") or known.get(fact.entity)
            if who and (self.allowed is None or fact.observation.document in self.allowed):
                self.facts[who, fact.item].append(fact)

    def of(self, company: CompanyRef, item: str, dimensions: Mapping[str, str] | None = None) -> list[Fact]:
        self.fetch(company, [item])
        wanted = dict(dimensions or {})
        return [f for f in self.facts[company.who, item] if f.dimensions == wanted]

    def periods_of(
        self, company: CompanyRef, item: str, dimensions: Mapping[str, str] | None = None
    ) -> list[str]:
        """Periods for which the item is there as a balance or year to date, latest first."""
        spans = (Span.INSTANT, Span.YTD)
        found = {f.period for f in self.of(company, item, dimensions) if f.span in spans}
        if not dimensions:
            methods = ({axis: m} for axis, every in words("preferred_members").items() for m in every)
            found |= {f.period for own in methods for f in self.of(company, item, own) if f.span in spans}
        return sorted(found, key=_period_order, reverse=True)

    # --- choosing ---------------------------------------------------------------------------------

    def look(
        self,
        company: CompanyRef,
        item: str,
        period: PeriodRef,
        scope: Scope,
        dimensions: Mapping[str, str] | None = None,
    ) -> Look:
        """The value of the filing for that period first; then what later filings restate, each labelled."""
        found = self._look(company, item, period, scope, dimensions)
        if found.figure is None and dimensions and len(dimensions) == 1:
            return self._under_another_axis(company, item, period, scope, dimensions) or found
        if found.figure is not None or dimensions:
            return found
        return self._by_method(company, item, period, scope) or found

    def _under_another_axis(
        self, company: CompanyRef, item: str, period: PeriodRef, scope: Scope, dimensions: Mapping[str, str]
    ) -> Look | None:
        """The same member of another axis: one report lists 酒类 by product, another one by region."""
        ((axis, member),) = dimensions.items()
        self.fetch(company, [item])
        others = {a for f in self.facts[company.who, item] for a, m in f.dimensions.items() if m == member}
        order: list[str] = list(words("axes"))
        for other in sorted(others - {axis}, key=lambda a: order.index(a) if a in order else len(order)):
            look = self._look(company, item, period, scope, {other: member})
            if look.figure:
                return look
        return None

    def _by_method(self, company: CompanyRef, item: str, period: PeriodRef, scope: Scope) -> Look | None:
        """The value by the method that goes first, where there is only one for each method; the others beside it."""
        for axis, methods in words("preferred_members").items():
            looks = ((m, self._look(company, item, period, scope, {axis: m})) for m in methods)
            found = [(method, look.figure) for method, look in looks if look.figure]
            figures = [replace(f, label="，".join(filter(None, (m, f.label)))) for m, f in found]
            if figures:
                return Look(figures[0], figures[1:])
        return None

    def _look(
        self,
        company: CompanyRef,
        item: str,
        period: PeriodRef,
        scope: Scope,
        dimensions: Mapping[str, str] | None = None,
    ) -> Look:
        every = self.of(company, item, dimensions)
        spans = spans_of(period)
        fitting = [f for f in every if f.period == period.period and f.span in spans]
        candidates = sorted((f for f in fitting if f.scope is scope), key=self._lookup_order)
        look = Look()
        for fact in every:
            if fact not in candidates:
                self._note(fact, False, _why_not(fact, period, scope, spans))
        if not candidates:
            return look
        first = candidates[0]
        self._note(first, True, f"{BASIS_WORDS[first.basis]}，排在最前")
        look.figure = of_fact(first, company, period, self._label(first, first), candidates)
        for fact in candidates[1:]:
            if any(
                same_printed(fact, other) for other in [first, *(a.fact for a in look.alternatives if a.fact)]
            ):
                self._note(fact, False, "与所取数值相同")
                continue
            self._note(fact, False, f"数值不同，列为其他口径（{BASIS_WORDS[fact.basis]}）")
            look.alternatives.append(of_fact(fact, company, period, self._label(fact, first)))
        look.warnings = self._warnings(first, look.alternatives)
        return look

    def _note(self, fact: Fact, taken: bool, why: str) -> None:
        if taken or fact.id not in self.why:
            self.why[fact.id] = (fact, taken, why)

    def _lookup_order(self, fact: Fact) -> tuple[object, ...]:
        return (_BASIS[fact.basis], *self._document_order(fact))

    def _document_order(self, fact: Fact | None) -> tuple[object, ...]:
        if fact is None:
            return (9,)
        document = self.world.document(fact.observation.document)
        kind = _KINDS.get(document.filing.kind, 3) if document else 3
        distance = _distance(document.filing.period if document else None, fact.period)
        source = _SOURCES.get(fact.source, 2)
        return (
            distance,
            kind,
            _STATUS[fact.status],
            source,
            quantum(fact),
            document.name if document else "",
            fact.id,
        )

    def _label(self, fact: Fact, first: Fact) -> str:
        """What to say of a value that is not simply the one of the period's own filing."""
        if fact.basis is Basis.REPORTED and fact is first:
            return ""
        if fact.basis is Basis.REPORTED:
            return f"《{self.world.name_of(fact.observation.document)}》"
        if fact.basis is Basis.COMPARATIVE and fact is first:
            return "后期报告的比较列报"
        return BASIS_WORDS[fact.basis]

    def _warnings(self, first: Fact, alternatives: list[Figure]) -> list[str]:
        found = []
        for figure in alternatives:
            other = figure.fact
            if other and other.basis is first.basis and first.basis is Basis.REPORTED:
                names = [self.world.name_of(f.observation.document) for f in (first, other)]
                where = (
                    f"《{names[0]}》与《{names[1]}》" if names[0] != names[1] else f"《{names[0]}》的不同位置"
                )
                found.append(f"{where}对{first.item}的列示不一致，两个数值均列出，请核对原文。")
        if first.basis is Basis.CORRECTED:
            found.append(f"{first.item}的数值经人工更正。")
        if first.status is Status.CONFLICT and not found:
            reasons = "；".join(first.checks) or "未通过勾稽或与其他位置不一致"
            found.append(f"{first.item}的数值有疑点（{reasons}），照原样列出，请核对原文。")
        return list(dict.fromkeys(found))

    def comparable(
        self,
        company: CompanyRef,
        item: str,
        period: PeriodRef,
        base: PeriodRef,
        scope: Scope,
        dimensions: Mapping[str, str] | None = None,
    ) -> list[tuple[Figure, Figure, str]]:
        """Both periods as one filing shows them, with its name: that of the later period first, then those after it."""
        dimensions = dimensions or self._method(company, item, (period, base), scope)
        now = self._by_document(company, item, period, scope, dimensions)
        then = self._by_document(company, item, base, scope, dimensions)
        shared = sorted((d for d in now if d in then), key=lambda d: self._document_order(now[d].fact))
        return [(now[d], then[d], self.world.name_of(d)) for d in shared]

    def _method(
        self, company: CompanyRef, item: str, periods: Sequence[PeriodRef], scope: Scope
    ) -> dict[str, str]:
        """The method by which both periods are told, where neither is told without one."""
        if any(self._look(company, item, period, scope).figure for period in periods):
            return {}
        for axis, methods in words("preferred_members").items():
            for method in methods:
                if all(self._look(company, item, p, scope, {axis: method}).figure for p in periods):
                    return {axis: method}
        return {}

    def in_document(
        self,
        document: str,
        company: CompanyRef,
        item: str,
        period: PeriodRef,
        scope: Scope,
        dimensions: Mapping[str, str] | None = None,
    ) -> Figure | None:
        """The value that one document shows."""
        return self._by_document(company, item, period, scope, dimensions).get(document)

    def _by_document(
        self,
        company: CompanyRef,
        item: str,
        period: PeriodRef,
        scope: Scope,
        dimensions: Mapping[str, str] | None,
    ) -> dict[str, Figure]:
        """For every document its value: of columns of one period the adjusted one."""
        spans = spans_of(period)
        fitting = [
            f
            for f in self.of(company, item, dimensions)
            if f.period == period.period and f.span in spans and f.scope is scope
        ]
        fitting.sort(key=lambda f: (_COMPARABLE[f.basis], _SOURCES.get(f.source, 2), f.id))
        found: dict[str, Figure] = {}
        for fact in fitting:
            document = fact.observation.document
            if document not in found:
                found[document] = of_fact(fact, company, period, among=fitting)
        return found


def _why_not(fact: Fact, period: PeriodRef, scope: Scope, spans: tuple[object, ...]) -> str:
    if fact.period != period.period:
        return "期间不同"
    if fact.span not in spans:
        return "累计与单季不同"
    return "口径不同（合并、母公司）" if fact.scope is not scope else "未采用"


def _period_order(period: str) -> tuple[object, ...]:
    parsed = Period.parse(period)
    return (parsed.end_date.isoformat(), parsed.months) if parsed else (period, 0)


def _distance(filing: str | None, period: str) -> int:
    """Years between the filing's period and the fact's; far for filings without a period."""
    a, b = Period.parse(filing or ""), Period.parse(period)
    return abs(a.year - b.year) * 2 + (a.part is not b.part) if a and b else 9
