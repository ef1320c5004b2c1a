"""Statements and key figures of the real filings: known figures, identities, no invented values."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from functools import cache

import pytest

from caiwen.documents import read
from caiwen.finance.items import taxonomy
from caiwen.knowledge import Knowledge, understand
from caiwen.records import Fact, Scope, Span, Status
from tests.material import material

pytestmark = pytest.mark.material

STATEMENTS = ("balance_sheet", "income_statement", "cash_flow")
FULL = ["reports/pdf/600201_2020_生物股份.pdf", "reports/pdf/603339_2019_四方科技.pdf"]
BANK = "reports/html/601658_2019_邮储银行.html"
FIELDS = {
    "total_operating_revenue": ("营业总收入", "营业收入"),
    "net_profit": ("净利润", "归属于母公司所有者的净利润"),
    "asset_total_assets": ("资产总计",),
    "operating_cf_net_amount": ("经营活动产生的现金流量净额",),
    "equity_total_equity": ("所有者权益合计", "归属于母公司所有者权益合计"),
}


@cache
def knowledge(path: str) -> Knowledge:
    return understand(read(material(path)))


def figures(path: str, item: str, period: str, scope: Scope = Scope.CONSOLIDATED) -> set[Decimal | None]:
    return {
        f.value
        for f in knowledge(path).facts
        if (f.item, f.period, f.scope) == (item, period, scope) and not f.dimensions
    }


@pytest.mark.parametrize("path", FULL)
@pytest.mark.parametrize("scope", list(Scope))
def test_full_reports_reconcile(path: str, scope: Scope) -> None:
    facts = [f for f in knowledge(path).facts if f.source in STATEMENTS and f.scope is scope]
    assert {f.source for f in facts} == set(STATEMENTS)
    assert not [f for f in facts if f.status is Status.CONFLICT]
    totals = (
        "资产总计",
        "负债合计",
        "所有者权益合计",
        "利润总额",
        "净利润",
        "现金及现金等价物净增加额",
        "期末现金及现金等价物余额",
    )
    found = {(f.item, f.period): f.status for f in facts if f.item in totals}
    assert len(found) == 2 * len(totals)
    assert set(found.values()) == {Status.VERIFIED}
    assert sum(f.status is Status.VERIFIED for f in facts) > 0.8 * len(facts)


@pytest.mark.parametrize("path", FULL)
def test_every_fact_has_its_cell(path: str) -> None:
    for fact in knowledge(path).facts:
        if fact.source in STATEMENTS:
            seen = fact.observation
            assert None not in (seen.page, seen.table, seen.row, seen.column, seen.box)
            assert seen.headers
            assert seen.label
            assert seen.raw


@pytest.mark.parametrize(
    ("item", "period", "scope", "million"),
    [
        ("资产总计", "2019", Scope.CONSOLIDATED, 10_216_706),
        ("资产总计", "2018", Scope.PARENT, 9_501_699),
        ("吸收存款", "2019", Scope.CONSOLIDATED, 9_314_066),
        ("发放贷款和垫款", "2018", Scope.PARENT, 4_127_252),
        ("营业收入", "2019", Scope.PARENT, 273_080),
        ("利息净收入", "2019", Scope.CONSOLIDATED, 240_224),
        ("手续费及佣金净收入", "2018", Scope.CONSOLIDATED, 14_434),
        ("利息支出", "2019", Scope.CONSOLIDATED, -148_014),
        ("净利润", "2019", Scope.CONSOLIDATED, 61_036),
        ("归属于母公司所有者的净利润", "2018", Scope.CONSOLIDATED, 52_311),
        ("经营活动产生的现金流量净额", "2019", Scope.PARENT, 34_108),
        ("期末现金及现金等价物余额", "2019", Scope.CONSOLIDATED, 280_348),
    ],
)
def test_bank_in_millions(item: str, period: str, scope: Scope, million: int) -> None:
    assert figures(BANK, item, period, scope) == {Decimal(million) * 1_000_000}


def test_bank_without_conflicts_and_absent_is_absent() -> None:
    facts = [f for f in knowledge(BANK).facts if f.source in STATEMENTS]
    assert not [f for f in facts if f.status is Status.CONFLICT]
    assert figures(BANK, "使用权资产", "2018") == set()  # printed as 不适用
    assert figures(BANK, "少数股东权益", "2019", Scope.PARENT) == set()  # printed as a dash


def test_opening_balances_are_not_last_years_closing() -> None:
    opening = [f for f in knowledge(FULL[0]).facts if f.period == "2020-01-01"]
    assert opening
    assert {f.source for f in opening} == {"opening_balances"}


@pytest.mark.parametrize("name", ["华润三九：2024年年度报告摘要.pdf", "600080_20250425_P7ID.pdf"])
def test_summaries_have_no_statements(name: str) -> None:
    facts = knowledge(f"reports/pdf/{name}").facts
    assert not [f for f in facts if f.source in STATEMENTS]
    assert [f for f in facts if f.source == "key_indicators" and f.item == "资产总计"]


def test_third_quarter_and_year_to_date() -> None:
    facts = knowledge("reports/pdf/600080_20241030_XN72.pdf").facts
    spans = {f.span for f in facts if f.item == "营业收入" and f.period == "2024Q3"}
    assert spans == {Span.SINGLE, Span.YTD}


def _rows(table: str) -> dict[str, list[tuple[str, tuple[str, ...], Decimal]]]:
    wanted: dict[str, list[tuple[str, tuple[str, ...], Decimal]]] = defaultdict(list)
    with material(f"facts/{table}").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if table.startswith("annual"):
                item = taxonomy().get(row["field"])
                path = row["doc"].replace("html_txt/", "html/").replace(".txt", ".html")
                names = (item.name if item else row["field"],)
                wanted[path].append((row["year"], names, Decimal(row["team_table_value_yuan"])))
            elif row["field"] in FIELDS:
                period = row["period"].removesuffix("FY")
                wanted[f"pdf/{row['pdf']}"].append((period, FIELDS[row["field"]], Decimal(row["value_yuan"])))
    return wanted


@pytest.mark.slow
@pytest.mark.parametrize("table", ["annual_report_facts.csv", "reports_pdf_facts.csv"])
def test_recall_of_shared_facts(table: str) -> None:
    missed = []
    rows = _rows(table)
    for path, wanted in rows.items():
        facts = knowledge(f"reports/{path}").facts
        missed += [(path, *row) for row in wanted if not any(_agrees(f, *row) for f in facts)]
    assert len(missed) <= 0.01 * sum(map(len, rows.values())), missed


def _agrees(fact: Fact, period: str, names: tuple[str, ...], value: Decimal) -> bool:
    return (fact.period, fact.value) == (period, value) and fact.item in names and not fact.dimensions
