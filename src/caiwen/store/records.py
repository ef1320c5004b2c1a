"""What the store hands out besides facts and passages."""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from caiwen.errors import DocumentError, system_words
from caiwen.records import Filing


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it lies in a folder. ``path``: absolute, as text."""

    path: str
    size: int
    mtime_ns: int

    @property
    def name(self) -> str:
        return self.path.replace("\\", "/").rsplit("/", 1)[-1]

    @classmethod
    def of(cls, path: Path) -> Source:
        try:
            state = path.stat()
        except OSError as error:
            raise DocumentError(
                f"无法读取文件（{system_words(error)}）", where=path.name, hint="请检查路径和权限"
            ) from error
        if not stat.S_ISREG(state.st_mode):
            raise DocumentError("不是普通文件（文件夹、管道或设备）", where=path.name)
        return cls(str(path.resolve()), state.st_size, state.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Near:
    """The most similar document in the store. ``same_content``: word for word, store only the link."""

    sha256: str
    similarity: float
    same_content: bool = False


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document in the store. ``sources``: every path under which this very content was found.

    ``name``: the file name of the first of them. ``ingested``: UTC, ISO.
    """

    sha256: str
    name: str
    format: str
    filing: Filing
    pages: int
    parser: str
    ingested: str
    sources: tuple[Source, ...] = ()
    warnings: tuple[str, ...] = ()
    extra: dict[str, str] = field(default_factory=dict)
    near_duplicate_of: str | None = None
    similarity: float | None = None
    content_in: str | None = None

    @property
    def path(self) -> str | None:
        return self.sources[0].path if self.sources else None


@dataclass(frozen=True, slots=True)
class Added:
    """What ``Store.add`` wrote. ``twins``: facts left out because another of the same place and meaning
    is there already."""

    facts: int
    passages: int
    replaced: bool
    twins: int = 0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Company:
    """A company over all documents: ``who`` is its code, or its full name where no code is known.

    Names are ordered by the latest filing that uses them, newest first.
    """

    who: str
    code: str | None
    full_names: tuple[str, ...] = ()
    short_names: tuple[str, ...] = ()
    sector: str = "general"
    filings: int = 0

    @property
    def name(self) -> str:
        return (self.short_names or self.full_names or (self.who,))[0]


class Cell(NamedTuple):
    """What ranking needs of a number without dimensions; the whole fact is fetched for the few that are shown.

    ``value``: exact, as text; ``status``: of the enumeration; ``document``: its number, see ``Reader.numbers``.
    """

    who: str
    value: str
    status: str
    document: int


@dataclass(frozen=True, slots=True)
class Correction:
    """A line of the log of corrections. ``created``: UTC, ISO."""

    document: str
    fact_id: str
    corrected_id: str
    old_value: Decimal | None
    old_text: str | None
    value: Decimal | None
    text: str | None
    unit: str | None
    author: str
    reason: str
    created: str


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the outbox: this document's passages changed."""

    seq: int
    sha256: str
