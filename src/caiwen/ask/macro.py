"""Questions about macro statistics → plan: which indicator, region, period and form, and what is asked of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal, get_args

from caiwen.ask.plan import Clarify, Macro, Sign, Unanswerable
from caiwen.ask.words import Hit, Lexicon, load
from caiwen.finance.amount import amounts_in
from caiwen.finance.macro import indicators as taxonomy
from caiwen.finance.macro.indicators import Form, indicator
from caiwen.finance.macro.mentions import TermMention, terms_in
from caiwen.finance.macro.term import Grain, Term, between
from caiwen.finance.macro.units import in_base_units
from caiwen.finance.numerals import chinese_number
from caiwen.records.macro import SeriesHead

_MASK = "□"
_ENDINGS = re.compile(r"(?:省|市|特别行政区|(?:壮族|回族|维吾尔)?自治区)$")
_NUMBER = r"(?:百分之(?P<percent>[\d.]+|[〇零一二三四五六七八九十百点]+)|(?P<number>[-－]?\d+(?:,\d{3})*(?:\.\d+)?)(?P<unit>个百分点|%|％|(?:万亿|千亿|百亿|亿|千万|百万|万)?(?:元|美元|人)?|点)?)"
_AFTER = re.compile(rf"{_NUMBER}(?:及|或)?(?P<word>以上|以下|之上|之下)")
_TENORS = {"一年期贷款市场报价利率": r"[一1]年期|1Y|[一1]年(?=\s?LPR|的LPR)|(?<=LPR)\s?[一1]年", "五年期以上贷款市场报价利率": r"[五5]年期|5Y|[五5]年(?=\s?LPR|的LPR|以上)|(?<=LPR)\s?[五5]年"}  # fmt: skip


def words(*path: str) -> Any:
    found = load("macro.yaml")
    for key in path:
        found = found[key]
    return found


@dataclass(frozen=True, slots=True)
class _Named:
    """An indicator that the question names. ``form``: when its word says one (经济增速)."""

    name: str
    start: int
    end: int
    form: str | None = None


class MacroParser:
    """Reads questions against what the store holds."""

    def __init__(self, heads: Sequence[SeriesHead]) -> None:
        self._heads = heads
        self.names = {head.indicator for head in heads}

    def parse(self, question: str, today: date) -> Macro | Clarify | Unanswerable | None:
        """None for a question that names no indicator which the store has figures of."""
        text = self.plain(question)
        named = self._named(text)
        present = [one for one in named if one.name in self.names]
        if not present:
            return None
        for one in named:
            text = text[: one.start] + _MASK * (one.end - one.start) + text[one.end :]
        names = list(dict.fromkeys(one.name for one in present))
        terms, rest = self._terms(text, today, names)
        if re.search(words("not_figures"), rest) or (re.search(words("definition"), rest) and not terms):
            return None
        asks = _asks(rest, terms)
        regions = self._regions(rest, names, asks)
        if isinstance(regions, Clarify | Unanswerable):
            if asks != "about":
                return regions
            regions = ()
        forms = tuple(_form(rest, next(o for o in present if o.name == name)) for name in names)
        sign, bound, scaled = _bound(rest, names[0])
        if sign is None and amounts_in(rest):
            return None  # figures of its own: a calculation (LPR 加 50 个基点)
        plan = Macro(
            indicators=tuple(names),
            forms=forms,
            regions=regions,
            terms=tuple(str(t) for mention in terms for t in _spread(mention)),
            parts=_parts(rest),
            recent=_recent(terms, asks),
            recent_of=next((m.grain.value for m in terms if m.kind == "recent"), None),
            day=today.isoformat(),
            cumulative=any(m.cumulative for m in terms),
            asks=asks,
            consecutive=re.search(words("consecutive"), rest) is not None,
            sign=sign,
            bound=bound,
            bound_scaled=scaled,
            place=_place(rest),
            against=_against(rest, terms),
            vintage="first" if re.search(words("first"), rest) else "newest",
        )
        return _settled(plan, terms, text)

    def plain(self, question: str) -> str:
        """One spelling, as the other methods read it."""
        return self._letters.sub(r" \g<0> ", taxonomy.key(question))

    def spans(self, text: str, today: date) -> dict[str, list[tuple[int, int]]]:
        """Where a plain text names regions, periods and indicators."""
        named = [(one.start, one.end) for one in self._named(text)]
        rest = text
        for start, end in named:
            rest = rest[:start] + _MASK * (end - start) + rest[end:]
        there = list(dict.fromkeys(h.region for h in self._heads))
        spoken = Lexicon((word, region) for region in there for word in _region_words(region, there))
        regions = [(hit.start, hit.end) for hit in spoken.find_in(rest)]
        periods = [(m.start, m.end) for m in terms_in(rest, today)]
        if not periods and (bare := re.search(words("bare"), rest)):
            periods = [bare.span()]
        return {"region": regions, "period": periods, "indicator": list(dict.fromkeys(named))}

    # --- which indicator, which region ----------------------------------------------------------------

    @cached_property
    def _lexicon(self) -> Lexicon:
        pairs = [(taxonomy.key(name), name) for name in self.names]
        pairs += [(word, name) for word, name in taxonomy.by_key().items()]
        pairs += [(taxonomy.key(word), f"*{word}") for word in taxonomy.groups()]
        for one in taxonomy.indicators().values():
            pairs += [(taxonomy.key(word), f"^{one.name}") for word in one.rate_words]
        return Lexicon(pairs)

    @cached_property
    def _letters(self) -> re.Pattern[str]:
        """Names of letters alone (CPI), which a year or a term may touch: CPI2024年, LPR5年期."""
        names = sorted(
            (w for w in self._lexicon.words() if re.fullmatch("[A-Z]{3,}", w)), key=len, reverse=True
        )
        return re.compile(
            rf"(?:(?<=\d)(?:{'|'.join(names)})(?![A-Z\d])|(?<![A-Z\d])(?:{'|'.join(names)})(?=\d))"
        )

    def _named(self, text: str) -> list[_Named]:
        found: list[_Named] = []
        for hit in self._lexicon.find_in(text):
            if hit.meaning.startswith("*"):
                found += _members(hit, text)
            elif hit.meaning.startswith("^"):
                found.append(_Named(hit.meaning[1:], hit.start, hit.end, Form.YOY.value))
            else:
                found.append(_Named(hit.meaning, hit.start, hit.end))
        return found

    def _regions(
        self, rest: str, names: Sequence[str], asks: str
    ) -> tuple[str, ...] | Clarify | Unanswerable:
        there = list(dict.fromkeys(h.region for h in self._heads if h.indicator in names))
        nation = taxonomy.nation()
        everywhere = list(dict.fromkeys(h.region for h in self._heads))
        spoken = Lexicon(
            (word, region) for region in everywhere for word in _region_words(region, everywhere)
        )
        named = list(dict.fromkeys(hit.meaning for hit in spoken.find_in(rest)))
        said = named if set(named) & set(there) else []
        if nation in there and any(word in rest for word in taxonomy.nation_names()):
            said = list(dict.fromkeys((*said, nation)))
        if said:
            return tuple(said)
        if elsewhere := "、".join(named) or _elsewhere(rest):
            have = "、".join(there[:8])
            text = (
                f"库中没有{elsewhere}的{'、'.join(indicator(n).short for n in names)}；有数的地区是{have}。"
            )
            return Unanswerable(text=text, suggestions=tuple(there[:8]))
        if re.search(words("everywhere"), rest) or (asks == "compare" and len(names) == 1 and len(there) > 1):
            return tuple(region for region in there if region != nation) or tuple(there)
        if nation in there:
            return (nation,)
        if len(there) == 1:
            return tuple(there)
        text = f"库中有{'、'.join(there[:12])}等 {len(there)} 个地区的数，请说明要哪个地区。"
        return Clarify(text=text, choices=tuple(there[:12]))

    def _terms(self, text: str, today: date, names: Sequence[str]) -> tuple[list[TermMention], str]:
        """The periods, and the question with them masked."""
        found = terms_in(text, today)
        rest = text
        for mention in found:
            rest = rest[: mention.start] + "■" * (mention.end - mention.start) + rest[mention.end :]
        if not any(m.first or m.kind != "point" for m in found) and (bare := re.search(words("bare"), text)):
            found = self._newest_of(bare, names)
        return found, rest

    def _newest_of(self, bare: re.Match[str], names: Sequence[str]) -> list[TermMention]:
        """A month or quarter without a year is the newest of its name that has figures."""
        last = max(
            (h.last[:7] for h in self._heads if h.indicator in names and Term.parse(h.last)), default=""
        )
        newest = Term.parse(last) or Term.parse(last[:4])
        if newest is None:
            return []
        if bare["month"]:
            month, grain = int(chinese_number(bare["month"]) or 0), Grain.MONTH
        elif bare["half"]:
            month, grain = (6 if bare["half"] == "上" else 12), Grain.HALF
        else:
            place = 3 if bare["nine"] else int(chinese_number(bare["quarter"]) or 0)
            month, grain = place * 3, Grain.QUARTER
        at = Term.of(newest.end.year if month <= newest.end.month else newest.end.year - 1, month, grain)
        cumulative = bare["nine"] is not None
        return (
            [TermMention(bare.start(), bare.end(), "point", grain, at, at, cumulative=cumulative)]
            if at
            else []
        )


def _elsewhere(rest: str) -> str | None:
    """A place that the question names and that has no figures."""
    if nation := next((word for word in sorted(taxonomy.nation_names()) if word in rest), None):
        return nation
    if known := next((word for word in taxonomy.places() if word in rest), None):
        return known
    match = re.search(words("other_place"), re.sub(r"[□■]+", " ", rest))
    return match[0] if match and not re.search(words("everywhere"), match[0]) else None


def _members(hit: Hit, text: str) -> list[_Named]:
    """A word for several indicators; those whose term (一年期) the question names, else all."""
    every = taxonomy.groups()[hit.meaning[1:]]
    said = [name for name in every if name in _TENORS and re.search(_TENORS[name], text)]
    return [_Named(name, hit.start, hit.end) for name in said or every]


def _region_words(region: str, there: Sequence[str]) -> list[str]:
    """The full name, and the short one where no other region has it."""
    short = _ENDINGS.sub("", region)
    alone = sum(_ENDINGS.sub("", other) == short for other in there) == 1
    return [taxonomy.key(region), taxonomy.key(short)] if alone and len(short) > 1 else [taxonomy.key(region)]


# --- which periods -------------------------------------------------------------------------------


def _spread(mention: TermMention) -> Iterable[Term]:
    if mention.first is None or mention.last is None:
        return ()
    return between(mention.first, mention.last) if mention.kind == "range" else (mention.first,)


def _recent(terms: Sequence[TermMention], asks: str) -> int:
    """最近三年 counts; 最近一次调整 is the last one."""
    last = any(m.kind == "latest" for m in terms) and asks == "moves"
    return 1 if last else next((m.count for m in terms if m.kind == "recent"), 0)


def _parts(rest: str) -> Literal["year", "half", "quarter", "month", "day"] | None:
    for grain, pattern in words("grains").items():
        if re.search(pattern, rest):
            return Grain(grain).value
    return None


def _settled(plan: Macro, terms: Sequence[TermMention], text: str) -> Macro:
    """A day of knowledge (截至2024年5月1日公布的) is no period of the figure; a range is a list; two periods may be a change."""
    for number, mention in enumerate(terms):
        before = re.search(words("known_on"), text[: mention.start])
        after = re.search(words("known_after"), text[mention.end :])
        if before and after and mention.last is not None:
            others = [*terms[:number], *terms[number + 1 :]]
            kept = tuple(str(t) for other in others for t in _spread(other))
            plan = plan.model_copy(update={"known_on": mention.last.end.isoformat(), "terms": kept})
            break
    ranged = any(m.kind == "range" for m in terms) and re.search(words("from_to"), text)
    if ranged and plan.asks in ("value", "list", "change") and len(plan.terms) > 1:
        ends = (plan.terms[0], plan.terms[-1])
        change = {"asks": "change", "terms": ends, "against": "named", "forms": (None,) * len(plan.forms)}
        plan = plan.model_copy(update=change)
    if plan.asks == "value" and (len(plan.terms) > 2 or plan.recent or plan.parts):
        plan = plan.model_copy(update={"asks": "list"})
    return plan


# --- what is asked -------------------------------------------------------------------------------


def _asks(rest: str, terms: Sequence[TermMention]) -> Any:
    if all(re.search(words("asks", name), rest) for name in ("highest", "lowest")):
        return "list"
    for name, pattern in words("asks").items():
        if re.search(pattern, rest) and name in get_args(Macro.model_fields["asks"].annotation):
            if name == "compare" and re.search(words("asks", "change"), rest) and len(terms) > 1:
                return "change"
            return name
    return "value"


def _form(rest: str, named: _Named) -> str | None:
    if named.form:
        return named.form
    return next((form for form, pattern in words("forms").items() if re.search(pattern, rest)), None)


def _against(rest: str, terms: Sequence[TermMention]) -> Literal["prior_period", "prior_year", "named"]:
    points = [m for m in terms if m.kind == "point"]
    if len(points) == 2:
        return "named"
    return "prior_year" if re.search(words("against", "prior_year"), rest) else "prior_period"


def _bound(rest: str, name: str) -> tuple[Sign | None, Decimal | None, bool]:
    """The bound, and whether it is in base units; without a unit it counts as the table does."""
    known = indicator(name)
    for line in words("bounds"):
        if re.search(line["words"], rest):
            value = known.line if line["bound"] == "line" else line["bound"]
            return (line["sign"], Decimal(value), True) if value is not None else (None, None, True)
    if match := _AFTER.search(rest):
        sign: Sign = ">=" if match["word"] in ("以上", "之上") else "<="
        return sign, *_amount(match, known.unit)
    for sign, pattern in words("signs").items():
        if match := re.search(rf"(?:{pattern})(?:了)?{_NUMBER}", rest):
            return sign, *_amount(match, known.unit)
    return None, None, True


def _amount(match: re.Match[str], unit: str) -> tuple[Decimal | None, bool]:
    if said := match["percent"]:
        return (Decimal(said) if said[0].isdigit() else chinese_number(said)), True
    value = Decimal(match["number"].replace("－", "-").replace(",", ""))
    said = match["unit"] or ""
    if said in ("", "点", "%", "％", "个百分点"):
        return value, bool(said)
    if not said.endswith(("元", "人")):
        said += "元" if unit.endswith("元") else "人" if unit.endswith("人") else ""
    return in_base_units(value, said)[0], True


def _place(rest: str) -> int:
    """第二高 is 2; 倒数第一 is the lowest itself."""
    match = re.search(words("place"), rest)
    said = (match["place"] or match["back"]) if match else None
    return int(chinese_number(said) or 1) if said else 1
