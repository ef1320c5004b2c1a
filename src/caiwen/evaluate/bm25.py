"""Plain BM25 over one field: the yardstick beside the shipped search."""

from __future__ import annotations

import heapq
import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

K1, B = 1.2, 0.75
"""The constants that search engines ship (Lucene, tantivy)."""


class Bm25:
    """Okapi BM25. ``tokens`` turns a text into terms; texts are numbered in their order."""

    def __init__(self, texts: Iterable[str], tokens: Callable[[str], Sequence[str]]) -> None:
        self._tokens = tokens
        self._postings: dict[str, tuple[array[int], array[int]]] = defaultdict(
            lambda: (array("l"), array("l"))
        )
        self._lengths = array("l")
        for number, text in enumerate(texts):
            terms = Counter(tokens(text))
            self._lengths.append(terms.total())
            for term, count in terms.items():
                numbers, counts = self._postings[term]
                numbers.append(number)
                counts.append(count)

    def __len__(self) -> int:
        return len(self._lengths)

    def search(self, query: str, k: int) -> list[int]:
        """Numbers of the nearest texts, best first; ties by number."""
        scores = self.scores(query)
        return heapq.nsmallest(k, scores, key=lambda number: (-scores[number], number))

    def scores(self, query: str) -> dict[int, float]:
        """Number → score of every text that holds a term of the query."""
        total = len(self._lengths)
        middle = sum(self._lengths) / total if total else 0.0
        scores: dict[int, float] = defaultdict(float)
        for term in set(self._tokens(query)) & self._postings.keys():
            numbers, counts = self._postings[term]
            weight = math.log(1 + (total - len(numbers) + 0.5) / (len(numbers) + 0.5))
            for number, count in zip(numbers, counts, strict=True):
                norm = K1 * (1 - B + B * self._lengths[number] / middle)
                scores[number] += weight * count * (K1 + 1) / (count + norm)
        return scores
