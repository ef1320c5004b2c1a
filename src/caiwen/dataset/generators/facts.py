"""Pairs from facts: look-ups, lists, growth, trends, shares, comparisons."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from caiwen.dataset.data import load
from caiwen.dataset.generators.wording import Thing, keys_of
from caiwen.dataset.ledger import size_of
from caiwen.dataset.speech import (
    asked_with,
    exact_words,
    item_words,
    money_words,
    percent,
    period_words,
    value_words,
)
from caiwen.finance.items import taxonomy
from caiwen.finance.period import Period
from caiwen.records import Basis, Fact, Scope, Span, Status

_BASES = (Basis.CORRECTED, Basis.REPORTED, Basis.COMPARATIVE, Basis.RESTATED)
_LONGEST = 60
_FAR = 100
_HAN = re.compile(r"[\u4e00-\u9fff]")
_ENDS = ("期初", "期末")
"""2020年期初现金… reads as the balance at the opening of 2020; such lines stand under 货币资金 and 现金的期末余额 too."""
_SUMMABLE = ("money", "shares", "people", "count")
Key = tuple[str, tuple[tuple[str, str], ...], Span, Scope]


@dataclass(slots=True)
class Company:
    """The usable facts of one company: one a meaning, the one that a look-up would give.

    ``repeated``: the ids of those that another filing tells alike, so that growth may be told across filings.
    """

    who: str
    name: str
    facts: list[Fact]
    series: dict[Key, dict[str, Fact]] = field(default_factory=lambda: defaultdict(dict))
    repeated: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, who: str, name: str, facts: Iterable[Fact]) -> Company:
        """Facts in conflict, openings and members too long to say are left out; so is what two filings tell differently."""
        chosen: dict[tuple[object, ...], Fact] = {}
        differing: set[tuple[object, ...]] = set()
        repeated: set[str] = set()
        for fact in sorted((f for f in facts if usable(f)), key=_order):
            key = fact.key()
            kept = chosen.setdefault(key, fact)
            alike = (kept.value, kept.text) == (fact.value, fact.text)
            if not alike and kept.basis is fact.basis:
                differing.add(key)
            if alike and kept.observation.document != fact.observation.document:
                repeated.add(kept.id)
        made = cls(who, name, [f for k, f in chosen.items() if k not in differing], repeated=repeated)
        for fact in made.facts:
            key = (fact.item, tuple(sorted(fact.dimensions.items())), fact.span, fact.scope)
            made.series[key][fact.period] = fact
        return made


def usable(fact: Fact) -> bool:
    """Whether a pair may state it: not in conflict, of a report period, short, and its print agrees with its value."""
    if fact.status is Status.CONFLICT or fact.basis not in _BASES or Period.parse(fact.period) is None:
        return False
    if len(fact.period) > 6 or "中的" in fact.item or fact.item.startswith(_ENDS):
        return False
    if fact.value is None:
        text = fact.text or ""
        if asked_with(fact.item) == "哪里" and not _HAN.search(text):  # tables hold postcodes as addresses
            return False
        absent = text.startswith(tuple(load("naming.yaml")["absent"]))
        return 0 < len(text) <= _LONGEST and not absent and taxonomy().get(fact.item) is not None
    return all(len(member) <= _LONGEST for member in fact.dimensions.values())


def _order(fact: Fact) -> tuple[object, ...]:
    status = (Status.VERIFIED, Status.UNVERIFIED, Status.CONFLICT).index(fact.status)
    return (_BASES.index(fact.basis), status, fact.id)


def things(company: Company, kinds: Sequence[str]) -> Iterator[Thing]:
    for thing in _all(company, kinds):
        yield replace(thing, companies=((company.who, company.name),))


def _all(company: Company, kinds: Sequence[str]) -> Iterator[Thing]:
    makers = {"multi": _lists, "change": _changes, "trend": _trends, "share": _shares}
    if {"lookup", "member", "text"} & set(kinds):
        told = (f for f in company.facts if f.text != company.name)  # a company's name is no answer about it
        yield from (t for f in told if (t := _single(company, f)).kind in kinds)
    for kind, make in makers.items():
        if kind in kinds:
            yield from make(company)


def _base(company: Company, fact: Fact) -> dict[str, str]:
    return {"c": company.name, "p": period_words(fact), "i": item_words(fact)}


def _single(company: Company, fact: Fact) -> Thing:
    slots = {**_base(company, fact), "v": value_words(fact)}
    if fact.value is None:
        inside = "".join(fact.dimensions.values())
        slots |= {"i": inside + fact.item, "w": asked_with(fact.item)}
        return Thing("text", slots, (fact,), keys_of([fact]), "facts")
    kind = "member" if fact.dimensions else "lookup"
    return Thing(kind, slots, (fact,), keys_of([fact]), "facts")


def _numbers(company: Company) -> Iterator[tuple[Key, dict[str, Fact]]]:
    for key, series in company.series.items():
        if all(f.value is not None for f in series.values()):
            yield key, series


def _lists(company: Company) -> Iterator[Thing]:
    """Two to four items of one statement and period, neighbours in the statement."""
    rooms: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in company.facts:
        if fact.value is not None and not fact.dimensions:
            rooms[fact.source, fact.period, fact.span, fact.scope, period_words(fact)].append(fact)
    for facts in rooms.values():
        facts.sort(key=lambda f: (f.observation.table or 0, f.observation.row or 0, f.item))
        for number, at in enumerate(range(0, len(facts) - 1, 3)):
            group = facts[at : at + 2 + number % 3]
            if len(group) > 1:
                yield _list(company, group)


def _list(company: Company, group: Sequence[Fact]) -> Thing:
    names = [f.item for f in group]
    parent = "（母公司口径）" if group[0].scope is Scope.PARENT else ""
    slots = {
        "c": company.name,
        "p": period_words(group[0]) + parent,
        "list": "、".join(names[:-1]) + "和" + names[-1],
        "values": "，".join(f"{f.item}为{value_words(f)}" for f in group),
    }
    return Thing("multi", slots, tuple(group), keys_of(group), "facts", 2)


def _changes(company: Company) -> Iterator[Thing]:
    for _, series in _numbers(company):
        for period, now in series.items():
            before = Period.parse(period)
            base = series.get(str(before.prior_year())) if before else None
            if base is not None and comparable(company, now, base):
                yield change(company, now, base)


def comparable(company: Company, now: Fact, base: Fact) -> bool:
    """One filing's two columns, or a base that another filing tells alike; money-like amounts of one sign, so that a rate means something."""
    item = taxonomy().get(now.item)
    x, y = size_of(now), size_of(base)
    if item is None or item.unit not in _SUMMABLE or x is None or y is None or now.unit != base.unit:
        return False
    same = now.observation.document == base.observation.document or base.id in company.repeated
    return same and y > 0 and x > 0 and x != y and x / y < 50


