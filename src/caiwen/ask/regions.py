"""Where a company is registered: places that a question names, and the place at which an address begins.

An address is read from its beginning, so that 上海市南京西路 lies in Shanghai and 南京市雨花台区 in Jiangsu.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from caiwen.ask.words import load
from caiwen.finance.text import squash

_ENDINGS = ("特别行政区", "自治区", "自治州", "新区", "地区", "省", "市", "州", "盟", "县")
_LABEL = re.compile(
    r"^[\d、.:：/略]*(?:.{0,6}?(?:注册|办公)地址[:：]?)?(?:中国|中华人民共和国)?[(（]?[\"“]?(?:中国[\"”]?[)）])?[,，]?"
)
_DISTRICT = re.compile(r"^[\u4e00-\u9fff]{2}区")
_FREE_TRADE = "(?:自由贸易试验区|自由贸易区|自贸试验区|自贸区|自由贸易港)"
_ENDING = re.compile(
    rf"(?:[\u4e00-\u9fff]{{0,6}}?(?:自治州|自治县))?(?:{'|'.join(_ENDINGS)})?[)），,、]?{_FREE_TRADE}?"
)
_READ = 24
"""Places stand within the first characters of an address; road names further on are no places."""


@dataclass(frozen=True, slots=True)
class Place:
    """``name`` without 省 or 市. ``inside``: names of all cities that lie in it; ``parent``: its province."""

    name: str
    level: str
    parent: str = ""
    inside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Address:
    """What an address says of its province and cities (as far as it says it), and the province that follows."""

    province: str
    cities: tuple[str, ...]
    stated: bool


@cache
def gazetteer() -> dict[str, tuple[Place, ...]]:
    """Every spelling of a place → the places it may mean, the larger one first."""
    found: dict[str, list[Place]] = {}

    def add(place: Place, *spellings: str) -> None:
        for spelling in spellings:
            entries = found.setdefault(spelling, [])
            if place not in entries:
                entries.append(place)

    data = load("regions.yaml")
    for name in data["municipalities"]:
        add(Place(name, "province", name), name, f"{name}市")
    for name, entry in data["provinces"].items():
        every = tuple(_plain(c) for city, below in entry["cities"].items() for c in (city, *below))
        add(Place(name, "province", name, every), name, entry["full"])
        for city, below in entry["cities"].items():
            plain = _plain(city)
            add(Place(plain, "city", name, tuple(below)), city, *_spellings(city, plain))
            for county in below:
                add(Place(_plain(county), "county", name), *_spellings(county, _plain(county)))
    for name, members in data["areas"].items():
        add(Place(name, "area", "", tuple(members)), name)
    return {spelling: tuple(places) for spelling, places in found.items()}


def _plain(city: str) -> str:
    return city.removesuffix("市") if len(city) > 2 and city.endswith("市") else city


def _spellings(said: str, plain: str) -> tuple[str, ...]:
    """A name written with its ending in the table (吉林市) is only a place with it: alone it means another one."""
    if said != plain:
        return (said,)
    return (plain, f"{plain}市") if not plain.endswith(_ENDINGS[4:]) else (plain,)


@cache
def _lengths() -> dict[str, tuple[int, ...]]:
    """The first two characters of a place → how long the places that begin so are, the longest first."""
    found: dict[str, set[int]] = {}
    for spelling in gazetteer():
        if len(spelling) > 1:
            found.setdefault(spelling[:2], set()).add(len(spelling))
    return {start: tuple(sorted(sizes, reverse=True)) for start, sizes in found.items()}


def place_names() -> frozenset[str]:
    return frozenset(gazetteer())


def place_at(text: str, at: int) -> tuple[Place, int] | None:
    """The longest place that stands at ``at``, and where it ends."""
    for length in _lengths().get(text[at : at + 2], ()):
        places = gazetteer().get(text[at : at + length])
        if places and at + length <= len(text):
            return places[0], at + length
    return None


@lru_cache(maxsize=20_000)
def read_address(text: str) -> Address:
    """From the beginning: province, city, county-level city, each if it is there."""
    flat = squash(text)
    at = _start(flat)
    province, stated = "", False
    cities: list[str] = []
    while at < min(len(flat), _READ):
        found = place_at(flat, at)
        if found is None:
            break
        place, at = found
        at += _ending(flat, at)
        if place.level == "area" or (province and place.parent != province):
            break
        if place.level == "city" and cities:
            break  # 宁波杭州湾新区: a second city is part of another name
        stated = stated or place.level == "province"
        province = province or place.parent
        if place.level != "province":
            cities.append(place.name)
    return Address(province, tuple(cities), stated)


def _start(flat: str) -> int:
    """Where the address itself begins: after a label or the country; after a district only if a place follows it."""
    label, district = _LABEL.match(flat), _DISTRICT.match(flat)
    at = label.end() if label else 0
    if place_at(flat, at) is None and district and place_at(flat, district.end()):
        return district.end()
    return at


def _ending(text: str, at: int) -> int:
    """The length of 省, 市, 自治州... and of brackets and commas right after a name."""
    match = _ENDING.match(text, at)
    return match.end() - at if match else 0


def districts_of(name: str) -> tuple[str, ...]:
    """County-level cities of a city, for addresses that name only those."""
    return tuple(c for place in gazetteer().get(name, ()) if place.level == "city" for c in place.inside)
