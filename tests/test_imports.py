"""Importing is free: light commands load nothing heavy, and every module loads without optional packages."""

import ast
import importlib.util
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import caiwen

HEAVY = [
    "torch",
    "transformers",
    "pandas",
    "fastapi",
    "nicegui",
    "flask",
    "numpy",
    "sqlalchemy",
    "pypdfium2",
    "openpyxl",
    "docx",
    "lxml",
    "trafilatura",
    "tantivy",
    "rjieba",
    "rensa",
    "PIL",
    "rich",
    "yaml",
]
OPTIONAL = ["torch", "pandas", "rapidocr", "onnxruntime", "psycopg", "fitz", "pdfplumber"]


def _python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize(
    "code",
    [
        "import caiwen",
        "import caiwen.workspace",
        "import caiwen.cli; caiwen.cli.main(['--help'])",
        "import caiwen.cli; caiwen.cli.main(['ask', '--help'])",
        "import caiwen.cli; caiwen.cli.main(['--version'])",
    ],
)
def test_light_work_imports_nothing_heavy(code: str) -> None:
    done = _python(f"{code}\nimport sys\nprint('heavy:', *(m for m in {HEAVY!r} if m in sys.modules))")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].strip() == "heavy:"


def _modules() -> list[str]:
    return [
        module.name
        for module in pkgutil.walk_packages(caiwen.__path__, "caiwen.")
        if not module.name.endswith("__main__")
    ]


def _made_of_torch(name: str) -> bool:
    """Modules of the training room whose classes are torch's own: the others reach them from functions only."""
    source = importlib.util.find_spec(name)
    if not name.startswith("caiwen.train.") or source is None or source.origin is None:
        return False
    top = ast.parse(Path(source.origin).read_text(encoding="utf-8")).body
    imported = {alias.name for node in top if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in top if isinstance(node, ast.ImportFrom)}
    if {module.split(".")[0] for module in imported} & {"torch", "transformers", "peft"}:
        return True
    names = {f"caiwen.train.{a.name}" for n in top if isinstance(n, ast.ImportFrom) for a in n.names}
    return any(_made_of_torch(module) for module in (imported | names) & set(_modules()) - {name})


def test_every_module_loads_without_the_optional_packages() -> None:
    block = f"import sys\nfor name in {OPTIONAL!r}: sys.modules[name] = None\n"
    loads = [name for name in _modules() if not _made_of_torch(name)]
    assert {"caiwen.cli.train", "caiwen.train.config", "caiwen.train.data", "caiwen.train.plan"} <= set(loads)
    done = _python(block + "".join(f"import {name}\n" for name in loads))
    assert done.returncode == 0, done.stderr


def test_public_names() -> None:
    assert {name: getattr(caiwen, name).__name__ for name in ("Workspace", "CaiwenError")} == {
        "Workspace": "Workspace",
        "CaiwenError": "CaiwenError",
    }
    with pytest.raises(AttributeError, match="nothing"):
        getattr(caiwen, "".join(["no", "thing"]))
