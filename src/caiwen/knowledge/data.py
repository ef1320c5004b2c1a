"""Reading of the rule tables (YAML) that lie beside the modules of this room."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def load(name: str) -> Any:
    """The parsed content of ``knowledge/<name>``; loaded once and shared, so callers must not change it."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(files("caiwen.knowledge").joinpath(name).read_text(encoding="utf-8"), Loader=loader)


@cache
def pattern(name: str, *keys: str) -> re.Pattern[str]:
    """The alternatives listed at ``keys`` of a rule file as one compiled pattern."""
    node = load(name)
    for key in keys:
        node = node[key]
    return re.compile("|".join(node))
