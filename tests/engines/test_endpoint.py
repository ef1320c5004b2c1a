"""Chats with a server that fails in every way that servers do."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from caiwen import engines
from caiwen.engines import CallError, EngineError, EngineSettings, Params, Reply
from caiwen.engines import pace as pacing
from caiwen.engines.endpoint import Endpoint
from tests.engines.scripted import Act, Answer, Refusal, Script, Scripted, always, in_turn, serving

ASK = [{"role": "user", "content": "什么是商誉？"}]
GOOD = Answer("商誉是合并成本超过可辨认净资产公允价值份额的差额。")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caiwen.engines.endpoint.backoff", lambda attempt: 0.01)


def settings(server: Scripted, **more: object) -> EngineSettings:
    return EngineSettings.model_validate({"base_url": server.url, "model": "m", "timeout": 5.0, **more})


def ask(server: Scripted, params: Params | None = None, key: str = "", **more: object) -> Reply:
    return asyncio.run(engines.once(Endpoint(settings(server, **more), key), ASK, params))


def refused(script: Script, **more: object) -> tuple[EngineError | CallError, Scripted]:
    with serving(script) as server:
        with pytest.raises((EngineError, CallError)) as caught:
            ask(server, **more)
        return caught.value, server


def test_a_reply_with_its_tokens() -> None:
    with serving(always(GOOD)) as server:
        reply = ask(server, key="sk-geheim")
        assert (reply.text, reply.finish_reason, reply.cached) == (GOOD.text, "stop", False)
        assert (reply.tokens_in, reply.tokens_out) == (len(ASK[0]["content"]) // 2, len(GOOD.text) // 2)
        assert server.log.keys == ["Bearer sk-geheim"]


def test_what_is_sent() -> None:
    seen: list[dict[str, object]] = []

    def script(body: dict[str, object], _before: int) -> Act:
        seen.append(body)
        return GOOD

    with serving(script) as server:
        ask(server, Params(0.3, 50, stop=("\n",), extra={"enable_thinking": False, "temperature": None}))
    assert seen == [
        {"model": "m", "messages": ASK, "max_tokens": 50, "stop": ["\n"], "enable_thinking": False}
    ]


@pytest.mark.parametrize(
    "fault",
    [
        Refusal(500),
        Refusal(503),
        Refusal(429),
        Refusal(429, headers=(("Retry-After", "0.01"),)),
        Refusal(429, headers=(("retry-after-ms", "10"),)),
        Refusal(200, '{"choices": [{"mess'),
        Refusal(200, "<html>gateway</html>"),
        Refusal(200, '{"choices": []}'),
        Refusal(200, '{"error": {"message": "upstream timed out"}}'),
        Answer(GOOD.text, drop=30),
        Answer("  "),
    ],
)
def test_what_passes_is_tried_again(fault: Act) -> None:
    with serving(in_turn(fault, fault, GOOD)) as server:
        assert ask(server).text == GOOD.text
        assert server.log.calls == 3


@pytest.mark.parametrize("fault", [Refusal(500), Refusal(429), Answer(GOOD.text, drop=30), Refusal(200, "{")])
def test_what_does_not_pass_is_given_up_after_the_retries(fault: Act) -> None:
    error, server = refused(always(fault), retries=2)
    assert isinstance(error, CallError)
    assert server.log.calls == 3


@pytest.mark.parametrize(
    ("status", "said", "message"),
    [
        (401, '{"error": {"message": "Incorrect API key provided"}}', "接口不接受这个密钥（401）"),
        (403, "forbidden", "接口不接受这个密钥（403）"),
        (404, '{"error": {"message": "The model `m` does not exist"}}', "接口没有模型“m”"),
        (400, '{"error": {"message": "model m not found, try pulling it first"}}', "接口没有模型“m”"),
        (400, '{"error": {"code": "model_not_found"}}', "接口没有模型“m”"),
        (402, "Payment Required", "接口的额度已用完"),
        (429, '{"error": {"code": "insufficient_quota"}}', "接口的额度已用完"),
        (403, '{"error": {"message": "账户余额不足"}}', "接口的额度已用完"),
        (429, '{"error": {"message": "You exceeded your current quota"}}', "接口的额度已用完"),
        (307, "", "接口转到别处"),
        (200, '{"error": {"code": "insufficient_quota"}}', "接口的额度已用完"),
    ],
)
def test_what_a_person_must_mend_stops_at_once(status: int, said: str, message: str) -> None:
    error, server = refused(always(Refusal(status, said)))
    assert isinstance(error, EngineError)
    assert error.message.startswith(message)
    assert error.hint
    assert server.log.calls == 1


def test_a_busy_server_that_speaks_of_its_model_is_no_wrong_model() -> None:
    with serving(in_turn(Refusal(503, "model is currently unavailable: overloaded"), GOOD)) as server:
        assert ask(server).text == GOOD.text


def test_a_limit_that_speaks_of_tokens_is_no_empty_account() -> None:
    busy = Refusal(
        429, '{"error": {"code": "rate_limit_exceeded", "message": "Rate limit reached for tokens"}}'
    )
    with serving(in_turn(busy, GOOD)) as server:
        assert ask(server).text == GOOD.text


def test_one_passage_that_is_too_long_is_the_failure_of_one_call() -> None:
    error, server = refused(
        always(Refusal(400, '{"error": {"message": "maximum context length is 4096 tokens"}}'))
    )
    assert isinstance(error, CallError)
    assert server.log.calls == 1


def test_a_text_that_the_server_does_not_let_pass() -> None:
    with serving(always(Refusal(400, '{"error": {"code": "data_inspection_failed"}}'))) as server:
        assert ask(server).finish_reason == "content_filter"


def test_a_reply_that_was_cut_off_says_so() -> None:
    with serving(always(Answer("商誉是", "length"))) as server:
        assert ask(server).finish_reason == "length"
    with serving(always(Answer("", "length"))) as server:  # all tokens went into thoughts
        assert ask(server).finish_reason == "length"


def test_an_endpoint_that_is_down() -> None:
    with serving(always(GOOD)) as server:
        url = server.url
    engine = Endpoint(EngineSettings(base_url=url, model="m"))
    with pytest.raises(EngineError, match="接口连不上") as caught:
        asyncio.run(engines.once(engine, ASK))
    assert caught.value.where == url


@pytest.mark.parametrize("url", ["localhost:8000/v1", "ftp://a/v1", "http://", ""])
def test_no_address(url: str) -> None:
    with pytest.raises(EngineError, match="接口地址不对"):
        Endpoint(EngineSettings(base_url=url, model="m"))


def test_no_model() -> None:
    with pytest.raises(EngineError, match="没有写模型名"):
        Endpoint(EngineSettings())


def test_a_server_that_does_not_answer_in_time() -> None:
    error, _ = _slow()
    assert isinstance(error, CallError)
    assert "没有回答" in error.message


def _slow() -> tuple[BaseException, Scripted]:
    with serving(always(GOOD), latency=1.0) as server:
        with pytest.raises(CallError) as caught:
            ask(server, timeout=0.1, retries=0)
        return caught.value, server


def test_at_most_so_many_at_once() -> None:
    with serving(always(GOOD), latency=0.02) as server:

        async def many() -> None:
            engine = Endpoint(settings(server, concurrency=3))
            await asyncio.gather(*(engine.generate(ASK, Params(seed=n)) for n in range(20)))
            await engine.close()

        asyncio.run(many())
        assert (server.log.calls, server.log.most_at_once) == (20, 3)


class Clock:
    """Time that passes only while somebody sleeps."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_at_most_so_many_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(pacing.time, "monotonic", clock.monotonic)
    monkeypatch.setattr(pacing.asyncio, "sleep", clock.sleep)

    async def began() -> list[float]:
        pace, times = pacing.Pace(per_minute=30), []
        for number in range(5):
            await pace.turn()
            times.append(clock.now)
            if number == 2:
                pace.pause(60)
        return times

    assert asyncio.run(began()) == [100, 102, 104, 164, 166]


