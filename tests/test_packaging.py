"""What is declared is what is imported: a fresh install must hold every library that the package uses."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def _imported() -> set[str]:
    names: set[str] = set()
    for file in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add((node.module or "").split(".")[0])
    return names - set(sys.stdlib_module_names) - {"caiwen"}


def _declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(line for name in extras if name != "dev" for line in extras[name])]
    return {_key(re.split(r"[<>=!~\[ ;]", line)[0]) for line in wanted}


def _key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_imported_library_is_declared() -> None:
    homes = packages_distributions()
    declared = _declared()
    stray = {name for name in _imported() if not declared & {_key(home) for home in homes.get(name, [name])}}
    assert stray == set()


def test_the_extra_that_an_old_pip_does_not_install_is_declared() -> None:
    """trafilatura → justext → lxml[html_clean]: the pip that comes with Python 3.11 leaves the extra out."""
    assert "lxml-html-clean" in _declared()
