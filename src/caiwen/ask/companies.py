"""Which companies a question names: codes, full, short and former names, common shortenings, small slips."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain

from caiwen.ask.plan import CompanyRef
from caiwen.ask.regions import place_names
from caiwen.ask.words import words
from caiwen.finance.companies import name_key, normalise_code, short_forms
from caiwen.once import once
from caiwen.store.records import Company

_TAILS = ("股份", "集团", "科技", "控股", "实业", "公司")
_PLACE = re.compile(
    r"^(?:中国|北京|上海|天津|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川"
    r"|贵州|云南|陕西|甘肃|青海|内蒙古|广西|西藏|宁夏|新疆|深圳|广州|杭州|南京|苏州|宁波|成都|武汉|西安|青岛|厦门)"
)
_CODE = re.compile(r"(?<![\d.])(?:(?:SH|SZ|BJ)[.:]?)?(\d{6})(?:\.(?:SH|SZ|BJ|SS))?(?![\d])", re.IGNORECASE)
_SHORTEST_GUESS = 3
_JOINING = frozenset("和与及跟同比对较")
_CLOSEST = 60
_NAME_LIST = re.compile(r"[、，,;；/\s]+")


@dataclass(frozen=True, slots=True)
class CompanyMention:
    """``official``: a name or code as the store knows it; otherwise a shortening of one."""

    start: int
    end: int
    companies: tuple[Company, ...]
    official: bool = True


@dataclass(frozen=True, slots=True)
class Guess:
    """A word that may be a slip of the pen: the companies it may mean. ``sure``: only one, and close enough."""

    companies: tuple[Company, ...]
    sure: bool


@dataclass(frozen=True, slots=True)
class Names:
    """Names in their common spelling → the places of their companies in a book. ``official``: names as the store knows
    them; ``loose``: shortenings; ``lengths``: the first two characters of a name → how long such names are, longest first."""

    official: dict[str, list[int]]
    loose: dict[str, list[int]]
    lengths: dict[str, list[int]]


def _names(companies: Sequence[Company], also: Iterable[tuple[str, str]], generic: frozenset[str]) -> Names:
    further: dict[str, set[str]] = defaultdict(set)
    for who, listed in also:
        further[who] |= {name.strip() for name in _NAME_LIST.split(listed) if 2 <= len(name.strip()) <= 20}
    nicknames = {official: nick for nick, official in words("nicknames").items()}
    official: dict[str, list[int]] = {}
    loose: dict[str, list[int]] = {}
    for place, company in enumerate(companies):
        keys = [name_key(name) for name in company.short_names]
        forms = [name_key(name) for name in (*company.full_names, company.who)] + keys
        own = (company.who, *company.full_names)
        forms += [name_key(name) for who in own for name in sorted(further.get(who, ()))]
        forms += [name_key(nicknames[key]) for key in keys if key in nicknames]
        forms += [key.replace("(", "").replace(")", "") for key in forms if "(" in key or ")" in key]
        for form in dict.fromkeys(forms):
            if form not in generic:
                official.setdefault(form, []).append(place)
        shorter = {form for name in company.full_names for form in short_forms(name)}
        for key in keys:
            shorter |= _shortenings(key)
        for form in {name_key(name) for name in shorter}:
            if len(form) >= 2 and form not in generic:
                loose.setdefault(form, []).append(place)
    return Names(official, loose, _lengths(chain(official, loose)))


class CompanyBook:
    """All companies of a store (or of a list) by every name under which a question may call them.

    ``also``: further names by code or full name (former names), several in one text where a list is printed.
    """

    def __init__(
        self,
        companies: Iterable[Company],
        also: Iterable[tuple[str, str]] = (),
        names: Names | None = None,
    ) -> None:
        self.all = tuple(companies)
        self._generic = frozenset(words("generic_names")) | place_names()
        self._whos = {company.who: company for company in self.all}
        self._codes: dict[str, Company] = {c.code: c for c in self.all if c.code}
        self.names = _names(self.all, also, self._generic) if names is None else names

    def company(self, who: str) -> Company | None:
        return self._whos.get(who)

    def code(self, code: str) -> Company | None:
        return self._codes.get(code)

    def find_in(self, text: str) -> list[CompanyMention]:
        """Longest name first at every place; ``text`` without spaces and in capitals (see ``name_key``)."""
        found: list[CompanyMention] = []
        for match in _CODE.finditer(text):
            company = self._codes.get(normalise_code(match[1]) or "")
            if company:
                found.append(CompanyMention(match.start(), match.end(), (company,)))
        at = 0
        while at < len(text):
            mention = self._at(text, at)
            if mention and not mention.official and self._joins(text, at, mention.end):
                mention = None
            if mention:
                found.append(mention)
            at = mention.end if mention else at + 1
        return sorted(found, key=lambda m: m.start)

    def _joins(self, text: str, at: int, end: int) -> bool:
        """Whether the first character only joins a longer official name behind it: 和晶科能源 is no 和晶."""
        if text[at] not in _JOINING:
            return False
        behind = self._at(text, at + 1)
        return behind is not None and behind.official and behind.end > end

    def _at(self, text: str, at: int) -> CompanyMention | None:
        names = self.names
        for length in names.lengths.get(text[at : at + 2], ()):
            word = text[at : at + length]
            if len(word) < length:
                continue
            places = names.official.get(word) or names.loose.get(word)
            if places:
                official = word in names.official
                return CompanyMention(at, at + length, tuple(self.all[n] for n in places), official)
        return None

    def guess(self, word: str) -> Guess | None:
        """The companies that ``word`` (which names none) may mean: an abbreviation of a full name or a slip."""
        key = name_key(word)
        for tail in ("公司", "集团", "股份"):
            key = key.removesuffix(tail) if len(key) > len(tail) + 1 else key
        if len(key) < 2 or key in self._generic:
            return None
        if len(key) < _SHORTEST_GUESS:
            having = (self._spelt.by_who[who] for who in self._spelt.by_char.get(key[0], ()))
            begins = tuple(c for c in having if any(n.startswith(key) for n in self._spelt.keys[c.who][0]))
            return Guess(begins, sure=False) if begins else None
        near = self._sharing(key)
        inside = [c for c in near if any(_abbreviates(key, full) for full in self._spelt.keys[c.who][1])]
        if inside:
            return Guess(tuple(inside), sure=len(inside) == 1)
        slips = [(c, _slip(key, *self._spelt.keys[c.who])) for c in near]
        close = [c for c, kind in slips if kind == "same sound"]
        if close:
            return Guess(tuple(close), sure=len(close) == 1)
        almost = tuple(c for c, kind in slips if kind == "near")
        return Guess(almost, sure=False) if almost else None

    def _sharing(self, key: str) -> list[Company]:
        """Companies whose names share at least half of the characters of ``key``: no other one can be a slip of it."""
        spelt = self._spelt
        shared = Counter(chain.from_iterable(spelt.by_char.get(char, ()) for char in set(key)))
        enough = {who for who, count in shared.items() if count * 2 >= len(set(key))}
        return [company for who, company in spelt.by_who.items() if who in enough]

    @once
    def _spelt(self) -> _Spelling:
        """Made when a name is first guessed at."""
        return _Spelling(self.all)

    def nearest(self, word: str, count: int = 3) -> list[Company]:
        """The companies whose names share most characters with ``word``; for saying what there is instead."""
        key = set(name_key(word)) - set("公司股份有限集团")
        spelt = self._spelt
        shared = Counter(chain.from_iterable(spelt.by_char.get(char, ()) for char in sorted(key)))
        most = {who for who, _ in shared.most_common(_CLOSEST)}
        near = [c for who, c in spelt.by_who.items() if who in most] or list(self.all[:count])

        def likeness(company: Company) -> float:
            names = (*company.short_names, *company.full_names)
            return max((len(key & set(n)) / (len(key | set(n)) or 1) for n in names), default=0.0)

        return sorted(near, key=lambda c: (-likeness(c), c.who))[:count]


class _Spelling:
    """The characters of all names: ``keys`` of short and full names by company, companies ``by_char`` in their order."""

    def __init__(self, companies: Iterable[Company]) -> None:
        self.by_who = {company.who: company for company in companies}
        self.keys: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self.by_char: dict[str, list[str]] = defaultdict(list)
        for who, company in self.by_who.items():
            short = tuple(name_key(name) for name in company.short_names)
            full = tuple(name_key(name) for name in company.full_names)
            self.keys[who] = (short, full)
            for char in set("".join((*short, *full))):
                self.by_char[char].append(who)


def _lengths(names: Iterable[str]) -> dict[str, list[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for name in names:
        if len(name) >= 2:
            found[name[:2]].add(len(name))
    return {start: sorted(sizes, reverse=True) for start, sizes in found.items()}


def reference(company: Company, how: str = "named", said: str | None = None) -> CompanyRef:
    return CompanyRef.model_validate(
        {
            "who": company.who,
            "name": company.name,
            "code": company.code,
            "also": company.full_names,
            "sector": company.sector,
            "how": how,
            "said": said,
        }
    )


def _shortenings(name: str) -> set[str]:
    """贵州茅台 → 茅台; 美的集团 → 美的; 恒瑞医药 → 恒瑞: without the place in front or the industry behind."""
    forms = _cut(_cut({name}))
    forms |= {_PLACE.sub("", form) for form in list(forms)}
    return {form for form in forms if len(form) >= 2} - {name}


def _cut(forms: set[str]) -> set[str]:
    """The forms, and each without the word of an industry or legal form at its end."""
    cut = {f[:-n] for f in forms for n in (2, 3) if len(f) >= n + 2 and f[-n:] in _tails()}
    return forms | cut


@cache
def _tails() -> frozenset[str]:
    return frozenset((*_TAILS, *words("generic_names")))


def _abbreviates(short: str, full: str) -> bool:
    """All characters of ``short`` stand in ``full`` in order, and the first one early (安靠输电)."""
    at = full.find(short[0])
    if at < 0 or at > 6:
        return False
    for char in short[1:]:
        at = full.find(char, at + 1)
        if at < 0:
            return False
    return True


def _slip(word: str, short: tuple[str, ...], full: tuple[str, ...]) -> str | None:
    """same sound: one character written for a homophone, two swapped, or up to two wrong in a long name; near: one wrong."""
    for key in (*short, *full):
        if abs(len(key) - len(word)) > 2 or len(key) < _SHORTEST_GUESS:
            continue
        if len(key) >= 8 and distance(word, key, 2) <= 2:
            return "same sound"
        if sorted(word) == sorted(key):
            return "same sound"
    if any(sounds_alike(word, key) for key in (*short, *full)):
        return "same sound"
    return "near" if any(distance(word, key, 1) <= 1 for key in short) else None


def sounds_alike(a: str, b: str) -> bool:
    """Equal length, different spelling, same syllables without tones."""
    if len(a) != len(b) or a == b or not set(a) & set(b):
        return False
    return _syllables(a) == _syllables(b)


@lru_cache(maxsize=20_000)
def _syllables(word: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin

    return tuple(lazy_pinyin(word))


def distance(a: str, b: str, limit: int) -> int:
    """Levenshtein distance, or ``limit`` + 1 as soon as it must be larger."""
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        new = [i]
        for j, y in enumerate(b, 1):
            new.append(min(row[j] + 1, new[j - 1] + 1, row[j - 1] + (x != y)))
        if min(new) > limit:
            return limit + 1
        row = new
    return row[-1]
