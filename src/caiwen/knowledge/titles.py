"""Lines that announce a statement: which statement, whose books, for which date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from caiwen.finance.text import squash
from caiwen.knowledge.data import load, pattern
from caiwen.records import Scope

RULES = "statements.yaml"
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Title:
    """``scope`` None: the line does not say; ``both``: group and company side by side in one table.

    ``digest``: key lines only (合并资产负债表主要数据), not the whole statement.
    """

    kind: str
    scope: Scope | None
    both: bool
    digest: bool
    text: str
    single: bool = False
    """The quarter alone (合并本报告期利润表), not the year to date."""


@lru_cache(maxsize=8192)
def read_title(line: str) -> Title | None:
    """The statement that a printed line announces, None for every other line.

    A title also counts when it follows a signature line in one paragraph (…王春梅2、母公司资产负债表).
    """
    if "表" not in line:
        return None
    flat = squash(line)[-_LONGEST:]
    found = _whole().fullmatch(flat) or _last().search(flat)
    if found is None or pattern(RULES, "foreign_title").search(flat):
        return None
    flat = found.group()
    both = bool(found["both"])
    scope = Scope.CONSOLIDATED if found["consolidated"] else Scope.PARENT if found["parent"] else None
    kind = next(name for name in load(RULES)["kinds"] if found[name])
    digest = bool(pattern(RULES, "digest").search(flat))
    return Title(kind, scope or _trailing_scope(flat), both, digest, flat, bool(found["single"]))


def _trailing_scope(flat: str) -> Scope | None:
    if re.search(r"[（(]合并[)）]", flat):
        return Scope.CONSOLIDATED
    return Scope.PARENT if re.search(r"[（(]母公司[)）]", flat) else None


def is_filler(line: str) -> bool:
    """Whether a line may stand between a title and its table: dates, units, names, signatures."""
    flat = squash(line)
    return not flat or (len(flat) <= 100 and bool(pattern(RULES, "filler").search(flat)))


@cache
def _core() -> str:
    rules = load(RULES)
    scopes = "|".join(f"(?P<{name}>{'|'.join(words)})" for name, words in rules["scope"].items())
    stretch = "|".join(f"(?P<{name}>{'|'.join(words)})" for name, words in rules["stretch"].items())
    kinds = "|".join(
        f"(?P<{name}>{'|'.join(sorted(words, key=len, reverse=True))})"
        for name, words in rules["kinds"].items()
    )
    return rf"(?:未经审计的?)?(?:最?近[一二三两]年(?:及一期|又一期)?的?)?(?:{scopes})?(?:{stretch})?(?:简要|比较|年度|半年度|中期|季度)?(?:{kinds})(?:[及和与、](?:母公司|公司)?(?:资产负债表|利润表|现金流量表))?{rules['tail']}"


@cache
def _whole() -> re.Pattern[str]:
    rules = load(RULES)
    return re.compile(rules["numbering"] + rules["company"] + rules["date"] + _core() + _after())


@cache
def _last() -> re.Pattern[str]:
    return re.compile(r"(?:\d{1,2}[、.．]|[（(]\d{1,2}[）)])" + _core() + _after() + "$")


@cache
def _after() -> str:
    """Who made it up, its date and its unit may follow in the same line."""
    rules = load(RULES)
    return f"{rules['date']}{rules['after']}{rules['date']}{rules['after']}"
