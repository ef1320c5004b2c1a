"""Tokenised rows on disk, read through memory maps: memory does not grow with the number of rows."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caiwen.errors import CaiwenError, system_words
from caiwen.train.tokens import IGNORE_INDEX, Encoded

if TYPE_CHECKING:
    import numpy as np

_IDS, _LEARNT, _ENDS, _ABOUT = "ids.i32", "learnt.u8", "ends.i64", "about.json"
_FULL, _LABELS = "full.i32", "labels.i32"


class TokenTable:
    """Rows by number. A view on one or more stored tables in an order of its own."""

    def __init__(self, parts: Sequence[StoredTable], part: np.ndarray, at: np.ndarray) -> None:
        """Row i is row ``at[i]`` of ``parts[part[i]]``.

        ``lengths``, ``labels`` and ``fulls``: tokens, learnt tokens and tokens before truncation of every row.
        """
        import numpy as np

        self.parts, self.part, self.at = list(parts), part, at
        self.lengths, self.labels, self.fulls = (np.zeros(len(at), dtype=np.int32) for _ in range(3))
        for number, stored in enumerate(self.parts):
            here = part == number
            self.lengths[here] = stored.lengths[at[here]]
            self.labels[here] = stored.labels[at[here]]
            self.fulls[here] = stored.fulls[at[here]]

    def __len__(self) -> int:
        return len(self.at)

    def row(self, i: int) -> tuple[np.ndarray, np.ndarray]:
        """``input_ids`` and ``labels``, int32, of one length."""
        return self.parts[self.part[i]].row(int(self.at[i]))

    def select(self, chosen: np.ndarray) -> TokenTable:
        """The rows of these numbers, in this order."""
        return TokenTable(self.parts, self.part[chosen], self.at[chosen])

    def segments(self, i: int) -> list[int]:
        """Lengths of the samples that a row holds one after the other, blind to each other."""
        return [int(self.lengths[i])]


class StoredTable:
    """One folder of :class:`TableWriter`, mapped."""

    def __init__(self, folder: Path) -> None:
        import numpy as np

        self.folder = folder
        self.about: dict[str, Any] = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        self.ends = np.fromfile(folder / _ENDS, dtype=np.int64)
        self.fulls = np.fromfile(folder / _FULL, dtype=np.int32)
        self.labels = np.fromfile(folder / _LABELS, dtype=np.int32)
        self.starts = np.concatenate([np.zeros(1, dtype=np.int64), self.ends[:-1]])[: len(self.ends)]
        self.lengths = (self.ends - self.starts).astype(np.int32)
        total = int(self.ends[-1]) if len(self.ends) else 0
        # A file without a byte cannot be mapped.
        self.ids = np.memmap(folder / _IDS, np.int32, "r") if total else np.zeros(0, np.int32)
        self.learnt = np.memmap(folder / _LEARNT, np.bool_, "r") if total else np.zeros(0, np.bool_)

    def __len__(self) -> int:
        return len(self.ends)

    def row(self, i: int) -> tuple[np.ndarray, np.ndarray]:
        import numpy as np

        start, end = self.starts[i], self.ends[i]
        ids = np.array(self.ids[start:end])
        return ids, np.where(self.learnt[start:end], ids, np.int32(IGNORE_INDEX))

    def all_rows(self) -> TokenTable:
        import numpy as np

        return TokenTable([self], np.zeros(len(self), dtype=np.int16), np.arange(len(self)))


class TableWriter:
    """Rows into a folder that appears whole or not at all. Use as a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.beside = folder.with_name(f".{folder.name}.{os.getpid()}.part")
        self.total = 0

    def __enter__(self) -> TableWriter:
        try:
            shutil.rmtree(self.beside, ignore_errors=True)
            self.beside.mkdir(parents=True)
            self.streams = {
                name: (self.beside / name).open("wb") for name in (_IDS, _LEARNT, _ENDS, _FULL, _LABELS)
            }
        except OSError as error:
            raise _refused(self.folder, error) from error
        return self

    def write(self, rows: Iterable[Encoded]) -> None:
        import numpy as np

        rows = list(rows)
        lengths = np.array([len(row.ids) for row in rows], dtype=np.int64)
        ends = self.total + np.cumsum(lengths)
        try:
            for row in rows:
                self.streams[_IDS].write(row.ids.tobytes())
                self.streams[_LEARNT].write(row.learnt.tobytes())
            self.streams[_ENDS].write(ends.tobytes())
            self.streams[_FULL].write(np.array([row.full for row in rows], dtype=np.int32).tobytes())
            labels = np.array([int(row.learnt.sum()) for row in rows], dtype=np.int32)
            self.streams[_LABELS].write(labels.tobytes())
        except OSError as error:
            raise _refused(self.folder, error) from error
        self.total += int(lengths.sum())

    def finish(self, about: dict[str, Any]) -> StoredTable:
        """Close, name and map the table. What another process has put there meanwhile is the same, and stays."""
        try:
            for stream in self.streams.values():
                stream.close()
            (self.beside / _ABOUT).write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
            if not (self.folder / _ABOUT).is_file():
                shutil.rmtree(self.folder, ignore_errors=True)
            self.beside.rename(self.folder)
        except OSError as error:
            if not (self.folder / _ABOUT).is_file():
                raise _refused(self.folder, error) from error
        return StoredTable(self.folder)

    def __exit__(self, *_: object) -> None:
        for stream in self.streams.values():
            stream.close()
        shutil.rmtree(self.beside, ignore_errors=True)


def _refused(folder: Path, error: OSError) -> CaiwenError:
    return CaiwenError(
        f"分词结果写不下去（{system_words(error)}）",
        where=str(folder),
        hint="腾出空间，或用 caiwen.token_cache 换一个文件夹",
    )
