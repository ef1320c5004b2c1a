"""Macro figures beside each other and over time: compared, changed, summed, revised."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from caiwen.ask.macro_data import Found, Series, Working, difference_of, growth_of, shown
from caiwen.ask.macro_figures import GRAIN_WORDS, MOVED, sign
from caiwen.ask.macro_reply import (
    remarks,
    span_words,
    stated,
    subject,
    version_shown,
    when,
)
from caiwen.ask.macro_stating import MacroStating
from caiwen.finance.macro.indicators import GROWTHS, Form, indicator
from caiwen.finance.macro.term import Grain


class MacroComparing(MacroStating):
    """What is asked of several figures together."""

    def _compare(self) -> None:
        """Regions, indicators or periods beside each other, and by how much two of them differ."""
        figures = []
        for series, form in self._all():
            terms = self._terms() or series.terms(form)[-1:]
            figures += [f for term in terms if (f := self._find(series, form, term)) is not None]
        if not figures and self._terms():
            self._missing.clear()
            self._list()
            return
        figures.sort(key=lambda f: f.value, reverse=True)
        for found in figures:
            self.reply.add("answer", found)
            self.reply.say(stated(found), found)
        if len(figures) == 2 and figures[0].unit == figures[1].unit:
            gap = difference_of(figures[0], figures[1])
            self.reply.add("alternative", gap)
            head, tail = (subject(f) for f in figures)
            self.reply.known.append(_size(gap))
            more = f"{head}比{tail}高{_size(gap)}" if gap.value else f"{head}与{tail}相等"
            self.reply.say(f"{more}。", gap)

    def _change(self) -> None:
        for series, form in self._all():
            pair = self._pair(series, form)
            if pair is None:
                continue
            now, before = pair
            moved = difference_of(now, before)
            self.reply.known.append(_size(moved))
            self.reply.add("answer", moved)
            rate = None
            if (
                now.unit not in ("%", "")
                and form not in GROWTHS
                and before.value > 0
                and series.indicator.growth == "nominal"
            ):
                rate = growth_of(now, before, Form.YOY, series.indicator, series.region)
                self.reply.add("alternative", rate)
            word = MOVED[sign(moved.value)]
            size = _size(moved) if moved.value else ""
            said = f"{subject(now)}为{shown(now)}，比{before.term.words}的{shown(before)}{word}{size}"
            if rate is not None:
                said += f"（{rate.value:f}%）"
                self.reply.known.append(f"{abs(rate.value):f}")
            self.reply.say(f"{said}{remarks(now)}。", moved)

    def _pair(self, series: Series, form: Form) -> tuple[Found, Found] | None:
        terms = self._terms() or series.terms(form)[-1:]
        if not terms:
            return None
        if len(terms) > 1 and self.plan.against != "prior_year":
            now, before = max(terms), min(terms)
        else:
            now = terms[0]
            before = now.year_before() if self.plan.against == "prior_year" else now.shifted(-1)
        found = self._find(series, form, now)
        if found is not None and now.grain is Grain.DAY and self.plan.against == "prior_period":
            earlier = [term for term in series.terms(form) if term < found.term]
            before = earlier[-1] if earlier else before  # of days the figure before, not the day before
        base = self._find(series, form, before)
        if found is None or base is None or found.unit != base.unit:
            return None
        return found, base

    def _mean(self) -> None:
        for series, form in self._all():
            figures = self._figures(series, form)
            if not figures:
                continue
            self.reply.known.append(f"{len(figures)} 期")
            total = sum((f.value for f in figures), Decimal(0))
            exact = total / len(figures)
            mean = exact.quantize(_finer(figures), ROUND_HALF_UP)
            expression = f"({' + '.join(f'v{n}' for n in range(len(figures)))}) / {len(figures)}"
            text = f"{len(figures)} 期的数相加除以 {len(figures)}，是简单平均"
            whole = self._terms()[0] if len(self._terms()) == 1 else figures[-1].term
            made = Found(series.indicator, series.region, whole, form, mean, figures[0].unit, None, tuple(figures), Working(text, expression, exact), what="平均")  # fmt: skip
            self.reply.add("answer", made)
            self.reply.say(
                f"{series.region}{span_words([f.term for f in figures])}{made.name}的简单平均为{shown(made)}（{len(figures)} 期）。",
                made,
            )

    def _total(self) -> None:
        for series, form in self._all():
            if series.indicator.kind != "flow" or form in GROWTHS:
                self._missing.append(f"{series.indicator.short}不是可以相加的数，合计没有意义。")
                self._list_one(series, form)
                continue
            figures = self._figures(series, form if form is not Form.YTD else Form.VALUE)
            if not figures:
                continue
            if len(figures) == 1:
                self._state(figures[0])
                continue
            self.reply.known.append(f"{len(figures)} 期")
            value = sum((f.value for f in figures), Decimal(0))
            expression = " + ".join(f"v{n}" for n in range(len(figures)))
            text = f"{' + '.join(shown(f) for f in figures)}"
            whole = self._terms()[0] if len(self._terms()) == 1 else figures[-1].term
            made = Found(series.indicator, series.region, whole, Form.VALUE, value, figures[0].unit, None, tuple(figures), Working(text, expression, value), what="合计")  # fmt: skip
            self.reply.add("answer", made)
            self.reply.say(
                f"{series.region}{span_words([f.term for f in figures])}{made.name}合计为{shown(made)}（{len(figures)} 期相加）。",
                made,
            )

    def _list_one(self, series: Series, form: Form) -> None:
        figures = self._figures(series, form)
        if figures:
            for found in figures:
                self.reply.add("answer", found)
            self.reply.say(
                f"{series.region}{figures[0].name}：{'，'.join(f'{f.term.words}{shown(f)}' for f in figures)}。",
                *figures,
            )

    def _moves(self) -> None:
        """When a figure that holds until the next was changed."""
        for series, form in self._all():
            terms = self._figures(series, form)
            changed = [(b, a) for b, a in pairwise(terms) if a.value != b.value]
            for before, after in changed[-self.plan.recent :]:
                self.reply.add("answer", after)
                gap = difference_of(after, before)
                self.reply.known.append(_size(gap))
                self.reply.say(
                    f"{after.term.words}：{series.region}{after.name}由{shown(before)}变为{shown(after)}，{MOVED[sign(gap.value)]}{_size(gap)}{remarks(after)}。",
                    gap,
                )
            if terms:
                span = span_words([f.term for f in terms])
                self.reply.add_plain(f"{series.indicator.short}变动次数", str(len(changed)), "number", "次")
                self.reply.say_known(f"{span}之间{series.indicator.short}变动 {len(changed)} 次。")

    def _revisions(self) -> None:
        for series, form in self._all():
            terms = self._terms() or [
                t
                for f in series.forms
                for t in series.terms(f)
                if (p := series.published(f, t)) and p.versions
            ]
            for term in dict.fromkeys(terms):
                found = next(
                    (
                        p
                        for f in dict.fromkeys((form, *series.forms))
                        if (p := series.published(f, term)) and (p.versions or f is form)
                    ),
                    None,
                )
                if found is None:
                    self._lacks(series, form, term)
                    continue
                self.reply.add("answer", found)
                if not found.versions:
                    self.reply.say(
                        f"{subject(found)}只有一次公布的数：{shown(found)}{remarks(found)}。", found
                    )
                    continue
                listed = "，".join(f"{when(v)}的为{version_shown(found, v)}" for v in found.versions)
                self.reply.say(f"{subject(found)}修订过：{listed}。", found)
            if not terms:
                self.reply.say_known(f"库中{series.region}的{series.indicator.short}没有修订过的数。")

    def _about(self) -> None:
        for name in self.plan.indicators:
            known = indicator(name)
            if known.body:
                self.reply.add_plain(f"{known.short}发布机构", known.body, "text", None)
                grain = f"，按{GRAIN_WORDS[known.grain]}公布" if known.grain else ""
                self.reply.say_known(f"{known.name}由{known.body}发布{grain}。{known.definition}")


def _finer(figures: Sequence[Found]) -> Decimal:
    """A place in which a mean is shown: one finer than the figures, two at least where they are no amounts."""
    if figures[0].unit in ("元", "人", "美元"):
        return Decimal(1)
    places = [e for f in figures if isinstance(e := f.value.as_tuple().exponent, int)]
    return Decimal(1).scaleb(min(min(places, default=0) - 1, -2))


def _size(gap: Found) -> str:
    """The amount without its sign; of small changes of interest rates the basis points beside it."""
    size = Found(gap.indicator, gap.region, gap.term, gap.form, abs(gap.value), gap.unit, None, gap.operands)
    said = f"{size.value:f}{gap.unit}" if gap.unit.endswith("点") else shown(size)
    if gap.indicator.kind == "step" and gap.unit.endswith("百分点"):
        said += f"（{(size.value * 100).normalize():f}个基点）"
    return said
