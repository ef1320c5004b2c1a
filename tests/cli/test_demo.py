"""The demo: the whole loop on the sample material, once, and what stands in its output."""

import json
import re
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image

from caiwen.cli.demo_model import learn
from caiwen.finance.formulas import evaluate
from caiwen.workspace import Workspace
from tests.cli.conftest import Run

REPORT = "砚川精工_2023年年度报告.pdf"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def test_it_reads_answers_and_shows_the_page(shown: tuple[Path, str]) -> None:
    folder, out = shown
    assert "新读入 8 份" in out
    assert "失败" not in out
    for figure in ("2,415,623,108.74", "12.94%", "61,848,507,670.62", "21,252,498,488.83"):
        assert figure in out
    assert f"{REPORT}  第 18 页" in out
    assert out.splitlines()[-1].startswith(f"演示完成：工作区在 {folder}")


def test_the_page_has_a_red_box(shown: tuple[Path, str]) -> None:
    image = Image.open(shown[0] / "出处.png").convert("RGB")
    reds = sum(count for count, colour in image.getcolors(1 << 24) or [] if colour == (220, 20, 20))
    assert reds > 200


def test_running_it_again_reads_nothing_anew(shown: tuple[Path, str], run: Run) -> None:
    code, out, _ = run("demo", shown[0], "--no-train")
    assert code == 0
    assert "没有变化 8 份" in out


def test_without_the_examples_it_says_so(run: Run, tmp_path: Path) -> None:
    code, _, err = run("demo", tmp_path / "w", "--examples", tmp_path)
    assert code == 2
    assert "找不到样例材料" in err
    assert not (tmp_path / "w").exists()


def test_a_file_that_was_not_read_is_no_success(run: Run, tmp_path: Path) -> None:
    (tmp_path / "material").mkdir()
    (tmp_path / "material" / "空.pdf").write_bytes(b"")
    (tmp_path / "material" / "讲义.md").write_text("# 讲义\n\n资产等于负债加所有者权益。\n", encoding="utf-8")
    (tmp_path / "questions.txt").write_text("资产等于什么？\n", encoding="utf-8")
    code, out, err = run("demo", tmp_path / "w", "--examples", tmp_path)
    assert code == 2
    assert "有 1 份样例没有读成" in err
    assert "演示完成" not in out


