"""Policy records in the store: there and back, replaced, removed, added to an older store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from caiwen.knowledge import understand
from caiwen.records import FilingKind
from caiwen.store import Source, Store
from tests.knowledge.policy_text import NEW, OLD, document


def add(store: Store, content: str, name: str) -> str:
    read = document(content, name)
    known = understand(read)
    assert known.filing.kind is FilingKind.POLICY
    store.add(
        read, known.filing, known.facts, known.passages, source=Source(f"/{name}", 1, 1), policy=known.policy
    )
    return read.sha256


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open("sqlite:///policies.db", folder=tmp_path)


def test_there_and_back(store: Store) -> None:
    sha256 = add(store, OLD, "样票法.md")
    read = document(OLD, "样票法.md")
    expected = understand(read).policy
    assert expected is not None
    assert store.policies() == [replace(expected, articles=())]
    assert tuple(store.articles(sha256)) == expected.articles
    assert [a.label for a in store.articles(sha256, ["第三条"])] == ["第三条"]


def test_versions_stand_in_order_and_statutes_are_no_companies(store: Store) -> None:
    add(store, NEW, "b.md")
    add(store, OLD, "a.md")
    days = [p.effective.day for p in store.policies() if p.effective]
    assert days == ["2012-10-26", "2021-09-01"]
    assert store.companies() == []


def test_reading_again_replaces_and_removing_removes(store: Store) -> None:
    sha256 = add(store, OLD, "样票法.md")
    add(store, OLD, "样票法.md")
    assert len(store.policies()) == 1
    store.remove(sha256)
    assert store.policies() == []
    assert store.articles(sha256) == []


def test_a_store_from_before_gets_the_tables(tmp_path: Path) -> None:
    with Store.open("sqlite:///old.db", folder=tmp_path):
        pass
    engine = create_engine(f"sqlite:///{tmp_path / 'old.db'}")
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE articles"))
        connection.execute(text("DROP TABLE policies"))
    engine.dispose()
    with Store.open("sqlite:///old.db", folder=tmp_path) as store:
        add(store, OLD, "样票法.md")
        assert len(store.policies()) == 1
