"""Pairs from passages against a scripted endpoint that fails: speed beside the ideal, and ten kills.

    python benchmarks/text_endpoint.py --workspace DIR --passages 2000

``DIR`` is a workspace with enough running text; its datasets text-speed and text-kills are made anew. The endpoint is
``tests/engines/scripted.py``: latency with spread, one call in five fails (500, 503, 429 with and without
Retry-After, broken JSON, cut-off and non-JSON replies, dropped connections).
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.engines.scripted import Answer, Body, Scripted, serving, with_faults


@dataclass(frozen=True)
class Wanted:
    workspace: Path
    passages: int
    concurrency: int
    latency: float
    faults: float
    kills: int
    seed: int


class Latency:
    """Seconds a call, from half to one and a half times the mean; their sum is what the ideal is made of."""

    def __init__(self, mean: float, seed: int) -> None:
        self.mean, self.total = mean, 0.0
        self._chance, self._lock = random.Random(seed), threading.Lock()

    def __call__(self) -> float:
        with self._lock:
            seconds = self._chance.uniform(0.5, 1.5) * self.mean
            self.total += seconds
        return seconds


def good(body: Body) -> Answer:
    """A pair that repeats the sentences of the passage, so that every one should be verified."""
    passage = body["messages"][-1]["content"].split("：\n", 1)[1].rsplit("\n只输出 JSON", 1)[0]
    words = "".join(re.findall("[\u4e00-\u9fff]+", re.sub("上述|上文|下文|文中|原文|[该本]段", "", passage)))
    whole = passage[: passage.rfind("。") + 1] or passage
    told = {"question": f"关于{words[:24]}，材料怎么说？", "answer": whole}
    return Answer(json.dumps(told, ensure_ascii=False))


def config(wanted: Wanted, name: str, url: str) -> Path:
    text = {
        "base_url": url,
        "model": "scripted",
        "concurrency": wanted.concurrency,
        "passages": wanted.passages,
    }
    path = wanted.workspace / f"{name}.json"
    path.write_text(json.dumps({"name": name, "generators": {"text": text}}), encoding="utf-8")
    shutil.rmtree(wanted.workspace / "datasets" / name, ignore_errors=True)
    return path


def start(wanted: Wanted, path: Path) -> subprocess.Popen[str]:
    words = ["-m", "caiwen.cli", "--workspace", str(wanted.workspace), "dataset", "build", str(path)]
    return subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finished(process: subprocess.Popen[str]) -> None:
    _, err = process.communicate()
    if process.returncode:
        raise SystemExit(f"the build failed: {err}")


def counted(wanted: Wanted, name: str) -> str:
    """Passages in, rows and failures out."""
    folder = wanted.workspace / "datasets" / name
    lines = [(folder / f).read_text(encoding="utf-8") for f in ("pairs.jsonl", "rejected.jsonl")]
    rows = [json.loads(line) for line in "".join(lines).splitlines()]
    failed = [
        json.loads(line) for line in (folder / "text_failures.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    places = [row["passage"] for row in rows] + [f["passage"] for f in failed]
    status = {s: sum(row["status"] == s for row in rows) for s in ("verified", "unverified", "rejected")}
    return (
        f"{len(set(places))} passages: {len(rows)} rows {status}, {len(failed)} without a usable reply;"
        f" doubled {len(places) - len(set(places))}, lost {wanted.passages - len(set(places))}"
    )


def speed(wanted: Wanted) -> None:
    latency = Latency(wanted.latency, wanted.seed)
    with serving(with_faults(good, wanted.faults, wanted.seed), latency) as server:
        path = config(wanted, "text-speed", server.url)
        began = time.monotonic()
        finished(start(wanted, path))
        whole = time.monotonic() - began
        times = server.log.times
        asking = times[-1] - times[0] + wanted.latency
        ideal = latency.total / wanted.concurrency
        print(f"speed: {counted(wanted, 'text-speed')}")
        print(
            f"  {server.log.calls} calls, at most {server.log.most_at_once} at once; asking {asking:.1f} s"
            f" ({server.log.calls / asking:.1f} calls/s), ideal {ideal:.1f} s: {ideal / asking:.0%}; whole build {whole:.1f} s"
        )
        calls = server.log.calls
        finished(start(wanted, path))
        print(f"  built again: {server.log.calls - calls} calls")


def stored(wanted: Wanted, name: str) -> set[str]:
    """The texts of the replies that a killed process left; read from a copy, since reading recovers the file."""
    folder, copy = wanted.workspace / "datasets" / name, wanted.workspace / "copy"
    copy.mkdir()
    for file in folder.glob("replies.db*"):
        shutil.copy(file, copy)
    db = sqlite3.connect(copy / "replies.db")
    texts = {text for (text,) in db.execute("SELECT text FROM replies")}
    db.close()
    shutil.rmtree(copy)
    return texts


def kills(wanted: Wanted) -> None:
    """A process is killed when it has got between no and twice its share of the replies."""
    chance = random.Random(wanted.seed)
    latency = Latency(wanted.latency, wanted.seed)
    with serving(with_faults(good, wanted.faults, wanted.seed), latency) as server:
        path = config(wanted, "text-kills", server.url)
        kept: set[str] = set()
        unread: list[int] = []
        for _ in range(wanted.kills):
            began, enough = (
                time.monotonic(),
                len(server.log.sent) + chance.randint(1, 2 * wanted.passages // (wanted.kills + 2)),
            )
            process = start(wanted, path)
            wait(lambda n=enough: len(server.log.sent) >= n, process)
            process.kill()
            killed = time.monotonic()
            if process.wait() != -signal.SIGKILL:
                raise SystemExit("it ended before it could be killed: more passages are needed")
            process.communicate()
            time.sleep(2 * wanted.latency)
            kept = stored(wanted, "text-kills")
            unread.append(
                sum(began < when < killed and text not in kept for when, _, text in server.log.sent)
            )
        before = asked(server, kept)
        finished(start(wanted, path))
        again = sum(asked(server, kept)[p] - n for p, n in before.items())
        print(f"kills: {counted(wanted, 'text-kills')}")
        print(
            f"  {wanted.kills} kills; {len(kept)} replies stored at the last one, asked again: {again};"
            f" sent to the living but not yet stored at each kill: {unread} (at most {wanted.concurrency} can be)"
        )


def asked(server: Scripted, texts: set[str]) -> dict[str, int]:
    """Calls so far of the bodies that these replies answer."""
    with server.log.lock:
        payloads = {payload for _, payload, text in server.log.sent if text in texts}
        return {payload: server.log.began[payload] for payload in payloads}


def wait(true: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    while not true() and process.poll() is None:
        time.sleep(0.02)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--passages", type=int, default=2000)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--latency", type=float, default=1.0)
    parser.add_argument("--faults", type=float, default=0.2)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    wanted = Wanted(**vars(parser.parse_args()))
    speed(wanted)
    kills(wanted)


if __name__ == "__main__":
    main()
