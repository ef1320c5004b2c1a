"""All claims of an answer, each with how it is borne out: the one reading that building and auditing share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from itertools import combinations

from caiwen.dataset.amounts import agree, quantum
from caiwen.dataset.binding import Bound, Reader, frame_of
from caiwen.dataset.data import words
from caiwen.dataset.equations import Chain, Part, chains
from caiwen.dataset.judge import Judge, without_member
from caiwen.dataset.ledger import Ledger, When, describe
from caiwen.dataset.mentions import Mention, Names, read
from caiwen.dataset.records import Claim, Support
from caiwen.dataset.said import Said
from caiwen.finance.formulas import formulas
from caiwen.finance.text import normalise

_CONSTANTS = frozenset(map(Decimal, (0, 1, 2, 10, 12, 100, 360, 365, 1000, 10000)))
_SMALL = 4
_NUMERAL = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_PLAIN = re.compile(r"(?<![\u4e00-\u9fffA-Za-z\d.])\d+(?:\.\d+)?(?![\u4e00-\u9fff])")

InText = Callable[[Mention, str, str, Bound | None], str]
"""Whether the material prints a number beside the same words: where, or nothing."""


@dataclass(slots=True)
class Checker:
    """``texts``: what an answer may repeat word for word. ``in_text``: a search of the whole material, for audits."""

    ledger: Ledger
    texts: tuple[str, ...] = ()
    in_text: InText | None = None
    who: str | None = None
    """Of whom an answer speaks that names nobody (公司, 本报告)."""

    def check(self, question: str, answer: str, history: Sequence[tuple[str, str]] = ()) -> list[Claim]:
        """Every claim in order of place."""
        return Run(self, normalise(question), normalise(answer), history).claims()


class Run:
    """The check of one answer."""

    def __init__(
        self, checker: Checker, question: str, answer: str, history: Sequence[tuple[str, str]]
    ) -> None:
        self.ledger, self.texts, self.in_text = checker.ledger, checker.texts, checker.in_text
        self.judge, self.default = Judge(self.ledger), checker.who
        self.question, self.answer = question, answer
        self.before = "\n".join(normalise(f"{q}\n{a}") for q, a in history)
        self.companies = Names(self.ledger.names)
        self.earlier, self.own = self._read(self.before, None), self._read(question, None)
        self.asked = self.earlier + self.own
        anchor = next((m.when.period for m in self.asked if m.kind == "period" and m.when), None)
        anchor = anchor or self._latest()
        self.mentions = self._read(answer, anchor)
        self.given = {(abs(m.value), m.unit) for m in self.asked if m.value is not None}
        self.supported: list[Mention] = []
        self.frames: dict[int, When | None] = {}
        named = {n for m in (*self.asked, *self.mentions) if m.kind == "item" for n in m.names}
        self.constants = _CONSTANTS | {c for name in named for c in constants_of(name)}

    def _read(self, text: str, anchor: str | None) -> list[Mention]:
        if not text:
            return []
        whos = {owner for _, _, owner in self.companies.find(text + self.question)}
        if not whos:
            owners = set(self.ledger.names.values())
            whos = owners if len(owners) == 1 else {self.default} if self.default else set()
        members = {m: m for who in whos for m in self.ledger.members(who)}
        items = {i: i for who in whos for i in self.ledger.items(who) if len(i) >= 3}
        found = read(text, self.companies, Names(members), Names(items), anchor)
        return [self._named(m) for m in found]

    def _named(self, m: Mention) -> Mention:
        """A company called by a part of its full name."""
        who = self.ledger.meant(m.text) if m.kind == "company" and not m.names else None
        return replace(m, names=(who,)) if who else m

    def _latest(self) -> str | None:
        """The last full year of the company that is meant, for answers that name no year."""
        owners = {m.names[0] for m in self.asked if m.kind == "company" and m.names}
        who = next(iter(owners)) if len(owners) == 1 else self.default
        return self.ledger.latest_year(who) if who else None

    # --- the whole --------------------------------------------------------------------------------

    def claims(self) -> list[Claim]:
        frame = frame_of(self._last_asked(), self.question)
        if frame.who is None and not frame.stranger:
            owners = list(dict.fromkeys(self.ledger.names.values()))
            frame = replace(frame, who=owners[0] if len(owners) == 1 else self.default)
        if frame.when is None and frame.who:
            year = self.ledger.latest_year(frame.who)
            frame = replace(frame, when=When(year) if year else None)
        own = tuple(name for name, owner in self.ledger.names.items() if owner == frame.who)
        bound = Reader(self.answer, frame, self.question, own).read(self.mentions)
        self.frames = {b.mention.start: b.frame.when for b in bound}
        steps = list(chains(self.answer))
        said = Said(self.ledger, self.texts, self.question, self.answer, self.in_text is not None).claims(
            self.mentions, frame
        )
        inside = [(n[0], n[1]) for chain in steps for part in chain.parts for n in part.numbers]
        inside += [(c.start, c.end) for c in said if c.kind == "text"]
        plain = [b for b in bound if not any(a < b.mention.end and b.mention.start < e for a, e in inside)]
        found: list[Claim | None] = [claim for chain in steps for claim in self._steps(chain, bound)]
        found += self._by_arithmetic([self._plain(b) for b in plain], plain)
        return sorted((c for c in (*found, *said) if c is not None), key=lambda c: (c.start, c.end))

    def _last_asked(self) -> list[Mention]:
        """The question's own mentions first: what it leaves open, earlier turns answer."""
        kinds = {m.kind for m in self.own}
        return self.own + [m for m in reversed(self.earlier) if m.kind not in kinds]

    # --- single numbers ---------------------------------------------------------------------------

    def _plain(self, bound: Bound) -> Claim | None:
        m = bound.mention
        if (m.kind == "number" or m.unit in ("股", "%")) and not self._counts(bound):
            return None
        claim = self.judge.judge(bound)
        if claim.support is not Support.NONE:
            self.supported.append(m)
            return claim
        return self._otherwise(claim, bound)

    def _counts(self, bound: Bound) -> bool:
        """A bare numeral is a claim when it is long or has places; small ones count and number things, and
        每10股 is a measure."""
        lead = self.answer[: bound.mention.start].rstrip()
        if bound.mention.text == "100%" and lead.endswith(("×", "*", "x")):
            return False
        if lead.endswith("每") and bound.mention.unit in ("股", ""):
            return False
        if bound.mention.kind == "amount":
            return True
        if bound.mention.value in self.constants:
            return False
        digits = bound.mention.text.replace(",", "").lstrip("-−")
        return "." in digits or len(digits) >= _SMALL

    def _otherwise(self, claim: Claim, bound: Bound) -> Claim:
        """Given by the question, or printed in the texts; a contradicted one is not saved by standing elsewhere."""
        m = bound.mention
        if (abs(m.value or Decimal(0)), m.unit) in self.given:
            self.supported.append(m)
            return replace(claim, support=Support.GIVEN, why="", contradicted=False)
        if self.texts and _printed(m.text, self.texts):
            self.supported.append(m)
            return replace(claim, support=Support.TEXT, why="", contradicted=False)
        if not claim.contradicted and self._repeats(bound):
            return replace(claim, support=Support.DERIVED, why="")
        if self.in_text is not None and not claim.contradicted:
            where = self.in_text(m, self.question, self.answer, bound)
            if where:
                self.supported.append(m)
                return replace(claim, support=Support.TEXT, why="", nearest=where)
        return claim

    def _repeats(self, bound: Bound) -> bool:
        """The same number was borne out before in this answer, of the same period where a company is spoken of."""
        m, free = bound.mention, bound.frame.who is None
        same = [s for s in self.supported if s.value == m.value and s.unit == m.unit]
        return any(free or self.frames.get(s.start) == bound.frame.when for s in same)

    def _by_arithmetic(self, claims: list[Claim | None], bound: list[Bound]) -> list[Claim | None]:
        """合计, 相差, 占: a number that supported numbers of the same answer add up to."""
        made: list[Claim | None] = []
        for claim, b in zip(claims, bound, strict=True):
            open_still = claim is not None and claim.support is Support.NONE and not claim.contradicted
            if claim is not None and open_still and self._adds_up(b):
                claim = replace(claim, support=Support.DERIVED, why="")
                self.supported.append(b.mention)
            made.append(claim)
        return made

    def _adds_up(self, bound: Bound) -> bool:
        m, lead = bound.mention, self.answer[max(0, bound.mention.start - 16) : bound.mention.start]
        if bound.role == "change" and self._is_growth(bound):
            return True
        if m.value is None or not any(word in lead for word in words("derived")):
            return False
        near = [s for s in self.supported if s is not m and self._same_time(s, bound)]
        same = [s.value for s in near if s.unit == m.unit and s.value is not None][-8:]
        for count in range(2, min(len(same), 6) + 1):
            if any(abs(sum(group, Decimal(0)) - m.value) <= _slack(m) for group in combinations(same, count)):
                return True
        if any(abs(abs(a - b) - abs(m.value)) <= _slack(m) for a, b in combinations(same, 2)):
            return True
        return self._is_ratio(m, near)

    def _is_growth(self, bound: Bound) -> bool:
        """A change between two numbers of the same sentence that are borne out themselves."""
        m = bound.mention
        near = [s for s in self.supported if bound.sentence[0] <= s.start < bound.sentence[1] and s is not m]
        for a, b in combinations([s for s in near if s.value], 2):
            x, y = a.value or Decimal(1), b.value or Decimal(1)
            if a.unit != b.unit:
                continue
            ways = (
                [y - x]
                if m.unit == a.unit or m.unit == "百分点"
                else [(y - x) / abs(x) * 100, (x - y) / abs(y) * 100]
            )
            if any(agree(m, v, bound.before, bound.after, signed=False) is not Support.NONE for v in ways):
                return True
        return False

    def _same_time(self, one: Mention, bound: Bound) -> bool:
        """Numbers of another period do not add up to this one; sums over periods are told with their periods."""
        when = self.frames.get(one.start)
        several = sum(1 for m in bound.others if m.kind == "period") > 1
        return when is None or bound.frame.when is None or several or when == bound.frame.when

    def _is_ratio(self, m: Mention, near: list[Mention]) -> bool:
        money = [s.value for s in near if s.unit not in ("%", "百分点") and s.value][-6:]
        if m.unit not in ("%", "倍") or m.value is None:
            return False
        factor = 100 if m.unit == "%" else 1
        pairs = [(a, b) for a in money for b in money if a is not b]
        return any(abs(abs(a / b) * factor - abs(m.value)) <= _slack(m) for a, b in pairs)

    # --- steps ------------------------------------------------------------------------------------

    def _steps(self, chain: Chain, bound: list[Bound]) -> list[Claim]:
        """Each number of a chain: operands are facts, given, constants or results of earlier steps."""
        wrong = chain.wrong(self.question)
        by_place = {b.mention.start: b for b in bound}
        found: list[Claim] = []
        for place, part in enumerate(chain.parts):
            names = self._names_before(chain, place)
            for number, (start, end, value) in enumerate(part.numbers):
                name = names[number] if len(names) == len(part.numbers) else None
                single = len(part.numbers) == 1 and place > 0
                claim = self._operand(by_place, chain, (start, end, value), name, result=single)
                if wrong is part and single:
                    claim = replace(
                        claim,
                        support=Support.NONE,
                        why="step",
                        nearest=f"{_before(chain, part)}",
                        contradicted=True,
                    )
                found.append(claim)
        return found

    def _names_before(self, chain: Chain, place: int) -> list[Mention]:
        """The items of the side in words before this one, if that side is an expression and not only a name."""
        if place == 0 or chain.parts[place - 1].value is not None:
            return []
        names = self._items_of(chain.parts[place - 1])
        return names if place > 1 or len(names) > 1 else []

    def _items_of(self, part: Part) -> list[Mention]:
        return [m for m in self.mentions if m.kind == "item" and part.start <= m.start < part.end]

    def _operand(
        self,
        bound: dict[int, Bound],
        chain: Chain,
        number: tuple[int, int, Decimal],
        name: Mention | None,
        *,
        result: bool,
    ) -> Claim:
        start, end, value = number
        text = self.answer[start:end]
        claim = Claim("number", text, start, end, Support.NONE, "unknown")
        near = bound.get(start) or bound.get(start - 1)
        if near is None and value in self.constants:
            return replace(claim, support=Support.GIVEN, why="")
        if result:
            return self._result(claim, chain, near, value)
        if value in self._known() | _counted(chain) or value in self.constants:
            claim = replace(claim, support=Support.GIVEN, why="")
        elif self.texts and _printed(text, self.texts):
            claim = replace(claim, support=Support.TEXT, why="")
        if near is not None and name is not None and near.frame.who:
            return self._named_operand(claim, near, name, value)
        if claim.support is Support.NONE and near is not None and near.frame.who:
            facts = self.ledger.with_value(near.frame.who, value)
            if facts:
                return replace(claim, support=Support.FACT, why="", fact=facts[0].id)
        return claim

    def _named_operand(self, claim: Claim, near: Bound, name: Mention, value: Decimal) -> Claim:
        """The operand stands where the side before has this name: it must be that item's value."""
        options = self._options(near, name)
        if any(abs(abs(v) - value) <= Decimal("0.005") for v in options):
            return replace(claim, support=Support.FACT, why="")
        if not options:
            return claim
        return replace(
            claim,
            support=Support.NONE,
            why="item",
            nearest=f"{name.text} = {options[0]:,f}",
            contradicted=True,
        )

    def _options(self, near: Bound, name: Mention) -> list[Decimal]:
        """The values that a name may stand for in a step: 平均X is the mean of both ends of X."""
        prefix = self.answer[max(0, name.start - 2) : name.start]
        lead = prefix if prefix in ("平均", "期初", "上年") else ""
        readings = self._readings(near)
        options = [v for b in readings for n in name.names for v in self.judge.inputs(b, lead + n)]
        return options or [v for b in readings for n in name.names for v, _ in self.judge.formula(b, n)]

    def _readings(self, near: Bound) -> list[Bound]:
        """Steps seldom repeat the period and member of the sentences before them."""
        asked = next((m.when for m in self.asked if m.kind == "period"), None)
        whens = [near.frame.when, asked] if asked and asked != near.frame.when else [near.frame.when]
        dated = [replace(near, frame=replace(near.frame, when=when)) for when in whens]
        return dated + [without_member(b) for b in dated] if near.frame.member else dated

    def _result(self, claim: Claim, chain: Chain, near: Bound | None, value: Decimal) -> Claim:
        """What a chain comes to: right by its steps, and, where the ledger can tell, by its name."""
        head = self._items_of(chain.parts[0])
        known = replace(claim, support=Support.DERIVED, why="")
        if near is not None:
            self.supported.append(near.mention)
        if len(head) != 1 or near is None or near.frame.who is None:
            return known
        if self.answer[max(0, head[0].start - 2) : head[0].start] in ("平均", "期初", "上年"):
            right = any(abs(abs(v) - value) <= Decimal("0.005") for v in self._options(near, head[0]))
            return known if right else replace(claim, why="value", contradicted=True)
        renamed = replace(near, frame=replace(near.frame, items=head[0].names), role="level")
        options = [v for n in head[0].names for v, _ in self.judge.formula(renamed, n)]
        facts = self.judge.candidates(renamed)
        if not options and not facts:
            return known
        for reading in self._readings(renamed):
            verdict = self.judge.judge(reading)
            if verdict.support is not Support.NONE:
                return replace(known, fact=verdict.fact)
        shown = describe(facts[0]) if facts else f"{head[0].text} = {options[0]:.4f}"
        return replace(claim, support=Support.NONE, why="item", nearest=shown, contradicted=True)

    def _known(self) -> set[Decimal]:
        said = [m for m in (*self.asked, *self.supported) if m.value is not None]
        plain = {Decimal(n.replace(",", "")) for n in _NUMERAL.findall(self.question)}
        return plain | {abs(m.value or Decimal(0)) for m in said} | {_printed_number(m) for m in said}


