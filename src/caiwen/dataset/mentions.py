"""What a text names: companies, periods, items, members of axes, amounts, dates, statutes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from caiwen.dataset.data import words
from caiwen.dataset.ledger import When
from caiwen.finance.amount import amounts_in
from caiwen.finance.formulas import formulas, lower, stands_alone
from caiwen.finance.items import taxonomy
from caiwen.finance.period import Period, periods_in

DATE = re.compile(
    r"(?P<y>(?:19|20)\d{2})\s*(?:年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日|-(?P<m2>\d{2})-(?P<d2>\d{2}))"
)
LAW = re.compile(r"《[^《》]{2,60}》")
ARTICLE = re.compile(r"第[一二三四五六七八九十百千零〇\d]+条(?:之[一二三四五六七八九十])?")
_NUMBER = re.compile(r"(?<![\d.A-Za-z_])[-−－]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\d.]*[A-Za-z_])")
_NO_NOUNS = ("c", "d", "p", "u", "r", "f", "v", "y", "b", "t", "m", "q")
"""Parts of speech: conjunctions, adverbs, prepositions, particles, pronouns, verbs, times, numbers."""
_SUBJECT = re.compile(
    r"(?:(?:^|(?<=[。；;\n]))|(?<=[，,])(?=[^，,。\d]{3}))\s*(?P<name>[\u4e00-\u9fff*][\u4e00-\u9fffA-Za-z*（）()]{1,30}?)(?:公司|集团)?(?=(?:19|20)\d{2}\s*年)"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """``kind``: company, period, item, member, amount, number, date, law, article. ``names``: what it may mean:
    canonical items and formulas, the owner of a company's name (empty: nobody known), the member."""

    kind: str
    start: int
    end: int
    text: str
    names: tuple[str, ...] = ()
    when: When | None = None
    value: Decimal | None = None
    unit: str = ""


class Names:
    """Longest-match search of a dictionary; by the first two characters, so that most places cost one look-up."""

    def __init__(self, surfaces: Mapping[str, str]) -> None:
        self._owner = dict(surfaces)
        self._lengths: dict[str, list[int]] = {}
        for surface in sorted(self._owner, key=len, reverse=True):
            lengths = self._lengths.setdefault(surface[:2], [])
            if len(surface) not in lengths:
                lengths.append(len(surface))

    def find(self, text: str) -> Iterable[tuple[int, int, str]]:
        at = 0
        while at < len(text) - 1:
            step = 1
            for length in self._lengths.get(text[at : at + 2], ()):
                owner = self._owner.get(text[at : at + length])
                if owner is not None and at + length <= len(text):
                    yield at, at + length, owner
                    step = length
                    break
            at += step


def read(
    text: str, companies: Names, members: Names, items: Names, anchor: str | None = None
) -> list[Mention]:
    """Everything named, in order of place, without overlaps: of two names over one place the longer one stays."""
    named = [Mention("company", a, b, text[a:b], (who,)) for a, b, who in companies.find(text)]
    named += [Mention("member", a, b, text[a:b], (m,)) for a, b, m in members.find(text) if b - a >= 2]
    named += [Mention("item", a, b, text[a:b], names) for a, b, names in _items(text)]
    named += [Mention("item", a, b, text[a:b], (name,)) for a, b, name in items.find(text)]
    named += [Mention("law", m.start(), m.end(), m[0], (m[0][1:-1],)) for m in LAW.finditer(text)]
    named += [Mention("article", m.start(), m.end(), m[0], (m[0],)) for m in ARTICLE.finditer(text)]
    kept = _longest(named)
    kept += _free(_periods(text, anchor), kept)
    kept += _free(_times(text, kept, anchor), kept)
    kept += _free(_dates(text), [m for m in kept if m.kind != "period"])
    kept += _free(_amounts(text), kept)
    kept += _free(_strangers(text, kept), [m for m in kept if m.kind != "item"])
    kept += _free(_numbers(text), kept)
    return sorted(kept, key=lambda m: (m.start, m.kind != "date"))


def _longest(named: list[Mention]) -> list[Mention]:
    """At each place the longest; two of one span and kind become one with both meanings."""
    kept: list[Mention] = []
    rank = {"law": 0, "article": 1, "item": 2, "member": 3, "company": 4}
    for one in sorted(named, key=lambda m: (-(m.end - m.start), rank[m.kind])):
        same = next((k for k in kept if (k.start, k.end, k.kind) == (one.start, one.end, one.kind)), None)
        if same:
            kept.remove(same)
            merged = tuple(dict.fromkeys((*same.names, *one.names)))
            kept.append(Mention(one.kind, one.start, one.end, one.text, merged))
        elif not _overlaps(one, kept):
            kept.append(one)
    return kept


def _overlaps(one: Mention, others: Iterable[Mention]) -> bool:
    return any(one.start < o.end and o.start < one.end for o in others)


