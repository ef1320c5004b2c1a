"""How the disclosure extractors turn a cell or a sentence into a fact, and walk a table's rows.

``gist`` is the cheap test that lets an extractor pass over the tables that cannot concern it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache

from caiwen.finance.amount import parse_number
from caiwen.finance.text import squash
from caiwen.knowledge.units import Measure
from caiwen.records import Basis, Cell, Document, Fact, Filing, Observation, Paragraph, Scope, Span, Table

FIGURE = re.compile(r"[-－—(（]?[\d,，]*\.?\d+[)）]?\s*[%％]?")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a value is, apart from where it stands."""

    item: str
    period: str
    span: Span = Span.YTD
    scope: Scope = Scope.CONSOLIDATED
    basis: Basis = Basis.REPORTED
    dimensions: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the facts of one extractor over one document."""

    document: Document
    filing: Filing
    source: str

    @property
    def period(self) -> str | None:
        return self.filing.period

    def meaning(self, item: str, *, span: Span = Span.YTD) -> Meaning:
        """In the filing's own period."""
        return Meaning(item, self.filing.period or "", span)

    def number(
        self,
        meaning: Meaning,
        table: Table,
        cell: Cell,
        measure: Measure,
        *,
        label: str = "",
        headers: Iterable[str] = (),
    ) -> Fact | None:
        """The fact of one cell; None where the cell holds no number (blank is not 0) or no period is known."""
        value = parse_number(cell.text)
        if value is None or not meaning.period:
            return None
        seen = self._cell(table, cell, measure.scale, measure.currency, label, headers)
        return self._fact(meaning, seen, value=value * measure.factor, unit=measure.unit)

    def text(self, item: str, text: str, seen: Observation) -> Fact | None:
        meaning = self.meaning(item, span=Span.INSTANT)
        return self._fact(meaning, seen, text=text) if meaning.period and text else None

    def told(
        self, meaning: Meaning, paragraph: Paragraph, raw: str, value: Decimal, unit: str, quote: str
    ) -> Fact:
        """A number read from prose; ``value`` already in base units."""
        number = re.match(r"[-\d,，.．\s－−]+", raw)
        scale = raw[number.end() :] or None if number else None
        currency = "CNY" if unit.startswith("元") else None
        return self._fact(meaning, self.prose(paragraph, raw, quote, scale, currency), value=value, unit=unit)

    def prose(
        self,
        paragraph: Paragraph,
        raw: str,
        quote: str,
        scale: str | None = None,
        currency: str | None = None,
    ) -> Observation:
        return Observation(
            document=self.document.sha256,
            page=paragraph.page,
            box=paragraph.box,
            raw=raw,
            scale=scale,
            currency=currency,
            quote=quote,
            parser=self.document.parser,
        )

    def _cell(
        self,
        table: Table,
        cell: Cell,
        scale: str | None,
        currency: str | None,
        label: str,
        headers: Iterable[str],
    ) -> Observation:
        return Observation(
            document=self.document.sha256,
            page=cell.page or table.page,
            table=table.index,
            row=cell.row,
            column=cell.column,
            box=cell.box,
            raw=cell.text.strip(),
            scale=scale,
            currency=currency,
            headers=tuple(dict.fromkeys(h for h in headers if h)),
            label=label,
            sheet=table.sheet,
            parser=self.document.parser,
        )

    def cell_seen(
        self, table: Table, cell: Cell, *, label: str = "", headers: Iterable[str] = ()
    ) -> Observation:
        return self._cell(table, cell, None, None, label, headers)

    def _fact(
        self,
        meaning: Meaning,
        seen: Observation,
        *,
        value: Decimal | None = None,
        unit: str | None = None,
        text: str | None = None,
    ) -> Fact:
        filing = self.filing
        return Fact(
            entity=filing.issuer or filing.short_name or self.document.name,
            code=filing.code,
            item=meaning.item,
            period=meaning.period,
            span=meaning.span,
            scope=meaning.scope,
            basis=meaning.basis,
            value=value,
            unit=unit,
            text=text,
            dimensions=dict(meaning.dimensions or {}),
            observation=seen,
            reported_in=filing.period,
            source=self.source,
        )


def gist(table: Table, cells: int = 80) -> str:
    """The first cells without white space, with what stands above the table."""
    texts = (table.caption, *table.context, *(cell.text for cell in table.cells[:cells]))
    return "".join("".join(texts).split())


@dataclass(frozen=True)
class Row:
    """One row: its cells once each, blanks left out."""

    number: int
    cells: tuple[Cell, ...]

    @cached_property
    def label(self) -> str:
        return squash(self.cells[0].text) if self.cells else ""

    @cached_property
    def numbers(self) -> list[Cell]:
        return [cell for cell in self.cells if is_number(cell.text)]

    @property
    def is_banner(self) -> bool:
        """One text over the whole row, or beside blanks only."""
        return len(self.cells) == 1 and not is_number(self.cells[0].text)


def rows_of(table: Table) -> list[Row]:
    """Rows of non-blank cells; a cell merged over rows stands in each of them."""
    rows = []
    for number, places in enumerate(table.grid()):
        cells = dict.fromkeys(id(c) for c in places if c is not None and c.text.strip())
        by_id = {id(c): c for c in places if c is not None}
        rows.append(Row(number, tuple(by_id[i] for i in cells)))
    return rows


@lru_cache(maxsize=1 << 15)
def is_number(text: str) -> bool:
    flat = squash(text)
    return bool(flat) and FIGURE.fullmatch(flat) is not None and parse_number(text) is not None


def headers_over(rows: list[Row], row: int, cell: Cell, first: int = 0) -> tuple[str, ...]:
    """Texts of the rows ``first`` to ``row`` that stand over the columns of ``cell``, outermost first."""
    found = []
    for above in rows[first:row]:
        for other in above.cells:
            if other.column < cell.column + cell.colspan and cell.column < other.column + other.colspan:
                found.append(squash(other.text))
    return tuple(dict.fromkeys(found))


def once(facts: Iterable[Fact]) -> list[Fact]:
    """Facts that say the same of the same thing (a table printed twice, a total told again) are kept once, the first."""
    kept: dict[tuple[object, ...], Fact] = {}
    for fact in facts:
        kept.setdefault((*fact.key(), fact.basis, fact.value, fact.text), fact)
    return list(kept.values())
