"""Metrics against values worked out by hand."""

from decimal import Decimal

import pytest

from caiwen.scoring import (
    mean_interval,
    quantile,
    quantile_interval,
    read_printed,
    same_text,
    similarity,
)
from caiwen.scoring.finglm import score_open, score_values, weighed


@pytest.mark.parametrize(
    ("printed", "value", "unit", "right"),
    [
        ("61.10%", "61.1049", "%", True),
        ("61.10%", "0.611049", None, True),
        ("61.10%", "61.1051", "%", False),
        ("-0.96%", "-0.9611", "%", True),
        ("0.05", "5.37", "%", True),
        ("0.05", "0.0537", None, True),
        ("0.05", "0.0551", None, False),
        ("0.5", "0.5049", None, True),
        ("0.5", "0.54", None, False),
        ("12345678.9", "12345678.90", "元", True),
        ("12345678.9", "12345678.91", "元", False),
        ("1,000.0", "1000", "元", True),
        ("6", "6", "人", True),
        ("6", "6.2", "人", False),
        ("+20.06%", "20.0597", "%", True),
        ("100%", "100.004", "%", True),
    ],
)
def test_a_printed_number_is_met_to_its_own_precision(
    printed: str, value: str, unit: str | None, right: bool
) -> None:
    number = read_printed(printed)
    assert number is not None
    assert number.matches(Decimal(value), unit) is right


@pytest.mark.parametrize("text", ["", "nan", "相同", "张三"])
def test_words_are_no_printed_number(text: str) -> None:
    assert read_printed(text) is None


def test_texts_are_the_same_but_for_decoration() -> None:
    assert same_text("http://www.abc.com", "www.ABC.com")
    assert same_text("江苏省无锡市 某路1号", "江苏省无锡市某路１号")
    assert not same_text("李明", "李明明")


def test_similarity_counts_character_pairs() -> None:
    assert similarity("营业收入", "营业收入") == 1
    assert similarity("营业收入", "净利润") == 0
    # 营业 业收 收入 against 营业 业成 成本: one pair of three and three
    assert similarity("营业收入", "营业成本") == pytest.approx(2 / 6)


def test_mean_and_quantile_intervals() -> None:
    low, high = mean_interval([0.0, 1.0] * 50)
    assert (low, high) == pytest.approx((0.4015, 0.5985), abs=1e-4)
    assert mean_interval([0.3]) == (0.3, 0.3)
    ordered = [float(n) for n in range(1, 101)]
    assert quantile(ordered, 0.5) == 50
    assert quantile(ordered, 0.99) == 99
    assert quantile(ordered[:1], 0.99) == 1
    low, top = quantile_interval(ordered, 0.5)
    assert low == 40
    assert top == 61
    assert quantile_interval(ordered, 0.99)[1] is None, "a hundred values do not bound P99 from above"


def test_the_public_score_needs_the_value_then_adds_words_and_likeness() -> None:
    reference = ["某公司2020年营业收入是1234.5元"]
    full = score_values("某公司2020年营业收入是1,234.5元", ["1234.5"], ["营业收入", "2020"], reference)
    assert full.total == pytest.approx(1.0)
    no_word = score_values("1234.5元", ["1234.5"], ["营业收入"], ["1234.5元"])
    assert (no_word.words, no_word.total) == (False, pytest.approx(0.75))
    wrong = score_values("某公司2020年营业收入是1234.6元", ["1234.5"], ["营业收入"], reference)
    assert wrong.total == 0


def test_open_questions_are_scored_by_likeness_and_their_pattern() -> None:
    assert score_open("没有破产重整", "", ["没有破产重整"]).total == 1
    held = score_open("本年没有此事", "(?:没有|无)", ["完全不同"])
    assert (held.words, held.total) == (True, pytest.approx(0.5))


def test_the_total_weighs_types() -> None:
    assert weighed({"1": 1.0, "2": 0.5, "3-1": 0.5}) == pytest.approx(30 + 20 + 10)
