"""Report periods: 2019, 2019H1, 2019Q1, 2019Q3, and the words that questions use for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from caiwen.finance.text import normalise


class Part(StrEnum):
    """The part of the year. H1 and Q3 run from 1 January; Q2 and Q4 are quarters that only stand alone."""

    FY = "FY"
    H1 = "H1"
    Q1 = "Q1"
    Q2 = "Q2"
    Q3 = "Q3"
    Q4 = "Q4"


_ENDS = {
    Part.FY: (12, 31),
    Part.H1: (6, 30),
    Part.Q1: (3, 31),
    Part.Q2: (6, 30),
    Part.Q3: (9, 30),
    Part.Q4: (12, 31),
}
_MONTHS = {Part.FY: 12, Part.H1: 6, Part.Q1: 3, Part.Q2: 3, Part.Q3: 9, Part.Q4: 3}
_CANONICAL = re.compile(r"(\d{4})(?:-?(FY|H1|Q[1-4]))?")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A report period; ``str()`` is its canonical form: 2019, 2019H1, 2019Q1, 2019Q3.

    Q3 is year-to-date (January to September) unless a fact's span says single.
    """

    year: int
    part: Part = Part.FY

    def __str__(self) -> str:
        return str(self.year) if self.part is Part.FY else f"{self.year}{self.part.value}"

    @classmethod
    def parse(cls, text: str) -> Period | None:
        """From the canonical form or an ISO date that ends a report period; None for anything else."""
        match = _CANONICAL.fullmatch(text.strip().upper())
        if match:
            return cls(int(match[1]), Part(match[2] or "FY"))
        try:
            return from_date(date.fromisoformat(text.strip()))
        except ValueError:
            return None

    @property
    def months(self) -> int:
        return _MONTHS[self.part]

    @property
    def end_date(self) -> date:
        return date(self.year, *_ENDS[self.part])

    @property
    def start_date(self) -> date:
        return date(self.year, self.end_date.month - self.months + 1, 1)

    def prior_year(self) -> Period:
        return Period(self.year - 1, self.part)

    @property
    def words(self) -> str:
        """How an answer names it: 2019年, 2019年上半年, 2019年第一季度, 2019年前三季度."""
        names = {
            Part.FY: "",
            Part.H1: "上半年",
            Part.Q1: "第一季度",
            Part.Q2: "第二季度",
            Part.Q3: "前三季度",
            Part.Q4: "第四季度",
        }
        return f"{self.year}年{names[self.part]}"


def from_date(day: date) -> Period | None:
    """The period that ends on this day; None for days that end no report period (their ISO string stands for itself)."""
    for part in (Part.FY, Part.H1, Part.Q1, Part.Q3):
        if (day.month, day.day) == _ENDS[part]:
            return Period(day.year, part)
    return None


@dataclass(frozen=True, slots=True)
class PeriodMention:
    """A period named in a text. ``single``: one quarter alone was meant (第三季度单季, 第二季度).

    ``instant``: a date or year end was named. ``relative``: reckoned from the anchor (去年, 近三年).
    A range (2019-2021年) gives one mention a year, all with the same offsets.
    """

    period: Period
    start: int
    end: int
    raw: str
    single: bool = False
    instant: bool = False
    relative: bool = False


_NUMERALS = {
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
}
_DIGIT_WORDS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
# The 2056 of 4.2056 is no year, nor the 2000 of 2000.5 and 2000万元; those of 2019.12.31 and 2019,2020 are.
_COUNTED = (
    r"[百千]?[万亿千百]?(?:元|[%％]|人(?![均员力])|股(?![东本份票利权])|户(?!数)|套(?![利期保])|项(?!目)|家(?![家用电居具]))"
    r"|[百千]?[万亿](?![\u4e00-\u9fff])"
)
_YEAR = (
    rf"(?:(?<!\d)(?<!\d\.)(?:19|20)\d{{2}}(?!\d|\.\d(?!\d?\.\d)|,\d{{3}}(?!\d)|{_COUNTED})"
    r"|二[〇零○][〇零○一二三四五六七八九]{2}"
    r"|(?<![\d.,，])(?<!上市)(?<!成立)(?<!任职)(?<!连续)(?<!长达)[0-3]\d(?=\s*(?:年(?!期|来|内|以|前|后|间)|财年)))"
)
_RELATIVE_YEAR = (
    r"上年同期|去年同期|上一年度|上年度|上一年|上年|去年|前年|本年度|今年|本年|当年|本报告期|报告期"
)
_PART = (
    r"(?P<h1>上半年度?|半年度?|半年报|中期|中报|[Hh]1|1\s*[-—－至到~～]\s*6\s*月)"
    r"|(?P<q3>第?[一1]\s*[至到-]\s*[三3]季度|前三(?:个)?季度?|三季报|[Qq]3|前3季度|1\s*[-—－至到~～]\s*9\s*月)"
    r"|(?P<q1>第?[一1]季度|一季报|[Qq]1|1\s*[-—－至到~～]\s*3\s*月)"
    r"|(?P<quarter>第?[二三四2-4]季度|[Qq][24]|(?P<months>4\s*[-—－至到~～]\s*6|7\s*[-—－至到~～]\s*9|10\s*[-—－至到~～]\s*12)\s*月)(?:单季度?)?"
    r"|(?P<h2>下半年)|(?P<opening>年?初|期初|1\s*月\s*1\s*日)"
    r"|(?P<date>\s*(?P<month>\d{1,2})\s*月\s*(?:(?P<day>\d{1,2})\s*日|[底末])|末|年?底|年末|期末)"
)
_RANGE = re.compile(rf"(?P<from>{_YEAR})\s*年?(?:度)?\s*[-—－–至到~～]+\s*(?P<to>{_YEAR})\s*年?(?:度|末|底)?")
_POINT = re.compile(
    rf"(?P<year>{_YEAR}|{_RELATIVE_YEAR})\s*(?:财年|会计年度|年度|年)?(?:(?:的|公司)?\s*(?:{_PART}))?"
)
_RECENT = re.compile(
    r"(?P<before>前)?(?:(?<=前)|最近|近|过去)(?P<count>[一二两三四五六七八九十]|\d{1,2})(?:个)?(?:会计年度|财年|年)(?:度|来|内|间)?"
)
_BACK = {
    "去年": 1,
    "上年": 1,
    "上一年": 1,
    "上年度": 1,
    "上一年度": 1,
    "上年同期": 1,
    "去年同期": 1,
    "前年": 2,
}


