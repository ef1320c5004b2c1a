"""The whole way of a question: guard, plan, evidence, answer, verification, guard."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

from caiwen.ask import calculators
from caiwen.ask.answer import Answer, AnswerStatus, Considered, Stage, Trace, decimal_text
from caiwen.ask.calculate import name_of
from caiwen.ask.compose import Sentence, compose, compose_quotes
from caiwen.ask.define import define
from caiwen.ask.evidence import Evidence
from caiwen.ask.execute import Executor
from caiwen.ask.figures import Figure
from caiwen.ask.findings import Finding, Outcome
from caiwen.ask.follow import complete
from caiwen.ask.macro_desk import MacroDesk
from caiwen.ask.macro_reply import MacroReply
from caiwen.ask.multiples import attach, take
from caiwen.ask.parse import Parser
from caiwen.ask.passages import QUOTED, Index, Quote, Reader
from caiwen.ask.periods_text import period_words
from caiwen.ask.plan import (
    BreakdownMeasure,
    Clarify,
    Compute,
    Define,
    Explain,
    ItemMeasure,
    Macro,
    PeriodRef,
    Plan,
    Policy,
    Query,
    Refuse,
    Select,
    Several,
    Unanswerable,
)
from caiwen.ask.policy_desk import PolicyDesk
from caiwen.ask.policy_words import PolicyValue
from caiwen.ask.reading import read_companies, tidy
from caiwen.ask.record import Recorder
from caiwen.ask.survey import Survey
from caiwen.ask.verify import verified
from caiwen.ask.within import Universe, universe
from caiwen.ask.words import words
from caiwen.ask.worked import work
from caiwen.ask.world import FactStore, World
from caiwen.finance.text import squash
from caiwen.records import Fact, Scope

UNREADABLE = "没有理解这个问题。可以这样问：“贵州茅台2020年营业收入是多少？”"


class Verdict(Protocol):
    """What a guard decides. ``decision``: allow, refuse or flag."""

    @property
    def decision(self) -> str: ...

    @property
    def rule(self) -> str | None: ...

    @property
    def text(self) -> str | None: ...


class Checker(Protocol):
    """A guard as answering needs it."""

    @property
    def notice(self) -> str: ...

    def check(self, text: str, direction: Literal["question", "answer"]) -> Verdict: ...


@dataclass(slots=True)
class Draft:
    """An answer under way."""

    status: AnswerStatus
    sentences: list[Sentence] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    outcome: Outcome | None = None
    policy: list[tuple[PolicyValue, Quote | None]] = field(default_factory=list)
    macro: MacroReply | None = None


class Asker:
    """Answers questions over a store and its search index.

    ``guard`` checks questions and answers; ``today`` is what 去年 counts from;
    ``quotes``: so many passages are quoted at most. One Asker serves many questions; what it
    caches is dropped when the store changes.
    """

    def __init__(
        self,
        store: FactStore,
        index: Index | None = None,
        guard: Checker | None = None,
        *,
        today: date | None = None,
        quotes: int = QUOTED,
    ) -> None:
        self._store = store
        self._index = index
        self._guard = guard
        self._today = today
        self._quotes = quotes
        self._world = World(store)
        self._universes: dict[tuple[str, ...], Universe] = {}
        self._policies = PolicyDesk(store, index)
        self._macro = MacroDesk(store)

    def warm(self, years: int = 3) -> None:
        """Read ahead what every question and most rankings need: for a service, before its first question.

        A second or so for a market of some thousand companies; answers are the same without it, only the first ones slower.
        """
        self._world.refresh()
        evidence = Evidence(self._world)
        columns = Survey(evidence, Query(select=Select(everyone=True), derive=())).columns
        names = self._world.registry.addresses and self._world.market.book.all
        for item in words("often_ranked") if names else ():
            covered = [p for p in self._world.store.item_periods(item) if len(p) == 4]
            for period in covered[-years:]:
                columns.of(ItemMeasure(item=item), PeriodRef(period=period), Scope.CONSOLIDATED)

    def ask(
        self,
        question: str,
        within: Sequence[str] | None = None,
        id: str | int | None = None,
        previous: str | None = None,
    ) -> Answer:
        """Answer one question. ``within``: companies, codes or report files (names) that it may use.

        ``previous``: the question before it, on which this one may lean (那2021年呢？).
        """
        started = time.perf_counter()
        trace = Trace()
        clock = _Clock(trace)
        self._world.refresh()
        with clock("guard"):
            refused = self._refused(question)
        limit = self._universe(within)
        evidence = Evidence(limit.world, allowed=limit.documents)
        with clock("plan"):
            whole = self._completed(question, previous, limit)
            plan = refused or self._plan(whole, limit, trace)
            if whole != question:
                trace.understood.insert(0, f"接上一问，理解为“{whole}”")
        with clock("evidence"):
            draft = self._draft(plan, evidence, limit, trace)
        with clock("answer"):
            known = [question, *draft.known, *trace.understood]
            draft.sentences, trace.dropped = verified(draft.sentences, draft.figures, known)
            answer = self._record(question, plan, draft, limit, trace)
        with clock("guard"):
            answer = self._checked(answer)
        trace.considered = [
            _considered(f, taken, why, limit.world) for f, taken, why in evidence.why.values()
        ]
        spent = round((time.perf_counter() - started) * 1000, 3)
        return answer.model_copy(update={"id": id, "milliseconds": spent, "trace": trace})

    # --- stages -----------------------------------------------------------------------------------

    def _refused(self, question: str) -> Refuse | None:
        if self._guard is None:
            return None
        verdict = self._guard.check(question, "question")
        if verdict.decision != "refuse":
            return None
        return Refuse(rule=verdict.rule or "", text=verdict.text or "")

    def _completed(self, question: str, previous: str | None, limit: Universe) -> str:
        if not previous or not limit.world.book.all:
            return question
        return complete(question, previous, limit.world, self._today or date.today())

    def _universe(self, within: Sequence[str] | None) -> Universe:
        if not within:
            return Universe(self._world, None)
        key = (self._world.stamp, *within)
        if key not in self._universes:
            self._universes = {key: universe(self._world, within)}
        return self._universes[key]

    def _plan(self, question: str, limit: Universe, trace: Trace) -> Plan:
        if limit.unknown and not limit.world.book.all:
            return Unanswerable(text=f"名单中的公司或文件都不在库中：{_listed(limit.unknown)}。")
        today = self._today or date.today()
        policy = self._policies.plan(question, limit, today)
        if policy is not None:
            return policy
        macro = self._macro.plan(question, limit, today)
        if macro is not None:
            return macro
        computed = calculators.plan(question, company=bool(read_companies(tidy(question), limit.world.book)))
        if computed is not None:
            return computed
        parser = Parser(limit.world, today)
        asked, given = take(question)
        plan = attach(parser.parse(asked), given)
        policy = self._policies.instead(plan, question, limit, today)
        if policy is not None:
            return policy
        trace.understood = parser.notes
        if limit.unknown:
            trace.understood.append(
                f"名单中有 {len(limit.unknown)} 项不在库中，没有计入：{_listed(limit.unknown)}"
            )
        return plan

    def _draft(self, plan: Plan, evidence: Evidence, limit: Universe, trace: Trace) -> Draft:
        match plan:
            case Refuse():
                return Draft("refused", [Sentence(plan.text)], known=[plan.text])
            case Clarify():
                return Draft("clarify", [Sentence(plan.text)], known=[plan.text])
            case Unanswerable():
                return Draft("not_found", [Sentence(plan.text)], known=[plan.text])
            case Policy():
                return self._policy(plan, limit)
            case Macro():
                reply = self._macro.reply(plan, limit)
                status: AnswerStatus = "answered" if reply.answered else "not_found"
                return Draft(status, reply.sentences, known=reply.known, macro=reply)
            case Compute():
                worked = work(plan)
                outcome = Outcome([worked.finding])
                return Draft(
                    "answered", worked.sentences, worked.finding.operands, known=worked.known, outcome=outcome
                )
            case Define():
                return self._define(plan, limit)
            case Explain():
                return self._explain(plan, evidence, limit)
            case Several():
                return _together([self._draft(part, evidence, limit, trace) for part in plan.parts])
            case Query():
                return self._query(plan, evidence, limit, trace)

    def _query(self, plan: Query, evidence: Evidence, limit: Universe, trace: Trace) -> Draft:
        outcome = Executor(evidence, plan).run()
        draft = _drafted(outcome, plan)
        if draft.status == "not_found" and _may_be_text(plan):
            quoted = self._explain(_as_explain(plan), evidence, limit)
            if quoted.status == "answered" and not outcome.findings:
                quoted.sentences = [*draft.sentences, *quoted.sentences]
                quoted.known = [*draft.known, *quoted.known]
                quoted.status = "not_found"
                return quoted
        notes = [Sentence(f"{note}。") for note in trace.understood]
        draft.sentences = [*notes, *draft.sentences]
        return draft

    def _explain(self, plan: Explain, evidence: Evidence, limit: Universe) -> Draft:
        reader = Reader(limit.world, self._index, limit.documents, self._quotes)
        quotes = self._policies.current(reader.find(plan), limit, self._today or date.today())
        sentences = compose_quotes(quotes, plan)
        draft = Draft("answered" if quotes else "not_found", sentences, quotes=quotes)
        if plan.facts and plan.companies:
            query = Query(
                select=Select(companies=plan.companies, periods=plan.periods or _latest(limit.world, plan)),
                derive=plan.facts,
            )
            found = _drafted(Executor(evidence, query).run(), query)
            if found.status == "answered":
                draft = Draft("answered", [*found.sentences, *sentences], found.figures, quotes, found.known)
        if plan.exact and not any(plan.exact in squash(q.passage.text) for q in quotes):
            lead = Sentence(_no_such_figure(plan, limit.world, leads=bool(quotes)))
            return Draft("not_found", [lead, *sentences[:2]], quotes=quotes[:2], known=[lead.text])
        if draft.status == "not_found":
            draft.sentences = [Sentence(_nothing_found(plan, reader))]
            draft.known = [draft.sentences[0].text]
        return draft

    def _policy(self, plan: Policy, limit: Universe) -> Draft:
        reply = self._policies.reply(plan, limit)
        sentences = []
        for text, cited in reply.lines:
            quotes = (self._policies.quote(c, limit) for c in cited)
            sentences.append(Sentence(text, (), tuple(q for q in quotes if q)))
        draft = Draft(
            "answered" if reply.answered else "not_found", sentences, known=[t for t, _ in reply.lines]
        )
        draft.policy = [(v, self._policies.quote(v.quote, limit) if v.quote else None) for v in reply.values]
        return draft

    def _define(self, plan: Define, limit: Universe) -> Draft:
        text = define(plan)
        search = Explain(topic=plan.term, terms=(f"{plan.term}是指",))
        found = Reader(limit.world, self._index, limit.documents, self._quotes).find(search)
        found = self._policies.current(found, limit, self._today or date.today())
        quotes = [q for q in found if _defines(plan.term, q)]
        sentences = [Sentence(text)] if text else []
        sentences += compose_quotes(quotes[:2], search)
        if not sentences:
            said = f"材料中未找到“{plan.term}”的定义。"
            return Draft("not_found", [Sentence(said)], known=[said])
        draft = Draft("answered", sentences, quotes=quotes[:2], known=[text or ""])
        if text:
            draft.policy = [(PolicyValue("text", plan.term, text, "财问术语表"), None)]
        return draft

    def _record(self, question: str, plan: Plan, draft: Draft, limit: Universe, trace: Trace) -> Answer:
        recorder = Recorder(limit.world)
        if draft.outcome:
            recorder.add_outcome(draft.outcome)
        recorder.add_policy(draft.policy)
        if draft.macro:
            recorder.values, recorder.citations = draft.macro.values, draft.macro.citations
        for quote in draft.quotes:
            recorder.add_quote(quote, getattr(plan, "topic", None) or getattr(plan, "term", None))
        texts = [recorder.cited(sentence) for sentence in draft.sentences]
        text = "\n".join(texts) if draft.quotes or draft.policy else "".join(texts)
        return Answer(
            question=question,
            status=draft.status,
            answer=text or UNREADABLE,
            values=recorder.values if draft.status == "answered" else recorder.kept_when_not_found(),
            citations=recorder.citations,
            plan=plan.model_dump(mode="json"),
            notice=self._guard.notice if self._guard else "",
        )

    def _checked(self, answer: Answer) -> Answer:
        """What the answer says in its own words must pass the guard too; quotes are the material's."""
        if (
            self._guard is None
            or answer.status != "answered"
            or any(c.quote and len(c.quote) > 60 for c in answer.citations)
        ):
            return answer
        verdict = self._guard.check(answer.answer, "answer")
        if verdict.decision != "refuse":
            return answer
        update = {"status": "refused", "answer": verdict.text or "", "values": [], "citations": []}
        return answer.model_copy(update=update)


