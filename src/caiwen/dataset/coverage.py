"""Coverage of the knowledge points: which have too few pairs, what fills them, what material the empty ones need."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from caiwen.dataset.data import load
from caiwen.dataset.generators import concepts, exercises
from caiwen.dataset.generators.wording import Wordings, drafts
from caiwen.dataset.records import Draft
from caiwen.finance.knowledge_points import points

_TURNS = 8
"""So many exercises a missing pair are drawn over the whole table, so that each kind gets its share."""


def lacking(counts: Mapping[str, int], least: int) -> dict[str, int]:
    """How many pairs each point is short of."""
    return {p.name: least - counts.get(p.name, 0) for p in points() if counts.get(p.name, 0) < least}


def fillers(counts: Mapping[str, int], least: int, wordings: Wordings, seed: int) -> Iterator[Draft]:
    """Terms, formulas and exercises of the points that lack pairs, in further wordings; ``counts`` is read as it grows."""
    short = lacking(counts, least)
    if not short:
        return
    known = (*concepts.of_glossary(), *concepts.of_formulas())
    for thing in known:
        if any(counts.get(p, 0) < least for p in set(thing.points) & set(short)):
            yield from drafts(thing, wordings, {})
    for draft in exercises.exercises(max(short.values()) * _TURNS, seed + 1):
        if any(counts.get(p, 0) < least for p in set(draft.points) & set(short)):
            yield draft


def wanted_material(counts: Mapping[str, int], among: Collection[str] = ()) -> dict[str, str]:
    """For every point (``among``, if that is given) without a pair: which material would give some."""
    hints: dict[str, str] = load("naming.yaml")["material"]
    asked = (p for p in points() if not among or p.name in among)
    return {p.name: hints[p.area] for p in asked if not counts.get(p.name)}
