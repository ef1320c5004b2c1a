"""Where a model is: a folder first; else Hugging Face (``HF_ENDPOINT``) or, asked for, ModelScope."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from caiwen.errors import MissingExtraError, NotFoundError

_OFFLINE = (
    "能联网时检查名字；国内可设 HF_ENDPOINT 为镜像地址，或设 USE_MODELSCOPE_HUB=1 从魔搭下载；"
    "不能联网时先把模型下载到文件夹，再写文件夹的路径"
)


def modelscope_wanted() -> bool:
    return os.environ.get("USE_MODELSCOPE_HUB", "0").lower() in ("1", "true", "yes", "on")


def locate(
    name: str,
    *,
    where: str,
    needs: tuple[str, ...] = ("config.json",),
    revision: str = "main",
    cache: str | None = None,
) -> str:
    """A folder that holds one of ``needs``, or a name that Hugging Face may know. NotFoundError otherwise."""
    folder = Path(name).expanduser()
    if folder.is_dir():
        if any((folder / file).is_file() for file in needs):
            return str(folder)
        raise NotFoundError(
            f"文件夹 {name} 里没有 {' 或 '.join(needs)}",
            where=where,
            hint="应当是下载好的模型文件夹（含 config.json、权重与分词器）",
        )
    if _is_path(name):
        raise NotFoundError(
            f"没有这个模型文件夹：{name}", where=where, hint="检查路径，或写 hub 上的名字，如 组织/模型"
        )
    return _from_modelscope(name, revision, cache) if modelscope_wanted() else name


def _is_path(name: str) -> bool:
    return name.startswith((".", "/", "~", "\\")) or name.count("/") != 1 or "\\" in name


def _from_modelscope(name: str, revision: str, cache: str | None) -> str:
    try:
        from modelscope import snapshot_download
    except ImportError as error:
        raise MissingExtraError(
            "从魔搭下载需要 modelscope", where="USE_MODELSCOPE_HUB", hint="pip install modelscope"
        ) from error
    version = "master" if revision == "main" else revision  # as ModelScope calls its main branch
    folder: str = snapshot_download(name, revision=version, cache_dir=cache)
    return folder


@contextmanager
def reading(name: str, where: str) -> Iterator[None]:
    """What transformers cannot load, as an error that says what to do."""
    try:
        yield
    except OSError as error:
        first = str(error).strip().splitlines()[0]
        hint = "检查文件是否完整" if Path(name).is_dir() else _OFFLINE
        raise NotFoundError(f"读不到 {name}：{first}", where=where, hint=hint) from error
