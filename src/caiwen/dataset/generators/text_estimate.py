"""What a run over passages would use, in words, with what each figure rests on."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from caiwen.dataset.config import Text
from caiwen.engines import Message
from caiwen.engines.cached import Measured
from caiwen.engines.purse import TOKENS_A_CHAR, Purse

_TOKENS_OUT, _SECONDS = 300, 6.0
_ENOUGH = 5


def estimate(
    settings: Text, chats: Sequence[Sequence[Message]], passages: int, measured: Measured | None
) -> list[str]:
    """``chats``: what is still to be asked, of ``passages`` in all. ``measured``: earlier replies of this model."""
    chars = sum(len(m["content"]) for chat in chats for m in chat)
    told = measured if measured is not None and measured.told >= _ENOUGH else None
    ratio = Decimal(told.tokens_in) / told.chars_in if told else TOKENS_A_CHAR
    a_reply = told.tokens_out / told.told if told else min(_TOKENS_OUT, settings.max_tokens)
    seconds = measured.seconds / measured.replies if told and measured else _SECONDS
    tokens_in, tokens_out = int(chars * ratio), int(len(chats) * a_reply)
    return [
        f"{passages:,} 段原文，其中 {passages - len(chats):,} 段已有回答，还要请求 {len(chats):,} 次（出错、不能用的另加）",
        f"约 {tokens_in:,} 输入 token、{tokens_out:,} 输出 token",
        _cost(settings, tokens_in, tokens_out, measured),
        f"约 {_minutes(settings, len(chats), seconds):,.1f} 分钟（同时 {settings.concurrency} 个{_limit(settings)}）",
        _grounds(chars, ratio, a_reply, seconds, told),
    ]


def _cost(settings: Text, tokens_in: int, tokens_out: int, measured: Measured | None) -> str:
    purse = Purse.of(settings)
    if not (purse.price_in or purse.price_out):
        return (
            "费用：没有写单价（price_in、price_out），不能估算"
            if not settings.folder
            else "费用：本机模型，没有"
        )
    prices = f"输入 {purse.price_in} 元、输出 {purse.price_out} 元/百万 token"
    purse.remember(measured or Measured())
    spent = f"；已花约 {purse.cost:,.2f} 元" if purse.cost else ""
    limit = f"；上限 {purse.max_cost} 元" if purse.max_cost else ""
    return f"费用约 {purse.worth(tokens_in, tokens_out):,.2f} 元（{prices}）{spent}{limit}"


def _minutes(settings: Text, calls: int, seconds: float) -> float:
    busy = calls * seconds / settings.concurrency
    return max(busy, calls * 60 / settings.per_minute if settings.per_minute else 0.0) / 60


def _limit(settings: Text) -> str:
    return f"，每分钟至多 {settings.per_minute:g} 次" if settings.per_minute else ""


def _grounds(chars: int, ratio: Decimal, a_reply: float, seconds: float, told: Measured | None) -> str:
    figures = f"{chars:,} 字，每字 {ratio:.2f} token，每次回答 {a_reply:,.0f} token、{seconds:.1f} 秒"
    if told:
        return f"依据：{figures}（按已得到的 {told.told:,} 个回答实测）"
    return f"依据：{figures}（假定；得到 {_ENOUGH} 个以上回答后改用实测）"
