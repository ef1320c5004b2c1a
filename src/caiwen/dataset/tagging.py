"""Curriculum stage, difficulty and knowledge points of a draft."""

from __future__ import annotations

from dataclasses import replace

from caiwen.dataset.mentions import formula_names
from caiwen.dataset.records import Draft
from caiwen.finance.formulas import lower
from caiwen.finance.items import taxonomy
from caiwen.finance.knowledge_points import point, points_of

_STAGES = {"bank": "bank", "insurer": "insurance", "broker": "securities"}
_HARD = 3
_HEAD = 200


def tagged(draft: Draft, sector: str = "general") -> Draft:
    """``sector``: of the company; financial companies make a pair one of their stage, points can do so too."""
    found = draft.points or _shown(draft)
    stage = _STAGES.get(sector, draft.stage)
    if stage == "general" and found:
        known = {p.stage for p in map(point, found) if p is not None}
        stage = known.pop() if len(known) == 1 else stage
    difficulty = min(_HARD, max(draft.difficulty, 2 if len(draft.history) else 1))
    return replace(draft, points=found, stage=stage, difficulty=difficulty)


def _shown(draft: Draft) -> tuple[str, ...]:
    """By the facts behind a pair and what it asks; what a model wrote also by its answer."""
    asked = "\n".join((*(q for q, _ in draft.history), draft.question))
    names = {f.item for f in draft.evidence.facts}
    names |= {name for _, _, name in formula_names().find(lower(asked))}
    names |= {m.item.name for m in taxonomy().find_in(asked)}
    return points_of(asked, names) or (points_of(draft.answer[:_HEAD]) if draft.model else ())
