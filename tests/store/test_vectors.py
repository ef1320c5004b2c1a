"""Search by vectors beside the search by words: fused, kept up, and never in the way when the model fails."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from caiwen.config import SearchSettings
from caiwen.errors import CaiwenError
from caiwen.store import SearchIndex, Store
from caiwen.store.vectors import fused
from tests.store.make import filing
from tests.store.test_index import put

SENSES = (("净利润", "盈利", "赚"), ("冷链", "冷藏", "低温"), ("风险", "隐患"))


class Senses:
    """A model that knows three senses. ``down``: it fails; ``wide``: so many dimensions more."""

    def __init__(self, name: str = "senses") -> None:
        self.name, self.down, self.wide = name, False, 0
        self.read: list[str] = []

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        if self.down:
            raise CaiwenError("向量接口没有应答")
        self.read += texts
        return [
            [float(any(w in t for w in sense)) + 0.01 for sense in SENSES] + [0.0] * self.wide for t in texts
        ]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store.open(f"sqlite:///{tmp_path / 'store.db'}")
    put(made, "a.pdf", ["公司净利润增长", "低温仓库投入使用", "其他说明"])
    return made


def opened(store: Store, folder: Path, model: Senses) -> SearchIndex:
    return SearchIndex.open(folder / "index", store, SearchSettings(), model)


def texts(index: SearchIndex, query: str, **limits: Sequence[str]) -> list[str]:
    return [hit.text for hit in index.search(query, 5, **limits)]


def test_a_passage_without_the_word_is_found_by_its_sense(store: Store, tmp_path: Path) -> None:
    words_only = SearchIndex.open(tmp_path / "other" / "index", store)
    assert texts(words_only, "冷链设备") == []
    index = opened(store, tmp_path, Senses())
    assert texts(index, "冷链设备")[0] == "低温仓库投入使用"
    assert index.trouble is None


def test_limits_hold_for_vectors_too(store: Store, tmp_path: Path) -> None:
    put(store, "b.pdf", ["冷藏车队扩大"], filing=filing("2021", code="600009", issuer="乙股份有限公司"))
    index = opened(store, tmp_path, Senses())
    assert texts(index, "冷链", codes=["600009"]) == ["冷藏车队扩大"]
    assert texts(index, "冷链", periods=["2021"]) == ["冷藏车队扩大"]
    assert texts(index, "冷链", codes=["999999"]) == []


def test_vectors_follow_what_is_added_read_anew_and_removed(store: Store, tmp_path: Path) -> None:
    model = Senses()
    index = opened(store, tmp_path, model)
    assert len(model.read) == 3
    put(store, "b.pdf", ["经营隐患排查"])
    index.sync()
    assert model.read[3:] == ["经营隐患排查"]
    assert texts(index, "风险")[0] == "经营隐患排查"
    put(store, "a.pdf", ["公司净利润增长", "冷藏车队扩大", "其他说明"])
    index.sync()
    assert model.read[5:] == ["冷藏车队扩大"]  # read[4] was the question
    store.remove("b.pdf")
    assert "经营隐患排查" not in texts(index, "风险")
    index.sync()
    assert "经营隐患排查" not in texts(index, "风险")


def test_opening_again_makes_nothing_twice(store: Store, tmp_path: Path) -> None:
    opened(store, tmp_path, Senses())
    again = Senses()
    opened(store, tmp_path, again)
    assert again.read == []
    other = Senses("another")
    opened(store, tmp_path, other)
    assert len(other.read) == 3  # vectors are kept by model


def test_a_model_that_is_down_leaves_the_words(store: Store, tmp_path: Path) -> None:
    model = Senses()
    model.down = True
    index = opened(store, tmp_path, model)
    assert texts(index, "净利润") == ["公司净利润增长"]
    assert index.trouble == "向量接口没有应答"
    model.down = False
    index = opened(store, tmp_path, model)  # what was missing is made now
    assert texts(index, "冷链")[0] == "低温仓库投入使用"
    assert index.trouble is None
    model.down = True
    assert texts(index, "净利润") == ["公司净利润增长"]
    assert index.trouble is not None


def test_another_length_under_the_same_name_is_told(store: Store, tmp_path: Path) -> None:
    opened(store, tmp_path, Senses())
    changed = Senses()
    changed.wide = 2
    index = opened(store, tmp_path, changed)
    assert texts(index, "净利润") == ["公司净利润增长"]
    assert "向量是 5 维，已存的是 3 维" in (index.trouble or "")


def test_a_damaged_file_leaves_the_words(store: Store, tmp_path: Path) -> None:
    opened(store, tmp_path, Senses())
    (tmp_path / "vectors.db").write_bytes(b"garbage" * 1000)
    index = opened(store, tmp_path, Senses())
    assert texts(index, "净利润") == ["公司净利润增长"]
    assert "vectors.db" in (index.trouble or "")


def test_reciprocal_ranks() -> None:
    a, b, c = ("a", 0), ("b", 0), ("c", 0)
    assert fused([[a, b], [b, c]], 60) == [(b, 1 / 62 + 1 / 61), (a, 1 / 61), (c, 1 / 62)]
