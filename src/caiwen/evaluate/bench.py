"""What a suite needs of a workspace. :class:`caiwen.workspace.Workspace` fulfils it; tests use small ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from caiwen.records import Fact
from caiwen.store.records import Company


class FactSource(Protocol):
    def facts(self, *, document: str | None = None) -> Sequence[Fact]:
        """All facts, or those of the document with this file name."""
        ...


class Library(FactSource, Protocol):
    def document_paths(self) -> Mapping[str, Path]:
        """File name → where the file lies now."""
        ...


class Answerer(Protocol):
    def ask_record(self, question: str, within: Sequence[str] | None = None) -> Mapping[str, Any]:
        """The JSON record of ``caiwen ask --json``."""
        ...


class Service(Answerer, Protocol):
    """Answers many, after it has read ahead."""

    def warm(self) -> None: ...


class Bench(Answerer, Protocol):
    """Asks, and says whether there is any fact of an item."""

    def facts(self, *, item: str | None = None, limit: int | None = None) -> Sequence[Fact]: ...

    def companies_named(self, name: str) -> Sequence[Company]:
        """By code or any name."""
        ...
