"""When the next call may begin, and how long to wait after one that failed."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_FIRST_WAIT = 0.5
_LONGEST_WAIT = 60.0


class Pace:
    """At most ``per_minute`` calls begin in a minute, evenly; 0 is no limit. :meth:`pause` holds all of them back."""

    def __init__(self, per_minute: float = 0) -> None:
        self._gap = 60 / per_minute if per_minute else 0.0
        self._next = 0.0

    async def turn(self) -> None:
        """Returns when this call may begin."""
        while (wait := self._next - time.monotonic()) > 0:
            await asyncio.sleep(wait)
        self._next = max(self._next, time.monotonic()) + self._gap

    def pause(self, seconds: float) -> None:
        """The endpoint asked for a rest: nobody calls before it is over."""
        self._next = max(self._next, time.monotonic() + seconds)


def backoff(attempt: int, first: float = _FIRST_WAIT) -> float:
    """Seconds before try ``attempt`` + 1, doubling, with jitter so that many callers do not come back at once."""
    return min(first * 2.0**attempt, _LONGEST_WAIT) * random.uniform(0.75, 1.25)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The wait that a reply asks for (retry-after-ms, seconds or a date), or None."""
    if (exact := _number(headers.get("retry-after-ms"))) is not None:
        return exact / 1000
    said = headers.get("retry-after")
    if (seconds := _number(said)) is not None or not said:
        return seconds
    try:
        then = parsedate_to_datetime(said)
    except ValueError:
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (then - datetime.now(UTC)).total_seconds())


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None
