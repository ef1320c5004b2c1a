"""Importing is free: light commands load nothing heavy, and every module loads without optional packages."""

import pkgutil
import subprocess
import sys

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


def test_every_module_loads_without_the_optional_packages() -> None:
    block = f"import sys\nfor name in {OPTIONAL!r}: sys.modules[name] = None\n"
    loads = "".join(f"import {name}\n" for name in _modules())
    done = _python(block + loads)
    assert done.returncode == 0, done.stderr


def test_public_names() -> None:
    assert {name: getattr(caiwen, name).__name__ for name in ("Workspace", "CaiwenError")} == {
        "Workspace": "Workspace",
        "CaiwenError": "CaiwenError",
    }
    with pytest.raises(AttributeError, match="nothing"):
        getattr(caiwen, "".join(["no", "thing"]))
