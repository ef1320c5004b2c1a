"""Where a model is: a folder first; else Hugging Face (``HF_ENDPOINT``) or, asked for, ModelScope."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from caiwen.errors import MissingExtraError, NotFoundError

_PATIENCE = 10.0  # seconds
_WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin")
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
    """A folder that holds one of ``needs``, or a name that Hugging Face knows. NotFoundError otherwise.

    What has been downloaded before is taken without asking the network.
    """
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
    if modelscope_wanted():
        return _from_modelscope(name, revision, cache)
    return _downloaded(name, revision, cache) or _known(name, revision, where)


def _downloaded(name: str, revision: str, cache: str | None) -> str | None:
    """The folder of an earlier download, if it holds weights."""
    from huggingface_hub import try_to_load_from_cache

    for file in _WEIGHTS:
        found = try_to_load_from_cache(name, file, cache_dir=cache, revision=revision)
        if isinstance(found, str):
            return str(Path(found).parent)
    return None


def _known(name: str, revision: str, where: str) -> str:
    """The name itself, once the hub has answered: transformers would try for minutes without a network."""
    import httpx
    from huggingface_hub import HfApi

    try:
        HfApi().model_info(name, revision=revision, timeout=_PATIENCE)
    except (OSError, httpx.HTTPError) as error:
        first = str(error).strip().splitlines()[0]
        raise NotFoundError(f"Hugging Face 上取不到 {name}：{first}", where=where, hint=_OFFLINE) from error
    return name


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
