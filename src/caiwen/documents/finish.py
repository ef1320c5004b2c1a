"""The last steps that every format shares: join tables, find sections, attach context, number the tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from caiwen.documents.context import attach_context
from caiwen.documents.sections import build_sections
from caiwen.records import Block, Section, Table


def finish(
    blocks: Sequence[Block], *, outline: bool = False
) -> tuple[tuple[Block, ...], tuple[Section, ...]]:
    """Blocks in reading order → blocks with levels, captions, units and table numbers, and the section tree."""
    levelled, sections = build_sections(blocks, outline=outline)
    return tuple(number_tables(attach_context(levelled))), tuple(sections)


def number_tables(blocks: Sequence[Block]) -> list[Block]:
    result: list[Block] = []
    count = 0
    for block in blocks:
        if isinstance(block, Table):
            result.append(replace(block, index=count))
            count += 1
        else:
            result.append(block)
    return result