class _Clock:
    def __init__(self, trace: Trace) -> None:
        self._trace = trace

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        spent = (time.perf_counter() - started) * 1000
        self._trace.stages.append(Stage(name=name, milliseconds=round(spent, 3)))


def _together(drafts: Sequence[Draft]) -> Draft:
    """The parts of an answer as one; what is not found is said, and what is found answers."""
    found = any(draft.status == "answered" for draft in drafts)
    outcome = Outcome()
    for draft in drafts:
        if draft.outcome:
            outcome.findings += draft.outcome.findings
            outcome.missing += draft.outcome.missing
    said = {s.text: s for draft in reversed(drafts) for s in reversed(draft.sentences)}
    return Draft(
        "answered" if found else "not_found",
        list(reversed(said.values())),
        [f for draft in drafts for f in draft.figures],
        [q for draft in drafts for q in draft.quotes],
        [k for draft in drafts for k in draft.known],
        outcome,
    )


def _drafted(outcome: Outcome, plan: Query) -> Draft:
    figures = [f for finding in outcome.findings for f in _all_figures(finding)]
    known = [*outcome.missing, *(n for f in outcome.findings for n in f.notes)]
    known += counts_of(outcome, plan)
    status: AnswerStatus = "answered" if outcome.findings else "not_found"
    return Draft(status, compose(outcome, plan), figures, known=known, outcome=outcome)


