"""What goes in comes out; documents replace, link and leave as wholes."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from caiwen.errors import NotFoundError
from caiwen.records import Basis, Fact, PageInfo, Scope, Span, Status
from caiwen.store import FactFilter, Near, Source, Store
from tests.store.make import CODE, ENTITY, add, document, fact, filing, open_store, passage, sha

EVERYTHING = FactFilter()


def test_a_fact_comes_out_as_it_went_in(store: Store) -> None:
    given = [
        fact("a.pdf", "-12345678901234567890.123456789", raw="(1)"),
        fact("a.pdf", None, item="法定代表人", text="张三", row=4, unit=None),
        fact("a.pdf", "0.10", item="研发费用", row=5, dimensions={"分产品": "冷库", "分地区": "境外"}),
        fact("a.pdf", "7", item="存货", row=6, span=Span.INSTANT, scope=Scope.PARENT, code=None),
        fact("a.pdf", "1", item="商誉", row=7, status=Status.VERIFIED, checks=("资产合计", "主要会计数据")),
    ]
    add(store, "a.pdf", *given)
    found = {f.id: f for f in store.facts(EVERYTHING)}
    assert found == {f.id: f for f in given}
    assert str(found[given[2].id].value) == "0.10"  # trailing zeros are part of what was printed
    assert store.fact(given[0].id) == given[0]


def test_pages_passages_and_filing_come_out_as_they_went_in(store: Store) -> None:
    whole = document("a.pdf", pages=0, warnings=("第 2 页是图片",), extra={"编码": "gb18030"})
    whole = replace(whole, pages=(PageInfo(1, 595.2, 841.8), PageInfo(2, scanned=True, error="读不出")))
    texts = [
        passage("a.pdf", 0, "第一段", section="第一节 / 一、", box=(1.5, 2.0, 3.0, 4.25)),
        passage("a.pdf", 1, "表", kind="table"),
    ]
    store.add(whole, filing(published="2021-04-30"), [], texts, warnings=["存货没有对平"])
    found = store.document("a.pdf")
    assert found.filing == filing(published="2021-04-30")
    assert found.warnings == ("第 2 页是图片", "存货没有对平")
    assert found.extra == {"编码": "gb18030"}
    assert store.pages("a.pdf") == list(whole.pages)
    assert store.passages_of(whole.sha256) == texts
    places = [(whole.sha256, 1), ("0" * 64, 0), (whole.sha256, 0)]
    assert store.passages(places) == [texts[1], texts[0]]


def test_filters(store: Store) -> None:
    facts = [
        fact("a.pdf", "1", item="营业收入", period="2020"),
        fact("a.pdf", "2", item="营业收入", period="2019", row=4, basis=Basis.COMPARATIVE),
        fact("a.pdf", "3", item="营业收入", row=5, dimensions={"分产品": "冷库"}),
        fact("a.pdf", "4", item="净利润", row=6, scope=Scope.PARENT, source="income_statement_parent"),
        fact("a.pdf", None, item="法定代表人", row=7, text="张三"),
    ]
    add(store, "a.pdf", *facts)
    add(store, "b.pdf", fact("b.pdf", "9", code="000002", entity="另一家股份有限公司"))

    def values(**conditions: object) -> list[str]:
        return [
            str(f.value if f.value is not None else f.text) for f in store.facts(FactFilter(**conditions))
        ]

    assert values(document="a.pdf") == ["1", "2", "3", "4", "张三"]
    assert values(document=sha("b.pdf")[:8]) == ["9"]
    assert values(company=CODE, items=["营业收入"], periods=["2020"], dimensions="none") == ["1"]
    assert values(company=CODE, items=["营业收入"], dimensions={"分产品": "冷库"}) == ["3"]
    assert values(company="另一家股份有限公司") == ["9"]
    assert values(company="没有这家公司") == []
    assert values(document="没有这份文件.pdf") == []
    assert values(scope=Scope.PARENT) == ["4"]
    assert values(bases=[Basis.COMPARATIVE]) == ["2"]
    assert values(sources=["income_statement_parent"]) == ["4"]
    assert values(codes=["000002", CODE], number=True, items=["营业收入"], dimensions="none") == [
        "9",
        "2",
        "1",
    ]
    assert values(number=False) == ["张三"]
    assert values(statuses=[Status.CONFLICT]) == []
    assert len(values(limit=2)) == 2


def test_adding_the_same_file_again_replaces_it_whole(store: Store) -> None:
    add(store, "a.pdf", fact("a.pdf", "1"), fact("a.pdf", "2", row=9), passages=[passage("a.pdf", 0, "旧")])
    added = store.add(document("a.pdf", pages=1), filing(), [fact("a.pdf", "5")], [])
    assert added.replaced
    assert [f.value for f in store.facts(EVERYTHING)] == [Decimal(5)]
    assert store.passages_of(sha("a.pdf")) == []
    assert len(store.pages("a.pdf")) == 1
    assert len(store.documents()) == 1


def test_a_failing_stream_of_facts_leaves_nothing(store: Store) -> None:
    def broken() -> list[Fact]:
        yield fact("a.pdf", "1")
        raise RuntimeError("the reader failed midway")

    with pytest.raises(RuntimeError):
        store.add(document("a.pdf"), filing(), broken(), [])
    assert store.documents() == []
    assert store.facts(EVERYTHING) == []
    assert store.changes() == []


def test_a_second_fact_of_the_same_place_and_meaning_is_counted_not_kept(store: Store) -> None:
    added = store.add(document("a.pdf"), filing(), [fact("a.pdf", "1"), fact("a.pdf", "1")], [])
    assert (added.facts, added.twins) == (1, 1)


def test_one_file_under_several_names_is_one_document(store: Store) -> None:
    add(store, "乙.pdf", fact("乙.pdf", "1"))
    store.link(sha("乙.pdf"), Source("/材料/别处/甲.pdf", 1000, 5))
    assert len(store.documents()) == 1
    for ref in ("甲.pdf", "乙.pdf", "/材料/别处/甲.pdf", sha("乙.pdf")):
        assert store.document(ref).sha256 == sha("乙.pdf")
    assert [source.name for source in store.document("甲.pdf").sources] == ["乙.pdf", "甲.pdf"]


def test_the_name_of_a_document_does_not_depend_on_which_copy_came_first(tmp_path: Path) -> None:
    found = []
    for number, order in enumerate([("/x/b.pdf", "/x/a.pdf"), ("/x/a.pdf", "/x/b.pdf")]):
        folder = tmp_path / str(number)
        folder.mkdir()
        with open_store(folder) as store:
            store.add(document("same"), filing(), [], [], source=Source(order[0], 1, 1))
            store.link(sha("same"), Source(order[1], 1, 1))
            found.append(store.documents()[0].name)
    assert found == ["a.pdf", "a.pdf"]


def test_a_changed_file_supersedes_what_its_path_named_before(store: Store) -> None:
    add(store, "旧版", fact("旧版", "1"), source=Source("/材料/报告.pdf", 10, 1))
    add(store, "新版", fact("新版", "2"), source=Source("/材料/报告.pdf", 11, 2))
    assert [d.sha256 for d in store.documents()] == [sha("新版")]
    assert [f.value for f in store.facts(EVERYTHING)] == [Decimal(2)]


def test_a_moved_file_loses_its_old_name(store: Store) -> None:
    add(store, "a.pdf", source=Source("/旧/a.pdf", 10, 1))
    store.link(sha("a.pdf"), Source("/新/b.pdf", 10, 1), gone=["/旧/a.pdf"])
    assert [source.path for source in store.document("b.pdf").sources] == ["/新/b.pdf"]
    assert store.documents()[0].name == "b.pdf"


def test_a_removed_document_is_gone_with_everything(store: Store) -> None:
    add(store, "a.pdf", fact("a.pdf", "1"), passages=[passage("a.pdf", 0, "文字")])
    store.remove("a.pdf")
    assert store.documents() == []
    assert store.facts(EVERYTHING) == []
    assert store.companies() == []
    assert store.known_files() == {}
    with pytest.raises(NotFoundError, match="没有这份文件"):
        store.document("a.pdf")
    assert [change.sha256 for change in store.changes()] == [sha("a.pdf")] * 2


def test_equal_content_is_stored_once_and_found_under_both_names(store: Store) -> None:
    add(store, "a.pdf", fact("a.pdf", "1"), passages=[passage("a.pdf", 0, "文字")])
    add(store, "b.pdf", fact("b.pdf", "1"), near=Near(sha("a.pdf"), 0.99, same_content=True))
    assert len(store.facts(EVERYTHING)) == 1
    assert [f.observation.document for f in store.facts(FactFilter(document="b.pdf"))] == [sha("a.pdf")]
    assert store.document("b.pdf").content_in == sha("a.pdf")
    store.remove("a.pdf")  # what leaned on it goes too, so that the next ingest reads it
    assert store.documents() == []


def test_similar_documents_are_linked_and_both_kept(store: Store) -> None:
    add(store, "a.pdf", fact("a.pdf", "1"))
    add(store, "b.pdf", fact("b.pdf", "2"), near=Near(sha("a.pdf"), 0.97))
    assert store.document("b.pdf").near_duplicate_of == sha("a.pdf")
    assert len(store.facts(EVERYTHING)) == 2
    store.remove("a.pdf")
    assert store.document("b.pdf").near_duplicate_of is None


def test_several_documents_of_one_name_must_be_told_apart(store: Store) -> None:
    add(store, "甲", source=Source("/2019/报告.pdf", 1, 1))
    add(store, "乙", source=Source("/2020/报告.pdf", 1, 1))
    with pytest.raises(NotFoundError, match="有 2 份文件叫这个名字"):
        store.document("报告.pdf")
    assert store.document("/2020/报告.pdf").sha256 == sha("乙")


def test_names_with_wildcards_match_only_themselves(store: Store) -> None:
    add(store, "100%_a.pdf")
    assert store.document("100%_a.pdf").name == "100%_a.pdf"
    for ref in ("%", "_______", "100%.pdf", "' OR 1=1 --", ""):
        with pytest.raises(NotFoundError):
            store.document(ref)


def test_unknown_facts(store: Store) -> None:
    for ref in ("", "zz", "0" * 16, "g" * 16, "0" * 99):
        with pytest.raises(NotFoundError):
            store.fact(ref)


def test_many_facts_in_any_order_come_out_in_one_order(tmp_path: Path) -> None:
    everything = [
        (name, [fact(name, str(n), item=f"项目{n % 7}", period=str(2015 + n % 5), row=n) for n in range(60)])
        for name in ("a.pdf", "b.pdf", "c.pdf")
    ]
    seen = set()
    for seed in range(3):
        folder = tmp_path / str(seed)
        folder.mkdir()
        shuffle = random.Random(seed)
        with open_store(folder) as store:
            for name, facts in shuffle.sample(everything, 3):
                add(store, name, *shuffle.sample(facts, 60))
            seen.add(tuple((f.id, f.status, f.checks) for f in store.facts(EVERYTHING)))
    assert len(seen) == 1


def test_companies_gather_names_over_filings(store: Store) -> None:
    add(store, "2019.pdf", filing=filing("2019", short_name="山海设备", issuer="山海设备股份有限公司"))
    add(store, "2020.pdf", filing=filing("2020"))
    add(store, "p.pdf", filing=filing(None, code=None, short_name=None))  # a prospectus: no code yet
    add(
        store,
        "t.csv",
        fact("t.csv", "1", code="000002", entity="另一家"),
        filing=filing(None, code=None, issuer=None),
    )
    other, mine = store.companies()
    assert (mine.code, mine.name) == (CODE, "山海冷链")
    assert mine.full_names == (ENTITY, "山海设备股份有限公司")
    assert mine.short_names == ("山海冷链", "山海设备")
    assert (other.code, other.short_names, other.filings) == ("000002", ("另一家",), 1)


def test_facts_are_found_under_former_names_and_before_the_code(store: Store) -> None:
    add(store, "p.pdf", fact("p.pdf", "1", period="2017", code=None), filing=filing(None, code=None))
    add(store, "2020.pdf", fact("2020.pdf", "2"))
    for company in (CODE, ENTITY, "山海冷链", f"SH{CODE}", "ST山海冷链"):
        found = store.facts(FactFilter(company=company))
        assert {f.value for f in found} == {Decimal(1), Decimal(2)}, company
