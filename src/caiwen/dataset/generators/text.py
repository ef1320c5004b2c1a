"""Pairs that a language model writes from passages: one call a passage, verified like all others."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from caiwen.dataset.config import Text
from caiwen.dataset.generators.text_evidence import Evidences, closed
from caiwen.dataset.generators.text_passages import choose, pick, worth_asking
from caiwen.dataset.generators.text_prompts import messages_of, prompt_hash, prompts_of
from caiwen.dataset.generators.text_replies import Pair, pairs_of
from caiwen.dataset.records import Draft, Source
from caiwen.engines import CallError, Engine, Message, Params, Reply
from caiwen.engines import open as open_engine
from caiwen.engines.bulk import Bulk, Done, Progress
from caiwen.engines.cached import Cached, Replies, key_of
from caiwen.engines.protocol import LENGTH
from caiwen.engines.purse import Purse
from caiwen.errors import ConfigError
from caiwen.guard import Guard
from caiwen.records import Passage
from caiwen.store import Store, StoredDocument

FAILED, REPLIES = "text_failures.jsonl", "replies.db"
NOT_ASKED = "没有请求：到了预算上限"
_WARMER = 0.2
_WINDOW = 4
_HARD = 3


@dataclass(frozen=True, slots=True)
class Job:
    """One passage under one prompt."""

    passage: Passage
    document: StoredDocument
    prompt: str
    messages: list[dict[str, str]]

    @property
    def place(self) -> str:
        return f"{self.passage.document}:{self.passage.ordinal}"


@dataclass(frozen=True, slots=True)
class Spending:
    """How far the calls are and what they cost so far, earlier runs included."""

    progress: Progress
    purse: Purse


OnText = Callable[[Spending], None]


class TextGenerator:
    """``folder`` keeps the replies and the list of passages that gave no pair, with reasons.

    ``notes``: after a run, what a person should know about it.
    """

    def __init__(self, store: Store, guard: Guard, settings: Text, folder: Path, seed: int) -> None:
        self.store, self.guard, self.settings, self.folder, self.seed = store, guard, settings, folder, seed
        self.prompts = prompts_of(settings)
        self.purse = Purse.of(settings)
        self.engine: Engine = open_engine(settings, self.purse, patient=True)
        if settings.max_cost and not (settings.price_in or settings.price_out):
            raise ConfigError(
                "写了 max_cost 却没有单价", where="text", hint="写上 price_in 和 price_out（元/百万 token）"
            )
        self.notes: list[str] = []

    # --- jobs -------------------------------------------------------------------------------------

    def jobs(self, documents: Sequence[str], lacking: Mapping[str, int] | None = None) -> list[Job]:
        """``lacking``: knowledge points and how many pairs each still needs; their passages come first."""
        known = {sha: self.store.document(sha) for sha in documents}
        found = (
            p
            for sha in known
            for p in self.store.passages_of(sha)
            if worth_asking(p, self.settings.min_chars)
        )
        chosen = choose(found, self.settings.passages, self.seed, lacking or {})
        return [self._job(passage, known[passage.document]) for passage in chosen]

    def _job(self, passage: Passage, document: StoredDocument) -> Job:
        prompt = pick(passage, self.prompts, self.seed)
        filing = document.filing
        fields = {
            "passage": passage.text,
            "document": title_of(document),
            "section": passage.section.rsplit(" / ", 1)[-1],
            "company": filing.short_name or filing.issuer or "",
            "period": filing.period or "",
        }
        return Job(passage, document, prompt, messages_of(self.prompts[prompt], fields))

    def params(self, attempt: int = 0, cut: bool = False) -> Params:
        """A reply that could not be used is asked for again a little warmer; one that was cut off, with more room."""
        s = self.settings
        return s.params(
            min(2.0, round(s.temperature + _WARMER * attempt, 3)), s.max_tokens * (2 if cut else 1)
        )

    # --- the calls --------------------------------------------------------------------------------

    def drafts(
        self,
        documents: Sequence[str],
        lacking: Mapping[str, int] | None = None,
        on_text: OnText | None = None,
    ) -> Iterator[Draft]:
        """Every passage gives one draft a pair, or one line in the list of failures.

        Raises EngineError where no call can succeed; what was answered by then is kept for the next run.
        """
        jobs = self.jobs(documents, lacking)
        with Replies(self.folder / REPLIES) as replies:
            self.purse.remember(replies.measured(self.engine.model))
            done = self._asked(jobs, replies, on_text)
        self._tell(jobs, done)
        evidences = Evidences(self.store)
        for job, found in zip(jobs, done.results, strict=True):
            for pair in found if isinstance(found, list) else ():
                yield self._draft(job, pair, evidences)

    def _asked(self, jobs: Sequence[Job], replies: Replies, on_text: OnText | None) -> Done[list[Pair]]:
        engine = Cached(self.engine, replies)

        async def work(job: Job) -> list[Pair]:
            return await self._one(engine, job.messages)

        def step(progress: Progress) -> None:
            if on_text:
                on_text(Spending(progress, self.purse))

        return Bulk(engine, work, self.settings.concurrency * _WINDOW, step).run(jobs)

    async def _one(self, engine: Engine, messages: Sequence[Message]) -> list[Pair]:
        cut = False
        for attempt in range(self.settings.tries):
            reply: Reply = await engine.generate(messages, self.params(attempt, cut))
            try:
                return self._allowed(pairs_of(reply))
            except CallError as error:
                last, cut = error, reply.finish_reason == LENGTH
        raise last

    def _allowed(self, pairs: list[Pair]) -> list[Pair]:
        """CallError for what the compliance policy would refuse to hear or to say."""
        for question, answer in pairs:
            found = (self.guard.check(question, "question"), self.guard.check(answer, "answer"))
            if any(decision.decision == "refuse" for decision in found):
                raise CallError("合规策略不允许这样的问答")
        return pairs

    def _tell(self, jobs: Sequence[Job], done: Done[list[Pair]]) -> None:
        """Write the list of failures, whole or not at all, and the notes."""
        lines = []
        for job, found in zip(jobs, done.results, strict=True):
            reason = found.message if isinstance(found, CallError) else NOT_ASKED if found is None else ""
            if reason:
                told = {"passage": job.place, "document": job.document.name, "page": job.passage.page}
                told |= {"prompt": job.prompt, "reason": reason}
                lines.append(json.dumps(told, ensure_ascii=False) + "\n")
        beside = self.folder / f".{FAILED}.part"
        beside.write_text("".join(lines), encoding="utf-8")
        beside.replace(self.folder / FAILED)
        left = sum(found is None for found in done.results)
        failed = sum(isinstance(found, CallError) for found in done.results)
        if failed:
            self.notes.append(
                f"{failed:,} 段原文没有得到可用的回答，原因见 {self.folder / FAILED}；再运行会重问出错的，回答不能用的要加大 tries"
            )
        if done.budget:
            self.notes.append(f"{left:,} 段原文没有请求：{done.budget.message}。{done.budget.hint}")

    def _draft(self, job: Job, pair: Pair, evidences: Evidences) -> Draft:
        p = job.passage
        return Draft(
            question=closed(pair[0]),
            answer=closed(pair[1]),
            generator="text",
            template=f"text.{job.prompt}",
            evidence=evidences.of(p, job.document, title_of(job.document), pair),
            sources=(Source(job.document.name, p.document, p.page, p.box, passage=job.place),),
            keys=(f"passage|{p.document}|{p.ordinal}",),
            difficulty=_HARD if job.prompt == "analysis" else 2,
            companies=evidences.companies(job.document),
            model=self.engine.model,
            prompt_hash=prompt_hash(self.prompts[job.prompt]),
        )

    # --- beforehand -------------------------------------------------------------------------------

    def estimate(self, documents: Sequence[str]) -> list[str]:
        """What a run would ask, use, cost and take, and what that rests on; nothing is sent."""
        from caiwen.dataset.generators.text_estimate import estimate

        jobs = self.jobs(documents)
        path = self.folder / REPLIES
        if not path.is_file():
            return estimate(self.settings, [j.messages for j in jobs], len(jobs), None)
        with Replies(path) as replies:
            model = self.engine.model
            still = [j for j in jobs if replies.get(key_of(model, j.messages, self.params())) is None]
            return estimate(self.settings, [j.messages for j in still], len(jobs), replies.measured(model))


def title_of(document: StoredDocument) -> str:
    """砚川精工装备股份有限公司2023年年度报告; the file's name where it is no filing of a company."""
    from caiwen.finance.period import Period
    from caiwen.records.words import KIND_WORDS

    filing = document.filing
    period = Period.parse(filing.period) if filing.period else None
    if not filing.issuer or period is None:
        return filing.title or Path(document.name).stem
    return f"{filing.issuer}{period.year}年{KIND_WORDS[filing.kind]}"
