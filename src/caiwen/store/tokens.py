"""Text to search terms: words of the dictionary, and pairs of characters for what no dictionary knows."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from caiwen.finance.text import normalise

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_TERM = re.compile(r"[0-9a-z\u3400-\u9fff\U00020000-\U0003ffff]")
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
_LONGEST_TERM = 40


def words(text: str) -> list[str]:
    """Words, and the shorter words inside them (净利润 → 净利, 利润, 净利润); figures without separators.

    Characters that carry no meaning for search (punctuation, blanks) are left out.
    """
    import rjieba

    flat = _THOUSANDS.sub("", normalise(text)).casefold().encode("utf-8", "ignore").decode()
    return [word for word in rjieba.cut_for_search(flat) if _is_term(word)]


@lru_cache(maxsize=200_000)
def _is_term(word: str) -> bool:
    return len(word) <= _LONGEST_TERM and _TERM.search(word) is not None and not word.isspace()


def bigrams(text: str) -> list[str]:
    """Neighbouring pairs within runs of Chinese characters; a run of one gives itself."""
    found: list[str] = []
    for run in _HAN.findall(normalise(text)):
        found += map("".join, pairwise(run)) if len(run) > 1 else [run]
    return found
