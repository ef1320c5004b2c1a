"""YAML beside a document."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from caiwen.documents import read
from caiwen.errors import DocumentError

TEXT = "# 样票办法\n\n第一条 样票由专人保管。\n"


def write(folder: Path, sidecar: str | None, name: str = "样票办法.yaml") -> Path:
    path = folder / "样票办法.md"
    path.write_text(TEXT, encoding="utf-8")
    if sidecar is not None:
        (folder / name).write_text(sidecar, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["样票办法.yaml", "样票办法.md.yaml"])
def test_it_is_read_with_the_document(tmp_path: Path, name: str) -> None:
    found = read(write(tmp_path, "effective: 2020-03-01\nrepeals: [旧办法]\n", name))
    assert json.loads(found.extra["sidecar"]) == {"effective": "2020-03-01", "repeals": ["旧办法"]}


def test_none_is_fine_and_other_yaml_is_left_alone(tmp_path: Path) -> None:
    assert "sidecar" not in read(write(tmp_path, None)).extra
    assert "sidecar" not in read(write(tmp_path, "model: llama\n")).extra


def test_mistakes_are_told(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="不认识的键：efective"):
        read(write(tmp_path, "efective: 2020-03-01\nissued: 2020-01-01\n"))
    with pytest.raises(DocumentError, match="不是正确的 YAML"):
        read(write(tmp_path, "effective: [2020"))
