"""The same knowledge as plain text, for continued pre-training: JSON lines of ``text`` with their provenance."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import IO, Any

from caiwen.dataset.config import Corpus as Settings
from caiwen.dataset.records import Draft, Pair, PairStatus, Source
from caiwen.dataset.splitting import TRAIN

CORPUS = "corpus.jsonl"
PROVENANCE = ("id", "generator", "document", "sha256", "page", "facts", "pairs", "stage", "points")
"""The columns that go with every text."""


@dataclass(slots=True)
class Corpus:
    """Writes what verified training pairs tell, each thing once; texts of one source and generator are joined.

    What is held out for testing never enters, nor what is in doubt.
    """

    settings: Settings
    out: IO[str]
    count: int = 0
    _told: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)
    _room: tuple[str, str] = ("", "")
    _parts: list[tuple[str, Pair]] = field(default_factory=list)

    def take(self, pair: Pair) -> None:
        draft = pair.draft
        told = (draft.generator, draft.keys)
        wanted = draft.generator in self.settings.generators and not draft.history
        if not wanted or pair.status is not PairStatus.VERIFIED or pair.split != TRAIN or told in self._told:
            return
        self._told.add(told)
        text, first = prose(draft), draft.sources[0] if draft.sources else Source()
        room = (
            draft.generator,
            f"{first.sha256 or first.document}|{'|'.join(who for who, _ in draft.companies)}",
        )
        if room != self._room or self._length() + len(text) > self.settings.max_chars:
            self.close()
        self._room = room
        self._parts.append((text, pair))

    def _length(self) -> int:
        return sum(len(text) + 1 for text, _ in self._parts)

    def close(self) -> None:
        """Write what is gathered."""
        if self._parts:
            row = _row("\n".join(text for text, _ in self._parts), [pair for _, pair in self._parts])
            self.out.write(json.dumps(row, ensure_ascii=False) + "\n")
            self.count += 1
        self._parts = []


def prose(draft: Draft) -> str:
    """What a pair tells, to be read by itself: answers name company, period and item; exercises need their question."""
    return f"{draft.question}\n{draft.answer}" if draft.generator == "exercises" else draft.answer


def _row(text: str, pairs: list[Pair]) -> dict[str, Any]:
    drafts = [pair.draft for pair in pairs]
    first = next((s for d in drafts for s in d.sources), Source())
    return {
        "text": text,
        "id": hashlib.blake2b(text.encode(), digest_size=8).hexdigest(),
        "generator": drafts[0].generator,
        "document": first.document,
        "sha256": first.sha256,
        "page": first.page or 0,
        "facts": ",".join(dict.fromkeys(s.fact for d in drafts for s in d.sources if s.fact)),
        "pairs": ",".join(pair.id for pair in pairs),
        "stage": drafts[0].stage,
        "points": "；".join(dict.fromkeys(p for d in drafts for p in d.points)),
    }
