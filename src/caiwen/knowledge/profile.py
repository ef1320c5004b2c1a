"""Who the company is: names, addresses, codes, secretary, auditor, sponsor, owners; text facts.

Read only where the company describes itself (from 公司信息 to the key figures), the owners where their section is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from caiwen.finance.text import squash
from caiwen.knowledge.cards import cards
from caiwen.knowledge.data import load
from caiwen.knowledge.labels import Pair, bare, in_prose, in_table, tidy
from caiwen.knowledge.making import Maker, rows_of
from caiwen.knowledge.owners import owners
from caiwen.knowledge.told import flat
from caiwen.records import Block, Document, Fact, Filing, FilingKind, Observation, Paragraph, Table

_RULES = "profile.yaml"
_DESCRIBED = {
    FilingKind.ANNUAL, FilingKind.ANNUAL_SUMMARY, FilingKind.INTERIM, FilingKind.INTERIM_SUMMARY,
    FilingKind.Q1, FilingKind.Q3, FilingKind.PROSPECTUS,
}  # fmt: skip


def extract(document: Document, filing: Filing) -> list[Fact]:
    if filing.kind not in _DESCRIBED or not filing.period:
        return []
    maker = Maker(document, filing, "profile")
    if filing.kind is FilingKind.PROSPECTUS:
        return _first_of_each(list(cards(maker)))
    facts = [fact for block in _region(document) for fact in _of_block(maker, block)]
    facts.extend(owners(maker))
    facts.extend(_industry(maker))
    return _first_of_each(facts)


def _first_of_each(facts: list[Fact]) -> list[Fact]:
    """One fact for an item and share class: the first; a contact's mail serves where the company states none."""
    kept: dict[tuple[str, str], Fact] = {}
    for fact in facts:
        kept.setdefault((fact.item, str(fact.dimensions)), fact)
    plain = {item for item, dimensions in kept if dimensions == "{}"}
    return [
        replace(f, dimensions={}) if f.dimensions.get("联系人") and f.item not in plain else f
        for f in kept.values()
    ]


# --- where ---------------------------------------------------------------------------------------


@cache
def _names() -> dict[str, str]:
    return {label: item for item, labels in load(_RULES)["labels"].items() for label in labels}


def _lookup(label: str) -> str | None:
    return _names().get(label)


@cache
def _spelling() -> re.Pattern[str]:
    labels = sorted((n for n in _names() if not n.startswith("会计师事务所办公")), key=len, reverse=True)
    return re.compile(
        rf"(?P<label>(?:公司的?|本公司|本行|发行人|国际|境外)?(?:{'|'.join(map(re.escape, labels))}))\s*[:：]"
    )


@cache
def _stops() -> re.Pattern[str]:
    words = sorted(load(_RULES)["stops"], key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, words))})\s*[:：]")


def _region(document: Document) -> list[Block]:
    """From the block of the first name or code to the heading of the key figures."""
    rules = load(_RULES)
    blocks = document.blocks
    start = next((n for n, block in enumerate(blocks) if _is_anchor(block)), None)
    if start is None:
        return []
    region: list[Block] = []
    for block in blocks[start : start + rules["region"]]:
        if (
            isinstance(block, Paragraph)
            and len(block.text) < 40
            and re.search(rules["region_end"], squash(block.text))
        ):
            break
        region.append(block)
    return region


def _is_anchor(block: Block) -> bool:
    anchors = load(_RULES)["anchors"]
    if isinstance(block, Table):
        cells = block.cells[: 8 * max(block.n_columns, 1)]
        return any(
            _lookup(bare(part)) in anchors
            for c in cells
            if len(c.text) < 40
            for part in (c.text, *c.text.split())
        )
    return "中文名称" in block.text and any(
        p.name in anchors for p in in_prose(block, _spelling(), _lookup, _stops())
    )


# --- tables and sentences ------------------------------------------------------------------------


def _of_block(maker: Maker, block: Block) -> Iterator[Fact]:
    if isinstance(block, Paragraph):
        yield from _told(maker, block)
        return
    group = _group(squash(block.caption) + squash("".join(block.context[-1:])))
    persons = _persons_row(block)
    if persons is not None:
        yield from _contacts(maker, block, persons)
        block = replace(block, cells=tuple(c for c in block.cells if c.row < persons), n_rows=persons)
    for pair in in_table(block, _lookup_grouped):
        yield from _fact_of(maker, block, pair, _group(pair.group) or group)


@cache
def _group(text: str) -> str:
    if len(text) > 60:
        return ""
    return next((name for name, rule in load(_RULES)["groups"].items() if re.search(rule["at"], text)), "")


@cache
def _grouped_labels() -> dict[str, str]:
    groups = load(_RULES)["groups"].values()
    return {label: item for rule in groups for label, item in rule["labels"].items()}


def _lookup_grouped(label: str) -> str | None:
    """Also the labels that only mean something within a group: 名称 of the auditor."""
    return _lookup(label) or (label if label in _grouped_labels() else None)


