"""The exam: balanced options, held-out wordings, a control at chance, and a chooser that knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from importlib import resources

import pytest
import yaml

from caiwen.evaluate.exam import OPTIONS, Exam, definition, items, split_terms
from caiwen.evaluate.framework import run
from caiwen.finance.glossary import terms
from caiwen.finance.knowledge_points import points


class Knowing:
    """Knows the terms of ``known``; likes long options else, whatever the question."""

    def __init__(self, known: Sequence[str]) -> None:
        self.meanings = {term.name: definition(term) for term in terms() if term.name in known}

    def likelihoods(self, question: str, options: Sequence[str]) -> list[float]:
        asked = {text for name, text in self.meanings.items() if f"「{name}」" in question}
        return [len(option) / 100 + (option in asked) for option in options]


def test_every_point_has_at_least_six_items() -> None:
    counts = Counter(item.point for item in items())
    assert set(counts) == {point.name for point in points()}
    assert min(counts.values()) >= 6


def test_every_definition_is_right_once_and_a_distractor_three_times() -> None:
    shown, right = Counter[str](), Counter[str]()
    for item in items():
        assert len(set(item.options)) == OPTIONS
        shown.update(item.options)
        right[item.options[item.right]] += 1
    assert set(shown.values()) == {OPTIONS}
    assert set(right.values()) == {1}


def test_the_right_place_is_shuffled() -> None:
    places = Counter(item.right for item in items())
    assert len(places) == OPTIONS
    assert max(places.values()) < 0.3 * sum(places.values())


def test_the_same_seed_gives_the_same_exam() -> None:
    assert items(3) == items(3)
    assert items(3) != items(4)


def test_options_alone_stay_at_chance() -> None:
    report = run(Exam(Knowing([]), items()))
    blind = report.mean("blind").value
    assert blind is not None
    assert 0.2 < blind < 0.3


def test_who_knows_passes_and_who_knows_half_passes_that_half() -> None:
    seen, unseen = split_terms(1, 0.5)
    chosen = items(unseen=[term.name for term in unseen])
    assert run(Exam(Knowing([t.name for t in terms()]), chosen)).rate("right").value == 1
    half = run(Exam(Knowing([t.name for t in seen]), chosen))
    assert half.rate("seen").value == 1
    blank = half.rate("unseen").value
    assert blank is not None
    assert blank < 0.4


def test_split_covers_every_point_and_shares_no_term() -> None:
    seen, unseen = split_terms(2, 0.4)
    assert {term.point for term in seen} == {point.name for point in points()}
    assert not {t.name for t in seen} & {t.name for t in unseen}
    assert len(seen) + len(unseen) == len(terms())
    assert 0.35 < len(seen) / len(terms()) < 0.45


def test_the_wordings_are_not_those_of_training() -> None:
    ours = yaml.safe_load(resources.files("caiwen.evaluate").joinpath("exam.yaml").read_text("utf-8"))[
        "wordings"
    ]
    theirs = yaml.safe_load(resources.files("caiwen.dataset").joinpath("templates.yaml").read_text("utf-8"))
    used = theirs["concept"]["questions"] + theirs["concept"]["held"]
    assert not {w.replace("{term}", "") for w in ours} & {w.replace("{i}", "") for w in used}


def test_too_few_siblings_are_refused() -> None:
    few = [term for term in terms() if term.point == "存货"][:3]
    with pytest.raises(ValueError, match="存货"):
        items(chosen=few)
