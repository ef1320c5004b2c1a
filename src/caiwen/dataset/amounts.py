"""When two numbers agree: exactly, by rounding, or within what a hedge allows."""

from __future__ import annotations

import re
from decimal import Decimal

from caiwen.dataset.data import words
from caiwen.dataset.mentions import Mention
from caiwen.dataset.records import Support

_PLACES = re.compile(r"[.．](\d+)")
_SCALES = (("万亿", 12), ("亿", 8), ("千万", 7), ("百万", 6), ("万", 4), ("千", 3))
_SAYS = {
    "元": {"元", "元/股"},
    "名": {"人", "户"},
    "人": {"人", "户"},
    "倍": {"倍", "次", ""},
    "次": {"倍", "次", ""},
    "个": {"家"},
}
_ROUND = re.compile(r"[-−]?\d[\d,]*00(?:百万|千万|[万亿])元")
_CUT = 100
"""From which step on a number may be cut off instead of rounded: 0.01万元."""
_BOUND = Decimal("1.2")
_ABOUT = Decimal("0.05")


def quantum(mention: Mention) -> Decimal:
    """The step in which the number is written: 13.04亿元 counts in 0.01亿."""
    places = _PLACES.search(mention.text)
    step = Decimal(1).scaleb(-len(places[1])) if places else Decimal(1)
    power = next((power for mark, power in _SCALES if mark in mention.text), 0)
    return step.scaleb(power)


def units_agree(said: str, have: str | None) -> bool:
    """A number without a unit may be anything; 元 is how people say 元/股, 人 how they count 户."""
    return not said or said == (have or "") or (have or "") in _SAYS.get(said, ())


def agree(mention: Mention, value: Decimal, before: str, after: str, *, signed: bool = True) -> Support:
    """How the number written agrees with ``value``; NONE if it does not. Without ``signed`` sizes are compared."""
    if mention.value is None:
        return Support.NONE
    said, have = (mention.value, value) if signed else (abs(mention.value), abs(value))
    if said == have:
        return Support.FACT
    step = quantum(mention)
    if abs(said - have) * 2 <= step:
        return Support.ROUNDED
    cut = 0 < abs(have) - abs(said) < step and step * 100 <= abs(have)
    if mention.unit == "元" and step >= _CUT and cut and said * have > 0:
        return Support.ROUNDED  # 2,233.4万元 for 2,233.45: cut off rather than rounded
    if said * have > 0 and _scaled_whole(mention) and abs(abs(said) - abs(have)) * 1000 <= abs(have):
        return Support.ROUNDED  # 7,400万元 for 73,992,141.96
    kind = hedge(before, after)
    if kind == "about" and (abs(said - have) <= step or _near(said, have, mention)):
        return Support.HEDGED
    if kind == "over" and abs(said) < abs(have) <= abs(said) * _BOUND:
        return Support.HEDGED
    if kind == "under" and abs(said) / _BOUND <= abs(have) < abs(said):
        return Support.HEDGED
    return Support.NONE


def _scaled_whole(mention: Mention) -> bool:
    """A whole number of 万 or 亿 that ends in zeros was rounded to them."""
    return bool(_ROUND.match(mention.text)) and mention.unit == "元"


def _near(said: Decimal, have: Decimal, mention: Mention) -> bool:
    """A whole number of few digits that 约 introduces may be off by a twentieth."""
    coarse = not _PLACES.search(mention.text) and len(str(abs(said)).rstrip("0").replace(".", "")) <= 2
    return coarse and abs(said - have) <= abs(have) * _ABOUT


def hedge(before: str, after: str) -> str:
    """about, over, under or nothing, by the words that touch the number."""
    found: dict[str, list[str]] = words("hedges")
    head, tail = before.rstrip(" “”"), after.lstrip(" ")
    for kind in ("under", "over", "about"):
        for word in found[kind]:
            if head.endswith(word) and word not in ("余", "多", "左右", "上下", "以上", "以下", "以内"):
                return kind
            if word in ("余", "左右", "上下", "以上", "以下", "以内") and tail.startswith(word):
                return kind
    return ""
