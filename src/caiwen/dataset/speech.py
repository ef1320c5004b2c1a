"""How pairs call things: companies, periods, items, values."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from caiwen.dataset.data import load
from caiwen.dataset.ledger import size_of, when_of
from caiwen.finance.amount import format_value
from caiwen.finance.formulas import Formula
from caiwen.finance.items import taxonomy
from caiwen.records import Fact, Scope, Span

_PLACES = Decimal("0.01")
_HUNDRED_MILLION = 8
_FINE = Decimal("0.0001")


def period_words(fact: Fact) -> str:
    """2020年末 for balances of reports, 2020年 for flows, 2020年第三季度 for the quarter alone."""
    words = when_of(fact).words
    item = taxonomy().get(fact.item)
    at_end = (
        fact.span is Span.INSTANT and item is not None and item.kind == "instant" and item.unit == "money"
    )
    return f"{words}末" if at_end and words.endswith("年") else words


def item_words(fact: Fact) -> str:
    """With its member and scope: 母公司口径的营业收入, 股东某某的持股数量, 客户销售额（第一名）."""
    name, naming = fact.item, load("naming.yaml")
    for axis, member in fact.dimensions.items():
        name = (
            f"{name}（{member}）"
            if axis in naming["beside"]
            else f"{naming['kinds'].get(axis, '')}{member}的{name}"
        )
    return f"母公司口径的{name}" if fact.scope is Scope.PARENT else name


def asked_with(item: str) -> str:
    """谁, 哪里, 多少 or 什么: what a question for this text asks with."""
    found: dict[str, list[str]] = load("naming.yaml")["asked_with"]
    return next((word for word, items in found.items() if item in items), "什么")


def value_words(fact: Fact) -> str:
    """Exact, with unit; texts as they stand."""
    value = size_of(fact)
    return (fact.text or "").strip() if value is None else money_words(value, fact.unit)


def exact_words(fact: Fact) -> str:
    """In the base unit, as steps of a calculation need it."""
    return format_value(size_of(fact) or Decimal(0), fact.unit)


def money_words(value: Decimal, unit: str | None) -> str:
    """Large amounts in 亿元 where two places lose nothing, as banks print them in 百万元; else as it is."""
    scaled = value.scaleb(-_HUNDRED_MILLION)
    if unit == "元" and abs(scaled) >= 1 and scaled == scaled.quantize(_PLACES):
        return format_value(scaled.quantize(_PLACES), "亿元")
    return format_value(value, unit)


def percent(value: Decimal) -> Decimal:
    return value.quantize(_PLACES, rounding=ROUND_HALF_UP)


def ratio_shown(formula: Formula, value: Decimal) -> Decimal:
    """As the formula declares; plain ratios below one with four places."""
    if formula.display == "ratio" and abs(value) < 1:
        return value.quantize(_FINE, rounding=ROUND_HALF_UP)
    return formula.present(value)


def pick(options: Sequence[str], *seed: object) -> tuple[int, str]:
    """One of the options, the same one for the same seed on every machine."""
    digest = hashlib.blake2b("|".join(map(str, seed)).encode(), digest_size=4).digest()
    number = int.from_bytes(digest, "big") % len(options)
    return number, options[number]


def some(options: Sequence[str], count: int, *seed: object) -> list[tuple[int, str]]:
    """``count`` different ones, beginning with the one that the seed picks."""
    first, _ = pick(options, *seed)
    places = [(first + step * 3) % len(options) for step in range(len(options) * 3)]
    return [(n, options[n]) for n in list(dict.fromkeys([*places, *range(len(options))]))[:count]]
