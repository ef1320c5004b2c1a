"""Numbers in Chinese, citations of articles, keys of titles."""

from __future__ import annotations

from decimal import Decimal

import pytest

from caiwen.finance.numerals import chinese_number, in_chinese
from caiwen.finance.statutes import article_label, article_refs, title_key


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("四十七", 47),
        ("一百零五", 105),
        ("一百一十", 110),
        ("十", 10),
        ("二〇二四", 2024),
        ("五十万", 500_000),
        ("一千二百万", 12_000_000),
        ("两", 2),
        ("3", 3),
        ("50万", 500_000),
        ("一亿五千万", 150_000_000),
        ("三万亿", 3_000_000_000_000),
    ],
)
def test_chinese_numbers(text: str, value: int) -> None:
    assert chinese_number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "甲", "一百元"])
def test_what_is_no_number(text: str) -> None:
    assert chinese_number(text) is None


@pytest.mark.parametrize("number", [1, 10, 11, 20, 47, 100, 101, 110, 118, 200, 266, 999, 1005, 1260])
def test_numbers_go_there_and_back(number: int) -> None:
    assert chinese_number(in_chinese(number)) == number


def test_articles_are_labelled_as_printed() -> None:
    assert article_label(10) == "第十条"
    assert article_label(114) == "第一百一十四条"
    assert article_label(120, 1) == "第一百二十条之一"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("证券法第四十四条规定了什么", ["第四十四条"]),
        ("第44条第2款", ["第四十四条第二款"]),
        ("第一百二十条之一", ["第一百二十条之一"]),
        ("第三条第一款第（二）项", ["第三条第一款第（二）项"]),
        ("第三条和第五条", ["第三条", "第五条"]),
        ("暂行条例有哪些条件", []),
        ("2020年条例", []),
    ],
)
def test_citations_of_articles(text: str, words: list[str]) -> None:
    assert [ref.words for ref in article_refs(text)] == words


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("《中华人民共和国公司法》", "公司法"),
        ("公司法(2018-10-26).md", "公司法"),
        ("公司法（2018年修正）", "公司法"),
        ("最高人民法院 最高人民检察院关于证券、期货的解释", "最高人民法院最高人民检察院关于证券期货的解释"),
        ("关于适用《公司法》若干问题的规定（三）", "关于适用公司法若干问题的规定三"),
    ],
)
def test_title_keys(title: str, key: str) -> None:
    assert title_key(title) == key
