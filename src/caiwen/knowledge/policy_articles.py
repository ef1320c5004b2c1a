"""The articles of a policy document: number, chapter, text and place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from caiwen.finance.numerals import CHARACTERS
from caiwen.finance.statutes import article_refs
from caiwen.finance.text import normalise, squash
from caiwen.knowledge.data import load
from caiwen.knowledge.policy_norms import norms_of
from caiwen.records import Block, Box, Document, Paragraph
from caiwen.records.policy import Article

_ARTICLE = re.compile(rf"^第\s*[{CHARACTERS}\d]+\s*条(?:\s*之\s*[{CHARACTERS}\d]+)?")
_LEVELS = ("part", "chapter", "section")


@dataclass(slots=True)
class _Draft:
    """An article under way."""

    label: str
    path: tuple[str, ...]
    lines: list[str] = field(default_factory=list)
    page: int | None = None
    boxes: list[Box] = field(default_factory=list)


@dataclass(slots=True)
class Layout:
    """A policy document taken apart. ``head``: the lines before the first chapter or article."""

    head: list[str]
    articles: list[Article]


def layout(document: Document) -> Layout:
    """Articles by 第X条; a notice without any is divided at its 一、 headings."""
    lines = [(normalise(text).strip(), block) for block in document.blocks for text in _lines(block)]
    by_articles = any(_starts_article(text, 0) for text, _ in lines)
    return _Walker(by_articles).walk(lines)


def _lines(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield from (line for line in block.text.split("\n") if line.strip())
        return
    for row in block.grid():
        cells = dict.fromkeys(cell for cell in row if cell is not None)
        if text := " ".join(cell.text.strip() for cell in cells if cell.text.strip()):
            yield text


@cache
def _marks() -> dict[str, re.Pattern[str]]:
    rules = load("policy.yaml")
    names = ("part", "chapter", "section", "not_article", "annex", "notice_heading")
    return {name: re.compile(rules[name]) for name in names}


def _starts_article(text: str, last: int) -> tuple[str, int] | None:
    """The label and number of the article that a line opens: the next number, and no citation at a line's start.

    Numbers may leap ahead (an omitted article), but not back, and far only where a space sets the label apart.
    """
    match = _ARTICLE.match(text)
    if match is None:
        return None
    rest = text[match.end() :]
    apart = rest[:1].isspace()
    if not apart and _marks()["not_article"].match(rest):
        return None
    refs = article_refs(squash(match.group()))
    leap = 30 if apart else 3
    if not refs or not last <= refs[0].number <= last + leap or (refs[0].number == last and not refs[0].sub):
        return None
    return refs[0].label, refs[0].number


class _Walker:
    def __init__(self, by_articles: bool) -> None:
        self._by_articles = by_articles
        self._path: list[str] = []
        self._last = 0
        self._draft: _Draft | None = None
        self._layout = Layout([], [])

    def walk(self, lines: list[tuple[str, Block]]) -> Layout:
        for text, block in lines:
            if self._heading(squash(text)):
                self._close()
            elif not self._opens(text):
                if self._draft is None:
                    if not self._layout.articles:
                        self._layout.head.append(text)
                    continue
                if _marks()["annex"].match(squash(text)):
                    self._close()
                    continue
                self._draft.lines.append(text)
            self._place(block)
        self._close()
        return self._layout

    def _heading(self, text: str) -> bool:
        """A part, chapter or section; inside a statute also the 一、 headings that stand for chapters."""
        if len(text) > 60 or re.search("[。；]", text):
            return False
        for level, name in enumerate(_LEVELS):
            if _marks()[name].match(text):
                kept = [t for t in self._path if self._level(t) < level]
                self._path = [*kept, text]
                return True
        if self._by_articles and _marks()["notice_heading"].match(text) and len(text) <= 30:
            self._path = [text]
            return True
        return False

    def _level(self, title: str) -> int:
        return next((n for n, name in enumerate(_LEVELS) if _marks()[name].match(title)), 0)

    def _opens(self, text: str) -> bool:
        if self._by_articles:
            found = _starts_article(text, self._last)
            if found is None:
                return False
            self._close()
            label, self._last = found
            rest = _ARTICLE.sub("", text, count=1).strip()
        else:
            match = _marks()["notice_heading"].match(text)
            if match is None:
                return False
            self._close()
            label, rest = match.group(), text[match.end() :].strip()
        self._draft = _Draft(label, tuple(self._path), [rest] if rest else [])
        return True

    def _place(self, block: Block) -> None:
        if self._draft is None:
            return
        if self._draft.page is None:
            self._draft.page = block.page
        if block.box is not None and block.page == self._draft.page:
            self._draft.boxes.append(block.box)

    def _close(self) -> None:
        draft, self._draft = self._draft, None
        if draft is None or not draft.lines:
            return
        text = "\n".join(draft.lines)
        box = _union(draft.boxes)
        number = len(self._layout.articles)
        self._layout.articles.append(
            Article(number, draft.label, text, draft.path, draft.page, box, tuple(norms_of(text)))
        )


def _union(boxes: list[Box]) -> Box | None:
    if not boxes:
        return None
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return (min(x0), min(y0), max(x1), max(y1))
