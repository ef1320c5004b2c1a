"""The draw is fair and repeatable; judged sheets are read back."""

from collections import Counter
from pathlib import Path

import pytest

from caiwen.errors import CaiwenError
from caiwen.evaluate import run
from caiwen.evaluate.sample import HEADERS, JudgedSample, draw, sheet_csv, sheet_row
from caiwen.records import Fact
from caiwen.workpapers import write_table
from tests.evaluate.make import fact


def _facts() -> list[Fact]:
    big = [fact(f"项目{n}", str(n), document="a" * 64, source="balance_sheet") for n in range(100)]
    small = [fact(f"项目{n}", str(n), document="b" * 64, source="people") for n in range(3)]
    return big + small


def test_every_stratum_gives_in_turn() -> None:
    counted = Counter(f.source for f in draw(_facts(), 10, seed=1))
    assert counted == {"balance_sheet": 7, "people": 3}


def test_the_seed_alone_decides() -> None:
    facts = _facts()
    assert draw(facts, 10, seed=1) == draw(facts[::-1], 10, seed=1)
    assert draw(facts, 10, seed=1) != draw(facts, 10, seed=2)


def test_more_than_there_is_gives_all_once() -> None:
    assert len({f.id for f in draw(_facts(), 1000, seed=1)}) == 103


def _judged(path: Path, marks: list[str]) -> Path:
    rows = [sheet_row(f, "甲.pdf") for f in draw(_facts(), len(marks), seed=1)]
    place = HEADERS.index("判断")
    for row, mark in zip(rows, marks, strict=True):
        row[place] = mark
    if path.suffix == ".xlsx":
        write_table(path, "抽样", HEADERS, rows)
    else:
        path.write_text(sheet_csv(rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["表.csv", "表.xlsx"])
def test_precision_of_a_judged_sheet(tmp_path: Path, name: str) -> None:
    report = run(JudgedSample(_judged(tmp_path / name, ["对", "对", "错", "", "√"])))
    rate = report.rate("precision")
    assert (rate.hits, rate.n) == (3, 4)
    assert report.skipped("precision") == 1


@pytest.mark.parametrize(
    ("marks", "message"), [(["", ""], "还没有填"), (["对", "大概"], "认不出的写法：大概")]
)
def test_sheets_that_nobody_judged(tmp_path: Path, marks: list[str], message: str) -> None:
    with pytest.raises(CaiwenError, match=message):
        JudgedSample(_judged(tmp_path / "表.csv", marks))


def test_another_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "表.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(CaiwenError, match="不是抽样表"):
        JudgedSample(tmp_path / "表.csv")
