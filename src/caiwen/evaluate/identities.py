"""Suite ``identities``: do the accounting identities hold, by document, scope and period?

The checks were made when the document was understood, and stand on its facts; this suite counts them. An identity
does not apply where an item of it is not printed. Weak identities (sums of lines that may be incomplete) can only
confirm, so they are not counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Protocol

from caiwen.evaluate.bench import FactSource
from caiwen.evaluate.framework import Case, Outcome
from caiwen.knowledge.reconcile import BROKEN, Identity, identities
from caiwen.records import Fact
from caiwen.records.words import BASIS_WORDS, SCOPE_WORDS
from caiwen.store.records import StoredDocument


class Shelf(FactSource, Protocol):
    def documents(self) -> Sequence[StoredDocument]: ...


class Identities:
    name = "identities"
    title = "会计恒等式"
    metrics: Mapping[str, str] = {"holds": "成立"}

    def __init__(self, shelf: Shelf, document: str | None = None) -> None:
        self._checks: dict[str, bool | None] = {}
        self._cases: list[Case] = []
        for stored in shelf.documents():
            if document is None or document in (stored.name, stored.sha256):
                self._add(stored, shelf.facts(document=stored.sha256))

    def _add(self, stored: StoredDocument, facts: Sequence[Fact]) -> None:
        for (statement, scope, period, basis), checks in sorted(_statements(facts).items()):
            group = f"{stored.name} {scope} {period} {basis}"
            for identity in _strong(statement):
                case_id = f"{stored.sha256[:12]}/{scope}/{period}/{basis}/{identity.name}"
                self._cases.append(Case(case_id, group, {"document": stored.name, "identity": identity.name}))
                self._checks[case_id] = _state(identity.name, checks)

    def cases(self) -> Sequence[Case]:
        return self._cases

    def score(self, case: Case) -> Outcome:
        return Outcome(case, {"holds": self._checks[case.id]}, case.group)


def _strong(statement: str) -> list[Identity]:
    return [identity for identity in identities() if identity.statement == statement and not identity.weak]


def _statements(facts: Sequence[Fact]) -> dict[tuple[str, str, str, str], set[str]]:
    """The names of all checks on the facts of one statement, scope, period and basis."""
    known = {identity.statement for identity in identities()}
    found: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
    for fact in facts:
        if fact.source in known:
            key = (fact.source, SCOPE_WORDS[fact.scope], fact.period, BASIS_WORDS[fact.basis])
            found[key].update(fact.checks)
    return found


def _state(name: str, checks: set[str]) -> bool | None:
    if BROKEN + name in checks:
        return False
    return True if name in checks else None
