"""Cash flows that a question lists: by year, by date, as a list, or the same amount every year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from caiwen.ask.values import plain_number, values_in
from caiwen.ask.words import load
from caiwen.finance.numerals import chinese_number

_NUMERAL = r"(?:[-−－+]?(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d+)(?:\.\d+)?)"
_POWER = r"(?:万亿|千亿|百亿|十亿|亿|千万|百万|十万|万|千|百)?(?:元|块)?"
_AMOUNT = rf"(?P<amount>{_NUMERAL}(?P<power>{_POWER}))"
_LIST = re.compile(rf"{_NUMERAL}{_POWER}(?:\s*(?:[、;；，,\s]|和|及|以及)\s*{_NUMERAL}{_POWER})+")
_LISTED = re.compile(rf"(?P<number>{_NUMERAL})(?P<power>{_POWER})")
_FLOW_LIST = re.compile(
    r"(?:现金|净流|收益|流入|收入|回报|FCFF?|FCF|IRR|NPV|XIRR|内部收益率|净现值)[^\d\-−－+]{0,16}$",
    re.IGNORECASE,
)
_YEARLY = re.compile(
    r"第(?P<n>\d+|[一二三四五六七八九十]+)(?:年|期)?(?:(?:到|至|-|~|—)第?(?P<last>\d+|[一二三四五六七八九十]+))?(?:年|期)(?:年?末|年?初|底)?"
    rf"(?P<words>[^,，;；。、\d\-−－+]{{0,14}}?){_AMOUNT}"
)
_INITIAL = re.compile(
    rf"(?P<words>(?:初始|期初|原始|一次性|现在|目前|开始)?(?:投资额|投资|投入|投资支出|现金流出|支出|购置成本|成本)(?:额|金额|总额|支出|成本)?)(?:为|是|约|:|：|\s)*{_AMOUNT}"
)
_LEVEL = re.compile(
    rf"(?:每年|各年|年)(?:年?末)?(?:可)?(?P<words>(?:产生|带来|获得|收回|回收|得到|有|实现)?(?:的)?(?:净)?(?:现金)?(?:净)?(?:流入|流量|流|收益|收入|回报|收回|回收|净利)?(?:量|额)?)(?:为|是|约|:|：|\s)*{_AMOUNT}"
)
_SPAN = re.compile(
    r"(?:共|持续|连续|寿命|期限|为期|使用|经营期|项目期|未来|期)(?:期)?(?:限)?(?:为|是|约)?(?P<n>\d+|[一二三四五六七八九十]+)年|(?P<m>\d+|[一二三四五六七八九十]+)年(?:期|后结束|内)"
)
_SALVAGE = re.compile(rf"(?:残值|残余价值|期末回收|终结现金流)(?:收入)?(?:为|是|约|\s)*{_AMOUNT}")
_DATED = re.compile(
    r"(?P<y>(?:19|20)\d{2})(?:年|[-/.])(?P<m>\d{1,2})(?:月|[-/.])(?P<d>\d{1,2})日?"
    rf"(?P<words>[^,，;；。、\d\-−－+]{{0,12}}?){_AMOUNT}"
)


@dataclass(frozen=True, slots=True)
class Flows:
    """``amounts`` of period 0, 1... (of period 1 on where ``first`` is 1). ``days`` from the first date, where dates are given.

    ``spans``: where the text says so."""

    amounts: tuple[Decimal, ...]
    first: int
    spans: tuple[tuple[int, int], ...]
    days: tuple[int, ...] = ()
    dates: tuple[str, ...] = ()


def flows_in(text: str) -> Flows | None:
    """The cash flows of a question, or None where it lists none. Money words decide a sign that is not written."""
    return _dated(text) or _by_year(text) or _listed(text) or _level(text)


def _dated(text: str) -> Flows | None:
    found = list(_DATED.finditer(text))
    if len(found) < 2:
        return None
    try:
        days = [date(int(m["y"]), int(m["m"]), int(m["d"])) for m in found]
    except ValueError:
        return None
    amounts = _scaled([(m["amount"], m["power"]) for m in found])
    signed = [_signed(a, m["words"]) for a, m in zip(amounts, found, strict=True)]
    pairs = sorted(zip(days, signed, strict=True), key=lambda p: p[0])
    first = pairs[0][0]
    return Flows(
        amounts=tuple(a for _, a in pairs),
        first=0,
        spans=tuple(m.span() for m in found),
        days=tuple((d - first).days for d, _ in pairs),
        dates=tuple(d.isoformat() for d, _ in pairs),
    )


def _signed(amount: Decimal, words: str) -> Decimal:
    out = any(word in words for word in load("calculators.yaml")["outflow"])
    return -amount if out and amount > 0 else amount


def _scaled(parts: list[tuple[str, str]]) -> list[Decimal]:
    """Amounts in 元; where only some state 万元 or 亿元, and all those the same, it is meant for all."""
    stated = {power for _, power in parts if power}
    shared = stated.pop() if len(stated) == 1 else ""
    found: list[Decimal] = []
    for amount, power in parts:
        number = amount.removesuffix(power) if power else amount
        worth = values_in(f" {number}{power or shared}")
        found.append(worth[0].number if worth else Decimal(0))
    return found


def _by_year(text: str) -> Flows | None:
    found = list(_YEARLY.finditer(text))
    if not found:
        return None
    initial = _initial(text, [m.span() for m in found])
    parts = [(m["amount"], m["power"]) for m in found] + (
        [(initial["amount"], initial["power"])] if initial else []
    )
    amounts = _scaled(parts)
    years: dict[int, Decimal] = {}
    for match, amount in zip(found, amounts, strict=False):
        start = _count(match["n"])
        for year in range(start, (_count(match["last"]) if match["last"] else start) + 1):
            years[year] = _signed(amount, match["words"])
    if initial:
        years[0] = -abs(amounts[-1])
    first = min(years)
    if first > 1 or sorted(years) != list(range(first, first + len(years))):
        return None
    spans = [m.span() for m in found] + ([initial.span()] if initial else [])
    salvage = _salvage(text, years)
    return Flows(tuple(years[n] for n in sorted(years)), first, (*spans, *salvage))


def _initial(text: str, taken: list[tuple[int, int]]) -> re.Match[str] | None:
    for match in _INITIAL.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            return match
    return None


def _salvage(text: str, years: dict[int, Decimal]) -> list[tuple[int, int]]:
    match = _SALVAGE.search(text)
    if match is None:
        return []
    years[max(years)] += _scaled([(match["amount"], match["power"])])[0]
    return [match.span()]


def _listed(text: str) -> Flows | None:
    """After a word for cash flows, or anywhere where the first amount of a list of three is negative."""
    for match in _LIST.finditer(text):
        named = _FLOW_LIST.search(text[: match.start()])
        parts = _split(match[0])
        if not named and (len(parts) < 3 or not match[0].startswith(("-", "−", "－"))):
            continue
        initial = _initial(text, [match.span()])
        if initial:
            parts = [(initial["amount"], initial["power"]), *parts]
        amounts = _scaled(parts)
        if initial:
            amounts[0] = -abs(amounts[0])
        first = 0 if amounts[0] < 0 else 1
        spans = [match.span()] + ([initial.span()] if initial else [])
        return Flows(tuple(amounts), first, tuple(spans))
    return None


def _split(text: str) -> list[tuple[str, str]]:
    """Commas part amounts where nothing else does: 300,400,500 is three amounts, 1,000、2,000 is two."""
    if not re.search(r"[、;；，]|,\s|\s", text.strip()):
        text = text.replace(",", "，")
    return [(m["number"] + m["power"], m["power"]) for m in _LISTED.finditer(text)]


def _level(text: str) -> Flows | None:
    """初始投资1000万元，每年收回300万元，共5年."""
    level = _LEVEL.search(text)
    if level is None:
        return None
    initial = _initial(text, [level.span()])
    span = _SPAN.search(text)
    if initial is None or span is None:
        return None
    outlay, yearly = _scaled([(initial["amount"], initial["power"]), (level["amount"], level["power"])])
    years = {0: -abs(outlay)} | dict.fromkeys(range(1, _count(span["n"] or span["m"]) + 1), yearly)
    salvage = _salvage(text, years)
    spans = (initial.span(), level.span(), span.span(), *salvage)
    return Flows(tuple(years[n] for n in sorted(years)), 0, spans)


def _count(text: str) -> int:
    number = plain_number(text) if text.isdigit() else chinese_number(text)
    return int(number or 0)
