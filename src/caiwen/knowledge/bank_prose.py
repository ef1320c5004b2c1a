"""Ratios of banks told in prose: 拨备覆盖率450.79%，较上年末下降…; 一级资本充足率和资本充足率分别为15.75%和17.77%.

Only sentences that speak of the whole group at the period's end, and of no part of it, are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, lru_cache

from caiwen.finance.items import taxonomy
from caiwen.finance.items.taxonomy import Item
from caiwen.finance.text import squash
from caiwen.knowledge.data import load
from caiwen.knowledge.labelled import bare_label
from caiwen.knowledge.making import Maker
from caiwen.knowledge.told import flat
from caiwen.records import Block, Fact, Paragraph, Span

_RULES = "bank_indicators.yaml"
_FIRST_BLOCKS = 250
"""The notes to the statements, behind the first half, tell of other banks and of parts."""
_QUOTED = 120
"""Characters of the sentence kept before and after a ratio."""


@lru_cache(maxsize=8192)
def regulatory_item(label: str, sector: str) -> Item | None:
    statement = load(_RULES)["statement"]
    name = bare_label(label)
    found = taxonomy().match(name, statement=statement, sector=sector) if 2 < len(name) < 40 else None
    return found if found is not None and found.statement == statement else None


def method_of(text: str) -> str:
    """The method under which a ratio is stated (高级法, 权重法); "" for none or several."""
    words = squash(text)
    found = [name for name, p in load(_RULES)["method"]["values"].items() if re.search(p, words)]
    return found[0] if len(found) == 1 else ""


def told(maker: Maker, known: set[str]) -> Iterator[Fact]:
    """The first statement of each ratio (under each method) that is not ``known`` from a table."""
    done = set[tuple[str, str]]()
    blocks = maker.document.blocks
    for sentence in _sentences(blocks[: max(_FIRST_BLOCKS, len(blocks) // 2)]):
        if not maker.period or not _of_the_whole(sentence, maker.period):
            continue
        for said in _ratios(sentence.text):
            item = regulatory_item(said.name, "bank")
            if item is None or item.name in known or (item.name, said.method) in done:
                continue
            done.add((item.name, said.method))
            yield _fact(maker, sentence, item, said)


# --- sentences -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Sentence:
    """``starts``: from which character on the text stands in which paragraph. ``before``: the sentence before it there."""

    text: str
    starts: tuple[tuple[int, Paragraph], ...]
    before: str = ""

    def paragraph(self, place: int) -> Paragraph:
        return next(p for start, p in reversed(self.starts) if start <= place)


def _sentences(blocks: tuple[Block, ...]) -> Iterator[_Sentence]:
    """Sentences that may concern us. One that a paragraph breaks off after ； or ， goes on in the next paragraph."""
    text, starts = "", list[tuple[int, Paragraph]]()
    for block in blocks:
        if not isinstance(block, Paragraph):
            continue
        if text and not text.endswith(("；", "，", "、")):
            yield _Sentence(text, tuple(starts))
            text, starts = "", []
        starts.append((len(text), block))
        *whole, rest = re.split(r"(?<=。)", text + flat(block))
        before = ""
        for sentence in whole:
            yield _Sentence(sentence, tuple(starts), before)
            starts, before = [(0, block)], sentence
        text = rest
    if text:
        yield _Sentence(text, tuple(starts))


def _of_the_whole(sentence: _Sentence, period: str) -> bool:
    """A sentence without any time of its own stands at the time of the one before it."""
    rules, text = load(_RULES)["prose"], sentence.text
    if not re.search("率|比", text) or not re.search(rules["whole"], text) or re.search(rules["part"], text):
        return False
    if _at_the_end(text, period):
        return True
    return not re.search(rules["time"], text) and _at_the_end(sentence.before, period)


def _at_the_end(text: str, period: str) -> bool:
    when = re.search(load(_RULES)["prose"]["period"], text)
    return when is not None and (when["year"] or when["year2"]) in (None, period[:4])


# --- ratios --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Ratio:
    name: str
    value: str
    method: str
    place: int


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    statement, rules = load(_RULES)["statement"], load(_RULES)["prose"]
    items = [i for i in taxonomy().all if i.statement == statement and "bank" in i.sectors]
    names = {n for i in items if i.unit == "percent" for n in (i.name, *i.aliases)}
    ordered = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return {key: re.compile(rules[key].replace("{items}", ordered)) for key in ("clause", "list", "item")}


def _ratios(sentence: str) -> Iterator[_Ratio]:
    """Single clauses and lists (分别为); where several methods stand side by side no ratio can be told from another."""
    patterns = _patterns()
    for match in patterns["clause"].finditer(sentence):
        method = _method_before(sentence, match.start())
        if method is not None and "分别" not in sentence[max(0, match.start() - 30) : match.end()]:
            yield _Ratio(match["item"], match["value"], method, match.start())
    for match in patterns["list"].finditer(sentence):
        names = patterns["item"].findall(match["names"])
        values = re.findall(r"[\d.]+", match["values"])
        method = _method_before(sentence, match.start())
        if len(names) == len(values) and method is not None:
            for name, value in zip(names, values, strict=True):
                yield _Ratio(name, value, method, match.start())


def _method_before(sentence: str, place: int) -> str | None:
    """The method named in the same clause before a ratio; None where several or unknown ones are."""
    clause = sentence[sentence.rfind("；", 0, place) + 1 : place]
    method = method_of(clause)
    return None if not method and "法下" in clause else method


def _fact(maker: Maker, sentence: _Sentence, item: Item, said: _Ratio) -> Fact:
    meaning = maker.meaning(item.name, span=Span.INSTANT if item.kind == "instant" else Span.YTD)
    if said.method:
        meaning = replace(meaning, dimensions={load(_RULES)["method"]["name"]: said.method})
    block = sentence.paragraph(said.place)
    quote = sentence.text[max(0, said.place - _QUOTED) : said.place + _QUOTED]
    return maker.told(meaning, block, said.value + "%", Decimal(said.value), "%", quote)
