"""The real material: literal values come out with item, period, unit and a page that holds them."""

import pytest

from caiwen.evaluate import run
from caiwen.evaluate.facts import FactRecall
from caiwen.evaluate.identities import Identities
from caiwen.workspace import Workspace
from tests.material import material

TABLES = ("facts/reports_pdf_facts.csv", "facts/annual_report_facts.csv")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = material("reports")
    made = Workspace.init(tmp_path_factory.mktemp("material") / "w")
    report = made.ingest([folder / "pdf", folder / "html"])
    assert report.failures == ()
    return made


@pytest.mark.material
@pytest.mark.slow
@pytest.mark.parametrize("table", TABLES)
def test_recall(workspace: Workspace, table: str) -> None:
    report = run(FactRecall(workspace, material(table), material("reports")))
    rate = report.rate("recall")
    assert rate.n > 100
    told = [(outcome.case.data, outcome.note) for outcome in report.failures]
    assert rate.hits / rate.n >= 0.99, told


@pytest.mark.material
@pytest.mark.slow
@pytest.mark.parametrize("name", ["600201_2020_生物股份.pdf", "603339_2019_四方科技.pdf"])
def test_full_reports_reconcile(workspace: Workspace, name: str) -> None:
    report = run(Identities(workspace, name))
    rate = report.rate("holds")
    assert rate.n >= 40
    assert [outcome.case.id for outcome in report.failures] == []


@pytest.mark.material
@pytest.mark.slow
def test_nothing_main_is_missing_or_in_conflict(workspace: Workspace) -> None:
    wrong = [row.record() for row in workspace.coverage() if set(row.items.values()) != {"there"}]
    assert wrong == []
