"""Which main items a report must hold."""

import pytest

from caiwen.evaluate.coverage import State, coverage, main_items
from caiwen.finance.items import taxonomy
from caiwen.records import Fact, Filing, FilingKind, Scope, Status
from caiwen.store import StoredDocument
from tests.evaluate.make import fact


def _document(kind: FilingKind = FilingKind.ANNUAL, **more: str) -> StoredDocument:
    filing = Filing(kind, **({"issuer": "甲股份有限公司", "code": "600001", "period": "2020"} | more))
    return StoredDocument("a" * 64, "甲.pdf", "pdf", filing, 1, "tests", "2026-01-01")


@pytest.mark.parametrize("sector", ["general", "bank", "insurer", "broker"])
@pytest.mark.parametrize("summary", [True, False])
def test_every_main_item_is_in_the_taxonomy_and_named_once(sector: str, summary: bool) -> None:
    items = main_items(sector, summary)
    assert len(items) == len(set(items)) >= 7
    assert [item for item in items if taxonomy().get(item) is None] == []


def _state(*facts: Fact) -> State:
    (row,) = coverage([_document()], lambda who, period: list(facts))
    return row.items["净利润"]


def test_states() -> None:
    assert _state() is State.MISSING
    assert _state(fact("净利润", "1")) is State.THERE
    assert _state(fact("净利润", "1", status=Status.CONFLICT)) is State.CONFLICT
    assert _state(fact("净利润", "1", scope=Scope.PARENT)) is State.MISSING
    assert _state(fact("净利润", "1", dimensions={"分产品": "冰箱"})) is State.MISSING


def test_a_summary_alone_is_asked_for_key_figures_only() -> None:
    (row,) = coverage([_document(FilingKind.ANNUAL_SUMMARY)], lambda who, period: [])
    assert row.summary_only
    assert "存货" not in row.items
    (row,) = coverage([_document(FilingKind.ANNUAL_SUMMARY), _document()], lambda who, period: [])
    assert not row.summary_only
    assert "存货" in row.items


def test_only_periodic_reports_with_issuer_and_period_count() -> None:
    news = _document(FilingKind.NEWS)
    unknown = StoredDocument("b" * 64, "乙.pdf", "pdf", Filing(FilingKind.ANNUAL), 1, "tests", "2026-01-01")
    assert coverage([news, unknown], lambda who, period: []) == []


def test_another_top_line_holds_the_item_too() -> None:
    (row,) = coverage([_document()], lambda who, period: [fact("营业总收入", "1")])
    assert row.items["营业收入"] is State.THERE
