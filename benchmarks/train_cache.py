"""Tokenise many rows: rows per second, peak memory, and what reading them back in any order takes.

    python benchmarks/train_cache.py [--rows 1000000] [--workers 2]

Rows are made on the spot, a JSON line each; the tokenizer is a byte-level BPE trained on some of them. Memory is the
peak of the process (and of its workers) above what it held before.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

_WORDS = [
    "营业收入",
    "净利润",
    "同比增长",
    "12.34%",
    "1,234,567.89 元",
    "资产总计",
    "现金流量净额",
    "。",
    "，",
    "net income ",
]


def texts(seed: int) -> Iterator[str]:
    draw = random.Random(seed)
    while True:
        yield "".join(draw.choices(_WORDS, k=draw.randint(2, 30)))


def write_rows(path: Path, count: int) -> None:
    made = texts(1)
    with path.open("w", encoding="utf-8") as out:
        for _ in range(count):
            out.write(
                json.dumps({"instruction": next(made), "output": next(made)}, ensure_ascii=False) + "\n"
            )


def peak_mb(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=2)
    wanted = parser.parse_args()
    from caiwen.train import config, data
    from caiwen.train.scratch import tokenizer_of

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_rows(folder / "rows.jsonl", wanted.rows)
        (folder / "dataset_info.json").write_text(json.dumps({"rows": {"file_name": "rows.jsonl"}}))
        tokenizer = tokenizer_of(islice(texts(2), 2000), 2000)
        settings = config.parse(
            {
                "model_name_or_path": "none",
                "template": "default",
                "dataset": "rows",
                "dataset_dir": name,
                "preprocessing_num_workers": wanted.workers,
                "caiwen": {"token_cache": f"{name}/tokens"},
            }
        )
        before = peak_mb(resource.RUSAGE_SELF)
        start = time.perf_counter()
        made = data.prepare(settings, tokenizer)
        first = time.perf_counter() - start
        after = peak_mb(resource.RUSAGE_SELF)
        start = time.perf_counter()
        again = data.prepare(settings, tokenizer)
        second = time.perf_counter() - start
        start = time.perf_counter()
        for i in np.random.default_rng(0).permutation(len(again.train))[:20000]:
            again.train.row(int(i))
        read = time.perf_counter() - start
        disk = sum(file.stat().st_size for file in (folder / "tokens").rglob("*") if file.is_file())
        size = (folder / "rows.jsonl").stat().st_size
    table = Table("量", "值", title=f"{wanted.rows:,} 行，{wanted.workers} 个进程")
    table.add_row("原文", f"{size / 1e6:,.0f} MB，{made.report.train.tokens:,} token")
    table.add_row("分词", f"{first:,.0f} 秒，{wanted.rows / first:,.0f} 行/秒")
    table.add_row("峰值内存", f"{after:,.0f} MB（之前 {before:,.0f} MB，多 {after - before:,.0f} MB）")
    table.add_row("每个工作进程的峰值内存", f"{peak_mb(resource.RUSAGE_CHILDREN):,.0f} MB")
    table.add_row("磁盘", f"{disk / 1e6:,.0f} MB")
    table.add_row("第二次（用缓存）", f"{second:,.1f} 秒")
    table.add_row("随机读一行", f"{read / 20000 * 1e6:,.0f} 微秒")
    Console().print(table)


if __name__ == "__main__":
    main()
