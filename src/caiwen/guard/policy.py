"""The policy file as typed records: legal basis, notice, label, rules."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Direction = Literal["question", "answer"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LegalBasis(_Strict):
    """A regulation or standard that the policy rests on."""

    name: str
    number: str
    effective: str
    used_for: str


class Rule(_Strict):
    """``any``: patterns, one of which must match; ``unless``: patterns that make the text harmless for this rule.

    Patterns are regular expressions over the normalised views; ``{name}`` stands for a word list of the file.
    """

    id: str
    title: str
    decision: Literal["refuse", "flag"] = "refuse"
    directions: tuple[Direction, ...] = ("question",)
    any: tuple[str, ...]
    unless: tuple[str, ...] = ()
    text: str


class Policy(_Strict):
    version: str
    effective: str
    legal_basis: tuple[LegalBasis, ...]
    label: str
    notice: str
    words: dict[str, str] = Field(default_factory=dict)
    """Alternatives of a regular expression, to be used as {name} in patterns."""

    harmless: tuple[str, ...] = ()
    rules: tuple[Rule, ...]

    def pattern(self, parts: tuple[str, ...]) -> re.Pattern[str] | None:
        """One compiled alternative of several patterns, word lists filled in; None for no patterns."""
        if not parts:
            return None
        return re.compile("|".join(f"(?:{self._filled(part)})" for part in parts))

    def _filled(self, part: str) -> str:
        return re.sub(r"\{([a-z_]+)\}", lambda m: f"(?:{self.words[m.group(1)]})", part)


@cache
def load_policy() -> Policy:
    """The policy that ships with caiwen."""
    import yaml

    text = files("caiwen.guard").joinpath("policy.yaml").read_text(encoding="utf-8")
    return Policy.model_validate(yaml.safe_load(text))
