"""What an open question is about: its own words, and the sections where such things stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from caiwen.ask.reading import Reading
from caiwen.ask.words import load, words

_EMPTY = re.compile(r"[□?？。！!,，、;；:：\s“”\"']+")


@dataclass(frozen=True, slots=True)
class Topic:
    """``text``: the question's own words about the topic; ``sections``: parts of titles, best first; ``terms``: what
    a search adds; ``needs``: a passage must hold one of these beside one of the own words."""

    text: str
    terms: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    def with_term(self, term: str) -> Topic:
        own = [word for word in self.text.split() if word not in term]
        return replace(self, text=" ".join((term, *own)))


def topic_of(reading: Reading) -> Topic:
    """Leftovers, items and words of explanation, without companies, periods and filler."""
    kept = [(h.start, h.word) for h in reading.leftovers]
    kept += [(m.start, reading.text[m.start : m.end]) for m in reading.mentions if m.kind in _OWN]
    kept += [(m.start, m.meaning) for m in reading.word("explain") if m.meaning not in _asking()]
    own = [word for word in dict.fromkeys(word for _, word in sorted(kept)) if _EMPTY.sub("", word)]
    statutory = [t for t in load("topics.yaml")["topics"] if any(word in reading.text for word in t["words"])]
    # the longest word first; of equals the later one: 控股股东股权质押 is about the pledge
    statutory.sort(
        key=lambda t: max((len(w), reading.text.find(w)) for w in t["words"] if w in reading.text),
        reverse=True,
    )
    if not own and statutory:
        own = [next(w for w in sorted(statutory[0]["words"], key=len, reverse=True) if w in reading.text)]
    terms = dict.fromkeys(word for t in statutory for line in t["terms"] for word in line.split())
    sections = dict.fromkeys(s for t in statutory for s in t["sections"])
    needs = dict.fromkeys(n for t in statutory for n in t.get("needs", ()))
    return Topic(" ".join(own), tuple(terms), tuple(sections), tuple(needs))


_OWN = ("item", "formula", "member", "topic")


@cache
def _asking() -> frozenset[str]:
    """Words that only ask for text and name nothing."""
    return frozenset(words("asking"))
