"""Questions with the pages that hold their answers: CFR-NumQA, and tables of questions with a quoted source sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from caiwen.errors import CaiwenError
from caiwen.evaluate import cfr
from caiwen.evaluate.page_text import flat, raw_pdf_page

Page = tuple[str, int]
"""File name without suffix, page."""

_PIECE = 6
_HOLDS = 0.8
"""Share of the pieces of a sentence that a page must hold to count as its place."""
_MOST_PAGES = 3
"""A sentence that stands on more pages is too general to tell where it comes from."""
_SHARES = 0.3
"""The same for a text of one or two pages."""


@dataclass(frozen=True, slots=True)
class Query:
    id: str
    group: str
    question: str
    pages: frozenset[Page]


def stem(name: str) -> str:
    return PurePosixPath(name).stem


def cfr_queries(path: Path) -> list[Query]:
    """The evidence pages of CFR-NumQA."""
    return [
        Query(g.id, "CFR-NumQA", g.question, frozenset((p.document, p.page) for p in g.evidence))
        for g in cfr.read_gold(path)
    ]


def sheet_queries(path: Path, document: Path) -> list[Query]:
    """Rows of an XLSX with the columns question and context (the sentence that answers), and doc (its page's text).

    The file does not say which page: it is where the sentence stands in ``document`` (a PDF), or, where there is none
    or it stands nowhere or all over, the pages that doc is made of. Rows of no such page are left out.
    """
    texts = _page_texts(document)
    queries = []
    for number, row in enumerate(_rows(path), start=2):
        pages = _pages_of(row, texts)
        if pages:
            places = frozenset((document.stem, page) for page in pages)
            queries.append(Query(f"{path.stem} 第 {number} 行", document.stem, row["question"], places))
    if not queries:
        raise CaiwenError("没有一行能在文件里找到出处", where=str(path), hint=f"核对文件：{document.name}")
    return queries


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    from openpyxl import load_workbook

    rows = load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True)
    header = [str(cell) for cell in next(rows, ())]
    if missing := {"question", "context"} - set(header):
        raise CaiwenError(f"表里缺少列：{'、'.join(sorted(missing))}", where=str(path))
    for row in rows:
        yield {name: "" if cell is None else str(cell) for name, cell in zip(header, row, strict=False)}


def _page_texts(document: Path) -> Sequence[frozenset[str]]:
    from caiwen.documents.pdf import page_count

    return [_pieces(raw_pdf_page(document, page)) for page in range(1, page_count(document) + 1)]


def _pages_of(row: Mapping[str, str], texts: Sequence[frozenset[str]]) -> list[int]:
    found = _holding(row["context"], texts, _HOLDS)
    return found if 0 < len(found) <= _MOST_PAGES else _holding(row.get("doc", ""), texts, _SHARES)


def _holding(text: str, texts: Sequence[frozenset[str]], share: float) -> list[int]:
    """Pages that hold at least this share of the pieces of a text."""
    pieces = _pieces(flat(text))
    if not pieces:
        return []
    return [page for page, held in enumerate(texts, start=1) if len(pieces & held) >= share * len(pieces)]


def _pieces(text: str) -> frozenset[str]:
    return frozenset(text[i : i + _PIECE] for i in range(len(text) - _PIECE + 1))
