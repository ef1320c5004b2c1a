"""Where the material prints a number: an index of the numerals of passages, for claims about what no fact holds."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import pairwise

from caiwen.dataset.amounts import quantum
from caiwen.dataset.binding import Bound
from caiwen.dataset.mentions import Mention
from caiwen.finance.text import normalise
from caiwen.records import Passage

_NUMERAL = re.compile(r"(?<![\d.])\d+(?:,\d{3})*(?:\.\d+)?")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_SCALES = (0, 3, 4, 6, 8)
_LONG, _MIDDLE = 5, 3
_NEEDED, _NEEDED_MIDDLE, _NEEDED_SHORT = 2, 3, 4
_BROKEN = re.compile(r"(?<=\d[.,])\s+(?=\d)")
_ENDS = re.compile(r"[，,。；;：:（(\s]")
_COARSE, _COARSE_DIGITS, _MOST = 100, 20, 20
_CHANGE = re.compile(
    r"(?:则|也|均|亦)?(?:同比|大幅|显著|略|微|小幅|分别|整体)*(?:增长|增加|上升|提高|下降|减少|降低|增幅|降幅|变动)(?:率|幅度)?(?:约|达|高达|为|超过)*$"
)
_RARE, _ALIKE = 3, 4
_CLAUSE = re.compile(r"[，。；;\n]|,(?!\d)")
_LINK = re.compile(r"(?:为|是|达到|达|约|仅|共计|合计|共|人民币|的金额|金额|分别|至|到|\s)$")
_BEFORE, _AFTER, _LEAD = 90, 30, 40


class Printed:
    """Of the passages of one company's documents. ``years``: sha256 → the years of which a report speaks throughout."""

    def __init__(
        self, passages: Iterable[Passage], years: Mapping[str, frozenset[str]] | None = None
    ) -> None:
        self._passages, self._years = list(passages), dict(years or {})
        self._texts = [_BROKEN.sub("", normalise(p.text)) for p in self._passages]
        self._places: dict[Decimal, list[tuple[int, int]]] = defaultdict(list)
        for number, text in enumerate(self._texts):
            for match in _NUMERAL.finditer(text):
                self._places[Decimal(match[0].replace(",", "")).normalize()].append((number, match.start()))
        self._sorted = sorted(self._places)
        self._pair_sets: dict[int, set[str]] = {}

    def find(self, mention: Mention, question: str, answer: str, bound: Bound | None) -> str:
        """The place (page and section) that prints this number beside words of the claim; empty if there is none.

        In the unit written or in 元, 千元, 万元, 百万元, 亿元, rounded to the places written. A long number needs two
        pairs of characters in common with the words before it in the answer, shorter ones three or four; one that
        the material prints only a few times needs a single pair in common with question or answer.
        """
        digits = re.sub(r"\D", "", mention.text).strip("0")
        if mention.unit == "%" and "." in mention.text:  # 10.00% is written as exactly as 10.37%
            digits = re.sub(r"\D", "", mention.text)
        if len(digits) < _MIDDLE and len(re.sub(r"\D", "", mention.text)) > _LONG:  # 750,000股
            digits = "0" * _MIDDLE
        needed = (
            _NEEDED if len(digits) >= _LONG else _NEEDED_MIDDLE if len(digits) >= _MIDDLE else _NEEDED_SHORT
        )
        lead = answer[max(0, mention.start - _LEAD) : mention.start] + answer[mention.end : mention.end + 12]
        wanted = _pairs(lead)
        asked = wanted | _pairs(question)
        year = bound.frame.when.period[:4] if bound and bound.frame.when and bound.tight else ""
        item = _item_of(mention, bound)
        best: tuple[int, str] = (0, "")
        for value in self._forms(mention):
            places = self._places.get(value, ())
            rare = len(places) <= _RARE and len(digits) >= _MIDDLE
            for number, at in places:
                around = self._around(number, at)
                common = _NEEDED_SHORT if rare and asked & around else len(wanted & around)
                if len(item & around) * 2 >= len(item) and common > best[0] and self._speaks_of(number, year):
                    best = (common, self._where(number))
        return best[1] if best[0] >= needed else ""

    def knows(self, name: str) -> bool:
        """Whether any passage has this name."""
        return any(name in text for text in self._texts)

    def says(self, mention: Mention, question: str, answer: str, bound: Bound, why: str) -> str:
        """The place that prints this number right after the very words of the claim, and of no other year.

        In prose the words before both are the same, further back than the item alone; in a row of a table its label
        stands in question or answer and its column head right before the claim. A claim whose period the facts deny
        needs a print that names its year; wrong units and companies are wrong in any words.
        """
        if why in ("unit", "company"):
            return ""
        lead = _label(answer[max(0, mention.start - _LEAD) : mention.start])
        items = [_han(m.text) for m in bound.others if m.kind == "item"]
        beyond = max(_ALIKE, *(len(item) + 2 for item in items if item and lead.endswith(item)), 0)
        said = question + answer
        for value in self._forms(mention):
            for number, at in self._written_so(value, mention):
                before = self._before(number, at)
                year = self._year_fits(before, bound)
                if year is False or (why == "period" and year is None):
                    continue
                needed = _ALIKE if year else beyond
                if _common_end(lead, _label(before)) >= needed or (
                    why != "period" and self._in_row(number, at, lead, said, beyond)
                ):
                    return self._where(number)
        return ""

    def _written_so(self, value: Decimal, mention: Mention) -> list[tuple[int, int]]:
        """The places of a value, those first where it is written as in the claim; small numbers stand everywhere."""
        digits = _NUMERAL.search(mention.text)
        written = digits[0] if digits else mention.text
        places = self._places.get(value, [])
        return sorted(places, key=lambda p: not self._texts[p[0]].startswith(written, p[1]))[:_MOST]

    def _before(self, number: int, at: int) -> str:
        """The words of the same sentence or line before a place."""
        text = self._texts[number]
        return text[max(text.rfind("\n", 0, at), text.rfind("。", 0, at), at - _LEAD * 2, 0) : at]

    def _year_fits(self, before: str, bound: Bound) -> bool | None:
        """Whether the year named last before a place is the claim's; None where none is named."""
        said = bound.frame.when.period[:4] if bound.frame.when else ""
        years = _YEAR.findall(before)
        return years[-1] == said if years else None

    def _in_row(self, number: int, at: int, lead: str, said: str, beyond: int) -> bool:
        """应收账款：期初余额 1,234.00；期末余额 …: the label is the end of the claim's words, or it stands in question or
        answer and the column head right before the claim."""
        text = self._texts[number]
        line = text[text.rfind("\n", 0, at) + 1 : at]
        label, _, cells = line.partition("：")
        head, name = _han(re.split("[；：]", cells)[-1]), _han(label)
        ends = lead.endswith(head) or (len(name) > _LONG and _common_end(lead, head) >= _ALIKE)
        named = len(head) >= _ALIKE and len(name) >= 2 and name in said and ends
        return named or _common_end(lead, name) >= max(beyond, _ALIKE + 2)

    def _speaks_of(self, number: int, year: str) -> bool:
        known = self._years.get(self._passages[number].document)
        return not year or known is None or year in known or year in self._texts[number]

    def _forms(self, mention: Mention) -> list[Decimal]:
        value = abs(mention.value or Decimal(0))
        written = re.search(r"\d[\d,]*(?:\.\d+)?", mention.text)
        forms = [Decimal(written[0].replace(",", ""))] if written else []
        if mention.unit == "元" or "万" in mention.text or "亿" in mention.text:
            forms += [value.scaleb(-power) for power in _SCALES]
        forms += self._rounded(mention, value)
        return list(dict.fromkeys(form.normalize() for form in forms))

    def _rounded(self, mention: Mention, value: Decimal) -> list[Decimal]:
        """Printed values that round (or are cut) to this one: 496.72万元 for 4,967,244.25."""
        step = quantum(mention)
        if mention.unit == "%" and value * 10 > 100:
            low, high = (
                bisect_left(self._sorted, value - step / 2),
                bisect_right(self._sorted, value + step / 2),
            )
            return self._sorted[low:high][:_MOST]
        if mention.unit != "元" or step < _COARSE or value < step * _COARSE_DIGITS:
            return []
        low, high = bisect_left(self._sorted, value - step / 2), bisect_right(self._sorted, value + step)
        return self._sorted[low:high][:_MOST]

    def grown(self, mention: Mention, answer: str) -> str:
        """A line that prints two amounts under the words before this rate, one of which is so much more than the other."""
        label = _ENDS.split(_CHANGE.sub("", answer[max(0, mention.start - _LEAD) : mention.start]))[-1]
        wanted = _pairs(label)
        if len(wanted) < 2:
            return ""
        for number, text in enumerate(self._texts):
            if len(wanted & self._pairs_of(number)) < max(2, len(wanted) * 2 // 3):
                continue
            for line in text.splitlines():
                if len(wanted & _pairs(line)) * 3 >= len(wanted) * 2 and _grows(line, mention):
                    return self._where(number)
        return ""

    def _pairs_of(self, number: int) -> set[str]:
        if number not in self._pair_sets:
            self._pair_sets[number] = _pairs(self._texts[number])
        return self._pair_sets[number]

    def _around(self, number: int, at: int) -> set[str]:
        text = self._texts[number]
        section = self._passages[number].section.rsplit(" / ", 2)[-2:]
        return _pairs(text[max(0, at - _BEFORE) : at + _AFTER]) | _pairs("".join(section))

    def _where(self, number: int) -> str:
        passage = self._passages[number]
        page = f"第{passage.page}页" if passage.page else ""
        return f"{page}{passage.section.rsplit(' / ', 1)[-1]}"


def _label(before: str) -> str:
    """The words right before a number, without those that only link."""
    text = before.rstrip(' ：:（(“"')
    shorter = _LINK.sub("", text)
    while shorter != text:
        text, shorter = shorter, _LINK.sub("", shorter)
    return _han(_YEAR.sub(" ", _CLAUSE.split(text)[-1]))


def _han(text: str) -> str:
    return "".join(_HAN.findall(text))


def _common_end(one: str, other: str) -> int:
    """How many characters both end in."""
    count = 0
    for a, b in zip(reversed(one), reversed(other), strict=False):
        if a != b:
            break
        count += 1
    return count


def _item_of(mention: Mention, bound: Bound | None) -> set[str]:
    """The pairs of the item right before the number: where the two are bound tightly, the print must name it."""
    if bound is None or not bound.tight:
        return set()
    items = [m for m in bound.others if m.kind == "item" and m.end <= mention.start]
    return _pairs(items[-1].text) if items else set()


def _grows(line: str, mention: Mention) -> bool:
    numbers = [Decimal(n.replace(",", "")) for n in _NUMERAL.findall(line) if "." in n or "," in n]
    for a, b in pairwise(numbers):
        rates = [(x - y) / y * 100 for x, y in ((a, b), (b, a)) if y]
        if any(abs(abs(rate) - abs(mention.value or Decimal(0))) * 2 <= quantum(mention) for rate in rates):
            return True
    return False


def _pairs(text: str) -> set[str]:
    flat = _YEAR.sub(" ", text)
    return {flat[i : i + 2] for i in range(len(flat) - 1) if _HAN.match(flat[i]) and _HAN.match(flat[i + 1])}


def stands_in(text: str, texts: Iterable[str]) -> bool:
    """The very characters, not as a part of a longer number."""
    pattern = re.compile(rf"(?<![\d.,]){re.escape(text)}(?![\d]|[.,]\d)")
    bare = re.compile(rf"(?<![\d.]){re.escape(text.replace(',', ''))}(?![\d]|\.\d)")
    return any(pattern.search(t) or bare.search(t.replace(",", "")) for t in texts)
