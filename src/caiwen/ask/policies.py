"""Questions about statutes and rules → plan: which instrument, which of its texts, and what is asked of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from typing import Literal, Protocol

from caiwen.ask.plan import Policy, PolicyAsk, Unanswerable
from caiwen.ask.words import load
from caiwen.finance.statutes import article_refs, plain
from caiwen.finance.text import normalise
from caiwen.knowledge.policy_library import Law, Library, Mention, Standing, Version
from caiwen.records.policy import Article, PolicyRecord

MASK, WHEN = "□", "■"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DATE = re.compile(
    rf"{_YEAR}年(?:(?P<month>\d{{1,2}})月(?:(?P<day>\d{{1,2}})[日号])?)?"
    r"(?P<part>年?底|年?末|年?初)?(?P<side>(?:之|以)?前|(?:之|以)?后)?(?P<then>时|当时|的时候|那时|期间|内|间|施行|有效)?"
)
_EDITION = re.compile(
    rf"{_YEAR}年?(?:第[一二三四五六七八九十]次)?(?:修[正订改]|版|通过|公布|颁布|年版|文本)(?P<side>(?:之|以)?[前后])?(?:的|本|后)*"
)
_UNKNOWN = re.compile(
    r"《(?P<title>[^》]{2,60})》|(?P<bare>[\u4e00-\u9fff]{1,20}(?:法|法典|条例|办法|准则|规则|细则|规定|解释[一二三四五六七八九十]?))第[一二三四五六七八九十百千零〇\d]+条"
)
_RELATIVE = {"前年": -2, "去年": -1, "今年": 0, "明年": 1}


class PolicyStore(Protocol):
    """The part of the store that questions about policies need."""

    def policies(self) -> list[PolicyRecord]: ...

    def articles(self, sha256: str, labels: Sequence[str] = ()) -> list[Article]: ...


@dataclass(frozen=True, slots=True)
class Moment:
    """Which text is meant. day: in force on ``day``. year: in force within ``year``. edition: made in ``year``.
    current, newer, older: by their order. ``said``: the question's words."""

    kind: Literal["day", "year", "edition", "current", "newer", "older"] | None = None
    day: str | None = None
    year: int | None = None
    said: str = ""


