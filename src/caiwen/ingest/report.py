"""What an ingest did, file by file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """duplicate: the very same bytes under another name. near_duplicate: the same text in other bytes, linked.

    skipped: a file of no known kind, met while walking a folder.
    """

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    NEAR_DUPLICATE = "near_duplicate"
    SKIPPED = "skipped"
    FAILED = "failed"


WORDS = {
    Outcome.ADDED: "新读入",
    Outcome.UPDATED: "更新",
    Outcome.UNCHANGED: "没有变化",
    Outcome.DUPLICATE: "重复",
    Outcome.NEAR_DUPLICATE: "内容重复",
    Outcome.SKIPPED: "跳过",
    Outcome.FAILED: "失败",
}


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """``path``: as given or found. ``reason``: why a file failed or was skipped, or what it repeats.

    ``warnings``: what is wrong with a file that was read nevertheless. ``seconds``: from first task to stored.
    """

    path: str
    outcome: Outcome
    sha256: str | None = None
    reason: str = ""
    warnings: tuple[str, ...] = ()
    pages: int = 0
    lost_pages: int = 0
    facts: int = 0
    passages: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        return f"{self.path}：{self.reason or WORDS[self.outcome]}"


@dataclass(frozen=True, slots=True)
class Progress:
    """``pages_total`` counts the pages of the files opened so far. ``file``: the last one that moved."""

    files_done: int
    files_total: int
    pages_done: int
    pages_total: int
    file: str = ""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """``files``: in the order of the folders, whatever the order in which they were read."""

    files: tuple[FileOutcome, ...]
    seconds: float

    @property
    def counts(self) -> dict[Outcome, int]:
        counted = Counter(file.outcome for file in self.files)
        return {outcome: counted[outcome] for outcome in Outcome if counted[outcome]}

    @property
    def failures(self) -> tuple[FileOutcome, ...]:
        return tuple(file for file in self.files if file.outcome is Outcome.FAILED)

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(f"{file.path}：{warning}" for file in self.files for warning in file.warnings)

    @property
    def pages(self) -> int:
        return sum(file.pages for file in self.files)

    @property
    def facts(self) -> int:
        return sum(file.facts for file in self.files)

    @property
    def passages(self) -> int:
        return sum(file.passages for file in self.files)

    def __str__(self) -> str:
        counts = "，".join(f"{WORDS[outcome]} {number} 份" for outcome, number in self.counts.items())
        made = (
            f"：{self.pages:,} 页，{self.facts:,} 条事实，{self.passages:,} 段文字"
            if self.pages or self.facts
            else ""
        )
        return f"{counts or '没有文件'}{made}，用时 {self.seconds:.1f} 秒"
