"""What execution found, before it is put into words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from caiwen.ask.changes import Comparison
from caiwen.ask.figures import Figure
from caiwen.ask.plan import CompanyRef, Condition, Order, PeriodRef

FindingKind = Literal[
    "value", "change", "direction", "members", "rank", "same", "sum", "mean", "difference", "count",
    "check", "above", "times", "common", "round", "list", "place", "sum_all", "mean_all", "median_all",
]  # fmt: skip


@dataclass(slots=True)
class Finding:
    """One part of the answer. ``name``: the measure in words; ``subject``: whom and when it is about.

    ``answers`` come first in the record, then ``alternatives``; ``beside`` are lines always shown together.
    """

    kind: FindingKind
    name: str
    company: CompanyRef | None = None
    period: PeriodRef | None = None
    answers: list[Figure] = field(default_factory=list)
    alternatives: list[Figure] = field(default_factory=list)
    beside: list[Figure] = field(default_factory=list)
    comparison: Comparison | None = None
    operands: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    order: Order | None = None
    lead: str = ""
    """Of findings over many companies: which ones (注册地址在江苏的)."""
    spoken: list[str] = field(default_factory=list)
    """The periods in words, where there are several."""
    total: int = 0
    """How many companies were listed or added up."""
    companies: list[CompanyRef] = field(default_factory=list)
    condition: Condition | None = None
    """What was asked to hold, of findings that say whether it does."""


@dataclass(slots=True)
class Outcome:
    """All findings of a plan; ``missing``: in words, what the material does not hold."""

    findings: list[Finding] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
