"""Suite ``retrieval``: is the page that holds the answer among the first found?

Three searches side by side over the same passages: the shipped one on the bare question; the shipped one within the
filings of the companies that the question names, as ``ask`` uses it; plain BM25 over the text alone. A page counts at the rank of its
first passage, pages counted once each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from caiwen.evaluate.bm25 import Bm25
from caiwen.evaluate.framework import Case, Outcome
from caiwen.evaluate.queries import Page, Query, stem

if TYPE_CHECKING:
    from caiwen.ask.companies import CompanyBook
    from caiwen.store import Hit, SearchIndex, Store

DEPTHS = (1, 5, 10)
_PASSAGES = 60
"""Passages asked for, so that ten different pages are among them."""


class Retrieval:
    name = "retrieval"
    title = "检索"

    def __init__(self, store: Store, index: SearchIndex, queries: Sequence[Query]) -> None:
        self.store, self.index = store, index
        self.queries = {query.id: query for query in queries}
        self.searches: Mapping[str, tuple[str, Callable[[str], Sequence[Page]]]] = {
            "shipped": ("检索（原题）", self._shipped),
            "named": ("检索（限所问公司）", self._named),
            "bm25": ("单字段 BM25", self._plain),
        }
        self.metrics: Mapping[str, str] = {
            name: f"{title} {words}"
            for search, (title, _) in self.searches.items()
            for name, words in _figures(search)
        }

    def cases(self) -> Sequence[Case]:
        return [
            Case(q.id, q.group, {"question": q.question, "gold": _told(sorted(q.pages))})
            for q in self.queries.values()
        ]

    def score(self, case: Case) -> Outcome:
        query = self.queries[case.id]
        measures: dict[str, float] = {}
        found = {search: find(query.question) for search, (_, find) in self.searches.items()}
        for search, pages in found.items():
            for k in DEPTHS:
                measures[f"{search}_recall_{k}"] = len(query.pages & set(pages[:k])) / len(query.pages)
            ranks = (1 / rank for rank, page in enumerate(pages, start=1) if page in query.pages)
            measures[f"{search}_mrr"] = next(ranks, 0.0)
        missed = measures[f"named_recall_{DEPTHS[-1]}"] == 0
        note = f"找到的是 {_told(found['named'][:3])}" if missed else ""
        return Outcome(case, {"there": False} if missed else {}, note, measures)

    def _shipped(self, question: str) -> Sequence[Page]:
        return _pages(self.index.search(question, _PASSAGES))

    def _named(self, question: str) -> Sequence[Page]:
        """The companies that the question names beyond doubt narrow the search; their names then tell nothing more."""
        from caiwen.ask.reading import read_companies, tidy

        text = tidy(question)
        codes = []
        for mention in reversed(read_companies(text, self._book)):
            if len(mention.companies) == 1 and mention.companies[0].code:
                codes.append(mention.companies[0].code)
                text = f"{text[: mention.start]} {text[mention.end :]}"
        return _pages(self.index.search(text, _PASSAGES, codes=codes))

    @cached_property
    def _book(self) -> CompanyBook:
        from caiwen.ask.companies import CompanyBook

        return CompanyBook(self.store.companies())

    def _plain(self, question: str) -> Sequence[Page]:
        index, places = self._yardstick
        return list(dict.fromkeys(places[number] for number in index.search(question, _PASSAGES)))

    @cached_property
    def _yardstick(self) -> tuple[Bm25, list[Page]]:
        """BM25 over the texts of all passages, and the page of each."""
        from caiwen.store.tokens import words

        places: list[Page] = []
        texts: list[str] = []
        for document in self.store.documents():
            for passage in self.store.passages_of(document.sha256):
                places.append((stem(document.name), passage.page or 0))
                texts.append(passage.text)
        return Bm25(texts, words), places


def _figures(search: str) -> Iterator[tuple[str, str]]:
    yield from ((f"{search}_recall_{k}", f"recall@{k}") for k in DEPTHS)
    yield f"{search}_mrr", "MRR"


def _pages(hits: Iterable[Hit]) -> list[Page]:
    return list(dict.fromkeys((stem(hit.name), hit.page or 0) for hit in hits))


def _told(pages: Sequence[Page]) -> str:
    return "；".join(f"{name} 第 {page} 页" for name, page in pages)
