"""A dataset tokenised once: the result is kept on disk under a key of everything that it depends on."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path
from typing import Any

from caiwen.prompts.template import Template
from caiwen.train import reading
from caiwen.train.files import Record
from caiwen.train.registry import Source
from caiwen.train.rows import BrokenRowError, Row, convert
from caiwen.train.table import StoredTable, TableWriter
from caiwen.train.tokens import Encoded, Rules, encode_rows, encode_texts

# Raised when the same input would give other tokens, or about.json other keys.
_VERSION = 2
_BATCH = 1000
_TOLD = 200
# Below this, starting processes costs more than it saves.
_FEW = 20 * _BATCH


@dataclass(frozen=True)
class Job:
    """How one dataset is tokenised. ``limit``: the tokens a row may have, None for whole texts."""

    source: Source
    template: Template
    rules: Rules
    stage: str = "sft"
    whole: bool = False
    most: int | None = None


@dataclass
class Findings:
    """What was met on the way. The lists keep the first two hundred places. ``cut_away``: the unlabelled rows
    whose answer did not fit."""

    rows: int = 0
    broken: int = 0
    broken_places: list[tuple[str, str]] = field(default_factory=list)
    unlabelled: int = 0
    cut_away: int = 0
    unlabelled_places: list[str] = field(default_factory=list)
    empty_answers: int = 0
    empty_places: list[str] = field(default_factory=list)
    unused_columns: list[str] = field(default_factory=list)


Progress = Callable[[str, int], None]


def tokenised(
    job: Job,
    tokenizer: Any,
    folder: Path,
    *,
    workers: int | None = None,
    renew: bool = False,
    on_progress: Progress | None = None,
) -> StoredTable:
    """The dataset's table, from the cache or made now. ``on_progress(dataset, rows so far)``."""
    target = folder / _key(job, tokenizer)
    if renew and os.environ.get("LOCAL_RANK", "0") == "0":
        shutil.rmtree(target, ignore_errors=True)
    if (target / "about.json").is_file():
        return StoredTable(target)
    found = Findings()
    with TableWriter(target) as writer:
        for batch in _encoded(job, tokenizer, found, workers):
            writer.write(batch)
            if on_progress:
                on_progress(job.source.name, found.rows)
        return writer.finish({"dataset": job.source.name, **asdict(found)})


def findings(table: StoredTable) -> Findings:
    about = {name: table.about[name] for name in Findings.__dataclass_fields__}
    about["broken_places"] = [(place, why) for place, why in about["broken_places"]]
    return Findings(**about)


def cache_folder(setting: str | None) -> Path:
    """The folder set, or ``caiwen/tokens`` in the user's cache."""
    if setting:
        return Path(setting)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "caiwen" / "tokens"


@dataclass(frozen=True)
class _Batch:
    """What a worker hands back: rows in order, and the places of those with something to tell."""

    rows: list[Encoded]
    broken: list[tuple[str, str]]
    unlabelled: list[str]
    cut_away: int
    empty: list[str]


