"""Pages per CPU second and peak memory of caiwen, pdfplumber and PyMuPDF on the same reports.

    python benchmarks/pdf_speed.py --material ../shared/data [--install-peers] [--json FILE]

Each reader runs alone in a process pinned to one core; imports count. The peers are measured only: they live in an
environment of their own (``.venv-peers``), never among caiwen's dependencies (PyMuPDF is AGPL). They are slow, so
they read ``--sample`` pages spread evenly over each file; caiwen reads all.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
READERS = Path(__file__).with_name("pdf_readers.py")
FILES = ("reports/pdf/600201_2020_生物股份.pdf", "reports/pdf/603339_2019_四方科技.pdf")
SAMPLES = "examples/material/*年度报告.pdf"
OWN = ("caiwen", "caiwen+facts")
PEERS = ("pdfplumber", "pymupdf")
TIME_LIMIT = 1200


@dataclass(frozen=True)
class Result:
    """``reason``: why there is no measurement."""

    reader: str
    file: str
    pages: int = 0
    cpu_seconds: float = 0.0
    peak_mb: float = 0.0
    version: str = ""
    reason: str = ""

    @property
    def rate(self) -> float:
        return self.pages / self.cpu_seconds if self.cpu_seconds else 0.0


def measure(python: Path, reader: str, file: Path, sample: int) -> Result:
    command = [str(python), str(READERS), reader, str(file), str(sample)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return Result(reader, file.name, reason=f"超过 {TIME_LIMIT} 秒")
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [f"退出码 {done.returncode}"]
        return Result(reader, file.name, reason=last[0])
    return Result(reader, file.name, **json.loads(done.stdout.splitlines()[-1]))


def best(python: Path, reader: str, file: Path, sample: int, repeats: int) -> Result:
    """The quickest of several runs: what else the machine does only ever slows one down."""
    results = [measure(python, reader, file, sample) for _ in range(repeats)]
    return max(results, key=lambda result: result.rate)


def install_peers(folder: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    subprocess.run([str(folder / "bin/python"), "-m", "pip", "install", "--quiet", *PEERS], check=True)


def into_the_store(file: Path) -> float:
    """Wall seconds of one ``ingest`` into a new workspace, with the default workers."""
    from caiwen import Workspace

    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.init(Path(folder) / "ws")
        began = time.perf_counter()
        workspace.ingest([file])
        return time.perf_counter() - began


def show(results: list[Result], stored: dict[str, float], pages: dict[str, int]) -> None:
    base = {r.file: r.rate for r in results if r.reader == "pdfplumber" and r.rate}
    table = Table(title="PDF：文字 + 表格，单核")
    for column in ("文件", "读取器", "页", "CPU 秒", "页/CPU 秒", "× pdfplumber", "峰值 MB"):
        table.add_column(column, justify="left" if column in ("文件", "读取器") else "right")
    for r in results:
        if not r.reason:
            times = f"{r.rate / base[r.file]:.1f}" if r.file in base else ""
            figures = (str(r.pages), f"{r.cpu_seconds:.2f}", f"{r.rate:.1f}", times, f"{r.peak_mb:.0f}")
            table.add_row(r.file, f"{r.reader} {r.version}", *figures)
    console = Console(width=120)
    console.print(table)
    for reader, reason in dict.fromkeys((r.reader, r.reason) for r in results if r.reason):
        console.print(f"{reader} 未测：{reason}")
    for file, seconds in stored.items():
        console.print(f"{file}：{pages[file]} 页连同事实与索引写入库，默认进程数，用时 {seconds:.1f} 秒")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--material", type=Path, default=ROOT.parent / "shared" / "data", help="真实材料所在文件夹"
    )
    parser.add_argument("--peers", type=Path, default=ROOT / ".venv-peers", help="同类工具所在的虚拟环境")
    parser.add_argument("--install-peers", action="store_true", help="先建好该环境")
    parser.add_argument("--sample", type=int, default=40, help="同类工具每个文件读多少页")
    parser.add_argument("--repeats", type=int, default=3, help="caiwen 重复几次取最快")
    parser.add_argument("--json", type=Path, help="把结果写入此文件")
    options = parser.parse_args()
    files = [options.material / name for name in FILES if (options.material / name).is_file()]
    if not files:
        print(f"{options.material} 里没有真实年报，改用 examples/material 的样例", file=sys.stderr)
        files = sorted(ROOT.glob(SAMPLES))
    if options.install_peers:
        install_peers(options.peers)
    peer = options.peers / "bin/python"
    results = []
    for file in files:
        results += [best(Path(sys.executable), reader, file, 0, options.repeats) for reader in OWN]
        for reader in PEERS:
            if peer.is_file():
                results.append(measure(peer, reader, file, options.sample))
            else:
                reason = f"没有 {options.peers.name}；加 --install-peers 可建"
                results.append(Result(reader, file.name, reason=reason))
    stored = {file.name: into_the_store(file) for file in files}
    pages = {r.file: r.pages for r in results if r.reader == "caiwen"}
    show(results, stored, pages)
    if options.json:
        record = {"readers": [asdict(r) | {"rate": r.rate} for r in results], "into_the_store": stored}
        options.json.write_text(json.dumps(record, ensure_ascii=False, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
