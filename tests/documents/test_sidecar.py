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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("effective: 2020年3月1日\n", "effective 应当是 2024-01-31 这样的日期，现在是 2020年3月1日"),
        ("published: 2020-02-30\n", "published 应当是"),
        ("repeals: 旧办法\n", "repeals 应当是一列文字"),
        ("title: [甲]\n", "title 应当是一段文字"),
        ("period: 去年\ncode: 甲\n", "code 应当是六位股票代码"),
    ],
)
def test_wrong_values_are_told_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read(write(tmp_path, text))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
