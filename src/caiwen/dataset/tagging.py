"""Curriculum stage, difficulty and knowledge points of a draft."""

from __future__ import annotations

from dataclasses import replace

from caiwen.dataset.mentions import formula_names
from caiwen.dataset.records import Draft
from caiwen.finance.knowledge_points import point, points_of

_STAGES = {"bank": "bank", "insurer": "insurance", "broker": "securities"}
_HARD = 3


def tagged(draft: Draft, sector: str = "general") -> Draft:
    """``sector``: of the company; financial companies make a pair one of their stage, points can do so too."""
    names = {f.item for f in draft.evidence.facts}
    names |= {name for _, _, name in formula_names().find(draft.question)}
    shown = points_of(draft.question, names) or points_of(draft.answer[:200])
    found = tuple(dict.fromkeys((*draft.points, *shown)))
    stage = _STAGES.get(sector, draft.stage)
    if stage == "general" and found:
        known = [p.stage for p in map(point, found) if p is not None]
        stage = known[0] if known and len(set(known)) == 1 else stage
    difficulty = min(_HARD, max(draft.difficulty, 2 if len(draft.history) else 1))
    return replace(draft, points=found, stage=stage, difficulty=difficulty)
