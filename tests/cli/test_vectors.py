"""An embedding endpoint that is down is told, and the search goes on by words."""

from __future__ import annotations

from pathlib import Path

from caiwen.workspace import Workspace
from tests.cli.conftest import Run


def test_a_dead_endpoint_is_a_warning(run: Run, tmp_path: Path) -> None:
    folder = Workspace.init(tmp_path / "w").folder
    settings = folder / "caiwen.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace("embedding: null", "embedding: http://127.0.0.1:9/v1#m"), encoding="utf-8"
    )
    (tmp_path / "讲义.md").write_text("# 讲义\n\n资产等于负债加所有者权益。\n", encoding="utf-8")
    code, _, err = run("--workspace", folder, "ingest", tmp_path / "讲义.md")
    assert code == 0
    assert "向量检索没有用上，只按词检索：http://127.0.0.1:9/v1：向量接口没有应答" in err
    code, out, err = run("--workspace", folder, "search", "负债")
    assert code == 0
    assert "资产等于负债" in out
    assert "向量检索没有用上" in err


def test_an_address_without_a_model_is_refused(run: Run, tmp_path: Path) -> None:
    folder = Workspace.init(tmp_path / "w").folder
    settings = folder / "caiwen.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("embedding: null", "embedding: http://127.0.0.1:9/v1"), encoding="utf-8")
    code, _, err = run("--workspace", folder, "search", "负债")
    assert code == 2
    assert "后面要写模型名" in err
