"""Cleaning of printed row labels: numbering, 其中：, sign notes, units and footnotes off; spellings made alike."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from caiwen.finance.data import load
from caiwen.finance.text import normalise, squash

_SPACED_NUMBER = re.compile(r"^\s*\d{1,2}\s+(?=[\u4e00-\u9fff])")
"""A bare ordinal before the name; once spaces are gone, 1年内 and 1 年内 would look alike."""
_BRACKETS = str.maketrans(
    {"(": "（", ")": "）", ":": "：", "﹕": "：", "∶": "：", "〔": "（", "〕": "）", ",": "，"}
)


@cache
def _affixes() -> tuple[re.Pattern[str], re.Pattern[str]]:
    rules = load("items/labels.yaml")
    prefix = re.compile("^(?:" + "|".join(rules["prefixes"]) + ")")
    suffix = re.compile("(?:" + "|".join(rules["suffixes"]) + ")$")
    return prefix, suffix


@cache
def _rewrites() -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile(pattern), replacement) for pattern, replacement in load("items/labels.yaml")["rewrites"]
    ]


@lru_cache(maxsize=20_000)
def normalise_label(label: str) -> str:
    """The name alone: ``（一）其中：投资收益（损失以“－”号填列）`` → ``投资收益``; wording is otherwise kept.

    Empty when the label was only numbering or 其中：.
    """
    text = squash(_SPACED_NUMBER.sub("", normalise(label))).translate(_BRACKETS)
    prefix, suffix = _affixes()
    while True:
        shorter = suffix.sub("", prefix.sub("", text))
        if shorter == text:
            return text
        text = shorter


@lru_cache(maxsize=20_000)
def label_key(label: str) -> str:
    """What two wordings of one label share; for comparison only, not for showing."""
    text = normalise_label(label)
    for pattern, replacement in _rewrites():
        text = pattern.sub(replacement, text)
    return text
