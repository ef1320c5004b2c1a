"""Suite ``places``: does every fact's printed text stand where it says, and its label beside it?

The file is read again, without the tables of the extraction. It proves the citation, and that number and label share
a row (or a column); not that item, period and unit were understood: for that a person judges a sample.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from caiwen.evaluate.alignment import beside, inside
from caiwen.evaluate.bench import Library
from caiwen.evaluate.framework import Case, Outcome
from caiwen.evaluate.page_text import PageTexts
from caiwen.records import Basis, Fact


class Places:
    name = "places"
    title = "出处"
    metrics: Mapping[str, str] = {
        "page": "所引页上有原文和行标题",
        "box": "原文在框内（PDF）",
        "row": "行标题与原文同行或在同列上方（PDF）",
        "right": "全部对",
    }

    def __init__(self, library: Library, document: str | None = None) -> None:
        self.facts: dict[str, tuple[Fact, Path]] = {}
        for name, path in library.document_paths().items():
            if document in (None, name) and path.is_file():
                self.facts |= {
                    fact.id: (fact, path) for fact in library.facts(document=name) if _printed(fact)
                }

    def cases(self) -> Sequence[Case]:
        return [_case(fact, path) for fact, path in self.facts.values()]

    def score(self, case: Case) -> Outcome:
        fact, path = self.facts[case.id]
        seen, page = fact.observation, PageTexts(path)
        needles = [seen.raw, seen.label] if seen.label else [seen.raw]
        scores = {
            "page": page.holds(seen.page, *needles),
            "box": inside(path, seen.page, seen.box, seen.raw),
            "row": beside(path, seen.page, seen.box, seen.label),
        }
        return Outcome(case, scores | {"right": False not in scores.values()})


def _printed(fact: Fact) -> bool:
    """A person's correction was never printed."""
    return fact.basis is not Basis.CORRECTED and bool(fact.observation.raw)


def _case(fact: Fact, path: Path) -> Case:
    seen = fact.observation
    data = {
        "page": str(seen.page),
        "item": fact.item,
        "period": fact.period,
        "raw": seen.raw,
        "label": seen.label,
    }
    return Case(fact.id, path.name, data)
