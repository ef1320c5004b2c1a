"""A built dataset as files that trainers read unchanged: alpaca, sharegpt or OpenAI messages; JSON, JSONL or Parquet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from caiwen.dataset.build import REPORT
from caiwen.dataset.card import card
from caiwen.dataset.corpus import CORPUS
from caiwen.dataset.corpus import PROVENANCE as TEXT_PROVENANCE
from caiwen.dataset.files import PAIRS, beside, write_whole
from caiwen.dataset.picture import coverage_picture
from caiwen.dataset.records import PairStatus
from caiwen.dataset.rows import PROVENANCE
from caiwen.dataset.splitting import SPLITS
from caiwen.errors import CaiwenError, MissingExtraError, NotFoundError

STYLES = ("alpaca", "sharegpt", "openai")
FORMATS = ("json", "jsonl", "parquet")
TEXTS = "corpus"
"""The part that holds plain text, beside the splits."""
_BATCH = 5000


def export(
    folder: Path, target: Path, *, style: str = "alpaca", form: str = "json", unverified: bool = False
) -> dict[str, int]:
    """Write ``NAME_SPLIT.FORM`` for every split, ``dataset_info.json``, ``README.md`` and ``coverage.svg``.

    How many pairs went into each split. Rejected pairs never leave; unverified ones only when asked for.
    """
    if style not in STYLES or form not in FORMATS:
        known = f"样式：{'、'.join(STYLES)}；格式：{'、'.join(FORMATS)}"
        raise CaiwenError(f"不认识“{style}”或“{form}”", hint=known)
    report = _report(folder)
    target.mkdir(parents=True, exist_ok=True)
    counts = {}
    for split in SPLITS:
        rows = (_styled(row, style) for row in _ordered(folder, split, unverified, style))
        name = f"{report['name']}_{split}.{form}"
        counts[split] = _write(target / name, rows, form)
    counts[TEXTS] = _write(target / f"{report['name']}_{TEXTS}.{form}", _texts(folder), form)
    written = {split: count for split, count in counts.items() if count}
    _describe(target, report, style, form, written)
    return written


def _report(folder: Path) -> dict[str, Any]:
    path = folder / REPORT
    if not path.is_file():
        raise NotFoundError(
            "这里没有建好的数据集", where=str(folder), hint="先运行 caiwen dataset build 配置.yaml"
        )
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return report


def pairs(folder: Path, split: str | None = None, unverified: bool = False) -> Iterator[dict[str, Any]]:
    """The rows of a build, one at a time."""
    with (folder / PAIRS).open(encoding="utf-8") as lines:
        for line in lines:
            row: dict[str, Any] = json.loads(line)
            wanted = row["status"] == PairStatus.VERIFIED.value or (
                unverified and row["status"] == PairStatus.UNVERIFIED.value
            )
            if wanted and split in (None, row["split"]):
                yield row


def _ordered(folder: Path, split: str, unverified: bool, style: str) -> Iterator[dict[str, Any]]:
    """As built; in alpaca files dialogues come first, because readers guess the type of ``history`` from the head."""
    if style != "alpaca":
        yield from pairs(folder, split, unverified)
        return
    for with_history in (True, False):
        yield from (row for row in pairs(folder, split, unverified) if bool(row["history"]) is with_history)


def _texts(folder: Path) -> Iterator[dict[str, Any]]:
    """The plain text of a build, if it has any."""
    path = folder / CORPUS
    if path.is_file():
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                row: dict[str, Any] = json.loads(line)
                yield {"text": row["text"], **{f"caiwen_{name}": row[name] for name in TEXT_PROVENANCE}}


def _styled(row: dict[str, Any], style: str) -> dict[str, Any]:
    told = {f"caiwen_{name}": row[name] for name in PROVENANCE}
    if style == "alpaca":
        text = {"instruction": row["question"], "input": "", "output": row["answer"], "system": row["system"]}
        return {**text, "history": row["history"], **told}
    turns = [*row["history"], [row["question"], row["answer"]]]
    if style == "sharegpt":
        talk = [
            {"from": who, "value": text}
            for turn in turns
            for who, text in zip(("human", "gpt"), turn, strict=True)
        ]
        return {"conversations": talk, "system": row["system"], **told}
    messages = [{"role": "system", "content": row["system"]}] if row["system"] else []
    messages += [
        {"role": who, "content": text}
        for turn in turns
        for who, text in zip(("user", "assistant"), turn, strict=True)
    ]
    return {"messages": messages, **told}


def _write(path: Path, rows: Iterator[dict[str, Any]], form: str) -> int:
    """Beside and renamed; rows are never all in memory. A file without rows is not left behind."""
    part = beside(path)
    count = _write_parquet(part, rows) if form == "parquet" else _write_text(part, rows, form)
    path.unlink(missing_ok=True)
    if count:
        part.replace(path)
    else:
        part.unlink()
    return count


def _write_text(path: Path, rows: Iterator[dict[str, Any]], form: str) -> int:
    count = 0
    with _text(path, form) as out:
        for row in rows:
            lead = "" if form == "jsonl" else (",\n" if count else "\n")
            out.write(lead + json.dumps(row, ensure_ascii=False) + ("\n" if form == "jsonl" else ""))
            count += 1
    return count


@contextmanager
def _text(path: Path, form: str) -> Iterator[IO[str]]:
    with path.open("w", encoding="utf-8") as out:
        if form == "json":
            out.write("[")
        yield out
        if form == "json":
            out.write("\n]\n")


def _write_parquet(path: Path, rows: Iterator[dict[str, Any]]) -> int:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingExtraError("写 Parquet 需要 pyarrow", hint="pip install 'caiwen[parquet]'") from error
    count, writer = 0, None
    path.touch()
    for batch in _batches(rows):
        schema = writer.schema if writer else pyarrow.schema([(k, _type(k, v)) for k, v in batch[0].items()])
        writer = writer or pyarrow.parquet.ParquetWriter(path, schema)
        writer.write_table(pyarrow.Table.from_pylist(batch, schema=schema))
        count += len(batch)
    if writer:
        writer.close()
    return count


def _type(name: str, value: Any) -> Any:
    """Of a column, also where its first values are empty lists."""
    import pyarrow

    text = pyarrow.string()
    lists = {
        "history": pyarrow.list_(text),
        "conversations": pyarrow.struct([("from", text), ("value", text)]),
        "messages": pyarrow.struct([("role", text), ("content", text)]),
    }
    if name in lists:
        return pyarrow.list_(lists[name])
    return pyarrow.int64() if isinstance(value, int) else text


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


_COLUMNS = {
    "alpaca": {
        "prompt": "instruction",
        "query": "input",
        "response": "output",
        "system": "system",
        "history": "history",
    },
    "sharegpt": {"messages": "conversations", "system": "system"},
    "openai": {"messages": "messages"},
    TEXTS: {"prompt": "text"},
}
_TAGS = {
    "role_tag": "role",
    "content_tag": "content",
    "user_tag": "user",
    "assistant_tag": "assistant",
    "system_tag": "system",
}


def _entry(style: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"formatting": "sharegpt" if style in ("sharegpt", "openai") else "alpaca"}
    entry["columns"] = _COLUMNS[style]
    return entry | ({"tags": _TAGS} if style == "openai" else {})


def _describe(target: Path, report: dict[str, Any], style: str, form: str, counts: dict[str, int]) -> None:
    """``dataset_info.json`` keeps the entries of other datasets in the same folder."""
    path = target / "dataset_info.json"
    known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    for split in counts:
        name = f"{report['name']}_{split}"
        known[name] = {"file_name": f"{name}.{form}", **_entry(TEXTS if split == TEXTS else style)}
    write_whole(path, json.dumps(known, ensure_ascii=False, indent=2) + "\n")
    write_whole(target / "coverage.svg", coverage_picture(report["points"]))
    write_whole(target / "README.md", card(report, counts, style, form, TEXTS))
