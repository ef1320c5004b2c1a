"""Macro figures picked by their size: the highest, those above a bound, whether one is."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from operator import ge, gt, le, lt

from caiwen.ask.macro_compare import MacroComparing
from caiwen.ask.macro_data import Found, Series, shown
from caiwen.ask.macro_figures import GRAIN_WORDS
from caiwen.ask.macro_reply import (
    remarks,
    span_words,
    subject,
)
from caiwen.finance.macro.indicators import Form
from caiwen.finance.macro.units import in_base_units
from caiwen.finance.numerals import in_chinese

_SIGNS = {">": gt, ">=": ge, "<": lt, "<=": le}
_SIGN_WORDS = {">": "高于", ">=": "不低于", "<": "低于", "<=": "不高于"}


class MacroSelecting(MacroComparing):
    """What is asked of the sizes of figures."""

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
            sizes = sorted({f.value for f in figures}, reverse=highest)
            if len(sizes) < self.plan.place:
                self._missing.append(f"{series.region}{figures[0].name}只有 {len(sizes)} 个不同的数。")
                continue
            best, ordinal = (
                sizes[self.plan.place - 1],
                f"第{in_chinese(self.plan.place)}" if self.plan.place > 1 else "最",
            )
            for found in (f for f in figures if f.value == best):
                self.reply.add("answer", found, rank=self.plan.place)
                span = span_words([f.term for f in figures])
                self.reply.known.append(span)
                word = f"{ordinal}{'高' if highest else '低'}"
                self.reply.say(
                    f"{series.region}{found.name}在{span}中{word}的是{found.term.words}，为{shown(found)}{remarks(found)}。",
                    found,
                )
            self.reply.say_known(f"共比较了 {len(figures)} 个有数的{GRAIN_WORDS[figures[0].term.grain]}。")

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
            bound = self._scaled(figures[0])
            kept = [f for f in figures if _SIGNS[sign](f.value, bound)]
            for found in kept:
                self.reply.add("answer", found)
            span, unit = span_words([f.term for f in figures]), GRAIN_WORDS[figures[0].term.grain]
            self.reply.known.append(span)
            limit = _bound_words(bound, figures[0])
            self.reply.known.append(limit)
            listed = f"：{'，'.join(f'{f.term.words}{shown(f)}' for f in kept)}" if kept else ""
            said = f"{series.region}{figures[0].name}在{span}中{_SIGN_WORDS[sign]}{limit}的{unit}{'份' if unit == '月' else ''}有 {len(kept)} 个{listed}"
            self.reply.known.append(f"{len(kept)} {len(figures)}")
            self.reply.say(f"{said}（共 {len(figures)} 个有数）。", *(kept or figures[:1]))
            if self.plan.consecutive and kept:
                self._longest(kept, unit)
                continue
            if self.plan.asks == "count" or not kept:
                self.reply.add_plain(
                    f"{figures[0].name}{_SIGN_WORDS[sign]}{limit}的{unit}数",
                    str(len(kept)),
                    "number",
                    "个",
                    first=True,
                )

    def _scaled(self, like: Found) -> Decimal:
        """The bound in the units of a figure: without a unit of its own it counts as that figure's table does."""
        bound = self.plan.bound or Decimal(0)
        return bound if self.plan.bound_scaled else in_base_units(bound, like.scale)[0]

    def _longest(self, kept: Sequence[Found], unit: str) -> None:
        """The longest run of periods that follow on each other."""
        runs: list[list[Found]] = []
        for found in kept:
            follows = runs and runs[-1][-1].term.shifted(1) == found.term
            runs = [*runs[:-1], [*runs[-1], found]] if follows else [*runs, [found]]
        best = max(runs, key=len)
        self.reply.known.append(f"{len(best)} {len(runs[-1])}")
        self.reply.say(f"最长连续 {len(best)} 个{unit}：{span_words([f.term for f in best])}。", *best)
        if runs[-1] is not best:
            self.reply.say(
                f"最近一段是{span_words([f.term for f in runs[-1]])}，{len(runs[-1])} 个{unit}。", *runs[-1]
            )
        item = f"{kept[0].name}最长连续{unit}数"
        self.reply.add_plain(item, str(len(best)), "number", "个", first=True)

    def _truth(self) -> None:
        sign, bound = self.plan.sign, self.plan.bound
        if sign is None or bound is None:
            self._value()
            return
        for series, form in self._all():
            terms = self._terms() or series.terms(form)[-1:]
            if len(terms) > 1:
                self._filter()
                return
            for term in terms:
                found = series.find(form, term, cumulative=self.plan.cumulative)
                if found is None:
                    self._filter()
                    return
                bound = self._scaled(found)
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


def _bound_words(bound: Decimal, like: Found) -> str:
    return shown(
        Found(like.indicator, like.region, like.term, like.form, bound, like.unit, like.point, like.operands)
    )
