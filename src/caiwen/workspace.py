"""One folder of material, facts, index and settings: the Python API.

    from caiwen import Workspace
    ws = Workspace("my-folder")
    ws.ingest(["reports/"])
    print(ws.ask("四方科技2019年的营业收入是多少？").answer)

Every room is imported at the point of use, so that making a Workspace costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caiwen.errors import CaiwenError, NotFoundError, system_words
from caiwen.inputs import canonical_item, canonical_period, choice, parse_value
from caiwen.once import once
from caiwen.records import Box, Fact
from caiwen.records.contract import fact_record
from caiwen.records.words import KIND_WORDS, SCOPE_WORDS, STATUS_WORDS

if TYPE_CHECKING:
    from PIL.Image import Image

    from caiwen.ask import Asker
    from caiwen.ask.answer import Answer
    from caiwen.config import Settings
    from caiwen.engines.embedding import Embedder
    from caiwen.evaluate.coverage import CoverageRow
    from caiwen.guard import Guard
    from caiwen.ingest import IngestReport, Progress
    from caiwen.store import Company, Correction, Store, StoredDocument
    from caiwen.store.index import Hit, SearchIndex

CONFIG_NAME = "caiwen.yaml"
INDEX_FOLDER = "index"
COMPANIES = Path("cache", "companies.json")
"""The book of companies, kept for the next command; may be deleted at any time."""


class Workspace:
    """``folder`` must hold ``caiwen.yaml``; :meth:`init` makes one, :meth:`find` looks for one upwards."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder).resolve()
        if not (self.folder / CONFIG_NAME).is_file():
            raise NotFoundError(
                "这里不是工作区（没有 caiwen.yaml）", where=str(folder), hint=f"先运行 caiwen init {folder}"
            )

    @classmethod
    def init(cls, folder: str | Path) -> Workspace:
        """Make ``folder`` a workspace; raises CaiwenError when it already is one."""
        from caiwen.config import render_yaml

        path = Path(folder).resolve()
        config = path / CONFIG_NAME
        if config.exists():
            raise CaiwenError("这里已经是工作区", where=str(folder), hint="直接用 caiwen ingest 读入材料")
        try:
            path.mkdir(parents=True, exist_ok=True)
            config.write_text(render_yaml(), encoding="utf-8")
        except FileExistsError as error:
            raise CaiwenError("这是一个文件，不能作工作区", where=str(folder)) from error
        except OSError as error:
            raise CaiwenError(f"不能在这里建工作区（{system_words(error)}）", where=str(folder)) from error
        workspace = cls(path)
        workspace.store.documents()
        return workspace

    @classmethod
    def find(cls, start: str | Path = ".") -> Workspace:
        """The workspace in ``start`` or the nearest folder above it."""
        here = Path(start).resolve()
        for folder in (here, *here.parents):
            if (folder / CONFIG_NAME).is_file():
                return cls(folder)
        raise NotFoundError(
            "当前文件夹和上层都没有工作区",
            where=str(here),
            hint="先运行 caiwen init 文件夹，或用 --workspace 指定",
        )

    @once
    def settings(self) -> Settings:
        from caiwen.config import load

        return load(self.folder / CONFIG_NAME)

    @once
    def store(self) -> Store:
        from caiwen.store import Store

        wanted = self.settings.store
        return Store.open(wanted.url, folder=self.folder, busy_seconds=wanted.busy_seconds)

    @once
    def index(self) -> SearchIndex:
        from caiwen.store.index import SearchIndex

        wanted = self.settings.search
        return SearchIndex.open(self.folder / INDEX_FOLDER, self.store, wanted, self._embedder())

    def _embedder(self) -> Embedder | None:
        from caiwen.engines.embedding import open_embedder

        wanted = self.settings.search
        if not wanted.embedding:
            return None
        ref = wanted.embedding if "://" in wanted.embedding else str(self.folder / wanted.embedding)
        return open_embedder(
            ref,
            key_env=wanted.embedding_key_env,
            batch=wanted.embedding_batch,
            seconds=wanted.embedding_seconds,
        )

    def warnings(self) -> list[str]:
        """What the last command of a user should be told besides its result: a search that went without its vectors."""
        index = self.__dict__.get("index")  # only where the index was in use
        trouble = index.trouble if index is not None else None
        return [f"向量检索没有用上，只按词检索：{trouble}"] if trouble else []

    @once
    def guard(self) -> Guard:
        from caiwen.guard import Guard, load_policy

        policy = self.settings.guard.policy
        return Guard(load_policy(self.folder / policy)) if policy else Guard()

    @once
    def asker(self) -> Asker:
        from caiwen.ask import Asker
        from caiwen.ask.shelf import Shelf

        return Asker(
            self.store,
            self.index,
            self.guard,
            quotes=self.settings.ask.passages,
            shelf=Shelf(self.folder / COMPANIES),
        )

    # Material

    def ingest(
        self,
        paths: Iterable[str | Path],
        workers: int | None = None,
        force: bool = False,
        mapping: str | Path | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> IngestReport:
        """Read files and folders into the store. One bad file never stops the rest; the report lists it.

        With ``mapping`` (a preset or a YAML file) they are structured sources: tables, folders of them, SQLAlchemy URLs.
        """
        from caiwen.config import override
        from caiwen.ingest import ingest

        if mapping is not None:
            return self._ingest_sources(paths, mapping, force, on_progress)
        settings = self.settings if workers is None else override(self.settings, {"ingest.workers": workers})
        files = [Path(path) for path in paths]
        return ingest(self.store, files, settings, index=self.index, on_progress=on_progress, force=force)

    def _ingest_sources(
        self,
        refs: Iterable[str | Path],
        mapping: str | Path,
        force: bool,
        on_progress: Callable[[Progress], None] | None,
    ) -> IngestReport:
        from caiwen.ingest.structured import ingest_sources, is_url
        from caiwen.sources import load_mapping

        wanted = [ref if is_url(ref) else Path(ref) for ref in refs]
        report = ingest_sources(
            self.store, wanted, load_mapping(mapping), on_progress=on_progress, force=force
        )
        self.index.sync()
        return report

    def documents(self) -> Sequence[StoredDocument]:
        return self.store.documents()

    def document(self, reference: str) -> StoredDocument:
        """By file name, path, sha256 or its first digits."""
        there = Path(reference)
        if there.parent != Path(".") and there.is_file():
            reference = str(there.resolve())
        return self.store.document(reference)

    def remove(self, reference: str) -> StoredDocument:
        """Take a document out of the store and the index; its file stays where it is."""
        removed = self.store.remove(self.document(reference).sha256)
        self.index.sync()
        return removed

    def document_paths(self) -> Mapping[str, Path]:
        """File name → where the file lay when it was read."""
        return {d.name: Path(d.path) for d in self.documents() if d.path}

    # Facts

    def facts(
        self,
        *,
        document: str | None = None,
        company: str | None = None,
        item: str | None = None,
        period: str | None = None,
        scope: str | None = None,
        status: str | None = None,
        limit: int | None = None,
    ) -> list[Fact]:
        """Facts that meet every given condition. ``item`` and ``period`` may be written as people write them."""
        from caiwen.store import FactFilter

        wanted = FactFilter(
            document=self.document(document).sha256 if document else None,
            company=company,
            items=[canonical_item(item)] if item else (),
            periods=[canonical_period(period)] if period else (),
            scope=choice(SCOPE_WORDS, scope) if scope else None,
            statuses=[choice(STATUS_WORDS, status)] if status else (),
            limit=limit,
        )
        found = self.store.facts(wanted)
        if company and not found:
            self.companies_named(company)  # a misspelt company is told, an absent fact is an empty list
        return found

    def fact(self, fact_id: str) -> Fact:
        return self.store.fact(fact_id)

    def correct(self, fact_id: str, value: str, author: str, reason: str) -> Fact:
        """Record a correction as a new observation; the printed one stays beside it."""
        fact = self.fact(fact_id)
        number = None if fact.value is None else parse_value(value)
        text = value if fact.value is None else None
        return self.store.correct(fact_id, value=number, text=text, author=author, reason=reason)

    def coverage(self, company: str | None = None, period: str | None = None) -> list[CoverageRow]:
        from caiwen.evaluate.coverage import coverage

        wanted = canonical_period(period) if period else None
        documents = [d for d in self._documents_of(company) if wanted in (None, d.filing.period)]
        return coverage(documents, lambda who, period: self.facts(company=who, period=period))

    def records(self, facts: Iterable[Fact]) -> Iterable[dict[str, object]]:
        """Facts as the lines of ``caiwen facts --json``."""
        names = self.document_names
        return (fact_record(fact, names.get(fact.observation.document, "")) for fact in facts)

    def correction_notes(self, fact: Fact) -> list[str]:
        """Who corrected a fact, when, from what to what and why; oldest first."""
        return [correction_note(line) for line in self.store.corrections(fact.id)]

    @property
    def document_names(self) -> Mapping[str, str]:
        """sha256 → file name."""
        return {document.sha256: document.name for document in self.documents()}

    # Questions

    def ask(
        self,
        question: str,
        within: Sequence[str] | None = None,
        id: str | int | None = None,
        previous: str | None = None,
    ) -> Answer:
        """Answer a question from the material. ``within``: companies, codes or file names to stay in.
        ``previous``: the question before it, on which it may lean.

        Raises CaiwenError for a question that is longer than the setting ask.max_question_chars.
        """
        most = self.settings.ask.max_question_chars
        if len(question) > most:
            hint = "分成几个问题，或加大设置 ask.max_question_chars"
            raise CaiwenError(f"问题有 {len(question):,} 字，超过上限 {most:,} 字", hint=hint)
        return self.asker.ask(question, within=within, id=id, previous=previous)

    def warm(self) -> None:
        """Read ahead what questions need, so that the first ones of a service are as quick as the rest; takes seconds.

        What was read is then left out of Python's search for garbage, which would stop a question for 0.2 s now and then.
        """
        import gc

        self.asker.warm()
        gc.collect()
        gc.freeze()

    def ask_batch(self, questions: Iterable[str], within: Sequence[str] | None = None) -> Iterator[Answer]:
        """One answer a question, in order, each made when it is asked for."""
        return (self.ask(question, within) for question in questions)

    def ask_record(self, question: str, within: Sequence[str] | None = None) -> Mapping[str, object]:
        return self.ask(question, within).as_dict()

    def search(
        self,
        query: str,
        k: int | None = None,
        *,
        company: str | None = None,
        document: str | None = None,
        period: str | None = None,
        kind: str | None = None,
    ) -> list[Hit]:
        """Passages nearest to the words of ``query``; ``kind``: a value of FilingKind."""
        documents: list[str] = []
        if document is not None:
            documents = [self.document(document).sha256]
        elif company is not None:
            documents = [found.sha256 for found in self._documents_of(company)]
            if not documents:
                return []
        return self.index.search(
            query,
            k,
            documents=documents,
            periods=[canonical_period(period)] if period else [],
            kinds=[choice(KIND_WORDS, kind).value] if kind else [],
        )

    def _documents_of(self, company: str | None) -> list[StoredDocument]:
        """The filings of a company by any of its names or its code; all documents for None."""
        documents = self.store.documents()
        if company is None:
            return documents
        named = self.companies_named(company)
        codes = {found.code for found in named if found.code}
        names = {name for found in named for name in found.full_names}
        return [d for d in documents if d.filing.code in codes or d.filing.issuer in names]

    def companies_named(self, name: str) -> list[Company]:
        """By code or any name that the store knows. NotFoundError with the nearest names when there is none."""
        from difflib import get_close_matches

        from caiwen.finance.companies import name_key

        known: dict[str, list[Company]] = {}
        for company in self.store.companies():
            for alias in {company.who, *company.full_names, *company.short_names}:
                known.setdefault(name_key(alias), []).append(company)
        if (key := name_key(name)) in known:
            return known[key]
        near = {known[alias][0].name: None for alias in get_close_matches(key, known, n=3, cutoff=0.5)}
        hint = f"是不是 {'、'.join(near)}？" if near else "caiwen coverage 列出已有的公司"
        raise NotFoundError("材料里没有这家公司", where=name, hint=hint)

    # See and hand on

    def page_image(self, reference: str, dpi: int = 144, boxes: Sequence[Box] = ()) -> Image:
        """The page of a fact with its cell boxed, or ``DOCUMENT:PAGE`` with ``boxes`` drawn on it."""
        from caiwen.documents.render import render_page

        name, _, page = reference.rpartition(":")
        if name and page.isdigit():
            return render_page(self._document_path(name), int(page), boxes, dpi)
        seen = self.fact(reference).observation
        if seen.page is None:
            raise NotFoundError("这条事实的文件不分页", where=reference)
        cell = [seen.box] if seen.box else []
        return render_page(self._document_path(seen.document), seen.page, [*cell, *boxes], dpi)

    def _document_path(self, name: str) -> Path:
        document = self.document(name)
        if document.format != "pdf":
            raise CaiwenError(f"{document.format} 文件没有页面图，只有 PDF 有", where=document.name)
        found = [Path(source.path) for source in document.sources if Path(source.path).is_file()]
        if not found:
            where = document.path or document.name
            raise NotFoundError("文件已不在原处", where=where, hint="放回原处，或在新的位置重新 ingest")
        return found[0]

    def fact_crop(self, fact: Fact, folder: Path, dpi: int = 144) -> Path | None:
        """Write the strip of the page around a fact's cell as PNG; None where the file has no page image."""
        from caiwen.documents.render import render_page

        seen = fact.observation
        if seen.page is None or seen.box is None or self.store.document(seen.document).format != "pdf":
            return None
        image = render_page(self._document_path(seen.document), seen.page, [seen.box], dpi)
        top, bottom = (seen.box[1] - 90) * dpi / 72, (seen.box[3] + 30) * dpi / 72
        strip = image.crop((0, max(int(top), 0), image.width, min(int(bottom), image.height)))
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{fact.id}.png"
        strip.save(target)
        return target

    def export_facts(self, path: str | Path, facts: Sequence[Fact]) -> int:
        """Write a workpaper of facts as XLSX; how many were written."""
        from caiwen.workpapers import FactLine, write_facts

        documents = {document.sha256: document for document in self.documents()}
        notes = {line.corrected_id: correction_note(line) for line in self.store.corrections()}
        lines = []
        for fact in facts:
            document = documents[fact.observation.document]
            lines.append(FactLine(fact, document.name, document.path, notes.get(fact.id, "")))
        return write_facts(Path(path), lines, self._about())

    def export_answers(self, path: str | Path, answers: Sequence[Mapping[str, Any]]) -> int:
        """Write a workpaper of answers (their JSON records) with operands and live formulas."""
        from caiwen.workpapers import write_answers

        paths = {document.sha256: document.path or "" for document in self.documents()}
        return write_answers(Path(path), answers, paths, [*self._about(), ("提示", self.guard.notice)])

    def _about(self) -> list[tuple[str, str]]:
        from datetime import datetime

        from caiwen import __version__

        made = datetime.now().astimezone().isoformat(timespec="seconds")
        return [("工具", f"caiwen {__version__}"), ("工作区", str(self.folder)), ("制作时间", made)]


def correction_note(line: Correction) -> str:
    old = line.old_text if line.old_value is None else f"{line.old_value:,f}"
    new = line.text if line.value is None else f"{line.value:,f}"
    return f"{line.author} {line.created[:10]} 由 {old} 改为 {new}：{line.reason}"
