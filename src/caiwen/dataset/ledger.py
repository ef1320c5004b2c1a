"""The facts that claims are held against, by company, item and period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from caiwen.finance.companies import short_forms
from caiwen.finance.items import taxonomy
from caiwen.finance.period import Period
from caiwen.records import Basis, Fact, Scope, Span

_BASES = (
    Basis.CORRECTED,
    Basis.REPORTED,
    Basis.COMPARATIVE,
    Basis.RESTATED,
    Basis.UNADJUSTED,
    Basis.OPENING,
)


@dataclass(frozen=True, slots=True)
class When:
    """``single``: one quarter alone."""

    period: str
    single: bool = False

    @property
    def words(self) -> str:
        parsed = Period.parse(self.period)
        if parsed is None:
            return self.period
        if self.single and self.period.endswith("Q3"):
            return f"{parsed.year}年第三季度"
        return parsed.words


def when_of(fact: Fact) -> When:
    """The balance of 2020-01-01 answers for the end of 2019, as opening balances are spoken of."""
    period = fact.period
    parsed = Period.parse(period)
    if parsed is None and period.endswith("-01-01"):
        return When(str(int(period[:4]) - 1))
    single = fact.span is Span.SINGLE and not period.endswith("Q1")
    return When(period, single)


def size_of(fact: Fact) -> Decimal | None:
    """The value; outflows that a bank prints in brackets are told by their size."""
    item = taxonomy().get(fact.item)
    return abs(fact.value) if fact.value is not None and item is not None and item.magnitude else fact.value


class Ledger:
    """``load`` brings the facts of a company when it is first asked for; without it only what was added is known."""

    def __init__(self, load: Callable[[str], Iterable[Fact]] | None = None) -> None:
        self._load = load
        self._loaded: set[str] = set()
        self._names: dict[str, str] = {}
        self._facts: dict[tuple[str, str], list[Fact]] = defaultdict(list)
        self._values: dict[str, dict[Decimal, list[Fact]]] = defaultdict(lambda: defaultdict(list))
        self._members: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
        self._items: dict[str, dict[str, None]] = defaultdict(dict)

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> Ledger:
        """Of these facts alone; their entities and codes are the names of their companies."""
        ledger = cls()
        for fact in facts:
            who = fact.code or fact.entity
            for name in {fact.entity, who}:
                ledger.name(who, name)
            ledger.add(who, fact)
        return ledger

    def name(self, who: str, name: str) -> None:
        """``who`` may be called by this name; by its likely short forms too where nobody else has them."""
        if len(name) >= 2:
            self._names[name] = who
        for form in short_forms(name) if name.endswith("公司") else ():
            if len(form) >= 4:
                self._names.setdefault(form, who)

    def add(self, who: str, fact: Fact) -> None:
        self._facts[who, fact.item].append(fact)
        self._items[who].setdefault(fact.item)
        item = taxonomy().get(fact.item)
        for covered in item.covers if item else ():
            self._facts[who, covered].append(fact)
            self._items[who].setdefault(covered)
        if fact.value is not None:
            self._values[who][abs(fact.value)].append(fact)
        for axis, member in fact.dimensions.items():
            self._members[who][member] = (axis, member)

    def _bring(self, who: str) -> None:
        if self._load is not None and who not in self._loaded:
            self._loaded.add(who)
            for fact in self._load(who):
                self.add(who, fact)

    # --- asking ---------------------------------------------------------------------------------------

    def meant(self, stranger: str) -> str | None:
        """Whom a name means that stands in order within exactly one full name: 安靠智能 for 江苏安靠智能输电…公司."""
        short = stranger.removesuffix("公司").removesuffix("集团")
        found = {
            owner
            for name, owner in self._names.items()
            if len(name) > 6 and len(short) >= 3 and short in name
        }
        return found.pop() if len(found) == 1 else None

    @property
    def names(self) -> dict[str, str]:
        """Every name → whose it is."""
        return self._names

    def called(self, who: str) -> str:
        """The shortest name in words."""
        names = [name for name, owner in self._names.items() if owner == who and not name.isdigit()]
        return min(names, key=len, default=who)

    def items(self, who: str) -> list[str]:
        self._bring(who)
        return list(self._items[who])

    def members(self, who: str) -> dict[str, tuple[str, str]]:
        """Member (a product, a shareholder) → its axis and name."""
        self._bring(who)
        return self._members[who]

    def facts(self, who: str, item: str) -> list[Fact]:
        self._bring(who)
        return self._facts.get((who, item), [])

    def find(
        self, who: str, item: str, when: When, scope: Scope | None = None, member: str | None = None
    ) -> list[Fact]:
        """Facts of this meaning, first reported first. Without ``member`` totals only, where there are any.

        Without ``scope`` consolidated ones, and those of the parent where a filing has no other.
        """
        found = [f for f in self.facts(who, item) if _fits(when_of(f), when)]
        if member is not None:
            found = [f for f in found if member in f.dimensions.values()]
        elif any(not f.dimensions for f in found):
            found = [f for f in found if not f.dimensions]
        wanted = scope or Scope.CONSOLIDATED
        if scope is not None or any(f.scope is wanted for f in found):
            found = [f for f in found if f.scope is wanted]
        return sorted(found, key=lambda f: _BASES.index(f.basis))

    def with_value(self, who: str, value: Decimal) -> list[Fact]:
        """Facts of a company that have exactly this size, whatever they are."""
        self._bring(who)
        return self._values[who].get(abs(value), [])

    def latest_year(self, who: str) -> str | None:
        """The last year of which many facts are known: an outlook or a plan for the next does not make it that."""
        self._bring(who)
        years: dict[str, int] = defaultdict(int)
        for owner, item in self._facts:
            if owner == who:
                for year in {f.period for f in self._facts[owner, item] if len(f.period) == 4}:
                    years[year] += 1
        return max(years, key=lambda y: (years[y] * 2 >= max(years.values()), y), default=None)

    def periods(self, who: str, item: str) -> list[When]:
        return list(dict.fromkeys(when_of(f) for f in self.facts(who, item)))


def _fits(have: When, wanted: When) -> bool:
    """A first quarter alone and from the start of the year are the same thing."""
    if have.period != wanted.period:
        return False
    return have.single == wanted.single or have.period.endswith("Q1")


def describe(fact: Fact) -> str:
    """A fact in words, for reports: 生物股份 2020年 营业收入 = 1,581,905,632.48元."""
    value = fact.text if fact.value is None else f"{fact.value:,f}{fact.unit or ''}"
    inside = "".join(f"（{member}）" for member in fact.dimensions.values())
    scope = "（母公司）" if fact.scope is Scope.PARENT else ""
    return f"{fact.entity} {when_of(fact).words} {fact.item}{inside}{scope} = {value}"
