"""``caiwen series``."""

from __future__ import annotations

import json
from pathlib import Path

from caiwen.workspace import Workspace
from tests.cli.conftest import Run

CSV = """指标,地区,时间,数值,单位,公布日期
GDP,临江省,2023,100,亿元,2024-01-19
GDP,临江省,2023,103.5,亿元,2024-12-27
CPI同比,北岭省,2024年1月,0.3,%,
"""


def test_what_is_there_and_the_figures_of_one(run: Run, tmp_path: Path) -> None:
    made = Workspace.init(tmp_path / "w")
    assert "还没有宏观数据" in run("--workspace", made.folder, "series")[2]
    (tmp_path / "m.csv").write_text(CSV, encoding="utf-8")
    made.ingest([tmp_path / "m.csv"], mapping="macro")
    code, out, _ = run("--workspace", made.folder, "series")
    assert code == 0
    assert "国内生产总值" in out
    assert "2024-01" in out
    only = run("--workspace", made.folder, "series", "--region", "北岭省")[1]
    assert "国内生产总值" not in only
    lines = run("--workspace", made.folder, "series", "GDP", "--json")[1].splitlines()
    first, last = map(json.loads, lines)
    assert (first["value"], first["row"], first["column"]) == ("10000000000", 2, 4)
    assert (last["raw"], last["published"]) == ("103.5", "2024-12-27")
    assert "103.5" not in run("--workspace", made.folder, "series", "CPI")[1]
    assert "没有「火星指数」的数" in run("--workspace", made.folder, "series", "火星指数")[2]
