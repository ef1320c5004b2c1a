"""The knowledge points of finance by which data is tagged: names, areas, stages and what shows them."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from caiwen.finance.data import load

STAGES = ("general", "bank", "securities", "insurance")


@dataclass(frozen=True, slots=True)
class Point:
    """``keywords`` show it in a text, ``names`` are items and formulas that belong to it."""

    name: str
    area: str
    stage: str
    keywords: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@cache
def points() -> tuple[Point, ...]:
    """All of them, area by area."""
    found = []
    for area, entry in load("knowledge_points.yaml")["areas"].items():
        for row in entry["points"]:
            names = (*row.get("items", ()), *row.get("formulas", ()))
            stage = row.get("stage", entry["stage"])
            found.append(Point(row["name"], area, stage, tuple(row.get("keywords", ())), names))
    return tuple(found)


@cache
def _by_word() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    words: dict[str, list[str]] = {}
    names: dict[str, list[str]] = {}
    for point in points():
        for word in point.keywords:
            words.setdefault(word, []).append(point.name)
        for name in point.names:
            names.setdefault(name, []).append(point.name)
    pattern = re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))
    fixed = [{k: tuple(v) for k, v in table.items()} for table in (words, names)]
    return pattern, fixed[0], fixed[1]


def points_of(text: str, names: Collection[str] = ()) -> tuple[str, ...]:
    """The points that a text shows, and those of the items and formulas named; in the order of the table."""
    pattern, words, owners = _by_word()
    found = {p for match in pattern.finditer(text) for p in words[match[0]]}
    found |= {p for name in names for p in owners.get(name, ())}
    return tuple(point.name for point in points() if point.name in found)


def point(name: str) -> Point | None:
    return next((p for p in points() if p.name == name), None)
