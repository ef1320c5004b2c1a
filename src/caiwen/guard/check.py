"""Check one text against the policy."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from caiwen.guard.policy import Direction, Policy, Rule, load_policy
from caiwen.guard.views import View, views

_SENTENCE = re.compile(r"[^。！!；;\n]+")
"""Sentences; a question mark does not end one, for what is asked may follow what is told."""
_LONGEST = 80
"""In a longer sentence words of all families stand together by chance."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What matched: ``text`` and its half-open span in the original, and the view in which it showed."""

    rule: str
    text: str
    start: int
    end: int
    view: str


@dataclass(frozen=True, slots=True)
class Decision:
    """``text``: what to tell the user instead (refuse) or beside the answer (flag); None when allowed."""

    decision: Literal["allow", "refuse", "flag"] = "allow"
    rule: str | None = None
    hits: tuple[Hit, ...] = ()
    text: str | None = None

    def as_dict(self) -> dict[str, object]:
        hits = [
            {"rule": h.rule, "text": h.text, "start": h.start, "end": h.end, "view": h.view}
            for h in self.hits
        ]
        return {"decision": self.decision, "rule": self.rule, "hits": hits, "text": self.text}


@dataclass(frozen=True, slots=True)
class _Families:
    """Word families of which all of ``present`` and none of ``absent`` occur in one sentence."""

    present: tuple[re.Pattern[str], ...]
    absent: tuple[re.Pattern[str], ...]

    def search(self, text: str) -> tuple[int, int] | None:
        """Where the first family shows, in the first sentence that holds them all."""
        for sentence in _SENTENCE.finditer(text):
            said = sentence[0]
            if len(said) > _LONGEST:
                continue
            first = self.present[0].search(said)
            if (
                first
                and all(pattern.search(said) for pattern in self.present[1:])
                and not any(pattern.search(said) for pattern in self.absent)
            ):
                return sentence.start() + first.start(), sentence.start() + first.end()
        return None


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: Rule
    any: re.Pattern[str]
    unless: re.Pattern[str] | None
    together: tuple[_Families, ...] = ()


@dataclass(slots=True)
class Guard:
    """The checker; compile once, use for every question and answer."""

    policy: Policy = field(default_factory=load_policy)
    _rules: list[_Compiled] = field(init=False, repr=False)
    _harmless: re.Pattern[str] | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        pattern = self.policy.pattern
        self._rules = [
            _Compiled(rule, compiled, pattern(rule.unless), self._families(rule))
            for rule in self.policy.rules
            if (compiled := pattern(rule.any))
        ]
        self._harmless = pattern(self.policy.harmless)

    def _families(self, rule: Rule) -> tuple[_Families, ...]:
        family = self.policy.family
        return tuple(
            _Families(
                tuple(family(name) for name in names if not name.startswith("!")),
                tuple(family(name[1:]) for name in names if name.startswith("!")),
            )
            for names in rule.together
        )

    @property
    def notice(self) -> str:
        """The AI label and the notice, as every answer carries them."""
        return f"【{self.policy.label}】{self.policy.notice}"

    def check(self, text: str, direction: Direction = "question") -> Decision:
        """Refusals come before flags; among equals the first rule of the file decides."""
        shown = [self._without_harmless(view) for view in views(text)]
        hits = [hit for compiled in self._rules for hit in self._hits(compiled, shown, text, direction)]
        if not hits:
            return Decision()
        rules = {rule.id: rule for rule in self.policy.rules}
        first = min(hits, key=lambda hit: rules[hit.rule].decision != "refuse")
        chosen = rules[first.rule]
        return Decision(chosen.decision, chosen.id, tuple(hits), chosen.text)

    def _without_harmless(self, view: View) -> View:
        """Blank the terms that only look like a rule's words (推荐性国家标准, 买入返售)."""
        if self._harmless is None:
            return view
        return View(view.name, self._harmless.sub(lambda m: "◇" * len(m.group()), view.text), view.offsets)

    @staticmethod
    def _hits(compiled: _Compiled, shown: list[View], text: str, direction: Direction) -> list[Hit]:
        if direction not in compiled.rule.directions:
            return []
        for view in shown:
            match = compiled.any.search(view.text)
            if match and not (compiled.unless and compiled.unless.search(view.text)):
                start, end = view.original_span(match.start(), match.end())
                return [Hit(compiled.rule.id, text[start:end], start, end, view.name)]
            if direction == "question" and (span := _together(compiled, view)):
                start, end = view.original_span(*span)
                return [Hit(compiled.rule.id, text[start:end], start, end, view.name)]
        return []


def _together(compiled: _Compiled, view: View) -> tuple[int, int] | None:
    return next((span for families in compiled.together if (span := families.search(view.text))), None)
