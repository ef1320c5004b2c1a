"""The audit of files that others made: the contract, what is found, what cannot be read."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from caiwen.dataset.audit import Audit, audit
from caiwen.dataset.pair_files import read
from caiwen.errors import CaiwenError, NotFoundError
from caiwen.workspace import Workspace
from tests.cli.conftest import Run, run
from tests.dataset.making import build, workspace

__all__ = ["run"]

RIGHT = ("山海冷链2020年营业收入是多少？", "山海冷链2020年营业收入为1,200.00元。")
WRONG = ("山海冷链2020年净利润是多少？", "山海冷链2020年净利润为160.00元。")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return workspace(tmp_path_factory.mktemp("w") / "w")


def alpaca(*pairs: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"instruction": q, "input": "", "output": a} for q, a in pairs]


def write(path: Path, data: Any) -> Path:
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in data)
    path.write_text(
        lines if path.suffix == ".jsonl" else json.dumps(data, ensure_ascii=False), encoding="utf-8"
    )
    return path


def test_the_contract_of_the_record(made: Workspace, tmp_path: Path) -> None:
    record = audit(write(tmp_path / "a.json", alpaca(RIGHT, WRONG)), made.store).record()
    assert (record["pairs"], record["claims"]) == (2, 2)
    (claim,) = record["unsupported"]
    assert {"pair", "claim", "kind", "nearest"} <= set(claim)
    assert (claim["pair"], claim["claim"], claim["kind"]) == ("2", "160.00元", "value")
    assert "净利润 = 150.00元" in claim["nearest"]


@pytest.mark.parametrize(
    "data",
    [
        alpaca(RIGHT, WRONG),
        [
            {"conversations": [{"from": "human", "value": q}, {"from": "gpt", "value": a}]}
            for q, a in (RIGHT, WRONG)
        ],
        [
            {"messages": [{"role": "user", "content": q}, {"role": "assistant", "content": a}]}
            for q, a in (RIGHT, WRONG)
        ],
    ],
    ids=["alpaca", "sharegpt", "openai"],
)
@pytest.mark.parametrize("suffix", [".json", ".jsonl"])
def test_all_styles_are_read_alike(made: Workspace, tmp_path: Path, data: list[Any], suffix: str) -> None:
    found = audit(write(tmp_path / f"a{suffix}", data), made.store)
    assert (found.pairs, [c.text for _, c in found.found]) == (2, ["160.00元"])


def test_earlier_turns_are_audited_and_give_the_subject(made: Workspace, tmp_path: Path) -> None:
    row = {"instruction": "资产总计呢？", "output": "6,001.00元。", "history": [list(WRONG)]}
    found = audit(write(tmp_path / "a.json", [row]), made.store)
    assert sorted(c.text for _, c in found.found) == ["160.00元", "6,001.00元"]


def test_rounded_hedged_and_derived_claims_count_as_supported(made: Workspace, tmp_path: Path) -> None:
    answers = [
        "山海冷链2020年净利润增长约67%。",
        "山海冷链2020年净利润增长超过65%。",
        "山海冷链2020年净利润比2019年增加60元。",
    ]
    data = alpaca(*[("山海冷链2020年净利润如何？", a) for a in answers])
    found = audit(write(tmp_path / "a.json", data), made.store)
    assert found.found == []
    assert set(found.supports) <= {"hedged", "rounded", "derived"}


def test_what_the_material_prints_in_prose_counts_as_text(made: Workspace, tmp_path: Path) -> None:
    data = alpaca(
        (
            "山海冷链2020年现聘任会计师事务所的报酬是多少？",
            "山海冷链2020年现聘任明正会计师事务所，报酬110万元。",
        )
    )
    found = audit(write(tmp_path / "a.json", data), made.store)
    assert found.supports == {"text": 1}
    wrong = alpaca(
        (
            "山海冷链2020年现聘任会计师事务所的报酬是多少？",
            "山海冷链2020年现聘任明正会计师事务所，报酬117万元。",
        )
    )
    assert audit(write(tmp_path / "b.json", wrong), made.store).supports == {"none": 1}


def test_statements_about_what_is_usual_are_no_claims_about_a_company(
    made: Workspace, tmp_path: Path
) -> None:
    data = alpaca(("什么是重大影响？", "通常持股20%至50%即认为有重大影响。"))
    assert audit(write(tmp_path / "a.json", data), made.store).claims == 0


def test_pairs_that_name_nobody_mean_the_company_of_the_file(made: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", alpaca(("公司2020年营业收入？", "公司2020年营业收入为1,234.00元。")))
    assert audit(path, made.store, company="山海冷链").found[0][1].contradicted
    with pytest.raises(NotFoundError, match="材料里没有这家公司"):
        audit(path, made.store, company="云岭精密")


def test_broken_rows_are_told_by_line_and_the_rest_is_read(tmp_path: Path) -> None:
    lines = [
        json.dumps(alpaca(RIGHT)[0], ensure_ascii=False),
        "{不是 JSON",
        '{"instruction": "甲？"}',
        '{"output": "乙。"}',
        "[1]",
        '{"conversations": [{"from": "human"}]}',
        "",
        json.dumps(alpaca(WRONG)[0], ensure_ascii=False),
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    found = read(path)
    assert [p.number for p in found.pairs] == [1, 8]
    assert [b.split("：")[0] for b in found.broken] == ["第 2 行", "第 3 条", "第 4 条", "第 5 条", "第 6 条"]
    assert "缺少 output" in found.broken[1]
    assert "缺少 instruction" in found.broken[2]


@pytest.mark.parametrize(
    ("text", "message"),
    [("[{", "不是合法的 JSON"), ('[{"q": "甲"}]', "没有一条完整的问答"), ("", "没有一条完整的问答")],
)
def test_files_without_a_pair_are_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CaiwenError, match=message):
        read(path)
    with pytest.raises(CaiwenError, match="读不出来"):
        read(tmp_path / "没有.json")
    path.write_bytes("中文".encode("gbk"))
    with pytest.raises(CaiwenError, match="UTF-8"):
        read(path)


def test_a_workspace_without_material_is_told(tmp_path: Path) -> None:
    empty = Workspace.init(tmp_path / "w")
    with pytest.raises(CaiwenError, match="还没有材料"):
        audit(write(tmp_path / "a.json", alpaca(RIGHT)), empty.store)


class Marks(HTMLParser):
    """The marked words of a page; parsing also shows that it is well-formed enough."""

    def __init__(self) -> None:
        super().__init__()
        self.marked: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag == "mark"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.marked.append(data)
            self.inside = False


def test_the_command_reports_on_the_terminal_in_json_and_in_html(
    made: Workspace, tmp_path: Path, run: Run
) -> None:
    nasty = ("山海冷链2020年净利润<b>？", "山海冷链2020年净利润为161.00元<script>。")
    path = write(tmp_path / "a.json", alpaca(RIGHT, WRONG, nasty))
    code, out, _ = run(
        "dataset",
        "audit",
        path,
        "--against",
        made.folder,
        "--json",
        tmp_path / "r.json",
        "--html",
        tmp_path / "r.html",
    )
    assert code == 0
    assert "160.00元：数值不对（与事实矛盾）" in out
    assert "3 对问答，3 个论断，2 个没有支持，其中 2 个与事实矛盾" in out
    record = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert [u["claim"] for u in record["unsupported"]] == ["160.00元", "161.00元"]
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    marks = Marks()
    marks.feed(page)
    assert marks.marked == ["160.00元", "161.00元"]
    assert "<script>" not in page


def test_broken_rows_are_warned_of_and_bad_files_end_with_two(
    made: Workspace, tmp_path: Path, run: Run
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(alpaca(RIGHT)[0], ensure_ascii=False) + "\n{坏\n", encoding="utf-8")
    code, _, err = run("dataset", "audit", path, "--against", made.folder)
    assert code == 0
    assert "第 2 行" in err
    path.write_text("{坏\n", encoding="utf-8")
    code, _, err = run("dataset", "audit", path, "--against", made.folder)
    assert code == 2
    assert "没有一条完整的问答" in err


def test_changed_pairs_of_a_build_are_found_and_the_rest_left_alone(made: Workspace, tmp_path: Path) -> None:
    """A small version of benchmarks/dataset_mutations.py: one digit of every second answer is changed."""
    _, rows = build(made, generators={"facts": {}, "formulas": {}})
    chosen = [r for r in rows if "." in r["answer"] and "山海冷链" in r["question"]]
    data = []
    for number, row in enumerate(chosen):
        at = row["answer"].rindex(".") - 1
        digit = "7" if row["answer"][at] != "7" else "8"
        changed = row["answer"][:at] + digit + row["answer"][at + 1 :]
        data.append(
            {
                "id": str(number),
                "instruction": row["question"],
                "output": changed if number % 2 else row["answer"],
            }
        )
    found: Audit = audit(write(tmp_path / "a.json", data), made.store)
    flagged = {int(pair.id) for pair, _ in found.found}
    wanted = {n for n in range(len(chosen)) if n % 2}
    assert len(wanted) > 60
    assert not flagged - wanted
    assert len(flagged) >= 0.97 * len(wanted)
