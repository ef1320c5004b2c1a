"""Which passages a model is asked about."""

from __future__ import annotations

from collections import Counter

import pytest

from caiwen.dataset.generators.text_passages import choose, pick, spread, worth_asking
from caiwen.records import Passage
from tests.dataset.text_making import passages
from tests.store import make

PROSE = (
    "公司坚持稳健经营，报告期内持续推进产品结构优化，加强成本管理，主要产品的市场份额有所提高，客户满意度保持在较高水平，"
    * 2
)


def passage(text: str, section: str = "第三节 / 业务", kind: str = "text") -> Passage:
    return make.passage("a.pdf", 0, text, section=section, kind=kind)


def test_running_text_is_worth_asking() -> None:
    assert worth_asking(passage(PROSE), 80)


@pytest.mark.parametrize(
    "odd",
    [
        passage(PROSE, kind="table"),
        passage(PROSE[:40]),
        passage(PROSE, section="第一节 / 释义"),
        passage(PROSE, section="第一节 / 目录"),
        passage(f"{PROSE}第十三节备查文件............157"),
        passage(f"{PROSE}\n□适用 √不适用"),
        passage(f"{PROSE}王某：男，中国国籍，1971年出生，大专学历。"),
        passage(f"公司董事会及全体董事保证本报告内容的真实、准确和完整。{PROSE}"),
        passage("2020 1,234.56 2,345.67 " * 8 + PROSE[:20]),
        passage("The Company continued to improve its products and services. " * 4),
    ],
)
def test_what_is_not(odd: Passage) -> None:
    assert not worth_asking(odd, 80)


def test_documents_and_sections_take_turns() -> None:
    """Three documents of five sections: the first fifteen passages come from all fifteen rooms."""
    every = [p for number in range(3) for p in passages(number, 6)]
    first = choose(every, 15, 1, {})
    assert Counter(p.document for p in first) == dict.fromkeys(
        (make.sha(f"报告{n}.pdf") for n in range(3)), 5
    )
    assert len({(p.document, p.section) for p in first}) == 15


def test_a_long_document_does_not_crowd_out_a_short_one() -> None:
    every = [*passages(0, 50), *passages(1, 1)]
    chosen = choose(every, 10, 1, {})
    assert Counter(p.document for p in chosen)[make.sha("报告1.pdf")] == 5


def test_more_adds_to_less() -> None:
    every = [p for number in range(3) for p in passages(number, 6)]
    assert choose(every, 40, 1, {})[:15] == choose(every, 15, 1, {})
    assert choose(every, 15, 2, {}) != choose(every, 15, 1, {})


def test_the_same_text_is_taken_once() -> None:
    one, other = passage(PROSE), make.passage("b.pdf", 0, PROSE.replace("，", ", "), section="x")
    assert len(list(spread([one, other], 1))) == 1


def test_thin_points_come_first_and_only_as_many_as_are_lacking() -> None:
    rare = [passage_of(n, f"{PROSE[:60]}关于可转债的条款第{'一二三四五'[n]}项。") for n in range(5)]
    every = [*(p for number in range(3) for p in passages(number, 6)), *rare]
    plain = choose(every, 10, 1, {})
    filled = choose(every, 10, 1, {"可转换债券": 3, "存货": 0})
    assert sum("可转债" in p.text for p in filled[:3]) == 3
    assert len(filled) == len({p.text for p in filled}) == 10
    assert sum("可转债" in p.text for p in plain[:3]) < 3


def passage_of(number: int, text: str) -> Passage:
    return make.passage("长文件.pdf", number, text[::-1][:5] + text, section="第三节 / 业务")


def test_a_passage_keeps_its_prompt() -> None:
    every = [p for number in range(3) for p in passages(number, 20)]
    names = ["explain", "summary", "analysis"]
    before = [pick(p, names, 1) for p in every]
    after = [pick(p, [*names, "risk"], 1) for p in every]
    assert all(count > 60 for count in Counter(before).values())
    assert all(a in (b, "risk") for a, b in zip(after, before, strict=True))
