"""Question → Plan, by rules over the vocabulary, the taxonomy and what the store knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from caiwen.ask.companies import CompanyMention, reference
from caiwen.ask.company_plan import Planner, unknown_time
from caiwen.ask.intent import (
    REASON,
    compound_term,
    definition_of,
    general_question,
    looks_like_name,
    unreadable,
    wants_several,
)
from caiwen.ask.market_plan import asks_market, left_out, market_query
from caiwen.ask.places_said import restriction
from caiwen.ask.plan import (
    Clarify,
    Explain,
    Plan,
    Unanswerable,
)
from caiwen.ask.reading import MASK, Reading, read, read_companies, tidy
from caiwen.ask.topics import topic_of
from caiwen.ask.words import Hit, words
from caiwen.ask.world import World
from caiwen.finance import glossary
from caiwen.finance.companies import normalise_code
from caiwen.store import Company

_NAMELIKE = re.compile(r"[\u4e00-\u9fff]{2,}")


@dataclass(slots=True)
class Parser:
    """Parses one question. ``notes``: what was understood, for the trace and for the user."""

    world: World
    today: date
    notes: list[str] = field(default_factory=list)

    def parse(self, question: str) -> Plan:
        text = tidy(question)
        refused = unreadable(text)
        if refused:
            return refused
        market = self._market(text)
        if market:
            return market
        mentions = read_companies(text, self.world.book)
        ambiguous = next((m for m in mentions if len(m.companies) > 1), None)
        if ambiguous:
            names = tuple(
                f"{c.full_names[0] if c.full_names else c.name}（{c.code or '无代码'}）"
                for c in ambiguous.companies
            )
            said = text[ambiguous.start : ambiguous.end]
            return Clarify(
                text=f"“{said}”可以指多家公司，请说明是哪一家：{'、'.join(names)}。", choices=names
            )
        reading = self._read(text, mentions)
        return self._companies_then_plan(reading)

    # --- the market ---------------------------------------------------------------------------------

    def _market(self, text: str) -> Plan | None:
        """A question about companies that it does not name; None where it names one, or is about something else."""
        nobody = not read_companies(text, self.world.book)
        limits = restriction(text, MASK, loose=nobody)
        mentions = read_companies(limits.text, self.world.book)
        if mentions or not self.world.book.all:
            return None
        if len(self.world.book.all) == 1 and not (limits.regions or limits.sector):
            return None
        reading = read(limits.text, [], None, "general", None, self.today)
        figures = reading.of("item") or reading.of("formula")
        if not figures and limits.regions and not restriction(text, MASK).regions:
            return None  # a place alone at the beginning: about the place itself
        if not asks_market(reading, limits):
            return None
        if reading.unknown_times and not reading.periods:
            return unknown_time(reading)
        query = market_query(reading, limits)
        counted = query.aggregate is not None and query.aggregate.kind == "count"
        if counted and not (query.conditions or query.rankings or limits.regions or limits.sector):
            return None
        if not query.derive and not query.conditions and not (limits.regions or limits.sector):
            return None
        self.notes += left_out(reading, query)
        return self._unknown_measure(reading) or query

    def _unknown_measure(self, reading: Reading) -> Plan | None:
        """A figure that no rule knows must not be silently left out of a question about everyone."""
        compound = compound_term(reading)
        if compound is None:
            return None
        self.notes.append(f"没有认出“{compound}”")
        known = "、".join(reading.text[m.start : m.end] for m in reading.of("item") + reading.of("formula"))
        said = f"没有名为“{compound}”的数据项，无法在公司之间比较。"
        return Unanswerable(text=said + (f"问题里认出的项目：{known}。" if known else ""))

    def _planner(self) -> Planner:
        return Planner(self.world, self.notes)

    # --- companies --------------------------------------------------------------------------------

    def _read(self, text: str, mentions: Sequence[CompanyMention]) -> Reading:
        named = [m.companies[0] for m in mentions]
        company = named[0] if named else self._only()
        vocabulary = self.world.vocabulary(company) if company else None
        latest = self.world.latest(company) if company else None
        sector = company.sector if company else "general"
        return read(text, mentions, vocabulary, sector, latest, self.today)

    def _only(self) -> Company | None:
        book = self.world.book.all
        return book[0] if len(book) == 1 else None

    def _companies_then_plan(self, reading: Reading) -> Plan:
        reading.companies = [m for m in reading.companies if not self._part_of_longer_name(reading, m)]
        if not self.world.book.all:
            return self._without_reports(reading)
        if reading.companies:
            unknown = self._unknown_name(reading) if wants_several(reading) else None
            if unknown:
                return self._no_such_company(unknown)
            return self._planner().plan(reading, [reference(m.companies[0]) for m in reading.companies])
        return self._without_company(reading)

    def _without_reports(self, reading: Reading) -> Plan:
        """No company is known: concepts are explained all the same, and whatever documents there are searched."""
        definition = definition_of(reading)
        if definition:
            return definition
        if not self.world.documents:
            return Unanswerable(text="事实库里还没有任何材料，请先用 caiwen ingest 读入文件。")
        topic = topic_of(reading)
        return Explain(
            topic=topic.text or reading.text, terms=topic.terms, sections=topic.sections, needs=topic.needs
        )

    def _part_of_longer_name(self, reading: Reading, mention: CompanyMention) -> bool:
        """华兰生物股份 holds the short name 生物股份: a name with unread characters right before it is another name."""
        touching = [h for h in reading.leftovers if h.end == mention.start]
        if not mention.official:
            touching += [h for h in reading.leftovers if h.start == mention.end]
        if not touching or not all(_NAMELIKE.fullmatch(h.word) or len(h.word) == 1 for h in touching):
            return False
        start, end = min(h.start for h in touching), max(h.end for h in touching)
        whole = reading.text[min(start, mention.start) : max(end, mention.end)]
        reading.leftovers = [h for h in reading.leftovers if h not in touching]
        reading.leftovers.append(Hit(min(start, mention.start), max(end, mention.end), whole, ""))
        return True

    def _without_company(self, reading: Reading) -> Plan:
        code = next((h.word for h in reading.leftovers if h.word.isdigit()), None)
        if code and normalise_code(code):
            return self._no_such_company(code)
        definition = definition_of(reading)
        if definition:
            return definition
        name = self._unknown_name(reading)
        if (
            name is None
            or REASON.search(reading.text)
            or all(m.start != name.end for m in reading.word("kinds"))
        ):
            general = general_question(reading)
            if general:
                return general
        if name:
            guessed = self._guess(name, reading)
            if guessed:
                return guessed
        if not self._only() and name and looks_like_name(name, reading):
            return self._no_such_company(name.word)
        only = self._only()
        if only:
            if name and looks_like_name(name, reading):
                return self._no_such_company(name.word)
            self.notes.append(f"问题没有写公司，按库中唯一的公司“{only.name}”回答")
            return self._planner().plan(reading, [reference(only, "assumed")])
        short: dict[str, str] = words("beside_member")
        if name and any(h.word in short for h in reading.leftovers if h is not name):
            return self._no_such_company(name.word)
        topic = topic_of(reading)
        if not topic.text and not reading.of("item") and not reading.of("formula"):
            return Clarify(text="想了解哪家公司的什么？例如：“某公司2020年营业收入是多少？”")
        if not reading.of("item") and not reading.of("formula"):
            return Explain(topic=topic.text, terms=topic.terms, sections=topic.sections, needs=topic.needs)
        choices = tuple(c.name for c in self.world.book.all[:10])
        return Clarify(text=f"请说明是哪家公司。库中有：{'、'.join(choices)}。", choices=choices)

    def _unknown_name(self, reading: Reading) -> Hit | None:
        """The first leftover that may be the name of a company."""
        names = (h for h in reading.leftovers if len(h.word) >= 2 and _NAMELIKE.match(h.word))
        return next((h for h in names if not glossary.find(h.word)), None)

    def _guess(self, name: Hit, reading: Reading) -> Plan | None:
        guess = self.world.book.guess(name.word)
        if guess is None:
            return None
        if not guess.sure:
            choices = tuple(c.name for c in guess.companies)
            return Clarify(text=f"库中没有“{name.word}”，您是指：{'、'.join(choices)}？", choices=choices)
        company = guess.companies[0]
        self.notes.append(f"没有名为“{name.word}”的公司，按“{company.name}”理解")
        place = CompanyMention(name.start, name.end, (company,))
        reading = self._read(reading.text, [place])
        return self._planner().plan(reading, [reference(company, "corrected", name.word)])

    def _no_such_company(self, word: str | Hit) -> Unanswerable:
        said = word if isinstance(word, str) else word.word
        near = tuple(f"{c.name}（{c.code}）" if c.code else c.name for c in self.world.book.nearest(said, 5))
        return Unanswerable(
            text=f"库中没有“{said}”的材料。已入库的公司有：{'、'.join(near)}。", suggestions=near
        )
