"""The figures of one macro indicator in one region: which one is meant, what may be derived from others, and what was revised."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from caiwen.finance.macro.indicators import FORM_WORDS, Form, Indicator, indicator
from caiwen.finance.macro.term import Grain, Term
from caiwen.finance.macro.units import in_base_units
from caiwen.records.macro import StoredPoint

_CENT = Decimal("0.01")
POINTS = "个百分点"
_FINE = (Grain.MONTH, Grain.QUARTER)


@dataclass(frozen=True, slots=True)
class Working:
    """A calculation over figures. ``expression``: ``v0``, ``v1``... count within ``Found.operands``; ``exact`` is not rounded."""

    text: str
    expression: str
    exact: Decimal


@dataclass(frozen=True, slots=True)
class Found:
    """A figure, as published or derived. ``note``: what differs from what was asked for (期末值, 累计)."""

    indicator: Indicator
    region: str
    term: Term
    form: Form
    value: Decimal
    unit: str
    point: StoredPoint | None = None
    operands: tuple[Found, ...] = ()
    working: Working | None = None
    note: str = ""
    versions: tuple[StoredPoint, ...] = ()
    """All figures published for it, oldest first, when they differ."""
    what: str = ""
    """What a calculation makes of it: 变动, 合计, 平均."""
    rival: StoredPoint | None = None
    """Another figure of the same publication, which differs."""

    @property
    def scale(self) -> str:
        """The unit in which its table counts."""
        if self.point is not None:
            return self.point.point.observation.scale or self.unit
        return self.operands[0].scale if self.operands and self.operands[0].unit == self.unit else self.unit

    @property
    def name(self) -> str:
        return f"{self.indicator.short}{FORM_WORDS[self.form]}"

    @property
    def when(self) -> str:
        """Its period in words; of a cumulative figure from January on: 2024年1—6月, 2024年前三季度."""
        term = self.term
        if self.form not in (Form.YTD, Form.YTD_YOY) or term.start.month == 1:
            return term.words
        if term.grain is Grain.MONTH:
            return f"{term.start.year}年1—{term.start.month}月"
        return f"{term.start.year}年{ {6: '上半年', 9: '前三季度'}.get(term.end.month, '全年') }"


@dataclass(slots=True)
class Series:
    """``newest``: take the last publication, else the first; only what was published by ``known_on``."""

    indicator: Indicator
    region: str
    newest: bool = True
    known_on: str | None = None
    day: str = ""
    _figures: dict[Form, dict[Term, list[StoredPoint]]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        name: str,
        region: str,
        points: Iterable[StoredPoint],
        *,
        newest: bool = True,
        known_on: str | None = None,
        day: str = "",
    ) -> Series:
        made = cls(indicator(name), region, newest, known_on, day)
        for stored in sorted(points, key=_publication):
            point = stored.point
            term = Term.parse(point.period)
            if term is None or point.region != region or (known_on and _publication(stored)[0] > known_on):
                continue
            versions = made._figures.setdefault(Form(point.form), {}).setdefault(term, [])
            if not versions or versions[-1].point.value != point.value:
                versions.append(stored)
        return made

    # --- what is there --------------------------------------------------------------------------------

    @property
    def forms(self) -> tuple[Form, ...]:
        return tuple(form for form in Form if self._figures.get(form))

    def terms(self, form: Form, grain: Grain | None = None) -> list[Term]:
        return sorted(t for t in self._figures.get(form, ()) if grain is None or t.grain is grain)

    def grains(self, form: Form) -> list[Grain]:
        """Finest first."""
        present = {term.grain for term in self._figures.get(form, ())}
        return [g for g in (Grain.DAY, Grain.MONTH, Grain.QUARTER, Grain.HALF, Grain.YEAR) if g in present]

    def published(self, form: Form, term: Term) -> Found | None:
        """As a table states it."""
        versions = self._figures.get(form, {}).get(term)
        if not versions:
            return None
        chosen = versions[-1 if self.newest else 0]
        same = [
            v
            for v in versions
            if v is not chosen and _publication(v)[:1] == _publication(chosen)[:1] and v.point.published
        ]
        differing = tuple(v for v in versions if v not in same)
        return Found(
            self.indicator, self.region, term, form, chosen.point.value, chosen.point.unit, chosen,
            versions=differing if len(differing) > 1 else (), rival=same[0] if same and not chosen.replaced and not same[0].replaced else None,
        )  # fmt: skip

    # --- what may be derived --------------------------------------------------------------------------

    def find(self, form: Form, term: Term, *, cumulative: bool = False) -> Found | None:
        """The figure of the term in this form: published, or derived where the definition allows it."""
        if cumulative:
            return self._up_to(form, term)
        found = self.published(form, term)
        if found is not None:
            return found
        if form is Form.VALUE:
            return self._level(term)
        if form in (Form.YTD, Form.YTD_YOY):
            return self._up_to(form, term)
        if form is Form.YOY and term.grain in (Grain.YEAR, Grain.HALF) and (found := self._up_to(form, term)):
            return found
        found = self._growth(form, term)
        if found is None and form is Form.YOY and (found := self.published(Form.YTD_YOY, term)):
            return _noted(found, f"没有{term.words}单期的同比，这是年初累计的")
        return found

    def _level(self, term: Term) -> Found | None:
        kind = self.indicator.kind
        if kind == "step":
            return self.in_force(term)
        if kind in ("stock", "price"):
            return self._last_within(term)
        if kind != "flow":
            return None
        whole = term.start.month == 1 and term.grain in (Grain.YEAR, Grain.HALF, Grain.QUARTER)
        return (self._up_to(Form.VALUE, term) if whole else None) or self._sum(term) or self._difference(term)

    def in_force(self, term: Term) -> Found | None:
        """Of a step series the figure that holds at the term's end; none for a time to come."""
        day = term.end
        if self.day and term.start.isoformat() > self.day:
            return None
        best: tuple[tuple[date, date], Found] | None = None
        later = False
        for one in self.terms(Form.VALUE):
            found = self.published(Form.VALUE, one)
            start = self.holds_from(found) if found else None
            if found is None or start is None:
                continue
            later = later or start > day
            if start <= day and (best is None or (start, one.start) >= best[0]):
                best = ((start, one.start), found)
        if best is None:
            return None
        last = not later and not term.holds(best[1].term) and best[1].term.end < term.start
        return _noted(best[1], "库中最近的一次，其后如有调整不在库中") if last else best[1]

    def holds_from(self, found: Found) -> date:
        """The first day of a step: the day itself, the day of publication within the month, else the usual day."""
        term = found.term
        if term.grain is Grain.DAY:
            return term.start
        said = Term.parse(found.point.point.published or "") if found.point else None
        if said is not None and said.grain is Grain.DAY and term.holds(said):
            return said.start
        return term.start.replace(day=self.indicator.from_day or 1)

    def _last_within(self, term: Term) -> Found | None:
        """The balance at the end of a quarter or year is that of its last month."""
        for grain in (Grain.QUARTER, Grain.MONTH):
            if term.grain in (Grain.YEAR, Grain.HALF, Grain.QUARTER) and grain is not term.grain:
                found = self.published(Form.VALUE, term.last(grain))
                if found is not None:
                    return _noted(found, f"{term.words}末即{found.term.words}的数")
        days = (
            [t for t in self.terms(Form.VALUE, Grain.DAY) if term.holds(t)]
            if term.grain is not Grain.DAY
            else []
        )
        found = self.published(Form.VALUE, days[-1]) if days else None
        return _noted(found, f"{term.words}最后一个有数的日子是{days[-1].words}") if found else None

    def _up_to(self, form: Form, term: Term) -> Found | None:
        """January to the term's end: a cumulative figure, that of the whole year, or the sum of the parts."""
        growth = form in (Form.YOY, Form.YTD_YOY)
        for grain in (Grain.MONTH, Grain.QUARTER, Grain.HALF, Grain.YEAR):
            at = Term.of(term.end.year, term.end.month, grain)
            if at is None or at.end != term.end:
                continue
            found = self.published(Form.YTD_YOY if growth else Form.YTD, at)
            if found is None and at.start.month == 1:
                found = self.published(Form.YOY if growth else Form.VALUE, at)
            if found is not None:
                return found
        if growth:
            return self._growth(Form.YTD_YOY, term)
        first = Term.of(term.end.year, 1, Grain.MONTH)
        if first is None or self.indicator.kind != "flow":
            return None
        found = self._sum_of(term, first, term.last(Grain.MONTH))
        return replace(found, form=Form.YTD) if found and term.start.month > 1 else found

    def _sum(self, term: Term) -> Found | None:
        return (
            self._sum_of(term, Term(term.start, Grain.MONTH), term.last(Grain.MONTH))
            if term.grain not in (Grain.MONTH, Grain.DAY)
            else None
        )

    def _sum_of(self, term: Term, first: Term, last: Term) -> Found | None:
        """Of a flow the sum of all quarters or months from ``first`` to ``last``; None where one is absent."""
        for grain in (Grain.QUARTER, Grain.MONTH):
            start, end = Term.of(first.start.year, first.start.month, grain), last
            if start is None or start.start != first.start:
                continue
            parts = []
            while start.end <= end.end:
                parts.append(self.published(Form.VALUE, start))
                start = start.shifted(1)
            kept = [part for part in parts if part is not None]
            if len(kept) > 1 and len(kept) == len(parts) and kept[-1].term.end == last.end:
                return self._worked(
                    term, Form.VALUE, kept, " + ", sum((p.value for p in kept), Decimal(0)), "各期相加"
                )
        return None

    def _difference(self, term: Term) -> Found | None:
        """A month or quarter from two cumulative figures of its year."""
        if term.grain not in _FINE:
            return None
        now = self._cumulative_at(term)
        before = self._cumulative_at(term.shifted(-1)) if term.start.month > 1 else None
        if now is None or (before is None and term.start.month > 1):
            return None
        if before is None:
            return now
        return self._worked(term, Form.VALUE, [now, before], " - ", now.value - before.value, "累计数相减")

    def _cumulative_at(self, term: Term) -> Found | None:
        for grain in (term.grain, Grain.MONTH, Grain.QUARTER):
            at = Term.of(term.end.year, term.end.month, grain)
            if at and at.end == term.end and (found := self.published(Form.YTD, at)):
                return found
        return None

    def _growth(self, form: Form, term: Term) -> Found | None:
        """同比 or 环比 from the figures themselves, where the definition allows that."""
        return self.ratio(form, term) if self.indicator.growth == "nominal" else None

    def ratio(self, form: Form, term: Term) -> Found | None:
        """The rate that the figures themselves give, whatever the definition says of it."""
        base = Form.YTD if form is Form.YTD_YOY else Form.VALUE
        now = self.find(base, term)
        before = self.find(base, term.shifted(-1) if form is Form.POP else term.year_before())
        if now is None or before is None or not before.value or now.unit != before.unit:
            return None
        if form is Form.YTD_YOY and term.start.month == 1:
            form = Form.YOY
        return growth_of(now, before, form, self.indicator, self.region)

    def _worked(
        self, term: Term, form: Form, parts: Sequence[Found], sign: str, value: Decimal, note: str
    ) -> Found:
        text = f"{sign.strip().join(f'{p.term.words}{shown(p)}' for p in parts)} = {amount(value, parts[0])}".replace(
            "-", "－"
        )
        expression = sign.join(f"v{n}" for n in range(len(parts)))
        working = Working(text, expression, value)
        return Found(
            self.indicator, self.region, term, form, value, parts[0].unit, None, tuple(parts), working, note
        )


