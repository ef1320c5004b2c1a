"""Single macro figures and runs of them, stated."""

from __future__ import annotations

from collections.abc import Sequence

from caiwen.ask.macro_data import Found, Series, shown
from caiwen.ask.macro_figures import GRAIN_WORDS, MOVED, MacroFigures, sign
from caiwen.ask.macro_reply import (
    remarks,
    stated,
)
from caiwen.finance.macro.indicators import Form
from caiwen.finance.macro.term import Grain, Term


class MacroStating(MacroFigures):
    """What is asked of figures one by one."""

    def _value(self) -> None:
        for series, form in self._all():
            terms = self._terms()
            if not terms:
                self._newest(series, form)
            for term in terms:
                found = self._find(series, form, term)
                if found is None:
                    self._parts_of(series, form, term)
                    continue
                self._state(found)
                self._beside(series, found)
                if series.indicator.kind == "step":
                    self._steps_within(series, form, term)

    def _newest(self, series: Series, form: Form) -> None:
        terms = series.terms(form)
        found = series.published(form, terms[-1]) if terms else None
        if found is None:
            self._lacks(series, form, series.terms(series.forms[0])[-1])
        else:
            self._state(found, lead="最新的")
            self._beside(series, found)

    def _state(self, found: Found, lead: str = "") -> None:
        self.reply.add("answer", found)
        text = stated(found)
        if found.indicator.kind == "step" and found.form is Form.VALUE:
            text = self._step(found)
        self.reply.say(f"{lead}{text}" if lead else text, found)
        if found.working is not None:
            self.reply.say(f"计算：{found.working.text}。", found)

    def _step(self, found: Found) -> str:
        """A step series says from when its figure holds."""
        name = f"{found.region}{found.indicator.short}"
        asked = next(iter(self._terms()), None)
        end = "末" if asked is not None and asked.grain in (Grain.YEAR, Grain.HALF, Grain.QUARTER) else ""
        at = f"{asked.words}{end}" if asked else ""
        tail = (
            ""
            if asked is None or asked == found.term or found.term.holds(asked)
            else f"（沿用{found.term.words}的数）"
        )
        return f"{name}{at or found.term.words}为{shown(found)}{tail}{remarks(found)}。"

    def _beside(self, series: Series, found: Found) -> None:
        """The growth that was published with a level."""
        if found.form not in (Form.VALUE, Form.YTD) or found.indicator.kind not in ("flow", "stock"):
            return
        for form in (Form.YTD_YOY,) if found.form is Form.YTD else (Form.YOY, Form.YTD_YOY):
            other = series.published(form, found.term)
            if other is not None:
                self.reply.add("alternative", other)
                self.reply.say(stated(other), other)
                return

    def _steps_within(self, series: Series, form: Form, term: Term) -> None:
        """What else held within the period asked for."""
        inside = [f for t in series.terms(form) if term.holds(t) and (f := series.published(form, t))]
        if term.grain is Grain.DAY or len({f.value for f in inside}) < 2:
            return
        for found in inside:
            self.reply.add("alternative", found)
        listed = "，".join(f"{f.term.words}起{shown(f)}" for f in inside)
        self.reply.say(f"{term.words}内先后为：{listed}。", *inside)

    def _parts_of(self, series: Series, form: Form, term: Term) -> None:
        """Where the whole is not published and must not be reckoned: its parts, as they are; of a rate what the figures give."""
        for grain in (Grain.QUARTER, Grain.MONTH):
            parts = [series.published(form, t) for t in term.within(grain)] if term.within_size(grain) else []
            there = [part for part in parts if part is not None]
            if there and term.grain is not grain:
                self.reply.say_known(self._missing.pop())
                for part in there:
                    self.reply.add("answer", part)
                listed = "，".join(f"{p.term.words}{shown(p)}" for p in there)
                self.reply.say(f"{series.region}各{GRAIN_WORDS[grain]}的{there[0].name}：{listed}。", *there)
                return
        rough = (
            series.ratio(form, term)
            if form in (Form.YOY, Form.POP) and series.indicator.kind in ("flow", "stock")
            else None
        )
        if rough is not None:
            self.reply.say_known(self._missing.pop())
            self.reply.add("alternative", rough)
            self.reply.say(f"仅供参考：按公布的数值直接相除为{shown(rough)}，与公布的增速口径不同。", rough)

    def _list(self) -> None:
        for series, form in self._all():
            figures = self._figures(series, form)
            for found in figures:
                self.reply.add("answer", found)
            if not figures:
                continue
            listed = "，".join(f"{f.term.words}{shown(f)}{_revised(f)}" for f in figures)
            self.reply.say(f"{series.region}{figures[0].name}：{listed}。", *figures)
            if len(figures) > 2:
                self._summary(figures)

    def _summary(self, figures: Sequence[Found]) -> None:
        top, low = max(figures, key=lambda f: f.value), min(figures, key=lambda f: f.value)
        moved = sign(figures[-1].value - figures[0].value)
        said = f"其间最高为{top.term.words}的{shown(top)}，最低为{low.term.words}的{shown(low)}；末期与首期相比{MOVED[moved]}。"
        self.reply.say(said, top, low)


def _revised(found: Found) -> str:
    return "（修订数）" if found.versions and found.point is not found.versions[0] else ""