def _free(found: Iterable[Mention], taken: list[Mention]) -> list[Mention]:
    return [one for one in found if not _overlaps(one, taken)]


@lru_cache(maxsize=4096)
def _items(text: str) -> tuple[tuple[int, int, tuple[str, ...]], ...]:
    found = [(m.start, m.end, (m.item.name, *(o.name for o in m.others))) for m in taxonomy().find_in(text)]
    found += [(a, b, (name,)) for a, b, name in formula_names().find(lower(text)) if stands_alone(text, a, b)]
    return tuple(found)


@cache
def formula_names() -> Names:
    """Formulas by name and alias, in lower case."""
    return Names({lower(name): f.name for f in formulas().all for name in (*f.aliases, f.name)})


def _periods(text: str, anchor: str | None) -> Iterable[Mention]:
    """Words such as 上年 are reckoned from the period named last before them, else from ``anchor``."""
    base = said = Period.parse(anchor) if anchor else None
    for m in periods_in(text, base):
        period = m.period
        own = any(m.raw.startswith(word) for word in words("reported"))
        if m.relative and base and said and not own:
            period = Period(period.year + said.year - base.year, period.part)
        elif not m.relative and not _compared(text, m.start):
            said = said and period
        when = When(str(period), m.single and period.part.value != "Q1")
        yield Mention("period", m.start, m.end, text[m.start : m.end], when=when)


def _compared(text: str, start: int) -> bool:
    """较2018年末: the period after such a word is what the one spoken of is compared with."""
    return text[max(0, start - 3) : start].endswith(tuple(words("compared_with")))


def _times(text: str, known: list[Mention], anchor: str | None) -> Iterable[Mention]:
    """期初, 第二季度: words of time that lean on the year named last before them, else on ``anchor``."""
    dated = [m for m in known if m.kind == "period" and m.when and any(c.isdigit() for c in m.text)]
    for match in _time_words().finditer(text):
        start = max(text.rfind(mark, 0, match.start()) for mark in "。；\n")
        before = [
            m for m in dated if start < m.start and m.end <= match.start() and not _compared(text, m.start)
        ]
        said = (before[0].when.period if before and before[0].when else anchor) or ""
        when = _reckoned(match[0], said[:4])
        if when is not None:
            yield Mention("period", match.start(), match.end(), match[0], when=when)


def _reckoned(word: str, year: str) -> When | None:
    times = words("times")
    if not year.isdigit():
        return None
    if word in times["back"]:
        return When(str(int(year) - times["back"][word]))
    if word in times["parts"]:
        return When(f"{year}{times['parts'][word]}")
    part = times["quarters"][word]
    return When(f"{year}{part}", part != "Q1")


@cache
def _time_words() -> re.Pattern[str]:
    times = words("times")
    every = sorted((*times["back"], *times["parts"], *times["quarters"]), key=len, reverse=True)
    return re.compile("|".join(every))


def _dates(text: str) -> Iterable[Mention]:
    for m in DATE.finditer(text):
        iso = f"{m['y']}-{int(m['m'] or m['m2']):02d}-{int(m['d'] or m['d2']):02d}"
        yield Mention("date", m.start(), m.end(), m[0], (iso,))


def _amounts(text: str) -> Iterable[Mention]:
    for m in amounts_in(text):
        yield Mention("amount", m.start, m.end, m.raw, value=m.value, unit=m.unit)


def _numbers(text: str) -> Iterable[Mention]:
    """Numerals without a unit; those that order or count (第3条, 1.) are left out."""
    counting = [m.span() for m in ordinals().finditer(text)]
    for m in _NUMBER.finditer(text):
        if not any(a <= m.start() < b for a, b in counting):
            value = Decimal(m[0].replace(",", "").replace("−", "-").replace("－", "-"))
            yield Mention("number", m.start(), m.end(), m[0], value=value)


@cache
def ordinals() -> re.Pattern[str]:
    return re.compile(words("ordinals"), re.MULTILINE)


def _strangers(text: str, known: list[Mention]) -> Iterable[Mention]:
    """Companies that nobody here knows as the subject of a sentence, right before a year; others are third parties."""
    spans = [m for m in known if m.kind in ("company", "item", "member")]
    plain: list[str] = words("no_names")
    for m in _SUBJECT.finditer(text):
        inside = any(k.start < m.end("name") and m.start("name") < k.end for k in spans)
        if not inside and not any(word in m["name"] for word in plain) and _may_be_a_name(m["name"]):
            yield Mention("company", m.start("name"), m.end("name"), m["name"])


@lru_cache(maxsize=4096)
def _may_be_a_name(text: str) -> bool:
    """A company's name has a noun or an unknown word in it (意味着, 尽管, 制定了 have none) and closes its brackets."""
    import rjieba

    if text.count("（") != text.count("）"):
        return False
    return any(not tag.startswith(_NO_NOUNS) for _, tag in rjieba.tag(text))
