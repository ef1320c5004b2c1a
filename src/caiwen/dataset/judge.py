"""Whether a bound number is borne out by the ledger: looked up, or recomputed from what was looked up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise, product

from caiwen.dataset.amounts import agree, units_agree
from caiwen.dataset.binding import Bound, year_before
from caiwen.dataset.ledger import Ledger, When, describe, size_of
from caiwen.dataset.records import Claim, Support
from caiwen.finance.formulas import FormulaError, balance_of, evaluate, formulas, names_in
from caiwen.records import Fact, Scope

_ORDER = list(Support)
_RARE, _CERTAIN = 5, 8
"""From so many digits on a value hardly meets another one by chance; from more on it is surely that of its fact."""
Verdict = tuple[Support, str]
"""How a claim is supported and by which fact."""


@dataclass(slots=True)
class Judge:
    """Holds bound numbers against a ledger. ``strict``: nothing but the ledger counts."""

    ledger: Ledger

    def judge(self, bound: Bound) -> Claim:
        found, fact = self._supported(bound)
        if found is not Support.NONE:
            return _claim(bound, found, fact=fact)
        if bound.starts:  # 从7.77%下降至5.84%: of one year, before and after something is left out
            bound = replace(bound, tight=False)
        why, nearest, sure = self._why(bound)
        return _claim(bound, Support.NONE, why=why, nearest=nearest, contradicted=sure)

    def _supported(self, bound: Bound) -> Verdict:
        if bound.frame.who is None:
            return Support.NONE, ""
        tries = {
            "level": (self._level, self._computed),
            "change": (self._change,),
            "share": (self._share, self._level, self._computed),
        }
        best: Verdict = (Support.NONE, "")
        for attempt in tries[bound.role]:
            found = attempt(bound)
            if _ORDER.index(found[0]) < _ORDER.index(best[0]):
                best = found
        if best[0] is Support.NONE and bound.role == "level" and bound.mention.unit == "%":
            best = self._change(replace(bound, way=0))
        return best

    # --- looked up --------------------------------------------------------------------------------

    def candidates(
        self, bound: Bound, when: When | None = None, items: Iterable[str] | None = None
    ) -> list[Fact]:
        """Facts of what the number is about. Where no member is named, members' figures count after totals."""
        frame, found = bound.frame, []
        at = when or frame.when
        if frame.who is None or at is None:
            return []
        for item in items or frame.items:
            found += self.ledger.find(frame.who, item, at, frame.scope, frame.member)
        return found

    def _level(self, bound: Bound) -> Verdict:
        best: Verdict = (Support.NONE, "")
        for fact in self.candidates(bound) or self._undated(bound):
            best = _better(best, self._equals(bound, fact))
        if best[0] is Support.NONE and bound.far_member:
            for fact in self.candidates(without_member(bound)):
                best = _better(best, self._equals(bound, fact))
        if best[0] is Support.NONE and bound.frame.member is None:
            for fact in self._inside(bound):
                best = _better(best, self._equals(bound, fact))
        return best

    def _equals(self, bound: Bound, fact: Fact) -> Verdict:
        value = size_of(fact)
        if value is None or not units_agree(bound.mention.unit, fact.unit):
            return Support.NONE, ""
        signed = value < 0 or (bound.mention.value or 0) < 0
        found = agree(bound.mention, value, bound.before, bound.after, signed=signed)
        if (
            found is Support.NONE
            and value < 0
            and any(w in bound.before for w in ("亏损", "流出", "损失", "负"))
        ):
            found = agree(bound.mention, value, bound.before, bound.after, signed=False)
        return found, fact.id

    def _inside(self, bound: Bound) -> Iterator[Fact]:
        frame = bound.frame
        for item in frame.items:
            for fact in self.ledger.facts(frame.who or "", item):
                if fact.dimensions and frame.when and fact.period == frame.when.period:
                    yield fact

    def _undated(self, bound: Bound) -> list[Fact]:
        """Where neither question nor answer names a period: the latest one, if the ledger knows the item."""
        frame = bound.frame
        if frame.when is not None or frame.who is None:
            return []
        every = [f for item in frame.items for f in self.ledger.facts(frame.who, item)]
        last = max((f.period for f in every), default="")
        return [f for f in every if f.period == last]

    # --- recomputed -------------------------------------------------------------------------------

    def _computed(self, bound: Bound) -> Verdict:
        frame = bound.frame
        for name in frame.items:
            for value, unit in self.formula(bound, name):
                if units_agree(bound.mention.unit, unit) and _matches(bound, value):
                    return Support.DERIVED, ""
        return Support.NONE, ""

    def formula(self, bound: Bound, name: str) -> Iterator[tuple[Decimal, str]]:
        """The values that a formula may have: for each scope and basis of its inputs, in the form that it declares."""
        formula, frame = formulas().get(name), bound.frame
        if formula is None or frame.who is None or frame.when is None:
            return
        for expression in (formula.expression, *formula.alternatives):
            needed = names_in(expression)
            options = {n: self.inputs(bound, n) for n in needed}
            for n in formula.optional:
                if n in options and not options[n]:
                    options[n] = [Decimal(0)]
            if not all(options.values()):
                continue
            for values in product(*(options[n][:3] for n in needed)):
                try:
                    value = evaluate(expression, dict(zip(needed, values, strict=True)))
                except FormulaError:
                    continue
                yield (value * 100 if formula.display == "percent" else value), formula.unit
                if formula.display == "ratio" and formula.unit == "":
                    yield value * 100, "%"

    def inputs(self, bound: Bound, name: str) -> list[Decimal]:
        """The values of one input: of the period, the year before, or both ends' mean."""
        prefix, item = balance_of(name)
        when = bound.frame.when
        if when is None:
            return []
        now = self._sizes(bound, item, when)
        if not prefix:
            return now
        before = self._sizes(bound, item, year_before(when))
        if prefix == "平均":
            return [(a + b) / 2 for a, b in product(now, before)]
        return before

    def _sizes(self, bound: Bound, item: str, when: When | None) -> list[Decimal]:
        found = self.candidates(bound, when, (item,)) if when else []
        return list(dict.fromkeys(v for f in found if (v := size_of(f)) is not None))

    def _change(self, bound: Bound) -> Verdict:
        """Growth, difference or points against the base period, or between two companies of the sentence."""
        for now, base, unit in self.comparisons(bound):
            if self._change_fits(bound, now, base, unit):
                return Support.DERIVED, ""
        return Support.NONE, ""

    def _change_fits(self, bound: Bound, now: Decimal, base: Decimal, unit: str) -> bool:
        said = bound.mention.unit
        if said == "%" and unit != "%":
            value = (now - base) / abs(base) * 100 if base else None
        elif (
            (said == "百分点" and unit == "%")
            or (said == "%" and unit == "%")
            or (units_agree(said, unit) and said)
        ):
            value = now - base
        else:
            return False
        if value is None or (
            bound.way and value and (value > 0) != ((bound.mention.value or 0) * bound.way > 0)
        ):
            return False
        return agree(bound.mention, value, bound.before, bound.after, signed=False) is not Support.NONE

    def comparisons(self, bound: Bound) -> Iterator[tuple[Decimal, Decimal, str]]:
        """(now, base, unit) for every reading of what is compared with what."""
        frame = bound.frame
        if frame.when is None or frame.who is None:
            return
        earlier = list(bound.bases) or [w for w in (year_before(frame.when),) if w]
        said = [m.when for m in bound.others if m.kind == "period" and m.when]
        pairs = [(frame.when, base) for base in earlier]
        pairs += [(b, a) for a in said for b in said if a.period < b.period and (b, a) not in pairs]
        for (now, base), item in product(pairs, frame.items):
            yield from self._values(bound, item, now, base)
        yield from self._between_companies(bound)

    def _values(
        self, bound: Bound, item: str, now: When, base: When
    ) -> Iterator[tuple[Decimal, Decimal, str]]:
        """Both ends of an item; of a formula where it is no item of the ledger."""
        ends = [self.candidates(bound, when, (item,)) for when in (now, base)]
        if all(ends):
            for a, b in product(*ends):
                x, y = size_of(a), size_of(b)
                if x is not None and y is not None and a.unit == b.unit and a.dimensions == b.dimensions:
                    yield x, y, a.unit or ""
        else:
            both = [
                list(self.formula(replace(bound, frame=replace(bound.frame, when=w)), item))
                for w in (now, base)
            ]
            for (x, unit), (y, _) in product(*both):
                yield _shown(item, x), _shown(item, y), unit

    def _between_companies(self, bound: Bound) -> Iterator[tuple[Decimal, Decimal, str]]:
        whos = list(dict.fromkeys(m.names[0] for m in bound.others if m.kind == "company" and m.names))
        when = bound.frame.when
        if len(whos) < 2 or when is None:
            return
        for item, (one, other) in product(bound.frame.items, product(whos, whos)):
            if one != other:
                for a, b in product(self.ledger.find(one, item, when), self.ledger.find(other, item, when)):
                    x, y = size_of(a), size_of(b)
                    if x is not None and y is not None:
                        yield x, y, a.unit or ""

    def _share(self, bound: Bound) -> Verdict:
        """甲占乙的比例: two items of the sentence, or a member's part of the whole."""
        frame = bound.frame
        if frame.when is None:
            return Support.NONE, ""
        names = [m for m in bound.others if m.kind == "item" and m.start < bound.mention.start]
        pairs = [(a.names, b.names) for a, b in pairwise(names)]
        for tops, bottoms in pairs:
            for top, bottom in product(tops, bottoms):
                for x, y in product(self._sizes(bound, top, frame.when), self._whole(bound, bottom)):
                    if y and _matches(bound, x / y * 100):
                        return Support.DERIVED, ""
        if frame.member is not None:
            for item in frame.items:
                for x, y in product(self._sizes(bound, item, frame.when), self._whole(bound, item)):
                    if y and _matches(bound, x / y * 100):
                        return Support.DERIVED, ""
        return Support.NONE, ""

    def _whole(self, bound: Bound, item: str) -> list[Decimal]:
        return self._sizes(without_member(bound), item, bound.frame.when)

    # --- what is wrong ----------------------------------------------------------------------------

    def _why(self, bound: Bound) -> tuple[str, str, bool]:
        """What is wrong, the nearest fact in words, and whether the ledger contradicts the claim."""
        frame = bound.frame
        if frame.stranger:
            return "company", frame.stranger, True
        if frame.who is None:
            return "unknown", "", False
        here = self.candidates(bound)
        if here and bound.role == "level":
            return self._why_level(bound, here)
        if bound.role == "change" and any(True for _ in self.comparisons(bound)):
            told = (
                bool(bound.bases)
                or any(m.kind == "period" for m in bound.others)
                or bound.mention.unit == "%"
            )
            return "value", self._change_words(bound), bound.tight and told
        other = self._other_period(bound) if bound.role == "level" else None
        if other is not None:
            return "period", describe(other), bound.tight
        elsewhere = self._elsewhere(bound)
        known = any(self.ledger.facts(bound.frame.who or "", item) for item in bound.frame.items)
        if elsewhere and known:
            return "period", elsewhere, bound.tight
        if elsewhere and frame.items and self._is_anothers(bound):
            return "item", elsewhere, bound.tight
        totals = (
            self.candidates(without_member(bound)) if bound.frame.member and bound.role == "level" else []
        )
        return self._why_level(without_member(bound), totals) if totals else ("unknown", "", False)

    def _other_scope(self, bound: Bound) -> Fact | None:
        """The parent's figure told as the group's, or the other way round."""
        frame = bound.frame
        if frame.when is None:
            return None
        others = [scope for scope in Scope if scope is not (frame.scope or Scope.CONSOLIDATED)]
        for item in frame.items:
            for scope in others:
                for fact in self.ledger.find(frame.who or "", item, frame.when, scope, frame.member):
                    if self._equals(bound, fact)[0] is Support.FACT:
                        return fact
        return None

    def _other_period(self, bound: Bound) -> Fact | None:
        """The same thing with this very value in another period."""
        frame = bound.frame
        for item in frame.items:
            for fact in self.ledger.facts(frame.who or "", item):
                fits = frame.member in fact.dimensions.values() if frame.member else not fact.dimensions
                if fits and fact.value is not None and self._equals(bound, fact)[0] is Support.FACT:
                    return fact
        return None

    def _why_level(self, bound: Bound, here: list[Fact]) -> tuple[str, str, bool]:
        """Another value of the same thing; the same digits under another unit; this value of another thing."""
        fact = min(here, key=lambda f: _distance(bound, f))
        scoped = self._other_scope(bound)
        if scoped is not None:
            return "scope", describe(scoped), bound.tight
        if self._elsewhere(bound):
            return "item", self._elsewhere(bound), bound.tight
        if fact.value is not None and _same_digits(bound, fact):
            return "unit", describe(fact), True
        if not units_agree(bound.mention.unit, fact.unit):
            said_of_it = bound.before.strip(" （母公司口径）") in ("为", "是")
            return ("item", describe(fact), True) if said_of_it else ("unknown", "", False)
        return "value", describe(fact), bound.tight

    def _elsewhere(self, bound: Bound) -> str:
        """A fact of this very value under another item or period; only for values too long to meet by chance."""
        if bound.mention.value is None or len(_digits(bound)) < _RARE:
            return ""
        found = self.ledger.with_value(bound.frame.who or "", bound.mention.value)
        return describe(found[0]) if found else ""

    def _is_anothers(self, bound: Bound) -> bool:
        """The value is surely that of other items, none of which goes by a like name (利息支出, 利息费用)."""
        if bound.mention.value is None or len(_digits(bound)) < _CERTAIN:
            return False
        found = self.ledger.with_value(bound.frame.who or "", bound.mention.value)
        names = [name for fact in found for name in (fact.item, *fact.dimensions.values())]
        alike = (a in b or b in a or a[:2] == b[:2] for a, b in product(bound.frame.items, names))
        return bool(names) and not any(alike)

    def _change_words(self, bound: Bound) -> str:
        now, base, unit = next(self.comparisons(bound))
        return f"{bound.frame.items[0] if bound.frame.items else ''} {base:,f}{unit} → {now:,f}{unit}"


