"""The point of it all: every claim of a draft is held against its own evidence before it may leave."""

from __future__ import annotations

import re
from decimal import Decimal

from caiwen.dataset.check import Checker, Run
from caiwen.dataset.ledger import Ledger, describe
from caiwen.dataset.mentions import ordinals
from caiwen.dataset.placed import written
from caiwen.dataset.records import Claim, Draft, Pair, PairStatus, Support
from caiwen.finance.amount import amounts_in, parse_number, parse_scale
from caiwen.finance.text import normalise
from caiwen.records import Basis, Fact

_NUMERAL = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
CHECKS = ("数字", "单位", "期间", "公司", "科目", "原文")


def verify(draft: Draft) -> Pair:
    """verified: all claims of all turns are borne out and the facts agree with their print. rejected: a claim is
    contradicted, or a numeral belongs to no claim. unverified: a claim that the evidence leaves open."""
    ledger = Ledger.of(draft.evidence.facts)
    for who, name in draft.companies:
        ledger.name(who, name)
    checker = Checker(ledger, draft.evidence.texts)
    claims: list[Claim] = []
    loose: list[str] = []
    history: tuple[tuple[str, str], ...] = ()
    for question, answer in (*draft.history, (draft.question, draft.answer)):
        run = Run(checker, normalise(question), normalise(answer), history)
        found = run.claims()
        claims += found
        loose += uncovered(run, found)
        history = (*history, (question, answer))
    doubts: list[str] = []
    if draft.model:
        claims, doubts = written(draft, claims, checker)
    return _decided(draft, claims, loose, doubts)


def _decided(draft: Draft, claims: list[Claim], loose: list[str], doubts: list[str]) -> Pair:
    failed = [c for c in claims if c.support is Support.NONE]
    reasons = [f"{c.text}：{c.why}{'，最近的是 ' + c.nearest if c.nearest else ''}" for c in failed]
    reasons += doubts
    reasons += [f"{text}：没有出处的数字" for text in loose]
    misread = [f for f in draft.evidence.facts if not printed_alike(f)]
    reasons += [f"{describe(f)}：与原文“{f.observation.raw}”不符" for f in misread]
    if not reasons:
        return Pair(draft, PairStatus.VERIFIED, tuple(claims), checks=CHECKS)
    rejected = any(c.contradicted for c in failed) or loose or misread
    status = PairStatus.REJECTED if rejected else PairStatus.UNVERIFIED
    return Pair(draft, status, tuple(claims), tuple(reasons))


def uncovered(run: Run, claims: list[Claim]) -> list[str]:
    """Numerals of an answer that no claim, period, name or citation holds and the question does not state."""
    spans = [(c.start, c.end) for c in claims]
    spans += [(m.start, m.end) for m in run.mentions if m.kind not in ("number", "amount")]
    spans += [m.span() for m in ordinals().finditer(run.answer)]
    known = {m[0] for text in (run.question, *run.texts) for m in _NUMERAL.finditer(text)}
    left = []
    for match in _NUMERAL.finditer(run.answer):
        inside = any(a < match.end() and match.start() < b for a, b in spans)
        if not inside and match[0] not in known and Decimal(match[0].replace(",", "")) not in run.constants:
            left.append(match[0])
    return left


def printed_alike(fact: Fact) -> bool:
    """The value is the printed number in its scale; texts and corrections are taken as they are."""
    seen = fact.observation
    if fact.value is None or fact.basis is Basis.CORRECTED or not seen.raw:
        return True
    scale = parse_scale(f"单位：{seen.scale}") if seen.scale else None
    factor = scale.factor if scale else Decimal(1)
    number = parse_number(seen.raw)
    if number is not None:
        return abs(number) * factor == abs(fact.value) or abs(number) == abs(fact.value)
    return any(abs(m.value) == abs(fact.value) for m in amounts_in(seen.raw)) or not re.search(
        r"\d", seen.raw
    )
