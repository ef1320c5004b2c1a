"""The files of a build: written beside and renamed when all of it is done, so that nobody reads half of one."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from caiwen.dataset.config import Corpus as CorpusSettings
from caiwen.dataset.corpus import CORPUS, Corpus
from caiwen.dataset.records import Pair, PairStatus
from caiwen.dataset.rows import pair_row

PAIRS, REJECTED = "pairs.jsonl", "rejected.jsonl"


class Files:
    """``pairs.jsonl``, ``rejected.jsonl`` and, where wanted, ``corpus.jsonl`` of a folder."""

    def __init__(self, folder: Path, corpus: CorpusSettings | None) -> None:
        self.folder, self.texts = folder, 0
        self._names = [PAIRS, REJECTED, *([CORPUS] if corpus else [])]
        self._settings, self._stack = corpus, ExitStack()
        self._corpus: Corpus | None = None

    def __enter__(self) -> Self:
        self._open = {name: self._part(name) for name in self._names}
        if self._settings:
            self._corpus = Corpus(self._settings, self._open[CORPUS])
        return self

    def _part(self, name: str) -> IO[str]:
        return self._stack.enter_context(beside(self.folder / name).open("w", encoding="utf-8"))

    def take(self, pair: Pair) -> None:
        name = REJECTED if pair.status is PairStatus.REJECTED else PAIRS
        self._open[name].write(json.dumps(pair_row(pair), ensure_ascii=False) + "\n")
        if self._corpus:
            self._corpus.take(pair)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Renamed only after a whole run; what an interrupted one left is written over by the next."""
        if self._corpus and error is None:
            self._corpus.close()
            self.texts = self._corpus.count
        self._stack.close()
        if error is None:
            for name in self._names:
                beside(self.folder / name).replace(self.folder / name)
            if CORPUS not in self._names:
                (self.folder / CORPUS).unlink(missing_ok=True)


def beside(path: Path) -> Path:
    """Where a file is written before it takes its name."""
    return path.with_name(f".{path.name}.part")


def write_whole(path: Path, text: str) -> None:
    beside(path).write_text(text, encoding="utf-8")
    beside(path).replace(path)
