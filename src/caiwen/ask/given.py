"""Which input each figure of a question is: by the name beside it, by 分别 and 均为, by its unit where only one can be meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from itertools import pairwise

from caiwen.ask.series import Flows, flows_in
from caiwen.ask.values import Value, converted, times_a_year, values_in
from caiwen.ask.words import Hit, Lexicon, load
from caiwen.finance.formulas import formulas
from caiwen.finance.items import taxonomy
from caiwen.finance.valuation.table import Input, calculators

_LONGEST_GAP = 10
_SIGN_WINDOW = 3
_SHORTEST_TERM = 3


@dataclass(slots=True)
class Stated:
    """``inputs``: name → value (rates as fractions); ``notes``: how a figure without a unit was taken. ``unused``: figures
    of the question that are nobody's; ``spans``: of the figures; ``weight``: how many characters of names were read."""

    inputs: dict[str, Decimal] = field(default_factory=dict)
    flows: Flows | None = None
    notes: list[str] = field(default_factory=list)
    unused: list[Value] = field(default_factory=list)
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)
    weight: int = 0


@cache
def _gaps() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    rules = load("calculators.yaml")
    before, after, joint = (re.compile(f"(?:{rules[key]})*") for key in ("before", "after", "joint"))
    return before, after, joint


def upper(text: str) -> str:
    return "".join(c.upper() if c.isascii() else c for c in text)


@cache
def terms() -> Lexicon:
    """Every name of an input or of a result of any calculator."""
    every = calculators().values()
    inputs = [name for one in every for i in one.inputs for name in (i.name, *i.aliases)]
    goals = [name for one in every for g in one.goals for name in (g.name, *g.aliases)]
    return Lexicon((upper(name), "") for name in (*inputs, *goals) if len(name) >= _SHORTEST_TERM)


