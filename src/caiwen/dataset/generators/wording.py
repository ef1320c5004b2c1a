"""Filling of templates, and the drafts that several generators make alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from caiwen.dataset.data import load
from caiwen.dataset.records import Draft, Evidence, Source
from caiwen.dataset.speech import pick, some
from caiwen.errors import ConfigError
from caiwen.records import Fact

_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Wordings:
    """The templates in use. ``per_thing``: how many wordings of one thing go to training; ``held``: how many besides
    are kept for asking the same in words that training never saw."""

    templates: Mapping[str, Any]
    per_thing: int = 1
    held: int = 0
    seed: int = 1

    def questions(self, kind: str, *seed: object) -> Iterator[tuple[str, str, bool]]:
        """(name of the template, template, held out?)."""
        entry = self.templates[kind]
        for number, text in some(entry["questions"], self.per_thing, self.seed, kind, *seed):
            yield f"{kind}.{number}", text, False
        if entry.get("held"):
            for number, text in some(entry["held"], self.held, self.seed, kind, *seed):
                yield f"{kind}.held.{number}", text, True

    def answer(self, kind: str, *seed: object) -> tuple[str, str]:
        number, text = pick(self.templates[kind]["answers"], self.seed, kind, "a", *seed)
        return f"a{number}", text


def templates(own: Mapping[str, Any] | None = None, where: str = "templates") -> dict[str, Any]:
    """The shipped templates with the user's put over them. ConfigError for kinds and fields that do not exist."""
    shipped: dict[str, Any] = load("templates.yaml")
    merged = dict(shipped)
    problems = []
    for kind, entry in (own or {}).items():
        if kind not in shipped:
            problems.append(f"没有“{kind}”这类模板（可以写：{'、'.join(shipped)}）")
            continue
        known = _fields(shipped[kind])
        for text in _texts(entry):
            problems += [
                f"{kind}：{text} 用了未知的字段 {{{f}}}（可用：{'、'.join(sorted(known))}）"
                for f in _SLOT.findall(text)
                if f not in known
            ]
        merged[kind] = {**shipped[kind], **entry}
    if problems:
        raise ConfigError("；".join(problems), where=where)
    return merged


def _texts(entry: Mapping[str, Any]) -> list[str]:
    return [text for group in entry.values() for text in group]


def _fields(entry: Mapping[str, Any]) -> set[str]:
    return {field for text in _texts(entry) for field in _SLOT.findall(text)}


def fill(template: str, slots: Mapping[str, str]) -> str:
    return _SLOT.sub(lambda m: slots[m[1]], template)


@dataclass(frozen=True, slots=True)
class Thing:
    """What pairs can be asked about: a kind of template, the words that fill it and the facts behind it."""

    kind: str
    slots: Mapping[str, str]
    facts: tuple[Fact, ...]
    keys: tuple[str, ...]
    generator: str
    difficulty: int = 1
    texts: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    answer: str = ""
    companies: tuple[tuple[str, str], ...] = ()
    points: tuple[str, ...] = ()


def drafts(thing: Thing, wordings: Wordings, names: Mapping[str, str]) -> Iterator[Draft]:
    """A draft for every wording. ``names``: sha256 → file name."""
    sources = thing.sources or tuple(
        Source.of(fact, names.get(fact.observation.document, "")) for fact in thing.facts
    )
    for name, template, held in wordings.questions(thing.kind, *thing.keys):
        form, said = ("", thing.answer) if thing.answer else wordings.answer(thing.kind, name, *thing.keys)
        yield Draft(
            question=fill(template, thing.slots),
            answer=said if thing.answer else fill(said, thing.slots),
            generator=thing.generator,
            template=f"{name}/{form}" if form else name,
            evidence=Evidence(thing.facts, thing.texts),
            sources=sources,
            keys=thing.keys,
            slots=tuple(
                v
                for k, v in thing.slots.items()
                if k in ("c", "o", "p", "b", "i", "m", "t", "a", "list", "s")
            ),
            held_out=held,
            difficulty=thing.difficulty,
            companies=thing.companies,
            points=thing.points,
        )


def key_of(fact: Fact) -> str:
    """The fact key as text: fact, who, item, dimensions, period, span, scope."""
    who, item, dimensions, period, span, scope = fact.key()
    inside = ",".join(f"{k}={v}" for k, v in dimensions) if isinstance(dimensions, tuple) else ""
    return f"fact|{who}|{item}|{inside}|{period}|{span}|{scope}"


def keys_of(facts: Sequence[Fact]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key_of(fact) for fact in facts))
