"""A plan about macro statistics → its reply, one method for each thing that may be asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from operator import ge, gt, le, lt

from caiwen.ask.macro_data import Found, Series, Working, difference_of, growth_of, shown
from caiwen.ask.macro_reply import (
    MacroReply,
    coverage_words,
    remarks,
    span_words,
    stated,
    subject,
    version_shown,
    when,
)
from caiwen.ask.plan import Macro
from caiwen.finance.macro.indicators import FORM_WORDS, GROWTHS, Form, indicator
from caiwen.finance.macro.term import Grain, Term
from caiwen.records.macro import StoredPoint

Points = Callable[[str, Sequence[str]], list[StoredPoint]]
_SIGNS = {">": gt, ">=": ge, "<": lt, "<=": le}
_SIGN_WORDS = {">": "高于", ">=": "不低于", "<": "低于", "<=": "不高于"}
_MOVED = {1: "上升", -1: "下降", 0: "持平"}
_GRAIN_WORDS = {
    Grain.MONTH: "月",
    Grain.QUARTER: "季度",
    Grain.YEAR: "年",
    Grain.HALF: "半年",
    Grain.DAY: "日",
}


@dataclass(slots=True)
class MacroAnswerer:
    """``points`` gives the figures of an indicator in some regions."""

    points: Points
    plan: Macro
    reply: MacroReply = field(default_factory=MacroReply)
    _missing: list[str] = field(default_factory=list)

    def answer(self) -> MacroReply:
        ask = {
            "about": self._about, "revisions": self._revisions, "moves": self._moves, "highest": self._extreme,
            "lowest": self._extreme, "filter": self._filter, "count": self._filter, "truth": self._truth,
            "compare": self._compare, "change": self._change, "mean": self._mean, "total": self._total, "list": self._list,
        }.get(self.plan.asks, self._value)  # fmt: skip
        ask()
        for text in dict.fromkeys(self._missing):
            self.reply.say_known(text)
        self.reply.answered = any(v.role == "answer" for v in self.reply.values)
        return self.reply

    # --- which series, which periods --------------------------------------------------------------

    def _all(self) -> list[tuple[Series, Form]]:
        """Each indicator in each region, with the form that is meant."""
        found = []
        for name, asked in zip(self.plan.indicators, self.plan.forms, strict=True):
            points = self.points(name, self.plan.regions)
            for region in self.plan.regions:
                series = Series.of(
                    name, region, points, newest=self.plan.vintage == "newest", known_on=self.plan.known_on
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
        grain = Grain(self.plan.parts) if self.plan.parts else None
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
        have = series.terms(form, grain)
        if not have:
            return []
        if self.plan.parts == "year" and grain is not Grain.YEAR:
            first = have[-1].shifted(1).start.replace(year=have[-1].shifted(1).start.year - self.plan.recent)
            return [t for t in have if t.start >= first]
        return have[-self.plan.recent :]

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

    # --- what is asked -------------------------------------------------------------------------------

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
                self.reply.say(f"{series.region}各{_GRAIN_WORDS[grain]}的{there[0].name}：{listed}。", *there)
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
        moved = _sign(figures[-1].value - figures[0].value)
        said = f"其间最高为{top.term.words}的{shown(top)}，最低为{low.term.words}的{shown(low)}；末期与首期相比{_MOVED[moved]}。"
        self.reply.say(said, top, low)

    def _extreme(self) -> None:
        highest = self.plan.asks == "highest"
        every = self._all()
        if (
            len(every) > 1
            and len(self.plan.indicators) == 1
            and len(self._terms()) == 1
            and self.plan.parts is None
        ):
            self._rank(every, highest=highest)
            return
        for series, form in every:
            figures = self._figures(series, form)
            if not figures:
                continue
            best = (max if highest else min)(f.value for f in figures)
            for found in (f for f in figures if f.value == best):
                self.reply.add("answer", found, rank=1)
                span = span_words([f.term for f in figures])
                word = "最高" if highest else "最低"
                self.reply.say(
                    f"{series.region}{found.name}在{span}中{word}的是{found.term.words}，为{shown(found)}{remarks(found)}。",
                    found,
                )
            self.reply.say_known(f"共比较了 {len(figures)} 个有数的{_GRAIN_WORDS[figures[0].term.grain]}。")

    def _rank(self, every: Sequence[tuple[Series, Form]], *, highest: bool) -> None:
        term = self._terms()[0]
        figures = [f for series, form in every if (f := self._find(series, form, term)) is not None]
        figures.sort(key=lambda f: f.value, reverse=highest)
        for found in figures:
            same = next(i for i, f in enumerate(figures, start=1) if f.value == found.value)
            self.reply.add("answer" if same == 1 else "alternative", found, rank=same)
            if same == 1:
                self.reply.say(
                    f"{term.words}{found.name}{'最高' if highest else '最低'}的是{found.region}，为{shown(found)}{remarks(found)}。",
                    found,
                )
        others = [f for f in figures if f.value != figures[0].value] if figures else []
        if others:
            self.reply.say(f"其余依次为{'，'.join(f'{f.region}{shown(f)}' for f in others)}。", *others)

    def _filter(self) -> None:
        """Periods (or regions) whose figure is above or below a bound; their number where that is asked."""
        sign, bound = self.plan.sign, self.plan.bound
        if sign is None or bound is None:
            self._list()
            return
        for series, form in self._all():
            figures = self._figures(series, form)
            if not figures:
                continue
            kept = [f for f in figures if _SIGNS[sign](f.value, bound)]
            for found in kept:
                self.reply.add("answer", found)
            span, unit = span_words([f.term for f in figures]), _GRAIN_WORDS[figures[0].term.grain]
            limit = _bound_words(bound, figures[0])
            self.reply.known.append(limit)
            listed = f"：{'，'.join(f'{f.term.words}{shown(f)}' for f in kept)}" if kept else ""
            said = f"{series.region}{figures[0].name}在{span}中{_SIGN_WORDS[sign]}{limit}的{unit}{'份' if unit == '月' else ''}有 {len(kept)} 个{listed}"
            self.reply.known.append(f"{len(kept)} {len(figures)}")
            self.reply.say(f"{said}（共 {len(figures)} 个有数）。", *(kept or figures[:1]))
            if self.plan.asks == "count" or not kept:
                self.reply.add_plain(
                    f"{figures[0].name}{_SIGN_WORDS[sign]}{limit}的{unit}数",
                    str(len(kept)),
                    "number",
                    "个",
                    first=True,
                )

    def _truth(self) -> None:
        sign, bound = self.plan.sign, self.plan.bound
        if sign is None or bound is None:
            self._value()
            return
        for series, form in self._all():
            terms = self._terms() or series.terms(form)[-1:]
            for term in terms:
                found = series.find(form, term, cumulative=self.plan.cumulative)
                if found is None:
                    self._filter()
                    return
                holds = _SIGNS[sign](found.value, bound)
                limit = _bound_words(bound, found)
                self.reply.known.append(limit)
                self.reply.add("alternative", found)
                self.reply.add_plain(
                    subject(found), "true" if holds else "false", "boolean", None, first=True
                )
                said = "是" if holds else "否"
                self.reply.say(
                    f"{said}：{subject(found)}为{shown(found)}，{'' if holds else '没有'}{_SIGN_WORDS[sign]}{limit}{remarks(found)}。",
                    found,
                )

    def _compare(self) -> None:
        """Regions, indicators or periods beside each other, and by how much two of them differ."""
        figures = []
        for series, form in self._all():
            terms = self._terms() or series.terms(form)[-1:]
            figures += [f for term in terms if (f := self._find(series, form, term)) is not None]
        figures.sort(key=lambda f: f.value, reverse=True)
        for found in figures:
            self.reply.add("answer", found)
            self.reply.say(stated(found), found)
        if len(figures) == 2 and figures[0].unit == figures[1].unit:
            gap = difference_of(figures[0], figures[1])
            self.reply.add("alternative", gap)
            head, tail = (subject(f) for f in figures)
            more = f"{head}比{tail}高{_size(gap)}" if gap.value else f"{head}与{tail}相等"
            self.reply.say(f"{more}。", gap)

    def _change(self) -> None:
        for series, form in self._all():
            pair = self._pair(series, form)
            if pair is None:
                continue
            now, before = pair
            moved = difference_of(now, before)
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
            word = _MOVED[_sign(moved.value)]
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
        found, base = self._find(series, form, now), self._find(series, form, before)
        if found is None or base is None or found.unit != base.unit:
            return None
        return found, base

    def _mean(self) -> None:
        for series, form in self._all():
            figures = self._figures(series, form)
            if not figures:
                continue
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
                    f"{after.term.words}：{series.region}{after.name}由{shown(before)}变为{shown(after)}，{_MOVED[_sign(gap.value)]}{_size(gap)}{remarks(after)}。",
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
                grain = f"，按{_GRAIN_WORDS[known.grain]}公布" if known.grain else ""
                self.reply.say_known(f"{known.name}由{known.body}发布{grain}。{known.definition}")


def _revised(found: Found) -> str:
    return "（修订数）" if found.versions and found.point is not found.versions[0] else ""


def _finer(figures: Sequence[Found]) -> Decimal:
    """A place in which a mean is shown: one finer than the figures, two at least where they are no amounts."""
    if figures[0].unit in ("元", "人", "美元"):
        return Decimal(1)
    places = [e for f in figures if isinstance(e := f.value.as_tuple().exponent, int)]
    return Decimal(1).scaleb(min(min(places, default=0) - 1, -2))


def _sign(value: Decimal) -> int:
    return (value > 0) - (value < 0)


def _size(gap: Found) -> str:
    """The amount without its sign; of small changes of interest rates the basis points beside it."""
    size = Found(gap.indicator, gap.region, gap.term, gap.form, abs(gap.value), gap.unit, None, gap.operands)
    said = f"{size.value:f}{gap.unit}" if gap.unit.endswith("点") else shown(size)
    if gap.indicator.kind == "step" and gap.unit.endswith("百分点"):
        said += f"（{(size.value * 100).normalize():f}个基点）"
    return said


def _bound_words(bound: Decimal, like: Found) -> str:
    return shown(
        Found(like.indicator, like.region, like.term, like.form, bound, like.unit, like.point, like.operands)
    )
