"""The dates of a policy document: its history, when this text holds from, and when the instrument first held.

Two files of one law can both end with 本法自2000年7月1日起施行, because an amendment leaves the last article alone.
So the stated day is this version's only if it does not lie before this version's own day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any

from caiwen.finance.numerals import chinese_number
from caiwen.finance.text import squash
from caiwen.knowledge.data import load
from caiwen.knowledge.dates import dates_in
from caiwen.records.policy import Article, DateSource, PolicyDate, Revision

_DAY = r"(?:(?:19|20)\d\d|[二一][〇○零Oo九][〇○零一二三四五六七八九]{2})年[〇○零一二三四五六七八九十\d]{1,2}月[〇○零一二三四五六七八九十\d]{1,3}日"
_SAME_ENACTMENT = 400
"""Passed, then promulgated: up to so many days between two events of one enactment."""
_CHANGES = ("amended", "revised")


@dataclass(frozen=True, slots=True)
class Dates:
    revisions: tuple[Revision, ...] = ()
    issued: PolicyDate | None = None
    version: PolicyDate | None = None
    effective: PolicyDate | None = None
    stated: PolicyDate | None = None
    first_effective: PolicyDate | None = None
    expires: PolicyDate | None = None


def dates_of(head: Sequence[str], articles: Sequence[Article], file_name: str) -> Dates:
    """``head``: the lines under the title. The file's name gives a day only where it is later than the head's."""
    history = list(_history(head))
    events = tuple(_passed_again([e for e in history if e.action != "effective"]))
    opening = next((e.day for e in reversed(history) if e.action == "effective"), None)
    version = _version(events, file_name)
    stated = _stated(articles, events, opening, head)
    effective = _effective(stated, version, changed=any(e.action in _CHANGES for e in events))
    return Dates(
        revisions=events,
        issued=_issued(events, version),
        version=version,
        effective=effective,
        stated=stated,
        first_effective=_first(stated, events),
        expires=_expires(articles, head, effective),
    )


# --- history -------------------------------------------------------------------------------------


def _history(head: Sequence[str]) -> Iterator[Revision]:
    """Each date of the head with the words up to the next one; dates inside titles do not count.

    A line of the history begins with its date; a preamble only speaks of the dates of others.
    """
    for line in head:
        text = squash(line)
        if not re.match(rf"[（(]?(?:根据)?{_DAY}", text):
            continue
        hidden = re.sub(r"[《〈][^》〉]*[》〉]", lambda m: "□" * len(m.group()), text)
        starts = [m.start() for m in re.finditer(_DAY, hidden)]
        for start, end in pairwise([*starts, len(text)]):
            event = _event(text[start:end])
            if event is not None:
                yield event


def _passed_again(events: list[Revision]) -> Iterator[Revision]:
    """An interpretation is amended by passing it again, years later."""
    for event in events:
        later = _days(events[0].day, event.day) > _SAME_ENACTMENT
        yield replace(event, action="amended") if later and event.action == "passed" else event


def _event(text: str) -> Revision | None:
    rules = load("policy.yaml")
    day = next(iter(dates_in(text)), None)
    hidden = re.sub(r"《[^》]*》", "", text)
    places = [(hidden.rfind(word), word) for word in rules["actions"]]
    place, _, word = max((place + len(word) if place >= 0 else -1, len(word), word) for place, word in places)
    if day is None or (place < 0 and not re.search("会议", hidden)):
        return None
    named = re.search(r"《(.*决定)》", text)
    number = number_in(text)
    instrument = named.group(1) if named else number
    action = rules["actions"][word] if place >= 0 else "passed"
    return Revision(day, action, body_in(text), instrument, text.strip("（）() "))


@cache
def _bodies() -> tuple[list[str], list[tuple[str, re.Pattern[str]]]]:
    rules = load("policy.yaml")
    names = sorted(rules["bodies"], key=len, reverse=True)
    return names, [(s["body"], re.compile(s["pattern"])) for s in rules["sessions"]]


def body_in(text: str) -> str:
    """The body that a line names; several, joined with 、, where they act together."""
    plain = re.sub(r"《[^》]*》", "", squash(text))
    names, sessions = _bodies()
    found = {match.start(): body for body, p in reversed(sessions) if (match := p.search(plain))}
    if not found:
        taken = plain
        for name in names:
            place = taken.find(name)
            if place >= 0:
                found[place] = name
                taken = taken.replace(name, "□" * len(name))
    return "、".join(dict.fromkeys(found[place] for place in sorted(found)))


def number_in(text: str) -> str:
    """国务院令第523号, 法释〔2022〕2号; empty where there is none."""
    flat = re.sub(_DAY, " ", squash(text))
    for pattern in load("policy.yaml")["numbers"]:
        if match := re.search(pattern, flat):
            return match.group()
    return ""


# --- days ----------------------------------------------------------------------------------------


def _version(events: Sequence[Revision], file_name: str) -> PolicyDate | None:
    last = max((e.day for e in events), default=None)
    named = next(iter(dates_in(file_name)), None)
    if named and (last is None or named > last):
        return PolicyDate(named, DateSource.FILE_NAME, "文件名中的日期")
    return PolicyDate(last, DateSource.HEAD, "题注中最后一次通过、公布或修改的日期") if last else None


def _issued(events: Sequence[Revision], version: PolicyDate | None) -> PolicyDate | None:
    """When this text was published: the last promulgation of its own enactment, else the day of the version."""
    published = [e for e in events if e.action == "promulgated"]
    if published and version and _days(published[-1].day, version.day) <= _SAME_ENACTMENT:
        return PolicyDate(published[-1].day, DateSource.HEAD, "题注中的公布日期")
    return version


@cache
def _clauses() -> dict[str, re.Pattern[str]]:
    rules: dict[str, Any] = load("policy.yaml")
    made = {
        name: re.compile(
            rules[name].replace("{self}", rules["self"]).replace("{date}", rf"(?P<date>{_DAY})", 1)
        )
        for name in ("in_force_on", "in_force_at_once", "valid_for")
    }
    return made | {"expires": re.compile(rules["expires"].replace("{date}", _DAY))}


def _stated(
    articles: Sequence[Article], events: Sequence[Revision], opening: str | None, head: Sequence[str]
) -> PolicyDate | None:
    """The day that the text states, last articles first, then the head."""
    for article in reversed(articles):
        text = squash(article.text)
        if match := _clauses()["in_force_on"].search(text):
            day = dates_in(match["date"])
            if day:
                return PolicyDate(day[0], DateSource.TEXT, f"{article.label}写明自{day[0]}起施行")
        if _clauses()["in_force_at_once"].search(text):
            return _opening(opening) or _at_once(events, article.label)
    if found := _opening(opening):
        return found
    for line in head:
        if (match := _clauses()["in_force_on"].search(squash(line))) and (day := dates_in(match["date"])):
            return PolicyDate(day[0], DateSource.HEAD, "题注写明的施行日期")
    return None


def _opening(day: str | None) -> PolicyDate | None:
    return PolicyDate(day, DateSource.HEAD, "题注写明的施行日期") if day else None


def _at_once(events: Sequence[Revision], label: str) -> PolicyDate | None:
    """自公布之日起施行 speaks of the first enactment: amendments leave it standing."""
    first = _first_enactment(events)
    if not first:
        return None
    published = [e for e in first if e.action == "promulgated"] or first
    day = published[-1].day
    return PolicyDate(day, DateSource.TEXT, f"{label}写明自公布之日起施行，首次公布日为{day}")


def _first_enactment(events: Sequence[Revision]) -> list[Revision]:
    if not events:
        return []
    start = events[0].day
    return [e for e in events if _days(start, e.day) <= _SAME_ENACTMENT and e.action not in _CHANGES] or [
        events[0]
    ]


def _effective(stated: PolicyDate | None, version: PolicyDate | None, *, changed: bool) -> PolicyDate | None:
    """From when this version holds: the stated day if it is this version's, else an assumption that says so."""
    if stated and (
        version is None or stated.day >= version.day or (not changed and _published_late(stated, version))
    ):
        return stated
    if version is None:
        return None
    why = (
        f"原文所写的施行日{stated.day}属于较早的文本，未写明本次修改的施行日"
        if stated
        else "原文未写明施行日"
    )
    return PolicyDate(version.day, DateSource.ASSUMED, f"{why}，假定自{version.how}（{version.day}）起施行")