def change(company: Company, now: Fact, base: Fact) -> Thing:
    x, y = size_of(now) or Decimal(0), size_of(base) or Decimal(0)
    more = x > y
    slots = {
        **_base(company, now),
        "b": period_words(base),
        "v": value_words(now),
        "w": value_words(base),
        "d": money_words(abs(x - y), now.unit),
        "r": f"{abs(percent((x - y) / y * 100))}%",
        "x": "增加" if more else "减少",
        "y": "增长" if more else "下降",
    }
    return Thing("change", slots, (now, base), keys_of([now, base]), "facts", 2)


def _trends(company: Company) -> Iterator[Thing]:
    """Three or more years in a row of one item; a row of equal values shows no trend."""
    for key, series in _numbers(company):
        years = sorted(p for p in series if len(p) == 4)
        run = [y for y in years if str(int(y) - 1) in years or str(int(y) + 1) in years]
        in_a_row = len(run) >= 3 and int(run[-1]) - int(run[0]) == len(run) - 1
        if in_a_row and not key[1] and len({series[y].value for y in run}) > 1:
            yield _trend(company, [series[y] for y in run])


def _trend(company: Company, facts: Sequence[Fact]) -> Thing:
    sizes = [size_of(f) or Decimal(0) for f in facts]
    ups = {b > a for a, b in itertools.pairwise(sizes) if a != b}
    steady = all(a != b for a, b in itertools.pairwise(sizes))
    way = "上升" if ups == {True} else "下降"
    shape = "期间有升有降" if len(ups) > 1 else f"{'逐年' if steady else '总体'}{way}"
    slots = {
        **_base(company, facts[0]),
        "list": "、".join(period_words(f) for f in facts),
        "values": "，".join(f"{period_words(f)}为{value_words(f)}" for f in facts),
        "shape": shape,
        "whole": _over_all(company, facts),
    }
    return Thing("trend", slots, tuple(facts), keys_of(facts), "facts", 3)


