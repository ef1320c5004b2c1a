"""A person's correction comes first, the printed value stays, the log forgets nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from caiwen.errors import NotFoundError, StoreError
from caiwen.records import Basis, Status
from caiwen.store import FactFilter, Source, Store
from tests.store.make import CODE, add, comparative, document, fact, filing, sha

MINE = FactFilter(company=CODE, items=["营业收入"], periods=["2020"])


def test_the_corrected_value_comes_first_and_the_printed_one_stays(store: Store) -> None:
    printed = fact("a.pdf", "100.00")
    add(store, "a.pdf", printed)
    corrected = store.correct(printed.id, value=Decimal("101.5"), author="王五", reason="单位看错")
    first, second = store.facts(MINE)
    assert first == corrected
    assert (first.basis, first.value, first.status) == (Basis.CORRECTED, Decimal("101.5"), Status.VERIFIED)
    assert first.observation.box == printed.observation.box
    assert "王五" in (first.observation.quote or "")
    assert "单位看错" in (first.observation.quote or "")
    assert second == printed
    assert store.facts(FactFilter(document="a.pdf")) == [corrected, printed]


def test_the_log_keeps_every_correction_and_the_last_one_counts(store: Store) -> None:
    printed = fact("a.pdf", "100.00")
    add(store, "a.pdf", printed)
    first = store.correct(printed.id, value=Decimal(101), author="甲", reason="一")
    store.correct(first.id, value=Decimal(102), author="乙", reason="二")  # by the id of the correction
    assert [str(f.value) for f in store.facts(MINE)] == ["102", "100.00"]
    assert [(c.author, c.old_value, c.value) for c in store.corrections(printed.id)] == [
        ("甲", Decimal("100.00"), Decimal(101)),
        ("乙", Decimal("100.00"), Decimal(102)),
    ]


def test_texts_are_corrected_too(store: Store) -> None:
    printed = fact("a.pdf", None, item="法定代表人", text="张山")
    add(store, "a.pdf", printed)
    store.correct(printed.id, text="张三", author="甲", reason="错字")
    store.correct(printed.id, text="张三丰", author="甲", reason="漏字")
    assert [f.text for f in store.facts(FactFilter(items=["法定代表人"]))] == ["张三丰", "张山"]


def test_corrections_survive_a_new_reading(store: Store) -> None:
    add(store, "a.pdf", fact("a.pdf", "100.00"))
    store.correct(fact("a.pdf", "100.00").id, value=Decimal(101), author="甲", reason="一")
    moved = fact("a.pdf", "100.00", row=8)  # a better parser counts the rows differently
    added = store.add(document("a.pdf"), filing(), [moved], [])
    assert added.warnings == ()
    assert [(f.value, f.observation.row) for f in store.facts(MINE)] == [(Decimal(101), 8), (Decimal(100), 8)]
    added = store.add(document("a.pdf"), filing(), [fact("a.pdf", "5", item="存货")], [])
    assert "甲" in added.warnings[0]
    assert len(store.corrections()) == 1


def test_a_correction_takes_no_part_in_the_comparison_of_documents(store: Store) -> None:
    printed = fact("2020.pdf", "100")
    add(store, "2020.pdf", printed)
    store.correct(printed.id, value=Decimal(7), author="甲", reason="一")
    add(store, "2021.pdf", comparative("2021.pdf", "100"), period="2021")
    assert [f.status for f in store.facts(MINE)] == [Status.VERIFIED] * 3
    assert store.facts(MINE)[1].checks == ("与另一文件一致：2021.pdf",)


@pytest.mark.parametrize(
    "given",
    [
        {"author": "甲", "reason": "一"},
        {"author": "甲", "reason": "一", "value": Decimal(1), "text": "一"},
        {"author": " ", "reason": "一", "value": Decimal(1)},
        {"author": "甲", "reason": "", "value": Decimal(1)},
    ],
)
def test_incomplete_corrections_are_refused(store: Store, given: dict[str, object]) -> None:
    printed = fact("a.pdf", "100.00")
    add(store, "a.pdf", printed)
    with pytest.raises(StoreError, match="更正需要"):
        store.correct(printed.id, **given)
    assert store.corrections() == []


def test_an_unknown_fact_cannot_be_corrected(store: Store) -> None:
    with pytest.raises(NotFoundError):
        store.correct("0" * 16, value=Decimal(1), author="甲", reason="一")


def test_the_version_changes_with_every_change(store: Store) -> None:
    printed = fact("a.pdf", "100.00")
    seen = [store.version()]
    add(store, "a.pdf", printed)
    seen.append(store.version())
    store.correct(printed.id, value=Decimal(1), author="甲", reason="一")
    seen.append(store.version())
    store.link(
        sha("a.pdf"), Source("/材料/0.pdf", 1000, 5)
    )  # by the first of its paths it is called otherwise now
    seen.append(store.version())
    store.remove("0.pdf")
    seen.append(store.version())
    assert len(set(seen)) == 5


def test_an_unchanged_file_changes_no_version(store: Store) -> None:
    add(store, "a.pdf", fact("a.pdf", "100.00"))
    source = store.document("a.pdf").sources[0]
    before = store.version()
    store.link(sha("a.pdf"), source)
    assert store.version() == before
