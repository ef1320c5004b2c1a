"""Every way in which the database can be in a bad state says what it is and what to do."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from caiwen.errors import CaiwenError, MissingExtraError, StoreError
from caiwen.records import Fact
from caiwen.store import FactFilter, SearchIndex, Store
from tests.store.make import add, document, fact, filing, open_store, passage, sha


def test_a_store_that_someone_is_writing(tmp_path: Path) -> None:
    with (
        open_store(tmp_path) as store,
        Store.open("sqlite:///store.db", folder=tmp_path, busy_seconds=0) as other,
    ):
        add(store, "a.pdf", fact("a.pdf"))
        writer = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="正被另一个进程写入"):
            add(other, "b.pdf", fact("b.pdf"))
        assert len(other.facts(FactFilter())) == 1  # reading goes on
        writer.execute("ROLLBACK")
        writer.close()
        add(other, "b.pdf", fact("b.pdf"))
        assert len(store.facts(FactFilter())) == 2


def test_readers_see_whole_documents_while_one_is_being_written(store: Store, tmp_path: Path) -> None:
    add(store, "a.pdf", fact("a.pdf"))
    seen = []
    with Store.open("sqlite:///store.db", folder=tmp_path) as reader:

        def slowly() -> Iterator[Fact]:
            for row in range(4500):
                if row % 1500 == 0:
                    seen.append(len(reader.facts(FactFilter(limit=3))))
                yield fact("b.pdf", str(row), row=row, item=f"项目{row}")

        store.add(document("b.pdf"), filing(), slowly(), [])
        assert seen == [1, 1, 1]
        assert len(reader.facts(FactFilter())) == 4501


def test_a_newer_and_an_older_schema(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    for version, word in (("99", "较新版本"), ("0", "较旧版本")):
        connection = sqlite3.connect(tmp_path / "store.db")
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", [version])
        connection.commit()
        connection.close()
        with pytest.raises(StoreError, match=word):
            open_store(tmp_path)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"%PDF-1.7 not a database at all" * 100)
    with pytest.raises(StoreError, match="不是事实库"):
        open_store(tmp_path)


def test_a_damaged_database(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        texts = [passage("a.pdf", number, "文字" * 200) for number in range(200)]
        add(store, "a.pdf", passages=texts)
        store.tidy()
        assert store.check() == []
    whole = bytearray((tmp_path / "store.db").read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + 40_000] = b"\xff" * 40_000
    (tmp_path / "store.db").write_bytes(whole)
    with open_store(tmp_path) as store, pytest.raises(StoreError, match="已损坏"):
        store.passages_of(sha("a.pdf"))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="打不开"):
        open_store(tmp_path / "nowhere")


def test_a_full_disk_leaves_the_store_as_it_was(store: Store) -> None:
    add(store, "a.pdf", fact("a.pdf"))
    with store._engine.connect() as connection:  # the limit is SQLite's own; it fails like a full disk
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
    texts = [passage("b.pdf", number, "文字" * 2000) for number in range(50)]
    with pytest.raises(StoreError, match="磁盘已满"):
        add(store, "b.pdf", passages=texts)
    assert [d.name for d in store.documents()] == ["a.pdf"]
    assert store.check() == []


def test_a_read_only_database(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        with store._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only = ON")  # root may write anything: no chmod
        with pytest.raises(StoreError, match="只读"):
            add(store, "a.pdf")


@pytest.mark.parametrize(
    ("url", "kind", "words"),
    [
        ("store.db", StoreError, "地址不对"),
        ("", StoreError, "地址不对"),
        ("oracle9i://x", StoreError, "不认识这种数据库"),
        ("postgresql+nosuchdriver://h/d", StoreError, "不认识这种数据库"),
    ],
)
def test_addresses(url: str, kind: type[CaiwenError], words: str) -> None:
    with pytest.raises(kind, match=words):
        Store.open(url)


def test_a_missing_driver_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtraError, match=r"caiwen\[postgres\]"):
        Store.open("postgresql+psycopg://nobody@localhost/x")


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX permissions")
def test_a_folder_that_cannot_be_written_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "ws"
    folder.mkdir()
    with Store.open("sqlite:///store.db", folder=folder) as store:
        add(store, "甲.pdf", fact("甲.pdf", "1.00"), passages=[passage("甲.pdf", 0, "冷链设备")])
        SearchIndex.open(folder / "index", store)
        store.tidy()
    before = sorted(path.name for path in folder.rglob("*"))
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).startswith(str(folder)))
    with Store.open("sqlite:///store.db", folder=folder) as store:
        assert len(store.facts(FactFilter())) == 1
        assert SearchIndex.open(folder / "index", store).search("冷链")
        with pytest.raises(StoreError, match="只读"):
            add(store, "乙.pdf", fact("乙.pdf", "2.00"))
    assert sorted(path.name for path in folder.rglob("*")) == before


def test_a_full_disk_under_the_index_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def __getattr__(self, name: str) -> object:
            raise ValueError("io::Error")

    with Store.open("sqlite:///store.db", folder=tmp_path) as store:
        index = SearchIndex.open(tmp_path / "index", store)
        monkeypatch.setattr(index, "_index", SimpleNamespace(writer=lambda *_: Full()))
        with pytest.raises(StoreError, match="检索索引写不进去"):
            index.rebuild()
