"""All claims of an answer, each with how it is borne out: the one reading that building and auditing share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Protocol

from caiwen.dataset.amounts import agree
from caiwen.dataset.arithmetic import adds_up, is_growth
from caiwen.dataset.binding import Bound, Frame, Reader, frame_of
from caiwen.dataset.data import words
from caiwen.dataset.equations import chains
from caiwen.dataset.judge import Judge
from caiwen.dataset.ledger import Ledger, When
from caiwen.dataset.mentions import Mention, Names, read
from caiwen.dataset.printed import stands_in
from caiwen.dataset.records import Claim, Support
from caiwen.dataset.said import Said
from caiwen.dataset.scene import Scene
from caiwen.dataset.steps import Steps
from caiwen.finance.formulas import formulas
from caiwen.finance.text import normalise

_CONSTANTS = frozenset(map(Decimal, (0, 1, 2, 10, 12, 100, 360, 365, 1000, 10000)))
_SMALL, _FEW = 4, 3
_DIGITS = re.compile(r"\d")
_PLAIN = re.compile(r"(?<![\u4e00-\u9fffA-Za-z\d.])\d+(?:\.\d+)?(?![\u4e00-\u9fff])")


class Material(Protocol):
    """The whole material, searched for what no fact holds; for audits."""

    def find(self, mention: Mention, question: str, answer: str, bound: Bound) -> str:
        """Where it prints the number beside words of the claim, or nothing."""
        ...

    def says(self, mention: Mention, question: str, answer: str, bound: Bound, why: str) -> str:
        """Where it says just what the claim says, in the same words; against a fact that says otherwise (``why``)."""
        ...

    def knows(self, name: str) -> bool:
        """Whether it names this company, as a subsidiary or customer."""
        ...


@dataclass(slots=True)
class Checker:
    """``texts``: what an answer may repeat word for word. ``who``: of whom an answer speaks that names nobody."""

    ledger: Ledger
    texts: tuple[str, ...] = ()
    material: Material | None = None
    who: str | None = None

    def check(self, question: str, answer: str, history: Sequence[tuple[str, str]] = ()) -> list[Claim]:
        """Every claim in order of place."""
        return Run(self, normalise(question), normalise(answer), history).claims()


class Run:
    """The check of one answer."""

    def __init__(
        self, checker: Checker, question: str, answer: str, history: Sequence[tuple[str, str]]
    ) -> None:
        self.ledger, self.texts, self.material = checker.ledger, checker.texts, checker.material
        self.default = checker.who
        self.question, self.answer = question, answer
        self.before = "\n".join(normalise(f"{q}\n{a}") for q, a in history)
        self.companies = Names(self.ledger.names)
        self.earlier, self.own = self._read(self.before, None), self._read(question, None)
        asked = self.earlier + self.own
        anchor = next((m.when.period for m in asked if m.kind == "period" and m.when), None)
        self.mentions = self._read(answer, anchor or self._latest())
        self.given = {(abs(m.value), m.unit) for m in asked if m.value is not None}
        named = {n for m in (*asked, *self.mentions) if m.kind == "item" for n in m.names}
        self.constants = _CONSTANTS | {c for name in named for c in constants_of(name)}
        self.scene = Scene(
            Judge(self.ledger), self.texts, question, answer, asked, self.mentions, self.constants
        )

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
        owners = {m.names[0] for m in (*self.earlier, *self.own) if m.kind == "company" and m.names}
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
        self.scene.frames = {b.mention.start: b.frame.when for b in bound}
        steps = list(chains(self.answer))
        said = self._said(frame)
        inside = [(n[0], n[1]) for chain in steps for part in chain.parts for n in part.numbers]
        inside += [(c.start, c.end) for c in said if c.kind == "text"]
        plain = [b for b in bound if not any(a < b.mention.end and b.mention.start < e for a, e in inside)]
        found: list[Claim | None] = [c for chain in steps for c in Steps(self.scene).check(chain, bound)]
        found += self._by_arithmetic([self._plain(b) for b in plain], plain)
        return sorted((c for c in (*found, *said) if c is not None), key=lambda c: (c.start, c.end))

    def _said(self, frame: Frame) -> list[Claim]:
        asked = f"{self.before}\n{self.question}"
        said = Said(self.ledger, self.texts, asked, self.answer, self.material is not None)
        found = said.claims(self.mentions, frame)
        return [c for c in found if c.kind != "company" or not self._known(c.text)]

    def _known(self, name: str) -> bool:
        return self.material is not None and self.material.knows(name)

    def _last_asked(self) -> list[Mention]:
        """The question's own mentions first: what it leaves open, earlier turns answer."""
        kinds = {m.kind for m in self.own}
        return self.own + [m for m in reversed(self.earlier) if m.kind not in kinds]

    # --- single numbers ---------------------------------------------------------------------------

    def _plain(self, bound: Bound) -> Claim | None:
        m = bound.mention
        if (m.kind == "number" or m.unit in ("股", "%")) and not self._counts(bound):
            return None
        if self.material is not None and is_general(self.answer[slice(*bound.sentence)], m):
            return None
        claim = self.scene.judge.judge(bound)
        if claim.support is not Support.NONE:
            self.scene.supported.append(m)
            return claim
        if bound.frame.stranger and self._known(bound.frame.stranger):
            claim = replace(claim, why="unknown", contradicted=False)
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
        """Given by the question, or printed in the texts; a contradicted one only where the material says just that."""
        m = bound.mention
        support, where = Support.NONE, claim.nearest
        if self._is_given(m):
            support = Support.GIVEN
        elif self.texts and stands_in(m.text, self.texts):
            support = Support.TEXT
        elif not claim.contradicted and self._repeats(bound):
            support = Support.DERIVED
        elif self.material is not None:
            where = self._in_material(self.material, claim, bound)
            support = Support.TEXT if where else Support.NONE
        if support is Support.NONE:
            return claim
        self.scene.supported.append(m)
        return replace(claim, support=support, why="", nearest=where, contradicted=False)

    def _is_given(self, m: Mention) -> bool:
        """The question says so, exactly or to more places."""
        if (abs(m.value or Decimal(0)), m.unit) in self.given:
            return True
        same = [value for value, unit in self.given if unit == m.unit == "元"]
        return any(agree(m, value, "约", "", signed=False) is not Support.NONE for value in same)

    def _in_material(self, material: Material, claim: Claim, bound: Bound) -> str:
        if claim.contradicted:
            return material.says(bound.mention, self.question, self.answer, bound, claim.why)
        return material.find(bound.mention, self.question, self.answer, bound)

    def _repeats(self, bound: Bound) -> bool:
        """The same number was borne out before in this answer, of the same period where a company is spoken of."""
        m, free = bound.mention, bound.frame.who is None
        same = [s for s in self.scene.supported if s.value == m.value and s.unit == m.unit]
        return any(free or self.scene.frames.get(s.start) == bound.frame.when for s in same)

    def _by_arithmetic(self, claims: list[Claim | None], bound: list[Bound]) -> list[Claim | None]:
        """合计, 相差, 占: a number that supported numbers of the same answer add up to."""
        made: list[Claim | None] = []
        for claim, b in zip(claims, bound, strict=True):
            if claim is not None and claim.support is Support.NONE and self._comes_to(claim, b):
                claim = replace(claim, support=Support.DERIVED, why="", contradicted=False)
                self.scene.supported.append(b.mention)
            made.append(claim)
        return made

    def _comes_to(self, claim: Claim, bound: Bound) -> bool:
        """A change between borne-out numbers of one sentence is right whatever else it could be held against."""
        if claim.contradicted:
            return bound.role == "change" and is_growth(self.scene, bound)
        return adds_up(self.scene, bound)


def is_general(sentence: str, mention: Mention) -> bool:
    """通常在20%至50%之间: a round share in a sentence that speaks of what is usual, or of an example."""
    plain = mention.unit in ("%", "", "倍", "元") and len(_DIGITS.findall(mention.text)) <= _FEW
    return plain and any(word in sentence for word in words("general"))


@cache
def constants_of(name: str) -> tuple[Decimal, ...]:
    """The numbers that a formula itself holds: 365, 1.2."""
    formula = formulas().get(name)
    expressions = (formula.expression, *formula.alternatives) if formula else ()
    return tuple(Decimal(n) for e in expressions for n in _PLAIN.findall(e))
