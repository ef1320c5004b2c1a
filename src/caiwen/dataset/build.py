"""A build: generate, verify, clean, split, write. Pairs stream to the disk; only one company is in memory at a time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from caiwen.dataset.cleaning import Held, Seen, flaw
from caiwen.dataset.config import DatasetConfig
from caiwen.dataset.coverage import fillers, wanted_material
from caiwen.dataset.files import Files, write_whole
from caiwen.dataset.generators import concepts, exercises, facts, formulas, refusals, relations, turns
from caiwen.dataset.generators.facts import Company
from caiwen.dataset.generators.wording import Thing, Wordings, drafts, templates
from caiwen.dataset.records import Draft, Pair, PairStatus
from caiwen.dataset.review import Decisions
from caiwen.dataset.splitting import TRAIN, WORDING, Splitter
from caiwen.dataset.tagging import tagged
from caiwen.dataset.verify import verify
from caiwen.errors import CaiwenError
from caiwen.finance.knowledge_points import points
from caiwen.records import Fact, FilingKind, Status
from caiwen.store import FactFilter, Store

if TYPE_CHECKING:
    from caiwen.dataset.generators.text import OnText
    from caiwen.guard import Guard
    from caiwen.store import Company as StoredCompany

REPORT = "report.json"
_MANY = 10


class Material(Protocol):
    """The part of a workspace that a build needs."""

    folder: Path

    @property
    def store(self) -> Store: ...

    @property
    def guard(self) -> Guard: ...


@dataclass(slots=True)
class Tally:
    """What became of the drafts."""

    made: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    splits: Counter[str] = field(default_factory=Counter)
    points: Counter[str] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    status: Counter[str] = field(default_factory=Counter)
    claims: Counter[str] = field(default_factory=Counter)
    documents: Counter[str] = field(default_factory=Counter)

    def record(self) -> dict[str, dict[str, int]]:
        names = ("made", "kept", "splits", "stages", "status", "claims", "points", "dropped", "documents")
        return {name: dict(getattr(self, name).most_common()) for name in names}

    @property
    def total(self) -> int:
        return sum(self.kept.values())


class Builder:
    """Makes one dataset of one workspace."""

    def __init__(self, material: Material, config: DatasetConfig, folder: Path | None = None) -> None:
        self.material, self.config = material, config
        self.folder = folder or material.folder / config.output / config.name
        self.store = material.store
        self.names = {d.sha256: d.name for d in self.store.documents()}
        self.companies = self._companies()
        self.templates = templates(config.templates, f"{config.name}.templates")
        self.tally = Tally()
        self.seen = Seen(config.checks.jaccard)
        self.held = Held.read(
            (material.folder / p for p in config.checks.decontaminate), config.checks.jaccard
        )
        self.decisions = Decisions.read(self.folder)
        by_company = config.split.unit == "company" or (
            config.split.unit == "auto" and len(self.companies) >= _MANY
        )
        self.splitter = Splitter(config.split.evidence, by_company, config.seed)
        self.trained: set[str] = set()
        self.sector = "general"
        self.on_text: OnText | None = None
        self.notes: list[str] = []

    def _companies(self) -> dict[str, StoredCompany]:
        every = {c.who: c for c in self.store.companies()}
        wanted = self.config.select.companies
        if not wanted:
            return every
        found = {}
        for name in wanted:
            match = next(
                (c for c in every.values() if name in (c.who, c.code, *c.full_names, *c.short_names)), None
            )
            if match is None:
                raise CaiwenError("材料里没有这家公司", where=name, hint="caiwen coverage 列出已有的公司")
            found[match.who] = match
        return found

    # --- the run ----------------------------------------------------------------------------------

    def build(self, on_pair: Callable[[int], None] | None = None, on_text: OnText | None = None) -> Tally:
        """Write ``pairs.jsonl`` (verified and unverified), ``rejected.jsonl`` and ``report.json``, whole or not at all; and
        ``corpus.jsonl`` where the configuration wants the plain text.

        ``on_text`` is told how far the calls of a language model are.
        """
        self.on_text = on_text
        if not self.names:
            raise CaiwenError(
                "工作区里还没有材料", where=str(self.material.folder), hint="先用 caiwen ingest 读入材料"
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        with Files(self.folder, self.config.corpus) as files:
            for draft in map(self._tagged, self._drafts()):
                if not self._wants(draft):
                    continue
                pair = self._decided(draft)
                files.take(pair)
                if on_pair and pair.status is not PairStatus.REJECTED:
                    on_pair(1)
                if self.config.limit is not None and self.tally.total >= self.config.limit:
                    break
        self._report(files.texts)
        return self.tally

    def estimate(self) -> list[str]:
        """What a build would ask of a language model; nothing is sent."""
        use = self.config.generators.text
        if use is None:
            return ["配置里没有用语言模型的生成器，不产生费用"]
        from caiwen.dataset.generators.text import TextGenerator

        return TextGenerator(self.store, self.material.guard, use, self.folder, self.config.seed).estimate(
            self._wanted_documents()
        )

    def missing(self) -> dict[str, str]:
        """The wanted knowledge points without a pair, and the material that would give some."""
        return wanted_material(self.tally.points, self.config.select.points)

    def _report(self, texts: int) -> None:
        empty = [{"point": p, "material": m} for p, m in self.missing().items()]
        record = {
            "name": self.config.name,
            "config": self.config.model_dump(),
            **self.tally.record(),
            "texts": texts,
            "empty": empty,
        }
        write_whole(self.folder / REPORT, json.dumps(record, ensure_ascii=False, indent=2) + "\n")

    def _tagged(self, draft: Draft) -> Draft:
        return replace(tagged(draft, self.sector), system=self.config.system)

    def _wants(self, draft: Draft) -> bool:
        wanted = self.config.select.points
        return not wanted or not set(wanted).isdisjoint(draft.points)

    def _decided(self, draft: Draft) -> Pair:
        """All checks of one draft; a person's decision on an earlier build of the same pair comes last."""
        kind = (
            f"{draft.generator}.{draft.template.split('.')[0]}"
            if draft.generator == "facts"
            else draft.generator
        )
        self.tally.made[kind] += 1
        reason = self.seen.repeats(draft) or flaw(draft, self.config.checks)
        if not reason and self.held.holds((draft.question, *(q for q, _ in draft.history))):
            reason = "与评测集重合"
        split = self.splitter.split(draft)
        if not reason and split is None:
            reason = "同时涉及训练与留出的事实"
        if not reason and split == WORDING and not self.trained.issuperset(draft.keys):
            reason = "训练里没有同样的事实"
        if reason:
            self.tally.dropped[reason] += 1
            return Pair(draft, PairStatus.REJECTED, reasons=(reason,))
        return self._count(kind, self.decisions.applied(verify(draft)), split or TRAIN)

    def _count(self, kind: str, pair: Pair, split: str) -> Pair:
        self.tally.status[pair.status.value] += 1
        if pair.status is PairStatus.REJECTED:
            self.tally.dropped["核对不通过" if pair.claims else "人工拒绝"] += 1
            return pair
        self.tally.kept[kind] += 1
        self.tally.splits[split] += 1
        if split == TRAIN and self.config.split.wording:
            self.trained.update(pair.draft.keys)
        self.tally.stages[pair.draft.stage] += 1
        self.tally.points.update(pair.draft.points)
        self.tally.claims.update(c.support.value for c in pair.claims)
        self.tally.documents.update({s.document for s in pair.draft.sources})
        return replace(pair, split=split)

    # --- drafts -----------------------------------------------------------------------------------

    def _wordings(self, count: int) -> Wordings:
        return Wordings(self.templates, count, self.config.split.wording, self.config.seed)

    def _drafts(self) -> Iterator[Draft]:
        use = self.config.generators
        if use.exercises:
            yield from exercises.exercises(
                use.exercises.count, self.config.seed, held=self.config.split.wording > 0
            )
        if use.refusals:
            named = [c.name for c in self.companies.values()][: use.refusals.companies]
            yield from refusals.refusals(self.material.guard, named, held=self.config.split.wording > 0)
        if use.concepts:
            yield from self._concepts(self._wordings(use.concepts.wordings))
        if use.relations:
            yield from self._relations(self._wordings(use.relations.wordings))
        if use.facts or use.formulas or use.turns:
            yield from self._of_companies()
        if self.config.coverage.least:
            wordings = self._wordings(max(len(entry["questions"]) for entry in self._entries("questions")))
            yield from fillers(self.tally.points, self.config.coverage.least, wordings, self.config.seed)
        yield from self._of_text()

    def _entries(self, group: str) -> list[dict[str, list[str]]]:
        return [entry for entry in self.templates.values() if group in entry]

    def _of_text(self) -> Iterator[Draft]:
        """Last, so that passages can be chosen for the knowledge points that the others left thin."""
        use = self.config.generators.text
        if use is not None:
            from caiwen.dataset.generators.text import TextGenerator

            lacking = {p.name: use.per_point - self.tally.points[p.name] for p in points()}
            text = TextGenerator(self.store, self.material.guard, use, self.folder, self.config.seed)
            yield from text.drafts(self._wanted_documents(), lacking, self.on_text)
            self.notes += text.notes

    def _concepts(self, wordings: Wordings) -> Iterator[Draft]:
        for thing in (*concepts.of_formulas(), *concepts.of_glossary()):
            yield from drafts(thing, wordings, self.names)
        for document in self.store.documents(kind=FilingKind.TEXTBOOK):
            for thing in concepts.of_textbook(self.store.passages_of(document.sha256), document.name):
                yield from drafts(thing, wordings, self.names)
        self.seen.forget()

    def _relations(self, wordings: Wordings) -> Iterator[Draft]:
        wanted = self.config.select.documents
        versions = Counter(policy.key for policy in self.store.policies())
        for policy in self.store.policies():
            name = self.names.get(policy.document, "")
            if wanted and name not in wanted:
                continue
            for thing in relations.things(
                policy, self.store.articles(policy.document), name, several=versions[policy.key] > 1
            ):
                yield from drafts(thing, wordings, self.names)
            self.seen.forget()

    def _wanted_documents(self) -> list[str]:
        wanted = self.config.select.documents
        return [sha for sha, name in self.names.items() if not wanted or name in wanted]

    def _of_companies(self) -> Iterator[Draft]:
        before: Company | None = None
        for who, found in self._grouped():
            stored = self.companies[who]
            self.sector = stored.sector
            company = Company.of(who, stored.name, found)
            yield from self._of_company(company, before)
            self.seen.forget()
            before = company
        self.sector = "general"

    def _of_company(self, company: Company, before: Company | None) -> Iterator[Draft]:
        use = self.config.generators
        if use.facts:
            wordings = self._wordings(use.facts.wordings)
            made: Iterable[Thing] = facts.things(company, use.facts.kinds)
            for thing in made:
                yield from drafts(thing, wordings, self.names)
            if before is not None and "compare" in use.facts.kinds and self._alike(company, before):
                for thing in facts.compare(company, before):
                    yield from drafts(thing, self._wordings(1), self.names)
        if use.formulas:
            for thing in formulas.things(company):
                yield from drafts(thing, self._wordings(use.formulas.wordings), self.names)
        if use.turns:
            yield from turns.dialogues(company, self._wordings(1), self.names)

    def _alike(self, one: Company, other: Company) -> bool:
        """Of one sector, so that comparing them makes sense."""
        return self.companies[one.who].sector == self.companies[other.who].sector

    def _grouped(self) -> Iterator[tuple[str, list[Fact]]]:
        """The facts company by company."""
        select = self.config.select
        documents = set(self._wanted_documents()) if select.documents else None
        statuses = [Status.VERIFIED] if select.verified_only else []
        for who, company in self.companies.items():
            wanted = FactFilter(
                codes=sorted({who, *company.full_names}), periods=select.periods, statuses=statuses
            )
            found = [
                f
                for f in self.store.each_fact(wanted)
                if documents is None or f.observation.document in documents
            ]
            if found:
                yield who, found
