"""Replies that were paid for once are there for good."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from caiwen.engines import EngineSettings, Params, Reply
from caiwen.engines.cached import Cached, Replies, key_of
from caiwen.engines.purse import Purse
from caiwen.errors import CaiwenError

ASK = [{"role": "user", "content": "什么是商誉？"}]


class Counting:
    """An engine that counts its calls."""

    model = "m"

    def __init__(self) -> None:
        self.calls = 0

    async def generate(self, messages: object, params: Params) -> Reply:
        self.calls += 1
        return Reply(f"第 {self.calls} 次", "stop", 10, 5, 0.5)

    async def close(self) -> None:
        """Nothing to give back."""


def ask(engine: Cached, params: Params | None = None) -> Reply:
    return asyncio.run(engine.generate(ASK, params or Params()))


def test_the_same_question_is_asked_once(tmp_path: Path) -> None:
    inner = Counting()
    with Replies(tmp_path / "r.db") as replies:
        first = ask(Cached(inner, replies))
    with Replies(tmp_path / "r.db") as replies:
        again = ask(Cached(inner, replies))
    assert inner.calls == 1
    assert (first.cached, again.cached) == (False, True)
    assert (again.text, again.tokens_in, again.tokens_out, again.seconds) == ("第 1 次", 10, 5, 0.5)


@pytest.mark.parametrize(
    "params",
    [
        Params(temperature=0.1),
        Params(max_tokens=7),
        Params(seed=1),
        Params(extra={"enable_thinking": False}),
        Params(stop=("。",)),
    ],
)
def test_another_parameter_is_another_question(tmp_path: Path, params: Params) -> None:
    inner = Counting()
    with Replies(tmp_path / "r.db") as replies:
        ask(Cached(inner, replies))
        assert not ask(Cached(inner, replies), params).cached
    assert inner.calls == 2


def test_the_key_tells_model_and_messages_apart() -> None:
    keys = {key_of(m, ask, Params()) for m in "ab" for ask in (ASK, [*ASK, *ASK])}
    assert len(keys) == 4
    assert key_of("a", ASK, Params()) == key_of("a", [dict(ASK[0])], Params())


def test_a_second_process_is_refused_while_the_first_one_runs(tmp_path: Path) -> None:
    path = tmp_path / "r.db"
    code = (
        "import sys; from pathlib import Path; from caiwen.engines.cached import Replies;"
        "from caiwen.errors import CaiwenError\n"
        "try: Replies(Path(sys.argv[1])).close()\n"
        "except CaiwenError as error: print(error)\n"
    )

    def another() -> str:
        return subprocess.run(
            [sys.executable, "-c", code, str(path)], capture_output=True, text=True, timeout=60, check=True
        ).stdout

    with Replies(path):
        assert "另一个 caiwen 正在用这份回答缓存" in another()
    assert another() == ""


def test_a_file_that_is_no_cache(tmp_path: Path) -> None:
    path = tmp_path / "r.db"
    path.write_text("这不是数据库" * 200, encoding="utf-8")
    with pytest.raises(CaiwenError, match="回答缓存已损坏"):
        Replies(path)


def test_what_replies_measure(tmp_path: Path) -> None:
    with Replies(tmp_path / "r.db") as replies:
        replies.put("a", "m", 100, Reply("好", "stop", 60, 20, 2.0))
        replies.put("b", "m", 50, Reply("四个字的", "stop", 0, 0, 1.0))
        replies.put("c", "另一个", 999, Reply("好", "stop", 999, 999, 9.0))
        measured = replies.measured("m")
        assert replies.measured("没有的").replies == 0
    assert (measured.replies, measured.told, measured.tokens_in, measured.tokens_out) == (2, 1, 60, 20)
    assert (measured.chars_in, measured.untold_in, measured.untold_out, measured.seconds) == (100, 50, 4, 3.0)
    purse = Purse.of(EngineSettings(price_in=1, price_out=2))
    purse.remember(measured)
    assert (purse.calls, purse.tokens_in, purse.tokens_out) == (2, 60 + 40, 20 + 3)
