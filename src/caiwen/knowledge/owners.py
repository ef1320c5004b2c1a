"""控股股东 and 实际控制人: by the title of a name column, by the section that a table stands in, or told in prose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from caiwen.finance.text import squash
from caiwen.knowledge.data import load
from caiwen.knowledge.labels import tidy
from caiwen.knowledge.making import Maker, rows_of
from caiwen.knowledge.told import flat, sentence_around
from caiwen.records import Cell, Fact, Paragraph, Table

_RULES = "profile.yaml"


def owners(maker: Maker) -> list[Fact]:
    """Sections first; the notes' sentence (本企业最终控制方是…) only where the sections name nobody."""
    rules: dict[str, Any] = load(_RULES)["owners"]
    found: dict[str, Fact] = {}
    section, near = "", 0
    for block in maker.document.blocks:
        if isinstance(block, Paragraph):
            text = squash(block.text) if len(block.text) < 60 else ""
            near -= 1
            for item, rule in rules.items():
                if text and re.search(rule["heading"], text):
                    section, near = item, 16
                elif (
                    section == item
                    and near > 0
                    and re.search(rule["denied"], text)
                    and "特别说明" not in text
                ):
                    _keep(found, item, maker.text(item, f"不存在{item}", maker.prose(block, text, text)))
            continue
        if "控" in "".join(c.text for c in block.cells[:12]) or (section and near > 0):
            for item, fact in _of_table(maker, block, section if near > 0 else ""):
                _keep(found, item, fact)
    for item, fact in _told(maker, [item for item in rules if item not in found]):
        _keep(found, item, fact)
    return list(found.values())


def _keep(found: dict[str, Fact], item: str, fact: Fact | None) -> None:
    if fact is not None:
        found.setdefault(item, fact)


def _of_table(maker: Maker, table: Table, section: str) -> Iterator[tuple[str, Fact | None]]:
    rules = load(_RULES)
    rows = rows_of(table)
    for number, row in enumerate(rows[:6]):
        for item, rule in rules["owners"].items():
            head = next((c for c in row.cells if re.match(rule["column"], squash(c.text))), None)
            if head is None:
                continue
            names = _below(rows[number + 1 :], head)
            if not names and head is row.cells[0] and len(row.cells) == 2:
                names = [row.cells[1]]
            yield item, _named(maker, table, item, names, squash(head.text))
    first = rows[0] if rows else None
    if section and first is not None and first.label in rules["owner_names"] and len(first.cells) == 2:
        yield section, _named(maker, table, section, [first.cells[1]], first.label)


def _below(rows: list[Any], head: Cell) -> list[Cell]:
    """The names under a column title, down to the row that says something else of them."""
    names: list[Cell] = []
    for row in rows:
        cell = next((c for c in row.cells if c.column == head.column), None)
        if (
            cell is None
            or re.match(load(_RULES)["owner_end"], squash(cell.text))
            or len(squash(cell.text)) > 40
        ):
            break
        names.append(cell)
    return names


def _named(maker: Maker, table: Table, item: str, cells: list[Cell], label: str) -> Fact | None:
    texts = [tidy(c.text) for c in cells if squash(c.text).strip("-—无/")]
    if not texts or any("不适用" in t for t in texts):
        return None
    return maker.text(item, "、".join(dict.fromkeys(texts)), maker.cell_seen(table, cells[0], label=label))


def _told(maker: Maker, wanted: list[str]) -> Iterator[tuple[str, Fact | None]]:
    patterns = {item: re.compile(load(_RULES)["owner_prose"][item]) for item in wanted}
    for block in maker.document.blocks:
        if not patterns or not isinstance(block, Paragraph) or "控" not in block.text:
            continue
        text = flat(block)
        for item, pattern in list(patterns.items()):
            match = pattern.search(text)
            if match and not re.search("控制的|关联|持有|是否|变更", match["value"]):
                yield (
                    item,
                    maker.text(
                        item, match["value"], maker.prose(block, match["value"], sentence_around(text, match))
                    ),
                )
                del patterns[item]
