from collections.abc import Iterator
from pathlib import Path

import pytest

from caiwen.store import Store
from tests.store.make import open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path) as opened:
        yield opened
