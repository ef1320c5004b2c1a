"""A teacher of any tokenizer, by its answers: questions go to an endpoint, what it says becomes a dataset."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caiwen.errors import CaiwenError, ConfigError
from caiwen.train import reading
from caiwen.train.registry import FILE_NAME, sources
from caiwen.train.rows import BrokenRowError, Row, convert

if TYPE_CHECKING:
    from caiwen.engines import CallError, Engine
    from caiwen.train.config import TrainConfig

NAME = "teacher_answers"  # under this name the answers are registered, and stages may list them
_FILE, _FAILED, _REPLIES = "answers.jsonl", "failures.jsonl", "replies.db"
_COLUMNS = {"prompt": "instruction", "response": "output", "system": "system", "history": "history"}
_CONCURRENCY = 8

OnCount = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Asked:
    row: Row
    place: str

    @property
    def messages(self) -> list[dict[str, str]]:
        system = [{"role": "system", "content": self.row.system}] if self.row.system else []
        return [*system, *({"role": m.role, "content": m.content} for m in self.row.asked)]

    def record(self, answer: str) -> dict[str, Any]:
        *earlier, last = (message.content for message in self.row.asked)
        history = [list(pair) for pair in zip(earlier[::2], earlier[1::2], strict=True)]
        system = self.row.system
        return {"instruction": last, "output": answer, "history": history, "system": system}


def wanted(config: TrainConfig) -> bool:
    return config.caiwen.distill is not None and config.caiwen.distill.answers_from is not None


def with_answers(
    config: TrainConfig, folder: Path, on_count: OnCount = lambda done, total: None
) -> TrainConfig:
    """The configuration with the teacher's answers as one more dataset. They are asked for once: a run that
    is continued finds them in its folder."""
    place = folder / "answers"
    if not (place / FILE_NAME).is_file():
        place.mkdir(parents=True, exist_ok=True)
        _ask(config, place, on_count)
        _register(config, place)
    names = (*(config.dataset or ()), NAME)
    return config.model_copy(update={"dataset": names, "dataset_dir": str(place)})


def _questions(config: TrainConfig) -> Iterator[_Asked]:
    distill = config.caiwen.distill
    assert distill is not None
    if not distill.questions:
        raise ConfigError(
            "没有写要教师回答的数据集",
            where="caiwen.distill.questions",
            hint="写 dataset_info.json 里登记的名字",
        )
    for source in sources(distill.questions, config.dataset_dir):
        for record in reading.records_of(source):
            try:  # as texts without an answer
                row = convert(record.value, source.layout, stage="pt")
            except BrokenRowError as error:
                where = f"数据集 {source.name} {record.place}"
                raise ConfigError(str(error), where=where, hint="每行要有提问") from error
            yield _Asked(row, f"{source.name} {record.place}")


def _ask(config: TrainConfig, place: Path, on_count: OnCount) -> None:
    from caiwen import engines
    from caiwen.engines.cached import Cached, Replies

    distill = config.caiwen.distill
    assert distill is not None
    settings = engines.EngineSettings(
        base_url=str(distill.answers_from), model=distill.answers_model, concurrency=_CONCURRENCY
    )
    asked = list(_questions(config))
    with Replies(place / _REPLIES) as replies:
        engine = Cached(engines.open(settings, patient=True), replies)
        results = _replies(engine, asked, config.cutoff_len, on_count)
    answered = [a.record(r) for a, r in zip(asked, results, strict=True) if isinstance(r, str)]
    failed = [
        {"place": a.place, "reason": str(r)}
        for a, r in zip(asked, results, strict=True)
        if not isinstance(r, str)
    ]
    _write(place / _FAILED, failed)
    if not answered:
        raise CaiwenError("教师一个问题也没有答成", where=str(place / _FAILED), hint="看看里面的原因")
    _write(place / _FILE, answered)


def _replies(
    engine: Engine, asked: Sequence[_Asked], room: int, on_count: OnCount
) -> list[str | CallError | None]:
    """An answer, or why there is none. An answer that was cut off would teach to stop anywhere."""
    from caiwen.engines import CallError, Params
    from caiwen.engines.bulk import Bulk, Progress

    async def work(one: _Asked) -> str:
        reply = await engine.generate(one.messages, Params(max_tokens=room))
        if not reply.finished or not reply.text.strip():
            raise CallError("回答被截断或是空的", where=one.place)
        return reply.text.strip()

    def step(progress: Progress) -> None:
        on_count(progress.done, progress.total)

    return Bulk(engine, work, _CONCURRENCY * 4, step).run(asked).results


def _write(path: Path, lines: Sequence[dict[str, Any]]) -> None:
    beside = path.with_name(f".{path.name}.part")
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _register(config: TrainConfig, place: Path) -> None:
    """A copy of the user's register with the answers added; written last, it says that all is there."""
    folder = Path(config.dataset_dir)
    info = json.loads((folder / FILE_NAME).read_text(encoding="utf-8-sig"))
    for entry in info.values():
        if isinstance(entry, dict) and isinstance(entry.get("file_name"), str):
            entry["file_name"] = str((folder / entry["file_name"]).absolute())
    info[NAME] = {"file_name": _FILE, "columns": _COLUMNS}
    beside = place / f".{FILE_NAME}.part"
    beside.write_text(json.dumps(info, ensure_ascii=False, indent=1), encoding="utf-8")
    beside.replace(place / FILE_NAME)
