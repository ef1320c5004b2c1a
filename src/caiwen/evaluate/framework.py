"""Cases, outcomes, rates and reports: what every suite shares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Protocol

from caiwen.scoring import mean_interval, wilson


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to measure. ``group`` is what a table may break the rates down by (a document, a kind)."""

    id: str
    group: str
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The scores of a case: metric name → right, wrong, or None where the metric does not apply.

    ``measures``: metrics that are amounts, whose means are reported. ``note`` says in Chinese why it failed, or what
    was found instead.
    """

    case: Case
    scores: Mapping[str, bool | None]
    note: str = ""
    measures: Mapping[str, float] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        return any(score is False for score in self.scores.values())


class Suite(Protocol):
    """``metrics`` maps the name of each metric to its Chinese title, in the order of the report."""

    name: str
    title: str
    metrics: Mapping[str, str]

    def cases(self) -> Sequence[Case]: ...

    def score(self, case: Case) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class Rate:
    hits: int
    n: int

    @property
    def value(self) -> float | None:
        return self.hits / self.n if self.n else None

    def record(self) -> dict[str, object]:
        low, high = wilson(self.hits, self.n)
        rounded = None if self.value is None else round(self.value, 6)
        return {"n": self.n, "hits": self.hits, "rate": rounded, "interval": [round(low, 6), round(high, 6)]}

    def cells(self) -> list[str]:
        """n, hits, rate and interval as a person reads them."""
        if self.value is None:
            return ["0", "0", "—", "—"]
        low, high = wilson(self.hits, self.n)
        return [f"{self.n:,}", f"{self.hits:,}", f"{self.value:.2%}", f"{low:.2%} – {high:.2%}"]


@dataclass(frozen=True, slots=True)
class Mean:
    values: Sequence[float]

    @property
    def value(self) -> float | None:
        return fmean(self.values) if self.values else None

    def record(self) -> dict[str, object]:
        if self.value is None:
            return {"n": 0, "mean": None, "interval": None}
        low, high = mean_interval(self.values)
        return {
            "n": len(self.values),
            "mean": round(self.value, 6),
            "interval": [round(low, 6), round(high, 6)],
        }

    def cells(self) -> list[str]:
        """As the cells of a rate; nothing is hit or missed."""
        if self.value is None:
            return ["0", "—", "—", "—"]
        low, high = mean_interval(self.values)
        return [f"{len(self.values):,}", "—", f"{self.value:.4f}", f"{low:.4f} – {high:.4f}"]


@dataclass(frozen=True, slots=True)
class Report:
    """What a run of a suite found. ``settings``: the inputs that it was run with."""

    suite: str
    title: str
    metrics: Mapping[str, str]
    outcomes: Sequence[Outcome]
    settings: Mapping[str, str] = field(default_factory=dict)

    def rate(self, metric: str, group: str | None = None) -> Rate:
        chosen = [o for o in self.outcomes if group is None or o.case.group == group]
        scores = [s for o in chosen if (s := o.scores.get(metric)) is not None]
        return Rate(sum(scores), len(scores))

    def mean(self, metric: str, group: str | None = None) -> Mean:
        chosen = (o for o in self.outcomes if group is None or o.case.group == group)
        return Mean([o.measures[metric] for o in chosen if metric in o.measures])

    def figure(self, metric: str, group: str | None = None) -> Rate | Mean:
        """The mean of a metric that any outcome measured, else its rate."""
        measured = any(metric in outcome.measures for outcome in self.outcomes)
        return self.mean(metric, group) if measured else self.rate(metric, group)

    def skipped(self, metric: str, group: str | None = None) -> int:
        """How many cases the metric did not apply to."""
        chosen = [o for o in self.outcomes if group is None or o.case.group == group]
        return sum(o.scores.get(metric) is None and metric not in o.measures for o in chosen)

    @property
    def groups(self) -> list[str]:
        return list(dict.fromkeys(outcome.case.group for outcome in self.outcomes))

    @property
    def failures(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.failed]

    def record(self) -> dict[str, object]:
        """The JSON of ``caiwen eval SUITE --json FILE``."""
        return {
            "suite": self.suite,
            "settings": dict(self.settings),
            "figures": {metric: self._figure(metric) for metric in self.metrics},
            "groups": {g: {m: self._figure(m, g) for m in self.metrics} for g in self.groups},
            "failures": [_failure(outcome) for outcome in self.failures],
        }

    def _figure(self, metric: str, group: str | None = None) -> dict[str, object]:
        return self.figure(metric, group).record() | {"not_applicable": self.skipped(metric, group)}

    def rows(self) -> list[list[str]]:
        """One row a metric: title, n, hits, rate, interval, not applicable."""
        return [[title, *self._cells(metric)] for metric, title in self.metrics.items()]

    def group_rows(self, metric: str) -> list[list[str]]:
        return [[group, *self._cells(metric, group)] for group in self.groups]

    def _cells(self, metric: str, group: str | None = None) -> list[str]:
        return [*self.figure(metric, group).cells(), f"{self.skipped(metric, group):,}"]


def _failure(outcome: Outcome) -> dict[str, object]:
    wrong = [metric for metric, score in outcome.scores.items() if score is False]
    case = outcome.case
    return {"id": case.id, "group": case.group, "wrong": wrong, "case": dict(case.data), "note": outcome.note}


def run(
    suite: Suite,
    settings: Mapping[str, str] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Score every case; ``on_progress`` hears how many are done of how many."""
    cases = suite.cases()
    outcomes: list[Outcome] = []
    for number, case in enumerate(cases, start=1):
        outcomes.append(suite.score(case))
        if on_progress is not None:
            on_progress(number, len(cases))
    return Report(suite.name, suite.title, suite.metrics, outcomes, settings or {})


def ratio_table(titles: Iterable[str]) -> tuple[str, ...]:
    """Headers for ``Report.rows`` and ``Report.group_rows``."""
    return (*titles, "n", "符合", "比率", "95% 区间", "不适用")
