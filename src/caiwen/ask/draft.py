"""An answer under way: its sentences, the figures and quotes behind them, and numbers that need no source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from caiwen.ask.answer import AnswerStatus
from caiwen.ask.compose import Sentence, compose
from caiwen.ask.figures import Figure
from caiwen.ask.findings import Finding, Outcome
from caiwen.ask.macro_reply import MacroReply
from caiwen.ask.passages import Quote
from caiwen.ask.plan import Query
from caiwen.ask.policy_words import PolicyValue


@dataclass(slots=True)
class Draft:
    """An answer under way."""

    status: AnswerStatus
    sentences: list[Sentence] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    outcome: Outcome | None = None
    policy: list[tuple[PolicyValue, Quote | None]] = field(default_factory=list)
    macro: MacroReply | None = None


def together(drafts: Sequence[Draft]) -> Draft:
    """The parts of an answer as one; what is not found is said, and what is found answers."""
    found = any(draft.status == "answered" for draft in drafts)
    outcome = Outcome()
    for draft in drafts:
        if draft.outcome:
            outcome.findings += draft.outcome.findings
            outcome.missing += draft.outcome.missing
    said = {s.text: s for draft in reversed(drafts) for s in reversed(draft.sentences)}
    return Draft(
        "answered" if found else "not_found",
        list(reversed(said.values())),
        [f for draft in drafts for f in draft.figures],
        [q for draft in drafts for q in draft.quotes],
        [k for draft in drafts for k in draft.known],
        outcome,
    )


def drafted(outcome: Outcome, plan: Query) -> Draft:
    figures = [f for finding in outcome.findings for f in _all_figures(finding)]
    known = [*outcome.missing, *(n for f in outcome.findings for n in f.notes)]
    known += counts_of(outcome, plan)
    status: AnswerStatus = "answered" if outcome.findings else "not_found"
    return Draft(status, compose(outcome, plan), figures, known=known, outcome=outcome)


def counts_of(outcome: Outcome, plan: Query) -> list[str]:
    """Numbers that are neither facts nor calculations of facts: bounds, and how many companies there are."""
    found: list[str] = []
    for condition in plan.conditions:
        forms = (condition.value.scaleb(-power) for power in (0, 4, 8))
        found += [f"{form.normalize():f}" for form in (*forms, condition.value * 100)]
    for finding in outcome.findings:
        sizes = (finding.total, len(finding.answers), len(finding.operands), len(finding.companies))
        found += [str(size) for size in sizes]
        found += [str(len(finding.companies) - len(finding.answers)), *finding.warnings, *finding.spoken]
        found += [str(len(finding.companies) - len(finding.operands))]
        found += [str(finding.order.last)] if finding.order else []
    return found


def _all_figures(finding: Finding) -> Iterable[Figure]:
    yield from (*finding.answers, *finding.alternatives, *finding.beside, *finding.operands)
    made = finding.comparison
    if made:
        yield from (f for f in (made.now, made.base, made.rate, made.amount) if f)
