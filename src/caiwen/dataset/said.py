"""Claims without a number: texts (who the legal representative is), dates of statutes, articles quoted, unknown companies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from caiwen.dataset.binding import Frame
from caiwen.dataset.data import words
from caiwen.dataset.ledger import Ledger, describe
from caiwen.dataset.mentions import DATE, LAW, Mention
from caiwen.dataset.records import Claim, Support
from caiwen.finance.items import taxonomy
from caiwen.finance.statutes import title_key
from caiwen.finance.text import squash
from caiwen.records import Fact

_IS = re.compile(
    r"^(?:（[^）]{1,12}）)?(?:分别)?(?:是|为|：|:|登记为|列示为)(?P<said>[^。；;\n]+?)(?=[。；;\n]|$|，(?:截至|其|而|并))"
)
_QUOTED = re.compile(r"[“「](?P<quote>[^”」]{8,})[”」]")
_LIST = re.compile(r"[、，,；;]")
_NAME = re.compile(r"[\u4e00-\u9fffA-Za-z*]{2,8}")
_DECORATION = re.compile(r"[\s，,。.；;：:、（）()“”‘’「」『』\"'·\-—－_/]+")


@dataclass(frozen=True, slots=True)
class Said:
    """``texts``: passages and articles that the answer may repeat."""

    ledger: Ledger
    texts: tuple[str, ...]
    question: str
    answer: str
    audit: bool = False
    """In an audit statutes that are not at hand are no claims."""

    def claims(self, mentions: Sequence[Mention], frame: Frame) -> list[Claim]:
        return [
            *self._strangers(mentions),
            *self._text_facts(mentions, frame),
            *self._dates(mentions),
            *self._articles(mentions),
        ]

    def _strangers(self, mentions: Sequence[Mention]) -> list[Claim]:
        """A company nobody here knows as the subject of a sentence with a number; not where texts name it."""
        if not self.ledger.names:
            return []
        found = []
        opening = self._opening(mentions)
        for m in (*mentions, *([opening] if opening else [])):
            if (
                m.kind != "company"
                or m.names
                or m.text in self.question
                or any(m.text in t for t in self.texts)
            ):
                continue
            found.append(
                Claim("company", m.text, m.start, m.end, Support.NONE, "company", "", contradicted=False)
            )
        return found

    def _opening(self, mentions: Sequence[Mention]) -> Mention | None:
        """A name at the very start, before an item, that is not the company which the question names."""
        first = next((m for m in mentions if m.kind == "item"), None)
        asked = any(known in self.question for known in self.ledger.names if not known.isdigit())
        if first is None or not asked or any(m.kind == "company" and m.start < first.start for m in mentions):
            return None
        name = self.answer[: first.start]
        for word in (*(m.text for m in mentions if m.start < first.start), *words("opening")):
            name = name.replace(word, "")
        plain = any(word in name for word in words("no_names")) or name in self.question
        if plain or not _NAME.fullmatch(name):
            return None
        start = self.answer.index(name[0])
        return Mention("company", start, start + len(name), name)

    def _text_facts(self, mentions: Sequence[Mention], frame: Frame) -> list[Claim]:
        found = []
        who, when = frame.who, frame.when
        for m in mentions:
            if m.kind == "company" and m.names:
                who = m.names[0]
            if m.kind == "period":
                when = m.when
            item = taxonomy().get(m.names[0]) if m.kind == "item" else None
            if item is None or item.unit not in ("text", "date") or who is None:
                continue
            said = _IS.match(self.answer[m.end :])
            if not said or not said["said"].strip() or said["said"].startswith("指"):
                continue
            start = m.end + said.start("said")
            facts = [f for n in m.names for f in self.ledger.facts(who, n) if f.text]
            here = [f for f in facts if when is None or f.period == when.period]
            found.append(self._held(said["said"].strip(), start, here or [], facts))
        return found

    def _held(self, said: str, start: int, here: list[Fact], facts: list[Fact]) -> Claim:
        end = start + len(said)
        for fact in here:
            if _same(said, fact.text or ""):
                return Claim("text", said, start, end, Support.FACT, fact=fact.id)
        if any(_bare(said) in _bare(t) for t in self.texts):
            return Claim("text", said, start, end, Support.TEXT)
        if here:
            return Claim(
                "text", said, start, end, Support.NONE, "value", describe(here[0]), contradicted=True
            )
        if any(_same(said, f.text or "") for f in facts):
            return Claim(
                "text", said, start, end, Support.NONE, "period", describe(facts[0]), contradicted=True
            )
        return Claim("text", said, start, end, Support.NONE, "unknown", describe(facts[0]) if facts else "")

    def _dates(self, mentions: Sequence[Mention]) -> list[Claim]:
        """Dates in texts about statutes; the balance dates of reports are periods."""
        laws = {title_key(m.names[0]) for m in mentions if m.kind == "law"}
        if not self.texts or (self.audit and not laws & self._keys()):
            return []
        known = {_iso(d) for text in (*self.texts, self.question) for d in DATE.finditer(text)}
        return [
            Claim(
                "date",
                m.text,
                m.start,
                m.end,
                Support.TEXT if m.names[0] in known else Support.NONE,
                "" if m.names[0] in known else "value",
                contradicted=m.names[0] not in known,
            )
            for m in mentions
            if m.kind == "date"
        ]

    def _articles(self, mentions: Sequence[Mention]) -> list[Claim]:
        """A cited statute and article must be those of the evidence, and quoted words must stand there."""
        if not self.texts:
            return []
        every = "\n".join((*self.texts, self.question))
        found = []
        law = ""
        for m in mentions:
            law = m.names[0] if m.kind == "law" else law
            if self.audit and title_key(law) not in self._keys():
                continue
            if m.kind in ("law", "article"):
                there = m.names[0] in every or title_key(m.names[0]) in self._keys()
                support = Support.TEXT if there else Support.NONE
                found.append(
                    Claim(
                        "article",
                        m.text,
                        m.start,
                        m.end,
                        support,
                        "" if there else "value",
                        contradicted=not there,
                    )
                )
        bare = _bare(every)
        for q in _QUOTED.finditer(self.answer):
            if self.audit and not re.search(r"规定[：:]?$", self.answer[: q.start()]):
                continue
            there = _bare(q["quote"]) in bare
            support = Support.TEXT if there else Support.NONE
            found.append(
                Claim(
                    "text",
                    q["quote"],
                    q.start("quote"),
                    q.end("quote"),
                    support,
                    "" if there else "value",
                    contradicted=not there,
                )
            )
        return found

    def _keys(self) -> set[str]:
        return {title_key(m[0][1:-1]) for text in self.texts for m in LAW.finditer(text[:120])}


def _iso(match: re.Match[str]) -> str:
    return f"{match['y']}-{int(match['m'] or match['m2']):02d}-{int(match['d'] or match['d2']):02d}"


def _bare(text: str) -> str:
    return _DECORATION.sub("", squash(text)).casefold()


def _same(said: str, text: str) -> bool:
    """Equal but for punctuation; a list may be told with 和, or name all its parts among other words."""
    a, b = _bare(said), _bare(text)
    parts = [_bare(part) for part in _LIST.split(text)]
    return a == b or a.replace("和", "") == b or (len(parts) > 1 and all(part in a for part in parts))
