"""Open questions and concepts: what the material says, quoted, beside the figures that belong to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from caiwen.ask.compose import Sentence, compose_quotes
from caiwen.ask.define import define
from caiwen.ask.draft import Draft, drafted
from caiwen.ask.evidence import Evidence
from caiwen.ask.execute import Executor
from caiwen.ask.measure_names import name_of
from caiwen.ask.passages import Index, Quote, Reader
from caiwen.ask.periods_text import period_words, words_of
from caiwen.ask.plan import BreakdownMeasure, Define, Explain, Measure, PeriodRef, Query, Select
from caiwen.ask.policy_words import PolicyValue
from caiwen.ask.reasons import reasons
from caiwen.ask.within import Universe
from caiwen.ask.world import World
from caiwen.finance.text import squash


@dataclass(frozen=True, slots=True)
class Texts:
    """Answers from passages. ``most``: so many are quoted; ``current``: drops what no longer holds."""

    limit: Universe
    index: Index | None
    most: int
    current: Callable[[Iterable[Quote]], list[Quote]]

    def explain(self, plan: Explain, evidence: Evidence) -> Draft:
        """Quote what a filing says of the topic, the figures that were asked for with it in front."""
        if plan.change and plan.companies:
            return self._why(plan, evidence)
        reader = self._reader()
        quotes = self.current(reader.find(plan))
        sentences = compose_quotes(quotes, plan)
        draft = Draft("answered" if quotes else "not_found", sentences, quotes=quotes)
        if plan.facts and plan.companies:
            query = Query(
                select=Select(
                    companies=plan.companies, periods=plan.periods or latest_of(self.limit.world, plan)
                ),
                derive=plan.facts,
            )
            found = drafted(Executor(evidence, query).run(), query)
            if found.status == "answered":
                found.sentences, found.quotes = [*found.sentences, *sentences], quotes
                draft = found
        if plan.exact and not any(plan.exact in squash(q.passage.text) for q in quotes):
            lead = Sentence(_no_such_figure(plan, self.limit.world, leads=bool(quotes)))
            return Draft("not_found", [lead, *sentences[:2]], quotes=quotes[:2], known=[lead.text])
        if draft.status == "not_found" and plan.facts and not plan.companies:
            return self.define(Define(term=_told(plan.facts[0])))
        if draft.status == "not_found":
            draft.sentences = [Sentence(_nothing_found(plan, reader))]
            draft.known = [draft.sentences[0].text]
        return draft

    def define(self, plan: Define) -> Draft:
        """What the glossary and the formula table say of a term, and where the material defines it."""
        told = [(term, text) for term, text in _definitions(plan) if text]
        search = Explain(topic=plan.term, terms=(f"{plan.term}是指",))
        quotes = [] if plan.others else self.current(self._reader().find(search))
        quotes = [q for q in quotes if _defines(plan.term, q)][:2]
        lacking = [term for term in (plan.term, *plan.others) if plan.others and term not in dict(told)]
        sentences = [Sentence(text) for _, text in told] + compose_quotes(quotes, search)
        sentences += [Sentence(f"没有找到“{term}”的定义。") for term in lacking if sentences]
        if not sentences:
            said = f"材料中未找到“{plan.term}”的定义。"
            return Draft("not_found", [Sentence(said)], known=[said])
        known = [*(text for _, text in told), *lacking]
        draft = Draft("answered", sentences, quotes=quotes, known=known)
        draft.policy = [(PolicyValue("text", term, text, "财问术语表"), None) for term, text in told]
        return draft

    def _why(self, plan: Explain, evidence: Evidence) -> Draft:
        """How the figures moved, and the reason that a filing of the period gives, or that it gives none."""
        periods = plan.periods or latest_of(self.limit.world, plan)
        query = Query(
            select=Select(companies=plan.companies, periods=periods), derive=plan.facts, change=plan.change
        )
        draft = drafted(Executor(evidence, query).run(), query)
        quotes = self._reasons(plan)
        draft.quotes = quotes
        draft.sentences = [*draft.sentences, *compose_quotes(quotes, plan)]
        if not quotes:
            names = "、".join(map(_told, plan.facts))
            when = "、".join(words_of(p) for p in periods)
            said = f"{plan.companies[0].name}{when}的报告里没有找到对{names}变动原因的说明。"
            draft.sentences.append(Sentence(said))
            draft.known.append(said)
        if quotes:
            draft.status = "answered"
        return draft

    def _reasons(self, plan: Explain) -> list[Quote]:
        for document in self._reader().documents_for(plan):
            quotes = reasons(plan.facts, document, self.limit.world.store.passages_of(document.sha256))
            if quotes:
                return quotes
        return []

    def _reader(self) -> Reader:
        return Reader(self.limit.world, self.index, self.limit.documents, self.most)


def _told(measure: Measure) -> str:
    return measure.item if isinstance(measure, BreakdownMeasure) else name_of(measure)


def _definitions(plan: Define) -> list[tuple[str, str]]:
    """Each term with its definition and formula, as far as they are known."""
    every = [plan, *(Define(term=term) for term in plan.others)]
    return [(one.term, text) for one in every if (text := define(one))]


def may_be_text(plan: Query) -> bool:
    return (
        len(plan.select.companies) == 1
        and plan.change is None
        and plan.order is None
        and plan.aggregate is None
    )


def as_explain(plan: Query) -> Explain:
    names = [_told(measure) for measure in plan.derive]
    return Explain(
        topic=" ".join(names),
        companies=plan.select.companies,
        periods=plan.select.periods,
    )


def latest_of(world: World, plan: Explain) -> tuple[PeriodRef, ...]:
    """The period of each company's latest filing, where the question names none."""
    refs = {c.who for c in plan.companies}
    found = [p for c in world.book.all if c.who in refs and (p := world.latest(c))]
    return tuple(PeriodRef(period=str(p), assumed=True) for p in dict.fromkeys(found))


def _no_such_figure(plan: Explain, world: World, *, leads: bool) -> str:
    """Names the members that are there, where a member of an axis may have been meant."""
    company = next((c for c in world.book.all if plan.companies and c.who == plan.companies[0].who), None)
    members = world.vocabulary(company).members if company else {}
    there = [f"{axis}：{'、'.join(members[axis][:8])}" for axis in ("分产品", "分行业") if axis in members]
    known = f"已披露的有{'；'.join(there)}。" if there and plan.exact and plan.exact.endswith(_PARTS) else ""
    return f"材料中没有名为“{plan.exact}”的数据。{known}{'以下是相近的原文：' if leads else ''}"


_PARTS = ("收入", "营收", "成本", "毛利率", "毛利", "销售额", "占比")


def _nothing_found(plan: Explain, reader: Reader) -> str:
    about = plan.topic.replace(" ", "") or "所问内容"
    if not plan.companies:
        return f"材料中未找到与“{about}”有关的内容。"
    company = plan.companies[0]
    covered = reader.covered(company)
    asked = [p.period for p in plan.periods if not p.assumed]
    if asked and not set(asked) & set(covered):
        there = (
            f"已入库的报告期：{'、'.join(period_words(p) for p in covered)}"
            if covered
            else "没有它的任何报告"
        )
        return f"材料中没有{company.name}{'、'.join(period_words(p) for p in asked)}的报告；{there}。"
    return f"{company.name}的材料中未找到与“{about}”有关的内容（年报未披露，或该文件未入库）。"


def _defines(term: str, quote: Quote) -> bool:
    text = quote.passage.text
    return (
        re.search(rf"{re.escape(term)}[^。]{{0,20}}(?:是指|指的是|，指|指|称为|是一种|是)", text) is not None
    )