@dataclass(slots=True)
class Reader:
    """Reads the inputs of one calculation out of one question."""

    text: str
    inputs: Sequence[Input]
    stated: Stated = field(default_factory=Stated)
    _used: set[int] = field(default_factory=set)

    def read(self) -> Stated:
        text = self.text
        if any(one.kind == "flows" for one in self.inputs):
            self.stated.flows = flows_in(text)
            text = _blank(text, self.stated.flows.spans if self.stated.flows else ())
        text = self._times(text)
        values = self._values(text)
        names = _names(text, self.inputs, values)
        self._by_respectively(text, names, values)
        self._by_names(text, names, values)
        self._alone(text, values)
        self.stated.unused = self._left_over(values)
        return self.stated

    def _left_over(self, values: list[Value]) -> list[Value]:
        """Figures that are nobody's, but those said twice and the years that cash flows count themselves."""
        used = {(values[n].number, values[n].unit) for n in self._used}
        left = [v for n, v in enumerate(values) if n not in self._used and (v.number, v.unit) not in used]
        return [v for v in left if not (self.stated.flows and v.unit in ("年", "期"))]

    def _values(self, text: str) -> list[Value]:
        """All figures but those inside of a name (每10股派息)."""
        named = [
            name for one in self.inputs for name in (one.name, *one.aliases) if any(c.isdigit() for c in name)
        ]
        spans = [m.span() for name in named for m in re.finditer(re.escape(name), text)]
        return [v for v in values_in(text) if not any(s < v.end and v.start < e for s, e in spans)]

    def _times(self, text: str) -> str:
        one = next((i for i in self.inputs if i.kind == "times"), None)
        found = times_a_year(text) if one else None
        if one is None:
            return text
        if found is None:
            amounts: dict[str, int] = load("calculators.yaml")["monthly_amounts"]
            times = next((n for word, n in amounts.items() if word in text), None)
            if times and one.name.endswith("收付次数"):
                self.stated.inputs[one.name] = Decimal(times)
            return text
        start, end, count = found
        self.stated.inputs[one.name] = count
        return _blank(text, [(start, end)])

    # --- names beside figures ---------------------------------------------------------------------

    def _by_respectively(self, text: str, names: list[Hit], values: list[Value]) -> None:
        """票面利率和到期收益率分别为3%和4%."""
        before, _, joint = _gaps()
        for at in range(len(names) - 1):
            run = [names[at]]
            for name in names[at + 1 :]:
                if not joint.fullmatch(text[run[-1].end : name.start]) or name.start == run[-1].end:
                    break
                run.append(name)
            following = [n for n, v in enumerate(values) if v.start >= run[-1].end][: len(run)]
            gap = text[run[-1].end : values[following[0]].start] if following else ""
            if len(run) < 2 or len(following) < len(run) or "分别" not in gap or not before.fullmatch(gap):
                continue
            pairs = zip(run, following, strict=True)
            if all(joint.fullmatch(text[values[a].end : values[b].start]) for a, b in pairwise(following)):
                for name, n in pairs:
                    self._take(name.meaning, values[n], n, weight=name.length)

    def _by_names(self, text: str, names: list[Hit], values: list[Value]) -> None:
        for n, value in enumerate(values):
            if n not in self._used:
                self._before(text, names, value, n)
        for n, value in enumerate(values):
            if n not in self._used:
                self._after(text, names, values, value, n)

    def _before(self, text: str, names: list[Hit], value: Value, n: int) -> None:
        ahead = [h for h in names if h.end <= value.start and value.start - h.end <= _LONGEST_GAP]
        before, _, joint = _gaps()
        for name in reversed(ahead[-2:]):
            gap = text[name.end : value.start]
            if not before.fullmatch(gap) or not self._take(name.meaning, value, n, weight=name.length):
                continue
            if re.search("都|均|同", gap):
                for other, following in zip(reversed(ahead[:-1]), reversed(ahead), strict=False):
                    if not joint.fullmatch(text[other.end : following.start]):
                        break
                    self._take(other.meaning, value, n, weight=other.length)
            return

    def _after(self, text: str, names: list[Hit], values: list[Value], value: Value, n: int) -> None:
        """4.2%的年利率, 5年期限: the name right behind, unless it belongs to the next figure."""
        before, after, _ = _gaps()
        for name in names:
            if name.start < value.end or not after.fullmatch(text[value.end : name.start]):
                continue
            following = next((v for v in values if v.start >= name.end), None)
            owned = following and before.fullmatch(text[name.end : following.start])
            if not owned or name.meaning not in self.stated.inputs:
                self._take(name.meaning, value, n, weight=name.length)
            return

    def _alone(self, text: str, values: list[Value]) -> None:
        """What has no name, where one input and one figure of the kind are left."""
        open_inputs = [i for i in self.inputs if i.alone and i.name not in self.stated.inputs]
        for one in open_inputs:
            rivals = [i for i in open_inputs if i.kind == one.kind]
            left = [
                (n, v)
                for n, v in enumerate(values)
                if n not in self._used and converted(v, one.kind, named=False) is not None
            ]
            same = {v.number for _, v in left}
            if len(same) == 1 and len(rivals) == 1 and not self._named_otherwise(text, left[0][1], one):
                self._take(one.name, left[0][1], left[0][0])

    def _named_otherwise(self, text: str, value: Value, one: Input) -> bool:
        """Whether the words right before the figure name something else (修正久期为10年 is no term, 有效年折现率 no yield)."""
        before, _, _ = _gaps()
        start = max(0, value.start - 2 * _LONGEST_GAP)
        others = {upper(n) for i in self.inputs if i is not one for n in (i.name, *i.aliases)}
        found = (h for h in terms().find_in(upper(text[start : value.start])) if h.word not in others)
        return any(before.fullmatch(text[start + h.end : value.start]) for h in found)

    def _take(self, name: str, value: Value, n: int, *, weight: int = 0) -> bool:
        one = next(i for i in self.inputs if i.name == name)
        number = converted(value, one.kind, named=weight > 0)
        if number is None or name in self.stated.inputs:
            return False
        times = self._periodic(value) if one.periodic else 1
        if times > 1:
            number *= times
            self.stated.notes.append(f"{value.raw}按一年{times}期折合年利率{(number * 100).normalize():f}%")
        if one.kind == "points" and number > 0 and self._falls(value):
            number = -number
        if one.kind == "rate" and not value.unit and abs(value.number) >= 1:
            self.stated.notes.append(f"“{one.name}{value.raw}”按{value.raw}%理解")
        self.stated.inputs[name] = number
        self.stated.spans[name] = (value.start, value.end)
        self.stated.weight += weight
        self._used.add(n)
        return True

    def _periodic(self, value: Value) -> int:
        """月利率9‰: how many such periods a year has."""
        before, _, _ = _gaps()
        rates: dict[str, int] = load("calculators.yaml")["periodic"]
        for name, times in rates.items():
            at = self.text.rfind(name, 0, value.start)
            if at >= 0 and before.fullmatch(self.text[at + len(name) : value.start]):
                return times
        return 1

    def _falls(self, value: Value) -> bool:
        around = self.text[max(0, value.start - _SIGN_WINDOW) : value.start]
        return any(word in around for word in load("calculators.yaml")["down"])


def _names(text: str, inputs: Iterable[Input], values: list[Value]) -> list[Hit]:
    """Names of inputs, longest first, outside of the figures; none that is a part of a longer item (税前利润 in 息税前利润)
    or that belongs to another time or scope (上年净利润)."""
    inputs = list(inputs)
    periodic: dict[str, int] = load("calculators.yaml")["periodic"]
    pairs = [(upper(name), one.name) for one in inputs for name in (*one.aliases, one.name)]
    pairs += [(name, one.name) for one in inputs if one.periodic for name in periodic]
    lexicon = Lexicon(pairs)
    masked = _blank(upper(text), [(v.start, v.end) for v in values])
    longer = [(m.start, m.end) for m in taxonomy().find_in(masked)]
    longer += [(m.start, m.end) for m in formulas().find_in(masked)]
    longer += [(h.start, h.end) for h in terms().find_in(masked)]
    apart: list[str] = load("calculators.yaml")["apart"]
    return [
        hit
        for hit in lexicon.find_in(masked)
        if not masked[: hit.start].endswith(tuple(apart))
        and not any(s <= hit.start and hit.end <= e and e - s > hit.length for s, e in longer)
    ]


def _blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + "□" * (end - start) + text[end:]
    return text
