"""Text from any OpenAI-compatible endpoint: bounded concurrency, rate limit, retries with jitter, a cache that survives kill -9.

Every answer is committed to a SQLite file by the hash of its payload before anybody sees it, so that a run that is
broken off and started again pays for no call twice.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caiwen.errors import CaiwenError

if TYPE_CHECKING:
    import httpx

_RETRIED = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})
_QUOTA = ("insufficient_quota", "quota", "balance", "余额", "额度", "欠费")
_LONGEST_WAIT = 60.0
_FIRST_WAIT = 0.5


class EndpointError(CaiwenError):
    """The endpoint cannot be used as it is set up: down, wrong key, wrong model, no quota left."""


@dataclass(frozen=True, slots=True)
class Reply:
    """``finished`` is False for an answer cut off at the token limit. ``cached``: nothing was paid for it now."""

    text: str
    finished: bool = True
    tokens_in: int = 0
    tokens_out: int = 0
    cached: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that did not succeed after all retries; others go on."""

    reason: str


class Cache:
    """Payload hash → reply. One writer at a time is enough: replies are small."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("CREATE TABLE IF NOT EXISTS replies (payload TEXT PRIMARY KEY, reply TEXT NOT NULL)")
        self._db.commit()

    def get(self, key: str) -> Reply | None:
        row = self._db.execute("SELECT reply FROM replies WHERE payload = ?", (key,)).fetchone()
        return Reply(**json.loads(row[0]), cached=True) if row else None

    def put(self, key: str, reply: Reply) -> None:
        told = {"text": reply.text, "finished": reply.finished}
        told |= {"tokens_in": reply.tokens_in, "tokens_out": reply.tokens_out}
        self._db.execute(
            "INSERT OR REPLACE INTO replies VALUES (?, ?)", (key, json.dumps(told, ensure_ascii=False))
        )
        self._db.commit()

    def close(self) -> None:
        self._db.close()


def payload_key(payload: Mapping[str, Any]) -> str:
    text = json.dumps(payload, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(slots=True)
class Endpoint:
    """``base_url`` ends in /v1. ``per_minute``: calls begun in a minute, 0 for no limit. ``key`` is sent and never kept."""

    base_url: str
    key: str = ""
    concurrency: int = 4
    per_minute: float = 0
    retries: int = 5
    timeout: float = 120.0
    cache: Cache | None = None
    first_wait: float = _FIRST_WAIT
    calls: int = 0
    _next: float = field(default=0.0, repr=False)

    def complete(
        self, payloads: Sequence[Mapping[str, Any]], on_done: Callable[[], None] | None = None
    ) -> list[Reply | Failure]:
        """A reply or a failure for each payload, in order. EndpointError as soon as the set-up proves wrong."""
        return asyncio.run(self._complete(payloads, on_done))

    async def _complete(
        self, payloads: Sequence[Mapping[str, Any]], on_done: Callable[[], None] | None
    ) -> list[Reply | Failure]:
        import httpx

        gate = asyncio.Semaphore(self.concurrency)
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        async with httpx.AsyncClient(timeout=self.timeout, headers=headers) as client:

            async def one(payload: Mapping[str, Any]) -> Reply | Failure:
                async with gate:
                    reply = await self._one(client, payload)
                if on_done:
                    on_done()
                return reply

            tasks = [asyncio.ensure_future(one(payload)) for payload in payloads]
            try:
                return await asyncio.gather(*tasks)
            except EndpointError:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                raise

    async def _one(self, client: httpx.AsyncClient, payload: Mapping[str, Any]) -> Reply | Failure:
        key = payload_key(payload)
        known = self.cache.get(key) if self.cache else None
        if known is not None:
            return known
        reply = await self._with_retries(lambda: self._call(client, payload))
        if isinstance(reply, Reply) and self.cache:
            self.cache.put(key, reply)
        return reply

    async def _with_retries(self, call: Callable[[], Awaitable[Reply | _Again]]) -> Reply | Failure:
        last = _Again("没有请求")
        for attempt in range(self.retries + 1):
            await self._turn()
            outcome = await call()
            if isinstance(outcome, Reply):
                return outcome
            last = outcome
            if attempt < self.retries:
                wait = last.wait or self.first_wait * 2**attempt
                await asyncio.sleep(min(wait, _LONGEST_WAIT) * random.uniform(0.8, 1.3))
        if last.down:
            raise EndpointError(
                f"接口连不上（{last.reason}）",
                where=self.base_url,
                hint="检查地址，或稍后再运行：已得到的回答不会再次请求",
            )
        return Failure(last.reason)

    async def _turn(self) -> None:
        """Wait until the rate limit lets another call begin."""
        self.calls += 1
        if self.per_minute:
            now = time.monotonic()
            start = max(now, self._next)
            self._next = start + 60 / self.per_minute
            await asyncio.sleep(start - now)

    async def _call(self, client: httpx.AsyncClient, payload: Mapping[str, Any]) -> Reply | _Again:
        import httpx

        try:
            response = await client.post(f"{self.base_url.rstrip('/')}/chat/completions", json=dict(payload))
        except httpx.TimeoutException:
            return _Again("等待超时")
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise EndpointError(
                "接口地址不对", where=self.base_url, hint="写成 http://主机:端口/v1"
            ) from error
        except httpx.TransportError as error:
            return _Again(str(error) or type(error).__name__, down=True)
        if response.status_code == 200:
            return _reply(response)
        return self._refused(response, str(payload.get("model", "")))

    def _refused(self, response: httpx.Response, model: str) -> _Again:
        """Whether another try may help; raises for what a person must mend."""
        said = response.text[:300]
        if response.status_code == 402 or any(word in said for word in _QUOTA):
            raise EndpointError(
                "接口额度已用完", where=self.base_url, hint="充值后再运行：已得到的回答不会再次请求"
            )
        if response.status_code in (401, 403):
            raise EndpointError(
                "接口不接受这个密钥", where=self.base_url, hint="检查配置里 key_env 所指的环境变量"
            )
        if response.status_code in _RETRIED:
            return _Again(f"接口返回 {response.status_code}", _retry_after(response))
        if response.status_code == 404 or "model" in said.lower():
            raise EndpointError(
                f"接口没有模型“{model}”（{said[:120]}）", where=self.base_url, hint="检查 model 和 base_url"
            )
        raise EndpointError(f"接口返回 {response.status_code}：{said[:200]}", where=self.base_url)


@dataclass(frozen=True, slots=True)
class _Again:
    """A call that may succeed later. ``wait``: seconds that the endpoint asked for."""

    reason: str
    wait: float = 0.0
    down: bool = False


def _retry_after(response: httpx.Response) -> float:
    try:
        return max(0.0, float(response.headers.get("retry-after", "0")))
    except ValueError:
        return 0.0


def _reply(response: httpx.Response) -> Reply | _Again:
    """The text of the first choice; a body that is no such JSON is worth another try."""
    try:
        body = response.json()
        choice = body["choices"][0]
        text = choice["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError):
        return _Again("接口的回复不是所约定的 JSON")
    if not isinstance(text, str) or not text.strip():
        return _Again("接口的回复是空的")
    usage = body.get("usage") or {}
    finished = choice.get("finish_reason") != "length"
    return Reply(
        text, finished, int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0)
    )
