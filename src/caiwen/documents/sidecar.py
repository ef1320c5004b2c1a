"""A small YAML file beside a document that tells what the document itself does not: 会计法.md + 会计法.yaml.

It is read with the document; after changing it, ingest the document again with ``--force``.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from caiwen.errors import DocumentError
from caiwen.records import Document

KEY = "sidecar"
KNOWN = frozenset(
    [
        "title",
        "kind",
        "issuer",
        "number",
        "issued",
        "version",
        "effective",
        "first_effective",
        "expires",
        "repeals",
    ]
)
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

    if path.stat().st_size > _LARGEST:
        return None
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DocumentError("随附的说明文件不是正确的 YAML", where=path.name, hint="改正或移走它") from error
    if not isinstance(loaded, dict) or not set(loaded) & KNOWN:
        return None
    if unknown := sorted(set(loaded) - KNOWN):
        hint = f"可用的键：{'、'.join(sorted(KNOWN))}"
        raise DocumentError(f"随附的说明文件有不认识的键：{'、'.join(unknown)}", where=path.name, hint=hint)
    return loaded
