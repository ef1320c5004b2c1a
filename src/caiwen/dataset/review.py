"""Decisions of people on pairs: accept, edit, reject. They lie beside the pairs and are applied again by every build."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from caiwen.dataset.records import Pair, PairStatus
from caiwen.errors import CaiwenError

FILE = "decisions.jsonl"
ACTIONS = ("accept", "edit", "reject")


@dataclass(frozen=True, slots=True)
class Decision:
    """``pair``: its id before any edit. ``action``: accept, edit (with the new question and answer) or reject."""

    pair: str
    action: str
    author: str
    question: str = ""
    answer: str = ""
    reason: str = ""
    time: str = ""


@dataclass(slots=True)
class Decisions:
    """The last decision on every pair. The log is only ever appended to."""

    path: Path
    by_pair: dict[str, Decision] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Decisions:
        found = cls(folder / FILE)
        if found.path.is_file():
            for number, line in enumerate(found.path.read_text(encoding="utf-8").splitlines(), start=1):
                if line.strip():
                    found._take(line, number)
        return found

    def _take(self, line: str, number: int) -> None:
        try:
            decision = Decision(**json.loads(line))
        except (json.JSONDecodeError, TypeError) as error:
            raise CaiwenError(f"第 {number} 行不是一条审核记录", where=str(self.path)) from error
        self.by_pair[decision.pair] = decision

    def add(self, decision: Decision) -> None:
        if decision.action not in ACTIONS:
            raise CaiwenError(f"不认识“{decision.action}”", hint=f"可以写：{'、'.join(ACTIONS)}")
        dated = replace(decision, time=datetime.now(UTC).isoformat(timespec="seconds"))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as log:
            log.write(json.dumps(asdict(dated), ensure_ascii=False) + "\n")
        self.by_pair[decision.pair] = dated

    def applied(self, pair: Pair) -> Pair:
        """The pair as a person decided. An accepted one counts as verified by that person, an edited one too."""
        decision = self.by_pair.get(pair.id)
        if decision is None:
            return pair
        by = f"人工：{decision.author}"
        if decision.action == "reject":
            reasons = (by, decision.reason) if decision.reason else (by,)
            return replace(pair, status=PairStatus.REJECTED, claims=(), reasons=reasons)
        if decision.action == "edit":
            return self._edited(pair, decision, by)
        return replace(
            pair, status=PairStatus.VERIFIED, reasons=(), checks=(*pair.checks, by), origin=pair.id
        )

    @staticmethod
    def _edited(pair: Pair, decision: Decision, by: str) -> Pair:
        """The checks and claims were those of the words before: of the new ones only the person can tell."""
        question = decision.question or pair.draft.question
        draft = replace(pair.draft, question=question, answer=decision.answer or pair.draft.answer)
        return Pair(draft, PairStatus.VERIFIED, split=pair.split, checks=(by,), origin=pair.id)


def undecided(rows: Iterable[dict[str, object]], decisions: Decisions) -> list[dict[str, object]]:
    """Rows nobody has decided on; unverified ones first."""
    left = [row for row in rows if str(row["id"]) not in decisions.by_pair]
    return sorted(left, key=lambda row: row["status"] != PairStatus.UNVERIFIED.value)