def _digits(bound: Bound) -> str:
    """Of the value, without the zeros around them: what tells it from other numbers."""
    return str(abs(bound.mention.value or Decimal(0))).replace(".", "").strip("0")


def without_member(bound: Bound) -> Bound:
    return replace(bound, frame=replace(bound.frame, member=None))


def _claim(
    bound: Bound,
    support: Support,
    why: str = "",
    nearest: str = "",
    fact: str = "",
    contradicted: bool = False,
) -> Claim:
    m = bound.mention
    return Claim(m.kind, m.text, m.start, m.end, support, why, nearest, fact, contradicted)


def _better(one: Verdict, other: Verdict) -> Verdict:
    return other if _ORDER.index(other[0]) < _ORDER.index(one[0]) else one


def _matches(bound: Bound, value: Decimal) -> bool:
    signed = value < 0 or (bound.mention.value or 0) < 0
    return agree(bound.mention, value, bound.before, bound.after, signed=signed) is not Support.NONE


def _shown(name: str, value: Decimal) -> Decimal:
    """A ratio as answers show it: differences are told between rounded values."""
    formula = formulas().get(name)
    return value.quantize(Decimal(1).scaleb(-formula.decimals)) if formula else value


def _distance(bound: Bound, fact: Fact) -> Decimal:
    value = size_of(fact)
    return (
        abs(value - bound.mention.value)
        if value is not None and bound.mention.value is not None
        else Decimal("Infinity")
    )


def _same_digits(bound: Bound, fact: Fact) -> bool:
    """The value under another scale: 元 for 万元."""
    value = size_of(fact)
    if not value or not bound.mention.value:
        return False
    return abs(value).normalize().as_tuple().digits == abs(bound.mention.value).normalize().as_tuple().digits
