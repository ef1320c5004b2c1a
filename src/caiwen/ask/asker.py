"""The whole way of a question: guard, plan, evidence, answer, verification, guard."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from threading import Lock
from typing import Literal, Protocol

from caiwen.ask import calculators
from caiwen.ask.answer import Answer, AnswerStatus, Considered, Stage, Trace, decimal_text
from caiwen.ask.compose import Sentence
from caiwen.ask.draft import Draft, drafted, together
from caiwen.ask.evidence import Evidence
from caiwen.ask.execute import Executor
from caiwen.ask.findings import Outcome
from caiwen.ask.follow import complete
from caiwen.ask.macro_desk import MacroDesk
from caiwen.ask.measure_names import items_of
from caiwen.ask.multiples import attach, take
from caiwen.ask.parse import Parser
from caiwen.ask.passages import QUOTED, Index
from caiwen.ask.plan import (
    Clarify,
    Compute,
    Define,
    Explain,
    FormulaMeasure,
    ItemMeasure,
    Macro,
    PeriodRef,
    Plan,
    Policy,
    Query,
    Refuse,
    Select,
    Several,
    Single,
    Unanswerable,
)
from caiwen.ask.policy_desk import PolicyDesk
from caiwen.ask.reading import read_companies, tidy
from caiwen.ask.record import Recorder
from caiwen.ask.shelf import Shelf
from caiwen.ask.survey import Survey
from caiwen.ask.texts import Texts, as_explain, may_be_text
from caiwen.ask.verify import verified
from caiwen.ask.within import Universe, universe
from caiwen.ask.words import words
from caiwen.ask.worked import work
from caiwen.ask.world import FactStore, Material, World
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


class Asker:
    """Answers questions over a store and its search index.

    ``guard`` checks questions and answers; ``today`` is what 去年 counts from;
    ``quotes``: so many passages are quoted at most; ``shelf`` keeps the book of companies between processes. One Asker serves many questions, of several threads at a
    time; what it caches is dropped when the store changes, and an answer rests on the store as it was at its beginning.
    """

    def __init__(
        self,
        store: FactStore,
        index: Index | None = None,
        guard: Checker | None = None,
        *,
        today: date | None = None,
        quotes: int = QUOTED,
        shelf: Shelf | None = None,
    ) -> None:
        self._store = store
        self._index = index
        self._guard = guard
        self._today = today
        self._quotes = quotes
        self._shelf = shelf
        self._world = World(Material(store))
        self._universes: dict[tuple[str, ...], Universe] = {}
        self._lock = Lock()
        self._policies = PolicyDesk(store, index)
        self._macro = MacroDesk(store)

    def warm(self, years: int = 4) -> None:
        """Read ahead what questions and most rankings need: for a service, before its first question. ``years``: those
        of which most is known.

        A few seconds for a market of some thousand companies; answers are the same without it, only the first ones slower.
        """
        with self._store.snapshot():
            world = self._current()
            columns = Survey(Evidence(world), Query(select=Select(everyone=True), derive=())).columns
            for measure in _often_ranked() if world.book.all else ():
                counts = self._store.period_counts(items_of(measure))
                covered = sorted((p for p in counts if len(p) == 4), key=lambda p: (-counts[p], p))
                for period in covered[:years]:
                    columns.of(measure, PeriodRef(period=period), Scope.CONSOLIDATED)
            self._policies.warm(Universe(world, None))
            for question in words("rehearsed"):
                self.ask(question)

    def ask(
        self,
        question: str,
        within: Sequence[str] | None = None,
        id: str | int | None = None,
        previous: str | None = None,
    ) -> Answer:
        """Answer one question. ``within``: companies, codes or report files (names) that it may use.

        ``previous``: the question before it, on which this one may lean (那2021年呢？), or better the ``context`` of its
        answer: that one is the question in full, so that a whole conversation can be led.
        """
        started = time.perf_counter()
        with self._store.snapshot():
            answer = self._answer(question, self._universe(within), previous)
        spent = round((time.perf_counter() - started) * 1000, 3)
        return answer.model_copy(update={"id": id, "milliseconds": spent})

    def _current(self) -> World:
        """The world at the state of the store that this thread sees."""
        stamp = self._store.version()
        with self._lock:
            if self._world.stamp != stamp:
                self._world = World(Material(self._store, stamp, self._shelf))
            return self._world

    def _answer(self, question: str, limit: Universe, previous: str | None) -> Answer:
        trace = Trace()
        clock = _Clock(trace)
        with clock("guard"):
            refused = self._refused(question)
        evidence = Evidence(limit.world, allowed=limit.documents)
        with clock("plan"):
            whole = question if refused else self._completed(question, previous, limit)
            refused = refused or (self._refused(whole) if whole != question else None)
            plan = refused or self._plan(whole, limit, trace)
            if whole != question and not refused:
                trace.understood.insert(0, f"接上一问，理解为“{whole}”")
        with clock("evidence"):
            draft = self._draft(plan, evidence, limit, trace)
        with clock("answer"):
            known = [question, *draft.known, *trace.understood]
            draft.sentences, trace.dropped = verified(draft.sentences, draft.figures, known)
            answer = self._record(question, whole, plan, draft, limit, trace)
        with clock("guard"):
            answer = self._checked(answer)
        trace.considered = [
            _considered(f, taken, why, limit.world) for f, taken, why in evidence.why.values()
        ]
        return answer.model_copy(update={"trace": trace})

    # --- stages -----------------------------------------------------------------------------------

    def _refused(self, question: str) -> Refuse | None:
        if self._guard is None:
            return None
        verdict = self._guard.check(question, "question")
        if verdict.decision != "refuse":
            return None
        return Refuse(rule=verdict.rule or "", text=verdict.text or "")

    def _completed(self, question: str, previous: str | None, limit: Universe) -> str:
        if not previous:
            return question
        macro = self._macro.complete(question, previous, limit, self._today or date.today())
        if macro is not None or not limit.world.book.all:
            return macro or question
        return complete(question, previous, limit.world, self._today or date.today())

    def _universe(self, within: Sequence[str] | None) -> Universe:
        world = self._current()
        if not within:
            return Universe(world, None)
        key = (world.stamp, *within)
        found = self._universes.get(key)
        if found is None:
            found = universe(world, within)
            self._universes = {key: found}
        return found

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
                return self._texts(limit).define(plan)
            case Explain():
                return self._texts(limit).explain(plan, evidence)
            case Several():
                return together([self._draft(part, evidence, limit, trace) for part in plan.parts])
            case Query():
                return self._query(plan, evidence, limit, trace)

    def _query(self, plan: Query, evidence: Evidence, limit: Universe, trace: Trace) -> Draft:
        outcome = Executor(evidence, plan).run()
        draft = drafted(outcome, plan)
        if draft.status == "not_found" and may_be_text(plan):
            quoted = self._texts(limit).explain(as_explain(plan), evidence)
            if quoted.status == "answered" and not outcome.findings:
                quoted.sentences = [*draft.sentences, *quoted.sentences]
                quoted.known = [*draft.known, *quoted.known]
                quoted.status = "not_found"
                return quoted
        notes = [Sentence(f"{note}。") for note in trace.understood]
        draft.sentences = [*notes, *draft.sentences]
        return draft

    def _texts(self, limit: Universe) -> Texts:
        today = self._today or date.today()
        current = partial(self._policies.current, limit=limit, today=today)
        return Texts(limit, self._index, self._quotes, current)

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

    def _record(
        self, question: str, whole: str, plan: Plan, draft: Draft, limit: Universe, trace: Trace
    ) -> Answer:
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
            plan=plan.model_dump(mode="json") | {"context": whole},
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


def _often_ranked() -> list[Single]:
    items = (ItemMeasure(item=name) for name in words("often_ranked"))
    return [*items, *(FormulaMeasure(formula=name) for name in words("often_ranked_formulas"))]


def _listed(entries: Sequence[str]) -> str:
    return "、".join(entries[:5]) + ("等" if len(entries) > 5 else "")


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
