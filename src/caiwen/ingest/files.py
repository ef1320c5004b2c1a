"""Which files: folders walked in a fixed order, with what no one means to read left out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_NOISE = ("~$", ".")
_NOISE_NAMES = frozenset({"thumbs.db", "desktop.ini", "caiwen.yaml"})
_TEXT_ENDINGS = frozenset(
    {
        ".txt",
        ".text",
        ".md",
        ".markdown",
        ".html",
        ".htm",
        ".xhtml",
        ".mht",
        ".csv",
        ".tsv",
        ".json",
        ".jsonl",
        ".ndjson",
    }
)
"""In a folder, text is read only under these endings: else every script and log would become a document."""
_BINARY = frozenset({"pdf", "docx", "xlsx"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """``named``: the user named this file; else it was met while walking a folder."""

    path: Path
    shown: str
    named: bool


def candidates(paths: Iterable[Path]) -> list[Candidate]:
    """Every file once, in the order given; within a folder by name. Missing files are kept: reading them fails."""
    found: dict[Path, Candidate] = {}
    for path in paths:
        if path.is_dir():
            for file in _walk(path):
                found.setdefault(_real(file), Candidate(file, str(file), named=False))
        else:
            key = _real(path)
            found[key] = Candidate(path, str(path), named=True) if key not in found else found[key]
    return list(found.values())


def wanted_kind(candidate: Candidate, kind: str) -> bool:
    """Whether a file of this kind (by content) is to be read."""
    return candidate.named or kind in _BINARY or candidate.path.suffix.lower() in _TEXT_ENDINGS


def disguised(path: Path, kind: str) -> str | None:
    """What is wrong with text under the ending of a binary document: a saved error page, a wrong download."""
    ending = path.suffix.lower()
    if kind in _BINARY or ending.removeprefix(".") not in _BINARY:
        return None
    words = {"html": "网页", "csv": "表格文本", "jsonl": "JSON"}
    return f"扩展名是 {ending}，内容却是{words.get(kind, '普通文本')}"


def looks_meant(candidate: Candidate) -> bool:
    """Whether a file that cannot be read is worth a line among the failures: named, or by its ending a document."""
    endings = _TEXT_ENDINGS | {f".{kind}" for kind in _BINARY} | {".doc", ".xls"}
    return candidate.named or candidate.path.suffix.lower() in endings


def _walk(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _noise(name))
        for name in sorted(files):
            if not _noise(name):
                yield Path(here, name)


def _noise(name: str) -> bool:
    return name.startswith(_NOISE) or name.lower() in _NOISE_NAMES


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
