"""What a column of figures means: period, span, scope and basis, read from its header cells.

Absolute headers (2020年12月31日, 2019年1-9月) speak for themselves; relative ones (期末余额, 上期发生额) are bound to the
anchor: the period of the filing, or the date printed above the statement.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from caiwen.finance.period import Part, Period, from_date
from caiwen.finance.text import squash
from caiwen.knowledge.data import load, pattern
from caiwen.records import Basis, Filing, FilingKind, Scope, Span

_RULES = "columns.yaml"
_YEAR = r"(?<!\d)((?:19|20)\d{2})"
_DATE = re.compile(_YEAR + r"(?:年|-|\.|/)(\d{1,2})(?:月|-|\.|/)(\d{1,2})日?(?!\d)")
_RANGE = re.compile(_YEAR + r"年?度?[(（]?(\d{1,2})月?(?:份)?[-—–－~～至到](\d{1,2})月")
_LONG_RANGE = re.compile(
    _YEAR + r"年(\d{1,2})月(\d{1,2})日?(?:起)?(?:至|-|—|–|~|～|到)(?:" + _YEAR + r"年)?(\d{1,2})月(\d{1,2})日"
)
_MONTH_END = re.compile(_YEAR + r"年(\d{1,2})月(?:末|底|份)?")
_DAY_FIRST = re.compile(r"(?<![年\d])(\d{1,2})月(\d{1,2})日(?!.*\d月\d{1,2}日)(.*?)" + _YEAR)
_QUARTER = re.compile(r"第?([一二三四1234])季度?")
_FIRST_QUARTERS = re.compile(r"前([一二三])季度?")
_HALF = re.compile(r"上半年|半年度|半年|中期")
_YEAR_END = re.compile(_YEAR + r"年?度?(?:年末|末|年底|底|期末)")
_BARE_YEAR = re.compile(_YEAR + r"(?:年度|年|$|[^\d.,])")
_MONTHS = re.compile(r"(?<!\d)(\d{1,2})月?(?:份)?[-—–－~～至到](\d{1,2})月")
_PART_OF_HEADER = re.compile(
    r"\d{1,2}月\d{1,2}日|个月期间|止年度|止期间|^[(（]?(?:未?经审计|.{0,6}元)[)）]?$"
)
_SPAN_MONTHS = re.compile(r"(\d{1,2}|[三六九])个月")
_NUMERALS = str.maketrans("三六九", "369")
_QUARTER_PARTS = {"一": "Q1", "二": "Q2", "三": "Q3", "四": "Q4", "1": "Q1", "2": "Q2", "3": "Q3", "4": "Q4"}
_YTD_PARTS = {3: Part.Q1, 6: Part.H1, 9: Part.Q3, 12: Part.FY}
_SHORT = 8
"""Characters of a header cell that says no more than whose books (本集团); longer ones are names."""


@dataclass(frozen=True, slots=True)
class ColumnMeaning:
    """``scope`` is None where the header does not say. ``loose``: a bare year, which serves balances and flows.

    ``role``: value, note (附注), change (增减), adjustment (调整数) or other (a pro-forma figure, a remark); only value columns have a period.
    """

    role: str = "value"
    period: str = ""
    span: Span = Span.YTD
    scope: Scope | None = None
    basis: Basis = Basis.REPORTED
    loose: bool = False
    headers: tuple[str, ...] = ()


def span_and_period(meaning: ColumnMeaning, *, instant: bool) -> tuple[Span, str]:
    """The span and period of a cell in this column, given whether its item is a balance.

    A balance under a flow header (总资产 under 2019年) stands at that period's end; a flow under a date header
    runs from the start of the year to that date.
    """
    if not instant:
        return (Span.YTD if meaning.span is Span.INSTANT else meaning.span), meaning.period
    ends = meaning.period
    if meaning.span is Span.SINGLE:
        ends = ends.replace("Q2", "H1").removesuffix("Q4")
    return Span.INSTANT, ends


def bind_columns(
    headers: Sequence[Sequence[str]], filing: Filing, *, anchor: Period | None = None
) -> list[ColumnMeaning | None]:
    """Meanings of columns from left to right; ``headers`` holds each column's header texts, outermost first.

    None: the header says nothing about a period. ``anchor`` overrides the filing's own period.
    """
    base = anchor or (Period.parse(filing.period) if filing.period else None)
    bound: list[ColumnMeaning | None] = []
    previous: ColumnMeaning | None = None
    for texts in headers:
        meaning = _bind(tuple(texts), base, previous, filing.kind)
        bound.append(meaning)
        if meaning is not None and meaning.role == "value":
            previous = meaning
    return bound if filing.kind is FilingKind.PROSPECTUS else _settle_bare_years(bound, base)


def is_header_text(text: str) -> bool:
    """Whether a cell reads like a column header (a period, 附注, 增减...), not like a value or a label."""
    flat = squash(text)
    if not flat or len(flat) > 60:
        return False
    return _header_like(flat)


def is_day_of_header(text: str) -> bool:
    """A day without its year, such as stands over columns whose years follow below (截至6月30日止)."""
    flat = squash(text)
    return len(flat) <= 20 and bool(re.search(r"\d{1,2}月\d{1,2}日", flat)) and not re.search(_YEAR, flat)


def is_label_header(text: str) -> bool:
    """Whether a cell heads the column of labels (项目, 资产, 主要会计数据)."""
    flat = squash(text)
    return len(flat) <= 16 and bool(pattern(_RULES, "label").search(flat))


def period_of(text: str) -> Period | None:
    """The report period that a printed date or year names (2020年12月31日, 2019年1-9月, 2020年度); None without one."""
    meaning = _absolute(squash(text))
    return _parsed(meaning.period) if meaning else None


@lru_cache(maxsize=4096)
def _header_like(flat: str) -> bool:
    if _role(flat) != "value" or _absolute(flat) or _relative(flat) or _mark(flat):
        return True
    if len(flat) <= _SHORT and _scope(flat):
        return True
    return bool(_QUARTER.search(flat) or _HALF.search(flat) or _PART_OF_HEADER.search(flat))


def _bind(
    texts: tuple[str, ...], base: Period | None, previous: ColumnMeaning | None, kind: FilingKind
) -> ColumnMeaning | None:
    flat = squash("".join(dict.fromkeys(texts)))
    if not flat:
        return None
    role = _role(flat)
    if role != "value":
        return ColumnMeaning(role=role, headers=texts)
    meaning = _absolute(flat) or _from_anchor(flat, base, previous, kind)
    if meaning is None:
        return None
    return replace(meaning, scope=_scope(flat), basis=_basis(flat, meaning, base, kind), headers=texts)


def _role(flat: str) -> str:
    for role in ("note", "change", "adjustment", "other"):
        if pattern(_RULES, role).search(flat):
            return role
    return "value"


@lru_cache(maxsize=4096)
def _absolute(flat: str) -> ColumnMeaning | None:
    """A header that names its own year; None when it names none or several."""
    if found := _LONG_RANGE.search(flat):
        year, m1, _, year2, m2, _ = found.groups()
        return _months(int(year2 or year), int(m1), int(m2)) if not year2 or year2 == year else None
    if found := _RANGE.search(flat):
        return _months(*(int(g) for g in found.groups()))
    years = {m.group(1) for m in re.finditer(_YEAR, flat)}
    if len(years) != 1:
        return None
    if (found := _DAY_FIRST.search(flat)) and not _DATE.search(flat):
        return _day_first(found)
    whole = [m for m in _DATE.finditer(flat) if "月" not in m.group() or m.group().endswith("日")]
    dates = {tuple(int(g) for g in m.groups()) for m in whole}  # 2021年12月3 lost the rest of its day
    if dates:
        return _instant(*dates.pop()) if len(dates) == 1 else None
    return _of_year(flat, int(years.pop()))


def _day_first(found: re.Match[str]) -> ColumnMeaning | None:
    """The day in one header row, the year in the next: 12月31日 / 2006年, 截至6月30日止6个月期间 / 2007年."""
    month, day, between, year = found.groups()
    balance = _instant(int(year), int(month), int(day))
    if balance is None or "止" not in between:
        return balance
    return replace(balance, span=Span.YTD) if "-" not in balance.period else None


def _of_year(flat: str, year: int) -> ColumnMeaning | None:
    if found := _FIRST_QUARTERS.search(flat):
        return ColumnMeaning(period=f"{year}{('Q1', 'H1', 'Q3')['一二三'.index(found.group(1))]}")
    if found := _QUARTER.search(flat):
        return _quarter(year, _QUARTER_PARTS[found.group(1)])
    if found := _SPAN_MONTHS.search(flat):
        return _months(year, 1, int(found.group(1).translate(_NUMERALS)))
    if "下半年" in flat:
        return None
    if _HALF.search(flat):
        return ColumnMeaning(period=f"{year}H1", span=Span.INSTANT if "末" in flat else Span.YTD)
    if found := _MONTH_END.search(flat):
        month = int(found.group(2))
        return _instant(year, month, _last_day(year, month)) if 1 <= month <= 12 else None
    if _YEAR_END.search(flat):
        return ColumnMeaning(period=str(year), span=Span.INSTANT)
    if _BARE_YEAR.search(flat):
        return ColumnMeaning(period=str(year), loose="年度" not in flat)
    return None


def _quarter(year: int, part: str) -> ColumnMeaning:
    """The first quarter alone is also the year to date, and is filed as that."""
    return ColumnMeaning(period=f"{year}{part}", span=Span.YTD if part == "Q1" else Span.SINGLE)


def _months(year: int, first: int, last: int) -> ColumnMeaning | None:
    if first == 1 and last in _YTD_PARTS:
        return ColumnMeaning(period=str(Period(year, _YTD_PARTS[last])))
    if last == first + 2 and last in _YTD_PARTS:
        return ColumnMeaning(period=f"{year}Q{last // 3}", span=Span.SINGLE)
    return None


def _instant(year: int, month: int, day: int) -> ColumnMeaning | None:
    try:
        when = date(year, month, day)
    except ValueError:
        return None
    basis = Basis.OPENING if (month, day) == (1, 1) else Basis.REPORTED
    period = from_date(when)
    return ColumnMeaning(period=str(period) if period else when.isoformat(), span=Span.INSTANT, basis=basis)


def _last_day(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


@lru_cache(maxsize=4096)
def _relative(flat: str) -> tuple[int, str] | None:
    for rule in load(_RULES)["relative"]:
        if re.search(rule["match"], flat):
            return rule["year"], rule["kind"]
    return None


def _from_anchor(
    flat: str, base: Period | None, previous: ColumnMeaning | None, kind: FilingKind
) -> ColumnMeaning | None:
    if base is None:
        return None
    if single := _single_quarter(flat, base):
        return single
    found = _relative(flat)
    if found is None:
        return None
    shift, word = found
    year = base.year + shift
    if word == "opening":
        return ColumnMeaning(period=str(year), span=Span.INSTANT)
    if word == "instant":
        return ColumnMeaning(period=str(Period(year, base.part)), span=Span.INSTANT)
    single_word = word == "report" and kind is FilingKind.Q3
    single_same = word == "same" and previous is not None and previous.span is Span.SINGLE
    if single_word or single_same:
        return ColumnMeaning(period=f"{year}Q3", span=Span.SINGLE)
    return ColumnMeaning(period=str(Period(year, base.part)))


def _single_quarter(flat: str, base: Period) -> ColumnMeaning | None:
    """第三季度, 7-9月 or 1-9月 without a year."""
    year = base.year + (_relative(flat) or (0, ""))[0]
    if found := _MONTHS.search(flat):
        return _months(year, int(found.group(1)), int(found.group(2)))
    if found := _FIRST_QUARTERS.search(flat):
        return ColumnMeaning(period=f"{year}{('Q1', 'H1', 'Q3')['一二三'.index(found.group(1))]}")
    if found := _QUARTER.search(flat):
        return _quarter(year, _QUARTER_PARTS[found.group(1)])
    return None


def _scope(flat: str) -> Scope | None:
    parent = bool(pattern(_RULES, "parent").search(flat))
    consolidated = bool(pattern(_RULES, "consolidated").search(flat))
    if parent == consolidated:
        return None
    return Scope.PARENT if parent else Scope.CONSOLIDATED


def _mark(flat: str) -> Basis | None:
    if pattern(_RULES, "unadjusted").search(flat):
        return Basis.UNADJUSTED
    return Basis.RESTATED if pattern(_RULES, "restated").search(flat) else None


def _basis(flat: str, meaning: ColumnMeaning, base: Period | None, kind: FilingKind) -> Basis:
    if meaning.basis is Basis.OPENING:
        return Basis.OPENING
    own = base is None or kind is FilingKind.PROSPECTUS or int(meaning.period[:4]) >= base.year
    return Basis.REPORTED if own else (_mark(flat) or Basis.COMPARATIVE)


def _parsed(text: str) -> Period | None:
    return Period.parse(text) if "-" not in text else None


def _settle_bare_years(bound: list[ColumnMeaning | None], base: Period | None) -> list[ColumnMeaning | None]:
    """In an interim report a table headed 2020年 | 2019年 speaks of the interim periods, not of whole years."""
    if base is None or base.part is Part.FY:
        return bound
    loose = [m for m in bound if m is not None and m.loose]
    if not any(m.period == str(base.year) for m in loose):
        return bound
    return [replace(m, period=str(Period(int(m.period), base.part))) if m and m.loose else m for m in bound]
