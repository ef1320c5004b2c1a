"""The vocabulary of questions (``words.yaml``), ready for longest-match lookups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def load(name: str) -> Any:
    """The parsed content of ``ask/<name>``; shared, so callers must not change it."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(files("caiwen.ask").joinpath(name).read_text(encoding="utf-8"), Loader=loader)


def words(*path: str) -> Any:
    found = load("words.yaml")
    for key in path:
        found = found[key]
    return found


@dataclass(frozen=True, slots=True)
class Hit:
    """A word found in a text: its half-open span and what it stands for."""

    start: int
    end: int
    word: str
    meaning: str

    @property
    def length(self) -> int:
        return self.end - self.start


class Lexicon:
    """Words → meanings, found longest first at every place."""

    def __init__(self, entries: Mapping[str, str] | Iterable[tuple[str, str]]) -> None:
        pairs = entries.items() if isinstance(entries, Mapping) else entries
        self._meanings = dict(pairs)
        lengths: dict[str, set[int]] = {}
        for word in self._meanings:
            lengths.setdefault(word[0], set()).add(len(word))
        self._lengths = {start: sorted(sizes, reverse=True) for start, sizes in lengths.items()}

    def __contains__(self, word: str) -> bool:
        return word in self._meanings

    def get(self, word: str) -> str | None:
        return self._meanings.get(word)

    def words(self) -> Iterable[str]:
        return self._meanings.keys()

    def find_in(self, text: str) -> list[Hit]:
        """Without overlaps, in order. A Latin word must stand alone."""
        return list(self._hits(text))

    def _hits(self, text: str) -> Iterator[Hit]:
        at = 0
        while at < len(text):
            hit = self._at(text, at) if text[at] in self._lengths else None
            if hit:
                yield hit
            at = hit.end if hit else at + 1

    def _at(self, text: str, at: int) -> Hit | None:
        for length in self._lengths[text[at]]:
            word = text[at : at + length]
            if word in self._meanings and at + length <= len(text) and _stands_alone(text, at, at + length):
                return Hit(at, at + length, word, self._meanings[word])
        return None


def _stands_alone(text: str, start: int, end: int) -> bool:
    def latin(char: str) -> bool:
        return char.isascii() and char.isalnum()

    if not latin(text[start]) and not latin(text[end - 1]):
        return True
    before = start > 0 and latin(text[start]) and latin(text[start - 1])
    after = end < len(text) and latin(text[end - 1]) and latin(text[end])
    return not before and not after


@cache
def filler() -> Lexicon:
    return Lexicon((word, "") for line in words("filler") for word in line.split())


@cache
def group(*path: str) -> Lexicon:
    """A branch of the vocabulary as one lexicon: its words mean the key they stand under (or their value)."""
    branch = words(*path)
    if isinstance(branch, list):
        return Lexicon((word, path[-1]) for word in branch)
    pairs: list[tuple[str, str]] = []
    for key, value in branch.items():
        pairs += [(key, value)] if isinstance(value, str) else [(word, key) for word in value]
    return Lexicon(pairs)


@cache
def topic_words() -> Lexicon:
    """The words of the topics that have a place in the statutory format."""
    return Lexicon((word, word) for topic in load("topics.yaml")["topics"] for word in topic["words"])
