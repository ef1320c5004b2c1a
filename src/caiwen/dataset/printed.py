"""Where the material prints a number: an index of the numerals of passages, for claims about what no fact holds."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from caiwen.dataset.binding import Bound
from caiwen.dataset.mentions import Mention
from caiwen.finance.text import normalise
from caiwen.records import Passage

_NUMERAL = re.compile(r"(?<![\d.])\d+(?:,\d{3})*(?:\.\d+)?")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_SCALES = (0, 3, 4, 6, 8)
_LONG = 5
_NEEDED, _NEEDED_SHORT = 2, 4
_BEFORE, _AFTER, _LEAD = 90, 30, 40


class Printed:
    """Of the passages of one company's documents. ``years``: sha256 → the years of which a report speaks throughout."""

    def __init__(
        self, passages: Iterable[Passage], years: Mapping[str, frozenset[str]] | None = None
    ) -> None:
        self._passages, self._years = list(passages), dict(years or {})
        self._texts = [normalise(p.text) for p in self._passages]
        self._places: dict[Decimal, list[tuple[int, int]]] = defaultdict(list)
        for number, text in enumerate(self._texts):
            for match in _NUMERAL.finditer(text):
                self._places[Decimal(match[0].replace(",", "")).normalize()].append((number, match.start()))

    def find(self, mention: Mention, answer: str, bound: Bound | None) -> str:
        """The place (page and section) that prints this number beside words of the claim; empty if there is none.

        In the unit written or in 元, 千元, 万元, 百万元, 亿元. A long number needs two pairs of characters in common
        with the words before it in the answer, a short one four.
        """
        digits = re.sub(r"\D", "", mention.text).strip("0")
        needed = _NEEDED if len(digits) >= _LONG else _NEEDED_SHORT
        lead = answer[max(0, mention.start - _LEAD) : mention.start] + answer[mention.end : mention.end + 12]
        wanted = _pairs(lead)
        year = bound.frame.when.period[:4] if bound and bound.frame.when else ""
        best: tuple[int, str] = (0, "")
        for value in self._forms(mention):
            for number, at in self._places.get(value, ()):
                common = len(wanted & self._around(number, at))
                if common > best[0] and self._speaks_of(number, year):
                    best = (common, self._where(number))
        return best[1] if best[0] >= needed else ""

    def _speaks_of(self, number: int, year: str) -> bool:
        known = self._years.get(self._passages[number].document)
        return not year or known is None or year in known or year in self._texts[number]

    def _forms(self, mention: Mention) -> list[Decimal]:
        value = abs(mention.value or Decimal(0))
        written = re.search(r"\d[\d,]*(?:\.\d+)?", mention.text)
        forms = [Decimal(written[0].replace(",", ""))] if written else []
        if mention.unit == "元":
            forms += [value.scaleb(-power) for power in _SCALES]
        return list(dict.fromkeys(form.normalize() for form in forms))

    def _around(self, number: int, at: int) -> set[str]:
        text = self._texts[number]
        section = self._passages[number].section.rsplit(" / ", 2)[-2:]
        return _pairs(text[max(0, at - _BEFORE) : at + _AFTER]) | _pairs("".join(section))

    def _where(self, number: int) -> str:
        passage = self._passages[number]
        page = f"第{passage.page}页" if passage.page else ""
        return f"{page}{passage.section.rsplit(' / ', 1)[-1]}"


def _pairs(text: str) -> set[str]:
    flat = _YEAR.sub(" ", text)
    return {flat[i : i + 2] for i in range(len(flat) - 1) if _HAN.match(flat[i]) and _HAN.match(flat[i + 1])}
