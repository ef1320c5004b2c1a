"""Which pairs are kept back: the same facts in other words, and facts that training never sees."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from caiwen.dataset.records import Draft

TRAIN, WORDING, EVIDENCE = "train", "wording", "evidence"
SPLITS = (TRAIN, WORDING, EVIDENCE)


@dataclass(frozen=True, slots=True)
class Splitter:
    """``by_company``: whole companies are held out; else whole items of a company (and whole articles, exercises)."""

    share: float
    by_company: bool
    seed: int

    def split(self, draft: Draft) -> str | None:
        """None for a pair whose facts stand on both sides: it would carry held-out evidence into training."""
        held = {self.is_held(key) for key in draft.keys}
        if held == {True, False}:
            return None
        if held == {True}:
            return EVIDENCE
        return WORDING if draft.held_out else TRAIN

    def is_held(self, key: str) -> bool:
        unit = self.unit(key)
        digest = hashlib.blake2b(f"{self.seed}|{unit}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") < self.share * 2**64

    def unit(self, key: str) -> str:
        """What is held out as one: a company or one item of it; an article, in all its versions; a term, an exercise, a refused wish."""
        kind, *parts = key.split("|")
        match kind:
            case "fact":
                return parts[0] if self.by_company else "|".join(parts[:3])
            case "law":
                return f"{parts[0]}|{parts[2]}"
        return key
