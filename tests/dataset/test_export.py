"""Exports that trainers read unchanged, with their card and picture."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from caiwen.dataset.export import FORMATS, STYLES, export, pairs
from caiwen.dataset.picture import coverage_picture
from caiwen.dataset.rows import PROVENANCE
from caiwen.errors import CaiwenError, NotFoundError
from caiwen.finance.knowledge_points import points
from tests.dataset.making import build, workspace


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = workspace(tmp_path_factory.mktemp("w") / "w")
    build(made, corpus={}, system="你是财务助理。", split={"evidence": 0.1})
    return made.folder / "datasets" / "d"


def read(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".json":
        found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
        return found
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    parquet = pytest.importorskip("pyarrow.parquet")
    table: list[dict[str, Any]] = parquet.read_table(path).to_pylist()
    return table


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("style", STYLES)
def test_every_style_in_every_format_keeps_text_and_provenance(
    folder: Path, tmp_path: Path, style: str, form: str
) -> None:
    if form == "parquet":
        pytest.importorskip("pyarrow")
    counts = export(folder, tmp_path, style=style, form=form)
    built = {row["id"]: row for row in pairs(folder)}
    seen = 0
    for split in ("train", "wording", "evidence"):
        for row in read(tmp_path / f"d_{split}.{form}"):
            source = built[row["caiwen_id"]]
            assert {f"caiwen_{name}" for name in PROVENANCE} <= set(row)
            assert all(row[f"caiwen_{name}"] == source[name] for name in PROVENANCE)
            assert split == source["split"]
            assert last(row) == (source["question"], source["answer"])
            seen += 1
    assert seen == len(built) == sum(n for part, n in counts.items() if part != "corpus")
    assert len(read(tmp_path / f"d_corpus.{form}")) == counts["corpus"] > 0


def last(row: dict[str, Any]) -> tuple[str, str]:
    if "instruction" in row:
        return row["instruction"], row["output"]
    talk = row.get("conversations") or row["messages"]
    texts = [turn.get("value") or turn.get("content") for turn in talk]
    return texts[-2], texts[-1]


def test_dialogues_are_whole_in_every_style(folder: Path, tmp_path: Path) -> None:
    built = [row for row in pairs(folder, "train") if row["history"]]
    assert built
    for style in STYLES:
        export(folder, tmp_path / style, style=style)
    talk = {row["caiwen_id"]: row for row in read(tmp_path / "openai" / "d_train.json")}[built[0]["id"]]
    assert [m["role"] for m in talk["messages"]][:3] == ["system", "user", "assistant"]
    assert len(talk["messages"]) == 1 + 2 * (len(built[0]["history"]) + 1)
    alpaca = {row["caiwen_id"]: row for row in read(tmp_path / "alpaca" / "d_train.json")}
    assert alpaca[built[0]["id"]]["history"] == built[0]["history"]


def test_rows_with_history_come_first_in_alpaca_files(folder: Path, tmp_path: Path) -> None:
    """Readers guess the type of a column from the head of a file; empty lists say nothing."""
    export(folder, tmp_path, form="jsonl")
    flags = [bool(row["history"]) for row in read(tmp_path / "d_train.jsonl")]
    assert flags[0]
    assert flags == sorted(flags, reverse=True)


def test_dataset_info_names_files_columns_and_keeps_other_entries(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "dataset_info.json").write_text('{"mine": {"file_name": "m.json"}}', encoding="utf-8")
    export(folder, tmp_path, style="openai", form="jsonl")
    info = json.loads((tmp_path / "dataset_info.json").read_text(encoding="utf-8"))
    assert info["mine"] == {"file_name": "m.json"}
    assert info["d_train"]["file_name"] == "d_train.jsonl"
    assert info["d_train"]["tags"]["assistant_tag"] == "assistant"
    assert info["d_corpus"]["columns"] == {"prompt": "text"}
    for entry in info.values():
        if entry["file_name"] != "m.json":
            (first, *_) = read(tmp_path / entry["file_name"])
            assert set(entry["columns"].values()) - {"system"} <= set(first)


def test_unverified_pairs_leave_only_when_asked_for_and_rejected_never(folder: Path, tmp_path: Path) -> None:
    path = folder / "pairs.jsonl"
    whole = path.read_text(encoding="utf-8")
    first, *rest = [json.loads(line) for line in whole.splitlines()]
    doubtful = [{**first, "status": "unverified"}, {**rest[0], "status": "rejected"}, *rest[1:]]
    path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in doubtful) + "\n", encoding="utf-8")
    try:
        plain = sum(n for p, n in export(folder, tmp_path / "a").items() if p != "corpus")
        more = sum(n for p, n in export(folder, tmp_path / "b", unverified=True).items() if p != "corpus")
    finally:
        path.write_text(whole, encoding="utf-8")
    assert (plain, more) == (len(rest) - 1, len(rest))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("style", STYLES)
def test_datasets_loads_a_folder_unchanged(folder: Path, tmp_path: Path, style: str, form: str) -> None:
    datasets = pytest.importorskip("datasets")
    counts = export(folder, tmp_path / "x", style=style, form=form)
    loaded = datasets.load_dataset(str(tmp_path / "x"), cache_dir=str(tmp_path / "cache"))
    assert {split: len(rows) for split, rows in loaded.items()} == {
        split: n for split, n in counts.items() if split != "corpus"
    }
    texts = datasets.load_dataset(str(tmp_path / "x"), "corpus", cache_dir=str(tmp_path / "cache"))
    assert len(texts["train"]) == counts["corpus"]


def test_the_card_tells_counts_sources_checks_and_licence(folder: Path, tmp_path: Path) -> None:
    counts = export(folder, tmp_path)
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert f"| {counts['train']:,} |" in text
    for part in (
        "## 数量",
        "## 核对",
        "## 出处",
        "## 许可",
        "山海冷链_2020年年度报告.pdf",
        "split: evidence",
    ):
        assert part in text, part


def test_the_picture_has_a_bar_and_a_label_for_every_point() -> None:
    counts = {point.name: number for number, point in enumerate(points())}
    picture = coverage_picture(counts)
    ElementTree.fromstring(picture)
    for point in points():
        assert f">{point.name}</text>" in picture
    assert "知识点覆盖：77 / 78" in picture
    widths = [int(w) for w in re.findall(r'<rect x="\d+" y="\d+" width="(\d+)" height="10"', picture)]
    assert len(widths) == 78
    assert max(widths) == widths[-1]


def test_unknown_styles_and_folders_without_a_build_are_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CaiwenError, match="alpaca、sharegpt、openai"):
        export(folder, tmp_path, style="chatml")
    with pytest.raises(NotFoundError, match="没有建好的数据集"):
        export(tmp_path, tmp_path)
