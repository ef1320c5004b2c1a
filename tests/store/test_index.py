"""The index finds, follows the store, and never shows what the store does not hold."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from caiwen.config import SearchSettings
from caiwen.errors import StoreError
from caiwen.records import FilingKind
from caiwen.store import Store
from caiwen.store.index import IndexBusyError, SearchIndex
from caiwen.store.tokens import bigrams, words
from tests.store.make import add, filing, passage, sha

TEXTS = {
    "a.pdf": ["公司主要从事冷链设备的研发、生产和销售。", "报告期内归属于母公司股东的净利润增长。"],
    "b.pdf": ["本行不良贷款率为1.23%，拨备覆盖率为150.67%。", "注册资本为人民币1,234,567.89元。"],
}


@pytest.fixture
def index(store: Store, tmp_path: Path) -> SearchIndex:
    for name, texts in TEXTS.items():
        put(store, name, texts)
    return SearchIndex.open(tmp_path / "index", store)


def put(store: Store, name: str, texts: list[str], **more: object) -> None:
    add(store, name, passages=[passage(name, number, text) for number, text in enumerate(texts)], **more)


def found(index: SearchIndex, query: str, **more: object) -> list[str]:
    return [hit.text for hit in index.search(query, **more)]


def test_words_inside_words_and_figures() -> None:
    assert {"净利润", "利润"} <= set(words("净利润"))
    assert words("1,234,567.89元")[0] == "1234567.89"
    assert words("，。 …") == []
    assert bigrams("冷链 A 设备，的") == ["冷链", "设备", "的"]


@pytest.mark.parametrize(
    ("query", "name", "number"),
    [
        ("冷链设备", "a.pdf", 0),
        ("净利润", "a.pdf", 1),
        ("利润增长了吗？", "a.pdf", 1),
        ("拨备覆盖率是多少", "b.pdf", 0),
        ("１２３４５６７.89", "b.pdf", 1),
        ("链设", "a.pdf", 0),  # no word of any dictionary
    ],
)
def test_the_best_hit(index: SearchIndex, query: str, name: str, number: int) -> None:
    best = index.search(query)[0]
    assert (best.name, best.document, best.ordinal, best.text) == (
        name,
        sha(name),
        number,
        TEXTS[name][number],
    )
    assert best.page == 1
    assert best.score > 0


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   ",
        "？！",
        '"',
        "AND OR NOT (",
        "code:600001",
        "a" * 10_000,
        "净" * 10_000,
        "\x00\ud800",
        "+-*/~^",
    ],
)
def test_any_text_is_a_valid_query(index: SearchIndex, query: str) -> None:
    assert len(index.search(query)) <= 10


def test_filters_and_k(store: Store, index: SearchIndex) -> None:
    bank = filing("2019", code="600002", issuer="甲银行股份有限公司", kind=FilingKind.PROSPECTUS)
    put(store, "c.pdf", ["不良贷款率下降", "净利润增长"], filing=bank)
    index.sync()
    assert len(found(index, "净利润 不良贷款率")) == 4
    assert len(found(index, "净利润 不良贷款率", k=1)) == 1
    assert found(index, "净利润", k=0) == []
    for narrowed in (
        {"codes": ["600002"]},
        {"periods": ["2019"]},
        {"kinds": ["prospectus"]},
        {"documents": [sha("c.pdf")]},
        {"codes": ["600002", "600001"], "kinds": ["prospectus"]},
    ):
        assert sorted(found(index, "净利润 不良贷款率", **narrowed)) == ["不良贷款率下降", "净利润增长"]
    assert found(index, "净利润", codes=["999999"]) == []


def test_a_removed_document_is_gone_at_once(store: Store, index: SearchIndex) -> None:
    store.remove("a.pdf")
    assert found(index, "净利润") == []  # the index has not been told yet
    index.sync()
    assert found(index, "净利润") == []


def test_a_replaced_document_shows_its_new_text(store: Store, index: SearchIndex) -> None:
    put(store, "a.pdf", ["营业收入下降"])
    index.sync()
    assert found(index, "净利润增长 冷链") == []
    assert found(index, "营业收入") == ["营业收入下降"]


def test_opening_replays_what_was_missed(store: Store, index: SearchIndex, tmp_path: Path) -> None:
    put(store, "d.pdf", ["新增的片段讲商誉减值"])
    assert found(index, "商誉") == []
    assert found(SearchIndex.open(tmp_path / "index", store), "商誉") == ["新增的片段讲商誉减值"]
    assert index.sync() == 0  # nothing is left to replay


@pytest.mark.parametrize("damage", ["deleted", "emptied", "garbage", "foreign"])
def test_a_lost_or_damaged_index_is_made_again(
    store: Store, index: SearchIndex, tmp_path: Path, damage: str
) -> None:
    folder = tmp_path / "index"
    del index
    if damage == "deleted":
        shutil.rmtree(folder)
    elif damage == "emptied":
        (folder / "meta.json").write_text("")
    elif damage == "garbage":
        (folder / "meta.json").write_bytes(b"\x00\xff garbage")
    else:
        other = tmp_path / "other"
        other.mkdir()
        shutil.rmtree(folder)
        with Store.open("sqlite:///store.db", folder=other) as another:
            put(another, "x.pdf", ["别的库的净利润"])
            SearchIndex.open(folder, another)
    assert found(SearchIndex.open(folder, store), "净利润") == [TEXTS["a.pdf"][1]]


def test_an_index_ahead_of_a_restored_store_starts_over(
    store: Store, index: SearchIndex, tmp_path: Path
) -> None:
    saved = tmp_path / "saved"
    saved.mkdir()
    store.tidy()
    shutil.copy(tmp_path / "store.db", saved / "store.db")
    put(store, "d.pdf", ["商誉减值"])
    index.sync()
    with Store.open("sqlite:///store.db", folder=saved) as restored:
        again = SearchIndex.open(tmp_path / "index", restored)
        assert found(again, "商誉") == []
        assert found(again, "净利润") == [TEXTS["a.pdf"][1]]


def test_rebuild(index: SearchIndex) -> None:
    steps: list[tuple[int, int]] = []
    assert index.rebuild(lambda done, total: steps.append((done, total))) == 2
    assert steps == [(1, 2), (2, 2)]
    assert found(index, "净利润") == [TEXTS["a.pdf"][1]]


def test_one_writer_at_a_time_and_reading_goes_on(store: Store, index: SearchIndex, tmp_path: Path) -> None:
    with index._writer():
        put(store, "d.pdf", ["商誉减值"])
        with pytest.raises(IndexBusyError, match="正在更新检索索引"):
            SearchIndex(tmp_path / "index", store, SearchSettings()).sync()
        other = SearchIndex.open(tmp_path / "index", store)
        assert found(other, "净利润") == [TEXTS["a.pdf"][1]]


def test_a_folder_that_cannot_be_made(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="检索索引打不开"):
        SearchIndex.open(tmp_path / "file" / "index", store)


def test_kinds_of_passages_are_weighted(store: Store, tmp_path: Path) -> None:
    texts = [
        passage("t.pdf", n, "存货跌价准备", kind=kind) for n, kind in enumerate(("heading", "table", "text"))
    ]
    add(store, "t.pdf", passages=texts)
    settings = SearchSettings(table_boost=1.5, heading_boost=0.5)
    hits = SearchIndex.open(tmp_path / "index", store, settings).search("存货跌价准备")
    assert [hit.passage.kind for hit in hits] == ["table", "text", "heading"]


def test_the_company_and_year_of_a_question_find_the_filing(store: Store, index: SearchIndex) -> None:
    for number, (issuer, period) in enumerate([("甲银行", "2019"), ("乙银行", "2019"), ("乙银行", "2021")]):
        mine = filing(period, code=f"60001{number}", issuer=f"{issuer}股份有限公司", short_name=issuer)
        put(store, f"{number}.pdf", ["不良贷款率为1.5%，较上年末下降"], filing=mine)
    index.sync()
    assert index.search("乙银行2021年的不良贷款率是多少")[0].name == "2.pdf"
    assert index.search("甲银行的不良贷款率")[0].name == "0.pdf"
    assert found(index, "丙业务在乙银行") == []  # the filing alone is no hit: the passage must hold a word


def test_other_names_of_an_item_are_searched(store: Store, index: SearchIndex) -> None:
    put(store, "e.pdf", ["归属于上市公司股东的净资产：2020年末 12.5亿元", "归途漫漫"])
    index.sync()
    assert found(index, "归母净资产是多少")[0].startswith("归属于上市公司股东的净资产")
