"""A question of several clauses, cut into readings that each ask for one thing.

What a clause leaves out it takes from the one before it: company, period, or the figure itself (营业收入是多少，同比增长多少).
Within a clause a word of change belongs to the figures right before it (毛利率和营业收入增长率), and a period or company
behind a joint begins anew (2023年营业收入和2022年净利润).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from caiwen.ask.companies import CompanyMention
from caiwen.ask.comparatives import compares
from caiwen.ask.intent import REASON
from caiwen.ask.measure_units import unit_of_name
from caiwen.ask.reading import MASK, Mention, Reading
from caiwen.finance.period import PeriodMention

_CUT = re.compile(
    r"(?<!\d)[,，;；。?？!！](?!\d)|(?<=\d)[,，;；。?？!！](?!\d)|(?<!\d)[,，;；。?？!！](?=\d)"
)
_JOINT = re.compile(r"(?:是|为|有)?(?:多少)?(?:元|人)?(?:[,，、;；和与及]|以及|还有|并)+(?:其|在|于)?")
_ALSO = re.compile(r"(?:[和与及、]|以及|并|还有|连同|加上)+(?:其|它的?|它们的?)?(?:的)?")
_NOUN = re.compile(r"(?:同比|环比|率|速|幅|度|额|量|比例|百分比|cagr|growth|yoy)$")
_GLUED = re.compile(r"(?:的)?(?:同比|年度|当年|本年)?")
_COMPARES = re.compile(r"(?:比|较|与|跟|和|同|从|由|相比|相较于?|相对于?|对比|上)$")
_ASKS = re.compile(r"what|how|which|多少|几|什么|如何|怎么|怎样|哪|吗|呢|谁|是否|请|给出|列出|查|计算")
_SHARE = re.compile(r"^(?:其|它|它们|分别|又|各自?|的|约|大约)*占")
_MEASURED = ("item", "formula", "bundle", "member", "axis", "topic")
_WHOLE = ("aggregate", "rank", "place_asked", "everyone", "place")

_SEVERAL = 2

Span = tuple[int, int]


@dataclass(slots=True)
class Piece:
    """``start``/``end`` in the question; ``kept``: other places whose words count too, because they are inherited."""

    start: int
    end: int
    companies: list[CompanyMention] = field(default_factory=list)
    periods: list[PeriodMention] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    kept: list[Span] = field(default_factory=list)
    apart: bool = False
    """One of several comparisons: 分别 is done with."""

    def measured(self) -> list[Mention]:
        return [m for m in self.mentions if m.kind in _MEASURED]

    def changes(self) -> list[Mention]:
        return [m for m in self.mentions if _is_change(m)]


def readings_of(reading: Reading) -> list[Reading]:
    """The parts, in order, with what they inherit; the reading itself where it asks one thing."""
    if REASON.search(reading.text):
        return [reading]
    if compares(reading):
        return [reading]
    before = _asked_before(reading)
    if before is not None:
        return [_reading(before, reading), reading]
    pieces = _clauses(reading)
    if pieces is None:
        return [reading]
    parts = [part for piece in pieces for part in _by_subject(piece, reading)]
    _inherit(parts, reading)
    parts = [part for piece in _plain_together(parts, reading) for part in _by_base(piece, reading)]
    parts = [part for piece in parts for part in _by_change(piece, reading)]
    return [_reading(part, reading) for part in parts] if len(parts) > 1 else [reading]


# --- clauses ------------------------------------------------------------------------------------------


def _asked_before(reading: Reading) -> Piece | None:
    """逐年是多少，哪一年最高: what is asked before the clause that is about all of it."""
    for cut in _CUT.finditer(reading.text):
        rest = _piece(reading, cut.end(), len(reading.text))
        if rest.measured() or not _is_about_all(rest, reading):
            continue
        piece = _piece(reading, 0, cut.start())
        alone = len(_named(piece)) * max(len(piece.periods), 1) * max(len(piece.companies), 1)
        asks = _ASKS.search(reading.text[: cut.start()])
        return piece if asks and alone > 1 and not _whole_words(piece) else None
    return None


def _whole_words(piece: Piece) -> bool:
    return any(m.kind == "word" and m.group.partition(".")[0] in _WHOLE for m in piece.mentions)


def _clauses(reading: Reading) -> list[Piece] | None:
    """The clauses that ask for something; None where a later one is about all of them (，谁更高, ，相差多少)."""
    cuts = [m.span() for m in _CUT.finditer(reading.text)]
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(reading.text)]
    merged: list[Piece] = []
    for start, end in zip(starts, ends, strict=True):
        piece = _piece(reading, start, end)
        if _is_about_all(piece, reading):
            return None
        if merged and _continues(piece, merged[-1], reading):
            merged[-1] = _piece(reading, merged[-1].start, end)
        else:
            merged.append(piece)
    return merged


def _piece(reading: Reading, start: int, end: int) -> Piece:
    return Piece(
        start,
        end,
        [c for c in reading.companies if start <= c.start and c.end <= end],
        [p for p in reading.periods if start <= p.start and p.end <= end],
        [m for m in reading.mentions if start <= m.start and m.end <= end],
    )


def _is_about_all(piece: Piece, reading: Reading) -> bool:
    """A clause without a figure of its own that ranks, adds up or bounds."""
    if piece.measured():
        return False
    return _whole_words(piece) or any(piece.start <= a.start < piece.end for a in reading.amounts)


def _continues(piece: Piece, before: Piece, reading: Reading) -> bool:
    """Whether the clause says nothing by itself: only a name, a setting, or the rest of what was begun."""
    text = reading.text[piece.start : piece.end]
    if _SHARE.match(text) and before.measured():
        return True
    if not before.measured():
        return not before.changes() or not piece.measured()
    if piece.measured():
        return False
    if piece.changes():
        asked = reading.text[before.start : before.end]
        return not (_ASKS.search(asked) or _ALSO.match(text))
    return not ((piece.companies and before.companies) or (piece.periods and before.periods))


def _is_change(mention: Mention) -> bool:
    return (
        mention.kind == "word" and mention.group.startswith("change") and not mention.group.endswith("link")
    )


# --- a new period or company behind a joint ------------------------------------------------------------


def _by_subject(piece: Piece, reading: Reading) -> Iterator[Piece]:
    """2023年营业收入和2022年净利润 are two pieces, unless the clause relates or ranks what it names."""
    if _whole_words(piece) or "占" in reading.text[piece.start : piece.end] or len(piece.measured()) < 2:
        yield piece
        return
    begin = piece.start
    subjects: list[CompanyMention | PeriodMention] = [*piece.companies, *piece.periods]
    for subject in sorted(subjects, key=lambda s: s.start):
        before = [m for m in piece.mentions if begin <= m.start and m.end <= subject.start]
        named = [m for m in before if m.kind in ("item", "formula", "bundle")]
        after = [m for m in piece.measured() if m.start >= subject.end]
        tail = max((m.end for m in before if m.kind in _MEASURED or _is_change(m)), default=0)
        if named and after and _JOINT.fullmatch(reading.text[tail : subject.start]):
            yield _piece(reading, begin, subject.start)
            begin = subject.start
    yield _piece(reading, begin, piece.end)


# --- what is left out ------------------------------------------------------------------------------------


def _inherit(pieces: list[Piece], reading: Reading) -> None:
    """Every piece gets the companies, periods and figures that it leaves out from the one before it."""
    first = next((p for p in pieces if p.periods), None)
    for piece in pieces:
        if piece is first:
            break
        piece.periods = list(first.periods) if first else []
    for before, piece in pairwise(pieces):
        if not piece.companies:
            piece.companies = list(before.companies)
        own = list(piece.periods)
        if not own or (piece.changes() and len(own) == 1 and _is_base(own[0], reading)):
            bases = [p for p in before.periods if before.changes() and _is_base(p, reading)]
            given = [p for p in before.periods if p not in own]
            kept = [p for p in given if piece.changes() or p not in bases]
            piece.periods = [*(kept or given), *own]
        if not piece.measured():
            changes = [] if piece.changes() else before.changes()
            taken = [*before.measured(), *changes]
            piece.mentions = sorted([*taken, *piece.mentions], key=lambda m: m.start)
            piece.kept += [(min(m.start for m in taken), before.end), *before.kept] if taken else before.kept


def _plain_together(pieces: list[Piece], reading: Reading) -> list[Piece]:
    """Neighbours that ask for plain figures of the same companies and periods are one piece again: later ones may name a
    part of what earlier ones name (研发人员占比，本科多少人)."""
    kept: list[Piece] = []
    for piece in pieces:
        last = kept[-1] if kept else None
        plain = last and not any(p.changes() or _bounds(p, reading) for p in (last, piece))
        if last and plain and _same_subject(last, piece) and _named(last) and _named(piece):
            mentions = sorted({*last.mentions, *piece.mentions}, key=lambda m: m.start)
            kept[-1] = replace(last, end=piece.end, mentions=mentions)
        else:
            kept.append(piece)
    return kept


def _bounds(piece: Piece, reading: Reading) -> bool:
    return any(piece.start <= a.start < piece.end for a in reading.amounts)


def _named(piece: Piece) -> list[Mention]:
    """What stands for figures; a topic stands for text."""
    return [m for m in piece.measured() if m.kind != "topic"]


def _same_subject(a: Piece, b: Piece) -> bool:
    return a.companies == b.companies and a.periods == b.periods


def _is_base(period: PeriodMention, reading: Reading) -> bool:
    return _COMPARES.search(reading.text[max(0, period.start - 4) : period.start]) is not None


# --- what a word of change belongs to --------------------------------------------------------------------


def _by_base(piece: Piece, reading: Reading) -> Iterator[Piece]:
    """比2018年和2017年分别增长多少: compared with each of them."""
    bases = [p for p in piece.periods if _is_base(p, reading)][:1]
    for period in piece.periods:
        if (
            bases
            and period.start >= bases[-1].end
            and _JOINT.fullmatch(reading.text[bases[-1].end : period.start])
        ):
            bases.append(period)
    targets = [p for p in piece.periods if p not in bases]
    if len(bases) < _SEVERAL or len(targets) != 1 or not piece.changes():
        yield piece
        return
    for base in bases:
        yield replace(piece, periods=[*targets, base], apart=True)


def _by_change(piece: Piece, reading: Reading) -> Iterator[Piece]:
    """Cut behind each run of words of change that further figures follow; then each run takes the figures it is about."""
    named = [m for m in piece.mentions if m.kind in ("item", "formula", "bundle")]
    runs = _runs(piece, named)
    if not runs or not named or any(m.kind == "word" and m.group.startswith("rank") for m in piece.mentions):
        yield piece
        return
    left = list(named)
    for run in runs:
        mine = [m for m in left if m.end <= run[0].start]
        left = [m for m in left if m not in mine]
        yield from _bound(piece, mine, run, reading)
    if left:
        yield _part(piece, left, [])


def _runs(piece: Piece, named: list[Mention]) -> list[list[Mention]]:
    """Words of change behind figures, together as long as no figure stands between; those before all figures lead the
    first run."""
    runs: list[list[Mention]] = []
    lead: list[Mention] = []
    for change in piece.changes():
        before = [m for m in named if m.end <= change.start]
        if not before:
            lead.append(change)
        elif runs and not any(runs[-1][-1].end <= m.start < change.start for m in named):
            runs[-1].append(change)
        else:
            runs.append([change])
    if runs and lead:
        return [[*lead, *runs[0]]] if len(runs) == 1 else []
    return runs


def _bound(piece: Piece, figures: list[Mention], run: list[Mention], reading: Reading) -> Iterator[Piece]:
    """Which of the figures before a word of change it is about; 及其增长率 asks for both."""
    if not figures:
        return
    behind = [c for c in run if c.start >= figures[-1].end]
    first = behind[0] if behind else run[0]
    gap = reading.text[figures[-1].end : first.start]
    if _NOUN.search(reading.text[first.start : first.end]) and _ALSO.fullmatch(gap):
        yield _part(piece, figures, [])
        yield _part(piece, figures, run)
        return
    noun = _NOUN.search(reading.text[first.start : first.end]) is not None and _GLUED.fullmatch(gap)
    about = _alike(figures) if noun else figures
    plain = [m for m in figures if m not in about]
    if plain:
        yield _part(piece, plain, [])
    yield _part(piece, about, run)


def _alike(figures: list[Mention]) -> list[Mention]:
    """The last figure, and those right before it that count in the same unit: a rate has hardly a rate of its own."""
    unit = unit_of_name(figures[-1].meaning)
    kept = [figures[-1]]
    for figure in reversed(figures[:-1]):
        if (unit_of_name(figure.meaning) == "%") != (unit == "%"):
            break
        kept.insert(0, figure)
    return kept


def _part(piece: Piece, figures: Iterable[Mention], changes: Iterable[Mention]) -> Piece:
    """The piece with these figures and words of change alone; all its other words stay."""
    shown = {*figures, *changes}
    named = [m for m in piece.mentions if m.kind in ("item", "formula", "bundle") or _is_change(m)]
    mentions = [m for m in piece.mentions if m not in named or m in shown]
    return replace(piece, mentions=mentions)


# --- readings --------------------------------------------------------------------------------------------


def _reading(piece: Piece, reading: Reading) -> Reading:
    """The reading of a piece: everything else masked, places kept."""
    shown = [(piece.start, piece.end), *piece.kept]
    shown += [(c.start, c.end) for c in piece.companies]
    shown += [(p.start, _tail(p, reading)) for p in piece.periods]
    dropped = [m for m in reading.mentions if _is_change(m) or m.kind in _MEASURED]
    hidden = [m for m in dropped if m not in piece.mentions]
    text = _shown(reading.text, shown, hidden)
    if piece.apart:
        text = re.sub("分别|各自", MASK * 2, text)
    return replace(
        reading,
        text=text,
        companies=piece.companies,
        periods=piece.periods,
        mentions=piece.mentions,
        amounts=[a for a in reading.amounts if piece.start <= a.start < piece.end],
        leftovers=[h for h in reading.leftovers if piece.start <= h.start < piece.end],
        unknown_times=[t for t in reading.unknown_times if t in text],
    )


def _tail(period: PeriodMention, reading: Reading) -> int:
    """The word right behind a period that tells which kind of period it is: 末, 单季."""
    following = min(
        (m.start for m in reading.mentions if m.start >= period.end and m.kind != "filler"), default=0
    )
    return min(period.end + 4, max(following, period.end))


def _shown(text: str, spans: Iterable[Span], hidden: Iterable[Mention]) -> str:
    marks = [MASK] * len(text)
    for start, end in spans:
        marks[start:end] = text[start:end]
    for mention in hidden:
        marks[mention.start : mention.end] = MASK * (mention.end - mention.start)
    return "".join(marks)
