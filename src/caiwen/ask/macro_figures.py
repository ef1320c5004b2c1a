"""The series and the figures that a plan about macro statistics speaks of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from caiwen.ask.macro_data import Found, Series
from caiwen.ask.macro_reply import (
    MacroReply,
    coverage_words,
)
from caiwen.ask.plan import Macro
from caiwen.finance.macro.indicators import FORM_WORDS, GROWTHS, Form, indicator
from caiwen.finance.macro.term import Grain, Term
from caiwen.records.macro import StoredPoint

Points = Callable[[str, Sequence[str]], list[StoredPoint]]
MOVED = {1: "上升", -1: "下降", 0: "持平"}
GRAIN_WORDS = {
    Grain.MONTH: "月",
    Grain.QUARTER: "季度",
    Grain.YEAR: "年",
    Grain.HALF: "半年",
    Grain.DAY: "日",
}


@dataclass(slots=True)
class MacroFigures:
    """``points`` gives the figures of an indicator in some regions."""

    points: Points
    plan: Macro
    reply: MacroReply = field(default_factory=MacroReply)
    _missing: list[str] = field(default_factory=list)

    def _all(self) -> list[tuple[Series, Form]]:
        """Each indicator in each region, with the form that is meant."""
        found = []
        for name, asked in zip(self.plan.indicators, self.plan.forms, strict=True):
            points = self.points(name, self.plan.regions)
            for region in self.plan.regions:
                series = Series.of(
                    name,
                    region,
                    points,
                    newest=self.plan.vintage == "newest",
                    known_on=self.plan.known_on,
                    day=self.plan.day,
                )
                if not series.forms:
                    since = f"在{self.plan.known_on}以前" if self.plan.known_on else ""
                    self._missing.append(f"库中{since}没有{region}的{indicator(name).short}。")
                    continue
                found.append((series, self._form(series, asked)))
        return found

    def _form(self, series: Series, asked: str | None) -> Form:
        """The form asked for; else what a figure of this indicator usually is, if it is there. A rate is its own growth."""
        known = series.indicator
        if asked is not None:
            form = Form(asked)
            rate = known.kind in ("rate", "index", "step", "price")
            if form is Form.VALUE and known.main in GROWTHS:
                return known.main
            if rate and form in GROWTHS and form not in series.forms and known.main not in GROWTHS:
                return Form.VALUE
            return form
        usual: tuple[Form, ...] = (known.main, Form.VALUE, Form.YTD, Form.YOY, Form.YTD_YOY, Form.POP)
        if self.plan.cumulative:
            usual = (known.main, Form.YTD, Form.VALUE, Form.YTD_YOY, Form.YOY)
        return next(form for form in usual if form in series.forms)

    def _terms(self) -> list[Term]:
        return [term for text in self.plan.terms if (term := Term.parse(text))]

    def _spread(self, series: Series, form: Form) -> list[Term]:
        """The periods of one grain within what was asked, those with figures and those without."""
        asked = self._terms()
        there = series.grains(form)
        if not there:
            return []
        said = self.plan.parts or self.plan.recent_of
        grain = Grain(said) if said else None
        if grain not in there:
            finer = [g for g in there if not asked or asked[0].within_size(g)]
            grain = grain if grain and asked and asked[0].grain is grain else (finer or there)[0]
        if self.plan.recent:
            return self._recent(series, form, grain)
        if not asked:
            return series.terms(form, grain)
        if (
            len(asked) > 1
            and asked[0].grain is not grain
            and self.plan.parts is None
            and all(series.published(form, t) for t in asked)
        ):
            return asked
        return [
            part for term in asked for part in (term.within(grain) if term.within_size(grain) else [term])
        ]

    def _recent(self, series: Series, form: Form, grain: Grain) -> list[Term]:
        """So many of the grain; of a coarser one (近三年 of a monthly series) all that lie within."""
        have, of = series.terms(form, grain), Grain(self.plan.recent_of or grain)
        if not have or of is grain:
            return have[-self.plan.recent :]
        last = Term.of(have[-1].end.year, have[-1].end.month, Grain.MONTH)
        size = {Grain.YEAR: 12, Grain.HALF: 6, Grain.QUARTER: 3}.get(of, 1)
        first = last.shifted(1 - self.plan.recent * size) if last else have[0]
        return [term for term in have if term.start >= first.start]

    def _find(self, series: Series, form: Form, term: Term) -> Found | None:
        found = series.find(form, term, cumulative=self.plan.cumulative)
        if found is None:
            self._lacks(series, form, term)
        return found

    def _lacks(self, series: Series, form: Form, term: Term) -> None:
        name = f"{series.indicator.short}{FORM_WORDS[form]}"
        known = coverage_words(series, form)
        said = f"库中没有{series.region}{term.words}的{name}"
        if form in GROWTHS and not known:
            others = "、".join(FORM_WORDS[f] or "数值" for f in series.forms)
            reason = (
                "；它的增速不能由数值相除得到"
                if series.indicator.growth == "given" and series.indicator.kind in ("flow", "stock")
                else ""
            )
            self._missing.append(f"{said}（有的是：{others}）{reason}。")
        else:
            self._missing.append(f"{said}；{known}。" if known else f"{said}。")

    def _figures(self, series: Series, form: Form) -> list[Found]:
        """The figures of all periods asked for that are there."""
        terms = (
            self._spread(series, form) if self.plan.asks != "moves" or self._terms() else series.terms(form)
        )
        found = [(term, series.find(form, term)) for term in terms]
        absent = [term for term, one in found if one is None]
        if absent and len(absent) < len(terms):
            last = next((t for t in reversed(series.terms(form)) if t.grain is terms[0].grain), None)
            gaps = [t for t in absent if last is None or t <= last]
            later = [t for t in absent if t not in gaps]
            if gaps:
                self._missing.append(f"缺{'、'.join(t.words for t in gaps[:12])}的数。")
            if later and last:
                self._missing.append(f"{series.indicator.short}的数到{last.words}为止。")
        elif absent:
            self._lacks(series, form, self._terms()[0] if self._terms() else absent[0])
        return [one for _, one in found if one is not None]


def sign(value: Decimal) -> int:
    return (value > 0) - (value < 0)
