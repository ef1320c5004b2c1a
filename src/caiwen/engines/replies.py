"""The JSON of a chat completion: its text, why it ended, what it used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from caiwen.engines.protocol import FILTERED, LENGTH, STOP, Reply
from caiwen.engines.purse import TOKENS_A_CHAR

if TYPE_CHECKING:
    import httpx

_REASONS = {"length": LENGTH, "max_tokens": LENGTH, "content_filter": FILTERED}


@dataclass(slots=True)
class Usage:
    """Tokens of one call. Where an answer does not tell (broken JSON, no ``usage``), from its characters."""

    tokens_in: int = 0
    tokens_out: int = 0

    def take(self, body: dict[str, Any], response: httpx.Response) -> None:
        told = usage_of(_json(response))
        if told == (0, 0):
            asked = sum(len(m["content"]) for m in body["messages"])
            told = int(asked * TOKENS_A_CHAR), int(len(response.text) * TOKENS_A_CHAR)
        self.tokens_in, self.tokens_out = told


def read(response: httpx.Response, seconds: float) -> Reply | str:
    """The reply, or why the body is none: that is worth another try."""
    body = _json(response)
    try:
        choice = body["choices"][0]
        message = choice["message"]
        text = message.get("content") or ""
        reason = choice.get("finish_reason") or STOP
    except (KeyError, IndexError, TypeError, AttributeError):
        return "接口的回复不是约定的 JSON"
    if isinstance(text, list):  # parts, as some servers send them
        text = "".join(str(part.get("text", "")) for part in text if isinstance(part, dict))
    if not isinstance(text, str):
        return "接口的回复不是约定的 JSON"
    ended = _REASONS.get(str(reason), STOP)
    if not text.strip() and ended == STOP:
        return "接口的回复是空的"
    return Reply(text, ended, *usage_of(body), seconds=seconds)


def usage_of(body: Any) -> tuple[int, int]:
    usage = body.get("usage") if isinstance(body, dict) else None
    if not isinstance(usage, dict):
        return 0, 0
    counts = (usage.get("prompt_tokens"), usage.get("completion_tokens"))
    first, second = (n if isinstance(n, int) and n > 0 else 0 for n in counts)
    return first, second


def says_error(response: httpx.Response) -> bool:
    """Some gateways send errors with status 200."""
    body = _json(response)
    return isinstance(body, dict) and bool(body.get("error")) and not body.get("choices")


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None
