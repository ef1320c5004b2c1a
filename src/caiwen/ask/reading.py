"""A question as read: every word that means something, with its place, and what was left over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Literal

from caiwen.ask.companies import CompanyBook, CompanyMention
from caiwen.ask.words import Hit, Lexicon, filler, group, topic_words, words
from caiwen.ask.world import Vocabulary
from caiwen.finance.amount import AmountMention, amounts_in
from caiwen.finance.formulas import formulas
from caiwen.finance.items import taxonomy
from caiwen.finance.numerals import chinese_number
from caiwen.finance.period import Period, PeriodMention, periods_in
from caiwen.finance.text import normalise

MASK = "□"
_SPACE = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
_CALENDAR = ("去年", "今年", "前年")
_UNKNOWN_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}年?(?:\d{1,2}月(?:\d{1,2}日)?)?")
_ORDINALS = {
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
_DECIMALS = re.compile(
    r"(?:保留|精确到|四舍五入到?)(?:到)?(?:小数点后)?(?P<n>[一二两三四五六\d])位(?:小数)?|保留整数"
)
_WORDS = re.compile(r"[\u4e00-\u9fffA-Za-z][\u4e00-\u9fffA-Za-z0-9()\-]*")
_PLACES = re.compile(
    r"(?:第|前|倒数第?)(?:[一二两三四五六七八九十]{1,3}|\d{1,3})(?:大|名|家|个|位|强|高|低|多|少|小)?|top ?\d+"
)
_CODE = re.compile(r"(?<![\d.,])\d{6}(?![\d.,])")
_NEVER_IN_NAMES = frozenset("出的和与及在是为有年比较占请对从到将把被由个了吗呢其")
_UNITLESS = r"(?![\d.年月日个家名只位人股次倍条天季届期元万亿千百%])"
_UNIT = re.compile(r"(?:单位(?:为|是|:|：)?|以|用|按|多少|几)(?P<unit>亿|百万|万|千)元?")

Kind = Literal["item", "formula", "bundle", "member", "axis", "word", "topic", "filler"]
_PRIORITY = {"item": 0, "formula": 1, "bundle": 1, "member": 2, "axis": 3, "topic": 4, "word": 5, "filler": 9}


@dataclass(frozen=True, slots=True)
class Mention:
    """A meaning at a place. ``meanings``: canonical names, best first; for words, the group (change.rate, rank.high...)."""

    start: int
    end: int
    kind: Kind
    meanings: tuple[str, ...]
    group: str = ""

    @property
    def meaning(self) -> str:
        return self.meanings[0]


@dataclass(slots=True)
class Reading:
    """``text``: the question without spaces, half-width; all offsets count in it."""

    text: str
    companies: list[CompanyMention] = field(default_factory=list)
    periods: list[PeriodMention] = field(default_factory=list)
    amounts: list[AmountMention] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    leftovers: list[Hit] = field(default_factory=list)
    unknown_times: list[str] = field(default_factory=list)
    decimals: int | None = None
    unit: str | None = None

    def of(self, kind: Kind) -> list[Mention]:
        return [m for m in self.mentions if m.kind == kind]

    def word(self, group_name: str) -> list[Mention]:
        """Words of a group, or of all groups below it (``change``: change.rate, change.amount...)."""
        return [m for m in self.mentions if m.kind == "word" and (m.group + ".").startswith(group_name + ".")]

    def has(self, group_name: str) -> bool:
        return bool(self.word(group_name))

    def between(self, start: int, end: int) -> str:
        return self.text[start:end]


_CHINESE_AMOUNT = re.compile(
    r"(?P<number>[一二两三四五六七八九十百千][〇零一二两三四五六七八九十百千]*)个?(?P<unit>百万|千万|万亿|亿|万)(?![一二三四五六七八九十])(?=元|人|股|以|的|之|,|，|、|。|\?|？|且|并|和|到|至|$|有|公)"
)
_PAST = re.compile(r"(?<=[超过上破])(?P<unit>亿|万)(?=元)")


def tidy(question: str) -> str:
    """Half-width, without the spaces around ideographs; brackets as names are keyed; 五亿 as 5亿."""
    text = _rewritten(_SPACE.sub("", normalise(question).strip())).translate(
        str.maketrans("（）：％", "():%")
    )
    return _PAST.sub(r"1\g<unit>", _CHINESE_AMOUNT.sub(_in_digits, text))


def _rewritten(text: str) -> str:
    """最赚钱的公司 as 净利润最高的公司."""
    rewrites: dict[str, str] = words("rewrites")
    for said in sorted(rewrites, key=len, reverse=True):
        text = text.replace(said, rewrites[said])
    return text


def _in_digits(match: re.Match[str]) -> str:
    number = chinese_number(match["number"])
    unit = {"百万": "00万", "千万": "000万"}.get(match["unit"], match["unit"])
    return match[0] if number is None else f"{number:f}{unit}"


def read_companies(text: str, book: CompanyBook) -> list[CompanyMention]:
    """Companies named; a company's name inside a longer item name does not count (机器人 in 机器人业务收入 does)."""
    items = [(m.start, m.end) for m in taxonomy().find_in(text)]
    return [m for m in book.find_in(_upper(text)) if not any(_belongs(m, *item) for item in items)]


