"""Which companies are registered where, in which year: an index over all addresses, made once a year of question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from caiwen.ask.regions import Place, districts_of, gazetteer, read_address

EVER = ""
"""Instead of a year: any year."""
_KEPT = 500
"""Regions and years that are remembered."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Companies by how their addresses stand to some regions. ``near``: only a county-level city of them is named;
    ``road``: only a road bears such a name; ``unread``: no address that can be read."""

    inside: frozenset[str]
    near: frozenset[str]
    road: frozenset[str]
    unread: frozenset[str]


@dataclass(slots=True)
class _Year:
    """``places``: (level, name) → companies; ``texts``: the addresses that count in this year, a line each."""

    places: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    texts: dict[str, str] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Registry:
    """``addresses``: company → period → text."""

    addresses: Mapping[str, Mapping[str, str]]
    _years: dict[str, _Year] = field(default_factory=dict)
    _standings: dict[tuple[tuple[str, ...], str], Standing] = field(default_factory=dict)

    def standing(self, regions: Iterable[str], year: str) -> Standing:
        """``year``: of the question, or EVER. Where an address is missing or unreadable, that of the nearest year counts."""
        names = tuple(regions)
        known = self._standings.get((names, year))
        if known is None:
            if len(self._standings) >= _KEPT:
                self._standings = {}
            known = self._standings[names, year] = self._stand(names, year)
        return known

    def _stand(self, names: tuple[str, ...], year: str) -> Standing:
        made = self._years.get(year)
        if made is None:
            made = self._years[year] = self._index(year)
        inside = set().union(*(self._in(made, name) for name in names))
        districts = {("county", d) for name in names for d in districts_of(name)}
        near = set().union(*(made.places.get(d, set()) for d in districts)) - inside
        bearing = {who for name in names for who, text in made.texts.items() if name in text}
        return Standing(
            frozenset(inside), frozenset(near), frozenset(bearing - inside - near), frozenset(made.unread)
        )

    def _in(self, year: _Year, name: str) -> set[str]:
        places = gazetteer().get(name)
        if places is None:
            return {who for who, text in year.texts.items() if name in text}
        return set().union(*(self._of(year, place) for place in places))

    def _of(self, year: _Year, place: Place) -> set[str]:
        if place.level == "area":
            return set().union(*(self._in(year, member) for member in place.inside))
        if place.level == "province":
            return year.places.get(("province", place.name), set())
        found = year.places.get(("city", place.name), set())
        return found | year.places.get(("county", place.name), set())

    def _index(self, year: str) -> _Year:
        made = _Year()
        for who, by_period in self.addresses.items():
            texts = _counting(by_period, year)
            made.texts[who] = "\n".join(texts)
            read = [read_address(text) for text in texts]
            if not any(address.province for address in read):
                made.unread.add(who)
            for address in read:
                made.places["province", address.province].add(who)
                for city in address.cities:
                    made.places[_level(city), city].add(who)
        return made


@cache
def _level(city: str) -> str:
    places = gazetteer().get(city, ())
    return "city" if any(p.level == "city" and p.name == city for p in places) else "county"


def _counting(by_period: Mapping[str, str], year: str) -> list[str]:
    readable = {period: text for period, text in by_period.items() if read_address(text).province}
    chosen = readable or by_period
    if year == EVER:
        return list(chosen.values())
    nearest = sorted(chosen, key=lambda period: (abs(int(period[:4]) - int(year)), period))
    return [chosen[nearest[0]]] if nearest else []
