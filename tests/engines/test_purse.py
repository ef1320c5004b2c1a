"""Money is exact, and a limit is not passed."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from caiwen.engines import EngineSettings, Params
from caiwen.engines.endpoint import Endpoint
from caiwen.engines.purse import BudgetError, Purse
from tests.engines.scripted import Answer, Refusal, always, in_turn, serving

ASK = [{"role": "user", "content": "问" * 100}]


def test_what_tokens_cost() -> None:
    purse = Purse.of(EngineSettings(price_in=0.1, price_out=0.3))
    purse.settle(purse.hold(10, 10), 1_000_000, 2_000_000)
    assert purse.cost == Decimal("0.7")


def test_so_many_calls_and_no_more() -> None:
    purse = Purse(max_calls=2)
    purse.settle(purse.hold(1, 1))
    purse.settle(purse.hold(1, 1))
    with pytest.raises(BudgetError, match="已请求 2 次，到了上限"):
        purse.hold(1, 1)


def test_what_is_under_way_counts_at_its_dearest() -> None:
    """100 characters may be 200 tokens: 0.2 + 0.8 = 1 元 a call at 1,000 元 a million tokens."""
    purse = Purse(Decimal(1000), Decimal(1000), max_cost=Decimal("2.5"))
    first = purse.hold(100, 800)
    purse.hold(100, 800)
    with pytest.raises(BudgetError, match="可能超过上限"):
        purse.hold(100, 800)
    purse.settle(first, 100, 100)
    purse.hold(100, 800)
    assert purse.calls == 3


def test_retries_are_calls_that_count() -> None:
    with serving(in_turn(Refusal(500), Refusal(500), Answer("好"))) as server:
        settings = EngineSettings(base_url=server.url, model="m", max_calls=2)
        engine = Endpoint(settings)
        with pytest.raises(BudgetError):
            asyncio.run(engine.generate(ASK, Params()))
        assert server.log.calls == engine.purse.calls == 2


@pytest.mark.parametrize(
    ("act", "tokens"),
    [
        (Answer("答" * 40), (50, 20)),
        (Answer("答" * 40, usage=False), (80, None)),
        (Refusal(400, "no"), (0, 0)),
    ],
)
def test_what_a_call_used(act: Answer | Refusal, tokens: tuple[int, int | None]) -> None:
    """As the server counts; from the characters where it does not; nothing for what it refuses."""
    with serving(always(act)) as server:
        engine = Endpoint(EngineSettings(base_url=server.url, model="m"))
        asyncio.run(_tried(engine))
        assert engine.purse.tokens_in == tokens[0]
        assert engine.purse.tokens_out == tokens[1] if tokens[1] is not None else engine.purse.tokens_out > 32


async def _tried(engine: Endpoint) -> None:
    await asyncio.gather(engine.generate(ASK, Params()), return_exceptions=True)
    await engine.close()
