"""What is slow to make from a large store, kept in a file for the next process: the book of companies.

Kept under the state of the store and the rules that made it: after an ingest, a correction or a removal, or by another
version of caiwen, it is made anew. Nothing depends on the file; a damaged one counts as none.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from caiwen.ask.companies import CompanyBook, Names
from caiwen.store.records import Company

_FEWEST = 500
"""Companies from which on reading a file is quicker than making the book."""
_RULES = (
    "ask/companies.py",
    "ask/shelf.py",
    "ask/words.yaml",
    "ask/regions.yaml",
    "finance/companies.py",
    "finance/text.py",
    "store/companies.py",
)


class Shelf:
    """One file. Processes may share it; it is written beside and renamed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def book(self, stamp: str, make: Callable[[], CompanyBook]) -> CompanyBook:
        """The book for this state of the store: read from the file, or made and written for a large market."""
        mark = f"{stamp} {_rules()}"
        found = self._read(mark)
        if found is not None:
            return found
        made = make()
        if len(made.all) >= _FEWEST:
            self._write(mark, made)
        return made

    def _read(self, mark: str) -> CompanyBook | None:
        with suppress(OSError, ValueError, TypeError, LookupError, AttributeError):
            kept: dict[str, Any] = json.loads(self._path.read_text(encoding="utf-8"))
            if kept["mark"] == mark:
                companies = [
                    Company(who, code, tuple(full), tuple(short), sector, filings)
                    for who, code, full, short, sector, filings in kept["companies"]
                ]
                return CompanyBook(companies, names=Names(kept["official"], kept["loose"], kept["lengths"]))
        return None

    def _write(self, mark: str, book: CompanyBook) -> None:
        names = book.names
        kept = {
            "mark": mark,
            "companies": [astuple(company) for company in book.all],
            "official": names.official,
            "loose": names.loose,
            "lengths": names.lengths,
        }
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        with suppress(OSError):  # a folder that cannot be written: the next process makes it again
            self._path.parent.mkdir(exist_ok=True)
            beside.write_text(json.dumps(kept, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
            beside.replace(self._path)


@cache
def _rules() -> str:
    """Changes with the rules by which a book is made."""
    made = hashlib.sha256()
    for name in _RULES:
        made.update(files("caiwen").joinpath(name).read_bytes())
    return made.hexdigest()[:16]
