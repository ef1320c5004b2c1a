"""Disclosures of real filings, against figures read off their pages."""

from __future__ import annotations

from decimal import Decimal

import pytest

from caiwen.documents import read
from caiwen.knowledge import (
    bank_indicators,
    concentration,
    dividends,
    people,
    profile,
    research,
    segments,
    shareholders,
)
from caiwen.knowledge.filing import recognise
from caiwen.knowledge.passages import passages
from caiwen.records import Document, Fact, Filing, FilingKind, Scope
from tests.material import material

pytestmark = pytest.mark.material
EXTRACTORS = (profile, people, research, concentration, segments, dividends, shareholders, bank_indicators)


def facts_of(document: Document, filing: Filing) -> dict[tuple[str, str, str, Scope], Fact]:
    facts = [fact for module in EXTRACTORS for fact in module.extract(document, filing)]
    return {(f.item, "".join(f.dimensions.values()), f.period, f.scope): f for f in facts}


def test_a_full_report_of_the_shanghai_print() -> None:
    document = read(material("reports/pdf/600201_2020_生物股份.pdf"))
    filing = recognise(document)
    assert (filing.kind, filing.code, filing.period) == (FilingKind.ANNUAL, "600201", "2020")
    found = facts_of(document, filing)
    numbers = {
        ("在职员工人数", ""): ("1444", 59),
        ("硕士及以上", ""): ("181", 59),
        ("研发投入", ""): ("206997240.33", 17),
        ("研发人员占比", ""): ("18.63", 17),
        ("前五名客户销售额", ""): ("276143700", 16),
        ("前五名供应商采购额占比", ""): ("32.22", 16),
        ("营业收入", "生物制药"): ("1517535227.34", 14),
        ("毛利率", "国内"): ("61.40", 15),
        ("股东总数", ""): ("40654", 50),
        ("持股数量", "中国证券金融股份有限公司"): ("21993882", 51),
        ("现金分红总额", ""): ("134971287.12", 33),
    }
    for (item, dimension), (value, page) in numbers.items():
        fact = found[item, dimension, "2020", Scope.CONSOLIDATED]
        assert (fact.value, fact.observation.page) == (Decimal(value), page), item
        assert fact.observation.box is not None
    assert found["每10股派息", "", "2018", Scope.CONSOLIDATED].value == Decimal("3.50")
    assert found["法定代表人", "", "2020", Scope.CONSOLIDATED].text == "张翀宇"
    assert found["控股股东", "", "2020", Scope.CONSOLIDATED].text == "不存在控股股东"


def test_a_bank() -> None:
    document = read(material("reports/html/601658_2019_邮储银行.html"))
    filing = recognise(document)
    assert (filing.sector, filing.period, filing.code) == ("bank", "2019", "601658")
    found = facts_of(document, filing)
    assert found["资本充足率", "", "2019", Scope.CONSOLIDATED].value == Decimal("13.52")
    assert found["资本充足率", "", "2019", Scope.PARENT].value == Decimal("13.34")
    assert found["净息差", "", "2018", Scope.CONSOLIDATED].value == Decimal("2.67")
    assert found["在职员工人数", "", "2019", Scope.CONSOLIDATED].value == 174406
    assert found["每10股派息", "", "2017", Scope.CONSOLIDATED].value == Decimal("1.471")
    assert found["股票代码", "H股", "2019", Scope.CONSOLIDATED].text == "1658"


def test_a_summary_without_the_tables_yields_none_of_their_facts() -> None:
    document = read(material("reports/pdf/华润三九：2023年半年度报告摘要.pdf"))
    filing = recognise(document)
    assert (filing.kind, filing.period) == (FilingKind.INTERIM_SUMMARY, "2023H1")
    assert not people.extract(document, filing)
    assert not research.extract(document, filing)
    assert not segments.extract(document, filing)
    assert {f.value for f in dividends.extract(document, filing)} == {0}  # 公司计划不派发现金红利…


def test_the_name_of_a_file_may_say_nothing() -> None:
    filing = recognise(read(material("reports/pdf/600080_20240427_IBMB.pdf")))
    assert (filing.kind, filing.period, filing.issuer) == (
        FilingKind.Q1,
        "2024Q1",
        "金花企业（集团）股份有限公司",
    )


def test_passages_of_a_full_report() -> None:
    found = passages(read(material("reports/pdf/603339_2019_四方科技.pdf")))
    assert 500 < len(found) < 1500
    assert all(p.page and p.box and len(p.text) < 650 for p in found)
    assert sum(len(p.text) >= 100 for p in found) > len(found) / 2
