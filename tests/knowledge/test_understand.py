"""A whole document: filing, facts, statuses, warnings."""

from __future__ import annotations

from datetime import date

from caiwen.knowledge import understand
from caiwen.records import Status
from tests.knowledge.paper import INCOME, SHEET, paper, table, value

FRONT = ("甲乙股份有限公司", "2020年年度报告", "公司代码：600999", "公司简称：甲乙股份")


def test_statements_reconcile() -> None:
    found = understand(
        paper(*FRONT, "合并资产负债表", "单位：元", table(SHEET), "合并利润表", "单位：元", table(INCOME))
    )
    assert (found.filing.code, found.filing.period) == ("600999", "2020")
    assert value(found.facts, "净利润", "2020") == 60
    totals = [f for f in found.facts if f.item in ("资产总计", "净利润", "利润总额")]
    assert {f.status for f in totals} == {Status.VERIFIED}
    assert found.warnings == ()
    assert found.passages


def test_broken_statement_is_told_in_chinese() -> None:
    broken = [[cell.replace("800.00", "801.00") for cell in row] for row in SHEET]
    found = understand(paper(*FRONT, "合并资产负债表", "单位：元", table(broken)))
    assert any("资产总计=负债合计+所有者权益合计" in warning for warning in found.warnings)


def test_periods_that_have_not_happened_are_left_out() -> None:
    document = paper(*FRONT, "合并资产负债表", "单位：元", table(SHEET))
    assert {
        f.period for f in understand(document, today=date(2019, 12, 31)).facts if f.source == "balance_sheet"
    } == {"2019"}
