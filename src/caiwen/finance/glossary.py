"""Terms of finance in one to three sentences, written for this project; the tables are in ``terms/*.yaml``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from caiwen.finance.data import load, names
from caiwen.finance.text import normalise, squash


@dataclass(frozen=True, slots=True)
class Term:
    """``point``: the knowledge point that it belongs to; ``formula``: the formula of the table that computes it, if any."""

    name: str
    text: str
    category: str
    point: str
    aliases: tuple[str, ...] = ()
    formula: str | None = None


@dataclass(frozen=True, slots=True)
class TermMention:
    term: Term
    start: int
    end: int


@cache
def terms() -> tuple[Term, ...]:
    """All terms, by table and in the order of the tables."""
    found = []
    for file in names("terms"):
        table = load(file)
        for line in table["terms"]:
            aliases = tuple(str(alias) for alias in line.get("aliases", ()))
            term = Term(
                line["term"], line["text"], table["category"], line["point"], aliases, line.get("formula")
            )
            found.append(term)
    return tuple(found)


def find(word: str) -> Term | None:
    """The term of this name or alias, whatever the case, width and spacing."""
    return _by_key().get(_key(word))


def find_in(text: str) -> list[TermMention]:
    """Terms named in ``text`` (half-width, offsets count in it), the longest name at each place, in order."""
    return list(_mentions(text))


def _mentions(text: str) -> Iterator[TermMention]:
    for match in _pattern().finditer(text):
        yield TermMention(_by_key()[_key(match.group())], match.start(), match.end())


def _key(word: str) -> str:
    return squash(normalise(word)).casefold()


@cache
def _by_key() -> dict[str, Term]:
    """Names go before aliases; of equal names the first table wins."""
    named: dict[str, Term] = {}
    also: dict[str, Term] = {}
    for term in terms():
        named.setdefault(_key(term.name), term)
        for alias in term.aliases:
            also.setdefault(_key(alias), term)
    return also | named


@cache
def _pattern() -> re.Pattern[str]:
    """Latin abbreviations only as whole words: ROE is not in PROEM."""
    words = sorted({w for t in terms() for w in (t.name, *t.aliases)}, key=len, reverse=True)
    parts = [rf"(?<![A-Za-z]){re.escape(w)}(?![A-Za-z])" if w.isascii() else re.escape(w) for w in words]
    return re.compile("|".join(parts), re.IGNORECASE)
