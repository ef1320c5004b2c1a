"""A question's words → a query of the index.

What a question names besides its matter (company, year, kind of report) stands in the filing's own fields and seldom in
the passage: a name counts once, where it weighs more; a year counts in both. The passage itself must hold a word all the
same. Of the items of the statements their other
names are searched too (归母净资产 stands as 归属于上市公司股东的净资产).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from caiwen.config import SearchSettings
from caiwen.finance.data import load
from caiwen.finance.items import taxonomy
from caiwen.store.tokens import bigrams, words

_MOST_TERMS = 64


@cache
def _asking() -> frozenset[str]:
    return frozenset(load("search_words.yaml")["asking"])


def build_query(
    schema: Any, text: str, narrowed: Mapping[str, Sequence[str]], settings: SearchSettings
) -> Any:
    """Any of the words, their pairs and the section's words, within all of ``narrowed`` (field → values); None when the
    text holds no word."""
    from tantivy import Occur, Query

    def term(field: str, word: str, boost: float) -> Any:
        return Query.boost_query(Query.term_query(schema, field, word, "freq"), boost)

    def any_of(parts: Sequence[Any]) -> Any:
        return Query.boolean_query([(Occur.Should, part) for part in parts])

    every = list(dict.fromkeys(words(text)))[:_MOST_TERMS]
    terms = [word for word in every if word not in _asking()] or every
    own = [term("words", word, 1.0) for word in terms]
    beside = [("section", word, settings.section_boost) for word in terms]
    beside += [("pairs", pair, settings.bigram_boost) for pair in _pairs(text)]
    beside += [("words", word, settings.alias_boost) for word in _other_names(text, terms)]
    more = [term(*one) for one in beside if one[2]]
    if not own and not more:
        return None
    musts = [any_of([*own, *more])]
    if settings.filing_boost:
        named = [term("filing", word, settings.filing_boost) for word in terms]
        pairs = list(zip(terms, own, named, strict=True))
        scored = [part for word, one, two in pairs if word.isdigit() for part in (one, two)]
        scored += [Query.disjunction_max_query([one, two]) for word, one, two in pairs if not word.isdigit()]
        musts = [any_of([*scored, *more]), Query.const_score_query(musts[0], 0.0)]
    musts += [
        Query.const_score_query(Query.term_set_query(schema, field, list(values)), 0.0)
        for field, values in narrowed.items()
    ]
    return Query.boolean_query([(Occur.Must, must) for must in musts])


def _pairs(text: str) -> list[str]:
    return list(dict.fromkeys(bigrams(text)))[:_MOST_TERMS]


def _other_names(text: str, terms: Sequence[str]) -> list[str]:
    """The words of the other names of the items that the text names."""
    names = (name for m in taxonomy().find_in(text) for name in (m.item.name, *m.item.aliases))
    found = dict.fromkeys(word for name in names for word in words(name))
    return [word for word in found if word not in terms and word not in _asking()][:_MOST_TERMS]
