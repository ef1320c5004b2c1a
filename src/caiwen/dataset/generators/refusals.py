"""Questions that the compliance policy refuses, with the policy's own answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from caiwen.dataset.data import load
from caiwen.dataset.records import Draft, Evidence, Source
from caiwen.guard import Guard

_HELD_EVERY = 9
_POINT = "证券监管"


def refusals(guard: Guard, names: Sequence[str], held: bool = False) -> Iterator[Draft]:
    """``names``: of companies. What the guard in force does not refuse is no example of refusing.

    With ``held`` some wordings never enter training; they come last, after the same rules in other words.
    """
    rules = load("refusals.yaml")
    fields = {"{s}": names, "{t}": rules["topics"]}
    for number, template in sorted(enumerate(rules["questions"]), key=lambda row: held and _is_held(row[0])):
        marks = [mark for mark in fields if mark in template]
        for words in product(*(fields[mark] for mark in marks)):
            question = template
            for mark, word in zip(marks, words, strict=True):
                question = question.replace(mark, word)
            draft = _draft(guard, question, number, words)
            if draft is not None:
                yield replace(draft, held_out=held and _is_held(number))


def _is_held(number: int) -> bool:
    return number % _HELD_EVERY == _HELD_EVERY - 1


def _draft(guard: Guard, question: str, number: int, words: Sequence[str]) -> Draft | None:
    decision = guard.check(question, "question")
    if decision.decision != "refuse" or not decision.text:
        return None
    return Draft(
        question=question,
        answer=f"{decision.text}\n{guard.notice}",
        generator="refusals",
        template=f"refusal.{number}",
        evidence=Evidence(texts=(decision.text, guard.notice)),
        sources=(Source(document="policy.yaml", passage=f"{guard.policy.version}:{decision.rule}"),),
        keys=(f"refusal|{decision.rule}|{'|'.join(words)}",),
        slots=tuple(words),
        points=(load("refusals.yaml")["points"].get(decision.rule, _POINT),),
    )
