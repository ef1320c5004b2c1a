"""The figures that a question states, with their units, before anything is known of what they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from caiwen.ask.words import load
from caiwen.finance.amount import POWERS
from caiwen.finance.numerals import chinese_number
from caiwen.finance.valuation.table import Kind

_UNITS = {
    "%": "%", "‰": "‰", "个百分点": "百分点", "百分点": "百分点", "个基点": "基点", "基点": "基点", "个bp": "基点", "bp": "基点",
    "bps": "基点", "个点": "基点", "元/股": "元", "块钱": "元", "块": "元", "元": "元", "股": "股", "年": "年", "个月": "月",
    "天": "天", "日": "天", "期": "期", "次": "次", "倍": "倍", "成": "成", "折": "折",
}  # fmt: skip
_CHINESE = "[零一二两三四五六七八九十百]+"
_VALUE = re.compile(
    r"百分之(?P<of_hundred>\d+(?:\.\d+)?|[一二三四五六七八九十百零]+(?:点[一二三四五六七八九零]+)?)"
    r"|(?:(?<![\dA-Za-z.第])|(?<=[A-Za-z]{2}))(?P<number>(?:(?<![\d%年月日])[-−－+])?(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d+)(?:\.\d+)?"
    rf"|{_CHINESE}(?=年|个月|期|万|亿|天|次|元|个基点|倍|成|折))"
    r"(?P<power>万亿|千亿|百亿|十亿|亿|千万|百万|十万|万|千(?!瓦)|百(?!分))?"
    r"(?P<unit>%|‰|个?百分点|个?基点|个?bps?|个点|元/股|块钱|块|元|股|年(?!度|报)|个月|天|日|期|次|倍|成(?!本)|折(?!现|旧|价|算|合))?"
    r"(?P<more>零?(?P<months>\d+|[一二三四五六七八九十]+)个月|半(?!年))?",
    re.IGNORECASE,
)
_HALF_YEAR = re.compile(r"(?<!每)(?<!一)半年(?!付|计|复|度|报|一次|期|末)")
_DATE = re.compile(r"(?:19|20)\d{2}(?:年|[-/.])\d{1,2}(?:月|[-/.])\d{1,2}日?")


@dataclass(frozen=True, slots=True)
class Value:
    """``number`` in base units (100万元 → 1000000 元), ``unit`` as _UNITS has it, empty where none is written."""

    start: int
    end: int
    number: Decimal
    unit: str
    raw: str


def values_in(text: str) -> list[Value]:
    """Every figure in order; dates, calendar years and 第N年 are none."""
    dates = [m.span() for m in _DATE.finditer(text)]
    found = [_value(m) for m in _VALUE.finditer(text)]
    found += [Value(m.start(), m.end(), Decimal("0.5"), "年", m[0]) for m in _HALF_YEAR.finditer(text)]
    kept = [v for v in found if v and not any(s <= v.start < e for s, e in dates)]
    return sorted(kept, key=lambda v: v.start)


def _value(match: re.Match[str]) -> Value | None:
    if match["of_hundred"]:
        return Value(match.start(), match.end(), _spoken(match["of_hundred"]), "%", match[0])
    number = plain_number(match["number"])
    if number is None:
        return None
    power, unit = match["power"] or "", _UNITS.get((match["unit"] or "").lower(), "")
    if power:
        number = (number * Decimal(10) ** POWERS[power]).normalize() + 0
        unit = unit or "元"
    end = match.end()
    if match["more"] and unit == "年":
        number += Decimal("0.5") if match["more"] == "半" else _spoken(match["months"]) / Decimal(12)
    elif match["more"]:
        end = match.start("more")
    if unit == "年" and 1900 <= number <= 2100:
        return None
    return Value(match.start(), end, number, unit, match.string[match.start() : end])


def plain_number(text: str) -> Decimal | None:
    text = text.replace(",", "").replace("−", "-").replace("－", "-").removeprefix("+")
    if text[-1].isdigit():
        return Decimal(text)
    return chinese_number(text)


def _spoken(text: str) -> Decimal:
    """3.5, 十二, 三点五."""
    if text[0].isdigit():
        return Decimal(text)
    whole, _, part = text.partition("点")
    digits = "".join(str(chinese_number(c)) for c in part)
    return (chinese_number(whole) or Decimal(0)) + (Decimal(f"0.{digits}") if digits else 0)


def converted(value: Value, kind: Kind, *, named: bool) -> Decimal | None:
    """The figure as an input of this kind; None where its unit does not fit. A bare number fits only beside a name, and
    basis points are what is added to a rate, not a rate."""
    number, unit = value.number, value.unit
    if not named and unit in ("", *_UNNAMED.get(kind, ())):
        return None
    factors = _FACTORS[kind]
    if unit not in factors:
        return None
    if kind == "rate" and not unit:
        return number if abs(number) < 1 else number / 100
    return number * factors[unit]


_UNNAMED: dict[Kind, tuple[str, ...]] = {"rate": ("百分点",), "points": ("%",), "number": ("%", "年")}
"""Units that fit an input only beside its name."""
_YEAR = {"年": Decimal(1), "月": Decimal(1) / 12, "天": Decimal(1) / 365, "": Decimal(1)}
_FACTORS: dict[Kind, dict[str, Decimal]] = {
    "money": {"元": Decimal(1), "": Decimal(1)},
    "rate": {"%": Decimal("0.01"), "‰": Decimal("0.001"), "百分点": Decimal("0.01"), "": Decimal(1)},
    "years": _YEAR,
    "times": {"次": Decimal(1), "": Decimal(1)},
    "number": {"": Decimal(1), "倍": Decimal(1), "%": Decimal("0.01"), "年": Decimal(1)},
    "points": {"基点": Decimal(1), "百分点": Decimal(100), "%": Decimal(100), "": Decimal(1)},
    "shares": {"股": Decimal(1), "元": Decimal(1), "": Decimal(1)},
    "days": {"天": Decimal(1), "": Decimal(1)},
    "periods": {"期": Decimal(1), "月": Decimal(1), "年": Decimal(12), "次": Decimal(1), "": Decimal(1)},
    "flows": {},
}  # fmt: skip


@cache
def _frequencies() -> list[tuple[re.Pattern[str], int]]:
    rows = load("calculators.yaml")["times"]
    return [(re.compile(pattern), count) for pattern, count in rows]


def times_a_year(text: str) -> tuple[int, int, Decimal] | None:
    """How often a year interest is paid or compounded, and where that is said: 半年付息 → 2, 一年计息四次 → 4."""
    counted = re.search(load("calculators.yaml")["counted"], text)
    if counted:
        number = plain_number(counted["n"])
        return (*counted.span(), number) if number else None
    for pattern, count in _frequencies():
        match = pattern.search(text)
        if match:
            return (*match.span(), Decimal(count))
    return None