def periods_in(text: str, anchor: Period | None = None) -> list[PeriodMention]:
    """Every period that ``text`` names, in order of place; words such as 去年 or 近三年 need ``anchor`` and are passed over without it.

    2019年一季度 is 2019Q1, 前三季度 2019Q3, 第三季度 the single third quarter; 2019年末 is 2019 with ``instant``.
    """
    flat = normalise(text)
    if len(flat) != len(text):  # a zero-width mark would shift the offsets
        flat = text
    taken: list[tuple[int, int]] = []
    found: list[PeriodMention] = []
    for pattern, reader in ((_RANGE, _read_range), (_RECENT, _read_recent), (_POINT, _read_point)):
        for match in pattern.finditer(flat):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            mentions = reader(match, anchor)
            if mentions or pattern is _RECENT:  # the 10年 of 近10年 names no year, with or without an anchor
                taken.append(match.span())
            found += mentions
    return sorted(found, key=lambda m: (m.start, m.period))


def _year_of(text: str, anchor: Period | None) -> int | None:
    digits = text.translate(_DIGIT_WORDS)
    if digits.isdigit():
        year = int(digits)
        return year if year > 99 else (2000 if year < 80 else 1900) + year
    return anchor.year - _BACK.get(text, 0) if anchor else None


def _read_range(match: re.Match[str], anchor: Period | None) -> list[PeriodMention]:
    first, last = _year_of(match["from"], None), _year_of(match["to"], None)
    if first is None or last is None or not 0 < last - first < 30:
        return []
    return [PeriodMention(Period(y), match.start(), match.end(), match[0]) for y in range(first, last + 1)]


def _read_recent(match: re.Match[str], anchor: Period | None) -> list[PeriodMention]:
    if anchor is None:
        return []
    count = _NUMERALS.get(match["count"]) or int(match["count"])
    last = (
        anchor.year - 1 if match["before"] else anchor.year
    )  # 前两年 leaves the year itself out, 近两年 has it in
    years = range(last - count + 1, last + 1)
    return [PeriodMention(Period(y), match.start(), match.end(), match[0], relative=True) for y in years]


def _read_point(match: re.Match[str], anchor: Period | None) -> list[PeriodMention]:
    year = _year_of(match["year"], anchor)
    if year is None or match["h2"]:
        return []
    relative = not match["year"].translate(_DIGIT_WORDS).isdigit()
    part, single, instant = _part_of(match)
    if part is None:
        return []
    if match["opening"]:  # the balance on 1 January is the closing one of the year before, unless restated
        year, instant = year - 1, True
    if relative and anchor and part is Part.FY and "同期" in match["year"]:
        part = anchor.part
    raw = match[0].rstrip()
    return [
        PeriodMention(
            Period(year, part), match.start(), match.start() + len(raw), raw, single, instant, relative
        )
    ]


def _part_of(match: re.Match[str]) -> tuple[Part | None, bool, bool]:
    """Part, whether a single quarter, whether a date; part None for a date that ends no report period."""
    if match["h1"]:
        return Part.H1, False, False
    if match["q3"]:
        return Part.Q3, False, False
    if match["q1"]:
        return Part.Q1, False, False
    if match["months"]:
        return {"4": Part.Q2, "7": Part.Q3, "1": Part.Q4}[match["months"][0]], True, False
    if match["quarter"]:
        digit = match["quarter"].translate(_DIGIT_WORDS)
        return Part(f"Q{next(c for c in digit if c.isdigit())}"), True, False
    if match["date"]:
        return _part_of_date(match), False, True
    return Part.FY, False, False


def _part_of_date(match: re.Match[str]) -> Part | None:
    if not match["month"]:
        return Part.FY
    ends = {3: Part.Q1, 6: Part.H1, 9: Part.Q3, 12: Part.FY}
    part = ends.get(int(match["month"]))
    if part and match["day"] and int(match["day"]) != _ENDS[part][1]:
        return None
    return part
