"""The numbers of written-out steps: operands are facts, given, constants or results of the steps before."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from caiwen.dataset.binding import Bound
from caiwen.dataset.equations import Chain, Part
from caiwen.dataset.judge import without_member
from caiwen.dataset.ledger import describe
from caiwen.dataset.mentions import Mention
from caiwen.dataset.printed import stands_in
from caiwen.dataset.records import Claim, Support
from caiwen.dataset.scene import Scene

_NUMERAL = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Steps:
    """Of one answer."""

    scene: Scene

    def check(self, chain: Chain, bound: list[Bound]) -> list[Claim]:
        """Each number of a chain: operands are facts, given, constants or results of earlier steps."""
        wrong = chain.wrong(self.scene.question)
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
        return [m for m in self.scene.mentions if m.kind == "item" and part.start <= m.start < part.end]

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
        text = self.scene.answer[start:end]
        claim = Claim("number", text, start, end, Support.NONE, "unknown")
        near = bound.get(start) or bound.get(start - 1)
        if near is None and value in self.scene.constants:
            return replace(claim, support=Support.GIVEN, why="")
        if result:
            return self._result(claim, chain, near, value)
        if value in self._known() | _counted(chain) or value in self.scene.constants:
            claim = replace(claim, support=Support.GIVEN, why="")
        elif self.scene.texts and stands_in(text, self.scene.texts):
            claim = replace(claim, support=Support.TEXT, why="")
        if near is not None and name is not None and near.frame.who:
            return self._named_operand(claim, near, name, value)
        if claim.support is Support.NONE and near is not None and near.frame.who:
            facts = self.scene.judge.ledger.with_value(near.frame.who, value)
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
        prefix = self.scene.answer[max(0, name.start - 2) : name.start]
        lead = prefix if prefix in ("平均", "期初", "上年") else ""
        readings = self._readings(near)
        options = [v for b in readings for n in name.names for v in self.scene.judge.inputs(b, lead + n)]
        return options or [v for b in readings for n in name.names for v, _ in self.scene.judge.formula(b, n)]

    def _readings(self, near: Bound) -> list[Bound]:
        """Steps seldom repeat the period and member of the sentences before them."""
        asked = next((m.when for m in self.scene.asked if m.kind == "period"), None)
        whens = [near.frame.when, asked] if asked and asked != near.frame.when else [near.frame.when]
        dated = [replace(near, frame=replace(near.frame, when=when)) for when in whens]
        return dated + [without_member(b) for b in dated] if near.frame.member else dated

    def _result(self, claim: Claim, chain: Chain, near: Bound | None, value: Decimal) -> Claim:
        """What a chain comes to: right by its steps, and, where the ledger can tell, by its name."""
        head = self._items_of(chain.parts[0])
        known = replace(claim, support=Support.DERIVED, why="")
        if near is not None:
            self.scene.supported.append(near.mention)
        if len(head) != 1 or near is None or near.frame.who is None:
            return known
        if self.scene.answer[max(0, head[0].start - 2) : head[0].start] in ("平均", "期初", "上年"):
            right = any(abs(abs(v) - value) <= Decimal("0.005") for v in self._options(near, head[0]))
            return known if right else replace(claim, why="value", contradicted=True)
        renamed = replace(near, frame=replace(near.frame, items=head[0].names), role="level")
        options = [v for n in head[0].names for v, _ in self.scene.judge.formula(renamed, n)]
        facts = self.scene.judge.candidates(renamed)
        if not options and not facts:
            return known
        for reading in self._readings(renamed):
            verdict = self.scene.judge.judge(reading)
            if verdict.support is not Support.NONE:
                return replace(known, fact=verdict.fact)
        shown = describe(facts[0]) if facts else f"{head[0].text} = {options[0]:.4f}"
        return replace(claim, support=Support.NONE, why="item", nearest=shown, contradicted=True)

    def _known(self) -> set[Decimal]:
        said = [m for m in (*self.scene.asked, *self.scene.supported) if m.value is not None]
        plain = {Decimal(n.replace(",", "")) for n in _NUMERAL.findall(self.scene.question)}
        return plain | {abs(m.value or Decimal(0)) for m in said} | {_printed_number(m) for m in said}


def _counted(chain: Chain) -> set[Decimal]:
    """The number of the period that a step is about: 第3年."""
    return {Decimal(n.replace(",", "")) for n in _NUMERAL.findall(chain.parts[0].text)}


def _before(chain: Chain, part: Part) -> str:
    sides = chain.numeric
    before = sides[sides.index(part) - 1]
    return f"{before.text.strip()} = {before.value:.4f}"


def _printed_number(m: Mention) -> Decimal:
    match = re.search(r"\d[\d,]*(?:\.\d+)?", m.text)
    return Decimal(match[0].replace(",", "")) if match else Decimal(0)
