"""The taxonomy of macro indicators, and how the name of a series is taken apart: 临江省:CPI:当月同比(%)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from caiwen.finance.data import load
from caiwen.finance.macro.term import Grain
from caiwen.finance.text import normalise, squash

_TABLE = "macro/indicators.yaml"
_BRACKETS = re.compile(r"\(([^()]*)\)")
_SPLIT = re.compile(r"[:,;/|_\s]+")
_GRAINS = {"日": Grain.DAY, "周": Grain.DAY, "月": Grain.MONTH, "季": Grain.QUARTER, "年": Grain.YEAR}
_UNIT = re.compile(
    r"(?:单位:?)?(%|‰|百分点|点|(?:千|万|百万|亿|万亿)?(?:人民币|美)?元|[万亿]?(?:美元|人|吨|户|平方米|千瓦时)|元/美元|人民币/美元)"
)
_PUNCTUATION = str.maketrans("（）：，；＝［］【】", "():,;=()()")


class Form(StrEnum):
    """VALUE: the level of the period; YOY 同比; POP 环比; YTD 累计; YTD_YOY 累计同比."""

    VALUE = "value"
    YOY = "yoy"
    POP = "pop"
    YTD = "ytd"
    YTD_YOY = "ytd_yoy"


FORM_WORDS = {
    Form.VALUE: "",
    Form.YOY: "同比",
    Form.POP: "环比",
    Form.YTD: "累计",
    Form.YTD_YOY: "累计同比",
}
GROWTHS = (Form.YOY, Form.POP, Form.YTD_YOY)


@dataclass(frozen=True, slots=True)
class Indicator:
    """``kind``, ``growth`` and ``from_day`` as the table explains them. ``line``: the value that divides growth from decline."""

    name: str
    kind: str = "other"
    main: Form = Form.VALUE
    growth: str = "given"
    grain: Grain | None = None
    unit: str = ""
    aliases: tuple[str, ...] = ()
    rate_words: tuple[str, ...] = ()
    body: str = ""
    definition: str = ""
    from_day: int | None = None
    line: int | None = None

    @property
    def short(self) -> str:
        """The name that people use: CPI for 居民消费价格指数."""
        return self.aliases[0] if self.aliases and self.aliases[0].isascii() else self.name


@dataclass(frozen=True, slots=True)
class SeriesName:
    """What the name of a series says. ``plus``: the values carry 100 more than the rate (上年同月=100)."""

    indicator: str
    known: bool
    form: Form | None = None
    region: str | None = None
    unit: str | None = None
    grain: Grain | None = None
    plus: bool = False


@cache
def indicators() -> dict[str, Indicator]:
    found = {}
    for line in load(_TABLE)["indicators"]:
        given = dict(line)
        given["main"] = Form(given["main"])
        given["grain"] = Grain(given.pop("frequency"))
        given["aliases"] = tuple(given.get("aliases", ()))
        given["rate_words"] = tuple(given.get("rate_words", ()))
        found[line["name"]] = Indicator(**given)
    return found


def indicator(name: str) -> Indicator:
    """By canonical name; one that the table lacks has only its name."""
    return indicators().get(name) or Indicator(name)


def groups() -> dict[str, tuple[str, ...]]:
    return {word: tuple(names) for word, names in load(_TABLE)["groups"].items()}


def key(text: str) -> str:
    """One spelling: half-width, without blanks, in capitals."""
    return squash(normalise(text)).translate(_PUNCTUATION).upper()


@cache
def by_key() -> dict[str, str]:
    """Names and aliases → canonical name."""
    found: dict[str, str] = {}
    for one in indicators().values():
        for word in (one.name, *one.aliases):
            found.setdefault(key(word), one.name)
    return found


@cache
def _forms() -> dict[str, Form]:
    return {key(word): Form(form) for form, words in load(_TABLE)["forms"].items() for word in words}


@cache
def _bases() -> dict[str, Form]:
    return {key(word): Form(form) for form, words in load(_TABLE)["bases"].items() for word in words}


def nation() -> str:
    return str(load(_TABLE)["nation"])


@cache
def nation_names() -> frozenset[str]:
    return frozenset(key(name) for name in load(_TABLE)["nation_names"])


@cache
def _regions() -> frozenset[str]:
    return frozenset(load(_TABLE)["regions"])


def places() -> frozenset[str]:
    """Provinces and economies, by their short names."""
    return _regions()


def region_of(text: str) -> str | None:
    """A region as a table names it: the nation under one name, others as they are; None for an empty cell."""
    flat = squash(text)
    if not flat:
        return None
    return nation() if key(flat) in nation_names() else flat


def form_of(text: str) -> Form | None:
    return _forms().get(key(text))


def read_name(text: str) -> SeriesName:
    """Takes the name of a series apart. What is left when region, form and unit are off is the indicator."""
    flat = key(text)
    if flat in by_key():
        return SeriesName(by_key()[flat], known=True)
    left = _Parts(text)
    name = left.indicator()
    known = name is not None
    return SeriesName(
        name or left.rest() or squash(text),
        known,
        form=left.form,
        region=left.region,
        unit=left.unit,
        grain=left.grain,
        plus=left.plus,
    )


class _Parts:
    """The pieces of a name; what is understood is taken off."""

    def __init__(self, text: str) -> None:
        flat = normalise(text).translate(_PUNCTUATION)
        self.form: Form | None = None
        self.region: str | None = None
        self.unit: str | None = None
        self.grain: Grain | None = None
        self.plus = False
        self.brackets: list[str] = []
        for inside in _BRACKETS.findall(flat):
            if not self._take(inside):
                self.brackets.append(inside)
        self.kept = [piece for piece in _SPLIT.split(_BRACKETS.sub(" ", flat)) if piece]
        self.kept = [piece for piece in self.kept if not self._take(piece)]
        self.kept = [self._trimmed(piece) for piece in self.kept]

    def _take(self, piece: str) -> bool:
        flat = key(piece)
        if flat in _bases():
            self.form, self.plus = _bases()[flat], True
        elif flat in _forms():
            self.form = self.form or _forms()[flat]
        elif _UNIT.fullmatch(squash(piece)):
            self.unit = self.unit or squash(piece).removeprefix("单位:").removeprefix("单位")
        elif flat in nation_names() or squash(piece) in _regions() or _is_region(squash(piece)):
            self.region = self.region or region_of(piece)
        elif squash(piece) in _GRAINS:
            self.grain = _GRAINS[squash(piece)]
        else:
            return False
        return True

    def _trimmed(self, piece: str) -> str:
        """CPI同比 → CPI; 全国CPI → CPI; 临江省GDP → GDP. An indicator's own name is never cut."""
        if key(piece) in by_key():
            return piece
        for word in sorted((*_forms(), *_bases()), key=len, reverse=True):
            if key(piece).endswith(word) and len(word) < len(key(piece)):
                self.form = self.form or _forms().get(word) or _bases()[word]
                piece = piece[: len(piece) - len(word)]
                break
        if key(piece) in by_key():
            return piece
        for cut in range(len(piece) - 1, 1, -1):
            if key(piece[cut:]) in by_key() and (
                _is_region(piece[:cut]) or piece[:cut] in _regions() or key(piece[:cut]) in nation_names()
            ):
                self.region = self.region or region_of(piece[:cut])
                return piece[cut:]
        return piece

    def indicator(self) -> str | None:
        """The table's name for all that is left. A bracket that tells another thing ((城市)) makes another indicator."""
        joined = (":".join(self.kept), "".join(self.kept))
        forms = [f"{form}({inside})" for form in joined for inside in self.brackets]
        if len(self.kept) > 1:
            forms += [f"{self.kept[0]}({b}):{':'.join(self.kept[1:])}" for b in self.brackets]
        harmless = frozenset(map(key, load(_TABLE)["harmless"])) | by_key().keys()
        if all(key(inside) in harmless for inside in self.brackets):
            forms += [*joined, *(self.brackets if len(self.kept) == 1 else ())]
        return next((by_key()[key(form)] for form in forms if key(form) in by_key()), None)

    def rest(self) -> str:
        inside = "".join(f"({b})" for b in self.brackets)
        return ":".join(piece for piece in self.kept if piece) + inside


def _is_region(text: str) -> bool:
    return (
        re.fullmatch(r"[\u4e00-\u9fff]{2,10}(?:省|市|自治区|自治州|特别行政区|新区|地区|县)", text)
        is not None
    )
