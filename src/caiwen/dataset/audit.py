"""The audit of pairs that others made: which claims does the material bear out?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from caiwen.dataset.binding import Bound
from caiwen.dataset.check import Checker
from caiwen.dataset.ledger import Ledger
from caiwen.dataset.mentions import LAW, Mention, Names
from caiwen.dataset.pair_files import Asked, read
from caiwen.dataset.printed import Printed
from caiwen.dataset.records import Claim, Support
from caiwen.errors import CaiwenError, NotFoundError
from caiwen.finance.statutes import title_key
from caiwen.finance.text import normalise
from caiwen.store import FactFilter, Store

_COUNTED = ("amount", "number", "text", "date", "article", "company")


@dataclass(slots=True)
class Audit:
    """``claims``: how many of each kind of support; ``found``: unsupported ones with their pair."""

    pairs: int = 0
    supports: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    whys: Counter[str] = field(default_factory=Counter)
    found: list[tuple[Asked, Claim]] = field(default_factory=list)
    every: list[tuple[Asked, Claim]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def claims(self) -> int:
        return sum(self.supports.values())

    def record(self) -> dict[str, Any]:
        """The contract: pairs, claims, unsupported; beside it the counts by support and what could not be read."""
        return {
            "pairs": self.pairs,
            "claims": self.claims,
            "unsupported": [unsupported(pair, claim) for pair, claim in self.found],
            "supports": dict(self.supports),
            "why": dict(self.whys),
            "broken": self.broken,
        }


def unsupported(pair: Asked, claim: Claim) -> dict[str, Any]:
    """``kind``: value, unit, period, company, item, direction, step or unknown (nothing to hold it against)."""
    return {
        "pair": pair.id,
        "number": pair.number,
        "question": pair.question,
        "claim": claim.text,
        "kind": claim.why,
        "contradicted": claim.contradicted,
        "nearest": claim.nearest,
    }


class Auditor:
    """Holds the facts, passages and statutes of a store; companies are brought when a pair first names them."""

    def __init__(self, store: Store, company: str | None = None) -> None:
        """``company``: of whom pairs speak that name nobody; see :meth:`settle`."""
        self.store = store
        documents = store.documents()
        if not documents:
            raise CaiwenError("工作区里还没有材料", hint="先用 caiwen ingest 读入材料")
        self.companies = {c.who: c for c in store.companies()}
        self.documents = {
            who: [
                d.sha256 for d in documents if d.filing.code == who or d.filing.issuer in (who, *c.full_names)
            ]
            for who, c in self.companies.items()
        }
        periods = {d.sha256: d.filing.period for d in documents if d.filing.period}
        self.years = {sha: frozenset({p[:4], str(int(p[:4]) - 1)}) for sha, p in periods.items()}
        self.ledger = Ledger(self._facts)
        for who, known in self.companies.items():
            for name in (who, *known.full_names, *known.short_names):
                self.ledger.name(who, name)
        self._printed: dict[str, Printed] = {}
        self.policies = self._policies()
        self.default = self._owner(company) if company else None

    def _owner(self, name: str) -> str:
        if name not in self.ledger.names:
            raise NotFoundError("材料里没有这家公司", where=name, hint="caiwen coverage 列出已有的公司")
        return self.ledger.names[name]

    def settle(self, pairs: Iterable[Asked]) -> None:
        """A file about one company's report often says only 公司: most of the pairs that name somebody tell whom."""
        named: Counter[str] = Counter()
        names = Names(self.ledger.names)
        for asked in pairs:
            text = "\n".join(f"{q}\n{a}" for q, a in asked.turns)
            named.update({owner for _, _, owner in names.find(normalise(text))})
        if named and self.default is None:
            (who, count), *_ = named.most_common(1)
            self.default = who if count * 3 >= sum(named.values()) * 2 else None

    def _facts(self, who: str) -> Iterable[Any]:
        company = self.companies[who]
        return self.store.each_fact(FactFilter(codes=sorted({who, *company.full_names})))

    def _policies(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for policy in self.store.policies():
            found.setdefault(policy.key, []).append(policy.document)
        return found

    def check(self, asked: Asked) -> list[Claim]:
        """The claims of the last answer and of every earlier one."""
        texts = self._texts(asked)
        found: list[Claim] = []
        history: tuple[tuple[str, str], ...] = ()
        for question, answer in asked.turns:
            checker = Checker(self.ledger, texts, self, self.default)
            found += checker.check(question, answer, history)
            history = (*history, (question, answer))
        return found

    def _printed_of(self, bound: Bound) -> Printed | None:
        """The documents of the company spoken of; of a third party those of the company that pairs mean."""
        return self._printed_by(bound.frame.who or self.default)

    def _printed_by(self, who: str | None) -> Printed | None:
        if who is None:
            return None
        if who not in self._printed:
            passages = (p for sha in self.documents[who] for p in self.store.passages_of(sha))
            self._printed[who] = Printed(passages, self.years)
        return self._printed[who]

    def find(self, mention: Mention, question: str, answer: str, bound: Bound) -> str:
        printed = self._printed_of(bound)
        if printed is None:
            return ""
        found = printed.find(mention, question, answer, bound)
        changed = bound.role == "change" and mention.unit == "%"
        return found or (printed.grown(mention, answer) if changed else "")

    def says(self, mention: Mention, question: str, answer: str, bound: Bound, why: str) -> str:
        printed = self._printed_of(bound)
        return printed.says(mention, question, answer, bound, why) if printed else ""

    def knows(self, name: str) -> bool:
        """In the documents of the company that pairs mean, and of those spoken of so far; no others are loaded."""
        self._printed_by(self.default)
        return any(printed.knows(name) for printed in self._printed.values())

    def _texts(self, asked: Asked) -> tuple[str, ...]:
        """The articles of the statutes that the pair names, each with its title, dates and label."""
        said = "\n".join(f"{q}\n{a}" for q, a in asked.turns)
        keys = {title_key(m[0][1:-1]) for m in LAW.finditer(said)}
        texts: list[str] = []
        for policy in self.store.policies() if keys & set(self.policies) else ():
            if policy.key not in keys:
                continue
            days = {
                d.day
                for d in (
                    policy.version,
                    policy.issued,
                    policy.effective,
                    policy.stated,
                    policy.first_effective,
                )
                if d
            }
            texts.append(
                f"《{policy.title}》{policy.issuer} {' '.join(sorted(days))} "
                + " ".join(r.text for r in policy.revisions)
            )
            texts += [f"{a.label} {a.text}" for a in self.store.articles(policy.document)]
        return tuple(texts)


def audit(
    path: Path,
    store: Store,
    *,
    company: str | None = None,
    keep: bool = False,
    on_pair: Callable[[], None] | None = None,
) -> Audit:
    """Every pair of the file. ``company``: whom pairs mean that name nobody. ``keep``: all claims are kept, also the supported ones."""
    file = read(path)
    auditor = Auditor(store, company)
    auditor.settle(file.pairs)
    made = Audit(pairs=len(file.pairs), broken=file.broken)
    for asked in file.pairs:
        for claim in auditor.check(asked):
            made.supports[claim.support.value] += 1
            made.kinds[claim.kind] += 1
            if claim.support is Support.NONE:
                made.whys[claim.why] += 1
                made.found.append((asked, claim))
            if keep:
                made.every.append((asked, claim))
        if on_pair:
            on_pair()
    return made
