"""Tables without rulings among the free lines of a document, over its page breaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from caiwen.documents.joining import EDGE, MOST_ASIDE
from caiwen.documents.pdf.borderless import (
    Carry,
    Region,
    find_regions,
    head_texts,
    open_head,
    pitch_of,
    repeats,
    titles,
)
from caiwen.documents.pdf.borderless_cells import build_table, column_edges
from caiwen.documents.pdf.borderless_columns import OUTDENT, Column, find_columns, fits
from caiwen.documents.pdf.borderless_heads import merge_lines, with_heads
from caiwen.documents.pdf.borderless_rows import put_together
from caiwen.documents.pdf.lines import Piece
from caiwen.documents.pdf.raw import RawBlock, RawLine, RawPage, RawTable
from caiwen.documents.pdf.rows import Row, is_value, row_of
from caiwen.documents.pdf.rulings import Ruling


@dataclass
class _Run:
    """Free lines of a page without a ruled table between them; ``first`` and ``last``: nothing stands before, after.

    ``aside``: they stand so far right of where the table of the page before would go on (mirrored margins).
    """

    page: int
    lines: list[RawLine]
    first: bool
    last: bool
    aside: float = 0.0

    def rows(self) -> list[Row]:
        """The lines, as if nothing stood aside."""
        rows = [row_of(line.pieces) for line in self.lines]
        return [Row(tuple(_moved(p, self.aside) for p in row.pieces)) for row in rows] if self.aside else rows

    def rules(self, page: RawPage) -> list[Ruling]:
        return [(y, x0 - self.aside, x1 - self.aside) for y, x0, x1 in page.rules]


@dataclass
class _Part:
    """The piece of a table on one page. ``table``: once it is built."""

    run: _Run
    region: Region
    rows: list[Row]
    table: RawTable | None = None

    @property
    def head(self) -> list[Row]:
        return self.rows[self.region.start : self.region.start + self.region.head]

    @property
    def tail(self) -> list[Row]:
        return self.rows[self.region.stop : self.region.stop + self.region.tail]

    @property
    def body(self) -> list[Row]:
        return self.rows[self.region.start + self.region.head : self.region.stop]


def find_tables(pages: Sequence[RawPage]) -> tuple[list[RawPage], frozenset[int]]:
    """The pages with the tables among their lines, and the pages whose first row goes on with the row before.

    ``pages`` in order, running headers and footers taken off.
    """
    runs = {page.number: list(_runs(page)) for page in pages}
    cut: set[int] = set()
    built: dict[int, list[_Part]] = {}
    by_number = {page.number: page for page in pages}
    for parts in _grouped(pages, runs):
        cut |= _build(parts, by_number)
        for part in parts:
            built.setdefault(id(part.run), []).append(part)
    return [_with_tables(page, runs[page.number], built) for page in pages], frozenset(cut)


def _runs(page: RawPage) -> Iterator[_Run]:
    done = 0
    for is_line, group in groupby(page.blocks, key=lambda block: isinstance(block, RawLine)):
        items = list(group)
        first, done = done == 0, done + len(items)
        if is_line:
            lines = [b for b in items if isinstance(b, RawLine)]
            yield _Run(page.number, lines, first, done == len(page.blocks))


def _grouped(pages: Sequence[RawPage], runs: dict[int, list[_Run]]) -> list[list[_Part]]:
    """The parts of every table, in reading order."""
    groups: list[list[_Part]] = []
    ends = _Ends()
    before: RawPage | None = None
    for page in pages:
        handed = ends if before is not None and _follows(before, page) else _Ends()
        ends, before = _Ends(), page
        for run in runs[page.number]:
            found, ends = _read_run(run, page, handed if run.first else _Ends())
            groups += found
    return groups


@dataclass
class _Ends:
    """What may go on overleaf: a table that reaches the end of its page, or header lines alone."""

    table: list[_Part] | None = None
    head: _Part | None = None


def _read_run(run: _Run, page: RawPage, handed: _Ends) -> tuple[list[list[_Part]], _Ends]:
    """The tables that begin in a run of lines, and what may go on after it; a table of ``handed`` grows."""
    rows, regions = _regions(run, page, handed.table)
    found: list[list[_Part]] = []
    group: list[_Part] = []
    region: Region | None = None
    for region in regions:
        part = _Part(run, region, rows)
        if region.continued and handed.table:
            group = handed.table
            _adopt_tail(group[-1])
            group.append(part)
        else:
            group = [part]
            if handed.head and region is regions[0] and _is_head_of(handed.head, part):
                part.region = replace(region, continued=True)
                group = [handed.head, part]
            found.append(group)
    if not run.last:
        return found, _Ends()
    if region is not None and region.stop + region.tail == len(rows):
        return found, _Ends(table=group)
    head = open_head(rows, region.stop if region else 0)
    return found, _Ends(head=_Part(run, head, rows) if head else None)


def _regions(run: _Run, page: RawPage, table: list[_Part] | None) -> tuple[list[Row], list[Region]]:
    """The rows of a run and the tables among them; the margins of odd and even pages may mirror each other."""
    rows = run.rows()
    carry = _carry(table) if table else None
    regions = find_regions(rows, run.rules(page), carry)
    if carry is None or (regions and regions[0].continued):
        return rows, regions
    run.aside = _aside(rows, carry.columns)
    moved = run.rows() if run.aside else rows
    again = find_regions(moved, run.rules(page), carry) if run.aside else []
    if again and again[0].continued:
        return moved, again
    run.aside = 0.0
    return rows, regions


def _aside(rows: Sequence[Row], columns: Sequence[Column]) -> float:
    """How far right of a table's columns the figures of a page end; 0 where its rows are not as wide."""
    figures = [row for row in rows if row.seed]
    if not figures:
        return 0.0
    left = min(row.pieces[0].x0 for row in figures) - columns[0].x0
    right = max(row.pieces[-1].x1 for row in figures) - columns[-1].x1
    alike = abs(left - right) <= OUTDENT * figures[0].size
    return right if alike and EDGE < abs(right) <= MOST_ASIDE else 0.0


