"""caiwen facts, documents, search, coverage, config: what scripts and people get."""

import json
from decimal import Decimal

import openpyxl
import pytest

from caiwen.workspace import Workspace
from tests.cli.conftest import REPORT, Run

CONTRACT = [
    "id",
    "document",
    "entity",
    "code",
    "item",
    "dimensions",
    "period",
    "span",
    "scope",
    "basis",
    "value",
    "unit",
    "page",
    "table",
    "row",
    "column",
    "box",
    "raw",
    "scale",
    "status",
]


def _json(run: Run, workspace: Workspace, *words: str) -> list[dict[str, object]]:
    code, out, err = run("--workspace", workspace.folder, "facts", *words, "--json")
    assert (code, err) == (0, "")
    return [json.loads(line) for line in out.splitlines()]


def test_json_lines_keep_the_contract(run: Run, workspace: Workspace) -> None:
    (fact,) = _json(run, workspace, "--item", "营业收入", "--period", "2020")
    assert list(fact) == CONTRACT
    assert fact["document"] == REPORT
    assert fact["value"] == "158190563.48"
    assert fact["raw"] == "158,190,563.48"
    assert (fact["span"], fact["scope"], fact["basis"]) == ("ytd", "consolidated", "reported")
    assert (fact["page"], fact["table"], fact["row"], fact["column"]) == (2, 1, 3, 2)
    assert fact["box"] == [10.1, 20.2, 30.3, 40.4]


def test_text_facts_have_their_text_as_value(run: Run, workspace: Workspace) -> None:
    (fact,) = _json(run, workspace, "--item", "法定代表人")
    assert (fact["value"], fact["unit"]) == ("[red]王某", None)


@pytest.mark.parametrize("written", ["2019", "2019年", "2019年度", "2019年末", "2019-12-31"])
def test_periods_as_people_write_them(run: Run, workspace: Workspace, written: str) -> None:
    assert [fact["value"] for fact in _json(run, workspace, "--period", written)] == ["126690000.00"]


@pytest.mark.parametrize("written", ["山海冷链", "600001", "山海冷链设备股份有限公司"])
def test_company_by_any_name(run: Run, workspace: Workspace, written: str) -> None:
    assert len(_json(run, workspace, "--company", written)) == 4


def test_a_misspelt_company_is_told(run: Run, workspace: Workspace) -> None:
    code, _, err = run("--workspace", workspace.folder, "facts", "--company", "山海冷连")
    assert code == 2
    assert "是不是 山海冷链？" in err


def test_an_absent_item_is_an_empty_list(run: Run, workspace: Workspace) -> None:
    assert _json(run, workspace, "--item", "商誉") == []


@pytest.mark.parametrize(
    ("option", "written", "count"),
    [
        ("--scope", "合并", 4),
        ("--scope", "parent", 0),
        ("--status", "有冲突", 1),
        ("--status", "verified", 1),
    ],
)
def test_states_by_value_and_by_word(
    run: Run, workspace: Workspace, option: str, written: str, count: int
) -> None:
    assert len(_json(run, workspace, option, written)) == count


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--period", "去岁", "认不出期间"),
        ("--scope", "合并的", "可以写：consolidated（合并）、parent（母公司）"),
        ("--document", "没有.pdf", "没有.pdf"),
    ],
)
def test_wrong_filters(run: Run, workspace: Workspace, option: str, value: str, message: str) -> None:
    code, out, err = run("--workspace", workspace.folder, "facts", option, value)
    assert (code, out) == (2, "")
    assert message in err


def test_table_for_people(run: Run, workspace: Workspace) -> None:
    _, out, _ = run("--workspace", workspace.folder, "facts")
    assert "158,190,563.48" in out
    for word in ("已核对", "未核对", "有冲突", "比较列报", "[red]王某"):
        assert word in out
    assert out.splitlines()[-1] == "共 4 条"


def test_columns_align_by_display_width(run: Run, workspace: Workspace) -> None:
    from caiwen.cli.help import display_width

    _, out, _ = run("--workspace", workspace.folder, "facts", "--item", "营业收入")
    company, document, header, _, *rows = out.splitlines()[:-1]
    assert (company, document) == ("公司：山海冷链设备股份有限公司", f"文件：{REPORT}")
    assert len(rows) == 2
    end = display_width(header[: header.index("数值") + 2])
    for row in rows:
        number = next(word for word in row.split() if "," in word)
        assert display_width(row[: row.index(number) + len(number)]) == end


def test_show_tells_the_whole_story(run: Run, workspace: Workspace) -> None:
    (fact,) = _json(run, workspace, "--item", "营业收入", "--period", "2020")
    _, out, _ = run("--workspace", workspace.folder, "facts", "show", fact["id"])
    for line in (
        "公司：山海冷链设备股份有限公司 600001",
        "位置：第 2 页 表 2 第 4 行第 3 列",
        "列标题：项目 / 2020年度",
    ):
        assert line in out


