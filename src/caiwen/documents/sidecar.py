"""A small YAML file beside a document that tells what the document itself does not: 会计法.pdf + 会计法.yaml.

It says what the document is (kind), whose (issuer, short_name, code), of which period, when it was published; of a policy
its number and dates. It is read with the document; after changing it, ingest the document again with ``--force``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from caiwen.errors import DocumentError, system_words
from caiwen.finance.companies import normalise_code
from caiwen.finance.period import Period
from caiwen.records import Document

KEY = "sidecar"
_DAYS = ("published", "issued", "version", "effective", "first_effective", "expires")
_TEXTS = ("title", "kind", "issuer", "short_name", "code", "period", "number")
_LISTS = ("repeals",)
KNOWN = frozenset((*_DAYS, *_TEXTS, *_LISTS))
_LARGEST = 64 * 1024


def with_sidecar(document: Document, path: Path) -> Document:
    """The document with the content of its sidecar, as JSON, in ``extra``; unchanged where there is none."""
    found = next((p for p in (path.with_suffix(".yaml"), Path(f"{path}.yaml")) if p.is_file()), None)
    if found is None or found.name == "caiwen.yaml" or found == path:
        return document
    told = _read(found)
    if told is None:
        return document
    return replace(document, extra={**document.extra, KEY: json.dumps(told, ensure_ascii=False)})


def _read(path: Path) -> dict[str, object] | None:
    """None for YAML that is about something else: no key of it is known."""
    import yaml

    try:
        if path.stat().st_size > _LARGEST:
            return None
        loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DocumentError("随附的说明文件不是正确的 YAML", where=path.name, hint="改正或移走它") from error
    except OSError as error:
        said = f"随附的说明文件读不出来（{system_words(error)}）"
        raise DocumentError(said, where=path.name, hint="检查权限") from error
    if not isinstance(loaded, dict) or not set(loaded) & KNOWN:
        return None
    if unknown := sorted(set(loaded) - KNOWN):
        hint = f"可用的键：{'、'.join(sorted(KNOWN))}"
        raise DocumentError(f"随附的说明文件有不认识的键：{'、'.join(unknown)}", where=path.name, hint=hint)
    if wrong := list(_wrong(loaded)):
        raise DocumentError(
            f"随附的说明文件写错了：{'；'.join(wrong)}", where=path.name, hint="改正后重新读入"
        )
    return loaded


def _wrong(told: Mapping[str, object]) -> Iterator[str]:
    """What each value should have been."""
    for key, value in told.items():
        if key in _LISTS:
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                yield f"{key} 应当是一列文字"
        elif not isinstance(value, str):
            yield f"{key} 应当是一段文字"
        elif key in _DAYS and value and not _is_day(value):
            yield f"{key} 应当是 2024-01-31 这样的日期，现在是 {value}"
        elif key == "code" and value and normalise_code(value) is None:
            yield f"code 应当是六位股票代码，现在是 {value}"
        elif key == "period" and value and Period.parse(value) is None:
            yield f"period 应当是 2023、2023H1、2023Q3 这样的报告期，现在是 {value}"


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
