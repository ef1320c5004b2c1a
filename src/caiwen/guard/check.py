"""Check one text against the policy."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from caiwen.guard.policy import Direction, Policy, Rule, load_policy
from caiwen.guard.views import View, views


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
class _Compiled:
    rule: Rule
    any: re.Pattern[str]
    unless: re.Pattern[str] | None


@dataclass(slots=True)
class Guard:
    """The checker; compile once, use for every question and answer."""

    policy: Policy = field(default_factory=load_policy)
    _rules: list[_Compiled] = field(init=False, repr=False)
    _harmless: re.Pattern[str] | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        pattern = self.policy.pattern
        self._rules = [_Compiled(r, p, pattern(r.unless)) for r in self.policy.rules if (p := pattern(r.any))]
        self._harmless = pattern(self.policy.harmless)

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
        return []
