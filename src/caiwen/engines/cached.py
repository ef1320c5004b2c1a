"""Replies kept by what was asked, around any engine: nothing that was answered is paid for twice.

A reply is committed before anybody sees it, so a process may be killed at any moment.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from caiwen.engines.protocol import Engine, Message, Params, Reply
from caiwen.errors import CaiwenError

_TABLE = (
    "CREATE TABLE IF NOT EXISTS replies (payload TEXT PRIMARY KEY, model TEXT NOT NULL, text TEXT NOT NULL,"
    " finish_reason TEXT NOT NULL, tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL,"
    " seconds REAL NOT NULL, chars_in INTEGER NOT NULL, made TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP)"
)
_COLUMNS = "text, finish_reason, tokens_in, tokens_out, seconds"


@dataclass(frozen=True, slots=True)
class Measured:
    """Sums over all replies of one model. ``told``: replies with a count of tokens, ``chars_in`` what those were
    asked; ``untold_in``, ``untold_out``: characters of the others."""

    replies: int = 0
    told: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    chars_in: int = 0
    untold_in: int = 0
    untold_out: int = 0
    seconds: float = 0.0


def key_of(model: str, messages: Sequence[Message], params: Params) -> str:
    """The hash of model, messages and parameters; the address is no part of it."""
    payload = {"model": model, "messages": [dict(m) for m in messages], **params.record()}
    text = json.dumps(payload, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


class Replies:
    """The file. One process at a time writes it: a second run would pay for the same calls."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=0.5, isolation_level=None)
            self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.execute(_TABLE)
        except sqlite3.Error as error:
            raise _unusable(path, error) from error

    def get(self, key: str) -> Reply | None:
        row = self._db.execute(f"SELECT {_COLUMNS} FROM replies WHERE payload = ?", (key,)).fetchone()
        return replace(Reply(*row), cached=True) if row else None

    def put(self, key: str, model: str, chars_in: int, reply: Reply) -> None:
        row = (key, model, reply.text, reply.finish_reason, reply.tokens_in, reply.tokens_out, reply.seconds)
        try:
            self._db.execute(
                f"INSERT OR REPLACE INTO replies (payload, model, {_COLUMNS}, chars_in) VALUES (?,?,?,?,?,?,?,?)",
                (*row, chars_in),
            )
        except sqlite3.Error as error:
            raise _unusable(self.path, error) from error

    def measured(self, model: str) -> Measured:
        row = self._db.execute(
            "SELECT COUNT(*), COALESCE(SUM(tokens_in > 0), 0), COALESCE(SUM(tokens_in), 0),"
            " COALESCE(SUM(tokens_out), 0), COALESCE(SUM(CASE WHEN tokens_in > 0 THEN chars_in END), 0),"
            " COALESCE(SUM(CASE WHEN tokens_in = 0 THEN chars_in END), 0),"
            " COALESCE(SUM(CASE WHEN tokens_in = 0 THEN LENGTH(text) END), 0),"
            " COALESCE(SUM(seconds), 0) FROM replies WHERE model = ?",
            (model,),
        ).fetchone()
        return Measured(*row)

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _unusable(path: Path, error: sqlite3.Error) -> CaiwenError:
    if "locked" in str(error):
        return CaiwenError("另一个 caiwen 正在用这份回答缓存", where=str(path), hint="等它结束再运行")
    if isinstance(error, sqlite3.DatabaseError) and "not a database" in str(error):
        return CaiwenError(
            "回答缓存已损坏", where=str(path), hint="移走这个文件再运行（其中的回答要重新请求）"
        )
    return CaiwenError(f"回答缓存不能写（{error}）", where=str(path), hint="检查磁盘空间和权限")


class Cached:
    """An :class:`~caiwen.engines.protocol.Engine` that asks ``engine`` only for what ``replies`` does not hold."""

    def __init__(self, engine: Engine, replies: Replies) -> None:
        self.engine, self.replies = engine, replies

    @property
    def model(self) -> str:
        return self.engine.model

    async def generate(self, messages: Sequence[Message], params: Params) -> Reply:
        key = key_of(self.model, messages, params)
        known = self.replies.get(key)
        if known is not None:
            return known
        reply = await self.engine.generate(messages, params)
        self.replies.put(key, self.model, sum(len(m["content"]) for m in messages), reply)
        return reply

    async def close(self) -> None:
        await self.engine.close()
