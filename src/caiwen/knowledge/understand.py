"""Document → everything that caiwen knows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from caiwen.records import Document, Fact, Filing, Passage, Status
from caiwen.records.policy import PolicyRecord

_NAMED = 4
"""How many items a warning names before it only counts them."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What one document yields. ``warnings`` are Chinese, for the user."""

    filing: Filing
    facts: tuple[Fact, ...]
    passages: tuple[Passage, ...]
    warnings: tuple[str, ...] = ()
    policy: PolicyRecord | None = None


def understand(document: Document, *, today: date | None = None) -> Knowledge:
    """The filing, its reconciled facts and its passages. ``today`` bounds the periods that can have been reported."""
    # All the rules of reading: a question, which needs this package only for its policies, does not load them.
    from caiwen.knowledge.extractors import EXTRACTORS
    from caiwen.knowledge.filing import recognise
    from caiwen.knowledge.passages import passages
    from caiwen.knowledge.policy import read_policy
    from caiwen.knowledge.reconcile import reconcile
    from caiwen.knowledge.told_filing import with_told
    from caiwen.knowledge.workbook import lacking, with_titles

    filing = with_titles(with_told(recognise(document), document), document)
    facts: dict[str, Fact] = {}
    for extract in EXTRACTORS:
        for fact in extract(document, filing):
            facts.setdefault(fact.id, fact)
    kept = [fact for fact in facts.values() if today is None or fact.period[:4] <= str(today.year)]
    checked = reconcile(kept)
    return Knowledge(
        filing,
        tuple(checked),
        tuple(passages(document)),
        (*_warnings(checked), *lacking(document, filing, checked)),
        read_policy(document, filing),
    )


def _warnings(facts: list[Fact]) -> list[str]:
    """One line for each check that failed on facts which nothing else confirms."""
    from caiwen.knowledge.reconcile import BROKEN

    broken: dict[str, set[str]] = {}
    for fact in facts:
        if fact.status is Status.CONFLICT:
            for check in fact.checks:
                broken.setdefault(check, set()).add(f"{fact.period}{fact.item}")
    return [
        f"勾稽{check}（{'、'.join(sorted(where))}）"
        for check, where in broken.items()
        if check.startswith(BROKEN)
    ]
