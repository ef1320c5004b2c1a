"""What the documents in the store say about each other.

The same thing (company, item, dimensions, period, span, scope) printed in two documents:

- equal within the precision of the coarser print → verified, in both;
- different, stated by filings of the same report period (a report and its summary, say) → conflict, in both;
- different, stated by a later filing → a restatement, not a conflict: both stay as they are, and each
  names the other.

A column marked 调整前 repeats the past and can only confirm it. The outcome is a function of the facts
present, whatever the order in which their documents came.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from caiwen.finance.amount import parse_number
from caiwen.finance.period import Period
from caiwen.records import Basis, Status

_DECIMALS = re.compile(r"[.．](\d+)")
_MOST_NAMES = 3
AGREES = "与另一文件一致"


@dataclass(frozen=True, slots=True)
class Claim:
    """One document's value. ``vintage``: the report period of the filing that states it."""

    place: tuple[int, int]
    document: str
    vintage: str
    basis: Basis
    value: Decimal
    raw: str

    @property
    def resolution(self) -> Decimal:
        """The value of one unit in the last printed place: 100 for 12.34 in 万元; 0 when unknown."""
        printed = parse_number(self.raw)
        if not printed or not self.value:
            return Decimal(0)
        decimals = _DECIMALS.search(self.raw)
        scale = abs(self.value / printed)
        return scale.scaleb(-len(decimals.group(1))) if decimals else scale

    def agrees(self, other: Claim) -> bool:
        if self.value == other.value:
            return True
        mine, theirs = self.resolution, other.resolution
        return mine != theirs and abs(self.value - other.value) <= (mine + theirs) / 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """``status``: None when the other documents neither confirm nor contradict. ``checks``: for the reader."""

    status: Status | None
    checks: tuple[str, ...]


def judge(claims: Sequence[Claim]) -> dict[tuple[int, int], Verdict]:
    """Verdicts for those claims about one thing that another document bears on."""
    if _all_alike(claims):
        return _confirmed(claims)
    found = {}
    for claim in claims:
        others = [other for other in claims if other.place[0] != claim.place[0] and _comparable(claim, other)]
        verdict = _verdict(claim, others)
        if verdict.checks:
            found[claim.place] = verdict
    return found


def _all_alike(claims: Sequence[Claim]) -> bool:
    value, opening = claims[0].value, claims[0].basis is Basis.OPENING
    return all(claim.value == value and (claim.basis is Basis.OPENING) == opening for claim in claims)


def _confirmed(claims: Sequence[Claim]) -> dict[tuple[int, int], Verdict]:
    """The usual case, told by document: the others agree."""
    verdicts = {
        own: Verdict(
            Status.VERIFIED, tuple(_note(AGREES, (claim for claim in claims if claim.place[0] != own)))
        )
        for own in {claim.place[0] for claim in claims}
    }
    return {claim.place: verdicts[claim.place[0]] for claim in claims if verdicts[claim.place[0]].checks}


def combine(own: Status, verdict: Verdict | None) -> Status:
    """A contradiction inside the document or outside it stands; else any confirmation counts."""
    if verdict is None or verdict.status is None or own is Status.CONFLICT:
        return own
    return verdict.status


def _comparable(one: Claim, other: Claim) -> bool:
    if (one.basis is Basis.OPENING) != (other.basis is Basis.OPENING):
        return False
    return Basis.UNADJUSTED not in (one.basis, other.basis) or one.agrees(other)


def _verdict(claim: Claim, others: Sequence[Claim]) -> Verdict:
    agreeing = [other for other in others if claim.agrees(other)]
    if len(agreeing) == len(others):
        return Verdict(Status.VERIFIED if agreeing else None, tuple(_note(AGREES, agreeing)))
    differing = [other for other in others if other not in agreeing]
    contradicting = [other for other in differing if other.vintage == claim.vintage]
    checks = [
        *_note(AGREES, agreeing),
        *_note("同期文件数值不同", contradicting),
        *_note("后来重述", (other for other in differing if _later(other, claim))),
        *_note("与此前披露不同", (other for other in differing if _later(claim, other))),
    ]
    if agreeing:
        return Verdict(Status.VERIFIED, tuple(checks))
    return Verdict(Status.CONFLICT if contradicting else None, tuple(checks))


def _note(words: str, claims: Iterable[Claim]) -> list[str]:
    names = sorted({claim.document for claim in claims})
    if not names:
        return []
    more = f"等{len(names)}份" if len(names) > _MOST_NAMES else ""
    return [f"{words}：{'、'.join(names[:_MOST_NAMES])}{more}"]


def _later(one: Claim, other: Claim) -> bool:
    return _order(one.vintage) > _order(other.vintage)


def _order(vintage: str) -> date:
    period = Period.parse(vintage)
    return period.end_date if period else date.min