@dataclass(slots=True)
class PolicyParser:
    """Reads one question after another. ``notes``: what was understood of the last one."""

    library: Library
    today: date
    notes: list[str] = field(default_factory=list)

    def parse(self, question: str) -> Policy | Unanswerable | None:
        """None for a question that names no instrument."""
        self.notes = []
        flat = _flat(question)
        mentions = self.library.find_in(flat)
        if not mentions:
            return self._unknown(question)
        law = mentions[0].law
        moment, rest = read_moment(_masked(flat, mentions), self.today)
        asks = _asks(rest)
        if moment.kind == "edition" and not law.of_year(moment.year or 0):
            moment = replace(moment, kind="year")
        refs = article_refs(rest)
        if refs and asks in ("topic", "status", "size"):
            asks = "article"
        versions, noted = self._versions(law, moment, asks)
        topic = _topic(rest, refs_out=True)
        if asks == "topic" and (defined := _defined(rest)):
            asks, topic = "define", defined
        if asks == "topic" and len(topic) < 2:
            asks = "about"
        return Policy(
            law=law.key,
            title=law.title,
            asks=asks,
            day=self._day(moment),
            said=moment.said,
            versions=tuple(v.record.document for v in versions),
            articles=tuple(ref.words for ref in refs),
            topic=topic,
            note=noted,
        )

    def define(self, term: str) -> Policy | None:
        """A term that a rule in force may define."""
        topic = plain(term)
        if not self.library.laws or len(topic) < 2:
            return None
        day = self.today.isoformat()
        return Policy(law=None, title=None, asks="define", day=day, topic=topic)

    def guess(self, question: str) -> Policy | None:
        """A question that names no instrument, but asks what is allowed, demanded or punished: any rule in force."""
        flat = _flat(question)
        if not self.library.laws:
            return None
        cue = re.search(load("policies.yaml")["norm_cues"], flat) is not None
        moment, rest = read_moment(flat, self.today)
        topic = _topic(rest, refs_out=True)
        if len(topic) < 4:
            return None
        day = self._day(moment)
        return Policy(law=None, title=None, asks="topic", day=day, said=moment.said, topic=topic, cue=cue)

    # --- which text -------------------------------------------------------------------------------

    def _day(self, moment: Moment) -> str:
        """The day on which standing is judged."""
        if moment.kind == "day" and moment.day:
            return moment.day
        if moment.kind == "year" and moment.year and moment.year != self.today.year:
            return f"{moment.year}-12-31"
        return self.today.isoformat()

    def _versions(self, law: Law, moment: Moment, asks: PolicyAsk) -> tuple[list[Version], str]:
        """The texts to answer from, the one meant first; and what to say about the choice."""
        if asks == "compare" and len(law.versions) > 1:
            return list(law.versions[-2:]), ""
        chosen = self._meant(law, moment)
        if chosen is None and asks in ("status", "ended"):
            chosen = self._nearest(law, self._day(moment))
        if chosen is None:
            return [], ""
        if moment.kind == "year" and moment.year:
            earlier = law.in_force(f"{moment.year}-01-01")
            if earlier is not None and earlier is not chosen:
                return [
                    chosen,
                    earlier,
                ], f"{moment.year}年内文本有更替，{_said(chosen.start)}之前适用较早的文本。"
        return [chosen], ""

    def _meant(self, law: Law, moment: Moment) -> Version | None:
        today = law.in_force(self.today.isoformat())
        newest = law.versions[-1]
        match moment.kind:
            case "day":
                return law.in_force(moment.day or "")
            case "year":
                return law.in_force(self._day(moment)) or law.in_force(f"{moment.year}-01-01")
            case "edition":
                year = moment.year or 0
                return law.of_year(year) or law.in_force(f"{year}-12-31")
            case "newer":
                return newest
            case "older":
                made = law.of_year(moment.year) if moment.year else newest
                return law.before(made) if made else None
            case _:
                return today or newest

    def _nearest(self, law: Law, day: str) -> Version | None:
        """The text whose standing answers for the instrument itself where none is in force: its last one, once it is
        abolished; its first one before it began. None where an older text may have held that is not at hand."""
        last, first = law.versions[-1], law.versions[0]
        if last.standing(day) in (Standing.REPEALED, Standing.EXPIRED):
            return last
        began = first.record.first_effective
        return (
            first if began and began.day == first.start and first.standing(day) is Standing.NOT_YET else None
        )

    def _unknown(self, question: str) -> Unanswerable | None:
        """An instrument that is cited by 《》 or by an article, and is not in the store."""
        match = _UNKNOWN.search(re.sub(r"[“”\"\s]", "", normalise(question)))
        if match is None or not self.library.laws:
            return None
        title = match["title"] or re.sub("^.*(?:根据|依据|按照|依照|请问|违反)", "", match["bare"])
        if not re.search("(?:法|法典|条例|办法|规定|规则|细则|准则|通知|解释|决定|指引)(?:[（(].*)?$", title):
            return None
        near = tuple(nearest(title, self.library))
        said = f"库中没有《{title}》。" + (
            f"相近的有：{'、'.join(f'《{n}》' for n in near)}。" if near else ""
        )
        return Unanswerable(text=said, suggestions=near)


def nearest(title: str, library: Library, most: int = 3) -> Iterator[str]:
    from difflib import get_close_matches

    for key in get_close_matches(plain(title), list(library.laws), n=most, cutoff=0.4):
        yield library.laws[key].title


def _flat(question: str) -> str:
    """Without punctuation; a comma after a date stays as 时, for it sets the date apart from a title."""
    text = re.sub(
        r"((?:19|20)\d\d年(?:\d{1,2}月)?(?:\d{1,2}[日号])?(?:底|末|初)?)[，,]", r"\1时", normalise(question)
    )
    return re.sub(r"[?？。！!：:；;\s]", "", plain(text))


def _masked(flat: str, mentions: Sequence[Mention]) -> str:
    for mention in reversed(mentions):
        flat = flat[: mention.start] + MASK + flat[mention.end :]
    return flat


# --- when ----------------------------------------------------------------------------------------


def read_moment(text: str, today: date) -> tuple[Moment, str]:
    """The moment that a question names, and the question without it."""
    if match := _EDITION.search(text):
        before = (match["side"] or "").endswith("前")
        kind: Literal["older", "edition"] = "older" if before else "edition"
        return Moment(kind, year=int(match["year"]), said=match[0]), _cut(text, match)
    for match in _DATE.finditer(text):
        if _is_content(text, match):
            continue
        return _of_date(text, match), _cut(text, match)
    if match := re.search("|".join(_RELATIVE), text):
        return Moment("year", year=today.year + _RELATIVE[match[0]], said=match[0]), _cut(text, match)
    if match := re.search(r"(?<=□)(?:19|20)\d\d(?![\d年])|(?<!\d)(?:19|20)\d\d(?=□)", text):
        return Moment("edition", year=int(match[0]), said=match[0]), _cut(text, match)
    return _by_order(text)


