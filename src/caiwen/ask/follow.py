"""A question that leans on the one before it (那2021年呢？, 净利润呢？, 换成五粮液), written out in full.

What the new question names takes the place of the same kind of thing in the earlier one: a company for the companies,
a period for the periods, an item for the items. A question that stands on its own stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from caiwen.ask.companies import CompanyMention
from caiwen.ask.intent import asks_what
from caiwen.ask.market_plan import asks_market
from caiwen.ask.places_said import restriction
from caiwen.ask.reading import MASK, Reading, read, read_companies, tidy
from caiwen.ask.world import World

Span = tuple[int, int]
_LEANS = re.compile(
    r"^(?:那么?|还有|再|换成|改成|如果是?|以及|同样|接着|另外|它|他们?|该公司|这家公司?|其中?)|呢[?？。]?$"
)
_TAIL = re.compile(r"[?？。!！]+$|(?:是|为|有)?多少[?？]?$|是什么[?？]?$|呢[?？]?$")
_LEAD = re.compile(r"^(?:那么?|还有|再|换成|改成|如果是?|以及|同样|接着|另外)[,，]?")
_PRONOUN = re.compile(r"^(?:它|他们?|该公司|这家公司|这家|其)的?")
_REASON = re.compile(r"为什么|为何|原因|怎么回事")
_GOES_ON = re.compile(
    r"^(?:那么?)?(?:其中)?(?:占比|占多少|比例|比重|为什么|为何|原因|怎么回事|(?:是否|有没有)?(?:高于|低于|超过|大于|小于|达到|不足|不低于))"
)
_NOUN = re.compile(r"[\u4e00-\u9fff]{2,8}")
_KINDS = ("company", "period", "measure")


def complete(question: str, previous: str, world: World, today: date) -> str:
    """The question in full; the question itself where it does not lean on ``previous``."""
    asked, before = tidy(question), tidy(previous)
    new, old = _spans(asked, world, today), _spans(before, world, today)
    whole = new["company"] and new["measure"]
    if not before or whole or _stands_alone(asked, today):
        return question
    leans = _LEANS.search(asked) or _GOES_ON.search(asked)
    if not leans and (new["company"] or not (old["company"] or new["period"])):
        return question
    changed = _change(asked, today)
    if not any(new.values()) and not changed:
        if _GOES_ON.search(asked) and old["company"]:
            return _TAIL.sub("", _TAIL.sub("", before)) + _rest(asked)
        named = _TAIL.sub("", _rest(asked))
        if not asked.rstrip("?？。").endswith("呢") or not _NOUN.fullmatch(named):
            return question
        new["measure"] = [(0, len(asked))]
    if changed and _REASON.search(asked):
        return _TAIL.sub("", _TAIL.sub("", before)) + _rest(asked)
    return _replaced(asked, before, new, old, changed)


def _stands_alone(asked: str, today: date) -> bool:
    """About a concept, or about companies that it restricts or ranks itself."""
    limits = restriction(asked, MASK)
    if limits.regions or limits.sector:
        return True
    reading = _read(limits.text, today)
    return asks_what(reading) or reading.has("define") or asks_market(reading, limits)


def _replaced(
    asked: str, before: str, new: dict[str, list[Span]], old: dict[str, list[Span]], changed: str
) -> str:
    full = before
    if new["measure"] and old["measure"] and old["company"]:
        full = _TAIL.sub("", full[: old["measure"][0][0]]) + _rest(asked)
        keep = [kind for kind in ("period", "company") if new[kind]]
        spans = [(s, e, kind) for kind in keep for s, e in old[kind] if e <= old["measure"][0][0]]
        return _without(full, spans)
    spans, said = [], ""
    for kind in _KINDS:
        if not new[kind]:
            continue
        words = asked[new[kind][0][0] : new[kind][-1][1]]
        if old[kind]:
            spans.append((old[kind][0][0], old[kind][-1][1], words))
        else:
            said += words
    for start, end, words in sorted(spans, reverse=True):
        full = full[:start] + words + full[end:]
    full = said + full
    return _TAIL.sub("", _TAIL.sub("", full)) + changed if changed else full


def _without(full: str, spans: list[tuple[int, int, str]]) -> str:
    for start, end, _ in sorted(spans, reverse=True):
        full = full[:start] + full[end:]
    return full


def _rest(asked: str) -> str:
    return _PRONOUN.sub("", _LEAD.sub("", asked)).rstrip("?？。呢")


def _spans(text: str, world: World, today: date) -> dict[str, list[Span]]:
    """Where the text names companies, periods and measures."""
    text = restriction(text, MASK).text
    mentions = read_companies(text, world.book)
    reading = _read(text, today, mentions)
    kinds = ("item", "formula", "bundle", "axis", "topic")
    named = [m for m in reading.mentions if m.kind in kinds and not _REASON.search(text[m.start : m.end])]
    measures = sorted((m.start, m.end) for m in named)
    return {
        "company": [(m.start, m.end) for m in mentions],
        "period": sorted((p.start, p.end) for p in reading.periods),
        "measure": measures,
    }


def _read(text: str, today: date, mentions: Sequence[CompanyMention] = ()) -> Reading:
    return read(text, mentions, None, "general", None, today)


def _change(asked: str, today: date) -> str:
    """Words of comparison, where the new question has nothing else: 同比增长率呢？"""
    reading = _read(asked, today)
    words = [m for m in reading.word("change") if not m.group.endswith("link")]
    if not words or reading.of("item") or reading.of("formula"):
        return ""
    return asked[words[0].start : words[-1].end]