def _published_late(stated: PolicyDate, version: PolicyDate) -> bool:
    """The file's name bears a day soon after the stated one: that of publication, not of a new version."""
    return version.source is DateSource.FILE_NAME and _days(stated.day, version.day) <= _SAME_ENACTMENT


def _first(stated: PolicyDate | None, events: Sequence[Revision]) -> PolicyDate | None:
    """When the instrument first held: the stated day if only the first enactment lies before it."""
    first = _first_enactment(events)
    if stated and not any(e.day <= stated.day for e in events if e not in first):
        return stated
    if not first:
        return stated
    day, last = first[-1].day, [e for e in events if stated and e.day <= stated.day][-1:]
    about = f"；{stated.day}是{last[0].day}修改后的施行日" if stated and last else ""
    return PolicyDate(day, DateSource.ASSUMED, f"原文未写明最初的施行日，假定为首次通过或公布日{about}")


def _expires(
    articles: Sequence[Article], head: Sequence[str], effective: PolicyDate | None
) -> PolicyDate | None:
    for text in (*(squash(a.text) for a in reversed(articles[-3:])), *map(squash, head)):
        if (match := _clauses()["expires"].search(text)) and (day := dates_in(match["end"])):
            return PolicyDate(day[0], DateSource.TEXT, "原文写明的有效期")
        if (match := _clauses()["valid_for"].search(text)) and effective:
            return _years_later(effective, match["years"])
    return None


def _years_later(effective: PolicyDate, years: str) -> PolicyDate | None:
    count = chinese_number(years)
    if count is None or not 0 < count <= 50:
        return None
    day = f"{int(effective.day[:4]) + int(count)}{effective.day[4:]}"
    return PolicyDate(day, DateSource.TEXT, f"原文写明有效期{years}年，自{effective.day}起算")


def _days(a: str, b: str) -> int:
    return (date.fromisoformat(b) - date.fromisoformat(a)).days
