"""Table rows that a page break cuts through: the text of their cells goes on in the first row of the next page.

Rules in ``splits.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from caiwen.documents.joining import same_widths
from caiwen.documents.pdf.raw import RawCell, RawPage, RawTable
from caiwen.documents.rules import load_rules

EDGE = 3.0
SLACK = 1.5
"""Points by which a line may miss the cell's end and still count as full."""
SURELY = 0.8
"""The rest of a label that stands alone in its row leaves less room than this share of a character above it."""
_DIGITAL = re.compile(r"[-+()（）\d,.%％ ]+")
_CUT = re.compile(r".*(?:,\d{0,2}|[-.(（])")
"""A number that cannot end here: an open group of digits, a bare sign."""
_SHORT, _ONE_MORE = re.compile(r"[-(（]?\d{1,3}(?:,\d{3})+\.\d"), re.compile(r"\d[)）]?")
"""One decimal where money has two, and the other."""
_TO = "—–-至~～（("
"""A text that ends so waits for a number: a span of dates, an open bracket."""
_PAIRS = (("（", "）"), ("(", ")"), ("“", "”"), ("《", "》"), ("【", "】"))


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile("|".join(load_rules("pdf/splits.yaml")[name]))


@cache
def _whole() -> frozenset[str]:
    return frozenset(load_rules("pdf/splits.yaml")["whole"])


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
    """Every text of the first row must fit on as the rest of the text above it, and one must show that it does.

    Broken numbers outweigh any doubt about the words beside them. A header that both pages repeat is passed over.
    """
    if after.n_columns < 2 or not (before.ruled and after.ruled):
        return False
    row = 0
    while row < after.n_rows - 1 and any(_texts(after, row)) and _texts(before, row) == _texts(after, row):
        row += 1
    above = [c for c in before.cells if c.row + c.rowspan == before.n_rows]
    below = [c for c in after.cells if c.row == row and c.text]
    pairs = [(_same_place(before, above, after, cell), cell) for cell in below]
    bare = sum(1 for c in above if c.text) == 1
    signs = [_sign(one, two, alone=len(pairs) == 1, bare=bare) for one, two in pairs]
    figures = [sign for sign, (_, cell) in zip(signs, pairs, strict=True) if _DIGITAL.fullmatch(cell.text)]
    if figures and min(figures) > 0 and all(one is not None and one.text for one, _ in pairs):
        return True
    return bool(signs) and min(signs) >= 0 and max(signs) > 0


def _texts(table: RawTable, row: int) -> list[str]:
    return [c.text for c in table.cells if c.row == row]


def _same_place(before: RawTable, above: list[RawCell], after: RawTable, cell: RawCell) -> RawCell | None:
    """The cell above between the same borders, which may all stand aside (mirrored margins)."""
    aside = after.edges[0] - before.edges[0] if same_widths(before.edges, after.edges) else 0.0
    x0, x1 = after.edges[cell.column] - aside, after.edges[cell.column + cell.colspan] - aside
    for one in above:
        a0, a1 = before.edges[one.column], before.edges[one.column + one.colspan]
        if abs(a0 - x0) <= EDGE and abs(a1 - x1) <= EDGE:
            return one
    return None


def _sign(before: RawCell | None, after: RawCell, *, alone: bool, bare: bool) -> int:
    """1: it is the rest of the text above; 0: it may be; -1: it is not."""
    if before is None or not before.text:
        return -1
    if _DIGITAL.fullmatch(after.text):
        if not _DIGITAL.fullmatch(before.text):
            return 1 if before.text[-1] in _TO else -1
        return 1 if completes_number(before.text, after.text) else -1
    if surely_goes_on(before.text, after.text):
        return 1
    if _stands_alone(before.text, after.text):
        return -1
    if after.column == 0 and is_item(before.text + after.text) and not is_item(before.text):
        return 1
    if before.room > (after.head * SURELY if bare and after.column == 0 else after.head + SLACK):
        return -1
    return 0 if after.column == 0 and len(after.text) > 2 and not alone else 1


def surely_goes_on(before: str, after: str) -> bool:
    """A text that cannot begin a row: what it begins with, a bracket that it closes, a single character."""
    return (
        _pattern("rests").match(after) is not None or _closes(before, after) or len(after.strip("：:")) == 1
    )


def goes_on_overleaf(before: str, after: str) -> bool:
    """Whether a page break cut a name in two."""
    if surely_goes_on(before, after):
        return True
    if opens_row(after) or before.endswith(("：", ":")):
        return False
    return is_item(before + after) and not (is_item(before) and is_item(after))


def completes_number(before: str, after: str) -> bool:
    """Whether a number was cut in two."""
    short = _SHORT.fullmatch(before) and _ONE_MORE.fullmatch(after)
    cut = _CUT.fullmatch(before) or short or after[:1] in (",", ".") or _closes(before, after)
    return bool(cut) and _fits(before, after)


def _stands_alone(before: str, after: str) -> bool:
    if is_whole(before) or is_whole(after) or after[-1] in "：:":
        return True
    return opens_row(after) or (is_item(after) and not is_item(before + after))


def dangles(text: str) -> bool:
    """A text that cannot end a name."""
    return bool(_pattern("dangling").search(text))


def is_whole(text: str) -> bool:
    """A label that is whole as it stands."""
    return text in _whole()


def opens_row(text: str) -> bool:
    """Whether a text begins as a row of its own does (numbering, 其中：, 加：)."""
    return bool(_pattern("openers").match(text))


def _fits(before: str, after: str) -> bool:
    """Whether the two make one well-formed number."""
    whole = re.sub(r"[()（）\s]", "", before + after).rstrip("%％")
    return bool(re.fullmatch(r"[-+]?\d{1,3}(?:,\d{3})*(?:\.\d+)?|[-+]?\d+(?:\.\d+)?", whole))


def _closes(before: str, after: str) -> bool:
    """The second text closes a bracket that the first left open."""
    return any(before.count(a) > before.count(b) and after.count(b) > after.count(a) for a, b in _PAIRS)


def is_item(text: str) -> bool:
    """Whether the text is the printed name of an item, not merely something that contains one."""
    from caiwen.finance.items import label_key, taxonomy

    item = taxonomy().match(text)
    return item is not None and label_key(text) in {
        label_key(name) for name in (item.name, *item.aliases, *item.labels)
    }
