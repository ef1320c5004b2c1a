"""Open questions: the right section of the right filing, quoted with its page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from caiwen.ask.plan import CompanyRef, Explain
from caiwen.ask.sections import best_section, body_of, is_bare, says_nothing
from caiwen.ask.world import ANNUAL, World
from caiwen.finance.text import squash
from caiwen.records import Passage
from caiwen.store import Hit, StoredDocument

QUOTED = 5
"""Passages quoted at most."""
QUOTED_CHARS = 1500
_THIN = 80
_EXCERPT = 120


class Index(Protocol):
    """The part of the search index that answering needs."""

    def search(
        self,
        query: str,
        k: int | None = None,
        *,
        documents: Sequence[str] = (),
        codes: Sequence[str] = (),
        periods: Sequence[str] = (),
        kinds: Sequence[str] = (),
    ) -> list[Hit]: ...


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage that answers. ``nothing``: the filing itself says that there is nothing to report; ``words``: what was
    looked for, so that a long passage is cut to the sentences and rows that hold it."""

    passage: Passage
    document: StoredDocument
    nothing: bool = False
    article: str | None = None
    words: tuple[str, ...] = ()
    title: str = ""
    """Of a section that says nothing throughout: its title, the passage may stand under a lesser one."""
    only: str = ""
    """The part of the passage that is quoted, where the rest is about something else."""


@dataclass(slots=True)
class Reader:
    """Finds quotes for an open question. ``allowed``: sha256 of the documents that may be read, None for all."""

    world: World
    index: Index | None
    allowed: frozenset[str] | None = None
    most: int = QUOTED
    notes: list[str] = field(default_factory=list)

    def find(self, plan: Explain) -> list[Quote]:
        documents = self.documents_for(plan)
        if plan.companies and not documents:
            return []
        for document in documents:
            quotes = self._by_section(plan, document)
            if quotes:
                return quotes
        return self._by_search(plan, documents)

    def documents_for(self, plan: Explain) -> list[StoredDocument]:
        """The filings that the question is about, best first: of the period named, full reports before summaries."""
        found: list[StoredDocument] = []
        for ref in plan.companies:
            company = self.world.company(ref.who)
            found += self.world.filings(company) if company else []
        if self.allowed is not None:
            found = [d for d in found if d.sha256 in self.allowed]
        wanted = [p.period for p in plan.periods if not p.assumed]
        if wanted:
            found = [d for d in found if d.filing.period in wanted or d.filing.period is None]
        return sorted(found, key=_report_order, reverse=True)

    def covered(self, ref: CompanyRef) -> list[str]:
        """Report periods of this company's filings."""
        company = self.world.company(ref.who)
        filings = self.world.filings(company) if company else []
        return sorted({d.filing.period for d in filings if d.filing.period})

    def _by_section(self, plan: Explain, document: StoredDocument) -> list[Quote]:
        """The section whose title the statutory format gives to this topic, or that bears the topic's own words."""
        titles = self.world.store.sections(document.sha256)
        wanted = [*plan.sections, plan.topic.replace(" ", "")] if not plan.needs else list(plan.sections)
        found: dict[str, list[Quote]] = {}
        for part in wanted:
            chosen = best_section(titles, part)
            if chosen is None or any(chosen.startswith(one) or one.startswith(chosen) for one in found):
                continue
            quotes = self._section(plan, document, chosen)
            if quotes:
                found[chosen] = quotes
            if quotes and not _is_thin(quotes):
                break
        return [quote for quotes in found.values() for quote in quotes][: self.most]

    def _section(self, plan: Explain, document: StoredDocument, title: str) -> list[Quote]:
        inside = [
            p
            for p in self.world.store.passages_of(document.sha256)
            if p.section == title or p.section.startswith(f"{title} / ")
        ]
        body = [p for p in inside if p.kind != "heading" and squash(p.text)]
        telling = [p for p in body if not says_nothing(p) and not is_bare(p)]
        if telling or not body:
            return _limited(telling, plan, document, self.most)
        said = next((p for p in body if says_nothing(p)), None)
        return [Quote(said, document, True, title=title.rsplit(" / ", 1)[-1])] if said else []

    def _by_search(self, plan: Explain, documents: list[StoredDocument]) -> list[Quote]:
        """The best passages that hold one of the question's own words, and what the topic needs beside it."""
        if self.index is None:
            return []
        own = [w for w in plan.topic.split() if len(w) >= 2]
        own += [w for w in plan.terms[:1] if plan.sections or not own]
        limits = [d.sha256 for d in documents] or sorted(self.allowed or ())
        hits = self.index.search(" ".join((plan.topic, *plan.terms)), self.most * 6, documents=limits)
        found: list[tuple[int, int, int, Quote]] = []
        for place, hit in enumerate(hits):
            document = self.world.document(hit.document)
            text = squash(hit.text) + squash(hit.section)
            held = sum(word in text for word in own)
            fits = held and (not plan.needs or any(need in text for need in plan.needs))
            if document and fits and hit.passage.kind != "heading":
                near = bool(relevant(hit.passage, own, plan.needs)) if plan.needs else False
                only = _excerpt(hit.passage, own) if plan.companies else ""
                quote = Quote(hit.passage, document, says_nothing(hit.passage), words=tuple(own), only=only)
                found.append((-near, -held, place, quote))
        return [quote for *_, quote in sorted(found, key=lambda f: f[:3])[: self.most]]


def _excerpt(passage: Passage, own: Sequence[str]) -> str:
    """The sentences and rows that hold the words, of a passage that a search found; all of a short one."""
    parts = relevant(passage, own)
    joined = " …… ".join(parts)
    short = len(body_of(passage)) <= _EXCERPT
    return "" if short or not parts or len(joined) > _EXCERPT * 2 else joined


def _is_thin(quotes: Sequence[Quote]) -> bool:
    """Hardly more than 详见某报告: a further section may say more. That there is nothing is enough said."""
    if any(quote.nothing for quote in quotes):
        return False
    return sum(len(squash(body_of(quote.passage))) for quote in quotes) < _THIN


def relevant(passage: Passage, own: Sequence[str], needs: Sequence[str] = ()) -> list[str]:
    """The sentences and table rows that hold one of the own words, and one of the words needed beside it."""
    parts = [part.strip() for part in re.split(r"(?<=[。！？])|\n", body_of(passage)) if part.strip()]
    return [p for p in parts if any(w in p for w in own) and (not needs or any(n in p for n in needs))]


def _report_order(document: StoredDocument) -> tuple[object, ...]:
    kind = document.filing.kind
    return (kind in ANNUAL, document.filing.period or "", kind is ANNUAL[0], document.pages)


def _limited(body: list[Passage], plan: Explain, document: StoredDocument, most: int) -> list[Quote]:
    """The first passages of a section; of a long one, those that speak most of the topic, in reading order."""
    words = [w for w in (*plan.topic.split(), *plan.terms) if len(w) >= 2]
    kept = body
    if len(body) > most or sum(len(p.text) for p in body) > QUOTED_CHARS:
        ranked = sorted(body, key=lambda p: (-sum(w in p.text for w in words), p.ordinal))
        kept, room = [], QUOTED_CHARS
        for passage in ranked[:most]:
            if kept and len(passage.text) > room:
                continue
            kept.append(passage)
            room -= len(passage.text)
        kept.sort(key=lambda p: p.ordinal)
    nothing = bool(kept) and all(says_nothing(p) for p in kept)
    return [Quote(p, document, nothing, words=tuple(words)) for p in kept]
