"""The sample bank of the examples, an HTML report with group and bank side by side: every printed figure, as generated."""

from __future__ import annotations

import importlib
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest

from caiwen import documents
from caiwen.finance.text import squash
from caiwen.knowledge import Knowledge, understand
from caiwen.records import Scope

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
COLUMNS = (
    (Scope.CONSOLIDATED, "2023"),
    (Scope.CONSOLIDATED, "2022"),
    (Scope.PARENT, "2023"),
    (Scope.PARENT, "2022"),
)
MILLION = Decimal(1_000_000)


@pytest.fixture(scope="module")
def bank() -> Knowledge:
    return understand(documents.read(EXAMPLES / "material" / "澜屿银行_2023年年度报告.html"))


@pytest.fixture
def maker(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    pytest.importorskip("reportlab", reason="the generator of the samples needs reportlab")
    monkeypatch.syspath_prepend(str(EXAMPLES / "make"))
    return importlib.import_module("institutions")


@pytest.mark.parametrize(
    ("statement", "source"), [("balance", "balance_sheet"), ("income", "income_statement")]
)
def test_every_figure_of_the_sample_bank_is_read_as_it_was_made(
    bank: Knowledge, maker: ModuleType, statement: str, source: str
) -> None:
    wanted = {
        (squash(label), scope, period): amount * MILLION
        for values, (scope, period) in zip(maker.columns(maker.BANK)[statement], COLUMNS, strict=True)
        for label, amount in values.items()
    }
    facts = [f for f in bank.facts if f.source == source]
    read = {(f.observation.label, f.scope, f.period): f.value for f in facts}
    assert read == wanted
    assert len(facts) == len(wanted)


def test_the_sample_bank_is_a_bank_with_its_indicators(bank: Knowledge) -> None:
    assert (bank.filing.sector, bank.filing.period, bank.filing.code) == ("bank", "2023", "609951")
    shown = {(f.item, f.period): f.value for f in bank.facts if f.unit == "%"}
    assert shown["资本充足率", "2023"] == Decimal("14.26")
    assert shown["净息差", "2022"] == Decimal("2.07")
    assert bank.warnings == ()