def test_correcting_keeps_the_old_value_and_says_who(run: Run, workspace: Workspace) -> None:
    (fact,) = _json(run, workspace, "--item", "营业收入", "--period", "2020")
    words = (
        "facts",
        "correct",
        fact["id"],
        "--value",
        "158,190,563.84",
        "--author",
        "李某",
        "--reason",
        "看错行",
    )
    code, out, _ = run("--workspace", workspace.folder, *words)
    assert code == 0
    assert "158,190,563.48 → 158,190,563.84" in out
    corrected, printed = _json(run, workspace, "--item", "营业收入", "--period", "2020")
    assert (corrected["value"], corrected["basis"]) == ("158190563.84", "corrected")
    assert printed["value"] == "158190563.48"
    _, out, _ = run("--workspace", workspace.folder, "facts", "show", corrected["id"])
    assert "李某" in out
    assert "看错行" in out


def test_correcting_with_something_else_than_a_number(run: Run, workspace: Workspace) -> None:
    (fact,) = _json(run, workspace, "--item", "营业收入", "--period", "2020")
    words = ("facts", "correct", fact["id"], "--value", "很多", "--author", "李某", "--reason", "看错行")
    code, _, err = run("--workspace", workspace.folder, *words)
    assert code == 2
    assert "“很多”不是一个数" in err


def test_export_writes_numbers_exact_text_and_links(run: Run, workspace: Workspace) -> None:
    target = workspace.folder / "底稿.xlsx"
    code, out, _ = run("--workspace", workspace.folder, "facts", "export", target, "--company", "600001")
    assert code == 0
    assert "4 条" in out
    sheet = openpyxl.load_workbook(target)["事实"]
    header, *rows = sheet.iter_rows()
    names = [cell.value for cell in header]
    by_item = {row[names.index("项目")].value: row for row in rows}
    cells = dict(zip(names, by_item["存货"], strict=True))
    assert Decimal(str(cells["数值"].value)) == Decimal("-5.00")
    assert cells["数值"].number_format == "#,##0.00"
    assert cells["精确值"].value == "-5.00"
    assert cells["页"].hyperlink.target.endswith("#page=2")
    assert cells["状态"].value == "有冲突"


def test_export_refuses_another_suffix_and_nothing_to_write(run: Run, workspace: Workspace) -> None:
    folder = ("--workspace", workspace.folder, "facts", "export")
    assert "以 .xlsx 结尾" in run(*folder, "底稿.csv")[2]
    assert run(*folder, "底稿.xlsx", "--item", "商誉")[0] == 2


def test_search_json_lines(run: Run, workspace: Workspace) -> None:
    words = ("--workspace", workspace.folder, "search", "冷链设备", "-k", "3", "--json")
    code, out, _ = run(*words)
    (hit,) = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert list(hit) == ["document", "page", "score", "section", "text", "box"]
    assert (hit["document"], hit["page"], hit["section"]) == (REPORT, 1, "第三节 / 主要业务")


def test_search_narrowed_to_another_period_finds_nothing(run: Run, workspace: Workspace) -> None:
    words = ("--workspace", workspace.folder, "search", "冷链设备")
    assert REPORT in run(*words, "--period", "2020")[1]
    assert run(*words, "--period", "2018")[1] == ""


def test_coverage_counts_there_missing_and_conflict(run: Run, workspace: Workspace) -> None:
    _, out, _ = run("--workspace", workspace.folder, "coverage", "--json")
    (row,) = [json.loads(line) for line in out.splitlines()]
    assert (row["entity"], row["period"], row["documents"]) == ("山海冷链", "2020", [REPORT])
    assert row["items"]["营业收入"] == "there"
    assert row["items"]["存货"] == "conflict"
    assert row["items"]["净利润"] == "missing"


def test_config_show_is_the_resolved_file(run: Run, workspace: Workspace) -> None:
    (workspace.folder / "caiwen.yaml").write_text("search:\n  k: 7\n", encoding="utf-8")
    _, out, _ = run("--workspace", workspace.folder, "config", "show")
    assert "k: 7" in out
    assert "busy_seconds: 30.0" in out


def test_page_of_a_file_that_is_gone(run: Run, workspace: Workspace) -> None:
    code, _, err = run("--workspace", workspace.folder, "page", f"{REPORT}:2", "--png", "页.png")
    assert code == 2
    assert "文件已不在原处" in err


def test_documents_show_and_remove(run: Run, workspace: Workspace) -> None:
    folder = ("--workspace", workspace.folder)
    code, out, _ = run(*folder, "documents", "show", REPORT)
    assert code == 0
    for line in (f"位置：/材料/{REPORT}", "类别：年度报告", "代码：600001", "期间：2020"):
        assert line in out.splitlines()
    assert run(*folder, "search", "冷链设备")[1] != ""
    assert run(*folder, "documents", "remove", REPORT)[0] == 0
    assert run(*folder, "facts")[1] == ""
    assert run(*folder, "search", "冷链设备")[1] == ""
    assert run(*folder, "documents", "remove", REPORT)[0] == 2


def test_documents_json(run: Run, workspace: Workspace) -> None:
    (document,) = map(json.loads, run("--workspace", workspace.folder, "documents", "--json")[1].splitlines())
    assert (document["document"], document["kind"], document["period"]) == (REPORT, "annual_report", "2020")
