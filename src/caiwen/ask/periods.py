"""From the periods that a question names to the periods that facts are looked up for."""

from __future__ import annotations

import re

from caiwen.ask.period_steps import earlier_of
from caiwen.ask.plan import Change, PeriodRef
from caiwen.ask.reading import Reading, ordinal
from caiwen.finance.period import Part, Period, PeriodMention

_HALF = re.compile(r"(?P<year>(?:19|20)\d{2}|\d{2})年?(?:度)?(?:的)?下半年")
_YEARS_BACK = re.compile(r"(?:与|和|跟|同|较|比)?(?:之?前|过去|此前)(?P<n>[一二两三四五\d])年")
_EITHER = re.compile(r"还是|是增是减|是升是降")
_DOWN = re.compile(r"下降|减少|降低")
_ADDED = re.compile(r"(?:增加|减少)(?:了)?多少")
_BEHIND = re.compile(r"(?:比|较)$")
_EACH = ("各年", "每年", "历年", "逐年", "分别", "各自", "每个年度", "各年度")


def named_periods(reading: Reading) -> list[PeriodRef]:
    """Every period named, in order, each once."""
    found = [(m.start, _reference(m, reading)) for m in reading.periods]
    for match in _HALF.finditer(reading.text):
        year = int(match["year"]) + (2000 if len(match["year"]) == 2 else 0)
        found.append((match.start(), PeriodRef(period=str(year), form="second_half")))
    halves = {p.period for _, p in found if p.form == "second_half"}
    kept = [
        p for _, p in sorted(found, key=lambda f: f[0]) if p.form == "second_half" or p.period not in halves
    ]
    if reading.has("each_quarter"):
        kept = [quarter for ref in kept for quarter in _quarters(ref)]
    if reading.has("trailing"):
        kept = [_trailing(ref) for ref in kept]
    return list(dict.fromkeys(kept))


def _quarters(ref: PeriodRef) -> list[PeriodRef]:
    """The four quarters of a year, each alone."""
    if len(ref.period) != len("2019") or ref.form != "report":
        return [ref]
    return [PeriodRef(period=f"{ref.period}Q{n}", form="single") for n in (1, 2, 3, 4)]


def _trailing(ref: PeriodRef) -> PeriodRef:
    """The twelve months that end with a year are the year."""
    return ref if len(ref.period) == 4 else PeriodRef(period=ref.period, form="trailing")


def _reference(mention: PeriodMention, reading: Reading) -> PeriodRef:
    """2024Q3 and 三季报 are year to date; 第三季度 and 单季 are the quarter alone."""
    period = mention.period
    compact = re.fullmatch(r"(?:20)?\d\d年?q3", mention.raw.replace(" ", "").lower()) is not None
    single = mention.single and not (compact and period.part is Part.Q3)
    after = reading.text[mention.end : mention.end + 4]
    if period.part in (Part.Q1, Part.Q3) and (reading.has("single_quarter") or after.startswith("单季")):
        single = period.part is not Part.Q1
    if mention.single and period.part is Part.Q3 and after.startswith(("报", "末", "季报")):
        single = False
    return PeriodRef(period=str(period), form="single" if single else "report")


def with_earlier(reading: Reading, periods: list[PeriodRef], latest: Period | None) -> list[PeriodRef]:
    """Add or put in the earlier periods that words such as 上年, 年初 or 前两年 mean (outside of a comparison)."""
    back = _YEARS_BACK.search(reading.text)
    if back and periods:
        count = ordinal(back["n"]) or 1
        last = Period.parse(periods[-1].period)
        if last:
            earlier = [Period(last.year - n, last.part) for n in range(count, 0, -1)]
            return list(dict.fromkeys([*(PeriodRef(period=str(p)) for p in earlier), *periods]))
    words = reading.word("prior") + reading.word("opening")
    if not words:
        return periods
    bases = periods or ([PeriodRef(period=str(latest), assumed=True)] if latest else [])
    earlier_refs = [e for p in bases if (e := earlier_of(p, opening=reading.has("opening")))]
    before = reading.text[max(0, words[0].start - 1) : words[0].start]
    together = before in tuple("和与及、同跟") or reading.has("aggregate.same") or "本期" in reading.text
    return [*periods, *earlier_refs] if together and periods else earlier_refs


def change_of(reading: Reading, periods: list[PeriodRef]) -> tuple[Change | None, list[PeriodRef]]:
    """The comparison that is asked for, and the periods that it is asked for."""
    if not reading.has("change"):
        return None, periods
    asked = {m.group.partition(".")[2] for m in reading.word("change")}
    if asked <= {"link"}:
        return None, periods
    if reading.has("aggregate.same") and not asked & {"rate", "amount", "direction"}:
        return None, periods
    show = next((s for s in ("direction", "amount", "rate") if s in asked), "both")
    if asked & {"compound", "quarter"} and show == "both":
        show = "rate"
    if asked & {"versus", "year_start"} and reading.has("aggregate.difference") and "rate" not in asked:
        show = "amount"
    against = (
        "year_start" if "year_start" in asked else "prior_period" if "quarter" in asked else "prior_year"
    )
    targets, base = _base(reading, periods, compound="compound" in asked, versus="versus" in asked)
    asked_way = "either"
    if show == "direction" and not _EITHER.search(reading.text):
        asked_way = "down" if _DOWN.search(reading.text) else "up"
    change = {
        "asked": asked_way,
        "against": "named" if base else against,
        "base": base,
        "show": show,
        "first": "amount" if _ADDED.search(reading.text) else "rate",
        "compound": "compound" in asked,
    }
    return Change.model_validate(change), targets


def _base(
    reading: Reading, periods: list[PeriodRef], *, compound: bool, versus: bool
) -> tuple[list[PeriodRef], PeriodRef | None]:
    """Which of the named periods is the base of the comparison."""
    ordered = sorted(periods, key=lambda p: (p.period[:4], p.period))
    if compound and len(ordered) >= 2:
        return [ordered[-1]], ordered[0]
    behind = {str(m.period) for m in reading.periods if _BEHIND.search(reading.text[: m.start])}
    bases = [p for p in ordered if p.period in behind]
    if len(ordered) == 2 and len(bases) == 1 and not versus and any(w in reading.text for w in _EACH):
        return [p for p in ordered if p not in bases], bases[0]
    if len(ordered) == 2 and not any(word in reading.text for word in _EACH) and not versus:
        return [ordered[1]], ordered[0]
    ends = len(ordered) > 2 and "从" in reading.text and not any(word in reading.text for word in _EACH)
    if ends:
        return [ordered[-1]], ordered[0]
    return periods, None
