"""A record of an answer in one line, for lists of failures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MOST_SHOWN = 8


def told(record: Mapping[str, Any]) -> str:
    """What was answered, from which values and places, in one line."""
    shown = []
    for value in record["values"][:_MOST_SHOWN]:
        cited = [record["citations"][n] for n in value["citations"][:1]]
        place = "".join(f"（{c['document']} 第 {c['row']} 行）" for c in cited if c["row"] is not None)
        named = f"{value['entity'] or ''} {value['item'] or ''} {value['period'] or ''}"
        shown.append(f"{value['role']} {named} {str(value['value'])[:60]}{value['unit'] or ''}{place}")
    text = " ".join(str(record["answer"]).split())
    return f"答：{text[:160]}" + (f" ｜ {'；'.join(shown)}" if shown else "")
