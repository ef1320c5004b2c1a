"""Documents printed in Traditional characters (H-share reports) → Simplified, so that labels and search agree.

A Simplified document that quotes a few Traditional lines stays as printed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from caiwen.documents.finish import finish
from caiwen.documents.rules import load_rules
from caiwen.records import Block, Document, Paragraph, Table

_OUTLINED = {"docx", "md", "xlsx"}
SAMPLE = 60_000
MIN_SHARE = 0.05
"""Share of the listed Traditional-only characters among all; Traditional reports have 0.15, Simplified ones 0.000x."""


@cache
def _traditional() -> frozenset[str]:
    rules = load_rules("frequent.yaml")
    return frozenset(rules["traditional"]) - frozenset(rules["simplified"])


@cache
def _converter() -> Callable[[str], str]:
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert


def to_simplified(text: str) -> str:
    """Characters and the few phrases whose characters differ by context (OpenCC's t2s); the length stays."""
    return text if text.isascii() else _converter()(text)


def is_traditional(document: Document) -> bool:
    text = _sample(document)
    ideographs = sum("\u4e00" <= c <= "\u9fff" for c in text)
    marked = sum(c in _traditional() for c in text)
    return ideographs > 200 and marked >= MIN_SHARE * ideographs


def _sample(document: Document) -> str:
    """Text from all over the document: covers of Simplified reports may be Traditional."""
    texts = [b.text for b in document.blocks if isinstance(b, Paragraph)]
    texts += [c.text for t in document.tables for c in t.cells]
    whole = "".join(texts)
    step = max(1, len(whole) // SAMPLE)
    return whole[::step]


def simplified(document: Document) -> Document:
    """The document itself, or, when it is mostly Traditional, a copy in Simplified characters with a warning."""
    if not is_traditional(document):
        return document
    outline = document.format in _OUTLINED or document.extra.get("layout") == "news"
    blocks, sections = finish([_block(b) for b in document.blocks], outline=outline)
    return replace(
        document,
        blocks=blocks,
        sections=sections,
        title=to_simplified(document.title),
        warnings=(*document.warnings, "原文为繁体字，已转为简体读取，引文与原件字形不同"),
        extra=document.extra | {"script": "traditional"},
    )


def _block(block: Block) -> Block:
    if isinstance(block, Paragraph):
        return replace(block, text=to_simplified(block.text))
    return _table(block)


def _table(table: Table) -> Table:
    return replace(
        table,
        cells=tuple(replace(c, text=to_simplified(c.text)) for c in table.cells),
        caption=to_simplified(table.caption),
        unit_text=to_simplified(table.unit_text),
        context=tuple(map(to_simplified, table.context)),
    )
