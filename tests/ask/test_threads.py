"""Several threads ask one Asker while documents come, change and go: every answer is that of one state of the store."""

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from caiwen.ask import Asker
from caiwen.records import Fact, Scope, Span
from caiwen.store import Cell, FactFilter, SearchIndex, Store
from tests.ask.make import Filler, sha

COMPANIES = [(f"60010{n}", f"云{name}重工股份有限公司", f"云{name}重工") for n, name in enumerate("帆岭屿川")]
NAMES = [f"{short}_2020年年度报告.pdf" for _, _, short in COMPANIES]
ROUNDS = 12


class Unhurried(Store):
    """Takes a break after each reading, so that others commit between two readings of one answer."""

    def cells(self, item: str, period: str, scope: Scope, spans: Iterable[Span]) -> list[Cell]:
        found = super().cells(item, period, scope, spans)
        time.sleep(0.01)
        return found

    def facts(self, wanted: FactFilter) -> list[Fact]:
        found = super().facts(wanted)
        time.sleep(0.01)
        return found


def report(place: int, state: int) -> Filler:
    """In every state revenue is a hundred times the profit, so that a ratio from two states shows: it is tenfold."""
    made = Filler(NAMES[place], COMPANIES[place], "2020")
    profit = (place + 1) * 10 * (10 if state % 2 else 1) + state
    return made.add("营业收入", f"{profit * 100}.00").add("净利润", f"{profit}.00")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    opened = Unhurried.open("sqlite:///store.db", folder=tmp_path)
    for place in range(len(COMPANIES)):
        report(place, 0).write(opened)
    return opened


def one_state(asker: Asker) -> None:
    """A count by a ratio over the market, a ranking by it and one company: all parts of each answer fit together."""
    count = asker.ask("2020年净利率高于2%的公司有几家？").values
    assert [v.value for v in count if v.role == "answer"] == ["0"]
    ratios = asker.ask("2020年净利率最高的四家公司").values
    assert [v.value for v in ratios if v.role == "answer"] == ["1.00"] * 4
    single = asker.ask("云帆重工2020年净利率是多少？").values[0]
    assert single.value == "1.00"


def together(asker: Asker, write: Callable[[], None], readers: int = 4) -> None:
    done = threading.Event()

    def read() -> int:
        count = 0
        while not done.is_set():
            one_state(asker)
            count += 1
        return count

    with ThreadPoolExecutor(readers) as pool:
        reading = [pool.submit(read) for _ in range(readers)]
        try:
            write()
        finally:
            done.set()
        assert all(future.result() for future in reading)


def test_answers_while_an_ingest_commits(store: Store, tmp_path: Path) -> None:
    asker = Asker(store, SearchIndex.open(tmp_path / "index", store))
    writer = Store.open("sqlite:///store.db", folder=tmp_path)

    def write() -> None:
        for state in range(1, ROUNDS):
            for place in range(len(COMPANIES)):
                report(place, state).write(writer)

    with store, writer:
        together(asker, write)
        last = asker.ask("云川重工2020年营业收入是多少？").values[0]
    assert last.value == f"{(400 + ROUNDS - 1) * 100}.00"


def test_nothing_of_what_was_is_answered_after_a_change(store: Store) -> None:
    """What an answer was made from is dropped by a correction, a removal, and by a new document."""
    asker = Asker(store)
    asker.warm()

    def best() -> list[str]:
        found = asker.ask("2020年营业收入最高的三家公司").values
        return [v.entity for v in found if v.role == "answer"]

    assert best() == ["云川重工", "云屿重工", "云岭重工"]
    first = store.facts(FactFilter(company="云帆重工", items=["营业收入"]))[0]
    store.correct(first.id, value=Decimal(9000), author="甲", reason="印错")
    assert best() == ["云帆重工", "云川重工", "云屿重工"]
    store.remove(NAMES[3])
    assert best() == ["云帆重工", "云屿重工", "云岭重工"]
    report(3, 2).write(store)
    assert best() == ["云帆重工", "云川重工", "云屿重工"]


def test_a_snapshot_does_not_see_what_is_committed_meanwhile(store: Store, tmp_path: Path) -> None:
    with Store.open("sqlite:///store.db", folder=tmp_path) as writer:
        with store.snapshot():
            before = store.version()
            writer.remove(NAMES[0])
            assert store.version() == before
            assert store.find_hash(sha(NAMES[0])) is not None
            with store.snapshot():
                assert store.version() == before
        assert store.version() != before
        assert store.find_hash(sha(NAMES[0])) is None
