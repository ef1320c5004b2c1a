"""How statutes are named and cited: the key of a title, and the numbers of articles and paragraphs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from caiwen.finance.numerals import CHARACTERS, chinese_number, in_chinese
from caiwen.finance.text import normalise, squash

_NUMBER = rf"[{CHARACTERS}\d]+"
_ARTICLE = re.compile(
    rf"第?(?P<number>(?<![年月\d]){_NUMBER})条(?!例|件|款|款项)(?:之(?P<sub>{_NUMBER}))?"
    rf"(?:第?(?P<paragraph>{_NUMBER})款)?(?:第?[（(]?(?P<item>{_NUMBER})[）)]?项)?"
)
_DATED = re.compile(r"[（(_\-]?\s*(?:19|20)\d\d[-._年]?\d{1,2}[-._月]?\d{1,2}日?\s*[）)]?$")
_EDITION = re.compile(
    r"[（(](?:(?:19|20)\d\d年?)?(?:第[一二三四五六七八九十]+次)?(?:修正|修订|修改|修订版|版)[）)]$"
)


@dataclass(frozen=True, slots=True)
class ArticleRef:
    """第一百二十条之一第二款第（三）项. ``start``/``end``: where it stands in the text."""

    number: int
    sub: int | None = None
    paragraph: int | None = None
    item: int | None = None
    start: int = 0
    end: int = 0

    @property
    def label(self) -> str:
        return article_label(self.number, self.sub)

    @property
    def words(self) -> str:
        """With paragraph and item, as lawyers cite it."""
        paragraph = f"第{in_chinese(self.paragraph)}款" if self.paragraph else ""
        item = f"第（{in_chinese(self.item)}）项" if self.item else ""
        return f"{self.label}{paragraph}{item}"


def article_label(number: int, sub: int | None = None) -> str:
    return f"第{in_chinese(number)}条" + (f"之{in_chinese(sub)}" if sub else "")


def article_refs(text: str) -> list[ArticleRef]:
    """Every article that a text cites, in Chinese or Arabic numerals (第四十七条, 第47条, 47条)."""
    found = []
    for match in _ARTICLE.finditer(text):
        number = _whole(match["number"])
        if number is None or not 0 < number < 2000:
            continue
        sub, paragraph, item = (_whole(match[name]) for name in ("sub", "paragraph", "item"))
        found.append(ArticleRef(number, sub, paragraph, item, match.start(), match.end()))
    return found


def _whole(text: str | None) -> int | None:
    value = chinese_number(text) if text else None
    return int(value) if value is not None else None


def title_key(title: str) -> str:
    """What two writings of one title share: without 《》, 中华人民共和国, marks of punctuation, dates and editions.

    《中华人民共和国公司法》（2018年修正） and 公司法(2018-10-26).md give 公司法.
    """
    text = re.sub(r"\.(?:md|txt|pdf|docx?|html?)$", "", squash(normalise(title)))
    return plain(_EDITION.sub("", _DATED.sub("", text)))


def plain(text: str) -> str:
    """A text without what titles are written with or without: 《》, brackets, commas, spaces, 中华人民共和国."""
    flat = squash(normalise(text)).replace("中华人民共和国", "")
    return re.sub(r"[《》〈〉<>「」“”\"、，,·（）()]", "", flat)