def test_the_endpoint_keeps_the_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[float] = []

    class Slow(pacing.Pace):
        async def turn(self) -> None:
            turns.append(self._gap)

    monkeypatch.setattr("caiwen.engines.endpoint.Pace", Slow)
    with serving(in_turn(Refusal(500), GOOD)) as server:
        ask(server, per_minute=600)
    assert turns == [0.1, 0.1]


def test_a_wait_that_the_server_asks_for_holds_everybody_back() -> None:
    def script(_body: object, before: int) -> Act:
        return Refusal(429, headers=(("Retry-After", "0.3"),)) if not before and first.pop() else GOOD

    first = [False, False, True]
    with serving(script) as server:

        async def many() -> None:
            engine = Endpoint(settings(server, concurrency=1, retries=0))
            await asyncio.gather(*(engine.generate(ASK, Params(seed=n)) for n in range(3)))
            await engine.close()

        asyncio.run(many())
        assert server.log.calls == 4  # a wait that was asked for does not use up a retry
        assert server.log.times[1] - server.log.times[0] >= 0.25


def test_a_wait_of_hours_is_told_not_waited_for() -> None:
    error, server = refused(always(Refusal(429, headers=(("Retry-After", "7200"),))))
    assert isinstance(error, EngineError)
    assert error.message == "接口限流，要求等 120 分钟"
    assert server.log.calls == 1