def growth_of(now: Found, before: Found, form: Form, of: Indicator, region: str) -> Found:
    """The rate in % from one figure to another, rounded to two places."""
    exact = (now.value / before.value - 1) * 100
    rate = exact.quantize(_CENT, ROUND_HALF_UP)
    text = f"（{shown(now)} ÷ {shown(before)} － 1）× 100 = {rate:f}%"
    working = Working(text, "(v0 / v1 - 1) * 100", exact)
    return Found(
        of,
        region,
        now.term,
        form,
        rate,
        "%",
        None,
        (now, before),
        working,
        f"由{now.term.words}与{before.term.words}的数计算",
    )


def difference_of(now: Found, before: Found) -> Found:
    """What was added from ``before`` to ``now``; of rates in percentage points."""
    unit = POINTS if now.unit == "%" else now.unit
    value = now.value - before.value
    text = f"{shown(now)} － {shown(before)} = {amount(value, now, unit)}"
    return Found(
        now.indicator,
        now.region,
        now.term,
        now.form,
        value,
        unit,
        None,
        (now, before),
        Working(text, "v0 - v1", value),
    )


def _noted(found: Found, note: str) -> Found:
    return replace(found, note=note)


def _publication(stored: StoredPoint) -> tuple[str, int, str]:
    """When it was published; where the table does not say, when it was read in."""
    return (stored.point.published or stored.seen[:10], int(not stored.replaced), stored.seen)


def shown(found: Found) -> str:
    """The figure as its table prints it, with its unit."""
    return amount(found.value, found)


def amount(value: Decimal, like: Found, unit: str | None = None) -> str:
    """A value in the unit in which the table of ``like`` counts."""
    scale = like.scale
    factor, base = in_base_units(Decimal(1), scale)
    if unit is not None and unit != like.unit:
        return f"{value:,f}{unit}"
    if base == like.unit and factor != 1:
        shifted = value / factor
        return f"{shifted.normalize() if shifted != shifted.to_integral_value() else shifted.to_integral_value():,f}{scale}"
    return f"{value:,f}{scale if base == like.unit else like.unit}"
