"""Periods of statistics: a year, half, quarter, month or day. Report periods of companies are ``finance.period``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from caiwen.finance.text import squash


class Grain(StrEnum):
    YEAR = "year"
    HALF = "half"
    QUARTER = "quarter"
    MONTH = "month"
    DAY = "day"


MONTHS = {Grain.YEAR: 12, Grain.HALF: 6, Grain.QUARTER: 3, Grain.MONTH: 1}
_DIGITS = {"一": "1", "二": "2", "三": "3", "四": "4", "上": "1", "下": "2"}
_CANONICAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?|Q([1-4])|H([12]))?")


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """``start`` is its first day. ``str()`` is canonical: 2024, 2024H1, 2024Q1, 2024-03, 2024-03-20."""

    start: date
    grain: Grain = Grain.YEAR

    def __str__(self) -> str:
        year, month = self.start.year, self.start.month
        match self.grain:
            case Grain.YEAR:
                return f"{year}"
            case Grain.HALF:
                return f"{year}H{(month + 5) // 6}"
            case Grain.QUARTER:
                return f"{year}Q{(month + 2) // 3}"
            case Grain.MONTH:
                return f"{year}-{month:02}"
            case _:
                return self.start.isoformat()

    @classmethod
    def parse(cls, text: str) -> Term | None:
        """From the canonical form only."""
        match = _CANONICAL.fullmatch(text)
        if match is None:
            return None
        year, month, day, quarter, half = match.groups()
        if quarter or half:
            grain = Grain.QUARTER if quarter else Grain.HALF
            return cls.of(int(year), (int(quarter or half) - 1) * MONTHS[grain] + 1, grain)
        if month is None:
            return cls.of(int(year), 1, Grain.YEAR)
        return cls.on(int(year), int(month), int(day)) if day else cls.of(int(year), int(month), Grain.MONTH)

    @classmethod
    def of(cls, year: int, month: int, grain: Grain) -> Term | None:
        """The term of this grain that holds the month; None for a month that is none."""
        if not (1 <= month <= 12 and 1900 <= year <= 2199):
            return None
        size = MONTHS[grain]
        return cls(date(year, (month - 1) // size * size + 1, 1), grain)

    @classmethod
    def on(cls, year: int, month: int, day: int) -> Term | None:
        try:
            return cls(date(year, month, day), Grain.DAY)
        except ValueError:
            return None

    @property
    def end(self) -> date:
        return self.start if self.grain is Grain.DAY else self.shifted(1).start - timedelta(days=1)

    def shifted(self, count: int) -> Term:
        """The term so many of its own kind later."""
        if self.grain is Grain.DAY:
            return Term(self.start + timedelta(days=count), self.grain)
        months = self.start.year * 12 + self.start.month - 1 + count * MONTHS[self.grain]
        return Term(date(months // 12, months % 12 + 1, 1), self.grain)

    def year_before(self) -> Term:
        if self.grain is Grain.DAY:
            leap = self.start.month == 2 and self.start.day == 29
            return Term(
                self.start.replace(year=self.start.year - 1, day=28 if leap else self.start.day), self.grain
            )
        return self.shifted(-12 // MONTHS[self.grain])

    def within(self, grain: Grain) -> list[Term]:
        """Its parts of a finer grain, in order: the three months of a quarter."""
        first = Term(self.start, grain)
        return [first.shifted(n) for n in range(MONTHS[self.grain] // MONTHS[grain])]

    def within_size(self, grain: Grain) -> bool:
        """Whether a term of this grain fits into it."""
        return self.grain is not Grain.DAY and grain is not Grain.DAY and MONTHS[grain] <= MONTHS[self.grain]

    def last(self, grain: Grain) -> Term:
        """Its last part of a finer grain: December of a year."""
        found = Term.of(self.end.year, self.end.month, grain)
        assert found is not None
        return found

    def holds(self, other: Term) -> bool:
        return self.start <= other.start and other.end <= self.end

    @property
    def words(self) -> str:
        """2024年, 2024年上半年, 2024年第一季度, 2024年3月, 2024年3月20日."""
        year, month = self.start.year, self.start.month
        match self.grain:
            case Grain.YEAR:
                return f"{year}年"
            case Grain.HALF:
                return f"{year}年{'上' if month == 1 else '下'}半年"
            case Grain.QUARTER:
                return f"{year}年第{'一二三四'[month // 3]}季度"
            case Grain.MONTH:
                return f"{year}年{month}月"
            case _:
                return f"{year}年{month}月{self.start.day}日"


def between(first: Term, last: Term) -> Iterator[Term]:
    """Every term of the first one's grain up to the last one's end."""
    while first.end <= last.end:
        yield first
        first = first.shifted(1)


def day_words(day: str) -> str:
    """2024-04-11 → 2024年4月11日; other texts as they are."""
    term = Term.parse(day)
    return term.words if term else day


# --- as tables write them ------------------------------------------------------------------------

_YEAR_CELL = re.compile(r"(\d{4})(?:\.0)?(?:年(?:度|全年)?|A)?")
_MONTH_CELL = re.compile(r"(\d{4})(?:年|[-/._]|M)?(1[0-2]|0?[1-9])(?:月份?)?")
_UP_TO_CELL = re.compile(r"(\d{4})(?:年|[-/.])?0?1[-—–~至](1[0-2]|0?[2-9])月份?")
_QUARTER_CELL = re.compile(
    r"(\d{4})(?:年|[-/._ ])?(?:Q([1-4])|([1-4])Q|第?([一二三四1-4])季度?)", re.IGNORECASE
)
_HALF_CELL = re.compile(r"(\d{4})(?:年|[-/._ ])?(?:H([12])|([上下])半年)", re.IGNORECASE)
_DAY_CELL = re.compile(
    r"(\d{4})(?:年|[-/.])(1[0-2]|0?[1-9])(?:月|[-/.])(3[01]|[12]\d|0?[1-9])日?(?:[ T]?\d.*)?"
)
_COMPACT_DAY = re.compile(r"((?:19|20)\d{2})(1[0-2]|0[1-9])(3[01]|[12]\d|0[1-9])")


@dataclass(frozen=True, slots=True)
class TermCell:
    """``cumulative``: the cell speaks of January to this month (2024年1-3月)."""

    term: Term
    cumulative: bool = False


@lru_cache(maxsize=8192)
def read_cell(text: str) -> TermCell | None:
    """2024, 2024年, 2024-03, 202403, 2024年3月, 2024年1-3月, 2024Q1, 2024年一季度, 2024-03-31, 20240331; None for all else."""
    flat = squash(text)
    if match := _UP_TO_CELL.fullmatch(flat):
        return _cell(Term.of(int(match[1]), int(match[2]), Grain.MONTH), cumulative=True)
    for pattern, grain in ((_QUARTER_CELL, Grain.QUARTER), (_HALF_CELL, Grain.HALF)):
        if match := pattern.fullmatch(flat):
            said = next(part for part in match.groups()[1:] if part)
            place = int(_DIGITS.get(said, said))
            return _cell(Term.of(int(match[1]), (place - 1) * MONTHS[grain] + 1, grain))
    if match := _DAY_CELL.fullmatch(flat) or _COMPACT_DAY.fullmatch(flat):
        return _cell(Term.on(int(match[1]), int(match[2]), int(match[3])))
    if match := _YEAR_CELL.fullmatch(flat):
        return _cell(Term.of(int(match[1]), 1, Grain.YEAR))
    if match := _MONTH_CELL.fullmatch(flat):
        return _cell(Term.of(int(match[1]), int(match[2]), Grain.MONTH))
    return None


def _cell(term: Term | None, *, cumulative: bool = False) -> TermCell | None:
    return TermCell(term, cumulative) if term else None


def as_grain(term: Term, grain: Grain | None) -> Term:
    """A date that stands for the month, quarter or year which it ends or begins, where the series is of that frequency."""
    if grain is None or grain is Grain.DAY or term.grain is grain:
        return term
    if term.grain is Grain.DAY or (term.grain is Grain.MONTH and grain in (Grain.QUARTER, Grain.YEAR)):
        return Term.of(term.start.year, term.start.month, grain) or term
    return term
