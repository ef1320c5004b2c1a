"""The three statements, of the group and of the company itself.

A statement is a title line, then one or more tables, up to the next title or prose. Where a
document prints a statement several times (first adoption of a standard, pro-forma books, digests), the one within the
financial report is taken; of a table with a column of adjustments only the opening balances (2020年1月1日) count. A plain 资产负债表 is the company's own where a consolidated one stands beside it; a company
without subsidiaries has only the one, and that counts as consolidated, since it is what a question about it means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from caiwen.finance.amount import Scale
from caiwen.finance.period import Period
from caiwen.knowledge.columns import period_of
from caiwen.knowledge.data import pattern
from caiwen.knowledge.figures import Frame, figures, is_known, match_item
from caiwen.knowledge.grids import Part, read_table
from caiwen.knowledge.titles import RULES, Title, is_filler, read_title
from caiwen.knowledge.units import document_scale, stated_scale, table_scale
from caiwen.records import Basis, Document, Fact, Filing, Paragraph, Scope, Span, Table

SUPPLEMENT = "cash_flow_supplement"
"""现金流量表补充资料: from the profit to the operating cash flow, with depreciation; printed in the notes."""
_LEAST_KNOWN = 3
_STRAY = 2
"""Lines other than dates, units and names that may stand between a title and its table."""


@dataclass(slots=True)
class Statement:
    """One printed statement: its title and the parts read so far."""

    title: Title
    block: int
    scope: Scope | None
    anchor: Period | None = None
    scale: Scale | None = None
    parts: list[Part] = field(default_factory=list)
    own: bool = False
    labels: set[str] = field(default_factory=set)

    @property
    def periods(self) -> set[tuple[str, Scope | None, bool]]:
        kept = (
            c for part in self.parts for c in part.columns if not part.adjusted or c.basis is Basis.OPENING
        )
        return {(c.period, c.scope or self.scope, self.title.single) for c in kept}

    @property
    def source(self) -> str:
        return "opening_balances" if any(part.adjusted for part in self.parts) else self.title.kind


def extract(document: Document, filing: Filing) -> list[Fact]:
    """Facts of every statement line, as first printed in the financial report."""
    chosen = choose(_scoped(find(document, filing)))
    default = document_scale(document) if any(s.scale is None for s in chosen) else None
    facts: list[Fact] = []
    for statement in chosen:
        frame = Frame(
            document, filing, statement.source, statement.title.kind,
            statement.scope or Scope.CONSOLIDATED, statement.scale or default,
            known_only=statement.title.digest or statement.title.kind == SUPPLEMENT,
        )  # fmt: skip
        for part in statement.parts:
            read = figures(_alone(part) if statement.title.single else part, frame)
            facts.extend(f for f in read if not part.adjusted or f.basis is Basis.OPENING)
    return facts


def _alone(part: Part) -> Part:
    """The part with its columns meaning the last quarter alone: 本期发生额 under 合并本报告期利润表."""
    quarters = {"Q1": "Q1", "H1": "Q2", "Q3": "Q3"}
    columns = tuple(
        replace(c, span=Span.SINGLE, period=c.period[:4] + quarters.get(c.period[4:], "Q4"))
        if c.role == "value" and c.span is Span.YTD
        else c
        for c in part.columns
    )
    return replace(part, columns=columns)


def find(document: Document, filing: Filing) -> list[Statement]:
    """Every readable statement in the order of print, restatements and digests too."""
    return [s for s in _Walk(document, filing).run() if s.parts and (s.own or not _is_stray(s.title))]


def _is_stray(title: Title) -> bool:
    """Key lines that do not say whose they are, outside the company's own account of itself."""
    return title.digest and title.scope is None