def _encoded(job: Job, tokenizer: Any, found: Findings, workers: int | None) -> Iterator[list[Encoded]]:
    batches = _batches(job, found)
    first = list(islice(batches, _FEW // _BATCH))
    for batch in first:
        yield _taken(_encode(job, tokenizer, batch), found)
    count = workers or min(os.cpu_count() or 1, 16)
    rest = (
        (_encode(job, tokenizer, batch) for batch in batches)
        if count == 1
        else _spread(job, tokenizer, batches, count)
    )
    for made in rest:
        yield _taken(made, found)


def _taken(batch: _Batch, found: Findings) -> list[Encoded]:
    found.rows += len(batch.rows)
    found.broken += len(batch.broken)
    found.unlabelled += len(batch.unlabelled)
    found.cut_away += batch.cut_away
    found.empty_answers += len(batch.empty)
    found.broken_places += batch.broken[: _TOLD - len(found.broken_places)]
    found.unlabelled_places += batch.unlabelled[: _TOLD - len(found.unlabelled_places)]
    found.empty_places += batch.empty[: _TOLD - len(found.empty_places)]
    return batch.rows


def _spread(job: Job, tokenizer: Any, batches: Iterator[list[Record]], workers: int) -> Iterator[_Batch]:
    """Batches over processes, back in order, a few in flight."""
    from multiprocessing import get_context

    waiting: deque[Future[_Batch]] = deque()
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(job, tokenizer)
    ) as pool:
        for batch in batches:
            waiting.append(pool.submit(_work, batch))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


_worker: dict[str, Any] = {}


def _begin(job: Job, tokenizer: Any) -> None:
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    _worker.update(job=job, tokenizer=tokenizer)


def _work(batch: list[Record]) -> _Batch:
    return _encode(_worker["job"], _worker["tokenizer"], batch)


def _encode(job: Job, tokenizer: Any, batch: Sequence[Record]) -> _Batch:
    rows: list[Row] = []
    places: list[str] = []
    slots: list[int | None] = []
    broken: list[tuple[str, str]] = []
    for record in batch:
        try:
            if record.why:
                raise BrokenRowError(record.why)
            rows.append(convert(record.value, job.source.layout, stage=job.stage))
            slots.append(len(places))
            places.append(record.place)
        except BrokenRowError as error:
            slots.append(None)
            broken.append((record.place, str(error)))
    made = _tokens(job, tokenizer, rows)
    pairs = list(zip(places, rows, made, strict=True))
    return _Batch(
        rows=[Encoded.nothing() if slot is None else made[slot] for slot in slots],
        broken=broken,
        unlabelled=[place for place, _, encoded in pairs if not encoded.learnt.any()],
        cut_away=sum(e.full > len(e.ids) and not e.learnt.any() for e in made),
        empty=[place for place, row, _ in pairs if job.stage == "sft" and not (row.answer or "").strip()],
    )


def _tokens(job: Job, tokenizer: Any, rows: Sequence[Row]) -> list[Encoded]:
    if not rows:
        return []
    if job.stage == "sft":
        return encode_rows(tokenizer, job.template, rows, job.rules)
    texts = [row.asked[0].content for row in rows]
    limit = None if job.whole else job.rules.limit
    return encode_texts(tokenizer, texts, limit, llama3=job.template.name == "llama3")


def _batches(job: Job, found: Findings) -> Iterator[list[Record]]:
    """The records in batches; the columns are looked at once, over the first batch."""
    source = job.source
    every = reading.records_of(source)
    # Rows drawn by num_samples are drawn from the whole file.
    most = job.most if source.num_samples is None else None
    wanted = islice(every, most)
    first = True
    while batch := list(islice(wanted, _BATCH)):
        if first:
            found.unused_columns = columns_checked(source, batch, job.stage)
            first = False
        yield batch


def columns_checked(source: Source, batch: Sequence[Record], stage: str) -> list[str]:
    """Columns of the file that are not used though they look as if they should be. ConfigError on one not there."""
    from caiwen.train.columns import missing, unused

    seen = {key for record in batch if isinstance(record.value, dict) for key in record.value}
    if seen:
        missing(source, seen, stage)
    return unused(source, seen)


def _key(job: Job, tokenizer: Any) -> str:
    source = job.source
    about = {
        "version": [_VERSION, *(_installed(name) for name in ("tokenizers", "transformers"))],
        "content": reading.fingerprint(source) if source.hub else [_digest(path) for path in source.files()],
        "layout": asdict(source.layout),
        "template": asdict(job.template),
        "rules": asdict(job.rules),
        "how": [job.stage, job.whole, job.most if source.num_samples is None else None],
        "tokenizer": tokenizer_fingerprint(tokenizer),
    }
    text = json.dumps(about, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def tokenizer_fingerprint(tokenizer: Any) -> str:
    """What decides the ids: the whole fast tokenizer, or the vocabulary of a slow one, and the special tokens."""
    backend = getattr(tokenizer, "backend_tokenizer", None)
    rules = backend.to_str() if backend is not None else json.dumps(tokenizer.get_vocab(), sort_keys=True)
    names = ("bos_token_id", "eos_token_id", "add_bos_token", "split_special_tokens", "name_or_path")
    special = [str(getattr(tokenizer, name, None)) for name in names[:-1]]
    return hashlib.sha256("\n".join([type(tokenizer).__name__, *special, rules]).encode()).hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
