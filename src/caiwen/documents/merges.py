"""What openpyxl's streaming mode leaves out of a sheet: merged ranges, and formulas saved without a result."""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z$\d:]+)"')
_UNCACHED = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\s[^>]*/>)\s*(?:<(?:\w+:)?v\s*/>|<v></v>)?\s*</(?:\w+:)?c>"
)
_CORNER = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})$")


@dataclass(frozen=True, slots=True)
class Range:
    """A merged range by its top left cell, from 0."""

    row: int
    column: int
    rowspan: int = 1
    colspan: int = 1


@dataclass(frozen=True, slots=True)
class SheetFacts:
    merged: tuple[Range, ...] = ()
    uncached: int = 0
    """Formulas whose result the file does not hold."""


def sheet_facts(path: Path) -> dict[str, SheetFacts]:
    """By sheet title. Sheets in a dialect that is not understood are left out."""
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        return {title: _read(archive, part) for title, part in _parts(archive, names) if part in names}


def _parts(archive: zipfile.ZipFile, names: set[str]) -> list[tuple[str, str]]:
    from lxml import etree

    book, links = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
    if book not in names or links not in names:
        return []
    safe = etree.XMLParser(resolve_entities=False, no_network=True)
    targets = {e.get("Id"): e.get("Target") or "" for e in etree.fromstring(archive.read(links), safe)}
    sheets = etree.fromstring(archive.read(book), safe).iter(f"{_MAIN}sheet")
    return [(s.get("name") or "", _resolve(targets.get(s.get(_REL)) or "")) for s in sheets]


def _resolve(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))


def _read(archive: zipfile.ZipFile, part: str) -> SheetFacts:
    """The two facts by pattern: a full parse of a large sheet would take as long as reading it."""
    data = archive.read(part)
    found = (_range(m.group(1).decode("ascii", "replace")) for m in _MERGED.finditer(data))
    return SheetFacts(tuple(r for r in found if r is not None), len(_UNCACHED.findall(data)))


def _range(reference: str) -> Range | None:
    first, _, last = reference.partition(":")
    start, end = _CORNER.match(first), _CORNER.match(last or first)
    if start is None or end is None:
        return None
    row, column = int(start[2]) - 1, _column(start[1])
    return Range(row, column, int(end[2]) - row, _column(end[1]) - column + 1)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