def _belongs(mention: CompanyMention, start: int, end: int) -> bool:
    """Whether the characters of a company's name are rather those of an item: 润都 in 净利润都."""
    inside = start <= mention.start and mention.end <= end and end - start > mention.end - mention.start
    return inside or start < mention.start < end < mention.end


def read(
    text: str,
    companies: Sequence[CompanyMention],
    vocabulary: Vocabulary | None,
    sector: str,
    latest: Period | None,
    today: date,
) -> Reading:
    """Everything in ``text`` besides the companies, which the caller has found (they decide the vocabulary)."""
    reading = Reading(text, companies=list(companies))
    masked = _mask(_lower(text), [(m.start, m.end) for m in companies])
    codes = [m.span() for m in _CODE.finditer(masked)]
    reading.leftovers = [Hit(start, end, masked[start:end], "") for start, end in codes]
    masked = _read_settings(reading, _mask(masked, codes))
    early = _early_words(masked)
    masked_early = _mask(masked, [(m.start, m.end) for m in early])
    _read_periods(reading, masked_early, latest, today)
    masked = _mask(masked, [(p.start, p.end) for p in reading.periods if not _inside(p, early)])
    reading.periods = [p for p in reading.periods if not _inside(p, early)]
    reading.mentions = _choose(_candidates(masked, vocabulary, sector))
    _read_leftovers(reading, masked)
    return reading


def _inside(period: PeriodMention, early: Iterable[Mention]) -> bool:
    return any(m.start <= period.start and period.end <= m.end for m in early)


def _early_words(masked: str) -> list[Mention]:
    """Phrases that hold a period word of their own (比上年, 上年同期, 较年初): not to be read as periods."""
    found = _words(masked, ("change", "versus")) + _words(masked, ("change", "year_start"))
    found += _words(masked, ("prior",)) + _words(masked, ("opening",)) + _words(masked, ("trailing",))
    return _choose(found)


def _read_settings(reading: Reading, masked: str) -> str:
    """保留两位小数, 单位为万元, and amounts of thresholds, masked so that 2000万 is no year."""
    match = _DECIMALS.search(masked)
    if match:
        digits = match["n"] or "0"
        reading.decimals = _ORDINALS.get(digits) or (int(digits) if digits.isdigit() else 2)
        masked = _mask(masked, [match.span()])
    match = _UNIT.search(masked)
    if match:
        reading.unit = match["unit"] + "元"
    amounts = [a for a in amounts_in(masked) if _is_bound(masked, a)]
    amounts += _ranges(masked, amounts)
    amounts += _plain_bounds(masked, amounts)
    amounts.sort(key=lambda a: a.start)
    reading.amounts = amounts
    return _mask(masked, [(a.start, a.end) for a in amounts])


_RANGE = re.compile(
    r"(?P<a>\d[\d,.]*[万亿]*)(?:元|人|%)?(?:到|至|和|与|~|-|—)(?P<b>\d[\d,.]*[万亿]*)(?:元|人|%)?之间"
)


