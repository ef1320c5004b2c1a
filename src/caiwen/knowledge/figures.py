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
from caiwen.knowledge.fragments import without_fragments
from caiwen.knowledge.grids import Entry, Line, Part
from caiwen.knowledge.units import Measure, measure
from caiwen.knowledge.wraps import joined
from caiwen.records import Document, Fact, Filing, Observation, Scope

_CHILD = re.compile(r"^(?:其中|包括|[-－—–·•])[:：]?")
_NUMBERED = re.compile(r"^(?:[一二三四五六七八九十]+[、.．]|[（(][一二三四五六七八九十]+[）)])")
_NOTE_MARK = re.compile(r"[（(](?:\d{1,2}|注\d{0,2})[）)]$")
_CLOSES_FAMILY = re.compile(r"^(?:加|减)[:：]|合计|总计|小计|总额|净额|利润")


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
    above = Above()
    part = without_fragments(part)
    for line in joined(part.lines, lambda label: is_known(label, statement, sector)):
        governing = above.lines(line.label)
        above.pass_by(line)
        item = match_item(line.label, statement, sector, governing)
        if not line.label or (item is None and frame.known_only):
            continue
        names = (item.covers or (item.name,)) if item else (normalise_label(line.label),)
        for name in filter(None, names):
            facts.extend(_facts_of_line(line, name, item, part, frame))
    return facts


class Above:
    """The printed labels that may govern the next line: 其中 lines hang on the last line without that mark."""

    def __init__(self) -> None:
        self._last: str | None = None
        self._family: str | None = None
        self._heading: str | None = None
        self._section: str | None = None

    def lines(self, label: str) -> tuple[str, ...]:
        """Nearest first: the line that the child lines hang on, the line before, the heading, the numbered heading."""
        if _CHILD.match(label):
            self._family = self._last
        found = (self._family, self._last, self._heading, self._section)
        return tuple(dict.fromkeys(text for text in found if text))

    def pass_by(self, line: Line) -> None:
        label = line.label
        if not label or _CHILD.match(label):
            return
        numbered = bool(_NUMBERED.match(label))
        heading = not any(parse_number(entry.raw) is not None for entry in line.cells.values())
        if heading or numbered or _CLOSES_FAMILY.search(label):
            self._family = None
        if numbered:
            self._section = label if heading else None
        if heading:
            self._heading = label
        self._last = label


@lru_cache(maxsize=16384)
def match_item(label: str, statement: str | None, sector: str, above: tuple[str, ...] = ()) -> Item | None:
    """The taxonomy's item for a printed label; a reference to a note (…收益率(2)) is no part of it."""
    for text in dict.fromkeys((label, _NOTE_MARK.sub("", label))):
        if text and (item := taxonomy().match(text, statement=statement, sector=sector, parent=above)):
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
