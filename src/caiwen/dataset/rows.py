"""A pair as one flat JSON line: text, tags, and provenance in scalar columns of one type each."""

from __future__ import annotations

import json
from typing import Any

from caiwen.dataset.records import Pair, Source


def pair_row(pair: Pair) -> dict[str, Any]:
    """Numbers that do not apply are 0, texts empty; rows and columns count from 1, ``history`` is the only list."""
    draft = pair.draft
    first = draft.sources[0] if draft.sources else Source()
    return {
        "id": pair.id,
        "question": draft.question,
        "answer": draft.answer,
        "history": [list(turn) for turn in draft.history],
        "system": draft.system,
        "status": pair.status.value,
        "split": pair.split,
        "generator": draft.generator,
        "template": draft.template,
        "stage": draft.stage,
        "difficulty": draft.difficulty,
        "points": "；".join(draft.points),
        "document": first.document,
        "sha256": first.sha256,
        "page": first.page or 0,
        "box": ",".join(f"{v:.1f}" for v in first.box) if first.box else "",
        "sheet": first.sheet or "",
        "row": 0 if first.row is None else first.row + 1,
        "column": 0 if first.column is None else first.column + 1,
        "facts": ",".join(s.fact for s in draft.sources if s.fact),
        "passage": first.passage,
        "article": first.article,
        "sources": json.dumps([place(s) for s in draft.sources], ensure_ascii=False),
        "keys": "\n".join(draft.keys),
        "model": draft.model,
        "prompt_hash": draft.prompt_hash,
        "checks": "；".join(pair.checks),
        "supports": ",".join(sorted({c.support.value for c in pair.claims})),
        "claims": len(pair.claims),
        "reasons": "；".join(pair.reasons),
    }


PROVENANCE = (
    "id", "status", "split", "generator", "template", "stage", "difficulty", "points", "document", "sha256", "page",
    "box", "sheet", "row", "column", "facts", "passage", "article", "sources", "model", "prompt_hash", "checks",
    "supports", "claims",
)  # fmt: skip
"""The columns that go with every exported pair; trainers ignore them."""


def place(source: Source) -> dict[str, Any]:
    """Only what applies."""
    told = {
        "document": source.document,
        "page": source.page,
        "box": list(source.box) if source.box else None,
        "sheet": source.sheet,
        "row": None if source.row is None else source.row + 1,
        "column": None if source.column is None else source.column + 1,
        "fact": source.fact,
        "passage": source.passage,
        "article": source.article,
    }
    return {key: value for key, value in told.items() if value not in (None, "")}