def test_a_cancelled_call_brings_its_reply_where_it_is_paid_for() -> None:
    async def cancelled(server: Scripted, *, patient: bool) -> Reply:
        engine = Endpoint(settings(server), patient=patient)
        task = asyncio.create_task(engine.generate(ASK, Params()))
        while not server.log.calls:
            await asyncio.sleep(0.005)
        task.cancel()
        try:
            return await task
        finally:
            await engine.close()

    with serving(always(GOOD), latency=0.2) as server:
        assert asyncio.run(cancelled(server, patient=True)).text == GOOD.text
    with serving(in_turn(Refusal(500), GOOD), latency=0.2) as server:
        with pytest.raises(asyncio.CancelledError):  # another try would be another call
            asyncio.run(cancelled(server, patient=True))
        assert server.log.calls == 1
    with serving(always(GOOD), latency=0.2) as server, pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled(server, patient=False))


def test_waits_double_and_vary() -> None:
    waits = [pacing.backoff(3) for _ in range(50)]
    assert all(4 * 0.75 <= wait <= 4 * 1.25 for wait in waits)
    assert len(set(waits)) > 1
    assert pacing.backoff(50) <= 75


def test_the_forms_of_retry_after() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert pacing.retry_after({"retry-after": "2.5"}) == 2.5
    assert pacing.retry_after({"retry-after-ms": "1500", "retry-after": "9"}) == 1.5
    assert 25 < (pacing.retry_after({"retry-after": later}) or 0) <= 30
    assert pacing.retry_after({"retry-after": "soon"}) is None
    assert pacing.retry_after({"retry-after": "nan"}) is None
    assert pacing.retry_after({}) is None


def test_what_open_takes(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    with serving(always(GOOD)) as server:
        reply = asyncio.run(engines.once(engines.open(f"{server.url}#m"), ASK))
        assert reply.text == GOOD.text
        assert server.log.keys == ["Bearer sk-1"]
    with pytest.raises(EngineError, match="不是语言模型"):
        engines.open("nothing/here")
    with pytest.raises(EngineError, match="这里没有模型"):
        engines.open(str(tmp_path))


def test_the_clock_of_a_call() -> None:
    with serving(always(GOOD), latency=0.1) as server:
        began = time.monotonic()
        reply = ask(server)
        assert 0.1 <= reply.seconds <= time.monotonic() - began
