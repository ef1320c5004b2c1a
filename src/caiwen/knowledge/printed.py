"""Statements set as lines of text, without a table: 现金及存放中央银行款项 八、1 1,154,843 1,202,935 …

The header lines are taken apart into years, days, words and scopes; as many values must end every line as there are
columns. A line with fewer or more values than that is ambiguous and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from caiwen.finance.amount import parse_number
from caiwen.finance.period import Period
from caiwen.finance.text import normalise, squash
from caiwen.knowledge.columns import bind_columns
from caiwen.knowledge.grids import Entry, Line, Part
from caiwen.records import Box, Filing

_YEAR = r"(?:19|20)\d{2}年"
_TOKENS = {
    "date": re.compile(_YEAR + r"\d{1,2}月\d{1,2}日"),
    "range": re.compile(_YEAR + r"度?[(（]?\d{1,2}月?[-—－至]\d{1,2}月(?:份)?[)）]?"),
    "year": re.compile(_YEAR + r"(?:年度|度|末|半年度|上半年|第?[一二三四]季度|前三季度)?(?!\d{1,2}月)"),
    "day": re.compile(r"(?<!年)(?<!\d)\d{1,2}月\d{1,2}日"),
    "word": re.compile(r"(?:期末|期初|年末|年初|本期|上期|本年|上年)(?:余额|数|金额|发生额|度|同期)?"),
    "scope": re.compile(r"合并|本集团|集团|母公司|本公司|公司|银行|本行"),
}
_HEAD_WORDS = re.compile(r"资产|负债|项目|附注|注释|和|及|股东权益|所有者权益|续|[（()）、/:：]")
_DASHES = {"-", "—", "–", "－", "--", "——", "不适用", "N/A", "/"}
_NOTE = re.compile(
    r"^(?:附注)?(?:[一二三四五六七八九十]+[、.．]?[\d、,.()（）]*|[（(]?\d{1,3}(?:[.(（]\d{1,3}[)）]?)*[)）]?)$"
)
_ENDED = re.compile(r"[。；]|，.{12,}")


@dataclass(frozen=True, slots=True)
class Printed:
    """One printed line with its place."""

    text: str
    page: int | None
    box: Box | None


def is_row(line: str) -> bool:
    """Whether a line ends in at least two values (a cheap test before anything is read)."""
    return len(_values(normalise(line).split())) >= 2


def read_lines(lines: Sequence[Printed], filing: Filing, *, anchor: Period | None = None) -> list[Part]:
    """Parts of a statement in lines; each run of header lines opens a new part."""
    parts: list[Part] = []
    header: list[str] = []
    rows: list[Line] = []
    columns: list[list[str]] = []
    for line in lines:
        if _is_header_line(line.text):
            if rows:
                parts.extend(_part(columns, rows, filing, anchor))
                rows, header = [], []
            header.append(line.text)
            continue
        if header:
            columns, header = _columns(header) or columns, []
        if _ENDED.search(line.text):
            break
        rows.extend(_row(line, len(columns)))
    return [*parts, *_part(columns, rows, filing, anchor)]


def _part(columns: list[list[str]], rows: list[Line], filing: Filing, anchor: Period | None) -> list[Part]:
    bound = bind_columns(columns, filing, anchor=anchor)
    meanings = tuple(m for m in bound if m is not None and m.role == "value")
    if len(meanings) != len(columns) or not columns or not rows:
        return []
    return [Part(meanings, tuple(rows))]


def _is_header_line(text: str) -> bool:
    """Nothing but years, days, scopes and the words of a header."""
    flat = squash(text)
    if not flat or len(flat) > 120:
        return False
    rest = flat
    for token in _TOKENS.values():
        rest = token.sub("", rest)
    return (rest != flat and not _HEAD_WORDS.sub("", rest)) or flat in ("附注", "项目", "资产", "负债")


def _columns(header: Sequence[str]) -> list[list[str]] | None:
    """Header texts of each column from the header lines, None when their counts do not agree."""
    found: dict[str, list[str]] = {kind: [] for kind in _TOKENS}
    for text in header:
        flat = squash(text)
        for kind, token in _TOKENS.items():
            found[kind].extend(token.findall(flat))
            flat = token.sub(" ", flat)
    counts = [len(tokens) for tokens in found.values() if tokens]
    width = max(counts, default=0)
    if width < 2 or any(width % count for count in counts):
        return None
    spread = {
        kind: [t for t in tokens for _ in range(width // len(tokens))]
        for kind, tokens in found.items()
        if tokens
    }
    order = [kind for kind in ("scope", "date", "range", "year", "day", "word") if kind in spread]
    return [[spread[kind][i] for kind in order] for i in range(width)]


def _values(tokens: Sequence[str]) -> list[str]:
    """The run of values at the end of a line."""
    count = 0
    for token in reversed(tokens):
        if token not in _DASHES and parse_number(token) is None:
            break
        count += 1
    return list(tokens[len(tokens) - count :])


def _row(line: Printed, width: int) -> list[Line]:
    tokens = normalise(line.text).split()
    values = _values(tokens)
    words = tokens[: len(tokens) - len(values)]
    extra = values[: len(values) - width] if len(values) > width else []
    if width == 0 or (values and len(values) < width) or any(not _NOTE.match(token) for token in extra):
        return []
    while words and _NOTE.match(words[-1]):
        words = words[:-1]
    label = "".join(words)
    entry = Entry(label, label, line.page, line.box, quote=line.text)
    cells = {i: Entry(v, v, line.page, line.box, quote=line.text) for i, v in enumerate(values[len(extra) :])}
    return [Line(label, entry, cells)] if label or cells else []
