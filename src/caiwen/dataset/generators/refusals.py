"""Questions that the compliance policy refuses, with the policy's own answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from caiwen.dataset.data import load
from caiwen.dataset.records import Draft, Evidence, Source
from caiwen.guard import Guard

_HELD_EVERY = 9
_POINT = "证券监管"


def refusals(guard: Guard, names: Sequence[str]) -> Iterator[Draft]:
    """``names``: of companies. What the guard in force does not refuse is no example of refusing."""
    rules = load("refusals.yaml")
    topics: list[str] = rules["topics"]
    for number, template in enumerate(rules["questions"]):
        fields = {"{s}": names, "{t}": topics}
        slots = [mark for mark in fields if mark in template]
        for words in product(*(fields[mark] for mark in slots)):
            question = template
            for mark, word in zip(slots, words, strict=True):
                question = question.replace(mark, word)
            draft = _draft(guard, question, number, words)
            if draft is not None:
                yield draft


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
        held_out=number % _HELD_EVERY == _HELD_EVERY - 1,
        points=(load("refusals.yaml")["points"].get(decision.rule, _POINT),),
    )
