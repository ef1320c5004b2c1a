"""The last check: every numeral of a sentence is a cited fact, a recorded calculation or part of the question."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from caiwen.ask.compose import Sentence
from caiwen.ask.figures import Figure
from caiwen.finance.amount import parse_scale

_NUMERAL = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_NAMES = re.compile(r"《[^》]*》|\[\d+\]|第\d+页|第\d+名")
_CONSTANTS = frozenset(map(Decimal, ("0", "1", "2", "100")))


def numerals(text: str) -> set[Decimal]:
    """Every number of a text, without sign, as a plain value."""
    return {Decimal(m.replace(",", "")) for m in _NUMERAL.findall(text)}


def verified(
    sentences: Iterable[Sentence], figures: Iterable[Figure], known: Iterable[str]
) -> tuple[list[Sentence], list[str]]:
    """The sentences that hold, and the text of those that do not. ``known``: the question, names, notes of counts."""
    allowed = set(_CONSTANTS)
    for figure in figures:
        allowed |= _numbers_of(figure)
    for text in known:
        allowed |= numerals(text)
    kept: list[Sentence] = []
    dropped: list[str] = []
    for sentence in sentences:
        own = allowed | {n for q in sentence.quotes for n in numerals(q.passage.text + q.passage.section)}
        if numerals(_NAMES.sub("", sentence.text)) <= own:
            kept.append(sentence)
        else:
            dropped.append(sentence.text)
    return kept, dropped


def _numbers_of(figure: Figure) -> set[Decimal]:
    found: set[Decimal] = set()
    for one in (figure, *_below(figure)):
        if one.value is not None:
            found |= _forms(one.value, one)
        if one.calculation:
            found |= numerals(one.calculation.expression)
        if one.fact:
            found |= numerals(one.fact.observation.raw) | numerals(one.fact.text or "")
        if one.period:
            found |= numerals(one.period.period)
            found |= {n + 1 for n in numerals(one.period.period)}
        ref = one.company
        names = (ref.name, ref.code or "", *ref.also) if ref else ()
        for text in (one.item, *one.dimensions.values(), *names):
            found |= numerals(text)
        if one.rank:
            found.add(Decimal(one.rank))
    return found


def _forms(value: Decimal, figure: Figure) -> set[Decimal]:
    """A value as itself and in the other units in which it may be written."""
    forms = {abs(value)}
    scale = parse_scale(figure.fact.observation.scale or "") if figure.fact else None
    if scale and scale.factor != 1:
        forms.add(abs(value / scale.factor))
    if figure.unit == "元":
        forms |= {abs(value.scaleb(-power)).quantize(Decimal("0.01")) for power in (3, 4, 6, 8)}
    return forms


def _below(figure: Figure) -> list[Figure]:
    return [inner for operand in figure.operands for inner in (operand, *_below(operand))]
