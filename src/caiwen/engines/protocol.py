"""The protocol that every engine speaks, and what passes through it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from caiwen.errors import CaiwenError

Message = Mapping[str, str]
"""``{"role": "system" | "user" | "assistant", "content": …}``, as OpenAI's clients write it."""

STOP, LENGTH, FILTERED = "stop", "length", "content_filter"


class EngineError(CaiwenError):
    """The engine cannot be used as it is set up: not there, wrong key, wrong model, nothing left to spend. Stop."""


class CallError(CaiwenError):
    """This one call came to nothing after all retries; others may go on."""


@dataclass(frozen=True, slots=True)
class Params:
    """How to generate. ``extra`` goes to the engine as it is; a value of None there takes a field out."""

    temperature: float = 0.0
    max_tokens: int = 1024
    top_p: float | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """Under the names of OpenAI's chat completions; what is not set is left out."""
        told: dict[str, Any] = {
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
            "top_p": self.top_p,
            "seed": self.seed,
            "stop": list(self.stop) or None,
            **self.extra,
        }
        return {key: value for key, value in told.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Reply:
    """``finish_reason``: stop, length (cut off at max_tokens) or content_filter. ``seconds``: how long the call took.

    ``tokens_in``/``tokens_out`` as the engine counts them, 0 where it does not say. ``cached``: nothing was called now.
    """

    text: str
    finish_reason: str = STOP
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    cached: bool = False

    @property
    def finished(self) -> bool:
        return self.finish_reason == STOP


class Engine(Protocol):
    """Something that answers chats. Usable from one event loop at a time; calls may overlap.

    ``model`` names what answers, for provenance and as a part of the cache's key: two engines of one ``model`` must
    be interchangeable. Cancelling a call breaks it off, unless the engine was opened ``patient``.
    """

    @property
    def model(self) -> str: ...

    async def generate(self, messages: Sequence[Message], params: Params) -> Reply:
        """One reply. Raises EngineError when no call can succeed as things are, CallError when this one did not."""
        ...

    async def close(self) -> None:
        """Give back connections or memory; the engine may be used again, in another loop too."""
        ...
