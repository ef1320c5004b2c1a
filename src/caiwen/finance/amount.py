"""Numbers as reports print them: cells, unit lines, amounts in prose. Decimal all the way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from caiwen.finance.text import normalise, squash

_MINUS = str.maketrans({"−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "‒": "-", "―": "-", "﹣": "-"})
_CELL = str.maketrans({"，": ",", "（": "(", "）": ")", "﹐": ",", "٬": ",", "'": ","})
_PLAIN = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+")
_WRAPPED = re.compile(r"\d\s+\d")

POWERS = {
    "": 0,
    "百": 2,
    "千": 3,
    "万": 4,
    "十万": 5,
    "百万": 6,
    "千万": 7,
    "亿": 8,
    "十亿": 9,
    "百亿": 10,
    "千亿": 11,
    "万亿": 12,
}
"""The power of ten of a counting word before a unit."""

_CURRENCIES = {
    "元": "CNY",
    "人民币": "CNY",
    "美元": "USD",
    "港元": "HKD",
    "港币": "HKD",
    "欧元": "EUR",
    "日元": "JPY",
    "英镑": "GBP",
}
_COINS = "美元|港元|港币|欧元|日元|英镑|元"
_MULTIPLES = "万亿|千亿|百亿|十亿|亿|千万|百万|十万|万|千|百"


def parse_number(text: str | None) -> Decimal | None:
    """The number of one cell, or None where the cell holds none ('-', 不适用, blank, words, two numbers).

    Reads thousands separators, (1,234) as negative, every dash as minus, full-width forms, a trailing % (the
    figure before it is returned: ``5.6%`` → 5.6), and digits that wrapping has broken apart when the pieces
    join to one well-formed number.
    """
    if not text:
        return None
    cell = normalise(text).translate(_MINUS).translate(_CELL).strip()
    body = re.sub(r"\s+|[*#※①-⑳]+$", "", cell)
    body, negative = _strip_sign(body)
    percent = body.endswith(("%", "‰"))
    body = body.rstrip("%‰")
    if not _PLAIN.fullmatch(body):
        return None
    if _WRAPPED.search(cell) and "," not in body and not percent:
        return None
    value = Decimal(body.replace(",", ""))
    return -value if negative and value else value


def _strip_sign(body: str) -> tuple[str, bool]:
    """The digits without sign and brackets, and whether they are negative; ``(-5)`` is minus five once."""
    suffix = ""
    if body.endswith((")%", ")‰")):
        body, suffix = body[:-1], body[-1]
    bracketed = body.startswith("(") and body.endswith(")")
    if bracketed:
        body = body[1:-1]
    for coin in ("¥", "￥"):
        body = body.removeprefix(coin)
    signed = body.startswith("-")
    body = body[1:] if body[:1] in ("-", "+") and body else body
    for coin in ("¥", "￥"):
        body = body.removeprefix(coin)
    return body + suffix, bracketed or signed


@dataclass(frozen=True, slots=True)
class Scale:
    """What one printed unit is worth: ``name`` as printed (百万元), ``factor`` to the base ``unit`` (元, 股, 人, %, 元/股)."""

    name: str
    factor: Decimal
    unit: str
    currency: str = "CNY"

    def apply(self, value: Decimal) -> Decimal:
        """``value`` in base units, exact, without the zeros that multiplying a fraction leaves (12.34 百万元 → 12340000)."""
        return value if self.factor == 1 else _tidy(value * self.factor)


def _tidy(value: Decimal) -> Decimal:
    whole = value.to_integral_value()
    return whole if whole == value else value.normalize()


_SCALE = (
    rf"(?P<money>(?P<multiple>{_MULTIPLES})?(?P<coin>{_COINS})(?P<per>[/／每]股)?)"
    rf"|(?P<shares>(?P<many>{_MULTIPLES})?股)|(?P<people>人(?!民币))|(?P<percent>%)"
)
_STATED = [
    re.compile(rf"(?<!编制)(?<!编报)(?<!填报)单位(?:[：:为均是以]|金额|货币|人民币|RMB)*(?:{_SCALE})"),
    re.compile(rf"以(?:人民币)?(?:{_SCALE})(?:为单位|列示|计|表示|填列)"),
    re.compile(rf"[（(](?:单位[：:]?)?(?:人民币|RMB)?(?:{_SCALE})(?=[)）,，;；、])"),
    re.compile(rf"(?:人民币|RMB|币种[：:])(?:{_SCALE})"),
    re.compile(rf"^(?:{_SCALE})(?=$|币种|[，,；;])"),
    re.compile(rf"[/／](?:{_SCALE})$"),
]
_CURRENCY_LINE = re.compile(r"(?:币种|货币)[：:]?(人民币|美元|港元|港币|欧元|日元|英镑)")


def parse_scale(text: str) -> Scale | None:
    """The unit that a line, a caption, a header or a label states, e.g. 单位：人民币百万元, （元）, 营业收入（千元）.

    编制单位 names the company and says nothing of units. Currency is CNY unless the text says otherwise.
    """
    flat = squash(text)
    for pattern in _STATED:
        match = pattern.search(flat)
        if match:
            return _scale_of(match, flat)
    return None


def _scale_of(match: re.Match[str], text: str) -> Scale:
    if match["money"]:
        stated = _CURRENCY_LINE.search(text)
        currency = _CURRENCIES[stated[1]] if stated else _CURRENCIES[match["coin"]]
        factor = Decimal(10) ** POWERS[match["multiple"] or ""]
        per = bool(match["per"])
        name = f"{match['multiple'] or ''}元" + ("/股" if per else "")
        return Scale(name, factor, "元/股" if per else "元", currency)
    if match["shares"]:
        return Scale(match["shares"], Decimal(10) ** POWERS[match["many"] or ""], "股")
    return Scale("人", Decimal(1), "人") if match["people"] else Scale("%", Decimal(1), "%")


def format_value(value: Decimal, unit: str | None) -> str:
    """Exact, with thousands separators: ``1234.50``, 元 → ``1,234.50元``; 12.34, % → ``12.34%``; no rounding."""
    digits = f"{value:,f}"
    return f"{digits}{unit or ''}"


def in_words(value: Decimal) -> str:
    """A money value rounded for reading: 12.35亿元, 3,456.78万元; the exact value belongs beside it."""
    for name, power in (("亿", 8), ("万", 4)):
        if abs(value) >= Decimal(10) ** power:
            return f"{value.scaleb(-power):,.2f}{name}元"
    return f"{value:,.2f}元"


@dataclass(frozen=True, slots=True)
class AmountMention:
    """A number with its unit in prose, in base units; ``start``/``end`` are offsets into the text given.

    Direction words stay outside: 减少1.2个百分点 is 1.2, unit 百分点. ``unit`` is empty where only 万 or 亿 stands.
    """

    value: Decimal
    unit: str
    raw: str
    start: int
    end: int


_DIGITS = r"[-－−]?(?:\d{1,3}(?:[,，]\d{3})+|\d+)(?:[.．]\d+)?"
_MENTION = re.compile(
    rf"(?<![\d.A-Za-z])(?P<number>{_DIGITS})\s*(?:(?P<percent>[%％])|(?P<points>个?百分点)|(?P<basis>个?基点)"
    rf"|(?P<multiple>{_MULTIPLES})?(?P<unit>元/股|元/每股|{_COINS}|股|人(?!民)|名|倍|户|家|吨|台|辆|套|件|次|天|个(?!百分点|基点|月|季)|项|平方米|千瓦时)|(?P<bare>{_MULTIPLES}))"
)
_UNITS = {"元/每股": "元/股", "名": "人", "港币": "港元"}


def amounts_in(text: str) -> list[AmountMention]:
    """Every number with a unit, in order: 12.34亿元, 5.6%, 1,234.5万元, 1.2个百分点, 300人, 0.36元/股, 超过10亿."""
    return [_mention(match) for match in _MENTION.finditer(text)]


def _mention(match: re.Match[str]) -> AmountMention:
    number = normalise(match["number"]).translate(_MINUS).replace("，", ",").replace(",", "")
    factor = Decimal(10) ** POWERS[match["multiple"] or match["bare"] or ""]
    if match["percent"]:
        unit = "%"
    elif match["points"] or match["basis"]:
        unit = "百分点" if match["points"] else "基点"
    else:
        unit = _UNITS.get(match["unit"] or "", match["unit"] or "")
    value = _tidy(Decimal(number) * factor) if factor != 1 else Decimal(number)
    return AmountMention(value, unit, match[0], match.start(), match.end())
