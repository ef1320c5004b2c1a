"""Column headers that reached us as lines of text above value lines (words in ``aligned.yaml``)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from caiwen.documents.rules import load_rules
from caiwen.finance.text import normalise

_YEAR = re.compile(r"(?:19|20)\d{2}年$")
_DAY = re.compile(r"\d{1,2}月\d{1,2}日$")


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """``texts`` share the value columns evenly; ``label`` and ``note`` head the columns before them."""

    texts: tuple[str, ...]
    label: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Words:
    column: re.Pattern[str]
    opening: re.Pattern[str]
    label: frozenset[str]
    note: frozenset[str]


@cache
def _words() -> _Words:
    data = load_rules("aligned.yaml")
    column = re.compile("|".join(f"(?:{p})$" for p in data["column"]))
    return _Words(column, re.compile(data["opening"]), frozenset(data["label"]), frozenset(data["note"]))


def is_header_line(text: str) -> bool:
    """All its words are column heads."""
    words = _words()
    tokens = normalise(text).split()
    if not tokens or len(text) > 120:
        return False
    return all(t in words.label or t in words.note or words.column.match(t) for t in tokens)


def opens_header(text: str) -> bool:
    """A header line that names periods, scopes or notes: it starts another table."""
    tokens = normalise(text).split()
    return is_header_line(text) and any(_words().opening.match(t) for t in tokens)


def header_rows(lines: list[str], n_columns: int) -> list[HeaderRow] | None:
    """The header of ``n_columns`` value columns, or None when the words cannot be shared out evenly."""
    words = _words()
    label = note = ""
    rows: list[list[str]] = []
    for line in lines:
        tokens = normalise(line).split()
        while tokens and (tokens[0] in words.label or tokens[0] in words.note) and len(tokens) != n_columns:
            if tokens[0] in words.note:
                note = tokens.pop(0)
            else:
                label = tokens.pop(0)
        _place(rows, tokens, n_columns)
    if not rows or any(n_columns % len(row) for row in rows):
        return None
    merged = _merge_dates(rows)
    return [HeaderRow(tuple(row), label, note) for row in merged]


def _place(rows: list[list[str]], tokens: list[str], n_columns: int) -> None:
    """Add the words of one line: to the row being filled when they are of its kind, else as a new row."""
    if not tokens:
        return
    open_row = rows[-1] if rows and len(rows[-1]) < n_columns else None
    single = len(tokens) == 1 and open_row is not None
    if open_row is not None and single and _kind(open_row[-1]) == _kind(tokens[0]):
        open_row.extend(tokens)
    else:
        rows.append(list(tokens))


def _kind(token: str) -> str:
    if _YEAR.match(token):
        return "year"
    return "day" if _DAY.match(token) else "word"


def _merge_dates(rows: list[list[str]]) -> list[list[str]]:
    """A row of years above a row of days is one row of dates."""
    result: list[list[str]] = []
    for row in rows:
        above = result[-1] if result else []
        if above and len(above) == len(row) and all(map(_YEAR.match, above)) and all(map(_DAY.match, row)):
            result[-1] = [year + day for year, day in zip(above, row, strict=True)]
        else:
            result.append(row)
    return result