def choose(found: Sequence[Statement]) -> list[Statement]:
    """Without the repetitions: for the same statement, books and periods the best one stays."""
    kept: list[Statement] = []
    for statement in sorted(found, key=lambda s: (s.title.digest, not s.own, -len(s.labels) // 8, s.block)):
        rivals = [k for k in kept if k.title.kind == statement.title.kind]
        if not statement.periods <= {p for rival in rivals for p in rival.periods}:
            kept.append(statement)
    return sorted(kept, key=lambda s: s.block)


def _scoped(found: Sequence[Statement]) -> list[Statement]:
    consolidated = {s.title.kind for s in found if s.scope is Scope.CONSOLIDATED or s.title.both}
    for statement in found:
        if statement.scope is None:
            statement.scope = Scope.PARENT if statement.title.kind in consolidated else Scope.CONSOLIDATED
    return list(found)


@dataclass(slots=True)
class _Walk:
    """One pass over the blocks with the title seen last and the statement that may still go on."""

    document: Document
    filing: Filing
    found: list[Statement] = field(default_factory=list)
    pending: Statement | None = None
    active: Statement | None = None
    stray: int = 0

    def run(self) -> list[Statement]:
        for number, block in enumerate(self.document.blocks):
            if isinstance(block, Table):
                self._table(number, block)
            else:
                self._paragraph(number, block)
        return self.found

    def _paragraph(self, number: int, block: Paragraph) -> None:
        for line in block.text.split("\n"):
            title = read_title(line)
            if title is not None:
                self._open(title, number)
            elif self.pending is not None:
                self._between(line)
            elif self.active is not None and not is_filler(line):
                self.active = None

    def _open(self, title: Title, number: int) -> None:
        self.stray = 0
        former = self.active
        continued = (
            former is not None and former.title.kind == title.kind and former.title.scope == title.scope
        )
        if former is not None and continued and ("续" in title.text or former.title.text == title.text):
            self.pending = former
            return
        path = self._path(number)
        self.pending = Statement(
            title,
            number,
            title.scope or (None if title.both else _scope_of(path)),
            period_of(title.text),
            stated_scale(title.text),
            own=bool(pattern(RULES, "own_section").search(path)) and not _is_foreign(path),
        )
        self.active = None

    def _between(self, line: str) -> None:
        """A line after a title: its date or unit, or the end of hope that a table follows."""
        statement = self.pending
        if statement is None:
            return
        if not statement.parts:
            statement.scale = stated_scale(line) or statement.scale
            if is_filler(line):
                statement.anchor = statement.anchor or period_of(line)
        self.stray += not is_filler(line)
        if self.stray > _STRAY:
            self.pending = None

    def _table(self, number: int, table: Table) -> None:
        pending, self.pending = self.pending, None
        if pending is not None:
            self._begin(pending, table)
        elif (title := _title_of(table)) is not None:
            self._open(title, number)
            if self.pending is not None:
                self._table(number, table)
        else:
            self._go_on(table)

    def _begin(self, statement: Statement, table: Table) -> None:
        for text in (*table.context, table.unit_text):
            statement.scale = stated_scale(text) or statement.scale
        statement.scale = statement.scale or table_scale(table)
        inherited = statement.parts[-1] if statement.parts else None
        parts = read_table(table, self.filing, anchor=statement.anchor, inherited=inherited)
        if self._known(parts, statement) >= _LEAST_KNOWN or (inherited and parts):
            self._add(statement, parts)
        else:
            self.active = None

    def _go_on(self, table: Table) -> None:
        """A table right after a statement: its next piece, or the parent's statement under a lost title."""
        statement = self.active
        if statement is None:
            return
        parts = read_table(table, self.filing, anchor=statement.anchor, inherited=statement.parts[-1])
        names = self._names(parts, statement)
        if len(names) * 2 < sum(1 for part in parts for line in part.lines if line.cells) or not names:
            self.active = None
        elif len(names & statement.labels) * 3 > len(names):
            self.active = None  # the same lines again: other books, whose is not said
        else:
            self._add(statement, parts)

    def _add(self, statement: Statement, parts: list[Part]) -> None:
        if not statement.parts:
            self.found.append(statement)
        statement.parts.extend(parts)
        statement.labels |= self._names(parts, statement)
        self.active = statement

    def _known(self, parts: Iterable[Part], statement: Statement) -> int:
        return len(self._names(parts, statement))

    def _names(self, parts: Iterable[Part], statement: Statement) -> set[str]:
        return set(_item_names(parts, statement.title.kind, self.filing.sector))

    def _path(self, number: int) -> str:
        section = self.document.section_at(number)
        return "/".join(section.path) if section else ""


def _item_names(parts: Iterable[Part], kind: str, sector: str) -> Iterator[str]:
    for part in parts:
        for line in part.lines:
            if line.label and is_known(line.label, kind, sector):
                item = match_item(line.label, kind, sector)
                if item is not None and item.statement == kind:
                    yield item.name


def _same_books(one: Title, other: Title) -> bool:
    return (one.kind, one.scope, one.both, one.single) == (other.kind, other.scope, other.both, other.single)


def _scope_of(path: str) -> Scope | None:
    """Whose books the headings above speak of (（二）母公司报表), when the title itself does not say."""
    parent, group = "母公司" in path, "合并" in path
    return None if parent == group else Scope.PARENT if parent else Scope.CONSOLIDATED


def _is_foreign(path: str) -> bool:
    return bool(pattern(RULES, "foreign_section").search(path))


_BEFORE_YEAR = re.compile(r"^[一-鿿A-Za-z*]{2,10}?[-_]?(?:19|20)\d{2}年?(?:度|末)?[-_]?")
"""A sheet called after the company and the year before the statement."""


def _title_of(table: Table) -> Title | None:
    """A title that the reader attached to the table, or that stands in its first row or on its sheet."""
    first = [cell.text for cell in table.cells if cell.row == 0 and cell.text.strip()]
    inside = first if len(first) == 1 else []
    sheet = table.sheet or ""
    for text in (*inside, table.caption, *reversed(table.context[-3:]), sheet, _BEFORE_YEAR.sub("", sheet)):
        if text and (title := read_title(text)) is not None:
            return title
    return None
