"""Lines under bound columns → facts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from caiwen.finance.amount import Scale, parse_number
from caiwen.finance.items import Item, normalise_label, taxonomy
from caiwen.finance.text import squash
from caiwen.knowledge.columns import ColumnMeaning, span_and_period
from caiwen.knowledge.grids import Entry, Line, Part
from caiwen.knowledge.units import Measure, measure
from caiwen.knowledge.wraps import joined
from caiwen.records import Document, Fact, Filing, Observation, Scope

_CHILD = re.compile(r"^(?:其中|包括|[-－—–·•])[:：]?")
_NUMBERED = re.compile(r"^(?:[一二三四五六七八九十]+[、.．]|[（(][一二三四五六七八九十]+[）)])")
_NOTE_MARK = re.compile(r"[（(](?:\d{1,2}|注\d{0,2})[）)]$")
_SUBTOTAL = re.compile(r"^(?:小计|合计)$")
_ACTIVITY = re.compile(r"(?:经营|投资|筹资)活动")
_ACTIVITY_TOTAL = re.compile(r"^现金流[入出](?:小计|合计)$")
_TOTALS = re.compile(r"合计|总计|小计|总额|净额|利润")


@dataclass(frozen=True, slots=True)
class Frame:
    """What the figures of one table share. ``known_only``: leave out lines that the taxonomy does not know."""

    document: Document
    filing: Filing
    source: str
    statement: str | None = None
    scope: Scope = Scope.CONSOLIDATED
    scale: Scale | None = None
    known_only: bool = False


def figures(part: Part, frame: Frame) -> list[Fact]:
    """Every readable figure of a part as a fact; blanks, dashes and 不适用 give none."""
    sector, statement = frame.filing.sector, frame.statement
    facts: list[Fact] = []
    parents = Parents()
    for line in joined(part.lines, lambda label: is_known(label, statement, sector)):
        parent = parents.above(line)
        label = parents.in_section(line.label)
        item = match_item(label, statement, sector, parent)
        if not line.label or (item is None and frame.known_only):
            parents.pass_by(line, None)
            continue
        name = item.name if item else normalise_label(label)
        parents.pass_by(line, name)
        if name:
            facts.extend(_facts_of_line(line, name, item, part, frame))
    return facts


class Parents:
    """The line that a child line belongs to: 其中 lines hang on the last line without that mark."""

    def __init__(self) -> None:
        self.heading: str | None = None
        """The numbered line without figures (一、营业收入) whose total stands below its lines as 小计."""
        self._last: str | None = None
        self._family: str | None = None

    def above(self, line: Line) -> str | None:
        """The parent in whose sense the line may be read."""
        if _CHILD.match(line.label):
            self._family = self._last
        return self._family if self._family else self._last

    def in_section(self, label: str) -> str:
        """What a short label means under its heading: 小计 is the heading itself, 现金流入小计 that activity's."""
        if self.heading and _SUBTOTAL.match(label):
            return self.heading
        activity = _ACTIVITY.search(self.heading or "")
        return f"{activity.group()}{label}" if activity and _ACTIVITY_TOTAL.match(label) else label

    def pass_by(self, line: Line, name: str | None) -> None:
        label = line.label
        if _CHILD.match(label):
            return
        heading = not any(parse_number(entry.raw) is not None for entry in line.cells.values())
        if _NUMBERED.match(label):
            self.heading = label if heading else None
        if heading or _NUMBERED.match(label) or _TOTALS.search(label) or self._family is None:
            self._family = None
        self._last = name or normalise_label(label)


@lru_cache(maxsize=16384)
def match_item(label: str, statement: str | None, sector: str, parent: str | None = None) -> Item | None:
    """The taxonomy's item for a printed label; a reference to a note (…收益率(2)) is no part of it.

    A line of another sector's format only counts where this sector has none of that name.
    """
    for text in dict.fromkeys((label, _NOTE_MARK.sub("", label))):
        item = taxonomy().match(text, statement=statement, sector=sector, parent=parent) if text else None
        if item is not None and sector not in item.sectors and parent is not None:
            item = match_item(text, statement, sector) or item
        if item is not None:
            return item
    return None


def is_known(label: str, statement: str | None, sector: str) -> bool:
    return match_item(label, statement, sector) is not None


def _facts_of_line(line: Line, name: str, item: Item | None, part: Part, frame: Frame) -> Iterable[Fact]:
    for group, entry in line.cells.items():
        fact = make_fact(line, entry, name, item, part.columns[group], frame, part.scale)
        if fact is not None:
            yield fact


def make_fact(
    line: Line,
    entry: Entry,
    name: str,
    item: Item | None,
    meaning: ColumnMeaning,
    frame: Frame,
    scale: Scale | None,
) -> Fact | None:
    """None where the cell holds no number, or a sum of money whose scale is stated nowhere."""
    number = parse_number(entry.raw)
    if number is None or not meaning.period:
        return None
    how = measure(item.unit if item else None, line.label, meaning.headers, scale or frame.scale, entry.raw)
    if how is None:
        return None
    instant = item.kind == "instant" if item else frame.statement == "balance_sheet"
    span, period = span_and_period(meaning, instant=instant)
    filing = frame.filing
    return Fact(
        entity=filing.issuer or filing.short_name or filing.code or frame.document.name,
        code=filing.code,
        item=name,
        period=period,
        span=span,
        scope=meaning.scope or frame.scope,
        basis=meaning.basis,
        value=number * how.factor,
        unit=how.unit,
        reported_in=filing.period,
        source=frame.source,
        observation=observe(frame.document, line, entry, meaning, how),
    )


def observe(
    document: Document, line: Line, entry: Entry, meaning: ColumnMeaning, how: Measure
) -> Observation:
    return Observation(
        document=document.sha256,
        page=entry.page,
        table=entry.table,
        row=entry.row,
        column=entry.column,
        box=entry.box,
        raw=entry.raw,
        scale=how.scale,
        currency=how.currency,
        headers=tuple(squash(text) for text in meaning.headers),
        label=line.label,
        sheet=entry.sheet,
        parser=document.parser,
    )
