"""A real server on localhost that speaks OpenAI's chat completions and fails as it is told to."""

from __future__ import annotations

import hashlib
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Body = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """A completion. ``drop``: the connection ends after so many bytes of it."""

    text: str
    finish: str = "stop"
    usage: bool = True
    drop: int | None = None


@dataclass(frozen=True)
class Refusal:
    status: int
    body: str = '{"error": {"message": "busy"}}'
    headers: tuple[tuple[str, str], ...] = ()


Act = Answer | Refusal
Script = Callable[[Body, int], Act]
"""The body of a call and how often this very body was asked before → what happens."""


@dataclass
class Log:
    """``began``: payload → calls; ``served``: payload → completions sent whole; ``sent``: their texts with the time."""

    calls: int = 0
    most_at_once: int = 0
    began: Counter[str] = field(default_factory=Counter)
    served: Counter[str] = field(default_factory=Counter)
    sent: list[tuple[float, str, str]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    _now: int = 0

    def begin(self, payload: str, key: str) -> int:
        with self.lock:
            self.calls += 1
            self.times.append(time.monotonic())
            self.keys.append(key)
            self.began[payload] += 1
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            return self.began[payload] - 1

    def end(self) -> None:
        with self.lock:
            self._now -= 1


def payload_of(body: Body) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def completion(answer: Answer, body: Body) -> bytes:
    asked = sum(len(m["content"]) for m in body["messages"])
    message = {"role": "assistant", "content": answer.text}
    told: Body = {"object": "chat.completion", "model": body["model"]}
    told["choices"] = [{"index": 0, "message": message, "finish_reason": answer.finish}]
    if answer.usage:
        told["usage"] = {"prompt_tokens": asked // 2, "completion_tokens": len(answer.text) // 2}
    return json.dumps(told, ensure_ascii=False).encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients are killed here; whatever else fails shows in the client."""


class Scripted:
    """``url`` ends in /v1. ``latency``: seconds a call, or a function that gives them."""

    def __init__(self, script: Script, latency: Callable[[], float] | float = 0.0) -> None:
        self.script, self.latency, self.log = script, latency, Log()
        handler = type("Handler", (_Handler,), {"scripted": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    scripted: Scripted

    def log_message(self, *_: object) -> None:
        """Tests read :class:`Log`."""

    def do_POST(self) -> None:
        body: Body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        scripted, payload = self.scripted, payload_of(body)
        before = scripted.log.begin(payload, self.headers.get("Authorization", ""))
        try:
            wait = scripted.latency() if callable(scripted.latency) else scripted.latency
            time.sleep(wait)
            act = scripted.script(body, before) if self.path == "/v1/chat/completions" else Refusal(404)
        finally:
            scripted.log.end()
        try:
            self._do(act, body, payload)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client was killed

    def _do(self, act: Act, body: Body, payload: str) -> None:
        if isinstance(act, Refusal):
            self._send(act.status, act.body.encode(), act.headers)
            return
        data = completion(act, body)
        if act.drop is not None:
            self._send(200, data[: act.drop], (), promised=len(data))
            self.close_connection = True
            return
        self._send(200, data)
        with self.scripted.log.lock:
            self.scripted.log.served[payload] += 1
            self.scripted.log.sent.append((time.monotonic(), payload, act.text))

    def _send(
        self, status: int, data: bytes, headers: tuple[tuple[str, str], ...] = (), promised: int | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(promised or len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()


@contextmanager
def serving(script: Script, latency: Callable[[], float] | float = 0.0) -> Iterator[Scripted]:
    server = Scripted(script, latency)
    try:
        yield server
    finally:
        server.close()


def always(act: Act) -> Script:
    return lambda _body, _before: act


def in_turn(*acts: Act) -> Script:
    """The first, second, … time that a body is asked; the last one from then on."""
    return lambda _body, before: acts[min(before, len(acts) - 1)]


def with_faults(good: Callable[[Body], Answer], share: float, seed: int = 1) -> Script:
    """``share`` of the calls go wrong in one way or another."""
    chance = random.Random(seed)
    lock = threading.Lock()

    def script(body: Body, _before: int) -> Act:
        with lock:
            bad = chance.random() < share
            fault = chance.randrange(8)
        answer = good(body)
        faults: list[Act] = [
            Refusal(500),
            Refusal(503, headers=(("Retry-After", "0"),)),
            Refusal(429),
            Refusal(429, headers=(("Retry-After", "0.05"),)),
            Refusal(200, '{"choices": [{"message": {"content": "{\\"question'),
            Answer(answer.text[: len(answer.text) // 2], "length"),
            Answer(answer.text, drop=60),
            Answer("好的，下面是您要的问答。"),
        ]
        return faults[fault] if bad else answer

    return script
