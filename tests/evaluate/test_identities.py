"""Identities are counted from the checks on facts."""

from caiwen.evaluate import run
from caiwen.evaluate.identities import Identities
from caiwen.knowledge.reconcile import reconcile
from caiwen.records import Fact, Filing
from caiwen.store import StoredDocument
from tests.evaluate.make import Shelf, fact

SHA = "a" * 64


class Store(Shelf):
    def documents(self) -> list[StoredDocument]:
        return [StoredDocument(SHA, "甲.pdf", "pdf", Filing(), 1, "tests", "2026-01-01")]


def _profit(total: str) -> list[Fact]:
    facts = [fact("利润总额", "100.00"), fact("所得税费用", "25.00"), fact("净利润", total)]
    return reconcile(facts)


def _scores(total: str) -> dict[str, bool | None]:
    report = run(Identities(Store({SHA: _profit(total)})))
    return {outcome.case.data["identity"]: outcome.scores["holds"] for outcome in report.outcomes}


def test_holds_breaks_and_does_not_apply() -> None:
    name = "净利润=利润总额-所得税费用"
    assert _scores("75.00")[name] is True
    assert _scores("74.00")[name] is False
    assert _scores("75.00")["利润总额=营业利润+营业外收入-营业外支出"] is None


def test_the_group_names_document_scope_and_period() -> None:
    report = run(Identities(Store({SHA: _profit("74.00")})))
    (failure,) = report.failures
    assert failure.case.group == "甲.pdf 合并 2020 本期列报"
