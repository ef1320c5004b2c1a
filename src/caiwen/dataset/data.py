"""Reading of the rule files (YAML) that lie beside the modules of this room."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any


@cache
def load(name: str) -> Any:
    """The parsed content of ``dataset/<name>``; loaded once and shared, so callers must not change it."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(files("caiwen.dataset").joinpath(name).read_text(encoding="utf-8"), Loader=loader)


def words(*keys: str) -> Any:
    """A list of ``words.yaml``."""
    node = load("words.yaml")
    for key in keys:
        node = node[key]
    return node
