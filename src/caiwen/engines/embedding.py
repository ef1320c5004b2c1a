"""Texts → vectors: an OpenAI-compatible embedding endpoint, or a local folder of a sentence encoder."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from caiwen.errors import CaiwenError, MissingExtraError

if TYPE_CHECKING:
    import httpx

_RETRIED = frozenset({408, 429, 500, 502, 503, 504})
_RETRIES = 2
_FIRST_WAIT = 0.2
_CONNECT = 3.0
_LONGEST_TEXT = 512
"""Tokens of a text that a local encoder reads."""


class EmbeddingError(CaiwenError):
    """No vectors are to be had now: the endpoint is down, refuses, or answers with something else."""


class Embedder(Protocol):
    """``name`` tells vectors of one model from those of another."""

    @property
    def name(self) -> str: ...

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector for each text, all of one length. Raises EmbeddingError."""
        ...


def open_embedder(ref: str, *, key_env: str = "", batch: int = 32, seconds: float = 30.0) -> Embedder:
    """``ref``: an address ending in /v1 with the model's name behind # (http://localhost:8000/v1#bge-m3), or a folder."""
    if "://" in ref:
        url, _, model = ref.partition("#")
        if not model:
            hint = "写成 http://主机:端口/v1#模型名"
            raise EmbeddingError("向量接口的地址后面要写模型名", where=ref, hint=hint)
        return EndpointEmbedder(url.rstrip("/"), model, os.environ.get(key_env, ""), batch, seconds)
    folder = Path(ref)
    if not (folder / "config.json").is_file():
        hint = "写句向量模型的文件夹（里面有 config.json），或接口地址 http://主机:端口/v1#模型名"
        raise EmbeddingError("没有这个向量模型", where=ref, hint=hint)
    return LocalEmbedder(folder, batch)


@dataclass(frozen=True, slots=True)
class EndpointEmbedder:
    """``POST base_url/embeddings``. ``seconds``: for one request; overload and broken lines are tried again twice."""

    base_url: str
    model: str
    key: str = ""
    batch: int = 32
    seconds: float = 30.0
    first_wait: float = _FIRST_WAIT

    @property
    def name(self) -> str:
        return self.model

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        import httpx

        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        vectors: list[list[float]] = []
        patience = httpx.Timeout(self.seconds, connect=min(self.seconds, _CONNECT))
        with httpx.Client(timeout=patience, headers=headers) as client:
            for start in range(0, len(texts), self.batch):
                vectors += self._batch(client, texts[start : start + self.batch])
        return _checked(vectors, self.base_url)

    def _batch(self, client: httpx.Client, texts: Sequence[str]) -> list[list[float]]:
        import httpx

        for attempt in range(_RETRIES + 1):
            try:
                reply = client.post(
                    f"{self.base_url}/embeddings", json={"model": self.model, "input": list(texts)}
                )
            except httpx.HTTPError as error:
                trouble = f"向量接口没有应答（{type(error).__name__}）"
            else:
                if reply.status_code == httpx.codes.OK:
                    return self._vectors(reply, len(texts))
                trouble = f"向量接口返回 {reply.status_code}"
                if reply.status_code not in _RETRIED:
                    break
            if attempt < _RETRIES:
                time.sleep(self.first_wait * 2**attempt)
        raise EmbeddingError(trouble, where=self.base_url, hint="检查设置 search.embedding、密钥与服务")

    def _vectors(self, reply: httpx.Response, wanted: int) -> list[list[float]]:
        try:
            rows = sorted(reply.json()["data"], key=lambda row: row["index"])
            vectors = [[float(x) for x in row["embedding"]] for row in rows]
        except (ValueError, KeyError, TypeError) as error:
            raise EmbeddingError("向量接口的应答读不懂", where=self.base_url) from error
        if len(vectors) != wanted:
            said = f"向量接口少给了向量：要 {wanted} 个，来了 {len(vectors)} 个"
            raise EmbeddingError(said, where=self.base_url)
        return vectors


class LocalEmbedder:
    """A folder in the format of Hugging Face; pooling as ``1_Pooling/config.json`` of sentence-transformers says, else the mean."""

    def __init__(self, folder: Path, batch: int = 32) -> None:
        self._folder, self._batch = folder, batch
        self._loaded: tuple[Any, Any] | None = None
        self._first = _takes_first_token(folder)

    @property
    def name(self) -> str:
        return self._folder.resolve().name

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        import torch

        tokenizer, model = self._load()
        vectors: list[list[float]] = []
        for start in range(0, len(texts), self._batch):
            inputs = tokenizer(
                list(texts[start : start + self._batch]),
                padding=True,
                truncation=True,
                max_length=_LONGEST_TEXT,
                return_tensors="pt",
            )
            with torch.inference_mode():
                states = model(**inputs).last_hidden_state
            if self._first:
                pooled = states[:, 0]
            else:
                mask = inputs["attention_mask"].unsqueeze(-1).to(states.dtype)
                pooled = (states * mask).sum(1) / mask.sum(1).clamp(min=1)
            vectors += pooled.float().tolist()
        return _checked(vectors, str(self._folder))

    def _load(self) -> tuple[Any, Any]:
        if self._loaded is None:
            try:
                from transformers import AutoModel, AutoTokenizer
            except ImportError as error:
                hint = "pip install 'caiwen[train]'，或改用接口"
                raise MissingExtraError("本机的向量模型需要 transformers 与 torch", hint=hint) from error
            try:
                tokenizer = AutoTokenizer.from_pretrained(self._folder, local_files_only=True)
                model = AutoModel.from_pretrained(self._folder, local_files_only=True).eval()
            except (OSError, ValueError) as error:
                said = f"向量模型读不出来（{str(error).splitlines()[0][:120]}）"
                raise EmbeddingError(said, where=str(self._folder)) from error
            self._loaded = (tokenizer, model)
        return self._loaded


def _takes_first_token(folder: Path) -> bool:
    pooling = folder / "1_Pooling" / "config.json"
    if not pooling.is_file():
        return False
    return bool(json.loads(pooling.read_text(encoding="utf-8")).get("pooling_mode_cls_token"))


def _checked(vectors: list[list[float]], where: str) -> list[list[float]]:
    lengths = {len(vector) for vector in vectors}
    if len(lengths) > 1 or 0 in lengths:
        said = f"向量的维数不一致：{'、'.join(str(n) for n in sorted(lengths))}"
        raise EmbeddingError(said, where=where)
    return vectors