@cache
def constants_of(name: str) -> tuple[Decimal, ...]:
    """The numbers that a formula itself holds: 365, 1.2."""
    formula = formulas().get(name)
    expressions = (formula.expression, *formula.alternatives) if formula else ()
    return tuple(Decimal(n) for e in expressions for n in _PLAIN.findall(e))


def _counted(chain: Chain) -> set[Decimal]:
    """The number of the period that a step is about: 第3年."""
    return {Decimal(n.replace(",", "")) for n in _NUMERAL.findall(chain.parts[0].text)}


def _before(chain: Chain, part: Part) -> str:
    sides = chain.numeric
    before = sides[sides.index(part) - 1]
    return f"{before.text.strip()} = {before.value:.4f}"


def _slack(m: Mention) -> Decimal:
    return quantum(m) / 2


def _printed_number(m: Mention) -> Decimal:
    match = re.search(r"\d[\d,]*(?:\.\d+)?", m.text)
    return Decimal(match[0].replace(",", "")) if match else Decimal(0)


def _printed(text: str, texts: Iterable[str]) -> bool:
    """The very characters, not as a part of a longer number."""
    pattern = re.compile(rf"(?<![\d.,]){re.escape(text)}(?![\d]|[.,]\d)")
    bare = re.compile(rf"(?<![\d.]){re.escape(text.replace(',', ''))}(?![\d]|\.\d)")
    return any(pattern.search(t) or bare.search(t.replace(",", "")) for t in texts)
