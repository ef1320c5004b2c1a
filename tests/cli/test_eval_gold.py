"""caiwen eval finglm|cfr|retrieval|latency over a structured source read with --mapping."""

import json
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import create_engine, text

from caiwen.workspace import Workspace
from tests.cli.conftest import Run

MAPPING = """
name: 测试数据
tables:
  - code: 代码
    entity: 公司
    short_name: 简称
    period: 年份
    missing: ["-1"]
    check_scale: false
  - table: profit
    code: 代码
    entity: 公司
    short_name: 简称
    period: 年份
    check_scale: false
"""
ROWS = [
    ["代码", "公司", "简称", "年份", "营业收入", "净利润"],
    ["600001", "山海冷链设备股份有限公司", "山海冷链", 2020, "1234.5", "-1"],
    ["600001", "山海冷链设备股份有限公司", "山海冷链", 2021, "1300", "88"],
    ["600002", "平原食品股份有限公司", "平原食品", 2021, "900", "99"],
]


@pytest.fixture
def folder(run: Run, tmp_path: Path) -> Path:
    Workspace.init(tmp_path / "w")
    book = Workbook()
    for row in ROWS:
        book.worksheets[0].append(row)
    book.save(tmp_path / "利润表.xlsx")
    (tmp_path / "m.yaml").write_text(MAPPING, encoding="utf-8")
    words = ("ingest", tmp_path / "利润表.xlsx", "--mapping", tmp_path / "m.yaml")
    code, out, _ = run(*words, "--workspace", tmp_path / "w")
    assert code == 0
    assert "5 条事实" in out, "a sentinel is no fact"
    return tmp_path / "w"


def gold(path: Path, *lines: dict[str, object]) -> Path:
    path.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in lines), encoding="utf-8")
    return path


QUESTION = {
    "id": 1,
    "question": "山海冷链2021年的营业收入是多少元？",
    "type": "1",
    "prompt": {
        "ent_name": "山海冷链设备股份有限公司",
        "ent_short_name": "山海冷链",
        "year": "2021",
        "key_word": "营业收入",
        "营业收入": "1300",
        "prom_answer": "1300",
    },
    "answer": ["山海冷链2021年营业收入是1300元"],
}


def test_finglm_prints_both_scores(run: Run, folder: Path, tmp_path: Path) -> None:
    file, report = gold(tmp_path / "g.jsonl", QUESTION), tmp_path / "r.json"
    code, out, _ = run("eval", "finglm", file, "--json", report, "--workspace", folder)
    assert code == 0
    assert "单公司数值（列齐全）" in out
    assert "官方总分" in out
    figures = json.loads(report.read_text(encoding="utf-8"))["figures"]
    assert figures["strict"]["hits"] == figures["strict"]["n"] == 1
    assert figures["public"]["mean"] > 0.5


def test_latency_tells_one_client_and_each_rate(run: Run, folder: Path, tmp_path: Path) -> None:
    file, report = gold(tmp_path / "g.jsonl", QUESTION, QUESTION), tmp_path / "r.json"
    words = ("eval", "latency", file, "--rate", "50", "--workers", "1", "--json", report)
    code, out, _ = run(*words, "--workspace", folder)
    assert code == 0
    assert "每秒到达 50 题" in out
    figures = json.loads(report.read_text(encoding="utf-8"))["figures"]
    assert [(one["n"], one["rate"]) for one in figures] == [(2, None), (2, 50.0)]


def test_retrieval_needs_questions(run: Run, folder: Path) -> None:
    code, _, err = run("eval", "retrieval", "--workspace", folder)
    assert code == 2
    assert "--cfr" in err


def test_cfr_without_its_file(run: Run, folder: Path, tmp_path: Path) -> None:
    code, _, err = run("eval", "cfr", tmp_path / "没有.jsonl", "--workspace", folder)
    assert code == 2
    assert "没有这个文件" in err


def test_a_database_is_read_by_its_address(run: Run, folder: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'source.db'}"
    with create_engine(url).begin() as connection:
        connection.execute(
            text('create table profit ("代码" text, "公司" text, "简称" text, "年份" int, "营业收入" text)')
        )
        connection.execute(
            text("insert into profit values ('600003', '丘陵电子股份有限公司', '丘陵电子', 2021, '77')")
        )
    code, _, err = run("ingest", url, "--workspace", folder)
    assert code == 2
    assert "--mapping" in err
    code, out, _ = run("ingest", url, "--mapping", tmp_path / "m.yaml", "--workspace", folder)
    assert (code, "1 条事实" in out) == (0, True)
    code, out, _ = run("facts", "--company", "丘陵电子", "--json", "--workspace", folder)
    assert json.loads(out)["value"] == "77"
