"""Reading of the rule tables (YAML) that lie beside the modules of this room."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any


@cache
def load(name: str) -> Any:
    """The parsed content of ``finance/<name>``; loaded once and shared, so callers must not change it."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = files("caiwen.finance").joinpath(name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=loader)


def names(folder: str) -> list[str]:
    """The YAML files of one folder of rules, in a fixed order."""
    found = files("caiwen.finance").joinpath(folder).iterdir()
    return sorted(f"{folder}/{entry.name}" for entry in found if entry.name.endswith(".yaml"))
