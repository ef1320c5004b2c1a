"""The section tree of a document, found by numbering and titles.

Headings marked by the source are hints only: reports turned into HTML mark body text as headings. A line becomes a
heading when its numbering (第X节, 一、, （一）, 1、 ...) and its length say so; see ``headings.yaml``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from caiwen.documents.header_lines import is_header_line
from caiwen.documents.rules import load_rules
from caiwen.records import Block, Paragraph, Section

LEAF_RANK = 200
ARTICLE_RANK = 45
TOP_RANK = 30
_RESTARTING = {"chinese", "chinese_bracket", "digit", "digit_point", "digit_bracket", "digit_half"}
_MAX_NESTED = 3
OUTLINE_OFFSET = 1000
"""Numbered lines inside a marked outline (Word styles, Markdown) rank below every outline level."""

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0}
_LEADERS = re.compile(r"[.．·•]{4,}|…{2,}|(?:\. ){4,}")
_PAGE_TAIL = re.compile(r"\D\s*\d{1,3}(?:[-－~]\d{1,3})*$")
_CONTINUED = re.compile(r"[（(]\s*续\s*[)）]|[（(]续[一二三四五六七八九十\d]*[)）]|续表$")


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    rank: int
    longest: int
    clause: int
    amount: bool
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Rules:
    styles: tuple[_Style, ...]
    article: re.Pattern[str]
    never: re.Pattern[str]
    amount_tail: re.Pattern[str]
    contents: frozenset[str]


@dataclass(frozen=True, slots=True)
class Heading:
    """A line read as a heading: style, rank (smaller is further out), its own number, and the printed title."""

    style: str
    rank: int
    number: tuple[int, ...]
    title: str


@cache
def _rules() -> _Rules:
    data = load_rules("headings.yaml")
    styles = tuple(
        _Style(
            s["name"],
            s["rank"],
            s["max"],
            s.get("clause", s["max"]),
            s.get("amount", False),
            re.compile(s["pattern"]),
        )
        for s in data["styles"]
    )
    return _Rules(
        styles=styles,
        article=re.compile(data["article"]),
        never=re.compile("|".join(data["never"])),
        amount_tail=re.compile(data["amount_tail"]),
        contents=frozenset(data["contents_titles"]),
    )


def chinese_number(text: str) -> int | None:
    """十二 → 12, 一百零三 → 103, 12 → 12; None when there is no number."""
    if text.isdigit():
        return int(text)
    total = digit = 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in "十百千":
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            digit = 0
        else:
            return None
    return total + digit if text else None


@lru_cache(maxsize=16_384)
def read_heading(text: str) -> Heading | None:
    """The heading that a line is by its numbering, or None for body text."""
    title = " ".join(text.split())
    rules = _rules()
    if not title or len(title) > 60 or rules.never.search(title):
        return None
    for style in rules.styles:
        found = style.pattern.match(title)
        if not found:
            continue
        if not _fits(style, title, title[found.end() :].strip(" 　:：、.")):
            return None
        return Heading(style.name, style.rank, _numbers(found.group()), title)
    return None


def _fits(style: _Style, title: str, rest: str) -> bool:
    longest = style.clause if "，" in rest else style.longest
    if len(title) > longest or not re.search(
        r"[\u4e00-\u9fffA-Za-z]{2}|[\u4e00-\u9fff]\s+[\u4e00-\u9fff]", rest
    ):
        return False
    return not (style.amount and _rules().amount_tail.match(rest))


def _numbers(prefix: str) -> tuple[int, ...]:
    parts = re.findall(r"\d+|[一二三四五六七八九十百千零〇]+", prefix)
    return tuple(n for n in (chinese_number(p) for p in parts) if n is not None)


def is_title_like(text: str) -> bool:
    """A short line without sentence punctuation or amounts: may stand as an unnumbered title."""
    title = " ".join(text.split())
    if not 2 <= len(title) <= 30 or not re.search(r"[\u4e00-\u9fff]{2}", title):
        return False
    return not _rules().never.search(title) and not re.search(r"\d\s+\(?\d", title)


def build_sections(blocks: Sequence[Block], *, outline: bool = False) -> tuple[list[Block], list[Section]]:
    """Mark headings and give the tree.

    ``outline``: the levels that paragraphs carry come from a real outline (Word styles, Markdown) and rule the tree;
    otherwise they are hints, good for an innermost unnumbered title at most.
    """
    skip = contents_blocks(blocks) | (set() if outline else _repeated_hints(blocks))
    articles = _article_blocks(blocks)
    found = {
        i: heading
        for i, block in enumerate(blocks)
        if isinstance(block, Paragraph) and i not in skip
        if (heading := _heading_of(block, i in articles, outline))
    }
    _drop_bare_contents(blocks, found)
    return _grow(list(blocks), _promote_points(found))


def _repeated_hints(blocks: Sequence[Block]) -> set[int]:
    """Unnumbered titles that come back again and again are running heads or column heads, not sections."""
    hints = [(i, _plain(b.text)) for i, b in enumerate(blocks) if isinstance(b, Paragraph) and b.level]
    counts = Counter(text for _, text in hints)
    return {i for i, text in hints if counts[text] >= 3 and read_heading(text) is None}


def _heading_of(block: Paragraph, article: bool, outline: bool) -> Heading | None:
    if article:
        title = _rules().article.match(block.text.strip())
        return Heading("article", ARTICLE_RANK + _offset(outline), (), title.group()) if title else None
    numbered = read_heading(block.text)
    if outline and block.level:
        return Heading(f"outline{block.level}", block.level, (), " ".join(block.text.split()))
    if numbered:
        return replace(numbered, rank=numbered.rank + _offset(outline))
    if block.level and is_title_like(block.text) and not is_header_line(block.text):
        return Heading("title", LEAF_RANK, (), " ".join(block.text.split()))
    return None


def _offset(outline: bool) -> int:
    return OUTLINE_OFFSET if outline else 0


def _article_blocks(blocks: Sequence[Block]) -> set[int]:
    """Paragraphs that open with 第X条, when the document is made of such paragraphs."""
    pattern = _rules().article
    paragraphs = [(i, b) for i, b in enumerate(blocks) if isinstance(b, Paragraph)]
    hits = {i for i, b in paragraphs if pattern.match(b.text.strip())}
    return hits if len(hits) >= 3 and len(hits) * 8 >= len(paragraphs) else set()


def contents_blocks(blocks: Sequence[Block]) -> set[int]:
    """Numbers of the blocks that belong to a table of contents."""
    hits: set[int] = set()
    open_until = -1
    for i, block in enumerate(blocks):
        if not isinstance(block, Paragraph):
            continue
        text = block.text.strip()
        if "".join(text.split()) in _rules().contents:
            open_until = i + 120
            hits.add(i)
        elif _is_contents_line(text, i <= open_until):
            hits.add(i)
        elif i <= open_until and i - 1 not in hits:
            open_until = -1
    return hits


def _is_contents_line(text: str, after_title: bool) -> bool:
    if _LEADERS.search(text):
        return text[-1].isdigit()
    return after_title and len(text) <= 80 and _PAGE_TAIL.search(text) is not None


def _drop_bare_contents(blocks: Sequence[Block], found: dict[int, Heading]) -> None:
    """Contents without page numbers: a run of outer headings with nothing between, numbered upwards."""
    run: list[int] = []
    for i in [*sorted(found), len(blocks)]:
        heading = found.get(i)
        outer = heading is not None and heading.rank <= TOP_RANK
        rising = bool(run) and outer and heading is not None and heading.number > found[run[-1]].number
        if outer and rising and i - run[-1] == 1:
            run.append(i)
            continue
        if len(run) >= 4:
            for j in run:
                del found[j]
        run = [i] if outer else []


def _promote_points(found: dict[int, Heading]) -> dict[int, Heading]:
    """``7.`` is outermost in reports numbered 7. / 7.1 / 7.2.2 throughout, where no 第X节 or 第X章 stands."""
    styles = [h.style for h in found.values()]
    if styles.count("dotted") < 4 or {"part", "chapter", "section"} & set(styles):
        return found
    expected = 1
    result = dict(found)
    for i in sorted(found):
        heading = found[i]
        if heading.style == "digit_point" and heading.number in ((expected,), (expected + 1,)):
            result[i] = replace(heading, style="top", rank=TOP_RANK)
            expected = heading.number[0] + 1
    return result


def _grow(blocks: list[Block], found: dict[int, Heading]) -> tuple[list[Block], list[Section]]:
    open_: list[tuple[Heading, Section]] = []
    sections: list[Section] = []

    def close(rank: int, at: int) -> None:
        while open_ and open_[-1][0].rank >= rank:
            _, section = open_.pop()
            sections.append(replace(section, end=at))

    for i in sorted(found):
        heading = found[i]
        if _continues(heading, open_):
            continue
        rank = _rank_among(heading, open_)
        close(rank, i)
        heading = replace(
            heading, rank=rank, title=_CONTINUED.sub("", heading.title).strip() or heading.title
        )
        path = (*(s.title for _, s in open_), heading.title)
        block = blocks[i]
        open_.append((heading, Section(heading.title, len(path), path, i, i, block.page)))
        if isinstance(block, Paragraph):
            blocks[i] = replace(block, level=0 if heading.style == "article" else len(path))
    close(0, len(blocks))
    kept = set(found)
    for i, block in enumerate(blocks):
        if isinstance(block, Paragraph) and block.level and i not in kept:
            blocks[i] = replace(block, level=0)
    return blocks, sorted(sections, key=lambda s: (s.start, s.level))


def _rank_among(heading: Heading, open_: list[tuple[Heading, Section]]) -> int:
    """The heading's rank given what is open.

    3.2 stands under the heading numbered 3, whatever the style of that one (第三章, 三、, 3.). A numbering that begins
    again at 1 under an open heading of its own style (the audit report's 一、审计意见 under 一、审计报告) is nested there,
    until a number continues the outer count.
    """
    if heading.style == "dotted":
        parents = [
            h for h, _ in reversed(open_) if h.number == heading.number[:-1] and h.style != "digit_bracket"
        ]
        return parents[0].rank + 1 if parents else heading.rank + len(heading.number)
    if heading.style not in _RESTARTING or not heading.number:
        return heading.rank
    peers = [h for h, _ in reversed(open_) if h.style == heading.style]
    for peer in peers:
        if peer.number and peer.number[0] + 1 == heading.number[0]:
            return peer.rank
    if peers and heading.number[0] == 1 and len(peers) < _MAX_NESTED:
        return peers[0].rank + 1
    return next((p.rank for p in peers if p.number < heading.number), heading.rank)


def _continues(heading: Heading, open_: list[tuple[Heading, Section]]) -> bool:
    """A running header or a title marked 续 repeats the section that is open."""
    title = _plain(heading.title)
    if heading.style.startswith("outline"):
        return False
    return any(_plain(s.title) == title for h, s in open_ if h.style == heading.style)


def _plain(title: str) -> str:
    return "".join(_CONTINUED.sub("", title).split())
