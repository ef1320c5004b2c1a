"""Many jobs: each ends in a result or a reason, and what cannot succeed ends early."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from caiwen.engines import CallError, EngineError, EngineSettings, Params
from caiwen.engines.bulk import Bulk, Done, Progress
from caiwen.engines.cached import Cached, Replies
from caiwen.engines.endpoint import Endpoint
from tests.engines.scripted import Act, Answer, Body, Refusal, Script, Scripted, always, serving, with_faults


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caiwen.engines.endpoint.backoff", lambda attempt: 0.002)


def good(body: Body) -> Answer:
    return Answer(f"答{body['messages'][0]['content']}")


def run(
    server: Scripted, folder: Path, count: int, steps: list[Progress] | None = None, **more: object
) -> Done[str]:
    given = {"base_url": server.url, "model": "m", "concurrency": 8, "timeout": 5.0, **more}
    settings = EngineSettings.model_validate(given)
    with Replies(folder / "r.db") as replies:
        engine = Cached(Endpoint(settings, patient=True), replies)

        async def work(job: int) -> str:
            reply = await engine.generate([{"role": "user", "content": f"第{job}题"}], Params())
            if not reply.finished or not reply.text.startswith("答第"):
                raise CallError("不能用")
            return reply.text

        def step(progress: Progress) -> None:
            if steps is not None:
                steps.append(Progress(progress.total, progress.done, progress.failed, progress.ending))

        return Bulk(engine, work, settings.concurrency * 4, step).run(range(count))


def test_each_job_has_its_own_reply_in_order(tmp_path: Path) -> None:
    steps: list[Progress] = []
    with serving(always(Answer("x")), latency=0.03) as server:
        server.script = lambda body, _before: good(body)
        done = run(server, tmp_path, 100, steps)
        assert done.results == [f"答第{n}题" for n in range(100)]
        assert (server.log.calls, server.log.most_at_once) == (100, 8)
        assert [s.done for s in steps] == list(range(101))
        assert run(server, tmp_path, 100).results == done.results
        assert server.log.calls == 100


def test_faults_lose_and_double_nothing(tmp_path: Path) -> None:
    with serving(with_faults(good, 0.3)) as server:
        done = run(server, tmp_path, 200)
        right = [f"答第{n}题" for n in range(200)]
        assert len(done.results) == 200
        assert all(r == w or isinstance(r, CallError) for r, w in zip(done.results, right, strict=True))
        assert (
            150 < sum(isinstance(r, str) for r in done.results) < 200
        )  # what was cut off or no answer is cached


def _wrong_from(number: int, act: Act) -> Script:
    calls = iter(range(10**6))
    return lambda body, _before: good(body) if next(calls) < number else act


def test_what_a_person_must_mend_ends_it_and_keeps_what_was_paid(tmp_path: Path) -> None:
    with serving(_wrong_from(50, Refusal(402)), latency=0.002) as server:
        with pytest.raises(EngineError, match="接口的额度已用完"):
            run(server, tmp_path, 500)
        assert server.log.calls <= 50 + 8
        served = dict(server.log.served)
        assert len(served) == 50
        server.script = lambda body, _before: good(body)
        assert run(server, tmp_path, 500).results == [f"答第{n}题" for n in range(500)]
        assert {payload: server.log.served[payload] for payload in served} == served


def test_when_nothing_succeeds_the_rest_is_not_asked(tmp_path: Path) -> None:
    with serving(always(Answer("作为模型"))) as server:
        with pytest.raises(EngineError, match="接连 10 次都没有成功，不再继续（最后一次：不能用）"):
            run(server, tmp_path, 500)
        assert server.log.calls < 60


def test_a_stretch_of_failures_ends_it_too(tmp_path: Path) -> None:
    with serving(_wrong_from(20, Refusal(500))) as server:
        with pytest.raises(EngineError, match="接连 30 次"):
            run(server, tmp_path, 500, retries=0)
        assert server.log.calls < 120


def test_scattered_failures_are_no_stretch(tmp_path: Path) -> None:
    def script(body: Body, _before: int) -> Act:
        number = int(body["messages"][0]["content"].strip("第题"))
        return Refusal(400, "too long") if number % 3 == 0 else good(body)

    with serving(script) as server:
        done = run(server, tmp_path, 150)
    assert sum(isinstance(r, CallError) for r in done.results) == 50


def test_a_limit_leaves_the_rest_for_another_time(tmp_path: Path) -> None:
    with serving(always(Answer("x"))) as server:
        server.script = lambda body, _before: good(body)
        done = run(server, tmp_path, 50, max_calls=20)
        assert server.log.calls == 20
        assert sum(r is None for r in done.results) == 30
        assert done.budget is not None
        assert "max_calls" in str(done.budget)
        assert run(server, tmp_path, 50).results == [f"答第{n}题" for n in range(50)]
        assert server.log.calls == 50


def test_an_interrupt_waits_for_what_is_paid_and_begins_nothing(tmp_path: Path) -> None:
    """What Ctrl-C does to ``asyncio.run``: it cancels the main task."""
    with serving(always(Answer("x")), latency=0.2) as server, Replies(tmp_path / "r.db") as replies:
        server.script = lambda body, _before: good(body)
        settings = EngineSettings(base_url=server.url, model="m", concurrency=4)
        engine = Cached(Endpoint(settings, patient=True), replies)
        endings: list[bool] = []

        async def work(job: int) -> str:
            return (await engine.generate([{"role": "user", "content": str(job)}], Params())).text

        async def interrupted() -> None:
            bulk = Bulk(engine, work, 16, lambda progress: endings.append(progress.ending))
            main = asyncio.create_task(bulk._run(range(100)))
            while server.log.calls < 4:
                await asyncio.sleep(0.005)
            main.cancel()
            await main

        with pytest.raises(asyncio.CancelledError):
            asyncio.run(interrupted())
        assert server.log.calls == 4
        assert replies.measured("m").replies == 4
        assert endings[-1] is True
