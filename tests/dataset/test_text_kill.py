"""``kill -9`` and Ctrl-C in the middle of paid calls: the next run pays for nothing twice and loses nothing."""

from __future__ import annotations

import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dataset import text_making as making
from tests.engines.scripted import Act, Answer, Body, Refusal, Scripted, serving

KILLS = 12
PASSAGES = 150
CONCURRENCY = 6
REPLIES = Path("datasets", "text", "replies.db")


COMMAND = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
from caiwen.cli import main
sys.exit(main())
"""


def start(folder: Path) -> subprocess.Popen[str]:
    told = ["--workspace", str(folder), "dataset", "build", str(folder / "text.yaml")]
    words = [sys.executable, "-c", COMMAND, *told]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def flaky(body: Body, before: int) -> Act:
    """Every third body fails once before it is answered."""
    text = making.passage_in(body)
    if before == 0 and len(text) % 3 == 0:
        return Refusal(503)
    return making.pair(body)


def until(true: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    while not true() and process.poll() is None:
        time.sleep(0.005)


def served(server: Scripted) -> dict[str, int]:
    with server.log.lock:
        return dict(server.log.served)


def committed(folder: Path, copy: Path) -> set[str]:
    """The texts of the replies that the killed process had stored; read from a copy, as recovery would write."""
    copy.mkdir()
    for file in (folder / REPLIES.parent).glob(f"{REPLIES.name}*"):
        shutil.copy(file, copy)
    db = sqlite3.connect(copy / REPLIES.name)
    texts = {text for (text,) in db.execute("SELECT text FROM replies")}
    db.close()
    return texts


@pytest.mark.slow
def test_killed_in_the_middle_of_calls(tmp_path: Path) -> None:
    """What was stored is never asked again; what was sent to the living and not stored is what lay unread in
    its connections, at most one reply each."""
    chance = random.Random(7)
    workspace = making.workspace(tmp_path / "w", documents=5, each=10)
    with serving(flaky, latency=lambda: chance.uniform(0.01, 0.05)) as server:
        making.config(workspace.folder, server.url, passages=PASSAGES, concurrency=CONCURRENCY)
        stored: set[str] = set()
        for kill in range(KILLS):
            wanted = sum(served(server).values()) + chance.randint(1, 12)
            began_at = time.monotonic()
            process = start(workspace.folder)
            until(lambda enough=wanted: sum(served(server).values()) >= enough, process)
            time.sleep(chance.uniform(0, 0.03))
            process.kill()
            killed = time.monotonic()
            assert process.wait() == -signal.SIGKILL, "it ended before the kill: more passages are needed"
            process.communicate()
            time.sleep(0.15)  # the server ends what it had begun for the dead
            before, stored = stored, committed(workspace.folder, tmp_path / f"copy{kill}")
            assert before <= stored
            sent = {text for when, _, text in server.log.sent if began_at < when < killed}
            assert len(sent - stored) <= CONCURRENCY
        began = dict(server.log.began)
        payloads = {payload for _, payload, text in server.log.sent if text in stored}
        assert 0 < len(stored) == len(payloads) < PASSAGES
        last = start(workspace.folder)
        out, err = last.communicate(timeout=120)
        assert last.returncode == 0, err
        assert f"已建成 {PASSAGES} 对问答" in out
        assert {p: server.log.began[p] for p in payloads} == {p: began[p] for p in payloads}
        calls = server.log.calls
        assert start(workspace.folder).wait(60) == 0
        assert server.log.calls == calls
    rows = making.rows(workspace.folder / "datasets" / "text")
    assert len(rows) == len({row["passage"] for row in rows}) == PASSAGES
    assert making.failures(workspace.folder / "datasets" / "text") == []


def test_what_was_read_before_a_kill_is_never_asked_again(tmp_path: Path) -> None:
    """The endpoint stops answering, so that all that it served has been read when the kill comes."""
    workspace = making.workspace(tmp_path / "w", documents=2, each=6)
    stuck: list[bool] = [True]

    def script(body: Body, _before: int) -> Act:
        while stuck[0] and len(served(server)) >= 20:
            time.sleep(0.01)
        return making.pair(body)

    with serving(script) as server:
        making.config(workspace.folder, server.url, passages=40, concurrency=4, timeout=60.0)
        process = start(workspace.folder)
        until(lambda: len(served(server)) >= 20 and server.log.calls >= 24, process)
        time.sleep(0.5)
        process.kill()
        process.communicate()
        read = served(server)
        assert len(read) >= 20
        stuck[0] = False
        last = start(workspace.folder)
        _, err = last.communicate(timeout=60)
        assert last.returncode == 0, err
        assert {payload: server.log.began[payload] for payload in read} == dict.fromkeys(read, 1)
    assert len(making.rows(workspace.folder / "datasets" / "text")) == 40


def test_ctrl_c_waits_for_what_is_paid_and_says_how_to_go_on(tmp_path: Path) -> None:
    workspace = making.workspace(tmp_path / "w", documents=2, each=6)
    with serving(lambda body, _before: making.pair(body), latency=0.3) as server:
        making.config(workspace.folder, server.url, passages=40, concurrency=4)
        process = start(workspace.folder)
        until(lambda: server.log.calls >= 6, process)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 130
        assert "再运行同样的命令会接着做" in err
        assert "Traceback" not in err
        asked = server.log.calls
        assert asked <= 12
        assert sum(served(server).values()) == asked  # nobody hung up on a paid call
        assert start(workspace.folder).wait(60) == 0
        assert server.log.calls == 40
    assert len(making.rows(workspace.folder / "datasets" / "text")) == 40


@pytest.mark.parametrize(
    ("act", "first", "second"),
    [
        (Refusal(401), "错误：{url}：接口不接受这个密钥（401）", "检查环境变量 OPENAI_API_KEY 里的密钥"),
        (Refusal(404), "错误：{url}：接口没有模型“m”（404", "检查 model 和 base_url"),
        (Refusal(429, json.dumps({"code": "insufficient_quota"})), "错误：{url}：接口的额度已用完", "充值"),
        (
            Answer("好的。"),
            "错误：接连 10 次都没有成功，不再继续（最后一次：回答不是约定的 JSON）",
            "检查接口",
        ),
    ],
)
def test_what_the_command_line_says(tmp_path: Path, act: Act, first: str, second: str) -> None:
    workspace = making.workspace(tmp_path / "w", documents=2, each=6)
    with serving(lambda _body, _before: act) as server:
        making.config(workspace.folder, server.url, passages=40)
        process = start(workspace.folder)
        _, err = process.communicate(timeout=60)
        lines = err.splitlines()
        assert process.returncode == 2
        assert len(lines) == 2
        assert lines[0].startswith(first.format(url=server.url))
        assert lines[1].strip().startswith(second)


def test_an_endpoint_that_is_down(tmp_path: Path) -> None:
    workspace = making.workspace(tmp_path / "w", documents=1, each=2)
    with serving(lambda body, _before: making.pair(body)) as server:
        making.config(workspace.folder, server.url, passages=5)
    process = start(workspace.folder)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert err.startswith(f"错误：{server.url}：接口连不上")
    assert len(err.splitlines()) == 2
