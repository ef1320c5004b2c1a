"""Match and likeness of texts, without a model."""

from __future__ import annotations

import re
from collections import Counter

from caiwen.finance.text import normalise, squash

_DECORATION = re.compile(r"[\s，,。.；;：:、（）()“”\"'·\-—_/]+")
_SCHEME = re.compile(r"^https?://", re.IGNORECASE)


def same_text(one: str, other: str) -> bool:
    """Equal but for white space, width, case, punctuation and the scheme of a web address."""
    return _bare(one) == _bare(other)


def _bare(text: str) -> str:
    return _DECORATION.sub("", _SCHEME.sub("", squash(normalise(text)))).casefold()


def similarity(one: str, other: str) -> float:
    """Dice coefficient of the character pairs of two texts, 0 to 1; it stands in for a sentence model offline."""
    first, second = _pairs(one), _pairs(other)
    both = sum((first & second).values())
    total = sum(first.values()) + sum(second.values())
    return 2 * both / total if total else float(one == other)


def _pairs(text: str) -> Counter[str]:
    flat = squash(normalise(text))
    return Counter(flat[i : i + 2] for i in range(len(flat) - 1))
