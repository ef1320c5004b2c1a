"""Where the real material stands; tests that need it skip with a reason when it is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

MATERIAL = Path(__file__).resolve().parents[2] / "shared" / "data"


def material(relative: str) -> Path:
    """The path of a file or folder of the real material, or a skip with its name."""
    path = MATERIAL / relative
    if not path.exists():
        pytest.skip(f"real material is not at hand: ../shared/data/{relative}")
    return path