@pytest.mark.slow
def test_the_small_model_sits_its_exam_before_and_after(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch", reason="torch is not installed (extra: train)")
    pytest.importorskip("peft", reason="peft is not installed (extra: train)")
    workspace = Workspace.init(tmp_path / "w")
    workspace.ingest([EXAMPLES / "material" / "财务分析讲义_样例.md"], workers=1)
    recipes = tmp_path / "train"
    recipes.mkdir()
    wanted = (EXAMPLES / "train" / "dataset.yaml").read_text(encoding="utf-8")
    short = re.sub(r"points: .*", "points: [债券定价]", wanted)
    (recipes / "dataset.yaml").write_text(short, encoding="utf-8")
    tune = (EXAMPLES / "train" / "tune.yaml").read_text(encoding="utf-8")
    quick = re.sub(
        r"num_train_epochs: .*", "max_steps: 3\nlogging_steps: 1", tune.replace("logging_steps: 10\n", "")
    ).replace("hidden_size: 128", "hidden_size: 16")
    (recipes / "tune.yaml").write_text(quick, encoding="utf-8")
    learn(workspace, recipes)
    out = capsys.readouterr().out
    assert "训练前" in out
    assert "只看选项（对照）" in out
    assert re.search(r"证券 +8 +\d+\.\d% +\d+\.\d%", out)
    assert (workspace.folder / "runs" / "demo" / "loss.png").stat().st_size > 1000


def _one_fact(run: Run, folder: Path, *words: str) -> dict[str, object]:
    _, out, _ = run("--workspace", folder, "facts", "--document", REPORT, *words, "--json", "--limit", 1)
    fact = json.loads(out)
    assert isinstance(fact, dict)
    return fact


def test_page_of_a_fact(shown: tuple[Path, str], run: Run, tmp_path: Path) -> None:
    fact = _one_fact(run, shown[0], "--item", "资产总计", "--period", "2023")
    code, out, _ = run("--workspace", shown[0], "page", fact["id"], "--png", tmp_path / "页.png", "--dpi", 72)
    assert code == 0
    width, height = Image.open(tmp_path / "页.png").size
    assert f"{width}×{height}" in out
    assert 590 < width < 600


def test_page_of_a_document(shown: tuple[Path, str], run: Run, tmp_path: Path) -> None:
    folder = ("--workspace", shown[0], "page")
    assert run(*folder, f"{REPORT}:1", "--png", tmp_path / "页.png")[0] == 0
    assert "没有第 999 页" in run(*folder, f"{REPORT}:999", "--png", tmp_path / "页.png")[2]
    assert "以 .png 结尾" in run(*folder, f"{REPORT}:1", "--png", tmp_path / "页.jpg")[2]
    assert "没有页面图" in run(*folder, "砚川精工_新闻.jsonl:1", "--png", tmp_path / "页.png")[2]


def test_an_answer_follows_a_correction(shown: tuple[Path, str], run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "w"
    workspace = Workspace.init(folder)
    source = Workspace(shown[0]).document_paths()[REPORT]
    workspace.ingest([source], workers=1)
    question = "砚川精工2023年末商誉是多少？"
    before = workspace.ask(question)
    fact = _one_fact(run, folder, "--item", "商誉", "--period", "2023", "--scope", "合并")
    assert before.values[0].value == fact["value"]
    words = (
        "facts",
        "correct",
        fact["id"],
        "--value",
        "1,234.00",
        "--author",
        "李某",
        "--reason",
        "核对原件",
    )
    assert run("--workspace", folder, *words)[0] == 0
    after = Workspace(folder).ask(question)
    assert (after.values[0].value, after.values[0].basis) == ("1234.00", "corrected")
    assert "李某" in after.answer or "更正" in after.answer


def test_explain_and_workpaper_of_a_calculation(shown: tuple[Path, str], run: Run, tmp_path: Path) -> None:
    target = tmp_path / "底稿.xlsx"
    question = "砚川精工2023年的资产负债率是多少？"
    code, out, _ = run("--workspace", shown[0], "ask", question, "--explain", "--xlsx", target)
    assert code == 0
    for title in ("计划：", "所看的事实：", "[用]", "计算：", "用时："):
        assert title in out
    sheet = openpyxl.load_workbook(target)["数值"]
    formulas = [cell.value for cell in sheet["I"] if str(cell.value).startswith("=")]
    assert len(formulas) == 2
    links = [cell.hyperlink.target for cell in sheet["P"] if cell.hyperlink]
    assert links
    assert all("#page=" in link for link in links)


def _computed(sheet: Worksheet, cell: str) -> Decimal:
    """What a spreadsheet program would show in ``cell``."""
    content = str(sheet[cell].value)
    if not content.startswith("="):
        return Decimal(content)
    references = {name: _computed(sheet, name) for name in re.findall(r"I\d+", content)}
    return evaluate(content[1:].replace("^", "**"), references)


@pytest.mark.parametrize(
    "question",
    [
        "砚川精工2023年的资产负债率是多少？",
        "砚川精工2023年毛利率比上年增长多少？",
        "砚川精工和星垣岭证券2023年的净利润合计是多少？",
    ],
)
def test_formulas_of_a_workpaper_give_the_stated_values(
    shown: tuple[Path, str], run: Run, tmp_path: Path, question: str
) -> None:
    assert run("--workspace", shown[0], "ask", question, "--xlsx", tmp_path / "底稿.xlsx")[0] == 0
    sheet = openpyxl.load_workbook(tmp_path / "底稿.xlsx")["数值"]
    rows = [row for row in range(2, sheet.max_row + 1) if str(sheet[f"I{row}"].value).startswith("=")]
    assert len(rows) >= 2
    for row in rows:
        stated = Decimal(sheet[f"J{row}"].value)
        assert abs(_computed(sheet, f"I{row}") - stated) <= Decimal("0.005"), row


def test_expected_answers_of_the_examples(shown: tuple[Path, str], run: Run, tmp_path: Path) -> None:
    questions = Path(__file__).resolve().parents[2] / "examples" / "expected.jsonl"
    target = tmp_path / "结果.json"
    code, out, _ = run("--workspace", shown[0], "eval", "questions", questions, "--json", target)
    record = json.loads(target.read_text(encoding="utf-8"))
    assert code == 0
    assert record["failures"] == [], out
    assert record["figures"]["right"]["n"] == len(questions.read_text(encoding="utf-8").splitlines())


def test_identities_of_the_examples_hold(shown: tuple[Path, str], run: Run, tmp_path: Path) -> None:
    target = tmp_path / "结果.json"
    assert run("--workspace", shown[0], "eval", "identities", "--json", target)[0] == 0
    holds = json.loads(target.read_text(encoding="utf-8"))["figures"]["holds"]
    assert holds["n"] > 100
    assert holds["hits"] == holds["n"]


def test_a_sample_is_drawn_with_pictures(shown: tuple[Path, str], run: Run, tmp_path: Path) -> None:
    words = ("--workspace", shown[0], "eval", "sample", "--count", 6, "--document", REPORT)
    code, out, _ = run(*words, "--output", tmp_path / "抽样.csv", "--images", tmp_path / "图")
    assert code == 0
    assert "已抽出 6 条事实" in out
    assert len(list((tmp_path / "图").glob("*.png"))) == 6
    assert "还没有填" in run("eval", "sample", "--judged", tmp_path / "抽样.csv")[2]
    assert "要么用 --output" in run("eval", "sample")[2]


def test_recall_in_a_workspace_of_its_own(run: Run, tmp_path: Path) -> None:
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts" / "表.csv").write_text(
        "doc,year,field,literal_in_doc,team_table_value_yuan,page\n"
        f'{REPORT},2023,营业收入,"2,415,623,108.74",2415623108.74,18\n'
        f"{REPORT},2023,营业收入,9.99,9.99,\n",
        encoding="utf-8",
    )
    examples = Path(__file__).resolve().parents[2] / "examples" / "material"
    words = ("eval", "facts", "--gold", tmp_path / "facts" / "表.csv", "--documents", examples)
    code, out, _ = run(*words, "--json", tmp_path / "结果.json")
    record = json.loads((tmp_path / "结果.json").read_text(encoding="utf-8"))
    assert code == 0
    assert (record["figures"]["recall"]["n"], record["figures"]["recall"]["hits"]) == (2, 1)
    assert "最接近的（同项目同期间）：营业收入" in out
