"""All policy records of a store put in order: the versions of each instrument, and which one is in force on a day."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property

from caiwen.finance.companies import short_forms
from caiwen.finance.statutes import title_key
from caiwen.knowledge.data import load
from caiwen.records.policy import PolicyDate, PolicyRecord

_OF_COMPANY = re.compile(r"(?P<company>.{4,30}?(?:有限责任公司|有限公司))(?P<rest>.{2,})$")


class Standing(StrEnum):
    NOT_YET = "not_yet"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    REPEALED = "repealed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Version:
    """One text of an instrument. ``end``: the first day on which it no longer holds, and ``why`` (superseded...).

    ``ended_by``: what took its place or abolished it. ``twins``: sha256 of other files with this same version.
    """

    record: PolicyRecord
    end: PolicyDate | None = None
    why: Standing = Standing.IN_FORCE
    ended_by: PolicyRecord | None = None
    twins: tuple[str, ...] = ()

    @property
    def start(self) -> str | None:
        return self.record.effective.day if self.record.effective else None

    def standing(self, day: str) -> Standing:
        if self.start is not None and day < self.start:
            return Standing.NOT_YET
        return self.why if self.end is not None and day >= self.end.day else Standing.IN_FORCE


@dataclass(frozen=True, slots=True)
class Law:
    """An instrument in all the versions that are at hand, oldest first."""

    key: str
    versions: tuple[Version, ...]

    @property
    def title(self) -> str:
        return self.versions[-1].record.title

    def in_force(self, day: str) -> Version | None:
        """The version that holds on a day (ISO); None before the first, or once it is abolished.

        Versions that were never ingested are not known: a day before the oldest one gives None.
        """
        fitting = [v for v in self.versions if v.standing(day) is Standing.IN_FORCE]
        return fitting[-1] if fitting else None

    def of_year(self, year: int) -> Version | None:
        """The version that was made (passed, amended, promulgated) in a year: 2018年修正的公司法."""
        made = [v for v in self.versions if v.record.version and v.record.version.day[:4] == str(year)]
        return made[-1] if made else None

    def before(self, version: Version) -> Version | None:
        place = self.versions.index(version)
        return self.versions[place - 1] if place else None


@dataclass(frozen=True, slots=True)
class Mention:
    law: Law
    start: int
    end: int


class Library:
    """Looks instruments up by title, alias and day. Built from the records alone, without their articles."""

    def __init__(self, records: Iterable[PolicyRecord]) -> None:
        groups: dict[str, list[PolicyRecord]] = defaultdict(list)
        for record in records:
            groups[record.key].append(record)
        repealing = _repealing(groups)
        self.laws = {key: _law(key, group, repealing.get(key)) for key, group in groups.items()}

    def law(self, title: str) -> Law | None:
        """By title in any writing, or by alias."""
        key = title_key(title)
        return self.laws.get(key) or self._aliases.get(key)

    def of_document(self, sha256: str) -> tuple[Law, Version] | None:
        return self._by_document.get(sha256)

    def find_in(self, text: str) -> list[Mention]:
        """Instruments named in ``text`` (written as :func:`title_key` writes), longest names first, in order."""
        found: list[Mention] = []
        if self._pattern is None:
            return found
        for match in self._pattern.finditer(text):
            found.append(Mention(self._aliases[match.group()], match.start(), match.end()))
        return found

    def in_force(self, day: str) -> list[Version]:
        return [version for law in self.laws.values() if (version := law.in_force(day))]

    @cached_property
    def _by_document(self) -> dict[str, tuple[Law, Version]]:
        return {
            sha256: (law, version)
            for law in self.laws.values()
            for version in law.versions
            for sha256 in (version.record.document, *version.twins)
        }

    @cached_property
    def _aliases(self) -> dict[str, Law]:
        found: dict[str, Law] = {}
        for key, law in self.laws.items():
            for alias in aliases(key):
                found.setdefault(alias, law)
        return found | self.laws

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        names = sorted((n for n in self._aliases if len(n) >= 3), key=len, reverse=True)
        if not names:
            return None
        return re.compile(f"(?:{'|'.join(map(re.escape, names))})(?!{load('policy.yaml')['not_after_name']})")


def aliases(key: str) -> set[str]:
    """Shorter names for a title's key: without its maker, judicial interpretations by their number, customary ones."""
    found = {key}
    for line in load("policy.yaml")["aliases"]:
        match = _alias_pattern(line["title"]).search(key)
        if match:
            found |= {match.expand(alias) for alias in line["names"]}
    if match := _OF_COMPANY.match(key):
        shorts = short_forms(match["company"])
        found |= {short + match["rest"] for form in shorts for short in (form, form[:4])}
    return {alias for alias in found if len(alias) >= 3}


@cache
def _alias_pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def _repealing(groups: dict[str, list[PolicyRecord]]) -> dict[str, PolicyRecord]:
    """Key of what is abolished → the earliest record that abolishes it."""
    found: dict[str, PolicyRecord] = {}
    for record in (r for group in groups.values() for r in group if r.effective):
        for repeal in record.repeals:
            if repeal.key != record.key and (
                repeal.key not in found or _start(record) < _start(found[repeal.key])
            ):
                found[repeal.key] = record
    return found


def _start(record: PolicyRecord) -> str:
    """For order: the day of effect, else of the version."""
    day = record.effective or record.version
    return day.day if day else ""


def _law(key: str, records: list[PolicyRecord], repealed_by: PolicyRecord | None) -> Law:
    ordered: list[list[PolicyRecord]] = []
    for record in sorted(records, key=lambda r: (_start(r), r.version.day if r.version else "", r.document)):
        if ordered and _start(ordered[-1][-1]) == _start(record):
            ordered[-1].append(record)
        else:
            ordered.append([record])
    versions = []
    for place, same in enumerate(ordered):
        following = ordered[place + 1][-1] if place + 1 < len(ordered) else None
        versions.append(_version(same, following, repealed_by))
    return Law(key, tuple(versions))


def _version(
    same: list[PolicyRecord], following: PolicyRecord | None, repealed_by: PolicyRecord | None
) -> Version:
    record, twins = same[-1], tuple(r.document for r in same[:-1])
    ends: list[tuple[PolicyDate, Standing, PolicyRecord | None]] = []
    if following and following.effective:
        ends.append((following.effective, Standing.SUPERSEDED, following))
    start = _start(record)
    if repealed_by and repealed_by.effective and repealed_by.effective.day >= start:
        ends.append((repealed_by.effective, Standing.REPEALED, repealed_by))
    if record.expires:
        ends.append((record.expires, Standing.EXPIRED, None))
    if not ends:
        return Version(record, twins=twins)
    end, why, by = min(ends, key=lambda e: e[0].day)
    return Version(record, end, why, by, twins)
