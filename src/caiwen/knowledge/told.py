"""Facts told in prose: patterns (YAML) with named groups ``value`` and ``scale`` over text without white space."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from caiwen.finance.amount import amounts_in, parse_number
from caiwen.finance.text import normalise
from caiwen.knowledge.data import load
from caiwen.knowledge.making import Maker
from caiwen.records import Fact, Paragraph, Span

_UNITS = {"percent": "%", "people": "人", "holders": "户", "per_share": "元/股"}


@dataclass(frozen=True, slots=True)
class ProseRule:
    item: str
    match: re.Pattern[str]
    unit: str
    instant: bool


@cache
def prose_rules(name: str, key: str = "prose") -> tuple[ProseRule, ...]:
    return tuple(
        ProseRule(r["item"], re.compile(r["match"]), r.get("unit", "money"), r.get("instant", False))
        for r in load(name)[key]
    )


def flat(paragraph: Paragraph) -> str:
    """The paragraph as patterns see it: one spelling, no white space."""
    return re.sub(r"\s+", "", normalise(paragraph.text))


def facts_told(maker: Maker, paragraph: Paragraph, rules: tuple[ProseRule, ...]) -> Iterator[Fact]:
    """The first match of each rule, with its sentence as quote."""
    text = flat(paragraph)
    for rule in rules:
        match = rule.match.search(text)
        if match is None or not maker.period:
            continue
        if read := reading(match, rule.unit):
            value, unit, raw = read
            meaning = maker.meaning(rule.item, span=Span.INSTANT if rule.instant else Span.YTD)
            yield maker.told(meaning, paragraph, raw, value, unit, sentence_around(text, match))


def reading(match: re.Match[str], unit: str) -> tuple[Decimal, str, str] | None:
    """Value in base units, unit, and the words as printed."""
    number = match["value"].rstrip(".,，")
    if unit != "money":
        value = parse_number(number)
        return (
            None
            if value is None
            else (value, _UNITS.get(unit, unit), number + ("%" if unit == "percent" else ""))
        )
    raw = number + match["scale"]
    amounts = amounts_in(raw)
    return (amounts[0].value, "元", raw) if len(amounts) == 1 and amounts[0].unit == "元" else None


def sentence_around(text: str, match: re.Match[str]) -> str:
    start = max(text.rfind(mark, 0, match.start()) for mark in "。；")
    ends = [end for mark in "。；" if (end := text.find(mark, match.end())) >= 0]
    return text[start + 1 : (min(ends) + 1) if ends else len(text)][:400]
