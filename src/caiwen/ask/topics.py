"""What an open question is about: its own words, and the sections where such things stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from caiwen.ask.reading import Reading
from caiwen.ask.words import load

_EMPTY = re.compile(r"[□?？。！!,，、;；:：\s“”\"']+")


@dataclass(frozen=True, slots=True)
class Topic:
    """``text``: the question's own words about the topic; ``sections``: parts of titles, best first."""

    text: str
    keywords: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()

    def with_term(self, term: str) -> Topic:
        return replace(self, text=self.text or term, keywords=tuple(dict.fromkeys((term, *self.keywords))))


def topic_of(reading: Reading) -> Topic:
    """Leftovers, items and words of explanation, without companies, periods and filler."""
    kept = [(h.start, h.word) for h in reading.leftovers]
    kept += [
        (m.start, reading.text[m.start : m.end])
        for m in reading.mentions
        if m.kind in ("item", "formula", "member")
    ]
    kept += [
        (m.start, m.meaning)
        for m in reading.word("explain")
        if len(m.meaning) >= 2 and m.meaning not in _ASKING
    ]
    own = tuple(dict.fromkeys(word for _, word in sorted(kept)))
    statutory = [t for t in load("topics.yaml")["topics"] if any(word in reading.text for word in t["words"])]
    statutory.sort(key=lambda t: -max(len(w) for w in t["words"] if w in reading.text))
    sections = tuple(dict.fromkeys(s for t in statutory for s in t["sections"]))
    terms = tuple(dict.fromkeys(word for t in statutory for line in t["terms"] for word in line.split()))
    text = _EMPTY.sub("", " ".join(own)) and " ".join(own)
    if not text and statutory:
        text = next(w for w in sorted(statutory[0]["words"], key=len, reverse=True) if w in reading.text)
    return Topic(text, tuple(dict.fromkeys((*own, *terms))), sections)


_ASKING = {
    "哪些",
    "有哪些",
    "如何",
    "怎样",
    "怎么",
    "怎么样",
    "是否",
    "有没有",
    "有无",
    "是不是",
    "为什么",
    "为何",
    "说明",
    "介绍",
    "描述",
    "分析",
    "概述",
    "详情",
    "情况说明",
    "的说明",
    "简述",
    "简介",
    "评价",
    "阐述",
    "解释",
    "总结",
    "梳理",
    "谈谈",
}
