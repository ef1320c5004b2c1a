"""``dataset_info.json``: which file or hub dataset a name stands for, and what its columns are called."""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from caiwen.errors import ConfigError, NotFoundError, system_words

FILE_NAME = "dataset_info.json"
ONLINE = "ONLINE"
SUFFIXES = {
    ".json": "json",
    ".jsonl": "json",
    ".csv": "csv",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".txt": "text",
}
_COLUMNS = {"prompt": "instruction", "query": "input", "response": "output", "messages": "conversations"}
_COLUMN_NAMES = (*_COLUMNS, "history", "system", "tools", "images", "videos", "audios")
_PREFERENCE = ("chosen", "rejected", "kto_tag")
_TAGS = {
    "role_tag": "from",
    "content_tag": "value",
    "user_tag": "human",
    "assistant_tag": "gpt",
    "observation_tag": "observation",
    "function_tag": "function_call",
    "system_tag": "system",
}
_FORMATS = ("alpaca", "sharegpt", "openai")
_HUBS = {"hf_hub_url": "hf", "ms_hub_url": "ms"}


@dataclass(frozen=True)
class Layout:
    """How rows are told. ``columns``/``tags``: LLaMA-Factory's name → the file's, or None.

    ``stated``: whether ``columns`` was written. LLaMA-Factory then knows only the columns written there: a
    ``query`` that is not listed is absent, whatever the file holds. The same for ``tags``.
    """

    formatting: str = "alpaca"
    columns: Mapping[str, str | None] = field(default_factory=lambda: _given(_COLUMN_NAMES, _COLUMNS))
    tags: Mapping[str, str | None] = field(default_factory=lambda: dict(_TAGS))
    stated: bool = False


@dataclass(frozen=True)
class Source:
    """A registered dataset. ``hub``: hf or ms, and then ``reference`` is the name there; else a path."""

    name: str
    reference: str
    hub: str | None = None
    layout: Layout = field(default_factory=Layout)
    subset: str | None = None
    split: str = "train"
    folder: str | None = None
    num_samples: int | None = None

    def files(self) -> list[Path]:
        """The files of a local dataset, a folder's by name. NotFoundError, ConfigError on mixed kinds."""
        path = Path(self.reference)
        found = sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]
        if not found or not found[0].exists():
            raise NotFoundError(
                f"数据集 {self.name} 的文件不在",
                where=str(path),
                hint="检查 dataset_info.json 里的 file_name",
            )
        kinds = {SUFFIXES.get(p.suffix.lower()) for p in found}
        if len(kinds) != 1 or None in kinds:
            raise ConfigError(
                f"数据集 {self.name} 的文件类型不能读，或不一致：{'、'.join(sorted({p.suffix for p in found}))}",
                where=str(path),
                hint=f"可以读：{'、'.join(SUFFIXES)}",
            )
        return found


def sources(names: tuple[str, ...], dataset_dir: str) -> list[Source]:
    """The datasets of these names. NotFoundError without the file, ConfigError when a name is not registered."""
    if dataset_dir == ONLINE:
        return [Source(name, name, hub=_preferred_hub()) for name in names]
    if dataset_dir.startswith("REMOTE:"):
        raise ConfigError(
            "dataset_dir 不支持 REMOTE:", where="dataset_dir", hint="先把数据下载到文件夹，再写它的路径"
        )
    folder = Path(dataset_dir)
    info = _read(folder / FILE_NAME)
    return [_source(name, info, folder) for name in names]


def _read(path: Path) -> dict[str, Any]:
    try:
        info = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        hint = "在数据文件夹里写好 dataset_info.json 登记数据，或用 dataset_dir 指出它在哪里"
        raise NotFoundError("没有登记数据的文件", where=str(path), hint=hint) from error
    except OSError as error:
        raise ConfigError(f"读不出来（{system_words(error)}）", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise ConfigError("不是 UTF-8 编码", where=str(path), hint="另存为 UTF-8 再试") from error
    except json.JSONDecodeError as error:
        raise ConfigError(f"第 {error.lineno} 行不是合法的 JSON", where=str(path)) from error
    if not isinstance(info, dict):
        raise ConfigError("最外层应当是“数据集名: 说明”的对象", where=str(path))
    return info


def _source(name: str, info: Mapping[str, Any], folder: Path) -> Source:
    where = f"{folder / FILE_NAME} 的 {name}"
    entry = info.get(name)
    if not isinstance(entry, dict):
        near = difflib.get_close_matches(name, info, n=1, cutoff=0.4)
        known = "、".join(info) or "（一个也没有）"
        hint = f"是不是 {near[0]}？" if near else f"已登记：{known}"
        raise ConfigError(f"数据集 {name} 没有登记", where=str(folder / FILE_NAME), hint=hint)
    for key in ("ranking", "kto_tag"):
        if entry.get(key) or (entry.get("columns") or {}).get(key):
            raise ConfigError("偏好数据（ranking、kto）不支持", where=where, hint="取其中较好的回答做成问答")
    reference, hub = _place(entry, folder, where)
    return Source(
        name=name,
        reference=reference,
        hub=hub,
        layout=_layout(entry, where),
        subset=entry.get("subset"),
        split=entry.get("split", "train"),
        folder=entry.get("folder"),
        num_samples=entry.get("num_samples"),
    )


def _place(entry: Mapping[str, Any], folder: Path, where: str) -> tuple[str, str | None]:
    hubs = {hub: str(entry[key]) for key, hub in _HUBS.items() if entry.get(key)}
    if hubs:
        wanted = _preferred_hub()
        hub = wanted if wanted in hubs else next(iter(hubs))
        return hubs[hub], hub
    for key, advice in (
        ("om_hub_url", "用 hf_hub_url 或 ms_hub_url"),
        ("script_url", "把数据转成 JSON 或 Parquet，用 file_name 登记"),
        ("cloud_file_name", "先下载，再用 file_name 登记"),
    ):
        if entry.get(key):
            raise ConfigError(f"{key} 不支持", where=where, hint=advice)
    if not isinstance(entry.get("file_name"), str):
        raise ConfigError("没有写 file_name（或 hf_hub_url、ms_hub_url）", where=where)
    return os.path.join(folder, entry["file_name"]), None


def _layout(entry: Mapping[str, Any], where: str) -> Layout:
    formatting = entry.get("formatting", "alpaca")
    if formatting not in _FORMATS:
        raise ConfigError(
            f"formatting 不认识“{formatting}”", where=where, hint=f"可以写：{'、'.join(_FORMATS)}"
        )
    columns, tags = entry.get("columns"), entry.get("tags")
    for key, given, known in (("columns", columns, (*_COLUMN_NAMES, *_PREFERENCE)), ("tags", tags, _TAGS)):
        if given is not None and not isinstance(given, dict):
            raise ConfigError(f"{key} 应当是“名字: 列名”的对象", where=where)
        for name in given or {}:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"是不是 {near[0]}？" if near else f"可以写：{'、'.join(known)}"
                raise ConfigError(f"{key} 里的 {name} 不认识", where=where, hint=hint)
    return Layout(
        formatting=formatting,
        columns=_given(_COLUMN_NAMES, _COLUMNS if columns is None else columns),
        tags=_given(tuple(_TAGS), _TAGS if tags is None else tags),
        stated=columns is not None,
    )


def _given(names: tuple[str, ...], given: Mapping[str, str | None]) -> dict[str, str | None]:
    return {name: given.get(name) for name in names}


def _preferred_hub() -> str:
    return "ms" if os.environ.get("USE_MODELSCOPE_HUB", "0").lower() in ("1", "true", "y") else "hf"
