"""What leaves no pair twice, too long, in another language, or out of an evaluation set."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from caiwen.dataset.config import Checks
from caiwen.dataset.records import Draft
from caiwen.errors import ConfigError, system_words
from caiwen.finance.text import squash

_MARKS = re.compile(r"[，。？！、；：“”‘’（）()《》\s,.?!;:\"'—\-]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_GRAM = 5
_LONG_GRAM = 13
_QUESTION_KEYS = ("question", "input", "instruction", "prompt", "query", "问题", "Question", "questions")


def bare(text: str) -> str:
    return _MARKS.sub("", squash(text)).casefold()


def grams(text: str, size: int) -> frozenset[str]:
    flat = bare(text)
    return frozenset(flat[i : i + size] for i in range(max(1, len(flat) - size + 1)))


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    union = len(one | other)
    return len(one & other) / union if union else 1.0


@dataclass(slots=True)
class Seen:
    """Near-duplicate = same fact key and 5-gram Jaccard of the questions at least ``limit``, slot values as they are.

    Questions are remembered by hash over the whole build, n-grams only while their company is at hand (:meth:`forget`).
    """

    limit: float
    exact: set[bytes] = field(default_factory=set)
    near: dict[tuple[str, ...], list[frozenset[str]]] = field(default_factory=dict)

    def repeats(self, draft: Draft) -> str:
        """Why the draft is a repetition, or nothing; what is new is remembered."""
        turns = [draft.question, *(q for q, _ in draft.history)]
        digest = hashlib.blake2b("\n".join(map(bare, turns)).encode(), digest_size=10).digest()
        if digest in self.exact:
            return "重复的问题"
        key = tuple(sorted(draft.keys))
        shape = grams("\n".join(turns), _GRAM)
        known = self.near.setdefault(key, [])
        if any(jaccard(shape, other) >= self.limit for other in known):
            return "近似重复的问题"
        self.exact.add(digest)
        known.append(shape)
        return ""

    def forget(self) -> None:
        self.near.clear()


def flaw(draft: Draft, checks: Checks) -> str:
    """Length and language."""
    if len(draft.question) < checks.min_chars:
        return "问题太短"
    if len(draft.question) + len(draft.answer) > checks.max_chars:
        return "问答太长"
    if not draft.answer.strip():
        return "没有回答"
    own = len(_HAN.findall(draft.question))
    if own < checks.chinese * len(_MARKS.sub("", draft.question)):
        return "不是中文"
    return ""


@dataclass(slots=True)
class Held:
    """The questions of evaluation sets, to keep out of training: the same, nearly the same, or quoted at length.

    Nearly: 5-gram Jaccard at least ``limit``. Quoted: half of the 13-grams of a question stand in the sets.
    """

    limit: float = 0.8
    questions: set[str] = field(default_factory=set)
    pieces: set[str] = field(default_factory=set)
    shapes: list[frozenset[str]] = field(default_factory=list)
    by_gram: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    def read(cls, paths: Iterable[Path], limit: float = 0.8) -> Held:
        held = cls(limit)
        for path in paths:
            for question in questions_of(path):
                held.add(question)
        return held

    def add(self, question: str) -> None:
        flat = bare(question)
        if not flat or flat in self.questions:
            return
        self.questions.add(flat)
        if len(flat) >= _LONG_GRAM:
            self.pieces |= grams(question, _LONG_GRAM)
        shape = grams(question, _GRAM)
        for gram in shape:
            self.by_gram.setdefault(gram, []).append(len(self.shapes))
        self.shapes.append(shape)

    def holds(self, questions: Iterable[str]) -> bool:
        """Whether any of the questions of a dialogue stands in the sets."""
        return any(self._holds(question) for question in questions) if self.questions else False

    def _holds(self, question: str) -> bool:
        flat = bare(question)
        if flat in self.questions or self._near(grams(question, _GRAM)):
            return True
        if not self.pieces or len(flat) < _LONG_GRAM:
            return False
        own = grams(question, _LONG_GRAM)
        return len(own & self.pieces) * 2 >= len(own)

    def _near(self, shape: frozenset[str]) -> bool:
        shared: Counter[int] = Counter()
        for gram in shape:
            shared.update(self.by_gram.get(gram, ()))
        return any(
            common >= self.limit * (len(shape) + len(self.shapes[number]) - common)
            for number, common in shared.items()
        )


def questions_of(path: Path) -> Iterator[str]:
    """The questions of a JSON, JSONL or CSV file, wherever the usual keys stand."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"评测集读不出来（{system_words(error)}）", where=str(path)) from error
    if path.suffix.lower() == ".csv":
        for row in csv.DictReader(io.StringIO(text)):
            yield from _questions(row)
        return
    try:
        parts = (
            [json.loads(text)]
            if path.suffix.lower() == ".json"
            else [json.loads(t) for t in text.splitlines() if t.strip()]
        )
    except json.JSONDecodeError as error:
        raise ConfigError(f"评测集不是合法的 JSON（第 {error.lineno} 行）", where=str(path)) from error
    for part in parts:
        yield from _questions(part)


def _questions(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in _QUESTION_KEYS and isinstance(value, str) and value.strip():
                yield value
            elif isinstance(value, (dict, list)):
                yield from _questions(value)
    elif isinstance(node, list):
        for value in node:
            yield from _questions(value)
