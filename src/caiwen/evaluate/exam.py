"""Suite ``exam``: multiple-choice questions over the 78 knowledge points, from the glossary.

Each item asks for one term; its options are the definitions of that term and of sibling terms of the same point. Within
a point every definition is an option equally often and right exactly once in ``OPTIONS`` times, so that whoever looks
at the options only stays at chance. The options are shuffled by the seed.

A model chooses the option whose likelihood gains most from the question: the mean log-probability of its tokens given
the question, less the same given a question that tells nothing (domain-conditional mutual information: Holtzman et
al., Surface Form Competition, 2021). The control chooses by the second term alone.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Protocol

import yaml

from caiwen.evaluate.framework import Case, Outcome
from caiwen.finance.glossary import Term, terms
from caiwen.finance.knowledge_points import points

OPTIONS = 4


class Chooser(Protocol):
    """``likelihoods``: for each option, the mean log-probability of its tokens as the answer to ``question``."""

    def likelihoods(self, question: str, options: Sequence[str]) -> list[float]: ...


@dataclass(frozen=True, slots=True)
class Item:
    """``right``: index of the right option. ``held``: what was held out of training for it, ``wording`` or ``evidence``."""

    id: str
    area: str
    point: str
    term: str
    question: str
    options: tuple[str, ...]
    right: int
    held: str = "wording"


def items(
    seed: int = 1,
    *,
    unseen: Collection[str] = (),
    wordings: int = 1,
    chosen: Iterable[Term] | None = None,
) -> list[Item]:
    """One item a term and wording, point by point. ``unseen``: terms that training had no pair about.

    Raises ValueError when a point has fewer terms than an item has options.
    """
    pool: dict[str, list[Term]] = {}
    for term in chosen if chosen is not None else terms():
        pool.setdefault(term.point, []).append(term)
    found: list[Item] = []
    for point in points():
        siblings = pool.get(point.name, [])
        if siblings and len(siblings) < OPTIONS:
            raise ValueError(f"{point.name}: {len(siblings)} terms for {OPTIONS} options")
        chance = random.Random(f"{seed}|{point.name}")
        chance.shuffle(siblings)
        for number, term in enumerate(siblings):
            found += _of_term(term, number, siblings, point.area, unseen, wordings, chance)
    return found


def _of_term(
    term: Term,
    number: int,
    siblings: Sequence[Term],
    area: str,
    unseen: Collection[str],
    wordings: int,
    chance: random.Random,
) -> list[Item]:
    """The next siblings of the shuffled circle are the distractors: each one serves as often as any other."""
    held = "evidence" if term.name in unseen else "wording"
    made = []
    for n, wording in enumerate(_rules()["wordings"][:wordings]):
        options = [siblings[(number + step) % len(siblings)] for step in range(OPTIONS)]
        chance.shuffle(options)
        texts = tuple(definition(option) for option in options)
        question = wording.format(term=term.name)
        name = f"{term.point}|{term.name}|{n}"
        made.append(Item(name, area, term.point, term.name, question, texts, options.index(term), held))
    return made


def definition(term: Term) -> str:
    return " ".join(term.text.split())


def split_terms(seed: int, share: float) -> tuple[list[Term], list[Term]]:
    """The terms that training may see and those it may not, ``share`` of every point seen (at least one)."""
    seen, unseen = [], []
    by_point: dict[str, list[Term]] = {}
    for term in terms():
        by_point.setdefault(term.point, []).append(term)
    for name, group in by_point.items():
        order = list(group)
        random.Random(f"{seed}|{name}|split").shuffle(order)
        count = max(1, round(len(order) * share))
        seen += order[:count]
        unseen += order[count:]
    return seen, unseen


class Exam:
    name = "exam"
    title = "知识点考试"
    metrics: Mapping[str, str] = {
        "right": "答对",
        "seen": "答对：训练见过该术语，换了问法",
        "unseen": "答对：训练没有见过该术语",
        "blind": "只看选项（应当接近 25%）",
    }

    def __init__(self, chooser: Chooser, chosen: Sequence[Item]) -> None:
        self.chooser = chooser
        self.items = {item.id: item for item in chosen}
        self._blind: dict[str, float] = {}

    def cases(self) -> Sequence[Case]:
        return [
            Case(item.id, item.area, {"question": item.question, "right": item.options[item.right]})
            for item in self.items.values()
        ]

    def score(self, case: Case) -> Outcome:
        item = self.items[case.id]
        blind = self._prior(item.options)
        told = self.chooser.likelihoods(item.question, item.options)
        gain = [a - b for a, b in zip(told, blind, strict=True)]
        picked = gain.index(max(gain))
        right = picked == item.right
        scores = {
            "right": right,
            "seen": right if item.held == "wording" else None,
            "unseen": right if item.held == "evidence" else None,
        }
        control = {"blind": float(blind.index(max(blind)) == item.right)}
        return Outcome(case, scores, "" if right else f"选了：{item.options[picked]}", control)

    def _prior(self, options: Sequence[str]) -> list[float]:
        missing = [option for option in options if option not in self._blind]
        if missing:
            found = self.chooser.likelihoods(_rules()["blank"], missing)
            self._blind.update(zip(missing, found, strict=True))
        return [self._blind[option] for option in options]


@cache
def _rules() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("exam.yaml").read_text(encoding="utf-8")
    rules: dict[str, Any] = yaml.safe_load(text)
    return rules