def _by_order(text: str) -> tuple[Moment, str]:
    """新公司法, 旧版, 现行: words right beside the instrument's name, or that can mean nothing else."""
    words: dict[str, str] = load("policies.yaml")["moments"]
    for kind in ("current", "older", "newer"):
        match = re.search(
            rf"(?:{words[kind]})(?:的|版)?(?={MASK})|(?<={MASK})(?:的)?(?:{words[kind]})(?:版本?|文本)", text
        )
        if match:
            return Moment(kind, said=match[0]), _cut(text, match)
    if match := re.search("修[订正改](?:之|以)?前(?!后)", text):
        return Moment("older", said=match[0]), _cut(text, match)
    return Moment(), text


def _cut(text: str, match: re.Match[str]) -> str:
    return text[: match.start()] + WHEN + text[match.end() :]


def _is_content(text: str, match: re.Match[str]) -> bool:
    """2024年6月30日前登记设立的公司: a date that the question's case holds, not the date of the question."""
    after = text[match.end() :]
    if match["then"] or not after or after.startswith((MASK, "的" + MASK)):
        return False
    return bool(match["side"]) and not re.match("的?(?:□|规定|法律)", after)


def _of_date(text: str, match: re.Match[str]) -> Moment:
    year, said = int(match["year"]), match[0]
    month, day = (int(match[n]) if match[n] else None for n in ("month", "day"))
    if re.match("修[正订改]|通过|公布|颁布|发布", text[match.end() :]):
        return Moment("edition", year=year, said=said)
    if month is None:
        part = (match["part"] or "").removeprefix("年")
        if part in ("底", "末"):
            return Moment("day", day=f"{year}-12-31", said=said)
        if part == "初" or (match["side"] or "").endswith("前"):
            first = date(year, 1, 1)
            moment = first if part == "初" else first - timedelta(days=1)
            return Moment("day", day=moment.isoformat(), said=said)
        beside = text[match.end() :].startswith((MASK, "的" + MASK)) or text[: match.start()].endswith(MASK)
        kind: Literal["edition", "year"] = "edition" if beside and not match["then"] else "year"
        return Moment(kind, year=year, said=said)
    found = _calendar(year, month, day)
    if found is None:
        return Moment("year", year=year, said=said)
    if (match["side"] or "").endswith("前"):
        found -= timedelta(days=1) if day else timedelta(days=found.day)
    return Moment("day", day=found.isoformat(), said=said)


def _calendar(year: int, month: int, day: int | None) -> date | None:
    """The day; of a month alone its last one."""
    try:
        if day is None:
            return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return date(year, month, day)
    except ValueError:
        return None


def _said(day: str | None) -> str:
    if not day:
        return ""
    year, month, number = day.split("-")
    return f"{year}年{int(month)}月{int(number)}日"


# --- what ----------------------------------------------------------------------------------------


@cache
def _asking() -> tuple[tuple[PolicyAsk, re.Pattern[str]], ...]:
    table: dict[PolicyAsk, str] = load("policies.yaml")["asks"]
    return tuple((name, re.compile(pattern)) for name, pattern in table.items())


def _asks(rest: str) -> PolicyAsk:
    """Questions about the instrument itself have no topic of their own beside their asking words."""
    for name, pattern in _asking():
        match = pattern.search(rest)
        if match is None:
            continue
        other = _topic(rest[: match.start()] + rest[match.end() :], refs_out=False)
        if name == "compare" or len(other) <= 3:
            return name
    return "topic"


def _defined(rest: str) -> str:
    """The term whose definition is asked for; empty where none is."""
    pattern = load("policies.yaml")["defines"]
    if re.search(pattern, rest) is None:
        return ""
    return _topic(re.sub(pattern, " ", rest), refs_out=True).replace(" ", "")


def _topic(rest: str, *, refs_out: bool) -> str:
    """What the question is about, without asking words."""
    if refs_out:
        for ref in reversed(article_refs(rest)):
            rest = rest[: ref.start] + rest[ref.end :]
    pattern = load("policies.yaml")["asks"]["compare"]
    rest = re.sub(pattern, " ", rest)
    kept = re.sub(load("policies.yaml")["empty"], " ", rest)
    return re.sub(r"\s+", " ", kept).strip()
