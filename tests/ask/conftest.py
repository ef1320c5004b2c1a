from collections.abc import Iterator
from datetime import date

import pytest

from caiwen.ask import Asker
from caiwen.guard import Guard
from tests.ask import make


@pytest.fixture(scope="session")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    store, index = make.market(tmp_path_factory.mktemp("market"))
    with store:
        yield Asker(store, index, Guard(), today=date(2021, 6, 1))


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    store, index = make.alone(tmp_path_factory.mktemp("alone"))
    with store:
        yield Asker(store, index, today=date(2021, 6, 1))
