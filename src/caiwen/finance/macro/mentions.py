"""Periods of statistics that a question names: 2024年3月, 2023年1月至6月, 前三季度, 近六个月, 去年, 最新."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from caiwen.finance.macro.term import Grain, Term

_NUMERALS = {c: n for n, c in enumerate("零一二三四五六七八九十")} | {
    "两": 2,
    "十一": 11,
    "十二": 12,
    "半": 6,
}
_YEAR = r"(?:(?<![\d.])(?:19|20)\d{2}(?![\d.,%％万亿元点个家人吨])|(?<!\d)\d{2}(?=年\d{1,2}月)|二[〇零○][〇零○一二三四五六七八九]{2}|今年|本年|当年|去年|上年|前年|明年|后年)"
_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_TO = r"\s*(?:[-—－–~～至到]+|以来至)\s*"
_PART = (
    r"(?:前(?P<q3>三)(?:个)?季度|1\s*[-—－–~～至到]+\s*(?P<upto>1[0-2]|[2-9])月份?|(?P<half>[上下])半年|[Hh](?P<hn>[12])"
    r"|第?(?P<quarter>[一二三四1-4])季度?(?!个)|[Qq](?P<qn>[1-4])"
    rf"|(?P<month>{_MONTH})月(?:份)?(?:(?P<day>3[01]|[12]\d|0?[1-9])[日号])?)"
)
_POINT = re.compile(rf"(?P<year>{_YEAR})\s*年?(?:度|全年)?(?:的|末|底)?\s*{_PART}?")
_ISO = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d{2})[-/.](?P<m>1[0-2]|0?[1-9])(?:[-/.](?P<d>3[01]|[12]\d|0?[1-9]))?(?![\d年-])"
)
_LATER = re.compile(rf"{_PART}")
_RANGE = re.compile(rf"{_TO}$")
_RECENT = re.compile(
    r"(?:最近|近|过去)(?P<count>[一二两三四五六七八九十半]|十[一二]|\d{1,3})(?:个)?(?P<unit>年|季度|月|期)(?:来|内|间)?"
)
_RELATIVE_MONTH = re.compile(r"(?P<back>上|本|这|下)(?:个)?(?P<unit>月|季度?)(?!度?末|同比)")
_LATEST = re.compile(r"最新(?:一期|的|公布)?|目前|当前|现在|眼下|如今|最近一(?:期|个月|季|次)|现行")


@dataclass(frozen=True, slots=True)
class TermMention:
    """``first``..``last`` of one grain. ``cumulative``: from the year's beginning (前三季度, 1-6月). ``count``: so many
    terms of ``grain`` up to the newest figure; ``latest``: the newest figure; both without ``first`` and ``last``."""

    start: int
    end: int
    kind: Literal["point", "range", "recent", "latest"]
    grain: Grain
    first: Term | None = None
    last: Term | None = None
    cumulative: bool = False
    count: int = 0
    instant: bool = False
    """At the end of a year or quarter (年末, 末, 底)."""


def terms_in(text: str, today: date) -> list[TermMention]:
    """In order. Two points joined by 至 are one range; a month after another one shares its year (2024年3月和4月)."""
    taken: list[TermMention] = list(_fixed(text, today))
    points = sorted(_points(text, today, taken), key=lambda m: m.start)
    return sorted([*taken, *_joined(text, points)], key=lambda m: m.start)


def _fixed(text: str, today: date) -> Iterator[TermMention]:
    for match in _RECENT.finditer(text):
        count = _NUMERALS.get(match["count"]) or int(match["count"])
        grain = {"年": Grain.YEAR, "季度": Grain.QUARTER}.get(match["unit"], Grain.MONTH)
        if match["count"] == "半":
            grain = Grain.MONTH
        yield TermMention(match.start(), match.end(), "recent", grain, count=count)
    for match in _LATEST.finditer(text):
        yield TermMention(match.start(), match.end(), "latest", Grain.MONTH)
    for match in _RELATIVE_MONTH.finditer(text):
        grain = Grain.MONTH if match["unit"] == "月" else Grain.QUARTER
        term = Term.of(today.year, today.month, grain)
        if term is not None and not _compared(text, match):
            term = term.shifted({"上": -1, "下": 1}.get(match["back"], 0))
            yield TermMention(match.start(), match.end(), "point", grain, term, term)


def _compared(text: str, match: re.Match[str]) -> bool:
    """比上月, 较上季: a step back from another period, not a period of its own."""
    return text[: match.start()].endswith(("比", "较", "同", "与", "和", "于"))


def _points(text: str, today: date, taken: list[TermMention]) -> Iterator[TermMention]:
    at, year = 0, 0
    while at < len(text):
        inside = next((m for m in taken if m.start <= at < m.end), None)
        match = None if inside else _ISO.match(text, at) or _POINT.match(text, at)
        if match is None and not inside and year:
            match = _later(text, at)
        found = _read(match, today, year) if match and not _steps_back(text, match) else None
        if match is None or found is None:
            at += 1
            continue
        year = found.first.start.year if found.first else year
        yield found
        at = max(found.end, at + 1)


def _steps_back(text: str, match: re.Match[str]) -> bool:
    """比上年同期, 较去年, 同上年: the base of a comparison, told by its words and not by a year of its own."""
    if "year" not in match.groupdict() or not match["year"].startswith(("上", "去", "前")):
        return False
    alone = not any(match[name] for name in ("month", "quarter", "half", "q3", "upto"))
    return alone and (_compared(text, match) or text[match.end() :].startswith(("同期", "同月", "同季")))


def _later(text: str, at: int) -> re.Match[str] | None:
    """A month or quarter without a year, where one was named before; not inside a longer number or 三个月."""
    if at and (text[at - 1].isdigit() or text[at - 1] in ".年同期十"):
        return None
    return _LATER.match(text, at)


def _read(match: re.Match[str], today: date, year: int) -> TermMention | None:
    said = match.groupdict()
    if "y" in said:
        made = (
            Term.on(int(said["y"]), int(said["m"]), int(said["d"]))
            if said["d"]
            else Term.of(int(said["y"]), int(said["m"]), Grain.MONTH)
        )
        return _mention(match, made)
    if said.get("year"):
        back = year and said["year"][0] in "去上" and _compared(match.string, match)
        named = (
            year - 1 if back else year_of(said["year"], today)
        )  # 比去年6月: counted from the year before it
        if named is None:
            return None
        year = named
    raw = match[0].rstrip("的 ")
    instant = raw.endswith(("末", "底"))
    if said["q3"]:
        return _mention(match, Term.of(year, 9, Grain.QUARTER), cumulative=True)
    if said["upto"]:
        return _mention(match, Term.of(year, int(said["upto"]), Grain.MONTH), cumulative=True)
    if half := said["half"] or said["hn"]:
        return _mention(match, Term.of(year, 1 if half in "上1" else 7, Grain.HALF))
    if quarter := said["quarter"] or said["qn"]:
        place = _NUMERALS.get(quarter) or int(quarter)
        return _mention(match, Term.of(year, place * 3, Grain.QUARTER))
    if said["month"]:
        month = _NUMERALS.get(said["month"]) or int(said["month"])
        if said["day"]:
            return _mention(match, Term.on(year, month, int(said["day"])))
        return _mention(match, Term.of(year, month, Grain.MONTH))
    return _mention(match, Term.of(year, 1, Grain.YEAR), instant=instant)


def _mention(
    match: re.Match[str], term: Term | None, *, cumulative: bool = False, instant: bool = False
) -> TermMention | None:
    if term is None:
        return None
    end = match.start() + len(match[0].rstrip("的 "))
    return TermMention(
        match.start(), end, "point", term.grain, term, term, cumulative=cumulative, instant=instant
    )


def year_of(text: str, today: date) -> int | None:
    back = {"今": 0, "本": 0, "当": 0, "去": 1, "上": 1, "前": 2, "明": -1, "后": -2}.get(text[0])
    if back is not None:
        return today.year - back
    digits = text.translate(str.maketrans("〇零○一二三四五六七八九", "000123456789"))
    if not digits.isdigit():
        return None
    year = int(digits)
    return year if year > 99 else (2000 if year < 80 else 1900) + year


def _joined(text: str, points: list[TermMention]) -> Iterator[TermMention]:
    """至, 到 or a dash between two points makes a range of them."""
    at = 0
    while at < len(points):
        first = points[at]
        after = points[at + 1] if at + 1 < len(points) else None
        if (
            after
            and after.first
            and first.first
            and re.fullmatch(_TO, text[first.end : after.start])
            and first.first < after.first
        ):
            grain = after.grain
            start = first.first if first.grain is grain else Term(first.first.start, grain)
            yield TermMention(first.start, after.end, "range", grain, start, after.last)
            at += 2
        else:
            yield first
            at += 1