def _ranges(text: str, known: list[AmountMention]) -> list[AmountMention]:
    """Both ends of 10亿到20亿之间, which no word of threshold stands beside."""
    found = []
    for match in _RANGE.finditer(text):
        for amount in amounts_in(text[: match.end()]):
            if amount.start >= match.start() and not any(k.start == amount.start for k in known):
                found.append(amount)
    return found


def _plain_bounds(text: str, known: list[AmountMention]) -> list[AmountMention]:
    """A number without a unit right behind a word of bound: 流动比率大于2."""
    signs = sorted((w for group in words("threshold").values() for w in group), key=len, reverse=True)
    found = []
    for match in re.finditer(rf"(?:{'|'.join(map(re.escape, signs))})(?P<n>\d+(?:\.\d+)?){_UNITLESS}", text):
        start, end = match.span("n")
        if not any(k.start <= start < k.end for k in known) and Decimal(match["n"]):
            found.append(AmountMention(Decimal(match["n"]), "", match["n"], start, end))
    return found


def _is_bound(text: str, amount: AmountMention) -> bool:
    """An amount beside a word of threshold; 2 in 前2家 or 3年 is none."""
    around = text[max(0, amount.start - 5) : amount.start] + text[amount.end : amount.end + 3]
    return any(word in around for signs in words("threshold").values() for word in signs)


def _read_periods(reading: Reading, masked: str, latest: Period | None, today: date) -> None:
    absolute = periods_in(masked, None)
    anchor = max((m.period for m in absolute), default=latest)
    found = periods_in(masked, anchor) if anchor else absolute
    if not absolute:
        calendar = {(m.start, m.end): m for m in periods_in(masked, Period(today.year))}
        found = [calendar.get((m.start, m.end), m) if m.raw.startswith(_CALENDAR) else m for m in found]
        if not latest:
            found = [m for m in calendar.values() if m.raw.startswith(_CALENDAR)]
    reading.periods = [_with_report(m, masked) for m in found]
    rest = _mask(masked, [(m.start, m.end) for m in reading.periods])
    for match in _UNKNOWN_YEAR.finditer(rest):
        if not rest[match.end() :].startswith("下半年"):
            reading.unknown_times.append(match[0])


def _with_report(mention: PeriodMention, masked: str) -> PeriodMention:
    """2024年半年 + 报: the word for the report belongs to the period."""
    tail = re.match(r"(?:度)?(?:报告期?|报表|报)", masked[mention.end :])
    return replace(mention, end=mention.end + tail.end()) if tail else mention


def _candidates(masked: str, vocabulary: Vocabulary | None, sector: str) -> list[Mention]:
    found = [
        Mention(m.start, m.end, "item", tuple(i.name for i in (m.item, *m.others)))
        for m in taxonomy().find_in(masked, sector=None if sector == "general" else sector)
    ]
    found += [Mention(m.start, m.end, "formula", (m.formula.name,)) for m in formulas().find_in(masked)]
    found += _named(masked, group("sayings")) + _named(masked, group("english"))
    for pattern, name in _patterns():
        kind: Kind = "item" if taxonomy().get(name) else "formula"
        found += [Mention(m.start(), m.end(), kind, (name,)) for m in pattern.finditer(masked)]
    if vocabulary:
        found += [Mention(h.start, h.end, "item", (h.meaning,)) for h in vocabulary.names.find_in(masked)]
        found += _members(masked, vocabulary)
    found += [Mention(h.start, h.end, "bundle", (h.meaning,)) for h in group("bundle_words").find_in(masked)]
    found += [Mention(h.start, h.end, "axis", (h.meaning,)) for h in group("axes").find_in(masked)]
    found += [Mention(h.start, h.end, "topic", (h.word,)) for h in topic_words().find_in(masked)]
    found += [Mention(m.start(), m.end(), "word", (m.group(),), "place") for m in _PLACES.finditer(masked)]
    for path in _WORD_GROUPS:
        found += _words(masked, path)
    found = _not_cut(found)
    return found + [Mention(h.start, h.end, "filler", ("",)) for h in filler().find_in(masked)]


