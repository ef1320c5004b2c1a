"""最高, 前三名, 第二大, 哪一年: what is to be ranked, and which places to keep."""

from __future__ import annotations

import re

from caiwen.ask.plan import BreakdownMeasure, CompanyRef, Measure, Order, PeriodRef
from caiwen.ask.reading import Reading, ordinal

_N = r"[一二两三四五六七八九十]{1,3}(?![一二两三四五六七八九十])|\d{1,3}(?!\d)"
_NOT_TIME = r"(?!个?季|个?月|年|节|章|条|届|次)"
_PLACE = re.compile(rf"第(?P<n>{_N}){_NOT_TIME}(?P<way>高|大|多|低|小|少|名|位|的)?")
_TOP = re.compile(
    rf"[前后](?P<n>{_N}){_NOT_TIME}(?:大|名|家|个|位|强|的)?|(?:top|TOP)\s*(?P<t>\d+)|最[\u4e00-\u9fff]{{1,2}}?(?:的)?(?:前)?(?P<m>{_N})(?:家|个|名|位|大|年)|哪(?P<h>{_N})(?:家|个|名|位)|(?P<w>{_N})(?:家|个)(?:上市)?(?:公司|企业)"
)
_LISTED = 10
"""So many places of a list (排名) that names no number."""
_UPWARDS = re.compile(r"从低到高|由低到高|从小到大|由小到大")
_LAST = re.compile(r"倒数|后(?:[一二两三四五六七八九十]{1,3}|\d{1,3})(?:名|家|位)|垫底|末位")
_YEARS = re.compile(r"哪一?年|哪个年(?:度|份)|何年|哪个(?:季度|报告期)")
_SEVERAL_YEARS = re.compile(r"前[一二两三四五\d]年")


def order_of(
    reading: Reading, companies: list[CompanyRef], periods: list[PeriodRef], measures: list[Measure]
) -> Order | None:
    """The order in a question about named companies, their periods or their members."""
    over = _over(reading, companies, periods, measures)
    if over is None:
        return None
    text = _SEVERAL_YEARS.sub("", reading.text)
    top, place = _TOP.search(text), _PLACE.search(text)
    asked = reading.has("rank") or (place and place["way"] in tuple("高大多低小少名位"))
    if not asked and not (top and over in ("members", "companies")):
        return None
    return places_of(reading).model_copy(update={"over": over})


def places_of(reading: Reading) -> Order:
    """Which places of an order are asked for: the first one, the first three, the twelfth, the last but two."""
    text = _SEVERAL_YEARS.sub("", reading.text)
    top, place = _TOP.search(text), _PLACE.search(text)
    low = reading.has("rank.low") or reading.has("rank.better_low") or _LAST.search(text) is not None
    low = low or _UPWARDS.search(text) is not None
    if place and place["way"] in ("低", "小", "少"):
        low = True
    first, last = 1, _LISTED if reading.has("listed") and not reading.has("rank") else 1
    number = next((g for g in top.groups() if g), None) if top else None
    if number:
        last = ordinal(number) or 1
    elif place:
        first = last = ordinal(place["n"]) or 1
    return Order(over="companies", descending=not low, first=first, last=last)


def _over(
    reading: Reading, companies: list[CompanyRef], periods: list[PeriodRef], measures: list[Measure]
) -> str | None:
    if any(isinstance(m, BreakdownMeasure) for m in measures):
        return "members"
    if _YEARS.search(reading.text) or (len(periods) > 1 and len(companies) == 1 and reading.has("rank")):
        return "periods"
    if len(companies) != 1:
        return "companies"
    return None
