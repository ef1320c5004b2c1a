"""Chats with any OpenAI-compatible server: bounded concurrency, rate limit, retries with jitter, a budget.

The errors of such servers are not standardised; what is read out of them lies in ``endpoint.yaml``.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from caiwen.engines.pace import Pace, backoff, retry_after
from caiwen.engines.protocol import FILTERED, CallError, EngineError, Message, Params, Reply
from caiwen.engines.purse import Purse
from caiwen.engines.replies import Usage, read, says_error
from caiwen.engines.settings import EngineSettings

if TYPE_CHECKING:
    import httpx

_RETRIED = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})
_LONGEST_ASKED = 300.0
_WAITS = 30
_BRIEF_RETRIES = 2
_AGAIN = "已得到的回答都已存好，再运行不会重复请求"


@dataclass(frozen=True, slots=True)
class _Again:
    """A call that may succeed later. ``wait``: the seconds that the endpoint asked for."""

    reason: str
    wait: float | None = None
    down: bool = False


@cache
def _words() -> dict[str, re.Pattern[str]]:
    import yaml

    text = files("caiwen.engines").joinpath("endpoint.yaml").read_text(encoding="utf-8")
    return {name: re.compile("|".join(lines), re.IGNORECASE) for name, lines in yaml.safe_load(text).items()}


class Endpoint:
    """An :class:`~caiwen.engines.protocol.Engine` behind ``base_url``. ``key`` is sent and never kept or shown.

    ``patient``: a call that is cancelled when it is under way still brings its reply, since it is paid for; a second
    cancellation breaks it off.
    """

    def __init__(
        self, settings: EngineSettings, key: str = "", purse: Purse | None = None, *, patient: bool = False
    ) -> None:
        if not settings.model:
            raise EngineError("没有写模型名（model）", hint="写上接口里的模型名，GET /v1/models 可以列出")
        if not re.match(r"https?://[^/\s]+", settings.base_url):
            raise EngineError("接口地址不对", where=settings.base_url, hint="写成 http://主机:端口/v1")
        self.settings, self.purse = settings, purse or Purse.of(settings)
        self._key, self._patient = key, patient
        self._pace = Pace(settings.per_minute)
        self._gate = asyncio.Semaphore(settings.concurrency)
        self._client: httpx.AsyncClient | None = None
        self._reached = False
        self._broken: EngineError | None = None

    @property
    def model(self) -> str:
        return self.settings.model

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
        self._client, self._gate = None, asyncio.Semaphore(self.settings.concurrency)
        self._broken = None

    async def generate(self, messages: Sequence[Message], params: Params) -> Reply:
        body: dict[str, Any] = {"model": self.model, "messages": [dict(m) for m in messages]}
        body |= params.record()
        chars = sum(len(m["content"]) for m in messages)
        tries = waits = 0
        while True:
            outcome = await self._turn(body, chars, params.max_tokens)
            if isinstance(outcome, Reply):
                return outcome
            if outcome.wait is not None and waits < _WAITS:
                waits += 1
                continue  # the pace holds everybody back as long as the endpoint asked
            if tries >= self._retries(outcome):
                raise self._given_up(outcome)
            await asyncio.sleep(backoff(tries))
            tries += 1

    def _retries(self, outcome: _Again) -> int:
        """An address where nothing ever answered is given up early."""
        brief = outcome.down and not self._reached
        return min(self.settings.retries, _BRIEF_RETRIES) if brief else self.settings.retries

    def _given_up(self, outcome: _Again) -> EngineError | CallError:
        where = self.settings.base_url
        if outcome.down:
            hint = f"检查地址和服务是否在运行；{_AGAIN}"
            return EngineError(f"接口连不上（{outcome.reason}）", where=where, hint=hint)
        return CallError(outcome.reason, where=where)

    # --- one call ---------------------------------------------------------------------------------

    async def _turn(self, body: dict[str, Any], chars: int, max_tokens: int) -> Reply | _Again:
        """Waits for its turn, then sends. A place among the concurrent ones is only held while sending."""
        async with self._gate:
            await self._pace.turn()
            _unless_cancelled()
            if self._broken is not None:
                raise self._broken
            ticket = self.purse.hold(chars, max_tokens)
            used = Usage()
            try:
                sending = self._send(body, used)
                return await (_to_the_end(asyncio.ensure_future(sending)) if self._patient else sending)
            except EngineError as error:
                self._broken = error  # those who wait for their turn need not find out for themselves
                raise
            finally:
                self.purse.settle(ticket, used.tokens_in, used.tokens_out)

    async def _send(self, body: dict[str, Any], used: Usage) -> Reply | _Again:
        """One request and what its answer means; ``used`` is filled in for whatever may have been paid."""
        import httpx

        began = time.monotonic()
        url = f"{self.settings.base_url.rstrip('/')}/chat/completions"
        try:
            response = await self._connected().post(url, json=body)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise EngineError(
                "接口地址不对", where=self.settings.base_url, hint="写成 http://主机:端口/v1"
            ) from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            return _Again(str(error) or "没有应答", down=True)
        except httpx.TimeoutException:
            return _Again(f"等了 {self.settings.timeout:g} 秒没有回答")
        except httpx.TransportError as error:
            return _Again(f"连接中途断开（{error or type(error).__name__}）")
        except httpx.DecodingError:
            return _Again("接口的回复解不开")
        self._reached = True
        if response.status_code != 200 or says_error(response):
            return self._refused(response)
        used.take(body, response)
        reply = read(response, time.monotonic() - began)
        return reply if isinstance(reply, Reply) else _Again(reply)

    def _connected(self) -> httpx.AsyncClient:
        import httpx

        if self._client is None:
            headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
            timeout = httpx.Timeout(self.settings.timeout, connect=min(10.0, self.settings.timeout))
            limits = httpx.Limits(max_connections=None, max_keepalive_connections=self.settings.concurrency)
            self._client = httpx.AsyncClient(timeout=timeout, headers=headers, limits=limits)
        return self._client

    def _refused(self, response: httpx.Response) -> Reply | _Again:
        """What an answer that is no completion means. Raises for what a person must mend."""
        said, code = " ".join(response.text[:500].split()), response.status_code
        where, words = self.settings.base_url, _words()
        lasting = code < 500 and code != 429
        if code == 402 or (code < 500 and words["quota"].search(said)):
            raise EngineError("接口的额度已用完", where=where, hint=f"充值或换一个密钥；{_AGAIN}")
        if lasting and words["filtered"].search(said):
            return Reply("", FILTERED)
        if code in (401, 403):
            hint = f"检查环境变量 {self.settings.key_env} 里的密钥；{_AGAIN}"
            raise EngineError(f"接口不接受这个密钥（{code}）", where=where, hint=hint)
        if code in (404, 405) or (lasting and words["no_model"].search(said)):
            hint = f"检查 model 和 base_url（到 /v1 为止）；{_AGAIN}"
            raise EngineError(f"接口没有模型“{self.model}”（{code} {said[:120]}）", where=where, hint=hint)
        if code in _RETRIED or code == 200:
            return self._busy(response)
        if code in range(300, 400):
            to = response.headers.get("location", "")
            raise EngineError(f"接口转到别处（{code} {to}）", where=where, hint="把 base_url 写成转到的地址")
        raise CallError(f"接口返回 {code}：{said[:200]}", where=where)

    def _busy(self, response: httpx.Response) -> _Again:
        wait = retry_after(response.headers)
        if wait is not None and wait > _LONGEST_ASKED:
            raise EngineError(
                f"接口限流，要求等 {wait / 60:,.0f} 分钟",
                where=self.settings.base_url,
                hint=f"到时候再运行；{_AGAIN}",
            )
        if wait is not None:
            self._pace.pause(wait)
        return _Again(f"接口返回 {response.status_code}", wait)


async def _to_the_end(sending: asyncio.Future[Reply | _Again]) -> Reply | _Again:
    """The first cancellation is noted, but the call goes on; a second one ends it."""
    try:
        return await asyncio.shield(sending)
    except asyncio.CancelledError:
        return await sending


def _unless_cancelled() -> None:
    """No further call after a cancellation that an earlier one outlasted."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
