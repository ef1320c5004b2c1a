"""The issuer's card in a prospectus: 名称：…, 法定代表人：…, 住所：…, one line each.

A card begins with the issuer's own name, so that the cards of sponsors and lawyers beside it are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from caiwen.finance.text import normalise, squash
from caiwen.knowledge.data import load
from caiwen.knowledge.labels import bare, tidy
from caiwen.knowledge.making import Maker
from caiwen.records import Fact, Paragraph

_LINE = re.compile(r"^[^:：]{2,16}[:：]")


def cards(maker: Maker) -> Iterator[Fact]:
    """Facts of every card of the issuer; the caller keeps the first of each item."""
    rules: dict[str, Any] = load("profile.yaml")["card"]
    open_card, address = False, rules["addresses"][0]
    for block in maker.document.blocks:
        line = _line(block) if isinstance(block, Paragraph) else None
        if line is None or not isinstance(block, Paragraph):
            open_card = False
            continue
        label, value = line
        if label in rules["first"]:
            open_card = maker.filing.issuer is not None and squash(value).startswith(maker.filing.issuer)
        item = rules["labels"].get(label)
        address = item if item in rules["addresses"] else address
        item = address + label if label == rules["postcode"] else item
        if open_card and item and value:
            text = squash(value) if item in ("公司名称", "公司网址", "电子信箱") else value
            seen = maker.prose(block, value, tidy(normalise(block.text)))
            if fact := maker.text(item, text, seen):
                yield fact


def _line(paragraph: Paragraph) -> tuple[str, str] | None:
    text = normalise(paragraph.text).strip()
    if len(text) > 160 or not _LINE.match(text):
        return None
    label, value = re.split("[:：]", text, maxsplit=1)
    return bare(label), tidy(_next_label().split(value, maxsplit=1)[0])


@cache
def _next_label() -> re.Pattern[str]:
    """The label of the line below, where print runs two lines into one."""
    rules = load("profile.yaml")
    words = sorted({*rules["stops"], *rules["card"]["labels"]}, key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, words))})\s*[:：]")
