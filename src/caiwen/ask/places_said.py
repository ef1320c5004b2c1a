"""The region and the sector that a question restricts itself to, read before companies are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from caiwen.ask.regions import place_at
from caiwen.ask.words import words

_WHEN = r"(?:(?:曾经?|历史上?|原|以前|过去)(?:的)?)"
_BEFORE = re.compile(
    r"(?:(?:曾经?|历史上?|原|以前|过去)(?:的)?)?(?:注册(?:地址?|地点|所在地|登记地)?(?:曾经?)?(?:位于|设在|在|于|是|为|:)?(?:是|为)?|位于|地处|总部(?:设)?(?:在|位于)?)$"
)
_IN = re.compile(r"(?:(?:曾经?|历史上?|原|以前|过去)(?:的)?)?在$")
_REGISTERED = re.compile(r"^(?:省|市|地区|境内|本地|辖区)?(?:曾经?)?(?:注册|登记|设立)(?:过)?(?:的)?")
_COMPANIES = re.compile(
    r"^(?:省|市|地区|境内|本地|辖区|辖内)?(?:的)?(?:所有|全部|各)?(?:A股|沪市|深市|民营|国有)?(?:的)?(?:有|共有|一共有)?(?:(?:多少|几|哪些|哪几|\d+)(?:家|个)?)?(?=上市公司|公司|企业|上市企业)"
)
_WITHIN = re.compile(r"在")
_RANKS = re.compile(
    r"(?:省|市|地区)?(?:的)?(?:上市)?(?:公司|企业)?(?:里面?|中|当中|内)?(?:的)?(?:能|可以|可)?(?:排|位列|名列|居|第几)"
)
_OPENING = re.compile(r"(?:请问|查询|统计|列出)?(?:(?:19|20)\d\d年度?)?(?:在)?")
_ITSELF = re.compile(r"(?:省|市)?(?:的)?(?:是|有哪些市|gdp|GDP|人口|面积|财政|银行|证券|港|机场|高速)")
_TAIL = re.compile(r"^(?:省|市|地区|境内|辖区)?(?:的)?")
_JOIN = re.compile(r"[、,，]|和|与|或者?|及|以及")
_EVER = re.compile(r"曾|历史|以前|过去")
_UNKNOWN = (
    re.compile(rf"{_WHEN}?在(?P<place>[\u4e00-\u9fff]{{2,6}}?)(?:省|市)?(?:曾经?)?(?:注册|登记)(?:的)?"),
    re.compile(
        rf"{_WHEN}?注册(?:地址?|地点|所在地)(?:曾经?)?(?:位于|设在|在|于|为|是)(?P<place>[\u4e00-\u9fff]{{2,6}}?)(?:省|市)?(?:的)?(?=公司|企业|上市|,|，|哪|有|$)"
    ),
)
_ASKING = re.compile(r"哪|什么|何|同")
_OF_COMPANIES = r"(?:的|里|中|内|上市)*(?=公司|企业|,|，|$|哪|有|[0-9前最])"
_INDUSTRIES = (
    re.compile(
        rf"(?:所属|所处|从事)?行业(?:为|是|属于|:)(?P<name>[\u4e00-\u9fff]{{2,10}}?)(?:行业|板块)?{_OF_COMPANIES}"
    ),
    re.compile(
        rf"(?:属于|所属|从事|处于)?(?P<name>[\u4e00-\u9fff]{{2,6}}?)(?:行业|板块|产业){_OF_COMPANIES}"
    ),
    re.compile(
        rf"(?:属于|所属|从事|处于)?(?P<name>[\u4e00-\u9fff]{{0,6}}?(?:{'|'.join(words('industry_endings'))})){_OF_COMPANIES}"
    ),
)


_YEAR_LEFT = re.compile(r"^(?:年度?|年末|季度|上半年|度)的?")


@dataclass(frozen=True, slots=True)
class Restriction:
    """``text``: the question with what was read masked, offsets kept."""

    text: str
    regions: tuple[str, ...] = ()
    ever: bool = False
    sector: str | None = None


def restriction(text: str, mask: str, *, loose: bool = False) -> Restriction:
    """The region and sector in the words of a question about many companies.

    ``loose``: a place at the beginning restricts too (江苏省2021年研发费用合计); only for questions that name no company.
    """
    regions, ever, span = _regions(text, loose=loose)
    if span:
        text = text[: span[0]] + mask * (span[1] - span[0]) + text[span[1] :]
    sector, span = _sector(text)
    if span:
        text = text[: span[0]] + mask * (span[1] - span[0]) + text[span[1] :]
    return Restriction(text, regions, ever, sector)


def ranked_in(text: str) -> tuple[str, ...]:
    """The regions among whose companies a named one takes a place (在江苏排第几)."""
    found: list[str] = []
    for match in _WITHIN.finditer(text):
        place = place_at(text, match.end())
        if place and _RANKS.match(text[place[1] :]):
            found.append(place[0].name if place[0].level != "area" else text[match.end() : place[1]])
    return tuple(dict.fromkeys(found))


def _regions(text: str, *, loose: bool) -> tuple[tuple[str, ...], bool, tuple[int, int] | None]:
    for names, start, end in _groups(text):
        before = _BEFORE.search(text[:start])
        after = _REGISTERED.match(text[end:])
        inside = _IN.search(text[:start])
        of_companies = _COMPANIES.match(text[end:])
        opens = loose and _OPENING.fullmatch(text[:start]) and not _ITSELF.match(text[end:])
        if not (before or after or of_companies or opens):
            continue
        lead = before or inside
        begin = lead.start() if lead else start
        tail = after or _TAIL.match(text[end:])
        finish = end + (tail.end() if tail else 0)
        ever = _EVER.search(text[begin:finish]) is not None
        return tuple(dict.fromkeys(names)), ever, (begin, finish)
    for pattern in _UNKNOWN:
        match = pattern.search(text)
        if match and not _ASKING.match(match["place"]):
            return (match["place"],), _EVER.search(match[0]) is not None, match.span()
    return (), False, None


def _groups(text: str) -> list[tuple[list[str], int, int]]:
    """Places that stand together (江苏、浙江和上海), each group with its span."""
    found: list[tuple[list[str], int, int]] = []
    at = 0
    while at < len(text):
        place = place_at(text, at)
        if place is None:
            at += 1
            continue
        spelling = text[at : place[1]]
        name = place[0].name if place[0].level != "area" else spelling
        joined = found and _JOIN.fullmatch(text[found[-1][2] : at])
        if joined:
            found[-1] = ([*found[-1][0], name], found[-1][1], place[1])
        else:
            found.append(([name], at, place[1]))
        at = place[1]
    return found


def _sector(text: str) -> tuple[str | None, tuple[int, int] | None]:
    for sector, spellings in words("sectors").items():
        for spelling in sorted(spellings, key=len, reverse=True):
            at = text.find(spelling)
            if at >= 0:
                return str(sector), (at, at + len(spelling))
    for pattern in _INDUSTRIES:
        match = pattern.search(text)
        if match and not match["name"].startswith(tuple(words("generic_industries"))):
            name = _YEAR_LEFT.sub("", match["name"])
            return _sector_of(name), (match.end("name") - len(name), match.end())
    return None, None


def _sector_of(name: str) -> str:
    """银行 and 银行业 are kinds of companies; other words are looked for in the industry that a company names."""
    for sector, names in words("sector_names").items():
        if name.removesuffix("业") in names:
            return str(sector)
    return name
