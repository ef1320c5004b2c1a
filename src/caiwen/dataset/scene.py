"""What the checks of one answer share: its texts, what they name, and which numbers are borne out so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from caiwen.dataset.judge import Judge
from caiwen.dataset.ledger import When
from caiwen.dataset.mentions import Mention


@dataclass(slots=True)
class Scene:
    """``texts``: what the answer may repeat word for word. ``asked``: mentions of the question and of earlier turns.

    ``supported``: numbers borne out so far; ``frames``: the period of each number by its place. ``constants``: numbers
    that formulas hold themselves.
    """

    judge: Judge
    texts: tuple[str, ...]
    question: str
    answer: str
    asked: list[Mention]
    mentions: list[Mention]
    constants: frozenset[Decimal]
    supported: list[Mention] = field(default_factory=list)
    frames: dict[int, When | None] = field(default_factory=dict)
