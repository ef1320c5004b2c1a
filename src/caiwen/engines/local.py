"""A folder of weights in Hugging Face's format, through transformers: for small models and for trying out.

One chat after the other; for many chats on a GPU a server such as vLLM behind :mod:`endpoint` is the faster way.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caiwen.engines.protocol import LENGTH, STOP, EngineError, Message, Params, Reply
from caiwen.engines.settings import EngineSettings
from caiwen.errors import MissingExtraError

if TYPE_CHECKING:
    import torch

Render = Callable[[Any, Sequence[Message]], list[int]]
"""Tokenizer and messages → the token ids of the prompt."""


class Local:
    """An :class:`~caiwen.engines.protocol.Engine`. Weights are loaded by the first call.

    ``render``: how a chat becomes tokens; without it the chat template of the tokenizer, so whoever serves a model
    that was trained on another template passes that template's renderer.
    """

    def __init__(self, settings: EngineSettings, render: Render | None = None) -> None:
        self.folder, self.settings = Path(settings.folder), settings
        if not (self.folder / "config.json").is_file():
            hint = "文件夹里要有 config.json、权重和分词器（Hugging Face 格式）"
            raise EngineError("这里没有模型", where=settings.folder, hint=hint)
        self._render = render or _by_own_template
        self._lock = asyncio.Lock()
        self._loaded: tuple[Any, Any] | None = None

    @property
    def model(self) -> str:
        """The folder's name with what tells one set of weights from another: their names, sizes and times."""
        files = sorted(p for p in self.folder.iterdir() if p.suffix in (".json", ".safetensors", ".bin"))
        told = "\n".join(f"{p.name} {p.stat().st_size} {p.stat().st_mtime_ns}" for p in files)
        return f"{self.folder.name}@{hashlib.sha256(told.encode()).hexdigest()[:12]}"

    async def generate(self, messages: Sequence[Message], params: Params) -> Reply:
        halt = threading.Event()
        async with self._lock:
            try:
                return await asyncio.to_thread(self._generate, messages, params, halt)
            except asyncio.CancelledError:
                halt.set()
                raise

    async def close(self) -> None:
        self._loaded, self._lock = None, asyncio.Lock()

    # --- in the worker thread ---------------------------------------------------------------------

    def _generate(self, messages: Sequence[Message], params: Params, halt: threading.Event) -> Reply:
        import torch

        tokenizer, model = self._loaded = self._loaded or self._load()
        began = time.monotonic()
        prompt = self._render(tokenizer, messages)
        ids = torch.tensor([prompt], device=model.device)
        if params.seed is not None:
            torch.manual_seed(params.seed)
        with torch.inference_mode():
            made = model.generate(
                ids,
                attention_mask=torch.ones_like(ids),
                max_new_tokens=params.max_tokens,
                pad_token_id=tokenizer.pad_token_id or tokenizer.eos_token_id,
                stopping_criteria=[lambda _ids, _scores, **_: _halted(halt, ids)],
                **_sampling(params),
            )
        new = made[0, len(prompt) :].tolist()
        text = tokenizer.decode(new, skip_special_tokens=True)
        cut = len(new) >= params.max_tokens and new[-1] not in _ends(model)
        text, stopped = _before(text, params.stop)
        reason = LENGTH if cut and not stopped else STOP
        return Reply(text.strip(), reason, len(prompt), len(new), time.monotonic() - began)

    def _load(self) -> tuple[Any, Any]:
        try:
            import torch
            from transformers import AutoModelForCausalLM, AutoTokenizer
        except ImportError as error:
            raise MissingExtraError(
                "本机模型需要 transformers 和 torch", hint="pip install 'caiwen[train]'"
            ) from error
        wanted = self.settings.device
        device = wanted if wanted != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
        try:
            tokenizer = AutoTokenizer.from_pretrained(self.folder, local_files_only=True)
            model = AutoModelForCausalLM.from_pretrained(self.folder, local_files_only=True, dtype="auto")
            return tokenizer, model.to(device).eval()
        except (OSError, ValueError, RuntimeError) as error:
            said = str(error).splitlines()[0][:200]
            raise EngineError(f"模型载入不了（{said}）", where=str(self.folder)) from error


def _by_own_template(tokenizer: Any, messages: Sequence[Message]) -> list[int]:
    if not tokenizer.chat_template:
        raise EngineError("分词器没有对话模板", where=str(tokenizer.name_or_path), hint="补上 chat_template")
    told = tokenizer.apply_chat_template(
        [dict(m) for m in messages], add_generation_prompt=True, tokenize=True, return_dict=True
    )
    ids: list[int] = told["input_ids"]
    return ids


def _sampling(params: Params) -> dict[str, Any]:
    if params.temperature == 0:
        return {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}
    return {"do_sample": True, "temperature": params.temperature, "top_p": params.top_p or 1.0, "top_k": 0}


def _halted(halt: threading.Event, ids: torch.Tensor) -> torch.Tensor:
    import torch

    return torch.full((ids.shape[0],), halt.is_set(), dtype=torch.bool, device=ids.device)


def _ends(model: Any) -> set[int]:
    told = model.generation_config.eos_token_id
    return set(told) if isinstance(told, list) else {told}


def _before(text: str, stops: Sequence[str]) -> tuple[str, bool]:
    """The text before the first of the stop strings, and whether there was one."""
    found = min((at for stop in stops if (at := text.find(stop)) >= 0), default=-1)
    return (text, False) if found < 0 else (text[:found], True)
