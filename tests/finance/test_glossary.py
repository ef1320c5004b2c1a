"""The glossary: enough terms, no two of one name, definitions of a fair length, formulas that exist."""

from __future__ import annotations

from collections import Counter

import pytest

from caiwen.finance import glossary
from caiwen.finance.formulas import formulas
from caiwen.finance.knowledge_points import points


def test_there_are_enough_terms_in_every_field() -> None:
    counts = Counter(term.category for term in glossary.terms())
    assert sum(counts.values()) >= 300
    assert len(counts) >= 9
    assert min(counts.values()) >= 25


def test_no_name_or_alias_means_two_terms() -> None:
    words = Counter(w.casefold() for t in glossary.terms() for w in {t.name, *t.aliases})
    assert [word for word, count in words.items() if count > 1] == []


@pytest.mark.parametrize("term", glossary.terms(), ids=lambda t: t.name)
def test_definitions_are_one_to_three_sentences(term: glossary.Term) -> None:
    assert 15 <= len(term.text) <= 140
    assert 1 <= term.text.count("。") <= 3
    assert term.text.endswith("。")


def test_every_knowledge_point_has_enough_terms_for_an_exam() -> None:
    counts = Counter(term.point for term in glossary.terms())
    assert set(counts) == {point.name for point in points()}
    assert min(counts.values()) >= 8


def test_formulas_exist() -> None:
    named = [term.formula for term in glossary.terms() if term.formula]
    assert len(named) > 20
    assert [name for name in named if formulas().get(name) is None] == []


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("ROE", "净资产收益率"),
        ("ｒｏｅ", "净资产收益率"),
        ("可转债", "可转换公司债券"),
        ("LPR", "贷款市场报价利率"),
        ("净 息 差", "净息差"),
    ],
)
def test_find_by_alias_case_and_width(word: str, name: str) -> None:
    found = glossary.find(word)
    assert found is not None
    assert found.name == name


def test_find_unknown_is_none() -> None:
    assert glossary.find("火星币") is None


def test_find_in_takes_the_longest_name() -> None:
    text = "核心一级资本充足率和资本充足率有什么区别，ROE呢？PROEM不算"
    assert [m.term.name for m in glossary.find_in(text)] == [
        "核心一级资本充足率",
        "资本充足率",
        "净资产收益率",
    ]
