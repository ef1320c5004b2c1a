"""Which companies a question about everyone is about: the list given with it, a region, a sector."""

from __future__ import annotations

from dataclasses import dataclass, field

from caiwen.ask.plan import PeriodRef, Select
from caiwen.ask.registry import EVER
from caiwen.ask.words import words
from caiwen.ask.world import World
from caiwen.records.words import SECTOR_WORDS
from caiwen.store import Company

_FEW = 5


@dataclass(slots=True)
class Population:
    """``words``: how an answer calls the restriction (注册地址在江苏的); ``notes``: what else to say about it."""

    companies: dict[str, Company]
    words: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.companies)

    @property
    def who(self) -> str:
        return f"库中{self.words}公司"


def population(world: World, select: Select, period: PeriodRef) -> Population:
    """The companies that ``select`` leaves for one period."""
    made = Population(world.reporting(period.period[:4]))
    if select.sector:
        _by_sector(made, world, select.sector)
    if select.regions:
        _by_region(made, world, select, period.period[:4])
    return made


def _by_region(made: Population, world: World, select: Select, year: str) -> None:
    standing = world.registry.standing(select.regions, EVER if select.ever else year)
    known = world.registry.addresses
    near, road = (list(_those(made, whos).values()) for whos in (standing.near, standing.road))
    everyone = made.companies
    unread = len(everyone.keys() & standing.unread) + len(everyone.keys() - known.keys())
    made.companies = _those(made, standing.inside)
    places = "、".join(select.regions)
    made.words = f"{'曾经在' + places + '注册' if select.ever else '注册地址在' + places}的"
    if near:
        said = f"另有 {len(near)} 家的注册地址只写{places}所辖的县级市，没有计入：{_some(near)}。"
        made.notes.append(said)
    if road:
        made.notes.append(f"{_some(road)}的注册地址只是路名等带有“{places}”字样，没有计入。")
    if unread:
        made.notes.append(f"{unread} 家公司没有可读的注册地址，没有计入。")


def _those(made: Population, whos: frozenset[str]) -> dict[str, Company]:
    """Those of the population, in its order."""
    return {who: company for who, company in made.companies.items() if who in whos}


def _by_sector(made: Population, world: World, sector: str) -> None:
    """By the kind of statements, or by a word of the industry that the company itself names."""
    if sector in SECTOR_WORDS:
        legal: tuple[str, ...] = tuple(words("sector_names").get(sector, ()))
        made.companies = {
            who: company
            for who, company in made.companies.items()
            if company.sector == sector or any(w in n for w in legal for n in company.full_names)
        }
        made.words = f"{SECTOR_WORDS[sector].removesuffix('公司')}类"
        return
    industries = world.industries
    unnamed = sum(who not in industries for who in made.companies)
    made.companies = {w: c for w, c in made.companies.items() if sector in industries.get(w, "")}
    made.words = f"{sector}{'' if sector.endswith('业') else '行业'}的"
    if not industries:
        made.notes.append("材料中没有公司所属行业的数据，无法按行业筛选。")
    elif unnamed:
        made.notes.append(f"{unnamed} 家公司没有披露所属行业，没有计入。")


def _some(companies: list[Company]) -> str:
    names = "、".join(company.name for company in companies[:_FEW])
    return names + ("等" if len(companies) > _FEW else "")