def _not_cut(found: list[Mention]) -> list[Mention]:
    """Without words that begin inside the name of an item: 合计是多少 in 负债合计是多少."""
    names = [(m.start, m.end) for m in found if m.kind in ("item", "formula")]
    return [m for m in found if m.kind != "word" or not any(s < m.start < e < m.end for s, e in names)]


_WORD_GROUPS = (
    ("change",),
    ("prior",),
    ("opening",),
    ("second_half",),
    ("trailing",),
    ("single_quarter",),
    ("each_quarter",),
    ("scope",),
    ("rank",),
    ("aggregate",),
    ("everyone",),
    ("kinds",),
    ("duties",),
    ("threshold",),
    ("define",),
    ("explain",),
    ("explain_strong",),
    ("number",),
    ("every",),
    ("place_asked",),
    ("listed",),
    ("signs",),
)


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern), name) for pattern, name in words("patterns")]


def _named(masked: str, lexicon: Lexicon) -> list[Mention]:
    found = []
    for hit in lexicon.find_in(masked):
        kind: Kind = "formula" if not taxonomy().get(hit.meaning) and formulas().get(hit.meaning) else "item"
        found.append(Mention(hit.start, hit.end, kind, (hit.meaning,)))
    return found


def _words(masked: str, path: tuple[str, ...]) -> list[Mention]:
    prefix = ".".join(path)
    found = []
    for hit in group(*path).find_in(masked):
        name = prefix if hit.meaning == path[-1] else f"{prefix}.{hit.meaning}"
        found.append(Mention(hit.start, hit.end, "word", (hit.word,), name))
    return found


def _members(masked: str, vocabulary: Vocabulary) -> list[Mention]:
    """Members of axes that the text names, as printed or by a word that companies use for the same (海外, 境外)."""
    hits = vocabulary.spoken.find_in(masked)
    return [Mention(h.start, h.end, "member", tuple(h.meaning.split("\t", 1))) for h in hits]


def _choose(candidates: Iterable[Mention]) -> list[Mention]:
    """The longest candidates first, without overlaps; equal spans keep every word group, but one meaning."""
    chosen: list[Mention] = []
    ordered = sorted(candidates, key=lambda m: (m.start - m.end, _PRIORITY[m.kind], m.start))
    for mention in ordered:
        clash = [c for c in chosen if c.start < mention.end and mention.start < c.end]
        same = all((c.start, c.end) == (mention.start, mention.end) and c.kind == "word" for c in clash)
        if not clash or (same and mention.kind == "word"):
            chosen.append(mention)
    return sorted(chosen, key=lambda m: m.start)


def _read_leftovers(reading: Reading, masked: str) -> None:
    """What no lexicon knows, joined over fillers of one character that stand right beside it (宁德|时|代, 优先|股)."""
    rest = _mask(masked, [(m.start, m.end) for m in reading.mentions])
    left = [m.span() for m in _WORDS.finditer(rest)]
    ones = [
        (m.start, m.end)
        for m in reading.of("filler")
        if m.end - m.start == 1 and reading.text[m.start] not in _NEVER_IN_NAMES
    ]
    runs: list[tuple[int, int]] = []
    for start, end in sorted(left + ones):
        if runs and runs[-1][1] == start:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    found = [(s, e) for s, e in runs if any(s <= a < e for a, _ in left)]
    reading.leftovers += [Hit(s, e, reading.text[s:e], "") for s, e in found]
    reading.leftovers.sort(key=lambda h: h.start)


def ordinal(text: str) -> int | None:
    """三 → 3, 十二 → 12, 11 → 11."""
    if text.isdigit():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (_ORDINALS.get(tens, 1) if tens else 1) * 10 + _ORDINALS.get(ones, 0)
    return _ORDINALS.get(text)


def _mask(text: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + MASK * (end - start) + text[end:]
    return text


def _upper(text: str) -> str:
    return "".join(c.upper() if c.isascii() else c for c in text)


def _lower(text: str) -> str:
    return "".join(c.lower() if c.isascii() else c for c in text)
