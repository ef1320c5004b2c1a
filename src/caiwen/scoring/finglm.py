"""FinGLM's public score, with a lexical similarity in place of its sentence model.

Value questions (types 1 and 2): every gold value must stand in the answer once commas and spaces are gone, else 0;
then 0.25, plus 0.25 when the key words stand there too, plus 0.5 × the highest similarity to a reference answer.
Open questions (3-1, 3-2) are scored by similarity alone; where a key word (a regular expression) is given, half of
the score is for it. The total weighs the types 0.3, 0.4, 0.2 and 0.1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from caiwen.finance.text import normalise
from caiwen.scoring.text import similarity

WEIGHTS: Mapping[str, float] = {"1": 0.3, "2": 0.4, "3-1": 0.2, "3-2": 0.1}
_IGNORED = re.compile(r"[,，\s]")


@dataclass(frozen=True, slots=True)
class PublicScore:
    """``value``: the values stand in the answer (None for open questions); ``total``: 0 to 1."""

    value: bool | None
    words: bool | None
    similarity: float
    total: float


def score_values(
    answer: str, values: Sequence[str], words: Sequence[str], references: Sequence[str]
) -> PublicScore:
    text = _plain(answer)
    value = all(_plain(wanted) in text for wanted in values)
    held = all(_plain(word) in text for word in words)
    likeness = _likeness(answer, references)
    total = 0.25 + 0.25 * held + 0.5 * likeness if value else 0.0
    return PublicScore(value, held, likeness, total)


def score_open(answer: str, pattern: str, references: Sequence[str]) -> PublicScore:
    likeness = _likeness(answer, references)
    if not pattern:
        return PublicScore(None, None, likeness, likeness)
    held = re.search(_plain(pattern), _plain(answer)) is not None
    return PublicScore(None, held, likeness, 0.5 * held + 0.5 * likeness)


def weighed(means: Mapping[str, float]) -> float:
    """The total of 100 from the mean score of each type (keys of :data:`WEIGHTS`); absent types count 0."""
    return 100 * sum(weight * means.get(kind, 0.0) for kind, weight in WEIGHTS.items())


def _likeness(answer: str, references: Sequence[str]) -> float:
    text = _plain(answer)
    return max((similarity(text, _plain(reference)) for reference in references), default=0.0)


def _plain(text: str) -> str:
    return _IGNORED.sub("", normalise(text))