def _moved(piece: Piece, aside: float) -> Piece:
    return replace(piece, x0=piece.x0 - aside, x1=piece.x1 - aside)


def _is_head_of(above: _Part, part: _Part) -> bool:
    """Whether header lines at the foot of a page head the table at the top of the next."""
    if not repeats(part.rows[: part.region.start], titles(above.rows, above.region.start)):
        return False
    columns = find_columns(part.body)
    return all(fits(row, columns) for row in above.body)


def _follows(before: RawPage, page: RawPage) -> bool:
    return page.number == before.number + 1 and page.frame == before.frame


def _carry(parts: Sequence[_Part]) -> Carry:
    rows = [*parts[-1].body, *parts[-1].tail]
    labels = [p.text for p in rows[-1].pieces if not is_value(p)] if rows else []
    first = parts[0]
    above = titles(first.rows, first.region.start)
    return Carry(
        _columns(parts),
        head_texts(first.head),
        len(first.head),
        above,
        tuple(labels),
        pitch_of(part.body for part in parts),
    )


def _columns(parts: Sequence[_Part]) -> list[Column]:
    return with_heads(find_columns([row for part in parts for row in part.body]), merge_lines(parts[0].head))


def _adopt_tail(part: _Part) -> None:
    """The names at the foot of the page belong to the table, since it goes on overleaf."""
    part.region = replace(part.region, stop=part.region.stop + part.region.tail, tail=0)


def _build(parts: Sequence[_Part], pages: dict[int, RawPage]) -> set[int]:
    columns = _columns(parts)
    rules = [part.run.rules(pages[part.run.page]) for part in parts]
    bodies, goes_on = put_together([part.body for part in parts], columns, rules)
    edges = column_edges(columns, [r for p in parts for r in p.head], [r for body in bodies for r in body])
    for part, body, across in zip(parts, bodies, rules, strict=True):
        frame = pages[part.run.page].frame
        own = [edge + part.run.aside for edge in edges]
        part.table = build_table(merge_lines(part.head), body, columns, own, across, frame)
    return {part.run.page for part, on in zip(parts, goes_on, strict=True) if on}


def _with_tables(page: RawPage, runs: Sequence[_Run], built: dict[int, list[_Part]]) -> RawPage:
    """The page with lines in their tables' places."""
    if not any(id(run) in built for run in runs):
        return page
    lines = iter(runs)
    blocks: list[RawBlock] = []
    for is_line, group in groupby(page.blocks, key=lambda block: isinstance(block, RawLine)):
        blocks += _replaced(run := next(lines), built.get(id(run), [])) if is_line else group
    return replace(page, blocks=tuple(blocks))


def _replaced(run: _Run, parts: Sequence[_Part]) -> Iterator[RawBlock]:
    """The lines and tables of a run; the titles that a table repeats on a further page are left out."""
    at = 0
    for part in sorted(parts, key=lambda p: p.region.start):
        if not part.region.continued:
            yield from run.lines[at : part.region.start]
        if part.table is not None:
            yield part.table
        at = part.region.stop
    yield from run.lines[at:]
