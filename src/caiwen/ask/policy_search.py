"""The articles that a question is about, by the pairs of characters that they share (BM25 over one or a few texts)."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from operator import add
from threading import Lock

from caiwen.ask.words import load
from caiwen.finance.statutes import plain
from caiwen.finance.text import squash
from caiwen.records.policy import Article, NormKind, Quantity

_K1, _B = 1.2, 0.6
_PATH, _LEAD, _LEAD_CHARS = 0.4, 0.3, 40
_COUNTED, _OPENS = 1.15, 1.2
_UNIT, _PUNISHES = 1.4, 0.8
_HOW_MUCH = re.compile("多少|几[个人名日天年]|多久|多长|比例|限额|最[多少高低]|金额|期限|上限|下限|标准")
_ASKING = re.compile("多少[个人名家天日年]?|几[个人名家天日年]|最多|最少|多久|多长时间|有何|哪里")
_SYNONYM = 0.5
_KEPT = 400
_RULE = re.compile("[^\u4e00-\u9fffA-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Scored:
    """``share``: how much of the question's weight the article holds, 0 to 1; words that no article holds weigh most."""

    document: str
    article: Article
    score: float
    share: float


@dataclass(slots=True)
class _Text:
    """An article taken apart. ``held``: pairs of its text and of the path to it; ``known``: also of its lead."""

    article: Article
    pairs: Counter[str]
    path: frozenset[str]
    lead: frozenset[str]
    held: frozenset[str]
    known: frozenset[str]
    length: int
    counts: bool
    opening: str
    quantities: tuple[Quantity, ...]
    punishes: bool


@dataclass(slots=True)
class ArticleSearch:
    """``articles``: sha256 → articles of a stored document. Texts taken apart are kept; threads may share it."""

    articles: Callable[[str], Sequence[Article]]
    _texts: dict[str, list[_Text]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def prepare(self, documents: Iterable[str]) -> None:
        """Take the texts of the first of these documents apart before they are asked about."""
        for sha256 in islice(documents, _KEPT):
            self._of(sha256)

    def best(self, topic: str, documents: Iterable[str]) -> list[Scored]:
        """Articles of these documents, best first; those that share nothing with ``topic`` are left out."""
        texts = [(sha256, text) for sha256 in documents for text in self._of(sha256)]
        own = set(_pairs(_ASKING.sub(" ", topic)))
        weights = _weights(topic, own, [text for _, text in texts])
        if not weights:
            return []
        mean = sum(text.length for _, text in texts) / len(texts)
        rarest = math.log(1 + (len(texts) + 0.5) / 0.5)
        matter = own - _asked(topic)
        total = sum(weights.get(pair, rarest) for pair in sorted(matter)) or 1.0
        found = []
        for sha256, text in texts:
            known = text.known
            score = sum(w * _gain(text, pair, mean) for pair, w in weights.items() if pair in known)
            if score > 0:
                held = sum(w for p, w in weights.items() if p in matter and p in text.held)
                share = held / total
                found.append(
                    Scored(sha256, text.article, score * (0.5 + share) * _favour(text, topic), share)
                )
        return sorted(found, key=lambda s: (-s.score, s.document, s.article.ordinal))

    def _of(self, sha256: str) -> list[_Text]:
        with self._lock:
            if sha256 not in self._texts:
                if len(self._texts) >= _KEPT:
                    self._texts.pop(next(iter(self._texts)))
                self._texts[sha256] = [_text(article) for article in self.articles(sha256)]
            return self._texts[sha256]


def _favour(text: _Text, topic: str) -> float:
    """An article that opens with the topic's first words is about it; one with bounds answers how much or how long."""
    first = plain(topic.split()[0]) if topic.split() else ""
    opens = len(first) >= 2 and text.opening.startswith(first[:4])
    rules = load("policies.yaml")
    favour = _OPENS if opens else 1.0
    if _HOW_MUCH.search(topic) is not None:
        favour *= _answering(text, topic)
    return favour * (_PUNISHES if text.punishes and not re.search(rules["punishing"], topic) else 1.0)


def _answering(text: _Text, topic: str) -> float:
    """Whether it states a quantity of the kind asked for: 几年 wants years, 最低 a lower bound."""
    rules = load("policies.yaml")
    units = {unit for unit, said in rules["units"].items() if re.search(said, topic)}
    signs = {sign for sign, said in rules["bounds"].items() if re.search(said, topic)}
    fitting = [quantity for quantity in text.quantities if quantity.unit in units]
    if not units:
        return _COUNTED if text.counts else 1.0
    bounded = any(q.sign in signs for q in fitting) if signs else any(q.sign for q in fitting)
    return (_UNIT if fitting else 1.0) * (_COUNTED if bounded else 1.0)


def _asked(topic: str) -> set[str]:
    """The pairs of the words that ask for a quantity (期限, 几年): an answer states it instead."""
    patterns = load("policies.yaml")["units"].values()
    return {pair for said in patterns for match in re.finditer(said, topic) for pair in _pairs(match[0])}


def _text(article: Article) -> _Text:
    pairs = Counter(_pairs(article.text))
    counts = any(quantity.sign for norm in article.norms for quantity in norm.quantities)
    path, lead = frozenset(_pairs(" ".join(article.path))), frozenset(_pairs(article.text[:_LEAD_CHARS]))
    held = path | pairs.keys()
    quantities = tuple(quantity for norm in article.norms for quantity in norm.quantities)
    punishes = any(norm.kind is NormKind.PENALTY for norm in article.norms)
    opening = plain(article.text[:20])
    length = sum(pairs.values())
    return _Text(article, pairs, path, lead, held, held | lead, length, counts, opening, quantities, punishes)


def _pairs(text: str) -> list[str]:
    """Pairs of neighbouring characters within one clause; a single character alone counts as itself."""
    found: list[str] = []
    for part in _RULE.split(squash(text)):
        if len(part) == 1:
            found.append(part)
        found += map(add, part, part[1:])
    return found


def _gain(text: _Text, pair: str, mean: float) -> float:
    """BM25 of one pair; the chapter's title and the article's opening words, which name its matter, count a little."""
    often = text.pairs.get(pair, 0)
    gain = often * (_K1 + 1) / (often + _K1 * (1 - _B + _B * text.length / mean)) if often else 0.0
    return gain + (_PATH if pair in text.path else 0.0) + (_LEAD if pair in text.lead else 0.0)


def _weights(topic: str, own: set[str], texts: Sequence[_Text]) -> dict[str, float]:
    """Pairs of the topic and, at half weight, of how statutes say it; rare ones weigh more."""
    factors = dict.fromkeys(sorted(own), 1.0)
    for said in _sayings(topic):
        for pair in _pairs(said):
            factors.setdefault(pair, _SYNONYM)
    count = len(texts)
    weights = {}
    for pair, factor in factors.items():
        holding = sum(pair in text.held for text in texts)
        if holding:
            weights[pair] = factor * math.log(1 + (count - holding + 0.5) / (holding + 0.5))
    return weights


def _sayings(topic: str) -> Iterator[str]:
    for word, said in _synonyms().items():
        if word in topic:
            yield from said


@cache
def _synonyms() -> dict[str, list[str]]:
    table: dict[str, list[str]] = load("policies.yaml")["synonyms"]
    return table
