"""The same thing in several documents: confirmed, contradicted or restated, in whatever order they came."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from caiwen.records import Basis, Fact, Status
from caiwen.store import FactFilter, Store
from tests.store.make import ENTITY, add, comparative, fact, filing, open_store

EVERYTHING = FactFilter()


def states(store: Store) -> dict[str, tuple[Status, tuple[str, ...]]]:
    return {
        f"{f.observation.label}@{f.observation.document[:4]}/{f.id}": (f.status, f.checks)
        for f in store.facts(EVERYTHING)
    }


def one(store: Store, document: str, item: str = "营业收入") -> Fact:
    (found,) = store.facts(FactFilter(document=document, items=[item]))
    return found


def test_a_second_document_that_agrees_confirms_both(store: Store) -> None:
    add(store, "2020.pdf", fact("2020.pdf", "100.00"))
    assert one(store, "2020.pdf").status is Status.UNVERIFIED
    add(store, "2021.pdf", comparative("2021.pdf", "100.00"), period="2021")
    for name, other in (("2020.pdf", "2021.pdf"), ("2021.pdf", "2020.pdf")):
        assert one(store, name).status is Status.VERIFIED
        assert one(store, name).checks == (f"与另一文件一致：{other}",)


def test_a_later_filing_that_differs_restates_and_does_not_contradict(store: Store) -> None:
    add(store, "2020.pdf", fact("2020.pdf", "100.00"))
    add(store, "2021.pdf", comparative("2021.pdf", "98.00"), period="2021")
    assert one(store, "2020.pdf").status is Status.UNVERIFIED
    assert one(store, "2020.pdf").checks == ("后来重述：2021.pdf",)
    assert one(store, "2021.pdf").status is Status.UNVERIFIED
    assert one(store, "2021.pdf").checks == ("与此前披露不同：2020.pdf",)


def test_two_filings_of_one_period_that_differ_are_in_conflict(store: Store) -> None:
    add(store, "全文.pdf", fact("全文.pdf", "100.00", status=Status.VERIFIED, checks=("勾稽",)))
    add(store, "摘要.pdf", fact("摘要.pdf", "1000.00"))
    assert one(store, "全文.pdf").status is Status.CONFLICT
    assert one(store, "全文.pdf").checks == ("勾稽", "同期文件数值不同：摘要.pdf")
    assert one(store, "摘要.pdf").status is Status.CONFLICT
    store.remove("摘要.pdf")
    assert one(store, "全文.pdf").status is Status.VERIFIED
    assert one(store, "全文.pdf").checks == ("勾稽",)


def test_a_table_without_a_period_of_its_own_speaks_for_the_period_of_each_fact(store: Store) -> None:
    add(store, "2020.pdf", fact("2020.pdf", "100.00"))
    add(store, "行情.csv", fact("行情.csv", "10000"), filing=filing(None, code=None, issuer=None))
    assert one(store, "2020.pdf").status is Status.CONFLICT


@pytest.mark.parametrize(
    ("raw", "value", "agrees"),
    [
        ("12.35", "123500", True),  # 123,456.78 元 in 万元, rounded
        ("12.34", "123400", False),
        ("12", "120000", True),
        ("123,456.79", "123456.79", False),  # printed as finely and one cent off
        ("123,457", "123457", True),
    ],
)
def test_agreement_is_within_the_coarser_print(store: Store, raw: str, value: str, agrees: bool) -> None:
    add(store, "全文.pdf", fact("全文.pdf", "123456.78"))
    add(store, "摘要.pdf", fact("摘要.pdf", value, raw=raw))
    assert one(store, "全文.pdf").status is (Status.VERIFIED if agrees else Status.CONFLICT)


def test_the_unadjusted_column_confirms_the_past_and_cannot_contradict_it(store: Store) -> None:
    add(store, "2020.pdf", fact("2020.pdf", "100"))
    both = (
        fact("2021.pdf", "98", column=3, basis=Basis.RESTATED),
        fact("2021.pdf", "100", column=4, basis=Basis.UNADJUSTED),
    )
    add(store, "2021.pdf", *both, period="2021")
    original = one(store, "2020.pdf")
    assert original.status is Status.VERIFIED
    assert original.checks == ("与另一文件一致：2021.pdf", "后来重述：2021.pdf")
    add(store, "2021.pdf", both[0], fact("2021.pdf", "99", column=4, basis=Basis.UNADJUSTED), period="2021")
    assert one(store, "2020.pdf").status is Status.UNVERIFIED


def test_what_is_not_the_same_thing_is_not_compared(store: Store) -> None:
    add(store, "a.pdf", fact("a.pdf", "100"))
    others = [
        fact("b.pdf", "1", row=1, dimensions={"分产品": "冷库"}),
        fact("b.pdf", "2", row=2, period="2019"),
        fact("b.pdf", "3", row=3, item="营业成本"),
        fact("b.pdf", "4", row=4, code="600002", entity="别家公司"),
        fact("b.pdf", None, row=5, text="一百"),
    ]
    add(store, "b.pdf", *others)
    assert all(f.checks == () for f in store.facts(EVERYTHING))


def test_a_contradiction_inside_a_document_is_not_outvoted(store: Store) -> None:
    add(store, "a.pdf", fact("a.pdf", "100", status=Status.CONFLICT, checks=("不符：合计",)))
    add(store, "b.pdf", comparative("b.pdf", "100"), period="2021")
    assert one(store, "a.pdf").status is Status.CONFLICT
    assert one(store, "b.pdf").status is Status.VERIFIED


def test_a_company_before_and_after_its_code_is_one(store: Store) -> None:
    add(store, "招股书.pdf", fact("招股书.pdf", "100", code=None), filing=filing(None, code=None))
    add(store, "2020.pdf", fact("2020.pdf", "100"))
    assert one(store, "招股书.pdf").status is Status.VERIFIED
    assert one(store, "2020.pdf").status is Status.VERIFIED
    assert ENTITY in store.companies()[0].full_names


def test_the_order_of_ingest_does_not_matter(tmp_path: Path) -> None:
    batch = {
        "2019.pdf": ("2019", [fact("2019.pdf", "90", period="2019")]),
        "2020.pdf": ("2020", [fact("2020.pdf", "100"), comparative("2020.pdf", "91", period="2019")]),
        "摘要.pdf": ("2020", [fact("摘要.pdf", "100"), comparative("摘要.pdf", "90", period="2019")]),
        "2021.pdf": ("2021", [comparative("2021.pdf", "100")]),
    }
    seen = set()
    for number, order in enumerate(permutations(batch)):
        if number % 3:
            continue
        folder = tmp_path / str(number)
        folder.mkdir()
        with open_store(folder) as store:
            for name in order:
                period, facts = batch[name]
                add(store, name, *facts, period=period)
            add(store, order[0], *batch[order[0]][1], period=batch[order[0]][0])  # read once more
            seen.add(tuple(sorted(states(store).items())))
    assert len(seen) == 1
