"""Where answering meets the policies of the store: the library kept until the store changes, planning, replies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from threading import RLock

from caiwen.ask.define import define
from caiwen.ask.passages import Index, Quote
from caiwen.ask.plan import Define, Explain, Plan, Policy, Unanswerable
from caiwen.ask.policies import PolicyParser, PolicyStore
from caiwen.ask.policy_answers import PolicyAnswerer
from caiwen.ask.policy_search import ArticleSearch
from caiwen.ask.policy_words import PolicyQuote, PolicyReply
from caiwen.ask.reading import read_companies, tidy
from caiwen.ask.within import Universe
from caiwen.finance.items import taxonomy
from caiwen.finance.statutes import plain
from caiwen.knowledge.policy_library import Library, Standing
from caiwen.records import Passage

_SEARCHED = 60
"""Passages looked at when no instrument is named; their documents are then compared article by article."""
_DOCUMENTS = 12


@dataclass(slots=True)
class _Shelf:
    search: ArticleSearch
    libraries: dict[frozenset[str] | None, Library] = field(default_factory=dict)


class PolicyDesk:
    """One for each Asker. ``index`` finds the documents where the question names no instrument."""

    def __init__(self, store: PolicyStore, index: Index | None) -> None:
        self._store = store
        self._index = index
        self._shelves: dict[str, _Shelf] = {}
        self._lock = RLock()

    def library(self, limit: Universe) -> Library:
        with self._lock:
            libraries, allowed = self._shelf(limit).libraries, limit.documents
            if allowed not in libraries:
                records = self._store.policies()
                libraries[allowed] = Library(r for r in records if allowed is None or r.document in allowed)
            return libraries[allowed]

    def _shelf(self, limit: Universe) -> _Shelf:
        """What is known at the state of the store that the question sees; while one follows another, threads see both."""
        with self._lock:
            stamp = limit.world.stamp
            if stamp not in self._shelves:
                while len(self._shelves) > 1:
                    self._shelves.pop(next(iter(self._shelves)))
                self._shelves[stamp] = _Shelf(ArticleSearch(self._store.articles))
            return self._shelves[stamp]

    def warm(self, limit: Universe) -> None:
        """Take the texts apart before the first question about them."""
        laws = self.library(limit).laws
        self._shelf(limit).search.prepare(v.record.document for law in laws.values() for v in law.versions)

    def plan(self, question: str, limit: Universe, today: date) -> Policy | Unanswerable | None:
        """A plan where the question names an instrument, or cites one that is not there; no company beside it."""
        library = self.library(limit)
        if not library.laws or self._names_company(question, library, limit):
            return None
        return PolicyParser(library, today).parse(question)

    def instead(self, plan: Plan, question: str, limit: Universe, today: date) -> Policy | None:
        """A rule in force for a question that otherwise finds no company or only loose passages."""
        if not _unsettled(plan):
            return None
        parser = PolicyParser(self.library(limit), today)
        guessed = parser.define(plan.term) if isinstance(plan, Define) else parser.guess(question)
        if guessed is None or (not guessed.cue and taxonomy().find_in(tidy(question))):
            return None  # a figure of a report is asked for, and no report is there
        return guessed if guessed and self.reply(guessed, limit).answered else None

    def current(self, quotes: Iterable[Quote], limit: Universe, today: date) -> list[Quote]:
        """Without passages from texts of an instrument that no longer hold, or do not hold yet."""
        library, day = self.library(limit), today.isoformat()
        kept = []
        for quote in quotes:
            found = library.of_document(quote.passage.document)
            if found is None or found[1].standing(day) is Standing.IN_FORCE:
                kept.append(quote)
        return kept

    def reply(self, plan: Policy, limit: Universe) -> PolicyReply:
        library = self.library(limit)
        return PolicyAnswerer(self._store, library, self._shelf(limit).search, self._find).answer(plan)

    def quote(self, cited: PolicyQuote, limit: Universe) -> Quote | None:
        document = limit.world.document(cited.document)
        if document is None:
            return None
        passage = Passage(cited.document, -1, cited.text, cited.page, cited.box, cited.article or "")
        return Quote(passage, document, article=cited.article)

    def _names_company(self, question: str, library: Library, limit: Universe) -> bool:
        """A company that is not only part of an instrument's own title."""
        companies = read_companies(tidy(question), limit.world.book)
        titles = "".join(mention.law.key for mention in library.find_in(plain(question)))
        text = tidy(question)
        return any(plain(text[m.start : m.end]) not in titles for m in companies)

    def _find(self, topic: str, documents: Sequence[str]) -> Sequence[str]:
        """The documents that search finds, best first; all of them where there is no index."""
        if self._index is None:
            return documents
        hits = self._index.search(topic, _SEARCHED, documents=documents)
        return list(dict.fromkeys(hit.passage.document for hit in hits))[:_DOCUMENTS]


def _unsettled(plan: Plan) -> bool:
    if isinstance(plan, Explain):
        return all(company.how == "assumed" for company in plan.companies)
    if isinstance(plan, Define):
        return define(plan) is None
    return plan.kind in ("clarify", "unanswerable")