def counts_of(outcome: Outcome, plan: Query) -> list[str]:
    """Numbers that are neither facts nor calculations of facts: bounds, and how many companies there are."""
    found: list[str] = []
    for condition in plan.conditions:
        forms = (condition.value.scaleb(-power) for power in (0, 4, 8))
        found += [f"{form.normalize():f}" for form in (*forms, condition.value * 100)]
    for finding in outcome.findings:
        sizes = (finding.total, len(finding.answers), len(finding.operands), len(finding.companies))
        found += [str(size) for size in sizes]
        found += [str(len(finding.companies) - len(finding.answers)), *finding.warnings, *finding.spoken]
        found += [str(len(finding.companies) - len(finding.operands))]
        found += [str(finding.order.last)] if finding.order else []
    return found


def _all_figures(finding: Finding) -> Iterable[Figure]:
    yield from (*finding.answers, *finding.alternatives, *finding.beside, *finding.operands)
    made = finding.comparison
    if made:
        yield from (f for f in (made.now, made.base, made.rate, made.amount) if f)


def _may_be_text(plan: Query) -> bool:
    return (
        len(plan.select.companies) == 1
        and plan.change is None
        and plan.order is None
        and plan.aggregate is None
    )


def _as_explain(plan: Query) -> Explain:
    names = [m.item if isinstance(m, BreakdownMeasure) else name_of(m) for m in plan.derive]
    return Explain(
        topic=" ".join(names),
        companies=plan.select.companies,
        periods=plan.select.periods,
    )


def _latest(world: World, plan: Explain) -> tuple[PeriodRef, ...]:
    """The period of each company's latest filing, where the question names none."""
    refs = {c.who for c in plan.companies}
    found = [p for c in world.book.all if c.who in refs and (p := world.latest(c))]
    return tuple(PeriodRef(period=str(p), assumed=True) for p in dict.fromkeys(found))


def _listed(entries: Sequence[str]) -> str:
    return "、".join(entries[:5]) + ("等" if len(entries) > 5 else "")


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


def _considered(fact: Fact, taken: bool, why: str, world: World) -> Considered:
    return Considered(
        fact=fact.id,
        entity=fact.entity,
        item=fact.item,
        period=fact.period,
        scope=fact.scope.value,
        basis=fact.basis.value,
        value=fact.text if fact.value is None else decimal_text(fact.value),
        document=world.name_of(fact.observation.document),
        page=fact.observation.page,
        taken=taken,
        why=why,
    )
