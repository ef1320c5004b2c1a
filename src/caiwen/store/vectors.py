"""Vectors of passages in a file beside the index, by passage and model: derived from the store, rebuildable.

Search by words stays the base: vectors only add a second ranking, and both are fused by reciprocal rank. Whatever goes
wrong with the model is told in ``trouble`` and leaves the words alone.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from caiwen.errors import CaiwenError
from caiwen.records import Passage

if TYPE_CHECKING:
    import numpy as np

_BATCH = 256
Key = tuple[str, int]
"""Document (sha256) and ordinal of a passage."""


class Embedder(Protocol):
    """What turns texts into vectors; raises CaiwenError when it cannot."""

    @property
    def name(self) -> str: ...

    def embed(self, texts: Sequence[str]) -> list[list[float]]: ...


class DimensionError(CaiwenError):
    """The model gives vectors of another length than those that are kept under its name."""


class Vectors:
    """The vectors of one model. ``trouble``: why the last call gave nothing; None when all was well."""

    def __init__(self, path: Path, embedder: Embedder) -> None:
        self._path, self._embedder = path, embedder
        self.trouble: str | None = None
        self._matrix: tuple[list[Key], np.ndarray[Any, Any]] | None = None
        self._usable = self._prepare()

    def _prepare(self) -> bool:
        """Make the file where there is none; a folder that cannot be written to leaves the search to the words."""
        try:
            with closing(self._open()) as db, db:
                db.execute(
                    "CREATE TABLE IF NOT EXISTS vectors (model TEXT, sha256 TEXT, ordinal INTEGER, digest BLOB, "
                    "vector BLOB, PRIMARY KEY (model, sha256, ordinal))"
                )
                db.execute("CREATE TABLE IF NOT EXISTS state (model TEXT PRIMARY KEY, mark TEXT)")
        except sqlite3.Error as error:
            self.trouble = f"向量文件打不开（{error}）：{self._path.name}。检查权限；删掉它会自动重建"
            return False
        return True

    # --- keeping up -------------------------------------------------------------------------------

    def is_synced(self, mark: str) -> bool:
        """Whether all vectors were made when the store was as ``mark`` says."""
        if not self._usable:
            return True
        with closing(self._open()) as db:
            found = db.execute("SELECT mark FROM state WHERE model = ?", (self._model,)).fetchone()
        return found is not None and found[0] == mark

    def sync(self, documents: Mapping[str, Iterable[Passage]], mark: str) -> int:
        """Vectors for the passages of these documents, and none for others; how many were made.

        What is unchanged is not made again. When the model fails, what is missing is made next time. ``mark`` names the
        state of the store.
        """
        if not self._usable:
            return 0
        made = 0
        self._matrix = None
        with closing(self._open()) as db:
            rows = db.execute("SELECT DISTINCT sha256 FROM vectors")
            for sha256 in {row[0] for row in rows} - documents.keys():
                self._forget(db, sha256)
            for sha256, passages in documents.items():
                try:
                    made += self._renew(db, sha256, list(passages))
                except CaiwenError as error:
                    self.trouble = str(error)
                    break
            else:
                self.trouble = None
                with db:
                    db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (self._model, mark))
        return made

    def _renew(self, db: sqlite3.Connection, sha256: str, passages: list[Passage]) -> int:
        have = dict(
            db.execute(
                "SELECT ordinal, digest FROM vectors WHERE model = ? AND sha256 = ?", (self._model, sha256)
            )
        )
        wanted = {p.ordinal: _digest(p.text) for p in passages}
        if stale := [ordinal for ordinal, digest in have.items() if wanted.get(ordinal) != digest]:
            with db:
                db.executemany(
                    "DELETE FROM vectors WHERE model = ? AND sha256 = ? AND ordinal = ?",
                    [(self._model, sha256, ordinal) for ordinal in stale],
                )
        missing = [p for p in passages if have.get(p.ordinal) != wanted[p.ordinal]]
        for start in range(0, len(missing), _BATCH):
            batch = missing[start : start + _BATCH]
            vectors = self._made([p.text for p in batch], db)
            with db:
                db.executemany(
                    "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?, ?)",
                    [
                        (self._model, sha256, p.ordinal, wanted[p.ordinal], row.tobytes())
                        for p, row in zip(batch, vectors, strict=True)
                    ],
                )
        return len(missing)

    def _made(self, texts: Sequence[str], db: sqlite3.Connection) -> np.ndarray[Any, Any]:
        vectors = _normal(self._embedder.embed(texts))
        kept = db.execute("SELECT vector FROM vectors WHERE model = ? LIMIT 1", (self._model,)).fetchone()
        self._same_length(vectors.shape[1], len(kept[0]) // 4 if kept else vectors.shape[1])
        return vectors

    def _same_length(self, now: int, kept: int) -> None:
        if now != kept:
            hint = f"同名的模型换过了：删掉 {self._path.name} 后重新同步（caiwen search 会自动补建）"
            raise DimensionError(f"向量是 {now} 维，已存的是 {kept} 维", where=self._embedder.name, hint=hint)

    def _forget(self, db: sqlite3.Connection, sha256: str) -> None:
        with db:
            db.execute("DELETE FROM vectors WHERE sha256 = ?", (sha256,))

    # --- searching --------------------------------------------------------------------------------

    def nearest(self, query: str, k: int, documents: frozenset[str] | None = None) -> list[Key]:
        """The passages whose vectors are nearest, best first; none, and ``trouble`` told, when the model fails."""
        import numpy as np

        if not self._usable:
            return []
        keys, matrix = self._read()
        places = [n for n, key in enumerate(keys) if documents is None or key[0] in documents]
        if not places:
            return []
        try:
            asked = _normal(self._embedder.embed([query]))[0]
            self._same_length(len(asked), matrix.shape[1])
        except CaiwenError as error:
            self.trouble = str(error)
            return []
        self.trouble = None
        scores = (matrix if len(places) == len(keys) else matrix[places]) @ asked
        best = np.argsort(-scores, kind="stable")[:k]
        return [keys[places[n]] for n in best]

    def _read(self) -> tuple[list[Key], np.ndarray[Any, Any]]:
        import numpy as np

        if self._matrix is None:
            with closing(self._open()) as db:
                query = "SELECT sha256, ordinal, vector FROM vectors WHERE model = ? ORDER BY sha256, ordinal"
                rows = db.execute(query, (self._model,)).fetchall()
            data = b"".join(row[2] for row in rows)
            matrix = (
                np.frombuffer(data, dtype=np.float32).reshape(len(rows), -1) if rows else np.zeros((0, 0))
            )
            self._matrix = ([(row[0], row[1]) for row in rows], matrix)
        return self._matrix

    @property
    def _model(self) -> str:
        return self._embedder.name

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=30)


def fused(rankings: Sequence[Sequence[Key]], k: float) -> list[tuple[Key, float]]:
    """Reciprocal-rank fusion (Cormack, Clarke, Buettcher 2009): the sum of 1 / (k + rank), best first."""
    scores: dict[Key, float] = {}
    for ranking in rankings:
        for rank, key in enumerate(ranking, start=1):
            scores[key] = scores.get(key, 0.0) + 1 / (k + rank)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def _normal(vectors: Sequence[Sequence[float]]) -> np.ndarray[Any, Any]:
    """Rows of length one, so that a product is the cosine; a vector of zeros stays."""
    import numpy as np

    matrix = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return matrix / np.where(lengths > 0, lengths, 1)


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
