"""Which passages are worth a call: text that says something, spread over documents and sections, none twice."""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from caiwen.dataset.data import load
from caiwen.finance.items import taxonomy
from caiwen.finance.knowledge_points import points_of
from caiwen.finance.text import normalise
from caiwen.records import Passage

T = TypeVar("T")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_DIGIT = re.compile(r"\d")
_KEY_CHARS = 40


@dataclass(frozen=True, slots=True)
class Rules:
    sections: re.Pattern[str]
    texts: re.Pattern[str]
    han: float
    digits: float


@cache
def rules() -> Rules:
    told = load("passages.yaml")
    sections, texts = (re.compile("|".join(told[name]), re.MULTILINE) for name in ("sections", "texts"))
    return Rules(sections, texts, told["han"], told["digits"])


def worth_asking(passage: Passage, min_chars: int) -> bool:
    """Running text, neither contents, forms, promises nor lives of directors."""
    text, wanted = passage.text, rules()
    if passage.kind != "text" or len(text) < min_chars:
        return False
    bare = re.sub(r"\s", "", text)
    if len(_HAN.findall(bare)) < wanted.han * len(bare) or len(_DIGIT.findall(bare)) > wanted.digits * len(
        bare
    ):
        return False
    return not wanted.sections.search(passage.section) and not wanted.texts.search(text)


def spread(passages: Iterable[Passage], seed: int) -> Iterator[Passage]:
    """All of them, each text once: document after document, in each another section every time.

    The order depends on ``seed`` and the passages alone, so a larger count only adds to a smaller one.
    """
    rooms: dict[str, dict[str, list[Passage]]] = {}
    for passage in passages:
        section = " / ".join(passage.section.split(" / ")[:2])
        rooms.setdefault(passage.document, {}).setdefault(section, []).append(passage)
    documents = [
        _in_turn(iter(sorted(room, key=lambda p: _rank(seed, p.text))) for room in _shuffled(sections, seed))
        for sections in _shuffled(rooms, seed)
    ]
    seen: set[str] = set()
    for passage in _in_turn(documents):
        key = "".join(_HAN.findall(passage.text))[:_KEY_CHARS]
        if key not in seen:
            seen.add(key)
            yield passage


def choose(passages: Iterable[Passage], count: int, seed: int, lacking: Mapping[str, int]) -> list[Passage]:
    """``count`` passages; first those that show knowledge points of which pairs are lacking, as many as are."""
    order = list(spread(passages, seed))
    taken = _for_points(order, count, {point: n for point, n in lacking.items() if n > 0})
    for number in range(len(order)):
        if len(taken) >= count:
            break
        taken.setdefault(number)
    return [order[number] for number in taken]


def _for_points(order: Sequence[Passage], count: int, left: dict[str, int]) -> dict[int, None]:
    """Places in the order, at most ``count``; points that few passages show have the first choice."""
    taken: dict[int, None] = {}
    if not left:
        return taken
    shown = [_points(passage.text) for passage in order]
    places = {point: [n for n, points in enumerate(shown) if point in points] for point in left}
    for point in sorted(left, key=lambda p: len(places[p])):
        for number in places[point]:
            if left[point] <= 0 or len(taken) >= count:
                break
            if number not in taken:
                taken[number] = None
                for other in shown[number]:
                    left[other] = left.get(other, 0) - 1
    return taken


def _points(text: str) -> tuple[str, ...]:
    """By key words and by the items that a text names, as pairs are tagged later."""
    return points_of(text, {m.item.name for m in taxonomy().find_in(normalise(text))})


def pick(passage: Passage, names: Iterable[str], seed: int) -> str:
    """The prompt of a passage: stays the same whatever else is chosen, and mostly when a prompt is added."""
    return max(names, key=lambda name: _rank(seed, f"{name}|{passage.document}|{passage.ordinal}"))


def _shuffled(rooms: Mapping[str, T], seed: int) -> list[T]:
    return [rooms[name] for name in sorted(rooms, key=lambda name: _rank(seed, name))]


def _rank(seed: int, text: str) -> bytes:
    return hashlib.blake2b(f"{seed}|{text}".encode(), digest_size=8).digest()


def _in_turn(sources: Iterable[Iterator[T]]) -> Iterator[T]:
    """One of each, again and again, until all are through."""
    waiting = deque(sources)
    while waiting:
        source = waiting.popleft()
        for one in source:
            yield one
            waiting.append(source)
            break
