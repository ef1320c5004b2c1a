"""The records of a dataset file, one at a time, each with its place: what is asked of memory does not grow."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from caiwen.errors import ConfigError, MissingExtraError, system_words
from caiwen.train.registry import SUFFIXES

_CHUNK = 1 << 20
_LONGEST = 64 << 20


@dataclass(frozen=True, slots=True)
class Record:
    """``place``: where a person finds it (第 3 行). ``value``: the row, or None and ``why`` it cannot be read."""

    place: str
    value: Any
    why: str = ""


def records(path: Path) -> Iterator[Record]:
    """The rows of a file by its kind. ConfigError when the whole file cannot be read."""
    reader = _READERS[SUFFIXES[path.suffix.lower()]]
    try:
        yield from reader(path)
    except UnicodeDecodeError as error:
        raise ConfigError("文件不是 UTF-8 编码", where=str(path), hint="另存为 UTF-8 再试") from error
    except OSError as error:
        raise ConfigError(f"文件读不出来（{system_words(error)}）", where=str(path)) from error


def _json(path: Path) -> Iterator[Record]:
    """A list of objects, or an object a line, whatever the suffix says."""
    with path.open(encoding="utf-8-sig") as stream:
        first = stream.read(1)
        while first and first.isspace():
            first = stream.read(1)
        stream.seek(0)
        yield from _List(stream, path).items() if first == "[" else _lines(stream)


def _lines(stream: IO[str]) -> Iterator[Record]:
    for number, line in enumerate(stream, start=1):
        if not line.strip():
            continue
        place = f"第 {number} 行"
        try:
            yield Record(place, json.loads(line.strip()))
        except json.JSONDecodeError as error:
            yield Record(place, None, f"不是合法的 JSON（第 {error.colno} 个字符）")
        except RecursionError:
            yield Record(place, None, "嵌套太深")


class _List:
    """The items of a JSON list, decoded from a window that moves over the file."""

    def __init__(self, stream: IO[str], path: Path) -> None:
        self.stream, self.path = stream, path
        self.window, self.at, self.line = stream.read(_CHUNK), 0, 1

    def items(self) -> Iterator[Record]:
        self._skip("[")
        number = 0
        while self._peek() not in ("]", ""):
            number += 1
            place = f"第 {number} 条（第 {self.line} 行）"
            yield Record(place, self._item())
            if self._peek() == ",":
                self._move(self.at + 1)
            elif self._peek() not in ("]", ""):
                raise self._error("两条之间缺少逗号")
        if self._peek() == "":
            raise self._error("文件在中途断了，没有结尾的 ]")

    def _item(self) -> Any:
        while True:
            try:
                value, end = json.JSONDecoder().raw_decode(self.window, self.at)
            except json.JSONDecodeError as error:
                if len(self.window) - self.at > _LONGEST or not self._more():
                    raise self._error(
                        "不是合法的 JSON", self.window.count("\n", self.at, error.pos)
                    ) from error
            except RecursionError as error:
                raise self._error("嵌套太深") from error
            else:
                # A number at the very end of the window may go on in the next one.
                if end < len(self.window) or not self._more():
                    self._move(end)
                    return value

    def _peek(self) -> str:
        """The next character that is no space, or nothing at the end of the file."""
        while True:
            while self.at < len(self.window) and self.window[self.at].isspace():
                self._move(self.at + 1)
            if self.at < len(self.window):
                return self.window[self.at]
            if not self._more():
                return ""

    def _skip(self, character: str) -> None:
        if self._peek() == character:
            self._move(self.at + 1)

    def _move(self, to: int) -> None:
        self.line += self.window.count("\n", self.at, to)
        self.at = to

    def _more(self) -> bool:
        """What is behind goes, as much as the window holds is read on."""
        rest = self.window[self.at :]
        new = self.stream.read(max(_CHUNK, len(rest)))
        self.window, self.at = rest + new, 0
        return bool(new)

    def _error(self, why: str, below: int = 0) -> ConfigError:
        return ConfigError(f"第 {self.line + below} 行：{why}", where=str(self.path))


def _csv(path: Path) -> Iterator[Record]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        try:
            for row in reader:
                place = f"第 {reader.line_num} 行"
                if None in row:
                    yield Record(place, None, f"多出 {len(row[None])} 格")
                else:
                    yield Record(place, {key: value or None for key, value in row.items()})
        except csv.Error as error:
            raise ConfigError(f"第 {reader.line_num} 行不是合法的 CSV", where=str(path)) from error


def _text(path: Path) -> Iterator[Record]:
    with path.open(encoding="utf-8-sig") as stream:
        for number, line in enumerate(stream, start=1):
            yield Record(f"第 {number} 行", {"text": line.rstrip("\n")})


def _parquet(path: Path) -> Iterator[Record]:
    pyarrow, parquet = _pyarrow("pyarrow", "pyarrow.parquet")
    try:
        batches = parquet.ParquetFile(path).iter_batches(batch_size=1000)
        yield from _numbered(row for batch in batches for row in batch.to_pylist())
    except pyarrow.ArrowInvalid as error:
        raise ConfigError("不是合法的 Parquet 文件", where=str(path)) from error


def _arrow(path: Path) -> Iterator[Record]:
    pyarrow, ipc = _pyarrow("pyarrow", "pyarrow.ipc")
    try:
        with pyarrow.memory_map(str(path)) as stream:
            batches = ipc.open_stream(stream)
            yield from _numbered(row for batch in batches for row in batch.to_pylist())
    except pyarrow.ArrowInvalid as error:
        raise ConfigError("不是合法的 Arrow 文件", where=str(path)) from error


def _numbered(rows: Iterator[Any]) -> Iterator[Record]:
    for number, row in enumerate(rows, start=1):
        yield Record(f"第 {number} 条", row)


def _pyarrow(*modules: str) -> list[Any]:
    try:
        return [import_module(name) for name in modules]
    except ImportError as error:
        raise MissingExtraError(
            "读 Parquet、Arrow 需要 pyarrow", hint="pip install 'caiwen[train]'"
        ) from error


_READERS = {"json": _json, "csv": _csv, "text": _text, "parquet": _parquet, "arrow": _arrow}
