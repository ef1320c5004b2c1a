"""Records of registered datasets: local files, Hugging Face and ModelScope (its cache first, then the network)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from caiwen.errors import CaiwenError, MissingExtraError
from caiwen.train import files
from caiwen.train.files import Record
from caiwen.train.registry import Source

_NAMES = {"hf": "Hugging Face", "ms": "魔搭"}


def records_of(source: Source) -> Iterator[Record]:
    """Of a registered dataset, wherever it is."""
    if source.hub:
        yield from records(source)
        return
    for path in source.files():
        yield from files.records(path)


def records(source: Source) -> Iterator[Record]:
    for number, row in enumerate(_dataset(source), start=1):
        yield Record(f"第 {number} 条", row)


def fingerprint(source: Source) -> str:
    """Changes with the content, as ``datasets`` says."""
    return str(_dataset(source)._fingerprint)


def _dataset(source: Source) -> Any:
    try:
        return _from_modelscope(source) if source.hub == "ms" else _from_hugging_face(source)
    except (OSError, ValueError, RuntimeError) as error:
        raise CaiwenError(
            f"从{_NAMES[str(source.hub)]}取不到数据集 {source.reference}（{_first_line(error)}）",
            where=f"数据集 {source.name}",
            hint="检查名字与网络；离线时把文件下载下来，用 file_name 登记",
        ) from error


def _from_hugging_face(source: Source) -> Any:
    try:
        from datasets import load_dataset
    except ImportError as error:
        raise MissingExtraError(
            "读 hub 上的数据集需要 datasets", hint="pip install 'caiwen[train]'"
        ) from error
    return load_dataset(source.reference, source.subset, data_dir=source.folder, split=source.split)


def _from_modelscope(source: Source) -> Any:
    try:
        from modelscope import MsDataset
    except ImportError as error:
        raise MissingExtraError("读魔搭上的数据集需要 modelscope", hint="pip install modelscope") from error
    found = MsDataset.load(
        source.reference, subset_name=source.subset, data_dir=source.folder, split=source.split
    )
    return found.to_hf_dataset() if isinstance(found, MsDataset) else found


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
