"""The C list of FinGLM: one JSON object a line, with question, type, prompt (key words, values) and answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from caiwen.evaluate.gold_lines import read_lines
from caiwen.scoring import read_printed


class Kind(StrEnum):
    FORMULA = "formula"
    NUMBER = "number"
    SEVERAL = "several"
    TEXT = "text"
    SAME = "same"
    RANK = "rank"
    LIST = "list"
    COUNT = "count"
    OPEN = "open"
    CONCEPT = "concept"


NUMERIC = frozenset({Kind.FORMULA, Kind.NUMBER, Kind.SEVERAL})
MARKET = frozenset({Kind.RANK, Kind.LIST, Kind.COUNT})
OPEN = frozenset({Kind.OPEN, Kind.CONCEPT})


@dataclass(frozen=True, slots=True)
class Pair:
    """A company of a ranking with its amount, where the gold names one (``nan`` of the gold names none)."""

    company: str
    amount: str


@dataclass(frozen=True, slots=True)
class Gold:
    """``values``: printed gold values in order; ``words``: key words of the public score; ``names``: the company's."""

    id: str
    question: str
    type: str
    kind: Kind
    values: tuple[str, ...]
    words: tuple[str, ...]
    references: tuple[str, ...]
    names: tuple[str, ...]
    year: str
    pairs: tuple[Pair, ...] = ()

    @property
    def family(self) -> str:
        """The type as the public total weighs it."""
        return self.type if self.type.startswith("3") else self.type[0]


def read_gold(path: Path) -> list[Gold]:
    """CaiwenError names the first wrong line."""
    return read_lines(path, _gold, "FinGLM")


def _gold(line: Mapping[str, Any]) -> Gold:
    prompt: Mapping[str, str] = line["prompt"]
    words = tuple(word for word in prompt.get("key_word", "").split("、") if word)
    kind = _kind(str(line["type"]), prompt, words)
    return Gold(
        id=str(line["id"]),
        question=line["question"],
        type=str(line["type"]),
        kind=kind,
        values=_values(kind, prompt, words),
        words=(prompt["key_word"],) if kind in OPEN and prompt.get("key_word") else words,
        references=tuple(line["answer"]),
        names=tuple(n for n in (prompt.get("ent_name"), prompt.get("ent_short_name")) if n),
        year=prompt.get("year", ""),
        pairs=_pairs(words) if kind is Kind.LIST else (),
    )


def _kind(type_: str, prompt: Mapping[str, str], words: tuple[str, ...]) -> Kind:
    if type_.startswith("3"):
        return Kind.OPEN if type_ == "3-1" else Kind.CONCEPT
    if "公式" in prompt:
        return Kind.FORMULA
    if prompt["prom_answer"] in ("相同", "不相同"):
        return Kind.SAME
    if words[0].isdigit():
        return Kind.COUNT
    if not prompt.get("ent_name"):
        return Kind.LIST
    if words[0] == prompt["ent_name"]:
        return Kind.RANK
    if len(words) > 1:
        return Kind.SEVERAL
    number = read_printed(prompt["prom_answer"]) is not None and item_name(words[0]) not in _always()
    return Kind.NUMBER if number else Kind.TEXT


def _values(kind: Kind, prompt: Mapping[str, str], words: tuple[str, ...]) -> tuple[str, ...]:
    if kind is Kind.SEVERAL:
        return tuple(prompt[word] for word in words)
    if kind is Kind.LIST:
        return words
    return (prompt["prom_answer"],) if kind not in OPEN else ()


def _pairs(words: tuple[str, ...]) -> tuple[Pair, ...]:
    """Names alone, or names and amounts in turn."""
    if len(words) > 1 and (read_printed(words[1]) is not None or words[1] == "nan"):
        return tuple(
            Pair(name, "" if amount == "nan" else amount)
            for name, amount in zip(words[::2], words[1::2], strict=True)
        )
    return tuple(Pair(word, "") for word in words)


# --- which items a question needs ---------------------------------------------------------------------


@cache
def _tables() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("finglm.yaml").read_text(encoding="utf-8")
    tables: dict[str, Any] = yaml.safe_load(text)
    return tables


@cache
def _always() -> frozenset[str]:
    return frozenset(_tables()["always"])


@cache
def item_name(word: str) -> str:
    """The canonical item of a key word; the word itself when no item is known by it."""
    from caiwen.finance.items import taxonomy

    plain = re.sub(r"^(?:上年|\d{4}年)", "", word)
    name = _tables()["items"].get(plain, plain)
    item = taxonomy().get(name) or taxonomy().match(name)
    return item.name if item is not None else name


def items_needed(gold: Gold) -> frozenset[str]:
    """Items that must be in the store; for questions over the market they are read from the question."""
    from caiwen.finance.items import taxonomy

    if gold.kind in OPEN:
        return frozenset()
    if gold.kind in MARKET:
        spoken = [mention.item.name for mention in taxonomy().find_in(gold.question)]
        return frozenset(item_name(name) for name in spoken[-1:]) or frozenset({"?"})
    return frozenset(item_name(word) for word in gold.words) - _always()


def derived_from(item: str) -> tuple[str, ...]:
    return tuple(_tables()["derived"].get(item, ()))
