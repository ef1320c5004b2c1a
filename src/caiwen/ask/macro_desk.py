"""Where answering meets the macro figures of the store: which series there are, kept until the store changes; planning, replies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from caiwen.ask.macro import MacroParser
from caiwen.ask.macro_answers import MacroAnswerer
from caiwen.ask.macro_follow import complete
from caiwen.ask.macro_reply import MacroReply
from caiwen.ask.plan import Clarify, Macro, Unanswerable
from caiwen.ask.reading import read_companies, tidy
from caiwen.ask.within import Universe
from caiwen.records import FilingKind
from caiwen.records.macro import SeriesHead, StoredPoint


class MacroStore(Protocol):
    """The part of the store that questions about macro figures need."""

    def series_heads(self) -> list[SeriesHead]: ...

    def series_points(
        self, indicator: str, regions: Sequence[str] = (), forms: Sequence[str] = ()
    ) -> list[StoredPoint]: ...


class MacroDesk:
    """One for each Asker."""

    def __init__(self, store: MacroStore) -> None:
        self._store = store
        self._parser: tuple[str, MacroParser] | None = None

    def plan(self, question: str, limit: Universe, today: date) -> Macro | Clarify | Unanswerable | None:
        """A plan where the question names an indicator of which there are figures, and no company."""
        parser = self._parsing(limit.world.stamp)
        if not parser.names:
            return None
        plan = parser.parse(question, today)
        if plan is not None and read_companies(tidy(question), limit.world.book):
            return None
        texts = any(d.filing.kind is not FilingKind.DATA for d in limit.world.documents)
        return None if isinstance(plan, Unanswerable) and texts else plan  # a report may tell it

    def complete(self, question: str, previous: str, limit: Universe, today: date) -> str | None:
        """The question in full where it leans on an earlier one about macro figures."""
        parser = self._parsing(limit.world.stamp)
        if not parser.names or read_companies(tidy(question), limit.world.book):
            return None
        return complete(question, previous, parser, today)

    def reply(self, plan: Macro, limit: Universe) -> MacroReply:
        def points(name: str, regions: Sequence[str]) -> list[StoredPoint]:
            found = self._store.series_points(name, regions)
            allowed = limit.documents
            return [p for p in found if allowed is None or p.point.observation.document in allowed]

        return MacroAnswerer(points, plan).answer()

    def _parsing(self, stamp: str) -> MacroParser:
        made = self._parser
        if made is None or made[0] != stamp:
            made = self._parser = (stamp, MacroParser(self._store.series_heads()))
        return made[1]
