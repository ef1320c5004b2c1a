"""Pairs that a language model writes from passages: one call a passage, verified like all others."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import string
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caiwen.dataset.config import Text
from caiwen.dataset.data import load
from caiwen.dataset.records import Draft, Evidence, Source
from caiwen.engines.endpoint import Cache, Endpoint, Failure, Reply, payload_key
from caiwen.errors import ConfigError
from caiwen.records import Passage
from caiwen.store import Store

FIELDS = frozenset({"passage", "document", "section"})
FAILED = "text_failures.jsonl"
_TRIES = 3
_TOKENS_A_CHAR = 0.8
_SECONDS_A_CALL = 6.0


@dataclass(frozen=True, slots=True)
class Job:
    """One passage under one prompt."""

    passage: Passage
    document: str
    prompt: str
    text: str


class TextGenerator:
    """``folder`` keeps the cache of replies and the list of passages that gave no pair, with reasons."""

    def __init__(self, store: Store, settings: Text, folder: Path, seed: int) -> None:
        self.store, self.settings, self.folder, self.seed = store, settings, folder, seed
        self.prompts = prompts_of(settings)
        if not settings.model:
            raise ConfigError("text.model 没有写模型名", hint="写上接口里的模型名")

    # --- jobs -------------------------------------------------------------------------------------

    def jobs(self, documents: Sequence[str]) -> list[Job]:
        """An even sample of the longer passages of these documents, each under one prompt in turn."""
        found: list[tuple[Passage, str]] = []
        for sha in documents:
            name = self.store.document(sha).name
            found += [(p, name) for p in self.store.passages_of(sha) if self._fits(p)]
        random.Random(self.seed).shuffle(found)
        kinds = list(self.prompts)
        chosen = found[: self.settings.passages]
        return [
            Job(p, name, kinds[n % len(kinds)], self._filled(kinds[n % len(kinds)], p, name))
            for n, (p, name) in enumerate(chosen)
        ]

    def _fits(self, passage: Passage) -> bool:
        return passage.kind == "text" and len(passage.text) >= self.settings.min_chars

    def _filled(self, kind: str, passage: Passage, name: str) -> str:
        section = passage.section.rsplit(" / ", 1)[-1]
        return self.prompts[kind].format(passage=passage.text, document=name, section=section)

    def payload(self, job: Job, attempt: int = 0) -> dict[str, Any]:
        """``attempt`` changes the payload, so that an unusable reply is not taken from the cache again."""
        body: dict[str, Any] = {
            "model": self.settings.model,
            "messages": [
                {"role": "system", "content": load("prompts.yaml")["system"]},
                {"role": "user", "content": job.text},
            ],
            "temperature": self.settings.temperature,
            "max_tokens": self.settings.max_tokens * (2 if attempt else 1),
        }
        return body | ({"seed": attempt} if attempt else {})

    def estimate(self, documents: Sequence[str]) -> list[str]:
        """How many calls, tokens, how much money and time; what the cache holds costs nothing."""
        jobs = self.jobs(documents)
        cache = self._cache()
        open_jobs = [j for j in jobs if cache.get(payload_key(self.payload(j))) is None]
        cache.close()
        tokens_in = sum(len(j.text) for j in open_jobs) * _TOKENS_A_CHAR
        tokens_out = len(open_jobs) * min(self.settings.max_tokens, 400)
        cost = (tokens_in * self.settings.price_in + tokens_out * self.settings.price_out) / 1_000_000
        seconds = len(open_jobs) * _SECONDS_A_CALL / self.settings.concurrency
        if self.settings.per_minute:
            seconds = max(seconds, len(open_jobs) * 60 / self.settings.per_minute)
        return [
            f"{len(jobs):,} 段原文，其中 {len(jobs) - len(open_jobs):,} 段已有回答，还要请求 {len(open_jobs):,} 次",
            f"约 {tokens_in:,.0f} 输入 token、{tokens_out:,.0f} 输出 token，约 {cost:,.2f} 元（按配置的单价），约 {seconds / 60:,.1f} 分钟",
        ]

    # --- the calls --------------------------------------------------------------------------------

    def drafts(self, documents: Sequence[str], on_done: Callable[[], None] | None = None) -> Iterator[Draft]:
        """Every passage gives one draft or one line in the list of failures."""
        jobs = self.jobs(documents)
        key = os.environ.get(self.settings.key_env, "")
        cache = self._cache()
        s = self.settings
        endpoint = Endpoint(s.base_url, key, s.concurrency, s.per_minute, s.retries, s.timeout, cache)
        try:
            made = self._answered(endpoint, jobs, on_done)
        finally:
            cache.close()
        failures = [
            {"passage": _place(j), "prompt": j.prompt, "reason": r}
            for j, r in zip(jobs, made, strict=True)
            if isinstance(r, str)
        ]
        lines = "".join(json.dumps(f, ensure_ascii=False) + "\n" for f in failures)
        (self.folder / FAILED).write_text(lines, encoding="utf-8")
        yield from (draft for draft in made if isinstance(draft, Draft))

    def _answered(
        self, endpoint: Endpoint, jobs: Sequence[Job], on_done: Callable[[], None] | None
    ) -> list[Draft | str]:
        """Unusable replies are asked for again, at most twice."""
        made: list[Draft | str] = [""] * len(jobs)
        open_jobs = list(range(len(jobs)))
        for attempt in range(_TRIES):
            replies = endpoint.complete([self.payload(jobs[n], attempt) for n in open_jobs], on_done)
            for n, reply in zip(open_jobs, replies, strict=True):
                made[n] = self._draft(jobs[n], reply)
            open_jobs = [
                n for n in open_jobs if isinstance(made[n], str) and not isinstance(replies, Failure)
            ]
            if not open_jobs:
                break
        return made

    def _draft(self, job: Job, reply: Reply | Failure) -> Draft | str:
        if isinstance(reply, Failure):
            return reply.reason
        if not reply.finished:
            return "回答被截断"
        pair = parse_reply(reply.text)
        if pair is None:
            return "回答不是所要的 JSON"
        p = job.passage
        return Draft(
            question=pair[0],
            answer=pair[1],
            generator="text",
            template=f"text.{job.prompt}",
            evidence=Evidence(texts=(f"《{job.document}》{p.section}\n{p.text}",)),
            sources=(Source(job.document, p.document, p.page, p.box, passage=_place(job)),),
            keys=(f"passage|{p.document}|{p.ordinal}",),
            difficulty=3 if job.prompt == "analysis" else 2,
            model=self.settings.model,
            prompt_hash=hashlib.sha256(self.prompts[job.prompt].encode()).hexdigest()[:16],
        )

    def _cache(self) -> Cache:
        return Cache(self.folder / "replies.db")


def _place(job: Job) -> str:
    return f"{job.passage.document}:{job.passage.ordinal}"


def prompts_of(settings: Text) -> dict[str, str]:
    """The prompts wanted, by name. ConfigError for unknown names and unknown fields."""
    known: dict[str, str] = {**load("prompts.yaml")["prompts"], **settings.own_prompts}
    missing = [name for name in settings.prompts if name not in known]
    if missing:
        raise ConfigError(f"没有提示词模板“{'、'.join(missing)}”", hint=f"可以写：{'、'.join(known)}")
    wanted = {name: known[name] for name in dict.fromkeys([*settings.prompts, *settings.own_prompts])}
    for name, text in wanted.items():
        unknown = _fields(name, text) - FIELDS
        if unknown:
            hint = f"可用的字段：{'、'.join(sorted(FIELDS))}；花括号本身写成 {{{{ }}}}"
            raise ConfigError(f"提示词“{name}”用了未知的字段 {'、'.join(sorted(unknown))}", hint=hint)
    return wanted


def _fields(name: str, text: str) -> set[str]:
    try:
        return {f for _, f, _, _ in string.Formatter().parse(text) if f is not None}
    except ValueError as error:
        raise ConfigError(f"提示词“{name}”的花括号不成对", hint="花括号本身写成 {{ }}") from error


def parse_reply(text: str) -> tuple[str, str] | None:
    """Question and answer of the JSON object in a reply, which may stand in a code fence or among other words."""
    body = re.sub(r"```(?:json)?", "", text)
    start, end = body.find("{"), body.rfind("}")
    if start < 0 or end <= start:
        return None
    try:
        found = json.loads(body[start : end + 1], strict=False)
    except json.JSONDecodeError:
        return None
    question, answer = (
        (found.get(k) for k in ("question", "answer")) if isinstance(found, dict) else (None, None)
    )
    if isinstance(question, str) and isinstance(answer, str) and question.strip() and answer.strip():
        return question.strip(), answer.strip()
    return None
