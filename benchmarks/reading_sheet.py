"""A sheet for reading facts against the page they cite: drawn by extractor and document, printed beside the page's text.

    python benchmarks/reading_sheet.py FILE... --seed 20261124 --per 3 --output sheet.txt

From every document and every extractor one page (or table, where a format has no pages) is drawn, with up to
``--per`` of its facts, and a third as many from its other pages. The sheet repeats what is printed: the lines
around each fact and the headings of the page, or the rows and the header of its table. It judges nothing.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import pypdfium2

from caiwen import documents, knowledge
from caiwen.finance.text import squash
from caiwen.records import Document, Fact, Table

HEADING = re.compile(r"年|期末|期初|本期|上期|合并|母公司|单位|本行|本集团|季度|调整|项目|类别|√|适用")
NEAR = 3
Place = tuple[int, int]


def draw(chance: random.Random, document: Document, facts: Sequence[Fact], per: int) -> list[Fact]:
    """The same facts for the same seed, whatever order they come in."""
    drawn = []
    for source in sorted({f.source for f in facts}):
        pages = defaultdict[str, list[Fact]](list)
        for fact in sorted((f for f in facts if f.source == source), key=lambda f: f.id):
            pages[str(place(document, fact))].append(fact)
        page = chance.choice(sorted(pages))
        others = [f for p in sorted(pages) if p != page for f in pages[p]]
        drawn += chance.sample(pages[page], min(per, len(pages[page])))
        drawn += chance.sample(others, min(max(1, per // 3), len(others)))
    return drawn


def place(document: Document, fact: Fact) -> Place:
    """Page and table; a PDF is read by page."""
    seen = fact.observation
    return (seen.page or 0, 0) if document.format == "pdf" else (0, -1 if seen.table is None else seen.table)


def printed(lines: Sequence[str], facts: Sequence[Fact]) -> Iterator[str]:
    """The lines of a page around the facts, and those above that look like headings."""
    hits = [i for i, line in enumerate(lines) for f in facts if _stands_in(f, line)]
    for i, line in enumerate(lines):
        heading = HEADING.search(line) and len(line) < 70 and not re.search(r"\d[\d,]{5,}", line)
        if any(abs(i - hit) <= NEAR for hit in hits) or (heading and hits and i < max(hits)):
            yield f"    {line}"


def _stands_in(fact: Fact, line: str) -> bool:
    raw = squash(fact.observation.raw)
    return bool(raw) and (raw in squash(line) or (len(squash(line)) > 5 and squash(line) in raw))


def rows(table: Table, facts: Sequence[Fact]) -> Iterator[str]:
    """Caption, unit, the first rows and the rows of the facts."""
    yield f"    {table.caption} {table.unit_text} {' / '.join(text[-60:] for text in table.context[-3:])}"
    wanted = {0, 1, 2} | {f.observation.row for f in facts if f.observation.row is not None}
    for number in sorted(wanted):
        cells = [c.text.replace("\n", "")[:60] for c in table.cells if c.row == number]
        yield f"    {number}: " + " | ".join(cells)


def told(number: int, fact: Fact) -> str:
    value = fact.text if fact.value is None else f"{fact.value:,f} {fact.unit}"
    about = " ".join(f"{name}={text}" for name, text in fact.dimensions.items())
    where = f"{fact.period} {fact.span.value} {fact.scope.value} {fact.basis.value}"
    seen = fact.observation
    return (
        f"[{number}] {fact.source} {fact.item} {about} {where} = {value}"
        f" ← {seen.raw[:40]!r} {seen.label[:24]!r} {'/'.join(seen.headers)[:60]} {seen.quote[:160] if seen.quote else ''}"
    )


def sheet(paths: Sequence[Path], seed: int, per: int) -> Iterator[str]:
    chance, number = random.Random(seed), 0
    for path in paths:
        document = documents.read(path)
        known = knowledge.understand(document)
        filing = known.filing
        yield f"\n## {path.name}  {filing.kind} {filing.period} {filing.issuer} {filing.published}"
        groups = defaultdict[Place, list[Fact]](list)
        for fact in draw(chance, document, known.facts, per):
            groups[place(document, fact)].append(fact)
        tables = {table.index: table for table in document.tables}
        pdf = pypdfium2.PdfDocument(path) if document.format == "pdf" else None
        for (page, table), facts in sorted(groups.items()):
            yield f"--- page {page} table {table}"
            if pdf is not None and page:
                yield from printed(pdf[page - 1].get_textpage().get_text_bounded().splitlines(), facts)
            elif table in tables:
                yield from rows(tables[table], facts)
            for fact in facts:
                number += 1
                yield told(number, fact)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--per", type=int, default=3, help="facts of the page drawn, for each extractor and document"
    )
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    lines = list(sheet(options.files, options.seed, options.per))
    options.output.write_text("\n".join(lines), encoding="utf-8")
    print(f"{sum(line.startswith('[') for line in lines)} facts")


if __name__ == "__main__":
    main()
