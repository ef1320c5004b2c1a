"""The book of companies that one process keeps for the next."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from caiwen.ask import shelf
from caiwen.ask.companies import CompanyBook
from caiwen.ask.shelf import Shelf
from caiwen.store.records import Company

FIRST, SECOND = "零一二三四五六七八九", "甲乙丙丁戊己庚辛壬癸"


def market(count: int = 600) -> list[Company]:
    names = [f"云{SECOND[n // 100]}{FIRST[n // 10 % 10]}{FIRST[n % 10]}" for n in range(count)]
    return [
        Company(
            f"{600000 + n}", f"{600000 + n}", (f"{name}重工股份有限公司",), (f"{name}重工",), "general", 2
        )
        for n, name in enumerate(names)
    ]


def maker(made: list[int], count: int = 600) -> Callable[[], CompanyBook]:
    def make() -> CompanyBook:
        made.append(count)
        return CompanyBook(market(count), [("600001", "旧日机械、老旧机械")])

    return make


def said(book: CompanyBook) -> list[object]:
    text = "云甲零一重工与旧日机械、600007和云甲零二"
    slip = book.guess("云甲零三重公")
    return [
        book.all,
        book.find_in(text),
        slip and slip.companies,
        book.company("600003"),
        book.nearest("甲零"),
    ]


def test_the_book_that_is_read_back_is_the_one_that_was_made(tmp_path: Path) -> None:
    made: list[int] = []
    first = Shelf(tmp_path / "cache" / "companies.json").book("状态1", maker(made))
    second = Shelf(tmp_path / "cache" / "companies.json").book("状态1", maker(made))
    assert made == [600]
    assert said(first) == said(second)
    assert {m.start for m in first.find_in("云甲零一重工与旧日机械、600007和云甲零二")} == {0, 7, 12, 19}


def test_another_state_of_the_store_or_other_rules_make_it_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    kept = Shelf(tmp_path / "companies.json")
    kept.book("状态1", maker(made))
    assert len(kept.book("状态2", maker(made, 601)).all) == 601
    assert len(kept.book("状态2", maker(made)).all) == 601
    monkeypatch.setattr(shelf, "_rules", lambda: "其他规则")
    kept.book("状态2", maker(made))
    assert made == [600, 601, 600]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"mark": 1}', '{"mark": "状态", "companies": [[1]]}'])
def test_a_damaged_file_counts_as_none(tmp_path: Path, content: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "_rules", lambda: "")
    path = tmp_path / "companies.json"
    path.write_text(content.replace("状态", "状态 "), encoding="utf-8")
    made: list[int] = []
    assert len(Shelf(path).book("状态", maker(made)).all) == 600
    assert made == [600]
    assert json.loads(path.read_text(encoding="utf-8"))["mark"] == "状态 "


def test_small_books_and_folders_that_cannot_be_written_leave_nothing(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "companies.json"
    Shelf(path).book("状态", maker([], 20))
    assert not path.parent.exists()
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert len(Shelf(tmp_path / "file" / "companies.json").book("状态", maker([])).all) == 600
