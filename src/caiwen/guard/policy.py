"""The policy file as typed records: legal basis, notice, label, rules."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from caiwen.errors import ConfigError, system_words

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
    ``together``: word lists that must all occur in one sentence of a question, in any order; ``!name``: one that must not.
    """

    id: str
    title: str
    decision: Literal["refuse", "flag"] = "refuse"
    directions: tuple[Direction, ...] = ("question",)
    any: tuple[str, ...]
    together: tuple[tuple[str, ...], ...] = ()
    unless: tuple[str, ...] = ()
    text: str

    @field_validator("any", "unless")
    @classmethod
    def _patterns_compile(cls, parts: tuple[str, ...]) -> tuple[str, ...]:
        for part in parts:
            try:
                re.compile(re.sub(r"\{[a-z_]+\}", "x", part))
            except re.error as error:
                raise ValueError(f"正则表达式有误（{error}）：{part}") from error
        return parts


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

    @model_validator(mode="after")
    def _families_exist(self) -> Policy:
        named = {name.lstrip("!") for rule in self.rules for families in rule.together for name in families}
        unknown = sorted(named - set(self.words))
        if unknown:
            raise ValueError(f"together 用到的词表不在 words 里：{'、'.join(unknown)}")
        return self

    def family(self, name: str) -> re.Pattern[str]:
        """A word list as one pattern."""
        return re.compile(self.words[name])

    def pattern(self, parts: tuple[str, ...]) -> re.Pattern[str] | None:
        """One compiled alternative of several patterns, word lists filled in; None for no patterns."""
        if not parts:
            return None
        return re.compile("|".join(f"(?:{self._filled(part)})" for part in parts))

    def _filled(self, part: str) -> str:
        return re.sub(r"\{([a-z_]+)\}", lambda m: f"(?:{self.words[m.group(1)]})", part)


@cache
def load_policy(path: Path | None = None) -> Policy:
    """The policy that ships with caiwen, or the user's own of the same form. ConfigError says what is wrong with it."""
    import yaml

    where = str(path) if path else "policy.yaml"
    try:
        source = path if path else files("caiwen.guard").joinpath("policy.yaml")
        return Policy.model_validate(yaml.safe_load(source.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError("策略文件读不到", where=where, hint=system_words(error)) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"策略文件不是有效的 YAML（{error}）", where=where) from error
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc']))}：{e['msg']}" for e in error.errors()]
        raise ConfigError(f"策略文件有误：{'；'.join(lines)}", where=where) from error
