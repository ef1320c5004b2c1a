"""What the sentences of an article demand: whom they bind, duties, bans, permissions, thresholds, penalties."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from caiwen.finance.numerals import CHARACTERS, chinese_number
from caiwen.finance.text import squash
from caiwen.knowledge.data import load
from caiwen.records.policy import Norm, NormKind, Quantity

_ITEM = re.compile(r"^[（(][一二三四五六七八九十\d]+[）)]|^\d+[.．、]")
_NUMBER = rf"(?:\d[\d,]*(?:\.\d+)?[万亿]?|[{CHARACTERS}]+)"


def norms_of(text: str) -> Iterator[Norm]:
    """One norm a sentence that commands, forbids, permits, punishes, defines or sets a bound.

    ``text`` is the article without its label. The items of a list are read with the sentence that opens them,
    whose kind and subject they share.
    """
    subject = ""
    opener: Norm | None = None
    for line in text.split("\n"):
        if _ITEM.match(line) and opener is not None:
            quantities = tuple(quantities_in(line))
            yield Norm(opener.kind, squash(line), opener.subject, quantities)
            continue
        opener = None
        for sentence in _sentences(line):
            norm = _norm(sentence, subject)
            if norm is None:
                continue
            subject = norm.subject or subject
            opener = norm if sentence.endswith(("：", ":")) else None
            yield norm


def _sentences(line: str) -> list[str]:
    """Split at 。 and ；; what follows the last mark (an opening of a list) is one too."""
    return [part for part in re.split(r"(?<=[。；;])", squash(line)) if part]


def _norm(sentence: str, subject: str) -> Norm | None:
    quantities = tuple(quantities_in(sentence))
    kind = _kind(sentence)
    if kind is None:
        if not any(q.sign for q in quantities):
            return None
        kind = NormKind.THRESHOLD
    own = _subject(sentence)
    return Norm(kind, sentence, own or subject, quantities)


@cache
def _patterns() -> tuple[tuple[NormKind, re.Pattern[str]], ...]:
    return tuple((NormKind(name), re.compile(p)) for name, p in load("policy.yaml")["norms"].items())


def _kind(sentence: str) -> NormKind | None:
    return next((kind for kind, pattern in _patterns() if pattern.search(sentence)), None)


# --- whom it binds -------------------------------------------------------------------------------


@cache
def _rules() -> dict[str, Any]:
    rules = load("policy.yaml")
    names = ("modal", "not_subject", "subject_tail")
    return {name: re.compile(rules[name]) for name in names} | {"longest": rules["longest_subject"]}


def _subject(sentence: str) -> str:
    """The words before the first modal verb, from the nearest comma that leaves a name and not a condition."""
    modal = _rules()["modal"].search(sentence)
    if modal is None or modal.start() == 0:
        return ""
    before = sentence[: modal.start()]
    for clause in reversed(re.split("[，,：]", before)):
        clause = _trimmed(_ITEM.sub("", clause))
        if len(clause) >= 2 and not _rules()["not_subject"].match(clause):
            return clause if len(clause) <= _rules()["longest"] else ""
    return ""


def _trimmed(clause: str) -> str:
    while (shorter := _rules()["subject_tail"].sub("", clause)) != clause:
        clause = shorter
    return clause


# --- how much ------------------------------------------------------------------------------------


@cache
def _quantity_pattern() -> re.Pattern[str]:
    rules = load("policy.yaml")
    units = sorted((u for group in rules["units"].values() for u in group), key=len, reverse=True)
    before = sorted(rules["before"], key=len, reverse=True)
    after = sorted(rules["after"], key=len, reverse=True)
    value = (
        rf"(?:百分之(?P<percent>{_NUMBER})|(?P<denominator>{_NUMBER})分之(?P<numerator>{_NUMBER})"
        rf"|(?P<number>{_NUMBER})(?P<unit>{'|'.join(map(re.escape, units))}))"
    )
    return re.compile(
        rf"(?<![第{CHARACTERS}\d.])(?P<before>(?:{'|'.join(before)})(?:人民币)?)?(?:人民币)?{value}(?P<after>{'|'.join(after)})?(?!度|初|末|终|[月级条款项届])"
    )


@cache
def _unit_names() -> dict[str, str]:
    return {alias: name for name, group in load("policy.yaml")["units"].items() for alias in group}


def quantities_in(text: str) -> Iterator[Quantity]:
    """Amounts, percents, fractions, days and counts with what compares them. Calendar dates and ordinals are none."""
    rules = load("policy.yaml")
    plain = re.sub(rf"{_NUMBER}年{_NUMBER}月{_NUMBER}日|(?:19|20)\d\d年|第{_NUMBER}", _blank, squash(text))
    for match in _quantity_pattern().finditer(plain):
        read = _value(match)
        if read is None:
            continue
        after, before = match["after"] or "", (match["before"] or "").removesuffix("人民币")
        sign = rules["before"].get(before, "") or rules["after"].get(after, "")
        yield Quantity(read[0], read[1], sign, match.group())


def _blank(match: re.Match[str]) -> str:
    return "□" * len(match.group())


def _value(match: re.Match[str]) -> tuple[Decimal, str] | None:
    if match["percent"]:
        value = chinese_number(match["percent"])
        return (value, "%") if value is not None else None
    if match["denominator"]:
        below, above = chinese_number(match["denominator"]), chinese_number(match["numerator"])
        if not below or above is None:
            return None
        return (above / below * 100).quantize(Decimal("0.0001")).normalize(), "%"
    value = chinese_number(match["number"])
    return (value, _unit_names()[match["unit"]]) if value is not None else None