def _fact_of(maker: Maker, table: Table, pair: Pair, group: str) -> Iterator[Fact]:
    item: str | None = pair.name
    if group:
        rule = load(_RULES)["groups"][group]
        own = {} if "not" in rule and re.search(rule["not"], pair.group) else rule["labels"]
        item = own.get(bare(pair.label)) or (pair.name if pair.name in own.values() else None)
    elif item in _grouped_labels() and item not in _names().values():
        item = None
    if item is None or pair.cell is None or not _says_something(pair.value):
        return
    seen = maker.cell_seen(table, pair.cell, label=pair.label)
    for name in _items(item):
        names = _persons(pair.cell.text) if name == "签字会计师" else None
        if fact := maker.text(name, names or _cleaned(name, pair.value), seen):
            mail = group == "董事会秘书" and item == "电子信箱"
            yield replace(fact, dimensions={"联系人": group}) if mail else _with_share_class(fact, pair)


def _persons(text: str) -> str | None:
    """周琼 王强 → 周琼、王强; None where white space does not part whole names."""
    names = text.split()
    whole = len(names) > 1 and all(re.fullmatch(r"[一-鿿]{2,4}", name) for name in names)
    return "、".join(names) if whole else None


def _cleaned(item: str, value: str) -> str:
    """中国注册会计师：甲中国注册会计师：乙 → 甲、乙; addresses of the net and codes have no spaces."""
    if item in ("电子信箱", "公司网址"):
        return squash(value)
    if item in ("公司名称", "外文名称"):
        return re.split(r"[（(](?:中文|英文|以下)?(?:名称)?简称", value)[0].strip('“”" ')
    if item == "会计师事务所":
        firm = re.match(r".*?会计师事务所(?:\s*[（(][^）)]*合伙[^）)]*[）)])?", value)
        return firm.group() if firm and "会计师" not in value[firm.end() :] else value
    if item == "股票代码":
        code = re.search(r"(?<!\d)\d{5,6}(?!\d)", value)
        return code.group() if code else value
    if item != "签字会计师":
        return value
    return "、".join(
        part.strip("、 ") for part in re.split(r"(?:中国)?注册会计师[:：]", value) if part.strip("、 ")
    )


def _items(item: str) -> tuple[str, ...]:
    return ("注册地址", "办公地址") if item == "注册及办公地址" else (item,)


def _with_share_class(fact: Fact, pair: Pair) -> Fact:
    """H股, B股, 优先股 rows of the table of shares; the A share needs no mark."""
    kind = re.match(r"(?:境内|境外)?(?:[BH]股|优先股|可转债|GDR)", pair.group)
    return replace(fact, dimensions={"股票种类": kind.group()}) if kind else fact


def _says_something(value: str) -> bool:
    return bool(squash(value).strip("-—－/无")) and squash(value) not in ("不适用", "不适用。")


def _told(maker: Maker, paragraph: Paragraph) -> Iterator[Fact]:
    """In running text an address after the auditor is the auditor's."""
    after_auditor = False
    for pair in in_prose(paragraph, _spelling(), _lookup, _stops()):
        after_auditor = after_auditor or pair.name == "会计师事务所"
        item = "会计师事务所办公地址" if after_auditor and pair.name == "办公地址" else pair.name
        if not _says_something(pair.value) or len(pair.value) > 120:
            continue
        seen = maker.prose(paragraph, pair.value, pair.quote or "")
        for name in _items(item):
            if fact := maker.text(name, _cleaned(name, pair.value), seen):
                yield fact


# --- 联系人和联系方式 ------------------------------------------------------------------------------


def _persons_row(table: Table) -> int | None:
    """The row that heads the columns of persons; 董事会秘书 beside one plain name is no such row."""
    person = load(_RULES)["contact"]["person"]
    for row in rows_of(table):
        heads = [c for c in row.cells if re.match(person, squash(c.text))]
        if heads and heads[0].column > 0:
            return row.number
    return None


def _contacts(maker: Maker, table: Table, first: int) -> Iterator[Fact]:
    """Only the secretary's column is read. 董事会秘书 may share a cell with the name."""
    rules = load(_RULES)["contact"]
    rows = [row for row in rows_of(table) if row.number >= first and row.cells]
    column = next(c for c in rows[0].cells if re.match(rules["person"], squash(c.text)))
    name = re.sub(rules["person"] + r"(?:[、及兼/][一-鿿]*秘书)?", "", squash(column.text))
    if bare(rows[0].label) == "姓名" and name:
        yield from _contact(maker, "董事会秘书", name, maker.cell_seen(table, column, label=rows[0].label))
    for row in rows[1:]:
        item = rules["rows"].get(bare(row.label))
        cell = next((c for c in row.cells[1:] if c.column <= column.column < c.column + c.colspan), None)
        if item and cell is not None and _says_something(cell.text):
            seen = maker.cell_seen(table, cell, label=row.label, headers=("董事会秘书",))
            yield from _contact(maker, item, tidy(cell.text), seen)


def _contact(maker: Maker, item: str, value: str, seen: Observation) -> Iterator[Fact]:
    if fact := maker.text(item, value, seen):
        yield replace(fact, dimensions={"联系人": "董事会秘书"}) if item == "电子信箱" else fact


def _industry(maker: Maker) -> Iterator[Fact]:
    pattern = re.compile(load(_RULES)["industry"])
    for block in maker.document.blocks[: len(maker.document.blocks) // 3]:
        if isinstance(block, Paragraph) and "行业" in block.text and (match := pattern.search(flat(block))):
            seen = maker.prose(block, match["value"], match.group())
            if fact := maker.text("所属行业", match["value"].strip("《》"), seen):
                yield fact
            return
