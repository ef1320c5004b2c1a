"""From one period to others: a year earlier, the quarter before, the parts whose difference it is."""

from __future__ import annotations

from caiwen.ask.plan import PeriodRef
from caiwen.finance.period import Part, Period


def earlier_of(period: PeriodRef, *, opening: bool = False) -> PeriodRef | None:
    """The same period a year before; for an opening balance, the end of the year before."""
    parsed = Period.parse(period.period)
    if parsed is None:
        return None
    earlier = Period(parsed.year - 1) if opening else parsed.prior_year()
    return PeriodRef(period=str(earlier), form="report" if opening else period.form)


def quarter_before(period: PeriodRef) -> PeriodRef | None:
    """The quarter alone before a quarter."""
    parsed = Period.parse(period.period)
    if parsed is None or parsed.part not in (Part.Q1, Part.Q2, Part.Q3, Part.Q4):
        return None
    quarters = (Part.Q1, Part.Q2, Part.Q3, Part.Q4)
    at = quarters.index(parsed.part)
    before = Period(parsed.year - 1, Part.Q4) if at == 0 else Period(parsed.year, quarters[at - 1])
    return PeriodRef(period=str(before), form="single")


def parts_of(period: PeriodRef) -> tuple[PeriodRef, PeriodRef] | None:
    """The year-to-date periods whose difference is a quarter alone or the second half; None for other periods."""
    parsed = Period.parse(period.period)
    if parsed is None or period.form in ("report", "trailing"):
        return None
    pairs = {"Q2": ("H1", "Q1"), "Q3": ("Q3", "H1"), "Q4": ("", "Q3")}
    ends = ("", "H1") if period.form == "second_half" else pairs.get(parsed.part.value)
    if ends is None:
        return None
    return PeriodRef(period=f"{parsed.year}{ends[0]}"), PeriodRef(period=f"{parsed.year}{ends[1]}")


def trailing_of(period: PeriodRef) -> tuple[PeriodRef, PeriodRef, PeriodRef] | None:
    """For the twelve months that end with an interim period: it, the year before, and the same interim of that year."""
    parsed = Period.parse(period.period)
    if parsed is None or period.form != "trailing":
        return None
    year_before, same = Period(parsed.year - 1), parsed.prior_year()
    return PeriodRef(period=str(parsed)), PeriodRef(period=str(year_before)), PeriodRef(period=str(same))