def _over_all(company: Company, facts: Sequence[Fact]) -> str:
    """From the first year to the last; nothing where one filing does not hold both or a rate would mean nothing."""
    first, last = facts[0], facts[-1]
    if not comparable(company, last, first):
        return ""
    x, y = size_of(first) or Decimal(1), size_of(last) or Decimal(0)
    way, rises = ("增加", "增长") if y > x else ("减少", "下降")
    change, rate = money_words(abs(y - x), last.unit), abs(percent((y - x) / x * 100))
    return f"{period_words(last)}比{period_words(first)}{way}{change}，{rises}{rate}%。"


def _shares(company: Company) -> Iterator[Thing]:
    """Each line of the balance sheet as a part of 资产总计, each cost as a part of 营业收入; members as parts of the whole."""
    wholes = {"balance_sheet": "资产总计", "income_statement": "营业收入"}
    for fact in company.facts:
        item = taxonomy().get(fact.item)
        whole_name = fact.item if fact.dimensions else wholes.get(item.statement if item else "")
        if item is None or item.unit != "money" or whole_name is None:
            continue
        if fact.scope is Scope.PARENT or (fact.dimensions and fact.item != "营业收入"):
            continue
        whole = company.series.get((whole_name, (), fact.span, fact.scope), {}).get(fact.period)
        if whole is not None and whole is not fact and _is_part(fact, whole):
            yield _share(company, fact, whole)


def _is_part(fact: Fact, whole: Fact) -> bool:
    x, y = size_of(fact), size_of(whole)
    if x is None or y is None or fact.observation.document != whole.observation.document:
        return False
    return y / 1000 < x < y


def _share(company: Company, fact: Fact, whole: Fact) -> Thing:
    x, y = size_of(fact) or Decimal(0), size_of(whole) or Decimal(1)
    slots = {
        **_base(company, fact),
        "t": whole.item,
        "v": exact_words(fact),
        "w": exact_words(whole),
        "a": f"{x:,f}",
        "e": f"{y:,f}",
        "r": f"{percent(x / y * 100)}%",
    }
    return Thing("share", slots, (fact, whole), keys_of([fact, whole]), "facts", 2)


def compare(one: Company, other: Company) -> Iterator[Thing]:
    """The same item and period of two companies, where people would compare them: core items, not far apart."""
    wanted = load("naming.yaml")["compared"]
    for key, series in _numbers(one):
        if key[0] not in wanted or key[1] or key[3] is Scope.PARENT:
            continue
        theirs = other.series.get(key, {})
        for period in sorted(set(series) & set(theirs)):
            a, b = series[period], theirs[period]
            if a.value is not None and b.value is not None and a.unit == b.unit and _near(a.value, b.value):
                yield _comparison(one, other, a, b)


def _near(x: Decimal, y: Decimal) -> bool:
    """Different, and of a size that makes the difference worth telling."""
    small, large = sorted((abs(x), abs(y)))
    return x != y and large < small * _FAR


def _comparison(one: Company, other: Company, a: Fact, b: Fact) -> Thing:
    x, y = size_of(a) or Decimal(0), size_of(b) or Decimal(0)
    rate = a.unit == "%"
    slots = {
        **_base(one, a),
        "o": other.name,
        "v": value_words(a),
        "w": value_words(b),
        "d": f"{abs(x - y)}个百分点" if rate else money_words(abs(x - y), a.unit),
        "more": ("高" if x > y else "低") if rate else "多" if x > y else "少",
        "top": one.name if x > y else other.name,
    }
    both = ((one.who, one.name), (other.who, other.name))
    return Thing("compare", slots, (a, b), keys_of([a, b]), "facts", 2, companies=both)
