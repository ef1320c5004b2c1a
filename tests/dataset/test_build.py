"""A whole build over a small invented workspace: files, provenance, coverage, plain text, interruption."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from caiwen.dataset.build import Builder
from caiwen.dataset.coverage import fillers, lacking, wanted_material
from caiwen.dataset.generators.wording import Wordings, templates
from caiwen.errors import CaiwenError
from caiwen.finance.knowledge_points import points
from caiwen.workspace import Workspace
from tests.dataset.making import build, config, rows, workspace

MAPPING = """
name: 导出
tables:
  - {file: 导出.xlsx, layout: wide, code: 股票代码, short_name: 股票简称, period: 报告年份, unit: 元}
"""


@pytest.fixture
def made(tmp_path: Path) -> Workspace:
    return workspace(tmp_path / "w")


def test_every_kept_pair_is_verified_and_every_rejected_one_says_why(made: Workspace) -> None:
    tally, kept = build(made)
    assert {row["status"] for row in kept} == {"verified"}
    assert all(row["checks"] and row["claims"] >= 0 for row in kept)
    rejected = rows(made.folder / "datasets" / "d" / "rejected.jsonl")
    assert all(row["reasons"] for row in rejected)
    assert len(kept) == tally.total
    assert len(rejected) == sum(tally.dropped.values())


def test_the_report_counts_what_the_files_hold(made: Workspace) -> None:
    _, kept = build(made)
    report = json.loads((made.folder / "datasets" / "d" / "report.json").read_text(encoding="utf-8"))
    assert sum(report["kept"].values()) == len(kept)
    assert report["splits"] == {
        split: sum(row["split"] == split for row in kept) for split in report["splits"]
    }
    assert report["config"]["generators"]["facts"]["wordings"] == 2
    assert report["documents"]["山海冷链_2020年年度报告.pdf"] > 10


def test_two_builds_are_the_same_byte_for_byte(made: Workspace) -> None:
    build(made)
    path = made.folder / "datasets" / "d" / "pairs.jsonl"
    first = path.read_bytes()
    build(made)
    assert path.read_bytes() == first


def test_provenance_is_flat_and_of_one_type_a_column(made: Workspace) -> None:
    _, kept = build(made)
    types = {name: {type(row[name]) for row in kept} for name in kept[0]}
    assert all(len(kinds) == 1 for kinds in types.values()), types
    assert [name for name, kinds in types.items() if kinds == {list}] == ["history"]
    row = next(r for r in kept if r["template"].startswith("lookup") and "山海冷链" in r["question"])
    assert row["page"] == 5
    assert len(row["box"].split(",")) == 4
    assert made.fact(row["facts"]).id == row["facts"]
    assert json.loads(row["sources"])[0]["document"] == row["document"]


def test_rows_of_an_imported_table_give_file_sheet_row_and_column(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "利润表"
    for line in (
        ["股票代码", "股票简称", "报告年份", "营业收入(万元)", "净利润(万元)"],
        ["600009", "甲机场", "2021", 120, 30],
        ["600009", "甲机场", "2020", 100, 20],
    ):
        sheet.append(line)
    book.save(tmp_path / "导出.xlsx")
    made = Workspace.init(tmp_path / "w")
    mapping = tmp_path / "映射.yaml"
    mapping.write_text(MAPPING, encoding="utf-8")
    made.ingest([tmp_path / "导出.xlsx"], mapping=str(mapping))
    _, kept = build(made, generators={"facts": {}}, split={"evidence": 0.0})
    row = next(
        r
        for r in kept
        if r["template"].startswith("lookup") and "2021" in r["question"] and "营业收入" in r["question"]
    )
    assert (row["document"], row["sheet"], row["row"], row["column"]) == ("导出.xlsx", "利润表", 2, 4)
    assert (row["page"], row["box"]) == (0, "")


def test_a_workspace_without_material_is_told(tmp_path: Path) -> None:
    with pytest.raises(CaiwenError, match="还没有材料"):
        Builder(Workspace.init(tmp_path / "w"), config()).build()


def test_unknown_companies_are_told(made: Workspace) -> None:
    with pytest.raises(CaiwenError, match="材料里没有这家公司"):
        Builder(made, config(select={"companies": ["云岭精密"]}))


def test_selection_by_company_period_and_status(made: Workspace) -> None:
    _, kept = build(made, generators={"facts": {}}, select={"companies": ["澜屿银行"], "periods": ["2020"]})
    assert kept
    assert all("澜屿银行" in row["question"] for row in kept)
    assert all(row["stage"] == "bank" for row in kept)


def test_the_limit_ends_a_build_and_the_system_prompt_goes_with_every_pair(made: Workspace) -> None:
    tally, kept = build(made, limit=7, system="你是财务助理。")
    assert len(kept) == tally.total == 7
    assert {row["system"] for row in kept} == {"你是财务助理。"}


def test_an_interrupted_build_leaves_the_last_whole_one(made: Workspace) -> None:
    _, whole = build(made)

    def interrupt(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Builder(made, config()).build(interrupt)
    assert rows(made.folder / "datasets" / "d" / "pairs.jsonl") == whole


def test_gaps_are_filled_up_to_the_least_and_empty_points_are_told(made: Workspace) -> None:
    alone, _ = build(made, generators={"facts": {}})
    assert lacking(alone.points, 1)
    filled, _ = build(made, generators={"facts": {}}, coverage={"least": 3})
    assert not lacking(filled.points, 3)
    assert filled.total > alone.total
    hints = wanted_material({})
    assert len(hints) == len(points()) == 78
    assert "保险公司的年度报告" in hints["综合成本率"]


def test_nothing_is_filled_where_nothing_is_lacking() -> None:
    counts = {p.name: 9 for p in points()}
    assert not list(fillers(counts, 9, Wordings(templates()), 1))


def test_concepts_carry_the_point_of_their_term_and_refusals_that_of_their_rule(made: Workspace) -> None:
    _, kept = build(made)
    by_question = {row["question"]: row for row in kept}
    assert all(row["points"] for row in kept if row["generator"] in ("refusals", "exercises"))
    term = next(row for q, row in by_question.items() if row["generator"] == "concepts" and "净息差" in q)
    assert term["points"] == "净息差与净利差"
    assert term["stage"] == "bank"


def test_plain_text_tells_training_pairs_once_and_nothing_held_out(made: Workspace) -> None:
    _, kept = build(
        made, corpus={"generators": ["facts", "formulas", "exercises", "concepts"]}, split={"evidence": 0.2}
    )
    folder = made.folder / "datasets" / "d"
    texts = rows(folder / "corpus.jsonl")
    assert json.loads((folder / "report.json").read_text(encoding="utf-8"))["texts"] == len(texts)
    by_id = {row["id"]: row for row in kept}
    told = [i for row in texts for i in row["pairs"].split(",")]
    assert len(told) == len(set(told)) > 50
    assert {by_id[i]["split"] for i in told} == {"train"}
    assert all(len(row["text"]) <= 2000 or row["pairs"].count(",") == 0 for row in texts)
    facts = next(row for row in texts if row["generator"] == "facts")
    assert facts["facts"]
    assert facts["document"].endswith(".pdf")
    assert by_id[facts["pairs"].split(",")[0]]["answer"] in facts["text"]


def test_a_build_without_plain_text_removes_that_of_an_earlier_one(made: Workspace) -> None:
    build(made, corpus={})
    assert (made.folder / "datasets" / "d" / "corpus.jsonl").is_file()
    build(made)
    assert not (made.folder / "datasets" / "d" / "corpus.jsonl").exists()
