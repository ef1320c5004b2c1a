"""Sidecars of PDFs and other formats reach the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from caiwen.records import FilingKind
from caiwen.workspace import Workspace
from tests.documents.hostile import one_page

TOLD = "kind: 研究报告\nissuer: 沧岚证券研究所\npublished: 2024-03-05\nperiod: 2023\ntitle: 冷链行业深度\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.init(tmp_path / "w")


@pytest.mark.parametrize("name", ["深度.pdf", "深度.md", "深度.txt"])
def test_a_sidecar_tells_kind_publisher_and_dates(workspace: Workspace, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith(".pdf"):
        path.write_bytes(one_page())
    else:
        path.write_text("# 深度\n\n冷链需求稳定。\n", encoding="utf-8")
    (tmp_path / "深度.yaml").write_text(TOLD, encoding="utf-8")
    assert workspace.ingest([path]).failures == ()
    (found,) = workspace.documents()
    filing = found.filing
    assert (filing.kind, filing.issuer, filing.published, filing.period, filing.title) == (
        FilingKind.RESEARCH, "沧岚证券研究所", "2024-03-05", "2023", "冷链行业深度",
    )  # fmt: skip


@pytest.mark.parametrize(
    "text", ["kind: 小说\n", "published: 昨天\n", "effective: [2020\n", "isued: 1\ntitle: x\n"]
)
def test_a_bad_one_is_one_line_and_stops_only_its_file(
    workspace: Workspace, tmp_path: Path, text: str
) -> None:
    for number, name in enumerate(("甲.pdf", "乙.pdf")):
        (tmp_path / name).write_bytes(one_page(f"BT /F 12 Tf 72 700 Td (page {number}) Tj ET".encode()))
    (tmp_path / "甲.yaml").write_text(text, encoding="utf-8")
    report = workspace.ingest([tmp_path / "甲.pdf", tmp_path / "乙.pdf"])
    (failure,) = report.failures
    assert "随附的说明文件" in str(failure)
    assert "\n" not in str(failure)
    assert [document.name for document in workspace.documents()] == ["乙.pdf"]
