"""Table rows that a page break cuts through: the text of their cells goes on in the first row of the next page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from caiwen.documents.pdf.raw import RawCell, RawPage, RawTable

OPENER = re.compile(
    r"其中|加[:：]|减[:：]|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[）)]|\d+[、.．](?!\d)|第[一二三四五六七八九十\d]"
)
_DIGITAL = re.compile(r"[-+()（）\d,.%％ ]+")
_CUT = re.compile(r".*(?:,\d{0,2}|[-.(（])|[-(（]?\d{1,3}(?:,\d{3})+\.\d|\.")
"""A number that cannot end here: an open group of digits, a bare sign, or one decimal where money has two."""
_REST = re.compile(r"[,.%％)）]|\d{1,2}$")
_CLOSERS = "）)”》】、，。；：%％"
_PAIRS = (("（", "）"), ("(", ")"), ("“", "”"), ("《", "》"), ("【", "】"))


def broken_rows(pages: Sequence[RawPage]) -> frozenset[int]:
    """Numbers of the pages whose first table begins with the rest of the row that the page before ended with."""
    found = set()
    for before, after in pairwise(pages):
        if after.number != before.number + 1 or not before.blocks or not after.blocks:
            continue
        last, first = before.blocks[-1], after.blocks[0]
        if isinstance(last, RawTable) and isinstance(first, RawTable) and row_goes_on(last, first):
            found.add(after.number)
    return frozenset(found)


def row_goes_on(before: RawTable, after: RawTable) -> bool:
    """Every text of the first row must fit on as the rest of the text above it, and one must show that it does."""
    above = {c.column: c for c in before.cells if c.row + c.rowspan == before.n_rows}
    pairs = [(above.get(c.column), c) for c in after.cells if c.row == 0 and c.text]
    if not pairs or after.n_columns < 2:
        return False
    alone = len(pairs) == 1
    signs = [_sign(one, two, alone) for one, two in pairs]
    return min(signs) >= 0 and max(signs) > 0


def _sign(before: RawCell | None, after: RawCell, alone: bool) -> int:
    """1: it is the rest of the text above; 0: it may be; -1: it is not."""
    if before is None or not before.text or before.colspan != after.colspan:
        return -1
    if _DIGITAL.fullmatch(after.text) and _DIGITAL.fullmatch(before.text):
        return 1 if _CUT.fullmatch(before.text) and _fits(before.text, after.text) else -1
    if _closes(before.text, after.text):
        return 1
    if OPENER.match(after.text) or after.text[-1] in "：:" or before.room > after.head:
        return -1
    if after.column > 0 or len(after.text) <= 2:
        return 1
    return 1 if alone and not _is_item(after.text) else 0


def _fits(before: str, after: str) -> bool:
    """Whether the two make one well-formed number."""
    whole = re.sub(r"[()（）\s]", "", before + after).rstrip("%％")
    return bool(re.fullmatch(r"[-+]?\d{1,3}(?:,\d{3})*(?:\.\d+)?|[-+]?\d+(?:\.\d+)?", whole))


def _closes(before: str, after: str) -> bool:
    """The second text closes a bracket that the first left open, or begins with what cannot begin a line."""
    if after[0] in _CLOSERS:
        return True
    return any(before.count(a) > before.count(b) and after.count(b) > after.count(a) for a, b in _PAIRS)


def _is_item(text: str) -> bool:
    from caiwen.finance.items import taxonomy

    return taxonomy().match(text) is not None
